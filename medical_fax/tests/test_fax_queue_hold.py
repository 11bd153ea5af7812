from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models import guard
from ..providers import FailureKind, FaxState, FindBy, Hint
from ..tools import waits
from .common import LEE, FaxCommon
from .fake_provider import FakeProvider


class HoldCommon(FaxCommon):
    def able(self, **capabilities):
        patcher = FakeProvider.able(**capabilities)
        patcher.start()
        self.addCleanup(patcher.stop)

    def sleep(self, fax, hours):
        """The fax was due so long ago, and the queue did not run since."""
        fax.write(
            {
                "due_at": waits.now() - timedelta(hours=hours),
                "queued_at": waits.now() - timedelta(hours=hours),
            }
        )
        cron = self.env.ref("medical_fax.ir_cron_fax_send")
        cron.flush_recordset()
        self.env.cr.execute(
            "UPDATE ir_cron SET lastcall = %s WHERE id = %s",
            (waits.now() - timedelta(hours=hours), cron.id),
        )
        cron.invalidate_recordset()


@tagged("post_install", "-at_install")
class TestPaused(HoldCommon):
    def test_pause_and_go_on(self):
        self.company.fax_paused = True
        fax = self.send()
        self.run_queue()
        self.assertEqual((fax.state, fax.hold_kind), ("held", "paused"))
        self.assertFalse(self.fake.submitted)
        self.company.fax_paused = False
        self.assertEqual(fax.state, "queued")
        self.run_queue()
        self.assertEqual(fax.state, "submitted")


@tagged("post_install", "-at_install")
class TestOverdue(HoldCommon):
    """A queue that wakes asks before it sends what was due long ago."""

    def setUp(self):
        super().setUp()
        self.able(find=FindBy.FINGERPRINT)
        self.fax = self.send()

    def probe(self):
        self.run_cron("ir_cron_fax_poll")

    def test_held_and_not_there(self):
        recent = self.send(recipients=self.rossi)
        self.sleep(self.fax, hours=2)
        self.run_cron("ir_cron_fax_send")
        self.assertEqual((self.fax.state, self.fax.hold_kind), ("held", "overdue"))
        self.assertEqual(recent.state, "submitted")
        self.probe()
        self.assertEqual(self.fax.attempt_ids.state, "resolving")
        self.fax.attempt_ids.write(
            {
                "missed_at": waits.now() - timedelta(seconds=181),
                "next_look_at": waits.now(),
            }
        )
        self.probe()
        self.assertIn("does not have it", self.fax.hold_reason)
        self.assertEqual(len(self.fake.submitted), 1)
        self.fax.with_user(self.user).action_release()
        self.run_queue()
        self.assertEqual(self.fax.state, "submitted")
        self.assertEqual(self.fake.submitted[-1].reference, f"{self.fax.uuid}-2")

    def test_one_like_it_is_there(self):
        """Somebody else's is as likely: a person decides."""
        self.sleep(self.fax, hours=2)
        self.run_cron("ir_cron_fax_send")
        self.fake.there = [["fax-3"]]
        self.probe()
        self.assertEqual(self.fax.state, "uncertain")
        self.assertIn("like it already", self.fax.unsure_reason)
        self.assertFalse(self.fake.submitted)

    def test_there_by_its_reference(self):
        self.able(find=FindBy.REFERENCE)
        self.sleep(self.fax, hours=2)
        self.run_cron("ir_cron_fax_send")
        self.account.retry_limit = 3
        self.fake.there = [[], ["fax-3"], ["fax-2"]]
        self.probe()
        self.assertEqual(self.fax.state, "submitted")
        attempt = self.fax.attempt_ids
        self.assertEqual((attempt.provider_id, attempt.number), ("fax-3", 3))
        asked = [reference for reference, _fingerprint in self.fake.looked]
        references = [f"{self.fax.uuid}-{number}" for number in (4, 3, 2, 1)]
        self.assertEqual(asked, references)

    def test_a_provider_that_cannot_look(self):
        self.able()
        self.sleep(self.fax, hours=2)
        self.run_queue()
        self.assertEqual(self.fax.state, "held")
        self.assertIn("cannot tell", self.fax.hold_reason)

    def test_released_while_it_is_looked_for(self):
        self.sleep(self.fax, hours=2)
        self.run_queue()
        self.assertEqual(self.fax.attempt_ids.state, "resolving")
        self.fax.with_user(self.user).action_release()
        self.run_queue()
        self.assertEqual(self.fax.state, "submitted")

    def test_a_queue_that_did_not_sleep(self):
        self.sleep(self.fax, hours=2)
        self.env.cr.execute("UPDATE ir_cron SET lastcall = %s", (waits.now(),))
        self.env.invalidate_all()
        self.run_queue()
        self.assertEqual(self.fax.state, "submitted")


@tagged("post_install", "-at_install")
class TestHome(HoldCommon):
    """A copy of the database sends nothing."""

    def setUp(self):
        super().setUp()
        self.able(find=FindBy.FINGERPRINT)
        self.fax = self.send()

    def move_away(self):
        guard.opened(self.account).home = "another/database/1/name"
        self.env.invalidate_all()
        self.assertTrue(self.account.is_away)

    def test_at_home(self):
        self.assertFalse(self.account.is_away)
        uuid, system, oid, name = self.account._identity().split("/")
        self.assertTrue(uuid and system.isdigit() and oid.isdigit())
        self.assertEqual(name, self.env.cr.dbname)

    def test_each_part_of_the_identity_counts(self):
        parts = self.account._identity().split("/")
        for index in range(len(parts)):
            changed = [*parts]
            changed[index] += "0"
            guard.opened(self.account).home = "/".join(changed)
            self.env.invalidate_all()
            self.assertTrue(self.account.is_away)
        guard.opened(self.account).home = False
        self.env.invalidate_all()
        self.assertTrue(self.account.is_away, "not known is not home")

    def test_nothing_leaves(self):
        self.run_cron("ir_cron_fax_send")
        other = self.send()
        self.move_away()
        self.fake.deliver(self.fax.attempt_ids)
        self.run_queue()
        self.run_cron("ir_cron_fax_receive")
        self.assertEqual((other.state, other.hold_kind), ("held", "copy"))
        self.assertEqual(self.fax.state, "submitted")
        self.assertFalse(self.fake.asked)
        self.assertEqual(len(self.fake.submitted), 1)

    def test_when_it_cannot_be_told_nothing_leaves(self):
        def fails(accounts):
            raise ValueError("no such function")

        self.patch(type(self.account), "_identity", fails)
        self.env.invalidate_all()
        with self.assertLogs("odoo.addons.medical_fax", "ERROR"):
            self.run_queue()
        self.assertFalse(self.fake.submitted)

    def test_neutralized(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "True")
        self.run_queue()
        self.assertEqual(self.fax.hold_kind, "copy")
        self.assertFalse(self.fake.submitted)
        for action in ("action_confirm_live", "action_confirm_restored"):
            with self.assertRaisesRegex(UserError, "neutralized"):
                getattr(self.account.with_user(self.manager), action)()

    def test_the_training_account_is_at_home_everywhere(self):
        self.use_training()
        guard.opened(self.account).home = "another"
        self.env.invalidate_all()
        self.assertFalse(self.account.is_away)

    def test_this_is_the_live_database(self):
        late = self.send(recipients=self.rossi)
        self.move_away()
        self.run_queue()
        late.due_at -= timedelta(hours=2)
        self.account.with_user(self.manager).action_confirm_live()
        self.assertEqual(self.fax.state, "queued")
        self.assertEqual((late.state, late.hold_kind), ("held", "overdue"))
        self.run_cron("ir_cron_fax_send")
        self.assertEqual(self.fax.state, "submitted")
        self.assertEqual(len(self.fake.submitted), 1)

    def test_this_database_was_restored(self):
        """What the live one sent meanwhile is found, and nothing is sent by itself."""
        other = self.send(recipients=self.rossi)
        self.move_away()
        self.account.with_user(self.manager).action_confirm_restored()
        self.assertEqual(set((self.fax | other).mapped("hold_kind")), {"overdue"})
        self.fake.there = [["fax-5"], []]
        self.run_cron("ir_cron_fax_poll")
        self.assertEqual(self.fax.state, "submitted")
        self.assertEqual(self.fax.attempt_ids.provider_id, "fax-5")
        self.assertEqual(other.state, "held")
        self.run_queue()
        self.assertFalse(self.fake.submitted)

    def test_twins_of_which_one_had_left(self):
        """Which of the two the provider has cannot be told: neither is sent again, and
        neither is called delivered."""
        twin = self.send()
        self.assertEqual((twin.number, twin.pages), (self.fax.number, self.fax.pages))
        self.move_away()
        self.account.with_user(self.manager).action_confirm_restored()
        for _round in range(3):
            self.fake.there = [["fax-5"], ["fax-5"]]
            self.run_cron("ir_cron_fax_poll")
            for attempt in (self.fax | twin).attempt_ids:
                attempt.lease_until -= timedelta(minutes=2)  # time passes
        self.assertEqual((self.fax | twin).mapped("state"), ["uncertain"] * 2)
        self.assertIn("another one that is like both", twin.unsure_reason)
        self.run_queue()
        self.assertFalse(self.fake.submitted)

    def test_another_try_is_looked_up_first_after_a_restore(self):
        """The live database may have made it already."""
        self.account.retry_limit = 3
        self.run_cron("ir_cron_fax_send")
        self.move_away()
        self.account.with_user(self.manager).action_confirm_restored()
        self.fake.answer(
            FaxState.FAILED, self.fax.attempt_ids, failure=FailureKind.BUSY
        )
        self.run_cron("ir_cron_fax_poll")
        self.make_due(self.fax)
        self.run_cron("ir_cron_fax_send")
        self.assertEqual((self.fax.state, self.fax.hold_kind), ("held", "overdue"))
        self.fake.there = [["fax-6"]]
        self.run_cron("ir_cron_fax_poll")
        self.assertEqual(self.fax.state, "submitted")
        self.assertEqual(len(self.fake.submitted), 1)

    def test_who_may_say_so(self):
        self.move_away()
        for user in (self.user, self.stranger):
            for action in ("action_confirm_live", "action_confirm_restored"):
                with (
                    self.subTest(user=user.login, action=action),
                    self.assertRaises(UserError),
                ):
                    getattr(self.account.with_user(user), action)()
        self.env.invalidate_all()
        self.assertTrue(self.account.is_away)


@tagged("post_install", "-at_install")
class TestHints(HoldCommon):
    """A callback is a reason to ask, and no more."""

    def setUp(self):
        super().setUp()
        self.able(find=FindBy.FINGERPRINT)
        self.hints = self.env["fax.hint"]
        self.fax = self.send()

    def store(self, provider_id, **values):
        hint = Hint(provider_id=provider_id, event="success", **values)
        self.hints._store(self.account, [hint])

    def set_received(self, hint, ago):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE fax_hint SET create_date = %s WHERE id = %s",
            (waits.now() - ago, hint.id),
        )
        hint.invalidate_recordset()

    def test_the_same_event_is_one_row(self):
        for _time in range(3):
            self.store("fax-1")
        self.assertEqual(len(self.hints.search([])), 1)

    def test_it_has_the_fax_asked_about_at_once(self):
        self.run_cron("ir_cron_fax_send")
        self.fax.attempt_ids.next_look_at = waits.now() + timedelta(hours=1)
        self.run_cron("ir_cron_fax_poll")
        self.assertFalse(self.fake.asked)
        self.store(self.fax.attempt_ids.provider_id)
        self.assertEqual(self.fax.state, "submitted", "it is not believed by itself")
        self.fake.deliver(self.fax.attempt_ids)
        self.run_cron("ir_cron_fax_poll")
        self.assertEqual(self.fax.state, "delivered")
        self.assertTrue(self.hints.search([]).is_done)

    def test_after_the_end_it_changes_nothing(self):
        self.run_cron("ir_cron_fax_send")
        self.fake.deliver(self.fax.attempt_ids)
        self.run_cron("ir_cron_fax_poll")
        self.fake.asked.clear()
        self.store(self.fax.attempt_ids.provider_id)
        self.run_cron("ir_cron_fax_poll")
        self.assertFalse(self.fake.asked)
        self.assertTrue(self.hints.search([]).is_done)

    def test_an_unknown_id_has_a_lost_fax_looked_up(self):
        self.fake.lose_answer()
        self.run_cron("ir_cron_fax_send")
        self.fax.attempt_ids.next_look_at = waits.now() + timedelta(hours=1)
        self.store("fax-4", to=LEE, pages=1)
        self.fake.there = [["fax-4"]]
        self.run_cron("ir_cron_fax_poll")
        self.assertEqual(self.fax.state, "submitted")

    def test_an_id_of_nobody_is_dropped_in_time(self):
        self.store("fax-9", to=LEE)
        self.run_cron("ir_cron_fax_poll")
        hint = self.hints.search([])
        self.assertFalse(hint.is_done, "its answer may not be recorded yet")
        self.set_received(hint, timedelta(seconds=302))
        self.run_cron("ir_cron_fax_poll")
        self.assertTrue(hint.is_done)
        self.set_received(hint, timedelta(days=31))
        hint._gc_done()
        self.assertFalse(hint.exists())

    def test_inbound_ones_wake_the_look_for_received_faxes(self):
        receive = self.env.ref("medical_fax.ir_cron_fax_receive")
        triggers = [("cron_id", "=", receive.id)]
        self.store("in-1", inbound=True)
        self.assertTrue(self.env["ir.cron.trigger"].search(triggers))
        self.use_training()
        self.store("in-2", inbound=True)
        self.run_cron("ir_cron_fax_receive")
        self.assertEqual(self.hints.search([]).mapped("is_done"), [True, True])


@tagged("post_install", "-at_install")
class TestPace(HoldCommon):
    def test_turns(self):
        take = self.account._take_turn
        self.assertTrue(take("find", 60))
        self.assertFalse(take("find", 60))
        self.assertTrue(take("status", 60), "each kind of call has its own pace")
        self.env["fax.account.pace"].search([]).sudo().next_at = waits.now()
        self.env.flush_all()
        self.assertTrue(take("find", 0))
        self.account._slow_down("find", 60)
        self.assertFalse(take("find", 0))

    def test_asking_is_not_faster_than_the_provider_allows(self):
        self.set_wait("poll_pause_seconds", 60)
        fax = self.send()
        self.run_queue()
        self.fake.asked.clear()
        for _time in range(3):
            fax.with_user(self.user).action_ask_provider()
            self.run_cron("ir_cron_fax_poll")
        self.assertLessEqual(len(self.fake.asked), 1)


@tagged("post_install", "-at_install")
class TestWaits(FaxCommon):
    def test_the_defaults(self):
        """Production values: changing one is a decision, not a slip."""
        self.assertEqual(
            waits.WAITS,
            {
                "call": 90,
                "lease": 300,
                "look_first": 10,
                "look_pause": 180,
                "look_longest": 3600,
                "retry_first": 120,
                "retry_longest": 3600,
                "unreached_longest": 14400,
                "poll_first": 10,
                "poll_longest": 300,
                "poll_pause": 5,
                "forgotten": 86400,
                "receive_pause": 60,
                "fetch_first": 60,
                "fetch_longest": 3600,
                "unfetched": 14400,
                "fetch_end": 2592000,
                "overdue": 3600,
                "hold_notice": 900,
                "notice_group": 600,
                "skew": 60,
            },
        )

    def test_settings(self):
        for text, expected in (
            ("2.5", 2.5), ("0", 0), ("", 300), ("soon", 300), ("-1", 300), ("nan", 300),
        ):  # fmt: skip
            self.set_wait("lease_seconds", text)
            self.assertEqual(waits.seconds(self.env, "lease"), expected)
