from odoo import fields, models

from odoo.addons.medical_fax.tools import waits

USES = ("capture", "due", "fee", "adjustment")


class MedicalCreditMove(models.Model):
    """When something was used, which decides the period that pays for it."""

    _inherit = "medical.credit.move"

    used_at = fields.Datetime(
        index=True,
        help="When the transmission ended. Its result may have been known later.",
    )


class MedicalCreditWallet(models.Model):
    _inherit = "medical.credit.wallet"

    def _book(self, values_list):
        return super()._book([self._with_use(values) for values in values_list])

    def _with_use(self, values):
        if values["kind"] not in USES:
            return values
        message = self.env["fax.message"].browse(values.get("message_id") or [])
        used_at = self.env.context.get("credit_used_at") or message._transmitted_at()
        return {**values, "used_at": used_at or fields.Datetime.now()}


class FaxMessage(models.Model):
    _inherit = "fax.message"

    def _transmitted_at(self):
        """When its transmission ended, as the provider says, or nothing."""
        if self.direction == "in":
            return self.received_at
        return self.attempt_ids.sorted("id")[-1:].transmitted_at


class FaxAttempt(models.Model):
    _inherit = "fax.attempt"

    transmitted_at = fields.Datetime(
        "Transmission ended",
        readonly=True,
        help="As the provider says; it may have been asked later.",
    )

    def _record_status(self, status):
        if self.state != "over" and status.ended_at:
            self.transmitted_at = self._believed(status.ended_at)
        return super()._record_status(status)

    def _believed(self, moment):
        """A provider's time, as far as it can be: after the call, and not in the
        future."""
        told = moment.replace(tzinfo=None)  # in UTC, as all values of providers
        now = waits.now()
        return min(max(told, self.called_at or now), now).replace(microsecond=0)
