from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    fax_cover_shows_patient = fields.Boolean(
        "Patient's name may stand on fax covers",
        help="Off: no warning is hidden, and covers name no patient.",
    )
    fax_paused = fields.Boolean(
        "Pause all sending",
        help="Faxes wait until sending goes on. Receiving goes on.",
    )
    fax_fallback_user_id = fields.Many2one(
        "res.users",
        "Fallback person for faxes",
        help="Hears of failures when nobody else is there to.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "fax_paused" in vals and not vals["fax_paused"]:
            # sudo: who lets sending go on need not be able to see the faxes
            accounts = self.env["fax.account"].sudo()
            accounts = accounts.search([("company_id", "in", self.ids)])
            accounts._release_held("paused")
        return result
