from datetime import timezone

from odoo import api, fields, models
from odoo.fields import Domain

from ..providers import Fingerprint, SubmitRequest
from ..tools import waits

# What may still have led to a fax that we know nothing of.
UNRESOLVED_STATES = ("calling", "resolving")


class FaxAttempt(models.Model):
    """One submission of a fax to a provider.

    The row is committed before the provider is called, so that nothing leaves
    without a trace. What the provider said is recorded in fax_attempt_outcome.py,
    and where nobody knows what came of a call, fax_attempt_look.py finds out.
    """

    _name = "fax.attempt"
    _inherit = ["fax.visibility.mixin"]
    _description = "Fax Attempt"
    _order = "id desc"
    _rec_name = "reference"

    # Identity
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
    dialled = fields.Char("Fax number", required=True)
    provider_id = fields.Char("Provider's id", index="btree_not_null")

    # State
    state = fields.Selection(
        [
            ("calling", "Calling the provider"),
            ("resolving", "Finding out what came of the call"),
            ("accepted", "The provider has it"),
            ("uncertain", "Nobody knows"),
            ("over", "Over"),
        ],
        required=True,
        default="calling",
    )
    is_probe = fields.Boolean(
        help="Nothing was submitted: it asks whether the provider has this fax "
        "already, after the queue slept or the database was restored."
    )
    by_resend = fields.Boolean(
        help="The provider was asked to send again what it still had."
    )
    place = fields.Integer(help="Which of the account's places the call takes.")
    lease_until = fields.Datetime(
        required=True, help="Until then the worker that claimed the fax owns it."
    )
    worker = fields.Char(help="Process that claimed the fax.")

    # Finding out, and asking how it goes
    next_look_at = fields.Datetime(help="When to ask the provider next.")
    asked = fields.Integer(help="How often the provider was asked since.")
    lost_at = fields.Datetime(help="Since when nobody knows whether it left.")
    lost_kind = fields.Char(help="What went wrong when the answer was lost.")
    missed_at = fields.Datetime(
        help="When the provider was first found not to have it."
    )

    # Stopping it
    cancel_requested_at = fields.Datetime("Asked to stop at")
    cancel_answer = fields.Selection(
        [
            ("stopped", "The provider stopped it"),
            ("too_late", "Too late: the provider could not stop it"),
            ("unknown", "The provider gave no answer"),
        ],
        "Answer",
    )

    # What the provider said
    raw_status = fields.Char("Provider's status")
    raw_code = fields.Char("Provider's code")
    raw_text = fields.Char("Provider's text")
    pages_sent = fields.Integer()
    units = fields.Float("Provider's units")
    cost = fields.Float("Provider's cost", digits=(16, 4))
    called_at = fields.Datetime()
    answered_at = fields.Datetime()
    ended_at = fields.Datetime()
    end_kind = fields.Char(help="Kind of failure that ended this try.")

    _one_open = models.UniqueIndex(
        "(message_id) WHERE state != 'over'", "A fax has at most one open try."
    )
    _reference_uniq = models.Constraint(
        "UNIQUE (reference)", "A try has a reference of its own."
    )
    # A lost submission is recognised by number, pages and time. That is conclusive
    # only because no other one to that number is on its way meanwhile.
    _one_unresolved = models.UniqueIndex(
        "(account_id, dialled) WHERE state IN ('calling', 'resolving')",
        "One submission to a number at a time while its outcome is not known.",
    )
    _place_uniq = models.UniqueIndex(
        "(account_id, place) WHERE state = 'calling'",
        "An account has so many places for calls at once.",
    )
    _look_idx = models.Index("(next_look_at) WHERE state != 'over'")
    # Whose ids are known already, when looking for one that is not.
    _dialled_idx = models.Index("(account_id, dialled) WHERE provider_id IS NOT NULL")

    @api.model
    def _visible_domain(self):
        return Domain("message_id", "any", [])

    # What the provider is asked

    def _request(self):
        """What the provider is asked to send: the frozen bytes, verified."""
        message = self.message_id
        document = message.document_id
        deadline = self.called_at + waits.delta(self.env, "call")
        return SubmitRequest(
            to=self.dialled,
            sender=self._sender().number,
            document=document._content(),
            pages=document.pages,
            file_name=f"{document.name.replace('/', '-')}.pdf",
            reference=self.reference,
            cover=message._provider_cover(),
            deadline=deadline.replace(tzinfo=timezone.utc),
        )

    def _fingerprint(self):
        """How the provider's list shows this submission, if it took it."""
        skew = waits.delta(self.env, "skew")
        # Until now: a provider may have been slow to take it, and what came later to
        # this number can only be this one, since others wait.
        before = max(self.lease_until, waits.now()) + skew
        others = [
            ("account_id", "=", self.account_id.id),
            ("dialled", "=", self.dialled),
            ("provider_id", "!=", False),
            ("id", "!=", self.id),
        ]
        return Fingerprint(
            to=self.dialled,
            pages=self.message_id.pages,
            after=(self.called_at - skew).replace(tzinfo=timezone.utc),
            before=before.replace(tzinfo=timezone.utc),
            known_ids=frozenset(self.search(others).mapped("provider_id")),
            resent=self._maybe_resent(),
        )
