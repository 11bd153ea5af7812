from odoo import api, fields, models

from odoo.addons.medical_fax.models.fax_message import FINAL_STATES
from odoo.addons.medical_fax.models.fax_unfetched import UNFETCHED


class FaxMessage(models.Model):
    """What a fax costs: reserved when it is queued, used for the pages that arrived,
    and released for the others, in the transaction that changes its status."""

    _inherit = "fax.message"

    wallet_id = fields.Many2one(
        "medical.credit.wallet",
        "Paid from",
        index="btree_not_null",
        ondelete="restrict",
    )
    credit_rate = fields.Float(
        "Units a page", digits="Credit Units", help="The price when it was queued."
    )
    credit_move_ids = fields.One2many("medical.credit.move", "message_id")
    hold_kind = fields.Selection(selection_add=[("credit", "No credit")])

    def _move(self, state, **values):
        drafts = self.filtered(lambda message: message.state == "draft")
        moved = super()._move(state, **values)
        if state == "queued":
            drafts.sudo()._find_payer()  # sudo: senders do not see the wallets
            moved._reserve_or_hold()
        elif state in FINAL_STATES:
            moved._settle()
        return moved

    def _reserve_or_hold(self):
        """Reserve the price of faxes that have none reserved; hold what is not paid."""
        for message in self.sudo():  # sudo: senders do not see the ledger
            if not message._reserve():
                message._set_held("credit")

    def _reserve(self):
        """Reserve this fax's price, once.

        :return: whether it may go: paid for, or not metered
        """
        units = self.credit_rate * self.pages
        if not self.wallet_id or not units or self._has_reserve():
            return True
        return bool(self.wallet_id._reserve(units, **self._credit_values()))

    def _find_payer(self):
        """Who pays, and the price: found once, when it is queued or comes in."""
        for message in self:
            wallet = self.env["medical.credit.wallet"]._payer(
                message.company_id, message.number_id, message.user_id
            )
            if wallet:
                rate = wallet.tariff_id._rate(message._credit_service(), message.number)
                message.write({"wallet_id": wallet.id, "credit_rate": rate})

    def _credit_service(self):
        return "fax_page" if self.direction == "out" else "fax_inbound"

    def _credit_values(self):
        return {
            "message_id": self.id,
            "service": self._credit_service(),
            "user_id": self.user_id.id,
            "number_end": (self.number or "")[-4:],
        }

    def _has_reserve(self):
        return bool(self.credit_move_ids._open())

    def _settle(self):
        """Use what arrived and release the rest; pages beyond the reserved are due."""
        for message in self.sudo():  # sudo: the ledger is closed to people
            reserves = message.credit_move_ids._open()
            pages = message.pages_sent if message.state != "cancelled" else 0
            if not message.wallet_id or not (reserves or pages):
                continue
            used = pages * message.credit_rate
            reserved = sum(reserves.mapped("reserved"))
            reserves._capture(used, quantity=pages)
            if used > reserved:
                message.wallet_id._charge_beyond(
                    used - reserved, **message._credit_values()
                )

    # WHAT CAME IN

    def _arrived(self):
        result = super()._arrived()
        for message in self.sudo():  # sudo: the ledger is closed to people
            message._charge_received()
        return result

    def _charge_received(self):
        """Pages that came in cannot be refused: charged as far as there are units,
        due for the rest. Those that the provider could not give are charged when they
        come."""
        if self.file_error == UNFETCHED:
            return
        self._find_payer()
        units = self.credit_rate * self.pages
        if self.wallet_id and units:
            self.wallet_id._charge(units, quantity=self.pages, **self._credit_values())

    def _pages_came(self, account, fetched):
        result = super()._pages_came(account, fetched)
        fax = self.sudo()  # sudo: the ledger is closed to people
        if fax.file_error != UNFETCHED and not fax.credit_move_ids:
            fax._charge_received()
        return result


class MedicalCreditWallet(models.Model):
    _inherit = "medical.credit.wallet"

    def _charge_beyond(self, units, **values):
        """Pages that the provider counts beyond those reserved. No lot is asked: that
        would make the record of a result wait for other faxes of the wallet."""
        if self.is_postpaid or self.mode == "counted":
            beyond = {"kind": "reserve", "account": "credit", "reserved": units}
            return self._book([{**values, **beyond}])._capture(units)
        return self._owe(units, **values)

    @api.model
    def _waits_for_credit(self):
        """Domain of faxes that wait for units."""
        return [("state", "=", "held"), ("hold_kind", "=", "credit")]
