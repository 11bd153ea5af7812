from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CreditCase

LOW = "medical_fax_billing.mail_activity_type_credit_low"


@tagged("post_install", "-at_install")
class TestWarning(CreditCase):
    """Those who buy are warned before the credit is used up, once of each."""

    def setUp(self):
        super().setUp()
        group = self.env.ref("medical_fax_billing.group_credit_buyer")
        group.user_ids -= self.wallet._buyers() - self.buyer
        self.lot = self.wallet._grant(100)

    def use(self, units, days_ago=0):
        """Use units, some days ago."""
        moves = self.wallet._charge(units, service="fax_page", quantity=units)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE medical_credit_move SET date = %s WHERE id IN %s",
            (fields.Datetime.now() - timedelta(days=days_ago), tuple(moves.ids)),
        )
        self.env.invalidate_all()

    def warn(self):
        self.wallet._warn()
        return self.env["medical.credit.warning"].search(
            [("wallet_id", "=", self.wallet.id)], order="id"
        )

    def activities(self):
        kind = self.env.ref(LOW)
        return self.wallet.activity_ids.filtered(
            lambda activity: activity.activity_type_id == kind
        )

    def in_days(self, days):
        return fields.Date.context_today(self.wallet) + timedelta(days=days)

    # RUN-OUT DAY

    def test_no_use_yet(self):
        self.assertFalse(self.wallet._run_out())
        self.assertEqual(self.wallet._run_out_text(), "No use yet")

    def test_the_rate_is_that_of_28_days(self):
        self.use(28, days_ago=27)
        self.assertEqual(self.wallet._daily_use(), 1)
        self.assertEqual(self.wallet._run_out(), self.in_days(72))
        self.use(28)
        self.assertEqual(self.wallet._daily_use(), 2)
        self.assertEqual(self.wallet._run_out(), self.in_days(22))

    def test_older_use_does_not_count(self):
        self.use(40, days_ago=29)
        self.assertFalse(self.wallet._daily_use())
        self.assertEqual(self.wallet._run_out_text(), "No use yet")

    def test_a_first_busy_day_is_no_rate(self):
        self.use(14)
        self.assertEqual(self.wallet._daily_use(), 2)

    def test_what_is_on_its_way_is_not_left(self):
        self.use(28, days_ago=27)
        self.wallet._reserve(12, service="fax_page")
        self.assertEqual(self.wallet._run_out(), self.in_days(60))

    # WARNINGS

    def test_at_80_and_at_95(self):
        self.use(79, days_ago=27)
        self.assertFalse(self.warn())
        self.use(1, days_ago=26)
        self.assertEqual(self.warn().mapped("kind"), ["used_80"])
        self.use(14, days_ago=26)
        self.assertEqual(self.warn().mapped("kind"), ["used_80", "run_out"])
        self.use(1, days_ago=26)
        self.assertEqual(self.warn().mapped("kind"), ["used_80", "run_out", "used_95"])
        activity = self.activities()
        self.assertEqual(activity.user_id, self.buyer)
        self.assertIn("Practice: 5 pages left, 95 % used", activity.summary)

    def test_once_each(self):
        self.use(80, days_ago=27)
        self.warn()
        self.activities().action_feedback()
        self.use(1)
        self.assertEqual(len(self.warn()), 1)
        self.assertFalse(self.activities(), "told once, and dealt with")

    def test_run_out_within_3_days(self):
        self.wallet._grant(12)
        self.use(84, days_ago=27)  # 3 a day, 28 left
        self.assertNotIn("run_out", self.warn().mapped("kind"))
        self.use(12, days_ago=27)  # 96 in 28 days, 16 left
        self.assertNotIn("run_out", self.warn().mapped("kind"))
        self.use(4)  # 100 in 28 days, 12 left: 3.36 days
        self.assertIn("run_out", self.warn().mapped("kind"))

    def test_a_purchase_begins_anew(self):
        self.use(96)
        self.warn()
        self.assertTrue(self.activities())
        self.wallet._grant(100)
        self.assertFalse(self.activities(), "done: credit has arrived")
        self.assertFalse(self.wallet._reached(self.wallet.lot_ids.sorted("id")[-1]))
        self.use(84)  # of the 104 that there were then
        kinds = self.warn().filtered(lambda w: w.lot_id != self.lot).mapped("kind")
        self.assertIn("used_80", kinds)
        self.assertNotIn("used_95", kinds)

    def test_after_a_fax_was_charged(self):
        """The cron is woken by the capture, and warns."""
        self.wallet._grant(1)  # the newest: it begins at 101
        self.company.fax_wallet_id = self.wallet
        self.use(97)
        cron = self.env.ref("medical_fax_billing.ir_cron_credit_warn")
        triggers = self.env["ir.cron.trigger"]
        triggers.search([("cron_id", "=", cron.id)]).unlink()
        fax = self.send()
        self.run_queue()
        self.assertFalse(triggers.search_count([("cron_id", "=", cron.id)]))
        self.fake.deliver(fax.attempt_ids)
        self.run_queue()
        self.assertTrue(triggers.search_count([("cron_id", "=", cron.id)]))
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertIn("95 % used", self.activities().summary)

    def test_a_wallet_that_counts_only(self):
        self.wallet.write({"mode": "counted", "partner_id": False})
        with self.enter_registry_test_mode():
            self.env.ref(
                "medical_fax_billing.ir_cron_credit_warn"
            ).method_direct_trigger()
        self.assertFalse(self.activities())

    def test_used_up_without_a_card(self):
        wallet = self.new_wallet()
        wallet._warn()
        self.assertFalse(wallet.activity_ids)

    def test_nobody_writes_warnings(self):
        self.use(96)
        warning = self.warn()[:1]
        for user in (self.buyer, self.manager):
            with self.assertRaises(AccessError):
                warning.with_user(user).unlink()
            with self.assertRaises(AccessError):
                warning.with_user(user).write({"kind": "used_80"})
