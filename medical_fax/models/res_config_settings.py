from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    fax_confidentiality_notice = fields.Text(
        "Confidentiality notice on fax covers",
        compute="_compute_fax_confidentiality_notice",
        inverse="_inverse_fax_confidentiality_notice",
    )
    fax_cover_shows_patient = fields.Boolean(
        related="company_id.fax_cover_shows_patient", readonly=False
    )
    fax_paused = fields.Boolean(related="company_id.fax_paused", readonly=False)
    fax_unassigned_hours = fields.Float(
        related="company_id.fax_unassigned_hours", readonly=False
    )
    fax_fallback_user_id = fields.Many2one(
        related="company_id.fax_fallback_user_id",
        readonly=False,
        domain="[('company_ids', 'in', company_id), ('share', '=', False)]",
    )

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_fax_confidentiality_notice(self):
        """The notice as it stands on covers in the user's language."""
        for settings in self:
            notice = settings.company_id._fax_notice(self.env.lang)
            settings.fax_confidentiality_notice = notice

    def _inverse_fax_confidentiality_notice(self):
        for settings in self:
            notice = settings.fax_confidentiality_notice
            settings.company_id.fax_confidentiality_notice = notice
