from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.medical_fax.providers import FailureKind, FaxState

from .common import CreditCase


@tagged("post_install", "-at_install")
class TestQuota(CreditCase):
    """The provider's account has no credit: its balance is not that of our wallet."""

    def setUp(self):
        super().setUp()
        self.company.fax_wallet_id = self.wallet
        self.wallet._grant(100)

    def refused(self, kind=FailureKind.QUOTA_EXCEEDED, **values):
        fax = self.send(**values)
        self.run_queue()
        self.fake.answer(FaxState.FAILED, fax.attempt_ids, failure=kind)
        self.run_queue()
        return fax

    def test_refused_for_quota_costs_nothing(self):
        fax = self.refused()
        self.assertEqual((fax.state, fax.failure_kind), ("failed", "quota_exceeded"))
        self.assertUnits(balance=100, available=100)
        self.assertIn("account with the fax provider", fax.failure_advice)

    def test_one_button_resends_all(self):
        first, second = self.refused(), self.refused(recipients=self.rossi)
        other = self.refused(FailureKind.BUSY, recipients=self.pharmacy)
        fax = first.with_user(self.user)
        self.assertEqual(fax.next_steps.split()[0], "resend_quota")
        self.assertNotIn("resend_quota", other.with_user(self.user).next_steps)
        action = fax.action_resend_quota()
        self.assertEqual(len(action["params"]["message_ids"]), 2)
        self.assertEqual(
            (first.resend_ids + second.resend_ids).mapped("state"), ["queued"] * 2
        )
        self.assertFalse(other.resend_ids)
        # Once each: pressed again, by another, nothing is left to send.
        with self.assertRaises(UserError):
            first.with_user(self.manager).action_resend_quota()
        self.assertEqual(len(first.resend_ids), 1)

    def test_of_that_account_only(self):
        first = self.refused()
        second = self.refused(recipients=self.rossi)
        other = self.account.copy({"name": "Other account"})
        self.set_state(second, "failed", account_id=other.id)
        first.with_user(self.user).action_resend_quota()
        self.assertFalse(second.resend_ids)

    def test_those_of_numbers_one_may_use(self):
        mine = self.refused()
        private = self.refused(number_id=self.private_number.id)
        mine.with_user(self.colleague).action_resend_quota()
        self.assertTrue(mine.resend_ids)
        self.assertFalse(private.resend_ids)
        with self.assertRaises(AccessError):
            mine.with_user(self.denied).action_resend_quota()

    def test_waiting_at_the_provider(self):
        """InterFAX -22: it has the fax, and never gets it again from us."""
        fax = self.send()
        self.run_queue()
        self.assertEqual(fax.state, "submitted")
        fax._note_waiting(FailureKind.QUOTA_EXCEEDED)
        words = fax.with_user(self.user).state_words
        self.assertIn("Waiting at the provider", words)
        self.assertIn("24 hours", words)
        self.assertUnits(reserved=fax.pages)
        self.run_queue()
        self.assertEqual(len(self.fake.submitted), 1)
