from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..providers import FailureKind, FaxState, FindBy, ProviderError
from ..tools import waits
from .common import FaxCommon
from .fake_provider import FakeProvider

LOOK = "odoo.addons.medical_fax.models.fax_attempt_look"


def not_told():
    return ProviderError(FailureKind.PROVIDER_UNAVAILABLE, proven_not_sent=True)


@tagged("post_install", "-at_install")
class TestFindingOut(FaxCommon):
    """An answer is lost: what came of the call is found out, never guessed."""

    def setUp(self):
        super().setUp()
        self.able(find=FindBy.FINGERPRINT)
        self.fax = self.send()

    def able(self, **capabilities):
        patcher = FakeProvider.able(**capabilities)
        patcher.start()
        self.addCleanup(patcher.stop)

    def lose(self):
        self.fake.lose_answer()
        self.run_cron("ir_cron_fax_send")
        self.assertEqual(self.attempt.state, "resolving")
        self.assertEqual(self.fax.state, "submitting")

    @property
    def attempt(self):
        return self.fax.attempt_ids[:1]

    def look(self):
        self.attempt.next_look_at = waits.now()
        self.run_cron("ir_cron_fax_poll")

    def pass_time(self, seconds):
        """Let the looks and the loss have been so much earlier."""
        past = timedelta(seconds=seconds)
        for name in ("missed_at", "lost_at"):
            if self.attempt[name]:
                self.attempt[name] -= past

    def test_one_match_is_ours(self):
        self.lose()
        self.fake.there = [["fax-7"]]
        self.look()
        self.assertEqual(self.attempt.provider_id, "fax-7")
        self.assertEqual(
            (self.attempt.state, self.fax.state), ("accepted", "submitted")
        )
        self.fake.answer(FaxState.DELIVERED, self.attempt, pages_sent=1)
        self.look()
        self.assertEqual(self.fax.state, "delivered")
        self.assertEqual(len(self.fake.submitted), 1)

    def test_the_fingerprint(self):
        self.run_cron("ir_cron_fax_send")
        known = self.attempt.provider_id
        self.fax = self.send()
        self.lose()
        self.look()
        _reference, wanted = self.fake.looked[-1]
        self.assertEqual((wanted.to, wanted.pages), (self.fax.number, self.fax.pages))
        self.assertEqual(wanted.known_ids, {known})
        after, before = wanted.after.replace(tzinfo=None), wanted.before
        self.assertLess(after, self.attempt.called_at)
        self.assertGreater(before.replace(tzinfo=None), self.attempt.lease_until)

    def test_twice_nothing_is_not_taken(self):
        self.lose()
        self.look()
        self.assertEqual(self.attempt.state, "resolving", "one look proves nothing")
        self.look()
        self.assertEqual(self.attempt.state, "resolving", "nor a second one at once")
        self.pass_time(181)
        self.look()
        self.assertEqual(self.attempt.state, "over")
        self.assertEqual(self.fax.state, "queued")
        self.assertGreater(self.fax.due_at, waits.now())
        self.make_due(self.fax)
        self.run_queue()
        self.assertEqual(self.fax.state, "submitted")
        references = [request.reference for request in self.fake.submitted]
        self.assertEqual(references, [f"{self.fax.uuid}-1", f"{self.fax.uuid}-2"])

    def test_found_in_the_second_look(self):
        self.lose()
        self.look()
        self.pass_time(181)
        self.fake.there = [["fax-8"]]
        self.look()
        self.assertEqual(self.fax.state, "submitted")

    def test_several_are_for_a_person(self):
        self.lose()
        self.fake.there = [["fax-1", "fax-2"]]
        self.look()
        self.assertEqual((self.attempt.state, self.fax.state), ("uncertain",) * 2)
        self.assertIn("2 faxes like it", self.fax.unsure_reason)
        self.run_cron("ir_cron_fax_notices")
        self.assertTrue(self.fax.activity_ids)
        self.pass_time(100000)
        self.run_queue()
        self.assertEqual(len(self.fake.submitted), 1)

    def test_what_cannot_be_asked_is_no_look(self):
        self.lose()
        self.fake.there = [not_told(), [], not_told(), []]
        self.look()
        self.assertFalse(self.attempt.missed_at)
        self.look()
        self.assertTrue(self.attempt.missed_at)
        self.pass_time(181)
        self.look()
        self.assertEqual(self.attempt.state, "resolving")
        self.look()
        self.assertEqual(self.attempt.state, "over")

    def test_not_asked_for_too_long(self):
        self.lose()
        self.pass_time(3601)
        self.fake.there = [not_told()] * 3
        for _look in range(2):
            self.look()
            # The server may have been off for all that time.
            self.assertEqual(self.attempt.state, "resolving")
        self.look()
        self.assertEqual(self.fax.state, "uncertain")
        self.assertIn("could not be asked", self.fax.unsure_reason)

    def test_asked_again_by_a_person(self):
        self.lose()
        self.fake.there = [["fax-1", "fax-2"]]
        self.look()
        self.fax.with_user(self.user).action_ask_provider()
        self.assertEqual(self.attempt.state, "resolving")
        self.fake.there = [["fax-2"]]
        self.run_cron("ir_cron_fax_poll")
        self.assertEqual(self.fax.state, "submitted")

    def test_no_other_one_to_that_number_meanwhile(self):
        """Or two of them could not be told apart."""
        other = self.send()
        elsewhere = self.send(recipients=self.rossi)
        self.lose()
        self.run_cron("ir_cron_fax_send")
        self.assertEqual(other.state, "queued")
        self.assertEqual(elsewhere.state, "submitted")
        self.fake.there = [["fax-1"]]
        self.look()
        self.run_cron("ir_cron_fax_send")
        self.assertEqual(other.state, "submitted")

    def test_a_lost_worker_is_looked_for_at_once(self):
        self.fake.lose_answer()
        attempt = self.fax._claim()
        attempt.lease_until = waits.now() - timedelta(seconds=2)
        self.fake.there = [["fax-9"]]
        with mute_logger(LOOK):
            self.run_queue()
        self.assertEqual(self.fax.state, "submitted")
        self.assertFalse(self.fake.submitted)

    def test_a_late_answer_is_kept(self):
        """A worker that was away so long that its fax was looked for and not found."""
        attempt = self.fax._claim()
        attempt._close(FailureKind.PROVIDER_UNAVAILABLE)
        with mute_logger("odoo.addons.medical_fax.models.fax_attempt_outcome"):
            attempt._adopt("late-1", "taken")
        self.assertEqual((attempt.state, attempt.provider_id), ("over", "late-1"))

    def test_no_way_to_look(self):
        self.able()
        self.fake.lose_answer()
        self.run_cron("ir_cron_fax_send")
        self.assertEqual(self.fax.state, "uncertain")
        self.assertTrue(self.fax.unsure_reason)

    def test_forgotten_by_the_provider(self):
        self.run_queue()
        self.assertEqual(self.fax.state, "submitted")
        self.attempt.answered_at = waits.now() - timedelta(days=2)
        self.look()
        self.assertEqual(self.fax.state, "uncertain")
        self.assertIn("does not know this fax", self.fax.unsure_reason)


@tagged("post_install", "-at_install")
class TestNotSure(FaxCommon):
    """A person says what became of a fax that nobody can tell about."""

    def setUp(self):
        super().setUp()
        self.fax = self.send()
        self.fake.lose_answer()
        self.run_cron("ir_cron_fax_send")
        self.assertEqual(self.fax.state, "uncertain")

    def test_it_arrived(self):
        self.fax.with_user(self.user).action_confirm_arrived("their front desk")
        self.assertEqual(
            (self.fax.state, self.fax.pages_sent), ("delivered", self.fax.pages)
        )
        self.assertEqual(self.fax.outcome_by_id, self.user)
        self.assertEqual(self.fax.outcome_source, "their front desk")
        self.assertEqual(self.fax.attempt_ids.state, "over")

    def test_it_did_not(self):
        self.fax.with_user(self.user).action_confirm_not_arrived()
        self.assertEqual(self.fax.state, "failed")
        self.assertEqual(self.fax.attempt_ids.state, "over")
        self.run_queue()
        self.assertEqual(len(self.fake.submitted), 1)

    def test_only_while_it_is_not_sure(self):
        fax = self.send(recipients=self.rossi)
        self.run_queue()
        with self.assertRaisesRegex(UserError, "not sure"):
            fax.with_user(self.user).action_confirm_arrived("somebody")
        self.assertEqual(fax.state, "submitted")

    def test_who_may_say(self):
        self.fax.number_id = self.private_number
        for user in (self.denied, self.colleague, self.stranger):
            with self.assertRaises(UserError):
                self.fax.with_user(user).action_confirm_arrived("me")
            with self.assertRaises(UserError):
                self.fax.with_user(user).action_confirm_not_arrived()
        self.assertEqual(self.fax.state, "uncertain")
