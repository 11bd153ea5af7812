from odoo import fields, models


class ResUsers(models.Model):
    """What a practitioner's faxes are signed with.

    medical_chart declares the same two fields, same names and types: neither addon
    knows the other, and either may be installed alone.
    """

    _inherit = "res.users"

    signature_image = fields.Image(max_width=1024, max_height=512)
    licence_number = fields.Char()

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["signature_image", "licence_number"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + ["signature_image", "licence_number"]
