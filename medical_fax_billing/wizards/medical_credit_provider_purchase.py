from odoo import fields, models
from odoo.exceptions import UserError


class MedicalCreditProviderPurchase(models.TransientModel):
    """Entering what was bought at the provider itself: it becomes a draft bill."""

    _name = "medical.credit.provider.purchase"
    _description = "Purchase at the Fax Provider"

    wallet_id = fields.Many2one("medical.credit.wallet", required=True, readonly=True)
    unit = fields.Selection(related="wallet_id.unit")
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    provider = fields.Char(compute="_compute_provider")
    units = fields.Float("Units bought", digits="Credit Units", required=True)
    amount = fields.Monetary("Price, untaxed", required=True)
    reference = fields.Char("Provider's reference", required=True)
    date = fields.Date(required=True, default=fields.Date.context_today)

    def _compute_provider(self):
        for purchase in self:
            # sudo: the name only
            purchase.provider = purchase.wallet_id.partner_id.sudo().name

    def action_save(self):
        """Make the draft bill; the accountant posts it, which grants the units."""
        self.ensure_one()
        wallet = self.wallet_id
        wallet._check_buyer()
        if self.date > fields.Date.context_today(self):
            raise UserError(self.env._("A purchase lies in the past."))
        wallet._new_provider_purchase(
            self.units, self.amount, self.reference.strip(), self.date
        )
        units = wallet._units_text(self.units)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "A draft bill was made. %(units)s are added when it is posted.",
                    units=units,
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class MedicalCreditWallet(models.Model):
    _inherit = "medical.credit.wallet"

    def action_enter_purchase(self):
        """Ask what was bought at the provider."""
        self.ensure_one()
        self._check_buyer()
        if self.mode != "own":
            raise UserError(
                self.env._("Only own accounts have purchases made at the provider.")
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("A purchase made at the provider"),
            "res_model": "medical.credit.provider.purchase",
            "view_mode": "form",
            "target": "new",
            "context": {"default_wallet_id": self.id},
        }
