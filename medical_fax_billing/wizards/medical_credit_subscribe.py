from odoo import api, fields, models


class MedicalCreditSubscribe(models.TransientModel):
    """Subscribe a wallet to a plan: choose it, see what it costs, confirm."""

    _name = "medical.credit.subscribe"
    _description = "Subscribe to a plan"

    wallet_id = fields.Many2one(
        "medical.credit.wallet", required=True, readonly=True, ondelete="cascade"
    )
    unit = fields.Selection(related="wallet_id.unit")
    company_id = fields.Many2one(related="wallet_id.company_id")
    plan_id = fields.Many2one(
        "medical.credit.plan",
        domain="[('unit', '=', unit), ('company_id', 'in', (company_id, False))]",
    )
    start_on = fields.Date(
        "From",
        compute="_compute_start_on",
        store=True,
        readonly=False,
        help="Each period is counted from this day of the month.",
    )
    terms = fields.Text("What it costs", compute="_compute_terms")

    @api.depends("plan_id")
    def _compute_start_on(self):
        for wizard in self:
            wizard.start_on = wizard.plan_id and wizard.plan_id._today()

    @api.depends("plan_id")
    def _compute_terms(self):
        for wizard in self:
            plan = wizard.plan_id
            words = plan._terms_words() + plan._fee_words(wizard.wallet_id)
            wizard.terms = "\n".join(words)

    def action_subscribe(self):
        """Subscribe; the first invoice is made where something is due at once."""
        self.ensure_one()
        self.wallet_id.check_access("write")
        self.wallet_id._subscribe(self.plan_id, self.start_on)
        return {"type": "ir.actions.act_window_close"}
