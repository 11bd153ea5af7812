from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import SQL

from ..tools.fax_number import ERROR_CODES, FaxNumberError

FAX_USER = "base.group_user,medical_fax.group_fax_user"
FAX_MANAGER = "base.group_user,medical_fax.group_fax_manager"
NUMBER = "+15145550199"


class FaxContactCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.canada = cls.env.ref("base.ca")
        cls.company = cls.env["res.company"].create(
            {"name": "Clinic", "country_id": cls.canada.id}
        )
        cls.other_company = cls.env["res.company"].create({"name": "Other"})
        cls.user = cls._new_user("fax_clerk", FAX_USER)
        cls.manager = cls._new_user("fax_boss", FAX_MANAGER)
        cls.Contact = cls.env["fax.contact"].with_user(cls.user)
        cls.lee = cls._new_contact("Dr Ann Lee", organization="Heart Clinic")

    @classmethod
    def _new_user(cls, login, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login,
            groups=groups,
            lang="en_US",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    @classmethod
    def _new_contact(cls, name="Dr Ann Lee", typed="514 555 0199", **vals):
        return cls.Contact.create({"name": name, "number_typed": typed, **vals})

    @contextmanager
    def assertRefused(self, exception, words):
        """As assertRaisesRegex, which unlike Odoo's assertRaises rolls nothing back."""
        with self.assertRaises(exception) as caught:
            yield caught
        self.assertIn(words, str(caught.exception))


@tagged("post_install", "-at_install")
class TestFaxContact(FaxContactCase):
    def test_number_as_typed_and_as_dialled(self):
        self.assertEqual(self.lee.number_typed, "514 555 0199")
        self.assertEqual(self.lee.number, NUMBER)
        self.assertEqual(self.lee.number_display, "+1 514-555-0199")
        self.assertEqual(
            self.lee.display_name, "Dr Ann Lee, Heart Clinic (+1 514-555-0199)"
        )
        self.assertEqual(self.lee.country_id, self.canada)
        self.assertEqual(self.lee.company_id, self.company)
        self.lee.number_typed = "+33 1 99 00 12 34"
        self.assertEqual(self.lee.number, "+33199001234")

    def test_country_of_the_entry_reads_the_number(self):
        paris = self._new_contact(
            "Labo", "01 99 00 12 34", country_id=self.env.ref("base.fr").id
        )
        self.assertEqual(paris.number, "+33199001234")
        without = self._new_contact("Labo 2", "514 555 0101", country_id=False)
        self.assertEqual(without.number, "+15145550101", "the company's country")

    def test_bad_number_is_refused_in_words(self):
        for typed, words in (
            ("514", "too short"),
            ("911", "emergency"),
            ("900 555 0123", "premium"),
            ("514 555 0199 ext 2", "extension"),
        ):
            with self.assertRefused(ValidationError, words) as caught:
                self._new_contact("Wrong", typed)
            self.assertNotIn(typed, str(caught.exception), "Odoo logs the message")
        with self.assertRaises(ValidationError):
            self.lee.number_typed = "123"

    def test_missing_name_or_number_is_refused_before_the_database(self):
        with patch.object(type(self.env.cr), "execute") as execute:
            with self.assertRefused(ValidationError, "name is missing"):
                self.Contact.create({"number_typed": "514 555 0101"})
            with self.assertRefused(ValidationError, "number is missing"):
                self.Contact.create({"name": "Dr Lee"})
        inserts = [c for c in execute.call_args_list if "INSERT" in str(c)]
        self.assertFalse(inserts)

    def test_each_error_has_words(self):
        texts = {
            code: self.Contact._number_error_text(FaxNumberError(code, country="JM"))
            for code in ERROR_CODES
        }
        self.assertEqual(len(set(texts.values())), len(ERROR_CODES))
        self.assertIn("Jamaica", texts["country"])

    def test_organization_alone_becomes_the_name(self):
        contact = self.Contact.create(
            {"organization": "Central Pharmacy", "number_typed": "514 555 0102"}
        )
        self.assertEqual(contact.name, "Central Pharmacy")
        self.assertEqual(contact.kind, "organization")
        self.assertEqual(contact.display_name, "Central Pharmacy (+1 514-555-0102)")

    def test_same_number_and_name_is_refused(self):
        with self.assertRefused(ValidationError, f"entry no. {self.lee.id}") as e:
            self._new_contact("dr. ANN  Lée", "+1 (514) 555-0199")
        for private in ("Lee", "Lée", "555"):
            self.assertNotIn(private, str(e.exception), "Odoo logs the message")
        roy = self._new_contact("Dr Roy")
        with self.assertRaises(ValidationError):
            roy.name = "Dr Ann Lee"
        self.lee.action_archive()
        again = self._new_contact("Dr Ann Lee")
        with self.assertRaises(ValidationError):
            self.lee.action_unarchive()
        self.assertTrue(again.active)

    def test_two_equal_entries_made_at_once_are_refused(self):
        vals = {"name": "Dr Roy", "number_typed": "514 555 0103"}
        with self.assertRaises(ValidationError):
            self.Contact.create([vals, vals])

    def test_form_offers_the_entry_before_saving(self):
        with Form(self.Contact) as form:
            form.name = "DR ANN LEE"
            form.number_typed = "15145550199"
            self.assertEqual(form.duplicate_id, self.lee)
            self.assertFalse(form.also_used_by)
            self.assertEqual(form.number_display, "+1 514-555-0199")
            form.name = "Dr Roy"
            self.assertFalse(form.duplicate_id)
            self.assertEqual(form.also_used_by, "Dr Ann Lee")
            form.number_typed = "514"
            self.assertIn("too short", form.number_error)
            self.assertFalse(form.also_used_by)
            form.number_typed = "514 555 0199"
        self.assertEqual(form.record.also_used_by, "Dr Ann Lee")
        self.assertFalse(form.record.duplicate_id, "it is not its own duplicate")

    def test_also_used_by_many_is_short(self):
        for letter in "ABCDE":
            self._new_contact(f"Dr {letter}")
        self.assertEqual(self.lee.also_used_by, "Dr A, Dr B, Dr C and 2 others")

    def test_same_entry_in_another_company_does_not_count(self):
        clerk = self._new_user("other_clerk", FAX_USER, self.other_company)
        theirs = self.Contact.with_user(clerk).create(
            {"name": "Dr Ann Lee", "number_typed": NUMBER}
        )
        for contact in (theirs, self.lee.sudo(), theirs.sudo()):
            contact.invalidate_recordset()
            self.assertFalse(contact.duplicate_id)
            self.assertFalse(contact.also_used_by)

    def test_copy_is_another_entry(self):
        copy = self.lee.copy()
        self.assertEqual(copy.name, "Dr Ann Lee (copy)")
        self.assertEqual(copy.also_used_by, "Dr Ann Lee")

    def test_counters_and_derived_values_are_closed(self):
        forged = {
            "use_count": 7,
            "failure_count": 7,
            "number": "+19005550123",
            "number_display": "x",
            "search_text": "x",
        }
        for name, value in forged.items():
            with self.subTest(name), self.assertRaises(UserError):
                self.lee.with_user(self.manager).write({name: value})
            with self.subTest(name), self.assertRaises(UserError):
                self._new_contact("Forged", "514 555 0104", **{name: value})
            with self.subTest(name), self.assertRaises(UserError):
                self.lee.copy({name: value})
        defaults = {f"default_{name}": value for name, value in forged.items()}
        made = self.Contact.with_context(**defaults).create(
            {"name": "Honest", "number_typed": "514 555 0105"}
        )
        self.assertEqual(made.number, "+15145550105")
        self.assertEqual(made.number_display, "+1 514-555-0105")
        self.assertIn("honest", made.search_text)
        self.assertEqual((made.use_count, made.failure_count), (0, 0))
        imported = self.Contact.load(
            ["name", "number_typed", "use_count"], [["Forged", "5145550106", "7"]]
        )
        self.assertFalse(imported["ids"])

    def test_count_use(self):
        before = self.lee.write_date
        self.lee._count_use()
        self.lee._count_use(failed=True)
        self.Contact._count_use()
        self.assertEqual((self.lee.use_count, self.lee.failure_count), (2, 1))
        self.assertEqual(self.lee.write_date, before)
        self.assertEqual((self.lee.copy().use_count), 0)

    def test_list_holds_contacts_of_its_company(self):
        pharmacies = (
            self.env["fax.contact.list"]
            .with_user(self.user)
            .create({"name": "Pharmacies", "contact_ids": self.lee.ids})
        )
        self.assertEqual(pharmacies.contact_count, 1)
        self.assertEqual(
            self.Contact.search(pharmacies.action_open_contacts()["domain"]), self.lee
        )
        with self.assertRaises(ValidationError):
            pharmacies.sudo().company_id = False
        with self.assertRaises(ValidationError):
            self.lee.sudo().company_id = self.other_company
        self.lee.sudo().company_id = False
        self.lee.sudo().action_archive()
        self.assertEqual(pharmacies.contact_count, 0)


@tagged("post_install", "-at_install")
class TestFaxContactSearch(FaxContactCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pharmacy = cls._new_contact(
            "Pharmacie de l’Île", "514 555 0142", kind="organization"
        )
        cls.paris = cls._new_contact(
            "Labo Mutuelle, Paris",
            "02 61 91 12 34",
            kind="organization",
            country_id=cls.env.ref("base.fr").id,
        )
        cls.wang = cls._new_contact("王小明", "514 555 0150", organization="Øresund")
        cls.all = cls.lee + cls.pharmacy + cls.paris + cls.wang

    def _find(self, text, operator="ilike"):
        domain = [("id", "in", self.all.ids)]
        found = self.Contact.name_search(text, domain, operator)
        return self.Contact.browse(row[0] for row in found)

    def test_any_part_of_name_organization_or_number(self):
        for text, expected in (
            ("lee", self.lee),
            ("HEART", self.lee),
            ("clinic lee", self.lee),
            ("Lee, Heart Clinic", self.lee),
            ("Dr. Lee", self.lee),
            ("0199", self.lee),
            ("555-0199", self.lee),
            ("(514) 555-0199", self.lee),
            ("+1 514 555 0199", self.lee),
            ("lee 0199", self.lee),
            ("ile", self.pharmacy),
            ("de l'île", self.pharmacy),
            ("PHARMACIE", self.pharmacy),
            ("02 61 91", self.paris),
            ("+33 2 61", self.paris),
            ("小明", self.wang),
            ("oresund", self.wang),
            ("lee 0142", self.Contact),
            ("%", self.all),
        ):
            with self.subTest(text):
                self.assertEqual(self._find(text), expected.sorted())

    def test_exact_display_name_is_found(self):
        """What an export wrote is found by the import of a list."""
        for contact in self.all:
            with self.subTest(contact.name):
                self.assertEqual(self._find(contact.display_name, "="), contact)
                self.assertEqual(self._find(contact.name, "="), contact)
        self.assertFalse(self._find("Nobody (+1 514-555-0199)", "="))

    def test_negative_and_empty(self):
        self.assertEqual(
            self._find("0199", "not ilike"), (self.all - self.lee).sorted()
        )
        self.assertEqual(self._find(""), self.all.sorted())
        domain = [("display_name", "not in", [self.lee.display_name])]
        self.assertNotIn(self.lee, self.Contact.search(domain))
        self.assertFalse(self.Contact.search([("display_name", "=", False)]))

    def test_trigram_index_serves_the_search(self):
        self.env.cr.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename = 'fax_contact'"
            " AND indexdef LIKE '%gin_trgm_ops%'"
        )
        self.assertIn("search_text", str(self.env.cr.fetchall()))
        self.env.flush_all()
        # A handful of rows is read in any other way first.
        for way in ("seqscan", "indexscan", "indexonlyscan"):
            self.env.cr.execute(f"SET LOCAL enable_{way} = off")
        query = self.Contact.sudo()._search([("display_name", "ilike", "0199")])
        plan = self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        self.assertIn("search_text_index", str(plan))
