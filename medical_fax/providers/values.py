"""What goes into a provider and what comes out: plain frozen dataclasses.

Times are aware and in UTC, fax numbers are E.164 ("+15145550199"), money is
`Decimal`, a provider's ids are text. Numbers, names and documents are left out of
every `repr`, so that a value in a log line or a traceback tells nobody's business.
"""

import re
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from decimal import Decimal

from .failures import FailureKind, Word

E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def private(**options):
    """A field that no repr shows."""
    return field(repr=False, **options)


@dataclass(frozen=True)
class Value:
    """Base of all: refuses times that are not aware and in UTC (ValueError)."""

    def __post_init__(self):
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, datetime) and value.utcoffset() != timedelta(0):
                where = f"{type(self).__name__}.{each.name}"
                raise ValueError(f"{where}: an aware time in UTC is needed")
        self._check()

    def _check(self):
        """Hook: rules of one class; raises ValueError, quoting no value."""


# --- Sending ---------------------------------------------------------------------


class Resolution(Word):
    STANDARD = "standard"  # 204 x 98 dpi
    FINE = "fine"  # 204 x 196 dpi


@dataclass(frozen=True, kw_only=True)
class Cover(Value):
    """For a provider that draws the cover page itself; texts cut to its limits."""

    recipient_name: str = private(default="")
    recipient_organization: str = private(default="")
    sender_name: str = private(default="")
    subject: str = private(default="")
    notes: str = private(default="")
    template: str | None = None  # the provider's id of one of its cover pages


@dataclass(frozen=True, kw_only=True)
class SubmitRequest(Value):
    """One fax to one number, to be transmitted once.

    `document` is a PDF of `pages` pages (`cover` not counted). `further` are PDFs sent
    after it, as one fax, where the provider declares `several`; `pages` counts theirs
    too. `sender` is the
    number shown to the recipient, None for the account's own. `file_name` is a
    reference, never a person. `reference` is ours, unique for each attempt, and
    goes wherever the provider has a field for it. Nothing may be sent once
    `deadline` has passed.
    """

    to: str = private()
    sender: str | None = private(default=None)
    document: bytes = private()
    further: tuple[bytes, ...] = private(default=())
    pages: int
    file_name: str
    reference: str
    cover: Cover | None = None
    resolution: Resolution = Resolution.FINE
    deadline: datetime | None = None

    def _check(self):
        if not E164.fullmatch(self.to):
            raise ValueError("SubmitRequest.to: an E.164 number is needed")
        if not (self.document and self.pages > 0 and self.reference):
            raise ValueError("SubmitRequest: document, pages and reference are needed")
        if not all(self.further):
            raise ValueError("SubmitRequest.further: a document is empty")


@dataclass(frozen=True, kw_only=True)
class Submission(Value):
    """The provider has taken the fax, under this id."""

    provider_id: str
    raw_status: str | None = None


class FaxState(Word):
    """Where a fax stands in the provider's eyes."""

    QUEUED = "queued"
    SENDING = "sending"
    WAITING = "waiting"  # held there, e.g. for credit; goes on by itself, or fails
    DELIVERED = "delivered"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in _FINAL_STATES

    @property
    def needs_reason(self) -> bool:
        return self in (FaxState.WAITING, FaxState.PARTIAL, FaxState.FAILED)


_FINAL_STATES = frozenset(
    (FaxState.DELIVERED, FaxState.PARTIAL, FaxState.FAILED, FaxState.CANCELLED)
)


@dataclass(frozen=True, kw_only=True)
class FaxStatus(Value):
    """What the provider says of a fax.

    `failure` is the reason where the state has one; `raw_status`, `code` and
    `text` are the provider's words, unchanged. `units` is what it counts (pages or
    other), `cost` what it charged in `currency` (ISO 4217); None: it does not tell.
    """

    provider_id: str
    state: FaxState
    raw_status: str | None = None
    failure: FailureKind | None = None
    code: str | None = private(default=None)
    text: str | None = private(default=None)
    pages_sent: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    remote_csid: str | None = private(default=None)  # what the other machine said
    units: Decimal | None = None
    cost: Decimal | None = None
    currency: str | None = None
    reference: str | None = None

    def _check(self):
        if self.state.needs_reason and self.failure is None:
            raise ValueError("FaxStatus: this state needs a failure kind")
        if self.state is FaxState.DELIVERED and self.failure is not None:
            raise ValueError("FaxStatus: a delivered fax has no failure kind")


# --- Looking up after an unknown outcome -----------------------------------------


@dataclass(frozen=True, kw_only=True)
class Fingerprint(Value):
    """How a lost submission is told from others where no reference is searchable.

    Created at the provider within `after` and `before`; `pages` as it counts them,
    with a cover that it draws; `known_ids` are already accounted for. `resent`: it was
    to be sent again from what the provider had, a call that carries no reference at
    some, so that there only the likeness tells.
    """

    to: str = private()
    pages: int
    after: datetime
    before: datetime
    known_ids: frozenset[str] = frozenset()
    resent: bool = False


@dataclass(frozen=True, kw_only=True)
class Found(Value):
    """A fax of ours that the provider turned out to have."""

    provider_id: str
    created_at: datetime | None = None
    raw_status: str | None = None


# --- Receiving -------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Received(Value):
    """A fax that came in. `to` is the number of ours; `sender` may be withheld."""

    provider_id: str
    to: str = private()
    sender: str | None = private(default=None)
    pages: int | None = None
    received_at: datetime
    csid: str | None = private(default=None)  # what the sending machine calls itself


@dataclass(frozen=True, kw_only=True)
class Hint(Value):
    """A reason to ask the provider about a fax; never believed by itself.

    `event` is the provider's name or status for what happened: the same event of
    the same id is one hint, however often it is called back. `to` and `pages` help
    to recognise a fax whose id we never learned. `received` and `document` are
    filled only by a provider that pushes received pages and cannot be asked.
    """

    provider_id: str
    inbound: bool = False
    event: str = ""
    reference: str | None = None
    to: str | None = private(default=None)
    pages: int | None = None
    received: Received | None = None
    document: bytes | None = private(default=None)


@dataclass(frozen=True, kw_only=True)
class Callback(Value):
    """A callback that was read: its hints, and the body the provider expects back."""

    hints: tuple[Hint, ...] = ()
    reply: str = ""
    reply_type: str = "text/plain"


# --- The account and its numbers -------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class AccountInfo(Value):
    """What a verified account tells of itself; None: the provider does not tell."""

    name: str | None = None
    trial_ends_at: datetime | None = None
    key_expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class NumberInfo(Value):
    """A number of the account. `pending`: ordered or ported, not usable yet."""

    number: str
    provider_id: str | None = None  # where the provider names it by an id
    pending: bool = False


@dataclass(frozen=True, kw_only=True)
class AreaCode(Value):
    """An area code with free numbers; `offers` where one may choose among them."""

    country: str  # ISO 3166, two letters
    code: str
    region: str | None = None  # state or province
    city: str | None = None
    offers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NumberOrder(Value):
    """An order of `number`, or of any free number of the area code."""

    reference: str
    country: str
    area_code: str | None = None
    number: str | None = None


@dataclass(frozen=True, kw_only=True)
class Balance(Value):
    """What is left at the provider, in `unit`: ISO 4217, or "pages", "credits"."""

    amount: Decimal
    unit: str
