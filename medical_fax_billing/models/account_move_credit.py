from psycopg2.errors import UniqueViolation

from odoo import models
from odoo.exceptions import UserError

from .medical_credit_wallet import UNIT_DIGITS

# Of which side a document is of which way to pay.
PURCHASES = {("out_invoice", "resold"), ("in_invoice", "own")}
REFUNDS = ("out_refund", "in_refund")


class AccountMove(models.Model):
    _inherit = "account.move"

    def _sync_credit(self):
        """Let the cards follow their invoices: grant what is earned now, freeze what
        is not any more, thaw what is again. Idempotent."""
        # sudo: payments are booked by people, and providers, who see no wallets
        for line in self.sudo()._credit_lines():
            mode = line.credit_wallet_id.mode
            if (line.move_id.move_type, mode) in PURCHASES:
                line._sync_credit_line()

    def _is_credit_earned(self, wallet):
        """Whether the units of this document may be used: when it is posted, or, where
        the customer pays in advance, when nothing of it is open."""
        self.ensure_one()
        if self.state != "posted":
            return False
        if wallet.mode == "own" or wallet.is_postpaid:
            return True
        settled = self.currency_id.is_zero(self.amount_residual)
        return settled or self.payment_state in ("paid", "in_payment")


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _credit_lots(self):
        """The card of a line (at most one), or those of several."""
        # sudo: whoever invoices need not see the cards
        lots = self.env["medical.credit.lot"].sudo()
        return lots.search([("invoice_line_id", "in", self.ids)])

    def _sync_credit_line(self):
        lot = self._credit_lots()
        earned = self.move_id._is_credit_earned(self.credit_wallet_id)
        if not lot and earned:
            self._grant_credit()
        elif lot and earned == lot.is_frozen:
            # Of two that notice it at once, one begins anew.
            self.credit_wallet_id._serialize()
            if earned:
                lot._thaw()
            else:
                lot._freeze()

    def _credited_lines(self):
        """Posted credit notes of this line from before its card was granted."""
        refunds = self.search(
            [
                ("credit_origin_line_id", "=", self.id),
                ("parent_state", "=", "posted"),
                ("move_type", "in", REFUNDS),
            ]
        )
        taken = self.env["medical.credit.move"].search([("line_id", "in", refunds.ids)])
        return (refunds - taken.line_id).filtered(lambda line: line._is_credit_line())

    def _credit_ungranted(self):
        """Units that a line without a card would grant, less what was credited."""
        credited = sum(self._credited_lines().mapped("credit_units"))
        return round(self.credit_units - credited, UNIT_DIGITS)

    def _grant_credit(self):
        """Grant the units of this line, once, whoever else tries at the same time."""
        credited = self._credited_lines()
        units = self._credit_ungranted()
        if units <= 0:
            return
        amount = abs(self.balance) - sum(abs(line.balance) for line in credited)
        try:
            # A flush inside, so that the index speaks here and not later.
            with self.env.cr.savepoint():
                lot = self.credit_wallet_id._grant(
                    units,
                    amount=self.company_currency_id.round(amount),
                    line=self,
                    account_id=self._credit_account().id,
                )
                self.env.flush_all()
        except UniqueViolation as error:
            if error.diag.constraint_name != "medical_credit_lot_invoice_line_uniq":
                raise
            return
        (self + credited).credit_lot_id = lot

    def _credit_account(self):
        """The account that keeps what is unused, if this line's is of that kind: what
        went to income or expense at once is there already."""
        kept = self.account_id.internal_group in ("liability", "asset")
        return self.account_id if kept else self.env["account.account"]

    def _take_credit(self):
        """Take what a credit note credits from its card.

        :raise UserError: a fax was faster; nothing is posted then
        """
        lot = self.credit_origin_line_id._credit_lots()
        taken = lot._take("refund", self.credit_units, line_id=self.id)
        if round(self.credit_units - taken, UNIT_DIGITS) > 0:
            raise UserError(
                self.env._(
                    "Some of these credits were used just now. Look at what is left "
                    "and try again."
                )
            )
        self.credit_lot_id = lot


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    def unlink(self):
        """Override of account: Odoo tells nobody of a payment that is taken back."""
        moves = (self.debit_move_id | self.credit_move_id).move_id
        res = super().unlink()
        moves.exists()._sync_credit()
        return res
