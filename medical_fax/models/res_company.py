from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    fax_cover_shows_patient = fields.Boolean(
        "Patient's name may stand on fax covers",
        help="Off: no warning is hidden, and covers name no patient.",
    )
