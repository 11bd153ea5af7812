from datetime import timedelta

from odoo.tests import tagged

from ..providers import FindBy, Hint
from ..tools import waits
from .common import LEE, FaxCommon
from .fake_provider import FakeProvider


@tagged("post_install", "-at_install")
class TestHints(FaxCommon):
    """A callback is a reason to ask, and no more."""

    def setUp(self):
        super().setUp()
        patcher = FakeProvider.able(find=FindBy.FINGERPRINT)
        patcher.start()
        self.addCleanup(patcher.stop)
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
class TestPace(FaxCommon):
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
