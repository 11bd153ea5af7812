from datetime import timedelta

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.medical_fax.models import guard

from .common import CreditCase


@tagged("post_install", "-at_install")
class TestLedger(CreditCase):
    """Cards, reservations and what answers them."""

    def reserve(self, units, wallet=None):
        return (wallet or self.wallet)._reserve(units, service="fax_page")

    def test_a_purchase(self):
        lot = self.wallet._grant(100, amount=12)
        self.assertUnits(balance=100, reserved=0, available=100, due=0)
        self.assertEqual((lot.left, lot.price_unit, lot.state), (100, 0.12, "open"))

    def test_used_for_less_than_was_reserved(self):
        self.wallet._grant(100)
        reserves = self.reserve(8)
        self.assertUnits(balance=100, reserved=8, available=92)
        reserves._capture(6, quantity=6)
        self.assertUnits(balance=94, reserved=0, available=94)
        self.assertEqual(
            self.kinds(self.wallet.move_ids),
            [
                ("purchase", 100, 0),
                ("reserve", 0, 8),
                ("capture", -6, -6),
                ("release", 0, -2),
            ],
        )

    def test_an_answer_comes_once(self):
        self.wallet._grant(100)
        reserves = self.reserve(8)
        reserves._capture(8)
        self.assertFalse(reserves._capture(8))
        self.assertFalse(reserves._release())
        self.assertUnits(balance=92, available=92)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            with self.cr.savepoint():
                reserves._answer("capture", 8)

    def test_what_is_not_there_is_not_reserved(self):
        self.wallet._grant(7)
        self.assertFalse(self.reserve(8))
        self.assertUnits(balance=7, reserved=0, available=7)
        self.assertTrue(self.reserve(7))
        self.assertFalse(self.reserve(0.0001))

    def test_first_in_first_out(self):
        first = self.wallet._grant(5)
        second = self.wallet._grant(10)
        reserves = self.reserve(8)
        self.assertEqual(reserves.mapped("lot_id"), first + second)
        self.assertEqual((first.reserved, second.reserved), (5, 3))
        reserves._capture(6)
        (first + second).invalidate_recordset()
        self.assertEqual((first.left, second.left), (0, 9))
        self.assertEqual((first.state, second.state), ("used", "open"))

    def test_included_pages_go_first(self):
        bought = self.wallet._grant(5)
        included = self.wallet._grant(5, is_included=True)
        self.assertEqual(self.reserve(6).mapped("lot_id"), included + bought)

    def test_fractions_add_up(self):
        self.wallet._grant(1)
        for _each in range(10):
            self.assertTrue(self.reserve(0.1))
        self.assertFalse(self.reserve(0.0001))
        self.assertUnits(available=0, reserved=1)

    def test_on_credit(self):
        wallet = self.new_wallet(is_postpaid=True)
        wallet._grant(3, is_included=True)
        self.reserve(5, wallet)._capture(5, quantity=5)
        self.assertUnits(wallet, balance=0, available=0, unbilled=2, due=0)

    def test_not_metered_counts_only(self):
        wallet = self.new_wallet(mode="counted", partner_id=False)
        self.assertTrue(self.reserve(500, wallet))
        self.assertUnits(wallet, balance=0, available=0)

    def test_what_cannot_be_refused_is_due_and_paid_first(self):
        self.wallet._grant(3)
        self.wallet._charge(5, service="fax_inbound", quantity=5)
        self.assertUnits(balance=0, available=0, due=2)
        self.wallet._grant(10)
        self.assertUnits(balance=8, available=8, due=0)

    def test_due_is_paid_in_parts(self):
        self.wallet._owe(5, service="fax_page")
        self.wallet._grant(2)
        self.assertUnits(balance=0, due=3)
        self.wallet._grant(2)
        self.assertUnits(balance=0, due=1)
        self.wallet._grant(2)
        self.assertUnits(balance=1, due=0)

    def test_expiry(self):
        today = fields.Date.context_today(self.wallet)
        lot = self.wallet._grant(10, expires_on=today - timedelta(days=1))
        self.assertUnits(balance=10, available=0)
        self.assertFalse(self.reserve(1))
        lot._expire()
        self.assertUnits(balance=0, available=0)
        self.assertEqual(self.kinds(lot.move_ids)[-1], ("expiry", -10, 0))

    def test_what_is_on_its_way_outlives_the_card(self):
        today = fields.Date.context_today(self.wallet)
        lot = self.wallet._grant(10, expires_on=today)
        reserves = self.reserve(4)
        guard.opened(lot).expires_on = today - timedelta(days=1)
        lot._expire()
        self.assertUnits(balance=4, reserved=4)
        reserves._capture(3)
        lot._expire()
        self.assertUnits(balance=0, reserved=0)

    def test_a_frozen_card(self):
        lot = self.wallet._grant(10)
        lot._freeze()
        self.assertFalse(self.reserve(1))
        self.assertUnits(balance=0, available=0)
        lot._thaw()
        self.assertTrue(self.reserve(1))

    def test_adjustments_never_go_below_zero(self):
        self.wallet._grant(10)
        self.reserve(4)
        self.wallet._adjust(-20, "counted wrongly")
        self.assertUnits(balance=4, available=0)
        self.wallet._adjust(5, "a gift")
        self.assertUnits(balance=9, available=5)

    def test_nobody_changes_the_ledger(self):
        self.wallet._grant(10)
        move = self.wallet.move_ids
        for user in (self.env.user, self.manager, self.buyer):
            entry = move.with_user(user)
            with self.assertRaises(UserError):
                entry.write({"units": 20})
            with self.assertRaises(UserError):
                entry.unlink()
            with self.assertRaises(UserError):
                entry.create({"wallet_id": self.wallet.id, "kind": "purchase"})
            with self.assertRaises(UserError):
                self.wallet.lot_ids.with_user(user).write({"amount": 1})
        with self.assertRaises(UserError):
            guard.opened(move).write({"units": 20})

    def test_amounts_fit_their_kind(self):
        lot = self.wallet._grant(10)
        for kind, units, reserved in (
            ("purchase", -1, 0),
            ("reserve", 1, 1),
            ("capture", -1, 0),
            ("refund", 1, 0),
        ):
            with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
                with self.cr.savepoint():
                    self.wallet._book(
                        [
                            {
                                "account": "lot",
                                "lot_id": lot.id,
                                "kind": kind,
                                "units": units,
                                "reserved": reserved,
                            }
                        ]
                    ).flush_recordset()

    def test_a_company_is_not_its_own_customer(self):
        own = self.company.partner_id
        child = self.env["res.partner"].create({"name": "Branch", "parent_id": own.id})
        for partner in (own, child):
            for mode in ("resold", "own"):
                with self.assertRaises(ValidationError):
                    self.new_wallet(mode=mode, partner_id=partner.id)

    def test_the_unit_is_fixed(self):
        with self.assertRaises(ValidationError):
            self.wallet.unit = "credits"

    def test_the_longest_prefix_decides(self):
        rate = self.tariff._rate
        self.assertEqual(rate("fax_page", "+15145550190"), 1)
        self.assertEqual(rate("fax_page", "+442071234567"), 4)
        self.assertEqual(rate("number_month", "+15145550190"), 0)

    def test_a_tariff_forgets_no_destination(self):
        line = fields.Command.create({"service": "fax_page", "prefix": "+1"})
        with self.assertRaises(ValidationError):
            self.env["medical.credit.tariff"].create({"name": "x", "line_ids": [line]})
