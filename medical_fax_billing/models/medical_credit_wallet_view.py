from odoo import api, fields, models


class MedicalCreditWallet(models.Model):
    """What the wallet's form says and leads to."""

    _inherit = "medical.credit.wallet"

    available_text = fields.Char("Left in words", compute="_compute_texts")
    due_text = fields.Char(compute="_compute_texts")
    run_out_text = fields.Char(compute="_compute_texts")
    run_out_on = fields.Date("Enough until", compute="_compute_texts")
    is_asked = fields.Boolean(compute="_compute_is_asked")
    lot_count = fields.Integer("Cards", compute="_compute_counts")
    frozen_count = fields.Integer("Frozen cards", compute="_compute_counts")
    move_count = fields.Integer("Entries", compute="_compute_counts")

    @api.depends("available", "due", "mode")
    @api.depends_context("lang")
    def _compute_texts(self):
        for wallet in self:
            is_metered = wallet.mode != "counted"
            left = is_metered and wallet._units_text(wallet.available)
            wallet.available_text = left
            wallet.due_text = wallet._units_text(wallet.due)
            wallet.run_out_text = wallet._run_out_text() if wallet.ids else False
            wallet.run_out_on = wallet.ids and wallet._run_out()

    @api.depends("activity_ids")
    def _compute_is_asked(self):
        for wallet in self:
            wallet.is_asked = wallet._is_asked()

    @api.depends("lot_ids.is_frozen", "move_ids")
    def _compute_counts(self):
        for wallet in self:
            lots = wallet.lot_ids
            wallet.lot_count = len(lots)
            wallet.frozen_count = len(lots.filtered("is_frozen"))
            wallet.move_count = self.env["medical.credit.move"].search_count(
                [("wallet_id", "=", wallet._origin.id)]
            )

    def action_view_lots(self):
        """The wallet's cards."""
        return self._view("medical_fax_billing.medical_credit_lot_action")

    def action_view_moves(self):
        """The wallet's ledger."""
        return self._view("medical_fax_billing.medical_credit_move_action")

    def action_view_usage(self):
        """What was used of it, and what is left."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.client"]._for_xml_id(
            "medical_fax_billing.usage_action"
        )
        return {**action, "params": {"wallet_id": self.id}}

    def _view(self, action):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(action)
        return {
            **action,
            "domain": [("wallet_id", "=", self.id)],
            "context": {"default_wallet_id": self.id},
        }
