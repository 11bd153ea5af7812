import math

from odoo import fields, models
from odoo.tools import float_compare

from odoo.addons.medical_fax.tools import waits

from .medical_credit_refill import CAP_PERIOD
from .medical_credit_wallet import UNIT_DIGITS

# A card orders its successor when so much of it was captured.
USED_SHARE = 0.95


class MedicalCreditRefill(models.Model):
    """Whether a wallet needs a package now. Asked by the cron, after what changed the
    wallet was committed, and again before each charge."""

    _inherit = "medical.credit.refill"

    def _evaluate(self):
        """Order what is needed; a step of the cron, which charges it afterwards.

        :return: the purchase, or None
        """
        self.ensure_one()
        wallet = self.wallet_id
        if not self.is_on or self.is_away or not wallet.active:
            return None
        if wallet.mode != "resold":
            return self._tell_low()
        if not wallet._is_prepaid() or self._open_purchases():
            return None
        quantity, lot = self._need()
        if not quantity:
            return None
        if not self._is_as_agreed():
            return self._stop(
                self.env._("The package has changed. Look at it and agree again.")
            )
        return self._place_order(quantity, lot)

    def _open_purchases(self):
        return self.purchase_ids.filtered(lambda purchase: purchase._is_open())

    def _need(self, apart=None):
        """How many packages to buy now, at most those that the cap leaves.

        :param apart: the purchase that asks for itself; it is not counted
        :return: the number, and the lot that orders its successor with them
        """
        lot = self.env["medical.credit.lot"]
        if self.trigger == "used":
            lot = self._ordering_lot(apart)
            wanted = len(lot)
        else:
            wanted = self._packages_lacking()
        left = max(self.daily_cap - self._bought_today(apart), 0)
        if wanted and not left:
            self._tell_cap()
        return min(wanted, left), lot

    def _packages_lacking(self):
        """One when fewer units than the limit are left; as many as it takes when faxes
        wait for more than is free."""
        wallet, per = self.wallet_id, self.product_id.credit_units
        wallet.invalidate_recordset()
        is_low = float_compare(wallet.available, self.threshold, UNIT_DIGITS) < 0
        lacking = wallet._units_lacking()
        if lacking <= 0 or not per:
            return int(is_low)
        return max(math.ceil(round(lacking / per, UNIT_DIGITS)), int(is_low))

    def _ordering_lot(self, apart=None):
        """The oldest card that is not empty (the last one, where all are), if 95 % of
        it were captured and it has not ordered its successor yet."""
        today = fields.Date.context_today(self)
        lots = self.env["medical.credit.lot"].search(
            [
                ("wallet_id", "=", self.wallet_id.id),
                ("is_included", "=", False),
                ("is_frozen", "=", False),
                "|",
                ("expires_on", "=", False),
                ("expires_on", ">=", today),
            ]
        )
        lots.invalidate_recordset()
        lot = lots.filtered(lambda each: each.left > 0)[:1] or lots[-1:]
        limit = lot.granted * USED_SHARE
        if not lot or float_compare(lot.captured, limit, UNIT_DIGITS) < 0:
            return lot.browse()
        ordered = self.purchase_ids.filtered(lambda p: p.lot_id == lot and p._counts())
        return lot.browse() if ordered - (apart or ordered.browse()) else lot

    def _bought_today(self, apart=None):
        since = waits.now() - CAP_PERIOD
        bought = self.purchase_ids.filtered(
            lambda p: p != apart and p._counts() and p.ordered_at > since
        )
        return sum(bought.mapped("quantity"))

    def _place_order(self, quantity, lot):
        """The draft invoice and the purchase; nothing is charged yet."""
        self._count_up()
        purchase = self.env["medical.credit.refill.purchase"].create(
            {
                "refill_id": self.id,
                "wallet_id": self.wallet_id.id,
                "product_id": self.product_id.id,
                "quantity": quantity,
                "lot_id": lot.id,
            }
        )
        purchase.flush_recordset()  # of two at once the index refuses one here
        purchase.invoice_id = self.wallet_id._new_purchase(self.product_id, quantity)
        return purchase


class MedicalCreditWallet(models.Model):
    _inherit = "medical.credit.wallet"

    def _units_lacking(self):
        """Units that faxes which wait for credit need beyond what is free; what is due
        is paid first. Those that have waited too long ask a person first."""
        self.ensure_one()
        fresh = waits.now() - waits.delta(self.env, "credit_stale")
        waiting = self.env["fax.message"].search(
            [("wallet_id", "=", self.id), *self._waits_for_credit()]
        )
        waiting = waiting.filtered(lambda m: not m.held_at or m.held_at >= fresh)
        needed = sum(message.credit_rate * message.pages for message in waiting)
        if not needed:
            return 0
        return round(needed + self.due - self.available, UNIT_DIGITS)
