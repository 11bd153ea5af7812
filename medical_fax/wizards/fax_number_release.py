from odoo import fields, models


class FaxNumberRelease(models.TransientModel):
    """Whether a number shall really be given back, which cannot be undone."""

    _name = "fax.number.release"
    _description = "Release a fax number"

    number_id = fields.Many2one("fax.number", required=True, readonly=True)
    number_display = fields.Char(related="number_id.number_display")
    default_for = fields.Char(related="number_id.default_for")
    is_default = fields.Boolean(compute="_compute_is_default")
    last_digits = fields.Char("Its last four digits")

    def _compute_is_default(self):
        for wizard in self:
            number = wizard.number_id
            wizard.is_default = bool(
                number.account_id.default_number_id == number
                or number.practitioner_id
                or number.location_id
            )

    def action_release(self):
        """Start the release; the number is shown as being released."""
        self.ensure_one()
        self.number_id._release(self.last_digits)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._("The provider is asked to take the number back."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
