from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from . import samples
from .common import OUR_NUMBER, FaxCommon
from .inbox_common import SENDER, InboxMixin


@tagged("post_install", "-at_install")
class TestFiling(InboxMixin, FaxCommon):
    def setUp(self):
        super().setUp()
        self.fax = self.receive(samples.pdf("One", "Two", "Three"))

    def file(self, partner=None, user=None, fax=None, **values):
        fax = (fax or self.fax).with_user(user or self.user)
        told = fax.action_file((partner or self.patient).id, **values)
        return self.env["fax.filing"].browse(told["filing_id"])

    def test_filed(self):
        filing = self.file(reason="sender")
        self.assertEqual(self.fax.state, "filed")
        self.assertEqual(self.fax.patient_id, self.patient)
        self.assertEqual(filing.user_id, self.user)
        self.assertEqual(filing.reason, "sender")
        self.assertEqual(
            (filing.res_model, filing.res_id), ("res.partner", self.patient.id)
        )
        self.assertEqual(filing.document_id, self.fax.document_id)
        self.assertFalse(filing.pages)
        self.assertFalse(self.fax.needs_attention)

    def test_filed_twice(self):
        self.file()
        with self.assertRaises(UserError):
            self.file(self.other_patient)
        self.assertEqual(len(self.fax.filing_ids), 1)

    def test_undone(self):
        filing = self.file()
        with self.assertRaises(UserError):
            filing.with_user(self.user).action_undo("  ")
        filing.with_user(self.user).action_undo("Another of the same name")
        self.assertEqual(self.fax.state, "received")
        self.assertFalse(self.fax.patient_id)
        self.assertTrue(self.fax.needs_attention)
        self.assertEqual(filing.undone_by_id, self.user)
        self.assertEqual(filing.undo_reason, "Another of the same name")

    def test_moved(self):
        filing = self.file()
        wizard = (
            self.env["fax.filing.undo"]
            .with_user(self.user)
            .create(
                {
                    "filing_id": filing.id,
                    "reason": "Wrong one",
                    "partner_id": self.other_patient.id,
                }
            )
        )
        wizard.action_confirm()
        self.assertEqual(self.fax.patient_id, self.other_patient)
        self.assertEqual(self.fax.state, "filed")
        self.assertEqual(filing.undo_reason, "Wrong one")
        with self.assertRaises(UserError):
            wizard.action_confirm()

    def test_split(self):
        """Pages of two patients: each chart has its own, and no others."""
        first = self.file(pages=[0, 2])
        self.assertEqual(self.fax.state, "received")
        self.assertEqual(first.pages, "1, 3")
        self.assertEqual(first.document_id.pages, 2)
        with self.assertRaises(UserError):
            self.file(self.other_patient, pages=[2])
        second = self.file(self.other_patient)
        self.assertEqual(second.pages, "2")
        self.assertEqual(self.fax.state, "filed")
        self.assertFalse(self.fax.patient_id, "one patient or none")
        second.with_user(self.user).action_undo("Neither")
        self.assertEqual(self.fax.state, "received")
        self.assertEqual(self.fax.patient_id, self.patient)

    def test_pages_that_there_are_not(self):
        for pages in ([], [3], [-1], [0, 99]):
            with self.subTest(pages=pages), self.assertRaises(UserError):
                self.file(pages=pages)
        self.assertFalse(self.fax.filing_ids)

    def test_what_cannot_be_shown_is_filed_all_the_same(self):
        fax = self.receive(b"MZ")
        filing = self.file(fax=fax)
        self.assertEqual(fax.state, "filed")
        self.assertFalse(filing.document_id)
        with self.assertRaises(UserError):
            self.file(self.other_patient, fax=fax)

    def test_to_a_contact(self):
        self.fax.with_user(self.user).action_file_contact(self.pharmacy.id)
        self.assertEqual(self.fax.state, "filed")
        self.assertEqual(self.fax.contact_id, self.pharmacy)
        self.assertFalse(self.fax.patient_id)
        self.assertFalse(self.fax.with_user(self.colleague).has_access("read"))

    def test_put_away_and_back(self):
        fax = self.fax.with_user(self.user)
        fax.action_put_away()
        self.assertEqual(fax.state, "archived")
        fax.action_take_in()
        self.assertEqual(fax.state, "received")

    def test_blocked(self):
        other = self.receive()
        fax = self.fax.with_user(self.user)
        with self.assertRaises(UserError):
            fax.action_block_sender("")
        fax.action_block_sender("Advertising")
        self.assertEqual((self.fax | other).mapped("state"), ["blocked"] * 2)
        self.assertEqual(self.receive().state, "blocked")
        self.assertEqual(self.receive(sender="+15145550187").state, "received")
        block = self.env["fax.sender.block"].search([("number", "=", SENDER)])
        self.assertEqual((block.user_id, block.reason), (self.user, "Advertising"))
        with self.assertRaises(AccessError):
            block.with_user(self.user).unlink()
        block.with_user(self.manager).unlink()
        self.assertEqual(self.receive().state, "received")

    def test_categories_give_it_to_a_person(self):
        category = self.env["fax.category"].create(
            {"name": "Results", "company_id": self.company.id}
        )
        category.user_id = self.colleague
        fax = self.fax.with_user(self.user)
        with self.assertRaises(UserError):
            fax.action_categorize(category.id)  # may not see this number's
        shared = self.receive(to=OUR_NUMBER)
        shared.with_user(self.user).action_categorize(category.id)
        self.assertEqual(shared.assignee_id, self.colleague)
        self.assertFalse(shared.needs_attention)
        self.assertEqual(shared.activity_ids.user_id, self.colleague)
        inbox = self.env["fax.message"]
        mine = inbox.with_user(self.colleague).get_inbox()
        self.assertIn(shared.id, [row["id"] for row in mine])
        theirs = inbox.with_user(self.user).get_inbox()
        self.assertNotIn(shared.id, [row["id"] for row in theirs])
        self.file(fax=shared, user=self.colleague)
        self.assertFalse(shared.activity_ids)

    def test_who_has_it_open(self):
        fax = self.receive(to=OUR_NUMBER)
        self.assertFalse(fax.with_user(self.user).get_inbox_fax()["open_by"])
        told = fax.with_user(self.colleague).get_inbox_fax()
        self.assertEqual(told["open_by"], self.user.name)
        self.assertEqual(fax.with_user(self.user).keep_inbox_fax(), self.colleague.name)
        self.fax.with_user(self.user).get_inbox_fax()
        told = fax.with_user(self.colleague).get_inbox_fax()
        self.assertFalse(told["open_by"], "one looks at one at a time")


@tagged("post_install", "-at_install")
class TestCandidates(InboxMixin, FaxCommon):
    def offers(self, fax, user=None):
        offers = fax.with_user(user or self.user)._filing_candidates()
        return [(offer["partner_id"], offer["reason"]) for offer in offers]

    def test_the_senders_earlier_faxes(self):
        first = self.receive()
        self.assertEqual(self.offers(first), [])
        first.with_user(self.user).action_file(self.patient.id)
        self.assertEqual(self.offers(self.receive()), [(self.patient.id, "sender")])
        other = self.receive(sender="+15145550187")
        self.assertEqual(self.offers(other), [])
        self.assertFalse(other.patient_id, "never filed by guess")

    def test_names_in_the_text(self):
        for text in (
            "Results of Greta Sandoval, seen today",
            "Patient: SANDOVAL, GRETA",
            "Sandoval Greta",
        ):
            fax = self.receive(samples.pdf(text))
            with self.subTest(text=text):
                self.assertEqual(self.offers(fax), [(self.patient.id, "name")])
        for text in ("Greta S", "Gretasandoval", "greta"):
            with self.subTest(text=text):
                self.assertEqual(self.offers(self.receive(samples.pdf(text))), [])

    def test_only_patients_whom_one_may_read(self):
        self.patient.write({"ref": "HIDDEN", "user_id": self.colleague.id})
        fax = self.receive(samples.pdf("Greta Sandoval"), to=OUR_NUMBER)
        self.assertEqual(self.offers(fax), [])
        self.assertEqual(self.offers(fax, self.colleague), [(self.patient.id, "name")])
        with self.assertRaises(AccessError):
            fax.with_user(self.user).action_file(self.patient.id)

    def test_dates(self):
        from datetime import date

        says = self.env["fax.message"]._says_date
        day = date(1961, 4, 9)
        for text in ("1961-04-09", "09/04/1961", "4/9/1961", "9.4.1961", "19610409"):
            numbers = "".join(c if c.isdigit() else " " for c in text)
            with self.subTest(text=text):
                self.assertTrue(says(text, " ".join(numbers.split()), day))
        self.assertTrue(says("april 9, 1961", "9 1961", day))
        self.assertTrue(says("9 apr 1961", "9 1961", day))
        for text in ("1961-04-10", "11961 4 9", "april 19, 1961"):
            numbers = " ".join("".join(c if c.isdigit() else " " for c in text).split())
            with self.subTest(text=text):
                self.assertFalse(says(text, numbers, day))


@tagged("post_install", "-at_install")
class TestFilingAccess(InboxMixin, FaxCommon):
    """Who may see what was filed, and who may file."""

    def setUp(self):
        super().setUp()
        self.fax = self.receive(samples.pdf("One", "Two"))
        self.hidden = self.new_patient(
            "Hidden One", ref="HIDDEN", user_id=self.colleague.id
        )

    def test_filing_needs_the_number(self):
        self.patient.user_id = self.colleague
        for user in self.colleague | self.denied | self.plain | self.stranger:
            fax = self.fax.with_user(user)
            with self.subTest(user=user.login):
                for call in (
                    lambda: fax.action_file(self.patient.id),  # noqa: B023
                    lambda: fax.action_file_contact(self.lee.id),  # noqa: B023
                    lambda: fax.action_put_away(),  # noqa: B023
                    lambda: fax.action_take_in(),  # noqa: B023
                    lambda: fax.action_block_sender("x"),  # noqa: B023
                    lambda: fax.action_assign(user.id),  # noqa: B023
                    lambda: fax.action_categorize(False),  # noqa: B023
                    lambda: fax.get_inbox_fax(),  # noqa: B023
                    lambda: fax.keep_inbox_fax(),  # noqa: B023
                    lambda: fax.action_file_in_inbox(),  # noqa: B023
                ):
                    with self.assertRaises(AccessError):
                        call()
        self.assertEqual(self.fax.state, "received")

    def test_filed_it_is_seen_by_who_may_read_the_record(self):
        self.assertFalse(self.fax.with_user(self.colleague).has_access("read"))
        self.hidden.ref = False
        self.fax.with_user(self.user).action_file(self.hidden.id)
        self.hidden.ref = "HIDDEN"
        fax = self.fax.with_user(self.colleague)
        self.assertTrue(fax.has_access("read"))
        self.assertEqual(fax.search([("id", "=", fax.id)]), fax)
        self.assertTrue(fax.document_id.has_access("read"))
        other = new_test_user(
            self.env,
            "t_other",
            groups="base.group_user,medical_fax.group_fax_user",
            company_id=self.company.id,
        )
        self.assertFalse(self.fax.with_user(other).has_access("read"))
        self.assertFalse(self.fax.document_id.with_user(other).has_access("read"))
        self.fax.filing_ids.with_user(self.user).action_undo("Wrong")
        self.assertFalse(fax.has_access("read"))
        self.assertFalse(fax.document_id.has_access("read"))

    def test_of_a_split_fax_only_ones_own_pages(self):
        self.hidden.ref = False
        mine = self.fax.with_user(self.user).action_file(self.hidden.id, pages=[0])
        rest = self.fax.with_user(self.user).action_file(self.patient.id)
        self.patient.write({"ref": "HIDDEN", "user_id": self.user.id})
        filings = self.env["fax.filing"].browse([mine["filing_id"], rest["filing_id"]])
        one, two = filings.with_user(self.colleague)
        self.assertTrue(one.document_id.has_access("read"))
        self.assertFalse(two.has_access("read"))
        self.assertFalse(
            two.sudo().document_id.with_user(self.colleague).has_access("read")
        )
        whole = self.fax.document_id.with_user(self.colleague)
        self.assertFalse(whole.has_access("read"))
        filed = self.env["fax.filing"].with_user(self.colleague)
        self.assertEqual(
            [row["pages"] for row in filed.get_filed("res.partner", self.hidden.id)],
            [1],
        )
        with self.assertRaises(AccessError):
            filed.get_filed("res.partner", self.patient.id)

    def test_rows_are_written_by_buttons_alone(self):
        filing = self.env["fax.filing"].browse(
            self.fax.with_user(self.user).action_file(self.patient.id)["filing_id"]
        )
        for user in self.user | self.manager:
            rows = filing.with_user(user)
            with self.subTest(user=user.login):
                for call in (
                    lambda: rows.write({"undone_on": False}),  # noqa: B023
                    lambda: rows.unlink(),  # noqa: B023
                    lambda: rows.copy(),  # noqa: B023
                    lambda: rows.create({"message_id": self.fax.id}),  # noqa: B023
                ):
                    with self.assertRaises(UserError):
                        call()
