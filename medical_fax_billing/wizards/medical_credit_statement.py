from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class MedicalCreditStatement(models.TransientModel):
    """The statement of a wallet for some days, to print."""

    _name = "medical.credit.statement"
    _description = "Wallet Statement"

    wallet_id = fields.Many2one("medical.credit.wallet", required=True, readonly=True)
    date_from = fields.Date(
        "From", required=True, default=lambda self: self._last_month()[0]
    )
    date_to = fields.Date(
        "To", required=True, default=lambda self: self._last_month()[1]
    )

    @api.model
    def _last_month(self):
        this = fields.Date.context_today(self).replace(day=1)
        return this - relativedelta(months=1), this - relativedelta(days=1)

    def action_print(self):
        """The statement as PDF."""
        self.ensure_one()
        self.wallet_id.check_access("read")
        if self.date_from > self.date_to:
            raise UserError(self.env._("The first day comes before the last one."))
        report = self.env.ref("medical_fax_billing.report_credit_statement_action")
        return report.report_action(self)


class MedicalCreditWallet(models.Model):
    _inherit = "medical.credit.wallet"

    def action_statement(self):
        """Ask for which days."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Statement"),
            "res_model": "medical.credit.statement",
            "view_mode": "form",
            "target": "new",
            "context": {"default_wallet_id": self.id},
        }
