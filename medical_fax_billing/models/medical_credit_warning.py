from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from .medical_credit_wallet_ask import LOW

# At which share used one is warned, in the order of need.
SHARES = {"used_80": 0.80, "used_95": 0.95}
RUN_OUT_DAYS = 3


class MedicalCreditWarning(models.Model):
    """That the buyers were warned: once for each purchase or period, and kind."""

    _name = "medical.credit.warning"
    _description = "Credit Warning"
    _order = "id desc"
    _rec_name = "kind"

    wallet_id = fields.Many2one(
        "medical.credit.wallet", required=True, index=True, ondelete="cascade"
    )
    lot_id = fields.Many2one(
        "medical.credit.lot",
        "Since card",
        required=True,
        ondelete="cascade",
        help="The purchase or period that it is about.",
    )
    kind = fields.Selection(
        [
            ("used_80", "80 % used"),
            ("used_95", "95 % used"),
            ("run_out", "Runs out within 3 days"),
        ],
        required=True,
    )

    # Of two workers that see it at once, one warns.
    _once = models.UniqueIndex(
        "(wallet_id, lot_id, kind)", "The buyers were warned of this already."
    )


class MedicalCreditWallet(models.Model):
    """Warnings before the credit is used up, to those who buy."""

    _inherit = "medical.credit.wallet"

    def _warn(self):
        """Warn of what is new since the last card came."""
        self.ensure_one()
        lots = self.env["medical.credit.lot"]
        newest = lots.search(
            [("wallet_id", "=", self.id), ("is_frozen", "=", False)],
            order="id desc",
            limit=1,
        )
        if not newest:
            return
        warnings = self.env["medical.credit.warning"]
        known = warnings.search(
            [("wallet_id", "=", self.id), ("lot_id", "=", newest.id)]
        ).mapped("kind")
        new = [kind for kind in self._reached(newest) if kind not in known]
        if not new:
            return
        warnings.create(
            [{"wallet_id": self.id, "lot_id": newest.id, "kind": k} for k in new]
        )
        # Now, not after the activities were made: the other worker begins anew.
        warnings.flush_model()
        for buyer in self._buyers():
            words = self.with_context(lang=buyer.lang)._low_words(new)
            self._tell_buyer(LOW, buyer, words)

    def _reached(self, lot):
        """Kinds of warnings that apply now."""
        share = self._share_used(lot)
        reached = [kind for kind, limit in SHARES.items() if share >= limit]
        run_out = self._run_out()
        soon = fields.Date.context_today(self) + timedelta(days=RUN_OUT_DAYS)
        if run_out and run_out <= soon:
            reached.append("run_out")
        return reached

    def _low_words(self, kinds):
        """One line for all that is new. It names the wallet, and nobody's fax."""
        words = self.env._(
            "%(wallet)s: %(left)s left",
            wallet=self.name,
            left=self._units_text(self.available),
        )
        if "used_95" in kinds:
            used = self.env._("95 % used")
        elif "used_80" in kinds:
            used = self.env._("80 % used")
        else:
            used = ""
        run_out = self._run_out()
        lasts = run_out and self.env._(
            "at this rate until %(day)s", day=format_date(self.env, run_out)
        )
        return ", ".join(filter(None, [words, used, lasts]))

    @api.model
    def _cron_warn(self):
        """Warn for each wallet, in a step of its own."""
        for wallet in self.search([("mode", "!=", "counted")]):
            self.env["fax.message"]._step(
                f"Warning of wallet {wallet.id}", wallet._warn
            )

    @api.model
    def _wake_warnings(self):
        # sudo: the cron warns only, whoever's fax was charged
        self.env.ref("medical_fax_billing.ir_cron_credit_warn").sudo()._trigger()


class MedicalCreditMove(models.Model):
    _inherit = "medical.credit.move"

    def _capture(self, units, quantity=0):
        entries = super()._capture(units, quantity)
        if entries.filtered(lambda move: move.kind == "capture"):
            self.env["medical.credit.wallet"]._wake_warnings()
        return entries
