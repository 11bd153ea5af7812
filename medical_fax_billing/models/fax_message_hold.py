from odoo import api, models

from odoo.addons.medical_fax.tools import waits

# Held so long, a fax may no longer be wanted: it asks before it goes.
waits.add(credit_stale=86400)


class FaxMessage(models.Model):
    """A fax that nobody pays for stays with us, and goes when credit arrives."""

    _inherit = "fax.message"

    def _hold_cause(self):
        kind, reason = super()._hold_cause()
        if not kind and not self._reserve():
            return "credit", None
        return kind, reason

    @api.model
    def _hold_words(self, kind):
        if kind == "credit":
            return self.env._(
                "Held by us, as our wallet has no credit: nothing was handed to the "
                "provider and nothing was charged. It goes by itself when credit is "
                "bought."
            )
        return super()._hold_words(kind)

    def _credit_is_there(self):
        """Credit has arrived: what waited for it goes, the oldest first, as far as it
        reaches. What has waited too long asks first, as it may no longer be wanted."""
        fresh = waits.now() - waits.delta(self.env, "credit_stale")
        for message in self.sorted("id"):
            if message.held_at and message.held_at < fresh:
                env = message._for_sender().env
                message.hold_reason = env._(
                    "Credit is there, but it has waited for long: send it now if it "
                    "is still wanted."
                )
                continue
            later = message.scheduled_at and message.scheduled_at > waits.now()
            message._set_queued(due_at=later and message.scheduled_at)


class MedicalCreditWallet(models.Model):
    _inherit = "medical.credit.wallet"

    def _credit_arrived(self):
        result = super()._credit_arrived()
        # sudo: whoever buys need not be able to see the faxes
        messages = self.env["fax.message"].sudo()
        waiting = messages.search(
            [("wallet_id", "=", self.id), *self._waits_for_credit()]
        )
        if waiting:
            waiting._credit_is_there()
            messages._wake()
        return result
