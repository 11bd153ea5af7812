from datetime import timedelta

from odoo import api, models

# How entries of the ledger are told in a statement.
COMES = ("purchase", "adjustment", "refund", "expiry")
USES = ("capture", "fee", "due")


class ReportCreditStatement(models.AbstractModel):
    """What a wallet's statement says: opening, what came, use by day, closing, due."""

    _name = "report.medical_fax_billing.report_credit_statement"
    _description = "Wallet Statement"

    @api.model
    def _get_report_values(self, docids, data=None):
        docs = self.env["medical.credit.statement"].browse(docids)
        for doc in docs:
            doc.wallet_id.check_access("read")
        return {
            "doc_ids": docids,
            "doc_model": docs._name,
            "docs": docs,
            "statement": self._statement,
        }

    @api.model
    def _statement(self, doc):
        """The sums of one statement; units as numbers, the words are the template's."""
        wallet = doc.wallet_id
        begin = wallet._utc(doc.date_from)
        end = wallet._utc(doc.date_to + timedelta(days=1))
        moves = self.env["medical.credit.move"].search(
            [("wallet_id", "=", wallet.id), ("date", "<", end)], order="date, id"
        )
        before = moves.filtered(lambda move: move.date < begin)
        within = moves - before
        on_cards = within.filtered(lambda move: move.account == "lot")
        return {
            "opening": self._on_cards(before),
            "comes": on_cards.filtered(lambda move: move.kind in COMES),
            "days": self._days(wallet, within),
            "used": -sum(
                on_cards.filtered(lambda move: move.kind in USES).mapped("units")
            ),
            "closing": self._on_cards(moves),
            "reserved": sum(moves.mapped("reserved")),
            "due": -sum(self._of(moves, "due").mapped("units")),
            "on_credit": -sum(self._of(within, "credit").mapped("units")),
        }

    def _of(self, moves, account):
        return moves.filtered(lambda move: move.account == account)

    def _on_cards(self, moves):
        return sum(self._of(moves, "lot").mapped("units"))

    def _days(self, wallet, moves):
        """Use by day and service: ``[(day, service, quantity, units)]``. What was due
        and is paid later by a card was used on the day it became due."""
        services = dict(moves._fields["service"]._description_selection(self.env))
        days = {}
        for move in moves:
            paying = move.kind == "due" and move.due_id
            if move.kind not in USES or paying or move.line_id:
                continue
            key = wallet._local_date(move.date), services.get(move.service, "")
            quantity, units = days.get(key, (0, 0))
            days[key] = quantity + move.quantity, units - move.units
        return [(*key, *amounts) for key, amounts in sorted(days.items())]
