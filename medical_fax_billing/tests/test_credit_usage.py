from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ACCOUNTANT, CreditCase


@tagged("post_install", "-at_install")
class TestUsage(CreditCase):
    """The usage page: used, reserved, left and where from, run-out day, log."""

    def setUp(self):
        super().setUp()
        self.company.fax_wallet_id = self.wallet

    def usage(self, user=None, wallet=None, **options):
        wallets = self.env["medical.credit.wallet"].with_user(user or self.buyer)
        self.env.flush_all()
        return wallets.get_usage((wallet or self.wallet).id, **options)

    def log(self, user=None, wallet=None, **options):
        wallets = self.env["medical.credit.wallet"].with_user(user or self.buyer)
        return wallets.get_usage_log((wallet or self.wallet).id, **options)

    def parts(self, **options):
        return {part["key"]: part["value"] for part in self.usage(**options)["parts"]}

    def deliver(self, faxes):
        self.run_queue()
        for fax in faxes:
            self.fake.deliver(fax.attempt_ids)
        self.run_queue()

    def test_used_reserved_left_and_where_from(self):
        self.wallet._grant(3)
        self.wallet._grant(50)
        self.wallet._grant(10, is_included=True)
        self.deliver(self.send())  # 2 pages of the included ones
        self.send()  # on its way
        self.wallet._charge(7, service="fax_inbound", quantity=7)  # 6 included, 1 of 3
        self.assertEqual(
            self.parts(),
            {"used": 9, "reserved": 2, "start": 2, "refill": 50, "included": 0},
        )
        usage = self.usage()
        self.assertEqual([fact["text"] for fact in usage["facts"]][0], "52 pages")
        self.assertUnits(available=52, reserved=2)

    def test_due_is_used_once(self):
        self.wallet._charge(5, service="fax_inbound", quantity=5)
        self.assertEqual(self.parts()["used"], 5)
        self.assertEqual(self.usage()["facts"][-1]["text"], "5 pages")
        self.wallet._grant(20)  # pays what is due
        self.assertEqual(self.parts()["used"], 5)
        self.assertEqual(self.parts()["start"], 15)

    def test_pages_by_day(self):
        self.wallet._grant(100)
        fax = self.send()
        self.deliver(fax)
        usage = self.usage()
        today = fields.Date.context_today(self.wallet)
        self.assertEqual(usage["sent"], fax.pages)
        day = usage["days"][today.day - 1]
        self.assertEqual((day["day"], day["sent"]), (today.day, fax.pages))

    def test_the_month_is_that_of_the_users_clock(self):
        self.wallet._grant(100)
        fax = self.send()
        self.deliver(fax)
        # 23:30 on 31 October in Montreal
        self.env.cr.execute(
            "UPDATE fax_message SET done_at = '2026-11-01 03:30:00' WHERE id = %s",
            (fax.id,),
        )
        self.env.cr.execute(
            "UPDATE medical_credit_move SET date = '2026-11-01 03:30:00'"
            " WHERE message_id = %s",
            (fax.id,),
        )
        self.env.invalidate_all()
        with freeze_time("2026-12-05"):
            for zone, month, day in (
                ("America/Montreal", "2026-10", 31),
                ("UTC", "2026-11", 1),
            ):
                self.buyer.tz = zone
                usage = self.usage(month=month)
                self.assertEqual(usage["days"][day - 1]["sent"], 2, zone)
                self.assertEqual(usage["parts"][0]["value"], 2, zone)
                other = "2026-11" if month == "2026-10" else "2026-10"
                self.assertEqual(self.usage(month=other)["sent"], 0)

    def test_a_former_month_says_what_was_used(self):
        self.wallet._grant(100)
        with freeze_time("2026-12-05"):
            usage = self.usage(month="2026-02")
            self.assertEqual(len(usage["days"]), 28)
            self.assertEqual([part["key"] for part in usage["parts"]], ["used"])
            self.assertFalse(usage["facts"])
            self.assertEqual((usage["former"], usage["later"]), ("2026-01", "2026-03"))
            for month in ("2031-01", "nonsense", "'; DROP", None, False, 7):
                self.assertEqual(self.usage(month=month)["month"], "2026-12")

    def test_without_a_wallet_pages_are_counted(self):
        self.company.fax_wallet_id = False
        fax = self.send()
        self.deliver(fax)
        self.wallet.active = False
        wallets = self.env["medical.credit.wallet"].with_user(self.buyer)
        usage = wallets.get_usage()
        self.assertFalse(usage["wallet"]["id"] or usage["parts"])
        self.assertEqual(usage["sent"], fax.pages)
        log = wallets.get_usage_log()
        self.assertEqual([row["reference"] for row in log["rows"]], [fax.name])

    def test_a_wallet_that_counts(self):
        counted = self.new_wallet(mode="counted", partner_id=False)
        self.company.fax_wallet_id = counted
        fax = self.send()
        self.deliver(fax)
        usage = self.usage(wallet=counted)
        self.assertEqual((usage["sent"], usage["parts"]), (fax.pages, []))

    def test_the_log_names_references_only(self):
        self.wallet._grant(100)
        first = self.send()
        self.deliver(first)
        second = self.send(recipients=self.rossi)
        rows = self.log()["rows"]
        self.assertEqual(
            [(r["reference"], r["status"], r["pages"], r["cost"]) for r in rows],
            [
                (second.name, "Waiting", 2, ""),
                (first.name, "Delivered", 2, "2 pages"),
            ],
        )
        self.assertFalse(rows[0]["is_readable"])
        text = str(rows)
        for secret in ("Sandoval", "Lee", "Rossi", "0190", "Follow-up", "5145550"):
            self.assertNotIn(secret, text)
        self.assertTrue(self.log(self.manager)["rows"][0]["is_readable"])

    def test_the_log_by_pages(self):
        self.wallet._grant(100)
        faxes = self.send() + self.send(recipients=self.rossi)
        with patch(
            "odoo.addons.medical_fax_billing.models.medical_credit_usage_log.LOG_ROWS",
            1,
        ):
            first, second = self.log(), self.log(offset=1)
        self.assertEqual((first["has_more"], second["has_more"]), (True, False))
        names = [first["rows"][0]["reference"], second["rows"][0]["reference"]]
        self.assertEqual(names, faxes.sorted("id", reverse=True).mapped("name"))

    def test_who_may_see_it(self):
        accountant = self.new_user("t_usage_accountant", ACCOUNTANT)
        for user in (self.buyer, self.manager, accountant):
            self.assertEqual(self.usage(user)["wallet"]["id"], self.wallet.id)
            self.assertFalse(self.log(user)["rows"])
        for user in (self.user, self.plain, self.stranger):
            for method in (self.usage, self.log):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    method(user)
        for user in (self.user, self.plain):
            wallets = self.env["medical.credit.wallet"].with_user(user)
            for method in (wallets.get_usage, wallets.get_usage_log):
                with self.assertRaises(AccessError):
                    method()
        self.assertTrue(self.usage(self.buyer)["wallet"]["can_buy"])
        self.assertFalse(self.usage(accountant)["wallet"]["can_buy"])

    def test_of_another_company(self):
        """Without a wallet only the user's companies are counted."""
        self.company.fax_wallet_id = False
        self.deliver(self.send())
        self.wallet.active = False
        wallets = self.env["medical.credit.wallet"].with_user(self.stranger)
        usage = wallets.get_usage()
        self.assertEqual(usage["sent"], 0)
        self.assertFalse(wallets.get_usage_log()["rows"])

    def test_the_form_of_the_wallet(self):
        self.wallet._owe(2, service="fax_inbound")
        self.assertEqual(self.wallet.due_text, "2 pages")
        lot = self.wallet._grant(10)
        lot._freeze()
        self.wallet.invalidate_recordset()
        self.assertRecordValues(
            self.wallet,
            [
                {
                    "available_text": "0 pages",
                    "lot_count": 1,
                    "frozen_count": 1,
                    "run_out_text": "No use yet",
                    "run_out_on": False,
                }
            ],
        )
        wallet = self.wallet.with_user(self.buyer)
        lots = wallet.action_view_lots()
        self.assertEqual(self.env["medical.credit.lot"].search(lots["domain"]), lot)
        moves = self.env["medical.credit.move"].search(
            wallet.action_view_moves()["domain"]
        )
        self.assertEqual(len(moves), self.wallet.move_count)
        usage = wallet.action_view_usage()
        self.assertEqual(usage["params"], {"wallet_id": self.wallet.id})
