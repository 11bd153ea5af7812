from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import LEE, FaxCommon


class RecipientCase(FaxCommon):
    def suggested(self, composer, query=""):
        """Return ``[(group, name)]`` as the list under the field shows them."""
        found = composer.action_suggest(query)
        return [(each["group"], each["name"]) for each in found]

    def names(self, composer, query):
        return [name for _group, name in self.suggested(composer, query)]


@tagged("post_install", "-at_install")
class TestSuggestions(RecipientCase):
    """Who is offered, and in which order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referring = cls.new_contact("Dr Ref Erring", "+15145550193")
        cls.family = cls.new_contact("Dr Fa Mily", "+15145550194")
        cls.last_of_patient = cls.new_contact("Dr Last Patient", "+15145550195")
        cls.last_of_user = cls.new_contact("Dr Last Mine", "+15145550196")
        cls.referring.partner_id = cls.colleague.partner_id
        cls.family.partner_id = cls.company.partner_id
        cls.entry = cls.new_entry(user_id=cls.colleague.id)

    def test_order(self):
        """The record's own, the circle, this patient's last, the user's last, the
        address book."""
        self.send(
            self.new_entry(patient=self.other_patient), recipients=self.last_of_user
        )
        # A colleague's fax from records that the user may read
        self.send(
            self.new_entry(), recipients=self.last_of_patient, user=self.colleague
        )
        composer = self.compose(self.entry)
        self.assertEqual(
            self.suggested(composer),
            [
                ("source", "Dr Ref Erring"),
                ("circle", "Dr Fa Mily"),
                ("patient", "Dr Last Patient"),
                ("mine", "Dr Last Mine"),
            ],
        )
        groups = self.suggested(composer, "dr")
        self.assertEqual(groups[:4], self.suggested(composer))
        self.assertEqual({group for group, _name in groups[4:]}, {"book"})
        self.assertIn(("book", "Dr Ann Lee"), groups)

    def test_nobody_twice(self):
        self.send(self.entry, recipients=self.referring)
        composer = self.compose(self.entry)
        names = self.names(composer, "ref erring")
        self.assertEqual(names, ["Dr Ref Erring"])

    def test_completes_by_any_part(self):
        composer = self.compose(self.new_entry())
        for query in (
            "Lee",
            "ann l",
            "lee ann",
            "heart",
            "Clinic heart",
            "0190",
            "514555",
            "514-555-01",
            "LÉE",
        ):
            with self.subTest(query=query):
                self.assertIn("Dr Ann Lee", self.names(composer, query))
        self.assertNotIn("Dr Ann Lee", self.names(composer, "rossi"))
        self.assertFalse(self.names(composer, "nobody of that name"))

    def test_archived_entries_are_not_offered(self):
        self.send(self.entry, recipients=self.lee)
        self.lee.action_archive()
        composer = self.compose(self.entry, recipients=self.rossi)
        self.assertNotIn("Dr Ann Lee", self.names(composer, "lee"))
        self.assertNotIn("Dr Ann Lee", self.names(composer, ""))

    def test_a_list_adds_its_members(self):
        self.env["fax.contact.list"].create(
            {
                "name": "All colleagues",
                "company_id": self.company.id,
                "contact_ids": (self.lee | self.rossi).ids,
            }
        )
        composer = self.compose(self.entry)
        found = composer.action_suggest("colleagues")
        (entry,) = [each for each in found if each["group"] == "list"]
        members = {member["contact_id"] for member in entry["list"]}
        self.assertEqual(members, set((self.lee | self.rossi).ids))

    def test_the_first_recipient_is_prefilled(self):
        action = (
            self.env["fax.composer"]
            .with_user(self.user)
            .action_compose(model="res.partner", ids=self.entry.ids)
        )
        composer = self.env["fax.composer"].browse(action["res_id"])
        (offered,) = composer.recipients
        self.assertEqual(offered["contact_id"], self.referring.id)
        self.assertTrue(offered["offered"])

    def test_a_contact_of_the_chart_without_number(self):
        self.referring.partner_id = False
        composer = self.compose(self.entry, recipients=[])
        found = composer.action_suggest()
        self.assertEqual(found[0]["partner_id"], self.colleague.partner_id.id)
        self.assertEqual(found[0]["number"], "")
        self.assertFalse(composer.recipients, "nobody is prefilled without a number")

    def test_other_companies_entries_are_not_offered(self):
        self.lee.company_id = self.other_company
        composer = self.compose(self.entry, recipients=self.rossi)
        self.assertFalse(self.names(composer, "lee"))

    def test_only_for_who_writes_the_fax(self):
        composer = self.compose(self.entry)
        with self.assertRaises(UserError):
            composer.with_user(self.colleague).action_suggest("lee")


@tagged("post_install", "-at_install")
class TestNewContacts(RecipientCase):
    """A recipient typed while sending is in the address book afterwards."""

    def typed(self, **values):
        return [{"name": "Dr New Comer", "number": "+15145550199", **values}]

    def test_saved_on_send(self):
        fax = self.send(recipients=self.typed(organization="New Clinic"))
        self.assertEqual(fax.contact_id.name, "Dr New Comer")
        self.assertEqual(fax.contact_id.organization, "New Clinic")
        self.assertEqual(fax.contact_id.number, "+15145550199")
        self.assertEqual(fax.contact_id.company_id, self.company)
        composer = self.compose(self.new_entry())
        self.assertIn("Dr New Comer", self.names(composer, "comer"))

    def test_not_saved_before(self):
        composer = self.compose(self.new_entry(), recipients=self.typed())
        composer.action_preview()
        found = self.env["fax.contact"].search([("name", "=", "Dr New Comer")])
        self.assertFalse(found)

    def test_one_that_is_there_is_used(self):
        fax = self.send(recipients=self.typed(name="dr ann lee", number=LEE))
        self.assertEqual(fax.contact_id, self.lee)

    def test_without_a_name_no_entry_is_made(self):
        fax = self.send(recipients=self.typed(name=""))
        self.assertFalse(fax.contact_id)
        self.assertEqual(fax.number, "+15145550199")

    def test_a_contact_of_the_chart_keeps_its_number(self):
        partner = self.colleague.partner_id
        fax = self.send(recipients=self.typed(partner_id=partner.id))
        self.assertEqual(fax.contact_id.partner_id, partner)

    def test_a_contact_of_the_chart_that_one_may_not_read(self):
        hidden = self.new_entry(ref="HIDDEN")
        composer = self.compose(
            self.new_entry(), recipients=self.typed(partner_id=hidden.id)
        )
        with self.assertRaises(AccessError):
            composer.action_send()

    def test_an_entry_that_one_may_not_read(self):
        self.lee.company_id = self.other_company
        forged = [{"contact_id": self.lee.id, "name": "x", "number": LEE}]
        composer = self.compose(self.new_entry(), recipients=forged)
        with self.assertRaises(AccessError):
            composer.action_send()

    def test_an_entry_that_is_gone(self):
        forged = [{"contact_id": 2**30, "name": "x", "number": LEE}]
        composer = self.compose(self.new_entry(), recipients=forged)
        with self.assertRaises(UserError):
            composer.action_send()
