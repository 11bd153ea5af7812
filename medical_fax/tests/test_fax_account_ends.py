from datetime import datetime, timedelta, timezone

from odoo.tests import tagged

from ..models import guard
from ..providers import AccountInfo, FailureKind, ProviderError
from .common import FaxCommon
from .key_provider import OTHER_KEY, KeyCase


@tagged("post_install", "-at_install")
class TestEnds(KeyCase, FaxCommon):
    """Trials and keys that end."""

    def ends_in(self, days, name="key_expires_at"):
        noon = datetime.now(timezone.utc).replace(hour=12)
        self.service.info = AccountInfo(**{name: noon + timedelta(days=days)})

    def check(self):
        guard.opened(self.keyed).checked_on = False
        self.run_cron("ir_cron_fax_account_check")

    def warnings(self):
        return self.keyed.activity_ids.filtered(lambda a: a.user_id == self.manager)

    def test_told_once_14_days_before(self):
        self.ends_in(15)
        self.connect()
        self.check()
        self.assertFalse(self.warnings())
        self.assertFalse(self.keyed.ends_soon)
        for name in ("key_expires_at", "trial_ends_at"):
            with self.subTest(name=name):
                self.ends_in(14, name)
                self.check()
                self.assertTrue(self.keyed.ends_soon)
                self.assertEqual(len(self.warnings()), 1)
                self.warnings().unlink()
                self.check()
                self.assertFalse(self.warnings(), "once")
        self.ends_in(3)
        self.check()
        self.assertEqual(len(self.warnings()), 1, "another end")
        self.ends_in(400)
        self.connect(OTHER_KEY)
        self.assertFalse(self.warnings(), "a new key ends the warning")
        self.assertFalse(self.keyed.ends_soon)

    def test_once_a_day(self):
        self.connect()
        self.run_cron("ir_cron_fax_account_check")
        self.assertEqual(len(self.service.seen), 1, "connecting was the day's check")
        self.check()
        self.run_cron("ir_cron_fax_account_check")
        self.assertEqual(len(self.service.seen), 2)

    def test_ended(self):
        self.ends_in(-1, "trial_ends_at")
        self.connect()
        self.check()
        self.assertEqual(self.keyed.state, "connected", "it still works: a plan?")
        self.service.error = ProviderError(
            FailureKind.ACCOUNT_INACTIVE, proven_not_sent=True, code="403"
        )
        self.check()
        self.assertEqual(self.keyed.state, "failing")
        self.assertIn("403", self.keyed.last_error)
        self.assertTrue(self.warnings())

    def test_not_reached_is_no_failing(self):
        self.ends_in(10)
        self.connect()
        self.service.error = ProviderError(
            FailureKind.PROVIDER_UNAVAILABLE, proven_not_sent=True, code="connect"
        )
        self.check()
        self.assertEqual(self.keyed.state, "connected")
        self.assertEqual(len(self.warnings()), 1)
        self.assertTrue(self.keyed.key_expires_on)

    def test_a_copy_asks_nobody(self):
        self.connect()
        self.keyed.home = "elsewhere"
        self.check()
        self.assertEqual(len(self.service.seen), 1)
