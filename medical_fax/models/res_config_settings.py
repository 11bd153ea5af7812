from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    fax_confidentiality_notice = fields.Text(
        related="company_id.fax_confidentiality_notice", readonly=False
    )
    fax_cover_shows_patient = fields.Boolean(
        related="company_id.fax_cover_shows_patient", readonly=False
    )
    fax_paused = fields.Boolean(related="company_id.fax_paused", readonly=False)
    fax_fallback_user_id = fields.Many2one(
        related="company_id.fax_fallback_user_id",
        readonly=False,
        domain="[('company_ids', 'in', company_id), ('share', '=', False)]",
    )
