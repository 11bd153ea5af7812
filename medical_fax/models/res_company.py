from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    fax_confidentiality_notice = fields.Text(
        "Confidentiality notice on fax covers",
        translate=True,
        default=lambda self: self.env._(
            "This fax may contain confidential health information. It is meant for "
            "the recipient named above. If you received it by mistake, please tell us "
            "at once by phone and destroy all pages."
        ),
    )
    fax_cover_shows_patient = fields.Boolean(
        "Patient's name may stand on fax covers",
        help="Off: no warning is hidden, and covers name no patient.",
    )
