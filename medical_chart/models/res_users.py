from odoo import fields, models

OWN_FIELDS = ["signature_image", "licence_number"]


class ResUsers(models.Model):
    _inherit = "res.users"

    # With the group, nobody but the user (see SELF_*_FIELDS) and the administrator
    # reads the picture: a colleague's signature must not be there to be copied.
    signature_image = fields.Image(
        string="Signature picture",
        max_width=1200,
        max_height=600,
        copy=False,
        groups="base.group_system",
        help="Copied onto each chart entry that you sign.",
    )
    licence_number = fields.Char(
        copy=False,
        help="Printed below your signature.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + OWN_FIELDS

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + OWN_FIELDS
