from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _is_told(self, watch):
        """Whether the provider has said what became of a payment request.

        Odoo calls a lost answer an error as well. One that the provider has spoken of
        has its reference or the status of a refusal.

        :param watch: payment_provider.Watch
        """
        self.ensure_one()
        if self.state == "error":
            return bool(watch.is_refused or self.provider_reference)
        return self.state != "draft"

    def _update_state(self, *args, **kwargs):
        """Override of `payment`: refills follow their transactions."""
        changed = super()._update_state(*args, **kwargs)
        # sudo: whoever's call brought the news sees no refills
        purchases = self.env["medical.credit.refill.purchase"].sudo()
        if changed and purchases.search_count(
            [("invoice_id", "in", changed.invoice_ids.ids)], limit=1
        ):
            self.env["medical.credit.refill"]._wake()
        return changed
