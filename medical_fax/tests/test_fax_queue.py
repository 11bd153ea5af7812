from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.tests import tagged, test_cursor
from odoo.tools import config, mute_logger

from ..providers import FailureKind
from ..tools import waits
from .common import LEE, OUR_NUMBER, FaxCommon
from .fake_provider import Killed

QUEUE = "odoo.addons.medical_fax.models.fax_message_queue"
LOOK = "odoo.addons.medical_fax.models.fax_attempt_look"
OUTCOME = "odoo.addons.medical_fax.models.fax_attempt_outcome"


@tagged("post_install", "-at_install")
class TestSending(FaxCommon):
    """Claim, commit, call, record, commit: nothing leaves without a row."""

    def expire_leases(self):
        past = waits.now() - timedelta(seconds=2)
        self.env["fax.attempt"].search([]).lease_until = past

    def test_what_the_provider_is_given(self):
        fax = self.send()
        self.run_queue()
        (request,) = self.fake.submitted
        self.assertEqual((request.to, request.sender), (LEE, OUR_NUMBER))
        self.assertEqual(request.document, fax.document_id._content())
        self.assertEqual(request.pages, fax.pages)
        self.assertEqual(request.reference, f"{fax.uuid}-1")
        self.assertEqual(
            request.file_name, f"{fax.document_id.name.replace('/', '-')}.pdf"
        )
        attempt = fax.attempt_ids
        self.assertEqual(fax.state, "submitted")
        self.assertEqual(attempt.provider_id, f"fake-{request.reference}")
        self.assertEqual(attempt.state, "accepted")
        self.assertTrue(attempt.called_at and attempt.answered_at and attempt.worker)

    def test_the_deadline_is_before_the_lease(self):
        fax = self.send()
        self.run_queue()
        deadline = self.fake.submitted[0].deadline.replace(tzinfo=None)
        self.assertLess(deadline, fax.attempt_ids.lease_until)

    def test_the_claim_is_committed_before_the_call(self):
        """In the order of what happens: row, commit, call; and nothing uncommitted
        stands in the way of the answer afterwards."""
        fax = self.send()
        cron = type(self.env["ir.cron"])
        commit_progress = cron._commit_progress
        events = []

        def observed(crons, *args, **kwargs):
            crons.env.flush_all()
            fresh = crons.env["fax.message"].browse(fax.id)
            events.append((fresh.state, len(fresh.attempt_ids)))
            return commit_progress(crons, *args, **kwargs)

        self.fake.on_submit = lambda request: events.append("call")
        with patch.object(cron, "_commit_progress", observed):
            self.run_cron("ir_cron_fax_send")
        call = events.index("call")
        self.assertEqual(events[call - 1], ("submitting", 1))
        self.assertEqual(events[call + 1], ("submitted", 1))

    def die(self, request):
        """The process ends here: its connection is gone, with what is not committed."""
        test_cursor.TestCursor._cursors_stack[-1].rollback()
        raise Killed

    def test_a_worker_that_dies_in_the_call(self):
        """Its claim is there, and nobody sends the fax again."""
        fax = self.send()
        self.fake.on_submit = self.die
        try:  # assertRaises would take back what was committed
            self.run_cron("ir_cron_fax_send")
        except Killed:
            self.env.invalidate_all()
            self.fake.on_submit = None
        else:
            self.fail("the worker did not die")
        self.assertEqual(fax.state, "submitting")
        self.assertEqual(fax.attempt_ids.reference, f"{fax.uuid}-1")
        self.run_queue()
        self.assertEqual(fax.state, "submitting", "its lease has not run out")
        self.expire_leases()
        with mute_logger(LOOK):
            self.run_queue()
        self.assertEqual(fax.state, "uncertain")
        self.assertTrue(fax.activity_ids)
        self.run_queue()
        self.assertEqual(len(self.fake.submitted), 1)

    def test_a_claim_whose_time_is_over_before_the_call(self):
        fax = self.send()
        self.set_wait("lease_seconds", 0)
        with mute_logger(LOOK):
            self.run_queue()
            self.assertEqual(fax.state, "submitting")
            self.expire_leases()
            self.run_queue()
        self.assertFalse(self.fake.submitted)
        self.assertEqual(fax.state, "uncertain")

    def test_a_second_claim_is_impossible(self):
        fax = self.send()
        first = fax._claim()
        self.assertTrue(first)
        self.assertFalse(fax._claim())
        # Nor where somebody has put the fax back into the queue
        self.set_state(fax, "queued")
        self.assertFalse(fax._claim())
        # Nor where another worker does not see yet what this one did
        with (
            patch.object(type(fax), "_number_in_doubt", lambda fax: False),
            patch.object(type(fax), "_free_place", lambda fax: 7),
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            fax._claim()

    def test_a_claimed_fax_is_not_sent_by_another_round(self):
        fax = self.send()
        fax._claim()
        self.run_queue()
        self.assertFalse(self.fake.submitted)

    def test_references_are_unique(self):
        fax, other = self.send(), self.send()
        self.run_queue()
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                other.attempt_ids.reference = fax.attempt_ids.reference
                self.env.flush_all()

    def test_refused(self):
        fax = self.send()
        self.fake.refuse(FailureKind.INVALID_NUMBER, code="E42", text="no such number")
        self.run_queue()
        self.assertEqual((fax.state, fax.failure_kind), ("failed", "invalid_number"))
        self.assertEqual(fax.failure_detail, "E42 no such number")
        self.assertEqual(fax.attempt_ids.state, "over")
        self.assertTrue(fax.done_at)
        self.run_queue()
        self.assertEqual(len(self.fake.submitted), 1)

    def test_unclear_is_never_sent_again(self):
        fax = self.send()
        self.fake.lose_answer()
        self.run_queue()
        self.assertEqual(fax.state, "uncertain")
        self.assertEqual(fax.attempt_ids.state, "uncertain")
        for _round in range(5):
            self.expire_leases()
            self.make_due(fax)
            self.run_queue()
        self.assertEqual(len(self.fake.submitted), 1)
        self.assertEqual(len(fax.attempt_ids), 1)
        self.assertEqual(fax.state, "uncertain")

    def test_a_bug_in_the_client_is_unclear(self):
        fax = self.send()
        self.fake.crash(KeyError("of +15145550190"))
        with self.assertLogs(OUTCOME, "ERROR") as logs:
            self.run_queue()
        self.assertEqual(fax.state, "uncertain")
        self.assertNotIn("5550190", "".join(logs.output), "no number in the log")
        self.assertIn("KeyError", "".join(logs.output))
        self.run_queue()
        self.assertEqual(len(self.fake.submitted), 1)

    def test_what_cannot_even_be_asked_was_not_sent(self):
        """Trouble before the call is proven: the fax has failed and may be resent."""
        fax = self.send()
        fax.number = "not a number"
        with mute_logger(QUEUE):
            self.run_queue()
        self.assertFalse(self.fake.submitted)
        self.assertEqual(fax.state, "failed")
        self.assertEqual(fax.attempt_ids.state, "over")
        self.assertTrue(fax.activity_ids)

    def test_disconnected_is_held_and_released(self):
        fax = self.send()
        self.account.action_disconnect()
        self.run_queue()
        self.assertFalse(self.fake.submitted)
        self.assertEqual(fax.state, "held")
        self.assertEqual(fax.hold_kind, "account")
        self.assertIn("not connected", fax.hold_reason)
        self.assertFalse(fax.attempt_ids)
        fax.with_user(self.colleague).action_release()
        self.run_queue()
        self.assertEqual(fax.state, "held", "its reason is still there")
        self.account.action_connect()
        self.assertEqual(fax.state, "queued", "it goes by itself")
        self.run_queue()
        self.assertEqual(fax.state, "submitted")

    def test_more_than_a_round_has_time_for(self):
        """What is left wakes the queue again."""
        faxes = self.send(recipients=self.lee | self.rossi | self.pharmacy)
        triggers = self.env["ir.cron.trigger"].search([])
        with patch.object(type(faxes), "_round_seconds", lambda faxes: 0):
            self.run_cron("ir_cron_fax_send")
        self.assertFalse(self.fake.submitted)
        self.assertTrue(self.env["ir.cron.trigger"].search([]) - triggers)
        self.run_queue()
        self.assertEqual(set(faxes.mapped("state")), {"submitted"})

    def test_in_the_order_of_their_times(self):
        first, second, third = self.send(
            recipients=self.lee | self.rossi | self.pharmacy
        )
        now = fields.Datetime.now()
        first.due_at = now - timedelta(minutes=1)
        second.due_at = now - timedelta(minutes=3)
        third.due_at = now - timedelta(minutes=2)
        self.run_queue()
        numbers = [request.to for request in self.fake.submitted]
        self.assertEqual(numbers, [second.number, third.number, first.number])

    def test_a_round_ends_before_odoo_kills_the_worker(self):
        """Its last call may last until its own deadline."""
        for limit, other in ((120, 0), (60, 0), (600, 0), (-1, 120), (0, 0)):
            with patch.dict(
                config._runtime_options,
                limit_time_real_cron=limit,
                limit_time_real=other,
            ):
                seconds = self.env["fax.message"]._round_seconds()
            allowed = limit if limit >= 0 else other
            self.assertGreater(seconds, 0)
            if allowed >= 120:
                self.assertLess(seconds + waits.WAITS["call"], allowed)

    def test_the_lease_outlasts_the_call(self):
        self.assertLess(2 * waits.WAITS["call"], waits.WAITS["lease"])
