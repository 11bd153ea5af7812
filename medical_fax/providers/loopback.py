"""The embedded training provider: nothing leaves the database.

Time passes as with a real one: it dials (`dial_seconds`, 2 by default), then
sends pages (`page_seconds` each, 0.5 by default), so that one can watch a fax
being sent. Every page is stamped TEST. A fax to one of the account's own numbers
(`own_numbers`) is delivered to that number's inbox. The last four digits of the
number dialled decide how it ends; all other numbers succeed:

    0101  line busy
    0102  no answer
    0103  a person answers, not a fax machine
    0104  number refused at once
    0105  breaks off after the first page of several
    0106  document refused after it was taken
    0107  out of credit, final
    0108  sign-in refused
    0109  slow: stays in sending for an hour (`slow_seconds`)
    0110  provider down before it took the fax
    0111  taken and delivered, but the answer to us is lost
    0112  too many requests
    0113  connection lost in the first page
    0114  blocked by the recipient
    0115  too many pages
    0116  account not active
    0117  sender number not allowed
    0118  fails without a reason
    0119  waits at the provider for credit, then out of credit (`slow_seconds`)
    0120  not taken, and no answer either

As a third party would, it keeps books of its own, in the `store` it is given, and
refuses the same reference twice: a double submission never passes unnoticed.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, auto
from typing import Protocol

from .errors import ProviderError
from .failures import FailureKind, _
from .interface import Capabilities, FindBy, Provider
from .registry import register
from .values import (
    AccountInfo,
    FaxState,
    FaxStatus,
    Found,
    NumberInfo,
    Received,
    Submission,
    SubmitRequest,
    Value,
    private,
)

# pylint: disable=prefer-env-translation  # there is no env in this package

INBOUND = "in-"  # a received fax has an id of its own, as at any provider


class Act(Enum):
    """When a magic number shows its effect."""

    REFUSE = auto()  # before the fax is taken
    LOSE_REQUEST = auto()  # not taken, but we cannot know
    LOSE_ANSWER = auto()  # taken, but we cannot know
    DIAL = auto()  # the call fails before the first page
    BREAK = auto()  # the call breaks after the first page
    SLOW = auto()
    WAIT = auto()  # held for a long time, then fails


MAGIC: dict[str, tuple[Act, FailureKind | None]] = {
    "0101": (Act.DIAL, FailureKind.BUSY),
    "0102": (Act.DIAL, FailureKind.NO_ANSWER),
    "0103": (Act.DIAL, FailureKind.NOT_A_FAX),
    "0104": (Act.REFUSE, FailureKind.INVALID_NUMBER),
    "0105": (Act.BREAK, FailureKind.PARTLY_SENT),
    "0106": (Act.DIAL, FailureKind.DOCUMENT_REJECTED),
    "0107": (Act.DIAL, FailureKind.QUOTA_EXCEEDED),
    "0108": (Act.REFUSE, FailureKind.CREDENTIALS),
    "0109": (Act.SLOW, None),
    "0110": (Act.REFUSE, FailureKind.PROVIDER_UNAVAILABLE),
    "0111": (Act.LOSE_ANSWER, None),
    "0112": (Act.REFUSE, FailureKind.RATE_LIMITED),
    "0113": (Act.DIAL, FailureKind.CONNECTION),
    "0114": (Act.DIAL, FailureKind.BLOCKED),
    "0115": (Act.REFUSE, FailureKind.TOO_MANY_PAGES),
    "0116": (Act.REFUSE, FailureKind.ACCOUNT_INACTIVE),
    "0117": (Act.REFUSE, FailureKind.CALLER_ID),
    "0118": (Act.DIAL, FailureKind.UNKNOWN),
    "0119": (Act.WAIT, FailureKind.QUOTA_EXCEEDED),
    "0120": (Act.LOSE_REQUEST, None),
}


@dataclass(frozen=True, kw_only=True)
class LoopbackJob(Value):
    """A fax in the training provider's books.

    Its times are fixed when it is taken: the line answers at `answers_at`, and the
    call is over at `ends_at`. `sha256` is of the document as submitted, unstamped.
    """

    provider_id: str
    reference: str
    to: str = private()
    sender: str | None = private(default=None)
    pages: int
    sha256: str
    created_at: datetime
    answers_at: datetime
    ends_at: datetime
    cancelled_at: datetime | None = None


class LoopbackStore(Protocol):
    """Where the books are kept.

    Each call is complete when it returns: it must not be undone by a rollback of
    the caller's transaction, or it would not behave as a third party does.
    """

    def add(self, job: LoopbackJob, document: bytes) -> bool:
        """Keep a job and its stamped pages. False, and nothing kept, if there is
        one with that reference; safe against two callers at once."""

    def get(self, provider_id: str) -> LoopbackJob | None:
        """The job with that id."""

    def find(self, reference: str) -> LoopbackJob | None:
        """The job with that reference."""

    def cancel(self, provider_id: str, at: datetime) -> None:
        """Set `cancelled_at`, unless it is set."""

    def list_received(
        self, numbers: Iterable[str], since: datetime
    ) -> Iterable[LoopbackJob]:
        """Jobs not cancelled, to one of these numbers, ending at `since` or later."""

    def document(self, provider_id: str) -> bytes | None:
        """The stamped pages of a job."""


@register
class LoopbackProvider(Provider):
    """See the module's docstring. `stamp` marks each page of a PDF as a test."""

    code = "loopback"
    label = _("Training (nothing is sent)")
    capabilities = Capabilities(
        find=FindBy.REFERENCE, cancel=True, receive=True, numbers=True, training=True
    )

    def __init__(
        self, *args, store: LoopbackStore, stamp: Callable[[bytes], bytes], **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.store = store
        self.stamp = stamp

    def verify(self) -> AccountInfo:
        return AccountInfo(name="Training")

    def submit(self, request: SubmitRequest) -> Submission:
        act, kind = _magic(request.to)
        if act is Act.REFUSE:
            raise ProviderError(kind, proven_not_sent=True, code=_code(request.to))
        stamped = self._stamped(request.document)
        self.check_deadline(request)
        if act is Act.LOSE_REQUEST:
            raise _answer_lost()
        job = self._job(request, act)
        if not self.store.add(job, stamped):
            # What came of the first one is not for this call to say: look it up.
            raise ProviderError(
                FailureKind.UNKNOWN, proven_not_sent=False, code="duplicate_reference"
            )
        if act is Act.LOSE_ANSWER:
            raise _answer_lost()
        return Submission(provider_id=job.provider_id, raw_status="taken")

    def fetch_status(self, provider_ids: Iterable[str]) -> dict[str, FaxStatus]:
        jobs = (self.store.get(provider_id) for provider_id in provider_ids)
        now = self.clock()
        return {job.provider_id: _status(job, now) for job in jobs if job}

    def find(self, reference, fingerprint=None) -> list[Found]:
        job = self.store.find(reference)
        if not job:
            return []
        return [Found(provider_id=job.provider_id, created_at=job.created_at)]

    def cancel(self, provider_id: str) -> bool:
        job = self.store.get(provider_id)
        now = self.clock()
        if not job or (not job.cancelled_at and now >= job.ends_at):
            return False
        self.store.cancel(provider_id, now)
        return True

    def list_received(self, since: datetime) -> list[Received]:
        now = self.clock()
        jobs = self.store.list_received(self._own_numbers(), since)
        return [
            Received(
                provider_id=INBOUND + job.provider_id,
                to=job.to,
                sender=job.sender,
                pages=job.pages,
                received_at=job.ends_at,
                csid="TEST",
            )
            for job in jobs
            if _status(job, now).state is FaxState.DELIVERED
        ]

    def fetch_received(self, provider_id: str) -> bytes:
        document = None
        if provider_id.startswith(INBOUND):
            document = self.store.document(provider_id.removeprefix(INBOUND))
        if document is None:
            raise ProviderError(
                FailureKind.UNKNOWN, proven_not_sent=True, code="not_found"
            )
        return document

    def list_numbers(self) -> list[NumberInfo]:
        return [NumberInfo(number=number) for number in self._own_numbers()]

    def _own_numbers(self) -> tuple[str, ...]:
        return tuple(self.settings.get("own_numbers", ()))

    def _job(self, request: SubmitRequest, act: Act | None) -> LoopbackJob:
        now = self.clock()
        answers_at = now + self._seconds("dial_seconds", 2.0)
        talk = self._seconds("page_seconds", 0.5)
        if act in (Act.SLOW, Act.WAIT):
            talk = self._seconds("slow_seconds", 3600.0)
        elif act is Act.DIAL:
            talk *= 0
        elif act is not Act.BREAK:
            talk *= request.pages
        return LoopbackJob(
            provider_id=uuid.uuid4().hex,
            reference=request.reference,
            to=request.to,
            sender=request.sender,
            pages=request.pages,
            sha256=hashlib.sha256(request.document).hexdigest(),
            created_at=now,
            answers_at=answers_at,
            ends_at=answers_at + talk,
        )

    def _seconds(self, name: str, default: float) -> timedelta:
        return timedelta(seconds=float(self.settings.get(name, default)))

    def _stamped(self, document: bytes) -> bytes:
        try:
            return self.stamp(document)
        except Exception:
            # Whatever a PDF library raises, it may quote the document; and a real
            # provider too refuses what it cannot read.
            raise ProviderError(
                FailureKind.DOCUMENT_REJECTED, proven_not_sent=True, code="unreadable"
            ) from None


def _magic(number: str) -> tuple[Act | None, FailureKind | None]:
    return MAGIC.get(number[-4:], (None, None))


def _code(number: str) -> str:
    """The provider's code for what a magic number did."""
    return f"LB{number[-4:]}"


def _answer_lost() -> ProviderError:
    return ProviderError(FailureKind.UNKNOWN, proven_not_sent=False, code="answer_lost")


def _status(job: LoopbackJob, now: datetime) -> FaxStatus:
    """Where a job stands at a time: follows from its times and its number alone."""
    act = _magic(job.to)[0]
    until = job.cancelled_at or min(now, job.ends_at)
    if job.cancelled_at:
        state, failure, pages_sent = FaxState.CANCELLED, None, _pages_by(job, until)
    elif now >= job.ends_at:
        state, failure, pages_sent = _outcome(job)
    elif act is Act.WAIT:
        state, failure, pages_sent = FaxState.WAITING, FailureKind.QUOTA_EXCEEDED, 0
    else:
        state, failure, pages_sent = FaxState.SENDING, None, _pages_by(job, until)
    answered = act not in (Act.DIAL, Act.WAIT) and job.answers_at <= until
    return FaxStatus(
        provider_id=job.provider_id,
        reference=job.reference,
        state=state,
        raw_status=state.value,
        failure=failure,
        code=_code(job.to) if failure else None,
        pages_sent=pages_sent,
        started_at=job.answers_at if answered else None,
        ended_at=until if state.is_final else None,
        units=Decimal(pages_sent) if state.is_final else None,
    )


def _outcome(job: LoopbackJob) -> tuple[FaxState, FailureKind | None, int]:
    """State, failure and pages sent of a job that has ended."""
    act, kind = _magic(job.to)
    if act is Act.BREAK and job.pages > 1:
        return FaxState.PARTIAL, kind, 1
    if act is Act.BREAK:  # it broke in the only page: nothing arrived
        return FaxState.FAILED, FailureKind.CONNECTION, 0
    if kind is not None:
        return FaxState.FAILED, kind, 0
    return FaxState.DELIVERED, None, job.pages


def _pages_by(job: LoopbackJob, when: datetime) -> int:
    """Whole pages through the line by a time before the call's end."""
    if when <= job.answers_at or _outcome(job)[0] is not FaxState.DELIVERED:
        return 0
    return int(job.pages * (when - job.answers_at) / (job.ends_at - job.answers_at))
