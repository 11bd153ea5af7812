from odoo import fields, models

# Whom someone does not want to be faxed about is for those who fax.
FAX_USER = "medical_fax.group_fax_user"


class ResPartner(models.Model):
    _inherit = "res.partner"

    fax_blocked = fields.Boolean(
        "Do not fax",
        groups=FAX_USER,
        help="Nothing about this person is faxed, to anyone.",
    )
    fax_blocked_reason = fields.Char("Reason", groups=FAX_USER)
    is_fax_location = fields.Boolean(
        "Practice location",
        groups=FAX_USER,
        help="An address of the clinic, which may have fax numbers of its own.",
    )
    fax_authorization_ids = fields.One2many(
        "fax.authorization",
        "partner_id",
        "Authorizations to fax",
        groups=FAX_USER,
    )
    fax_contact_ids = fields.One2many(
        "fax.contact", "partner_id", "Fax numbers", groups=FAX_USER
    )
