from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.fields import Domain

from ..providers import FaxState, ProviderError, SubmitRequest

# Seconds. The call's deadline is shorter than the lease, so that a worker never
# answers for a fax which another one has taken over.
CALL_SECONDS = 90
LEASE_SECONDS = 300


class FaxAttempt(models.Model):
    """One submission of a fax to a provider.

    The row is committed before the provider is called, so that nothing leaves
    without a trace.
    """

    _name = "fax.attempt"
    _inherit = ["fax.visibility.mixin"]
    _description = "Fax Attempt"
    _order = "id desc"
    _rec_name = "reference"

    message_id = fields.Many2one(
        "fax.message", required=True, index=True, ondelete="restrict"
    )
    number = fields.Integer("Try", required=True)
    reference = fields.Char(
        required=True,
        help="Our reference at the provider, computed from the fax's identity and "
        "the try, so that a restored database finds it again.",
    )
    account_id = fields.Many2one("fax.account", required=True, ondelete="restrict")
    lease_until = fields.Datetime(
        required=True, help="Until then the worker that claimed the fax owns it."
    )
    worker = fields.Char(help="Process that claimed the fax.")
    provider_id = fields.Char("Provider's id", index="btree_not_null")
    raw_status = fields.Char("Provider's status")
    raw_code = fields.Char("Provider's code")
    raw_text = fields.Char("Provider's text")
    pages_sent = fields.Integer()
    units = fields.Float("Provider's units")
    cost = fields.Float("Provider's cost", digits=(16, 4))
    called_at = fields.Datetime()
    answered_at = fields.Datetime()
    ended_at = fields.Datetime()
    is_open = fields.Boolean(
        default=True, help="Not proven over yet: no other try may begin."
    )

    _one_open = models.UniqueIndex(
        "(message_id) WHERE is_open", "A fax has at most one open try."
    )
    _reference_uniq = models.Constraint(
        "UNIQUE (reference)", "A try has a reference of its own."
    )

    @api.model
    def _visible_domain(self):
        return Domain("message_id", "any", [])

    def _request(self):
        """What the provider is asked to send: the frozen bytes, verified."""
        message = self.message_id
        document = message.document_id
        return SubmitRequest(
            to=message.number,
            sender=message.number_id.number,
            document=document._content(),
            pages=document.pages,
            file_name=f"{document.name.replace('/', '-')}.pdf",
            reference=self.reference,
            deadline=fields.Datetime.now().replace(tzinfo=timezone.utc)
            + timedelta(seconds=CALL_SECONDS),
        )

    # Recording what the provider said

    def _record_accepted(self, submission):
        self.write(
            {
                "provider_id": submission.provider_id,
                "raw_status": submission.raw_status,
                "answered_at": fields.Datetime.now(),
            }
        )
        self.message_id._set_submitted()

    def _record_error(self, error: ProviderError):
        """A refusal ends the try; anything else leaves its outcome unknown."""
        detail = " ".join(filter(None, [error.code, error.text])) or False
        now = fields.Datetime.now()
        self.write({"raw_code": error.code, "raw_text": error.text, "answered_at": now})
        if error.proven_not_sent:
            self.write({"is_open": False, "ended_at": now})
            self.message_id._set_failed(error.kind.value, detail)
        else:
            self.message_id._set_uncertain(error.kind.value, detail)

    def _record_status(self, status):
        """Take over what the provider says of a fax that it accepted."""
        self.write(
            {
                "raw_status": status.raw_status,
                "raw_code": status.code,
                "raw_text": status.text,
                "pages_sent": status.pages_sent or 0,
                "units": float(status.units or 0),
                "cost": float(status.cost or 0),
            }
        )
        setter = self._final_setters().get(status.state)
        if setter:
            self.write({"is_open": False, "ended_at": fields.Datetime.now()})
            setter(status)

    def _final_setters(self):
        message = self.message_id

        def detail(status):
            return " ".join(filter(None, [status.code, status.text])) or False

        return {
            FaxState.DELIVERED: lambda status: message._set_delivered(
                status.pages_sent or message.pages
            ),
            FaxState.PARTIAL: lambda status: message._set_partial(
                status.pages_sent or 0, detail(status)
            ),
            FaxState.FAILED: lambda status: message._set_failed(
                status.failure.value, detail(status)
            ),
            FaxState.CANCELLED: lambda status: message._set_cancelled(),
        }
