from datetime import timedelta

from odoo.tests import tagged

from ..providers import FailureKind, FaxState
from ..tools import waits
from .common import FaxCommon


@tagged("post_install", "-at_install")
class TestAsking(FaxCommon):
    """What the provider says of faxes that it took."""

    def setUp(self):
        super().setUp()
        self.fax = self.send(self.new_entry(body="<p>line</p>" * 200))
        self.run_queue()
        self.assertEqual(self.fax.state, "submitted")

    def hear(self, state, **values):
        self.fake.answer(state, self.fax.attempt_ids, **values)
        self.run_cron("ir_cron_fax_poll")
        self.run_cron("ir_cron_fax_notices")

    def test_delivered(self):
        self.hear(FaxState.DELIVERED, pages_sent=self.fax.pages, units=4)
        self.assertEqual(self.fax.state, "delivered")
        self.assertEqual(self.fax.pages_sent, self.fax.pages)
        self.assertEqual(self.fax.attempt_ids.state, "over")
        self.assertTrue(self.fax.done_at and self.fax.attempt_ids.ended_at)
        self.assertFalse(self.fax.activity_ids, "success does not interrupt")

    def test_partly(self):
        self.hear(FaxState.PARTIAL, pages_sent=2, failure=FailureKind.PARTLY_SENT)
        self.assertEqual((self.fax.state, self.fax.pages_sent), ("partial", 2))
        self.assertEqual(self.fax.attempt_ids.state, "over")
        self.assertTrue(self.fax.activity_ids)

    def test_failed(self):
        self.hear(FaxState.FAILED, failure=FailureKind.BUSY, code="6100", text="busy")
        self.assertEqual((self.fax.state, self.fax.failure_kind), ("failed", "busy"))
        self.assertEqual(self.fax.failure_detail, "6100 busy")
        self.assertTrue(self.fax.activity_ids)

    def test_cancelled_there(self):
        self.hear(FaxState.CANCELLED)
        self.assertEqual(self.fax.state, "cancelled")

    def test_on_its_way(self):
        self.hear(FaxState.SENDING, pages_sent=1)
        self.assertEqual(self.fax.state, "submitted")
        self.assertEqual(self.fax.attempt_ids.state, "accepted")
        self.assertEqual(self.fax.attempt_ids.raw_status, "sending")

    def test_unknown_there(self):
        self.run_cron("ir_cron_fax_poll")
        self.assertEqual(self.fax.state, "submitted")

    def test_asked_once_a_round(self):
        """A poll reports nothing remaining, or Odoo calls it again at once."""
        self.fake.asked.clear()
        self.run_cron("ir_cron_fax_poll")
        self.assertEqual(len(self.fake.asked), 1)

    def test_not_asked_when_over(self):
        self.hear(FaxState.DELIVERED, pages_sent=1)
        self.fake.asked.clear()
        self.run_cron("ir_cron_fax_poll")
        self.assertFalse(self.fake.asked)

    def test_an_unclear_fax_that_the_provider_knows(self):
        self.fax.attempt_ids._give_up("The provider was silent.")
        self.assertEqual(self.fax.state, "uncertain")
        self.fax.with_user(self.user).action_ask_provider()
        self.hear(FaxState.DELIVERED, pages_sent=self.fax.pages)
        self.assertEqual(self.fax.state, "delivered")

    def test_ask_now(self):
        self.fax.attempt_ids.next_look_at = waits.now() + timedelta(hours=1)
        self.fax.with_user(self.user).action_ask_provider()
        self.assertLessEqual(self.fax.attempt_ids.next_look_at, waits.now())

    def test_the_training_provider(self):
        """The whole way at the provider that the demo clinic has."""
        self.use_training()
        fax = self.send()
        busy = self.send(recipients=[{"name": "Busy", "number": "+15145550101"}])
        refused = self.send(recipients=[{"name": "No", "number": "+15145550104"}])
        lost = self.send(recipients=[{"name": "Lost", "number": "+15145550111"}])
        self.run_cron("ir_cron_fax_send")
        states = (fax + busy + refused + lost).mapped("state")
        self.assertEqual(states, ["submitted", "submitted", "failed", "submitting"])
        jobs = self.env["fax.loopback.job"].search([])
        jobs.write({"answers_at": "2020-01-01", "ends_at": "2020-01-02"})
        self.run_queue()
        self.assertEqual((fax.state, fax.pages_sent), ("delivered", fax.pages))
        self.assertEqual((busy.state, busy.failure_kind), ("failed", "busy"))
        # Taken, but the answer was lost: there, and not submitted twice
        self.assertEqual(
            len(jobs.filtered(lambda j: j.reference.startswith(lost.uuid))), 1
        )
