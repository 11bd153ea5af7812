from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..providers import FAILURES, FailureKind, FaxState, FindBy, ProviderError
from ..tools import waits
from .common import FaxCommon
from .fake_provider import FakeProvider


@tagged("post_install", "-at_install")
class TestTryingAgain(FaxCommon):
    """By itself only where no page can have come out, with growing pauses."""

    def setUp(self):
        super().setUp()
        self.account.retry_limit = 3
        self.fax = self.send()

    def fail(self, kind, **values):
        """Let the provider take the fax, and then report it failed."""
        self.make_due(self.fax)
        self.run_cron("ir_cron_fax_send")
        self.fake.answer(
            FaxState.FAILED, self.fax.attempt_ids[0], failure=kind, **values
        )
        self.run_cron("ir_cron_fax_poll")

    def wait(self):
        return (self.fax.due_at - waits.now()).total_seconds()

    def test_busy(self):
        pauses = []
        for _try in range(2):
            self.fail(FailureKind.BUSY, code="6100")
            self.assertEqual(self.fax.state, "queued")
            self.assertIn("Line busy; tries again at", self.fax.state_words)
            self.assertFalse(self.fax.activity_ids, "nobody need do anything yet")
            pauses.append(self.wait())
        self.assertAlmostEqual(pauses[0], 120, delta=5)
        self.assertAlmostEqual(pauses[1], 240, delta=5)
        self.fail(FailureKind.BUSY)
        self.assertEqual((self.fax.state, self.fax.failure_kind), ("failed", "busy"))
        self.run_cron("ir_cron_fax_notices")
        self.assertTrue(self.fax.activity_ids)
        self.assertEqual(self.fax.attempt_ids.mapped("number"), [3, 2, 1])

    def test_it_waits_its_pause(self):
        self.fail(FailureKind.BUSY)
        self.run_queue()
        self.assertEqual(len(self.fake.submitted), 1)

    def test_delivered_in_the_end(self):
        self.fail(FailureKind.NO_ANSWER)
        self.make_due(self.fax)
        self.run_cron("ir_cron_fax_send")
        self.fake.deliver(self.fax.attempt_ids[0])
        self.run_cron("ir_cron_fax_poll")
        self.assertEqual((self.fax.state, self.fax.failure_kind), ("delivered", False))

    def test_each_kind(self):
        """The table of failures decides, and nothing else."""
        self.fax._set_cancelled()
        for kind in FailureKind:
            with self.subTest(kind=kind.value):
                if self.account.state != "connected":
                    self.account.action_connect()
                self.env["fax.account.pace"].search([]).sudo().unlink()
                self.fax = self.send()
                self.fake.refuse(kind)
                self.run_cron("ir_cron_fax_send")
                expected = "queued" if FAILURES[kind].redial else "failed"
                self.assertEqual(self.fax.state, expected)
                if expected == "queued":
                    self.fax._set_cancelled()

    def test_pages_that_got_through_end_it(self):
        self.fail(FailureKind.BUSY, pages_sent=1)
        self.assertEqual(self.fax.state, "failed")

    def test_taken_back_while_it_waits(self):
        self.fail(FailureKind.BUSY)
        self.fax.with_user(self.user).action_undo()
        self.make_due(self.fax)
        self.run_queue()
        self.assertEqual(self.fax.state, "cancelled")
        self.assertEqual(len(self.fake.submitted), 1)

    def test_a_provider_that_is_down_uses_up_no_try(self):
        """The recipient was never called; it goes on for hours, not for ever."""
        for _try in range(5):
            self.fake.refuse(FailureKind.PROVIDER_UNAVAILABLE)
            self.make_due(self.fax)
            self.run_cron("ir_cron_fax_send")
            self.assertEqual(self.fax.state, "queued")
        self.assertAlmostEqual(self.wait(), 120 * 2**4, delta=5)
        self.fax.attempt_ids[-1].called_at -= timedelta(hours=5)
        self.fake.refuse(FailureKind.PROVIDER_UNAVAILABLE)
        self.make_due(self.fax)
        self.run_cron("ir_cron_fax_send")
        self.assertEqual(self.fax.state, "failed")

    def test_told_to_slow_down(self):
        """All faxes of the account wait, as long as the provider asks for."""
        other = self.send(recipients=self.rossi)
        self.fake.refuse(FailureKind.RATE_LIMITED, retry_after=300)
        self.run_queue()
        self.assertEqual({self.fax.state, other.state}, {"queued"})
        self.assertEqual(len(self.fake.submitted), 1)
        self.assertAlmostEqual(self.wait(), 300, delta=5)
        pace = self.env["fax.account.pace"].search([("kind", "=", "submit")])
        pace.sudo().next_at = waits.now()
        self.run_queue()
        self.assertEqual(other.state, "submitted")


@tagged("post_install", "-at_install")
class TestAccountTrouble(FaxCommon):
    """A provider that refuses the account refuses every fax: the rest is kept."""

    def test_a_key_that_is_refused(self):
        fax, other = self.send(), self.send(recipients=self.rossi)
        self.fake.refuse(FailureKind.CREDENTIALS)
        self.run_queue()
        self.assertEqual(fax.state, "failed")
        self.assertEqual((other.state, other.hold_kind), ("held", "account"))
        self.assertEqual(self.account.state, "failing")
        self.assertIn(self.manager, self.account.activity_ids.user_id)
        self.assertEqual(len(self.fake.submitted), 1)
        self.account.action_connect()
        self.run_queue()
        self.assertEqual(other.state, "submitted")

    def test_staged_trouble_of_the_training_account(self):
        self.use_training()
        self.send(recipients=[{"name": "No", "number": "+15145550108"}])
        self.run_queue()
        self.assertEqual(self.account.state, "connected")


@tagged("post_install", "-at_install")
class TestStopping(FaxCommon):
    """Asking a provider to stop a fax that it has: its own answer counts."""

    def setUp(self):
        super().setUp()
        patcher = FakeProvider.able(cancel=True)
        patcher.start()
        self.addCleanup(patcher.stop)
        self.fax = self.send()
        self.run_queue()
        self.assertTrue(self.fax.can_cancel)

    def stop(self):
        self.fax.with_user(self.user).action_cancel()
        self.assertFalse(self.fake.cancelled, "not within the user's transaction")
        self.run_cron("ir_cron_fax_poll")
        self.env.invalidate_all()

    def test_stopped(self):
        self.fake.answer(FaxState.CANCELLED, self.fax.attempt_ids)
        self.stop()
        self.assertEqual(self.fax.state, "cancelled")
        self.assertEqual(self.fax.attempt_ids.cancel_answer, "stopped")

    def test_stopped_in_other_words(self):
        """Some providers report it as a failure, under a code that nobody knows."""
        self.fake.answer(
            FaxState.FAILED, self.fax.attempt_ids, failure=FailureKind.UNKNOWN
        )
        self.stop()
        self.assertEqual(self.fax.state, "cancelled")

    def test_too_late(self):
        self.fake.cancel_answer = False
        self.fake.deliver(self.fax.attempt_ids)
        self.stop()
        self.assertEqual(self.fax.state, "delivered")
        self.assertIn("Too late", self.fax.cancel_answer)

    def test_no_answer(self):
        self.fake.cancel_answer = ProviderError(
            FailureKind.PROVIDER_UNAVAILABLE, proven_not_sent=True
        )
        self.stop()
        self.assertEqual(self.fax.state, "submitted")
        self.assertEqual(self.fax.attempt_ids.cancel_answer, "unknown")

    def test_asked_once(self):
        self.stop()
        self.fax.with_user(self.user).action_cancel()
        self.run_cron("ir_cron_fax_poll")
        self.assertEqual(len(self.fake.cancelled), 1)

    def test_a_provider_that_cannot(self):
        with FakeProvider.able(), self.assertRaisesRegex(UserError, "cannot stop"):
            self.fax.with_user(self.user).action_cancel()

    def test_who_may(self):
        self.fax.number_id = self.private_number
        for user in (self.denied, self.colleague):
            with self.assertRaises(UserError):
                self.fax.with_user(user).action_cancel()
        self.assertFalse(self.fax.attempt_ids.cancel_requested_at)


@tagged("post_install", "-at_install")
class TestSendingAgain(FaxCommon):
    """A provider that still has the pages need not be given them once more."""

    def setUp(self):
        super().setUp()
        patcher = FakeProvider.able(resend=True)
        patcher.start()
        self.addCleanup(patcher.stop)
        self.first = self.send()
        self.run_queue()
        self.fake.answer(
            FaxState.FAILED, self.first.attempt_ids, failure=FailureKind.BUSY
        )
        self.run_queue()
        self.assertEqual(self.first.state, "failed")

    def again(self, **changes):
        fax = self.made_again(**changes)
        fax._set_queued()
        self.run_queue()
        return fax

    def made_again(self, **changes):
        names = (
            "company_id", "account_id", "number_id", "user_id", "number", "pages",
            "document_id", "has_cover", "subject", "notes",
        )  # fmt: skip
        values = self.first.read(names, load=None)[0]
        values.pop("id")
        return self.env["fax.message"]._new(
            {**values, "resend_of_id": self.first.id, **changes}
        )

    def restored(self):
        """A fax that this database had not sent, before it was restored."""
        patcher = FakeProvider.able(resend=True, find=FindBy.REFERENCE)
        patcher.start()
        self.addCleanup(patcher.stop)
        fax = self.made_again()
        fax._set_queued()
        fax.look_first = "restored"
        fax._set_held("overdue")
        return fax

    def test_from_what_it_has(self):
        fax = self.again()
        self.assertEqual(fax.state, "submitted")
        self.assertEqual(self.fake.resent, self.first.attempt_ids.mapped("provider_id"))

    def test_to_another_number(self):
        fax = self.again(number="+15145550198")
        self.assertEqual(self.fake.submitted[-1].to, "+15145550198")
        self.assertTrue(fax.attempt_ids.by_resend)

    def test_what_it_has_forgotten_is_uploaded(self):
        self.fake.refuse(FailureKind.UNKNOWN, code="404")
        fax = self.again()
        self.assertEqual(fax.state, "submitted")
        self.assertEqual(len(self.fake.resent), 1)
        self.assertEqual(fax.attempt_ids.mapped("by_resend"), [False, True])

    def test_another_sender_or_cover_is_uploaded(self):
        fax = self.again(number_id=self.private_number.id)
        self.set_state(fax, "cancelled")
        self.env.flush_all()
        self.again(subject="Another subject")
        self.assertFalse(self.fake.resent)

    def test_after_a_restore_it_is_looked_for_by_its_likeness(self):
        """It may have left, in a call that carries no reference; later tries do."""
        fax = self.restored()
        self.account.retry_limit = 2
        self.fake.there = [[], [], ["fax-8"]]
        self.run_cron("ir_cron_fax_poll")
        self.assertEqual(
            [(reference, like.resent) for reference, like in self.fake.looked],
            [(f"{fax.uuid}-{n}", n == 1) for n in (3, 2, 1)],
        )
        self.assertEqual((fax.state, fax.attempt_ids.provider_id),
                         ("submitted", "fax-8"))  # fmt: skip

    def test_likeness_does_not_tell_it_from_a_twin(self):
        fax = self.restored()
        twin = self.made_again(resend_of_id=False)
        twin._set_queued()
        self.set_state(twin, "uncertain")
        self.account.retry_limit = 1
        self.fake.there = [[], ["fax-8"]]
        self.run_cron("ir_cron_fax_poll")
        self.assertEqual(fax.state, "uncertain")
        self.assertIn("like both", fax.unsure_reason)
