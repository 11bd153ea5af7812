from dataclasses import dataclass

from odoo import models

# Providers that answer a request which is repeated with its key with what they did the
# first time, and for how many hours they promise it, less one; Odoo's own addons send
# the key. What another provider did is looked up by a person.
REPEAT_HOURS = {"stripe": 23, "adyen": 167}
# Statuses that do not say whether it was done: the request crossed another one, came
# too late or too often.
UNSURE = (408, 409, 425, 429)
PAYMENT_REQUIRED = 402


@dataclass
class Watch:
    """What was heard of the provider during one try to charge a card.

    :ivar is_repeated: the request was made before, under the same key
    :ivar status: of the last HTTP answer; None as long as none came
    """

    is_repeated: bool = False
    status: int | None = None

    @property
    def is_refused(self):
        """Whether the answer proves that nothing was charged. That a repeated request
        is refused says so only if the bank's word is repeated: it may have been refused
        for being repeated."""
        if self.is_repeated:
            return self.status == PAYMENT_REQUIRED
        status = self.status or 0
        return 400 <= status < 500 and status not in UNSURE


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _refill_repeat_hours(self):
        """Hook: for how many hours a payment request is safe to repeat; 0: never."""
        self.ensure_one()
        return REPEAT_HOURS.get(self.code, 0)

    def _card_watch(self):
        watch = self.env.context.get("card_watch")
        # RPC can send any context, but no object.
        return watch if isinstance(watch, Watch) else Watch()

    def _send_api_request(self, *args, **kwargs):
        """Override of `payment` to forget the answer before."""
        self._card_watch().status = None
        return super()._send_api_request(*args, **kwargs)

    def _log_response(self, response, *, reference=None):
        """Override of `payment` to note that the provider answered, and how."""
        self._card_watch().status = response.status_code
        return super()._log_response(response, reference=reference)
