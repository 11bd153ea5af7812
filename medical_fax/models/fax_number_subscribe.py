from odoo import fields, models
from odoo.exceptions import AccessError


class FaxNumber(models.Model):
    """Each user chooses of which numbers' received faxes to be told."""

    _inherit = "fax.number"

    def action_subscribe(self, is_wanted=True):
        """Be told of what comes in at these numbers, or not any more."""
        self.env["fax.message"]._check_may_fax()
        usable = self.with_context(active_test=False).search(self._usable_domain())
        if self - usable:
            raise AccessError(
                self.env._("You are told of the faxes only that you may see.")
            )
        change = fields.Command.link if is_wanted else fields.Command.unlink
        # sudo: one's own subscription, nothing else of the number
        self.sudo().write({"subscriber_ids": [change(self.env.uid)]})
        return True
