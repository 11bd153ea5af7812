from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.medical_fax.providers import FailureKind, FaxState

from .common import CreditCase


@tagged("post_install", "-at_install")
class TestFaxCredit(CreditCase):
    """A fax and its credit change together."""

    def setUp(self):
        super().setUp()
        self.company.fax_wallet_id = self.wallet

    def deliver(self, faxes, pages=None):
        self.run_queue()
        for fax in faxes:
            self.fake.answer(
                FaxState.DELIVERED, fax.attempt_ids, pages_sent=pages or fax.pages
            )
        self.run_queue()

    def test_reserved_when_queued_and_used_when_delivered(self):
        self.wallet._grant(100)
        fax = self.send()
        self.assertEqual(fax.wallet_id, self.wallet)
        self.assertUnits(available=100 - fax.pages, reserved=fax.pages)
        self.deliver(fax)
        self.assertEqual(fax.state, "delivered")
        self.assertUnits(balance=100 - fax.pages, reserved=0)
        capture = fax.credit_move_ids.filtered(lambda move: move.kind == "capture")
        self.assertEqual(capture.quantity, fax.pages)
        self.assertEqual((capture.user_id, capture.number_end), (self.user, "0190"))

    def test_two_recipients(self):
        """4 pages incl. cover x 2 recipients = 8 credits, 92 left of 100."""
        self.wallet._grant(100)
        faxes = self.send(recipients=self.lee + self.rossi)
        self.assertUnits(reserved=sum(faxes.mapped("pages")))

    def test_a_failed_fax_costs_nothing(self):
        self.wallet._grant(100)
        fax = self.send()
        self.run_queue()
        self.fake.answer(
            FaxState.FAILED, fax.attempt_ids, failure=FailureKind.INVALID_NUMBER
        )
        self.run_queue()
        self.assertEqual(fax.state, "failed")
        self.assertUnits(balance=100, available=100)

    def test_a_part_costs_its_pages(self):
        self.wallet._grant(100)
        fax = self.send(self.new_entry(body="<p>Word. </p>" * 200))
        self.assertGreater(fax.pages, 2)
        self.run_queue()
        self.fake.answer(
            FaxState.PARTIAL,
            fax.attempt_ids,
            pages_sent=2,
            failure=FailureKind.PARTLY_SENT,
        )
        self.run_queue()
        self.assertEqual(fax.state, "partial")
        self.assertUnits(balance=98, available=98)

    def test_taken_back(self):
        self.wallet._grant(100)
        fax = self.send()
        fax.with_user(self.user).action_undo()
        self.assertEqual(fax.state, "cancelled")
        self.assertUnits(balance=100, available=100)

    def test_more_pages_than_reserved_are_due(self):
        self.wallet._grant(100)
        fax = self.send()
        self.deliver(fax, pages=fax.pages + 2)
        self.assertUnits(balance=100 - fax.pages, due=2)

    def test_no_credit_holds_and_credit_releases(self):
        fax = self.send()
        self.assertEqual((fax.state, fax.hold_kind), ("held", "credit"))
        self.run_queue()
        self.assertFalse(self.fake.submitted)
        self.wallet._grant(100)
        self.assertEqual(fax.state, "queued")
        self.assertUnits(reserved=fax.pages)
        self.deliver(fax)
        self.assertEqual(fax.state, "delivered")

    def test_credit_goes_as_far_as_it_reaches(self):
        faxes = self.send(recipients=self.lee + self.rossi)
        self.wallet._grant(faxes[0].pages)
        self.assertEqual(faxes.mapped("state"), ["queued", "held"])
        self.assertUnits(available=0)

    def test_held_for_long_asks_first(self):
        fax = self.send()
        fax.held_at = fields.Datetime.now() - timedelta(hours=25)
        self.wallet._grant(100)
        self.assertEqual(fax.state, "held")
        self.assertIn("wanted", fax.hold_reason)
        fax.with_user(self.user).action_release()
        self.assertEqual(fax.state, "queued")

    def test_letting_it_go_without_credit_holds_again(self):
        fax = self.send()
        fax.with_user(self.user).action_release()
        self.assertEqual((fax.state, fax.hold_kind), ("held", "credit"))

    def test_another_hold_keeps_the_reserve(self):
        self.wallet._grant(100)
        fax = self.send()
        self.account.action_disconnect()
        self.run_queue()
        self.assertEqual((fax.state, fax.hold_kind), ("held", "account"))
        self.assertUnits(reserved=fax.pages)

    def test_a_retry_reserves_once(self):
        self.wallet._grant(100)
        self.account.retry_limit = 3
        fax = self.send()
        self.run_queue()
        self.fake.refuse()
        self.make_due(fax)
        self.assertUnits(reserved=fax.pages)
        self.assertEqual(len(fax.credit_move_ids), 1)

    def test_without_a_wallet_nothing_is_metered(self):
        self.company.fax_wallet_id = False
        fax = self.send()
        self.company.fax_wallet_id = self.wallet  # too late for this one
        self.deliver(fax)
        self.assertEqual(fax.state, "delivered")
        self.assertFalse(fax.wallet_id or fax.credit_move_ids)

    def test_who_pays(self):
        """The number's wallet, else the sender's, else the location's, else the
        company's."""
        payer = self.env["medical.credit.wallet"]._payer
        location = self.env["res.partner"].create(
            {"name": "East", "is_fax_location": True}
        )
        self.number.location_id = location
        expected = self.wallet
        for record, field in (
            (location, "fax_wallet_id"),
            (self.user, "fax_wallet_id"),
            (self.number, "wallet_id"),
        ):
            self.assertEqual(payer(self.company, self.number, self.user), expected)
            expected = self.new_wallet(name=record._name)
            record[field] = expected
        self.assertEqual(payer(self.company, self.number, self.user), expected)
        expected.active = False
        self.assertFalse(payer(self.company, self.number, self.user))
