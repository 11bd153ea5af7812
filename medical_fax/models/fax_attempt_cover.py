from odoo import models


class FaxAttempt(models.Model):
    """What a provider sends again keeps the cover that it drew then."""

    _inherit = "fax.attempt"

    def _resendable_id(self):
        message = self.message_id
        if message._provider_cover() != message.resend_of_id._provider_cover():
            return None
        return super()._resendable_id()
