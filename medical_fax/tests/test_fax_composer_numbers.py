from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models import guard
from .common import LEE, OUR_NUMBER
from .test_fax_composer_recipients import RecipientCase


@tagged("post_install", "-at_install")
class TestNumbers(RecipientCase):
    """A number is checked as one leaves the field, and once more when sending."""

    def check(self, text, user=None):
        composers = self.env["fax.composer"].with_user(user or self.user)
        return composers.action_check_number(text, self.number.id)

    def test_shown_in_international_form(self):
        checked = self.check("514 555 0199")
        self.assertEqual(checked["number"], "+15145550199")
        self.assertEqual(checked["display"], "+1 514-555-0199")
        self.assertEqual(checked["country"], "CA")
        self.assertFalse(checked["error"])

    def test_who_has_the_number_already(self):
        known = self.check("514 555 0190")["known"]
        self.assertEqual([each["name"] for each in known], ["Dr Ann Lee"])

    def test_errors_in_words(self):
        for text, words in (
            ("", "missing"),
            ("514 555 01", "too short"),
            ("+1 900 555 0199", "premium"),
            ("+870 773 111 632", "satellite"),
            ("514 555 0199 ext 2", "extension"),
            ("911", "emergency"),
            ("nonsense", "not a fax number"),
            ("+33 1 99 00 12 34", "France"),
            ("212 555 0199", "United States"),
        ):
            with self.subTest(text=text):
                checked = self.check(text)
                self.assertIn(words.lower(), checked["error"].lower())
                self.assertFalse(checked["number"])
                self.assertEqual(checked["display"], text, "what was typed stays")

    def test_countries_abroad_are_enabled_one_by_one(self):
        self.assertTrue(self.check("+33 1 99 00 12 34")["error"])
        self.account.country_ids = self.env.ref("base.fr")
        self.assertFalse(self.check("+33 1 99 00 12 34")["error"])
        self.assertTrue(self.check("+1 212 555 0199")["error"])
        # A premium number stays off in a country that is on
        self.assertTrue(self.check("+33 899 12 34 56")["error"])

    def test_send_refuses_each_and_keeps_the_composer(self):
        entry = self.new_entry()
        for recipients, words in (
            ([], "Add a recipient"),
            ([{"name": "A", "number": "", "display": ""}], "missing"),
            ([{"name": "A", "number": "12"}], "short"),
            ([{"name": "A", "number": "", "display": "+1 900 555 0199"}], "premium"),
            ([{"name": "A", "number": "+33199001234"}], "France"),
            # Said to be checked, by a client that did not
            ([{"name": "A", "number": "+19005550199", "error": ""}], "premium"),
            (
                [
                    {"name": "A", "number": "+15145550199"},
                    {"name": "B", "number": "+33199001234"},
                ],
                "France",
            ),
        ):
            with self.subTest(recipients=recipients):
                composer = self.compose(entry, recipients=recipients, subject="Hello")
                count = self.env["fax.message"].search_count([])
                documents = self.env["fax.document"].search_count([])
                contacts = self.env["fax.contact"].search_count([])
                with self.assertRaisesRegex(UserError, f"(?i){words}"):
                    composer.action_send()
                self.assertEqual(composer.recipients or [], recipients)
                self.assertEqual(composer.subject, "Hello")
                self.assertFalse(composer.is_sent)
                self.assertEqual(self.env["fax.message"].search_count([]), count)
                self.assertEqual(self.env["fax.document"].search_count([]), documents)
                self.assertEqual(self.env["fax.contact"].search_count([]), contacts)

    def test_a_contact_whose_country_is_not_enabled(self):
        abroad = self.new_contact("Dr Fr", "+33199001234")
        composer = self.compose(self.new_entry(), recipients=abroad)
        with self.assertRaises(UserError):
            composer.action_send()

    def test_the_number_of_an_entry_is_the_books(self):
        """A number sent along with an entry of the address book counts for nothing."""
        forged = {
            "contact_id": self.lee.id,
            "name": "Forged",
            "number": "+15145550198",
            "display": "+15145550198",
        }
        fax = self.send(recipients=[forged])
        self.assertEqual(fax.number, LEE)
        self.assertEqual(fax.partner_name, "Dr Ann Lee")

    def test_denied_users_check_nothing(self):
        for user in self.denied | self.plain:
            with self.assertRaises(AccessError):
                self.check("514 555 0199", user)

    def test_account_of_another_company_is_not_used(self):
        with self.assertRaises(AccessError):
            self.check("514 555 0199", self.stranger)


@tagged("post_install", "-at_install")
class TestSenderNumber(RecipientCase):
    """The last choice for the practitioner, else the author's, else one's own, else
    the location's, else the account's default."""

    def default(self, entry=None, user=None):
        return self.compose(entry or self.new_entry(), user=user).number_id

    def test_the_accounts_default(self):
        self.account.default_number_id = self.private_number
        self.assertEqual(self.default(), self.private_number)
        # Not for who may not use it
        self.assertEqual(self.default(user=self.colleague), self.number)

    def test_the_locations(self):
        location = self.env["res.partner"].create(
            {"name": "North branch", "is_fax_location": True}
        )
        self.user.partner_id.parent_id = location
        number = self.new_number("+15145550172", location_id=location.id, sequence=50)
        self.assertEqual(self.default(), number)
        # One's own goes before
        own = self.new_number("+15145550173", practitioner_id=self.user.id, sequence=60)
        self.assertEqual(self.default(), own)

    def test_the_authors_before_ones_own(self):
        own = self.new_number("+15145550173", practitioner_id=self.user.id)
        authors = self.new_number("+15145550174", practitioner_id=self.colleague.id)
        entry = self.new_entry(author=self.colleague)
        self.assertEqual(self.default(entry), authors)
        self.assertEqual(self.default(), own)

    def test_the_choice_is_remembered_for_each_practitioner(self):
        theirs = self.new_entry(author=self.colleague)
        self.send(theirs, number_id=self.private_number.id)
        self.assertEqual(self.default(theirs), self.private_number)
        self.assertEqual(self.default(), self.number)

    def test_only_a_choice_is_remembered(self):
        """Who took what was offered gets a new default as well."""
        fax = self.send()
        self.assertFalse(fax.number_is_chosen)
        own = self.new_number("+15145550173", practitioner_id=self.user.id)
        self.assertEqual(self.default(), own)
        # A choice stays, until what is offered is chosen
        for number, remembered in (
            (self.private_number, self.private_number),
            (self.private_number, self.private_number),
            (own, own),
        ):
            fax = self.send(number_id=number.id)
            self.assertEqual(fax.number_is_chosen, number == self.private_number)
            self.assertEqual(self.default(), remembered)

    def test_the_choice_is_each_users_own(self):
        theirs = self.new_entry(author=self.colleague)
        desk = self.new_number("+15145550175")
        self.send(theirs, number_id=desk.id)
        self.assertEqual(self.default(theirs), desk)
        self.assertEqual(self.default(theirs, user=self.colleague), self.number)

    def test_a_number_that_the_provider_has_not(self):
        """Pending, gone, being released: the next one in order is offered."""
        own = self.new_number("+15145550173", practitioner_id=self.user.id)
        for status in ("pending", "missing", "releasing", "released"):
            guard.opened(own).status = status
            with self.subTest(status=status):
                self.assertEqual(self.default(), self.number)
        guard.opened(own).status = "active"
        self.assertEqual(self.default(), own)

    def test_a_number_that_one_may_no_longer_use(self):
        self.send(number_id=self.private_number.id)
        self.private_number.user_ids = self.colleague
        self.assertEqual(self.default(), self.number)

    def test_only_numbers_of_connected_accounts(self):
        self.account.action_disconnect()
        composer = self.compose(self.new_entry())
        self.assertFalse(composer.number_id)
        with self.assertRaises(UserError):
            composer.action_send()

    def test_a_forged_number_is_refused(self):
        entry = self.new_entry()
        composer = self.compose(entry, user=self.colleague)
        composer.write({"number_id": self.private_number.id})
        with self.assertRaises(UserError):
            composer.action_send()

    def test_replies_come_back_to_it(self):
        composer = self.compose(self.new_entry())
        self.assertEqual(composer.reply_number, "+1 514-555-0170")
        fax = self.press_send(composer)
        self.assertEqual(fax.reply_number, "+1 514-555-0170")
        self.run_queue()
        self.assertEqual(self.fake.submitted[0].sender, OUR_NUMBER)
