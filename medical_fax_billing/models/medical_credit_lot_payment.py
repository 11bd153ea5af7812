from odoo import models

from .medical_credit_wallet import UNIT_DIGITS


class MedicalCreditLot(models.Model):
    """A payment that is taken back, and paid again.

    What was used of a frozen card is due. Each of these entries names the invoice
    line, so that their sum says how much of the card is due already.
    """

    _inherit = "medical.credit.lot"

    def _freeze(self):
        res = super()._freeze()
        self._owe_used()
        return res

    def _thaw(self):
        self._settle_used()
        return super()._thaw()

    def _frozen_dues(self):
        return self.env["medical.credit.move"].search(
            [
                ("account", "=", "due"),
                ("line_id", "!=", False),
                ("line_id", "=", self.invoice_line_id.id),
            ],
            order="id",
        )

    def _owe_used(self):
        """Make due what was used of a frozen card and is not due yet."""
        self.invalidate_recordset(["captured"])
        owed = -sum(self._frozen_dues().mapped("units"))
        missing = round(self.captured - owed, UNIT_DIGITS)
        if self.is_frozen and self.invoice_line_id and missing > 0:
            self.wallet_id._owe(
                missing,
                line_id=self.invoice_line_id.id,
                reason=self.env._(
                    "Used of card %(card)s, whose payment was taken back",
                    card=self.name,
                ),
            )

    def _owe_used_later(self):
        """Faxes that were on their way when the card was frozen have used it since."""
        self.wallet_id._serialize()
        self._owe_used()

    def _settle_used(self):
        """Paid again: what was due is not any more. What other cards paid of it
        meanwhile goes back to them."""
        entries = self.env["medical.credit.move"]
        for due in self._frozen_dues().filtered(lambda move: not move.due_id):
            answers = entries.search([("due_id", "=", due.id)])
            if self.invoice_line_id in answers.line_id:
                continue  # of an earlier time
            common = {"kind": "due", "due_id": due.id}
            line_id = self.invoice_line_id.id
            rows = [
                {**common, "account": "due", "line_id": line_id, "units": -due.units}
            ]
            for paid in answers.filtered(lambda move: move.account == "lot"):
                lot_id, back = paid.lot_id.id, -paid.units
                rows.append({**common, "account": "due", "units": -back})
                rows.append(
                    {**common, "account": "lot", "lot_id": lot_id, "units": back}
                )
            self.wallet_id._book(rows)


class MedicalCreditWallet(models.Model):
    _inherit = "medical.credit.wallet"

    def _cron_expire(self):
        """Extends the daily run by what was used of frozen cards."""
        res = super()._cron_expire()
        lots = self.env["medical.credit.lot"].search(
            [("is_frozen", "=", True), ("invoice_line_id", "!=", False)]
        )
        for lot in lots:
            self.env["fax.message"]._step(f"Frozen card {lot.id}", lot._owe_used_later)
        return res
