from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools.misc import file_open

from .test_fax_contact import NUMBER, FaxContactCase


@tagged("post_install", "-at_install")
class TestFaxContactMatching(FaxContactCase):
    def test_find_or_create(self):
        find = self.Contact._find_or_create
        found = find({"name": "dr ann lee", "number_typed": NUMBER, "email": "x@y.z"})
        self.assertEqual(found, self.lee)
        self.assertFalse(self.lee.email, "what is there stays")
        roy = find({"name": "Dr Roy", "number_typed": NUMBER})
        self.assertEqual(roy.also_used_by, "Dr Ann Lee")
        self.lee.action_archive()
        self.assertEqual(find({"name": "Dr Ann Lee", "number_typed": NUMBER}), self.lee)
        self.assertTrue(self.lee.active)
        with self.assertRefused(UserError, "too short"):
            find({"name": "Dr Roy", "number_typed": "555"})

    def test_find_or_create_takes_shared_entries(self):
        shared = self.Contact.with_user(self.manager).create(
            {"name": "Lab", "number_typed": "514 555 0130", "company_id": False}
        )
        vals = {"name": "Lab", "number_typed": "514 555 0130"}
        self.assertEqual(self.Contact._find_or_create(vals), shared)
        shared.action_archive()
        mine = self.Contact._find_or_create(vals)
        self.assertNotEqual(mine, shared, "a user does not change shared entries")
        self.assertFalse(shared.active)

    def test_one_line_makes_an_entry(self):
        contact_id, _name = self.Contact.name_create("Dr Roy (514) 555-0131")
        contact = self.Contact.browse(contact_id)
        self.assertEqual((contact.name, contact.number), ("Dr Roy", "+15145550131"))
        self.assertEqual(
            self.Contact.name_create(self.lee.name + NUMBER)[0], self.lee.id
        )
        for incomplete in ("Dr Roy", "514 555 0132"):
            with self.assertRaises(UserError):
                self.Contact.name_create(incomplete)

    def test_partner_without_fax_field(self):
        partner = self.env["res.partner"].create({"name": "Dr Roy"})
        if "fax" not in partner._fields:
            self.assertFalse(self.Contact._for_partner(partner))
        self.lee.partner_id = partner
        self.assertEqual(self.Contact._for_partner(partner), self.lee)

    def _partner_with_fax(self, fax, **vals):
        """A partner as OCA's partner_fax makes them, whether it is installed or not."""
        partner = self.env["res.partner"].create({"name": "Dr Roy", **vals})
        cls = type(partner)
        original = cls.__getitem__
        fields = {**cls._fields, "fax": cls._fields["phone"]}
        self.patch(cls, "_fields", fields)
        self.patch(
            cls,
            "__getitem__",
            lambda self, key: fax if key == "fax" else original(self, key),
        )
        return partner.with_user(self.user)

    def test_entry_of_a_partner_is_made_on_first_use(self):
        clinic = self.env["res.partner"].create({"name": "Clinic", "is_company": True})
        partner = self._partner_with_fax(
            "514 555 0133", parent_id=clinic.id, phone="514 555 0134"
        )
        contact = self.Contact._for_partner(partner)
        self.assertRecordValues(
            contact,
            [
                {
                    "name": "Dr Roy",
                    "organization": "Clinic",
                    "number": "+15145550133",
                    "phone": "514 555 0134",
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertEqual(self.Contact._for_partner(partner), contact)

    def test_new_number_of_a_partner_wins(self):
        partner = self._partner_with_fax("514 555 0135")
        self.lee.partner_id = partner
        contact = self.Contact._for_partner(partner)
        self.assertEqual(contact.number, "+15145550135")
        self.assertEqual(self.lee.number, NUMBER, "the old entry stays as it was")

    def test_wrong_number_of_a_partner(self):
        partner = self._partner_with_fax("911")
        self.assertFalse(self.Contact._for_partner(partner))
        with self.assertRefused(UserError, "emergency"):
            self.Contact._for_partner(partner, raise_if_invalid=True)


@tagged("post_install", "-at_install")
class TestFaxContactImport(FaxContactCase):
    def _import(self, content, dryrun=False):
        """Import a CSV as the web client does, its columns found by Odoo."""
        wizard = self.env["base_import.import"].with_user(self.user)
        wizard = wizard.create(
            {
                "res_model": "fax.contact",
                "file": content.encode(),
                "file_type": "text/csv",
                "file_name": "contacts.csv",
            }
        )
        options = {
            "quoting": '"',
            "separator": ",",
            "has_headers": True,
            "encoding": "utf-8",
        }
        preview = wizard.parse_preview(options)
        columns = preview["headers"]
        matches = preview["matches"]
        fields = [
            "/".join(matches.get(i) or matches.get(str(i)) or []) or False
            for i in range(len(columns))
        ]
        self.columns = dict(zip(columns, fields, strict=True))
        return wizard.execute_import(fields, columns, options, dryrun=dryrun)

    def test_template(self):
        template = self.Contact.get_import_templates()[0]["template"]
        with file_open(template.lstrip("/"), "r") as file:
            content = file.read()
        result = self._import(content)
        self.assertFalse(result["messages"])
        self.assertNotIn(False, self.columns.values(), "each column finds its field")
        lee, pharmacy = self.Contact.browse(result["ids"])
        self.assertEqual(lee, self.lee, "found by number and name")
        self.assertEqual(lee.city, "Montreal")
        self.assertEqual(pharmacy.kind, "organization")
        self.assertEqual(pharmacy.country_id, self.canada)
        self.assertEqual(pharmacy.note, "Open until 9 pm")

    def test_matches_before_it_creates(self):
        self.lee.write({"phone": "514 555 0111", "email": "old@example.com"})
        result = self._import(
            "Name,Fax number,Email,Phone,City\n"
            "dr. ann lée,5145550199,new@example.com,,Laval\n"
            "Dr Roy,514-555-0199,,,Laval\n"
            "Dr Roy,+1 514 555 0199,roy@example.com,,\n"
        )
        self.assertFalse(result["messages"])
        lee, roy, roy_again = map(self.Contact.browse, result["ids"])
        self.assertEqual(lee, self.lee)
        self.assertEqual(lee.email, "new@example.com")
        self.assertEqual(lee.phone, "514 555 0111", "an empty cell changes nothing")
        self.assertEqual(roy, roy_again, "twice in the file is one entry")
        self.assertEqual((roy.city, roy.email), ("Laval", "roy@example.com"))

    def test_importing_twice_changes_nothing(self):
        content = "Name,Fax number\n" + "".join(
            f"Doctor {i},514 555 01{i:02}\n" for i in range(30)
        )
        first = self._import(content)["ids"]
        self.assertEqual(len(set(first)), 30)
        self.assertEqual(self._import(content)["ids"], first)

    def test_archived_entry_returns(self):
        self.lee.action_archive()
        result = self._import("Name,Fax number\nDr Ann Lee,514 555 0199\n")
        self.assertEqual(result["ids"], self.lee.ids)
        self.assertTrue(self.lee.active)

    def test_errors_name_the_row_and_the_reason(self):
        content = (
            "Name,Fax number,City\n"
            "Good,514 555 0120,\n"
            "Short,555-0120,\n"
            "Mangled,1.51456E+10,\n"
            ",514 555 0122,\n"
            "No number,,Laval\n"
        )
        for dryrun in (True, False):
            result = self._import(content, dryrun=dryrun)
            errors = {
                message["rows"]["from"]: message["message"]
                for message in result["messages"]
            }
            self.assertEqual(set(errors), {1, 2, 3, 4}, "the good row is not blamed")
            self.assertIn("too short", errors[1])
            self.assertIn("spreadsheet", errors[2])
            self.assertIn("name is missing", errors[3])
            self.assertIn("number is missing", errors[4])
            self.assertFalse(self.Contact.search([("name", "=", "Good")]))

    def test_shared_entry_is_not_changed_by_a_user(self):
        self.Contact.with_user(self.manager).create(
            {"name": "Lab", "number_typed": "514 555 0130", "company_id": False}
        )
        result = self._import("Name,Fax number,City\nLab,5145550130,Laval\n")
        self.assertIn("shared by all companies", result["messages"][0]["message"])

    def test_data_of_an_addon_is_not_matched(self):
        made = self.env["fax.contact"]._load_records(
            [
                {
                    "xml_id": "medical_fax.test_entry",
                    "values": {"name": "New", "number_typed": "+1 514 555 0199"},
                }
            ]
        )
        self.assertNotEqual(made, self.lee)

    def test_lists_by_name(self):
        pharmacies = self.env["fax.contact.list"].create(
            {"name": "All pharmacies", "company_id": self.company.id}
        )
        result = self._import(
            "Name,Fax number,Lists\nPharmacy,514 555 0125,All pharmacies\n"
        )
        self.assertFalse(result["messages"])
        self.assertEqual(pharmacies.contact_ids.ids, result["ids"])
