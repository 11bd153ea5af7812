"""What can go wrong with a fax, in one vocabulary for every provider.

Providers have codes by the hundred; people need a few words and one piece of
advice. Each provider maps its codes to a `FailureKind` in a table of its own and
keeps the raw code and text beside it. What follows from a kind is said here, once.
"""

import re
from dataclasses import dataclass
from enum import Enum

# pylint: disable=prefer-env-translation  # there is no env in this package


def _(text: str) -> str:
    """Mark a text for the translation catalogue; who shows it translates it."""
    return text


class Word(str, Enum):
    """A word of a fixed vocabulary, as `StrEnum`, which Python 3.10 does not have."""

    __str__ = str.__str__


class FailureKind(Word):
    """Why a fax, or a call to a provider, did not succeed."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    NOT_A_FAX = "not_a_fax"
    CONNECTION = "connection"
    INVALID_NUMBER = "invalid_number"
    BLOCKED = "blocked"
    DOCUMENT_REJECTED = "document_rejected"
    TOO_MANY_PAGES = "too_many_pages"
    QUOTA_EXCEEDED = "quota_exceeded"
    CREDENTIALS = "credentials"
    ACCOUNT_INACTIVE = "account_inactive"
    CALLER_ID = "caller_id"
    RATE_LIMITED = "rate_limited"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    PARTLY_SENT = "partly_sent"
    UNKNOWN = "unknown"

    @property
    def facts(self) -> "FailureFacts":
        return FAILURES[self]


class FixedBy(Word):
    """Who can do something about it."""

    SENDER = "sender"
    MANAGER = "manager"
    PROVIDER = "provider"
    RECIPIENT = "recipient"


@dataclass(frozen=True)
class FailureFacts:
    """What follows from a kind of failure. Its words stand in the dictionary
    (`fax.failure`), where a clinic may change them.

    `retry_helps`: the same fax, sent again by a person without changing anything
    else, may succeed. `redial`: it may even be sent again without asking anyone;
    true only where no page can have come out at the other end, and still subject
    to the attempt being over (refused before acceptance, or final at the provider).
    """

    fixed_by: FixedBy
    retry_helps: bool = False
    redial: bool = False


_BY = FixedBy

FAILURES: dict[FailureKind, FailureFacts] = {
    FailureKind.BUSY: FailureFacts(_BY.RECIPIENT, retry_helps=True, redial=True),
    FailureKind.NO_ANSWER: FailureFacts(_BY.RECIPIENT, retry_helps=True, redial=True),
    # Never redialled: a person may be picking up the phone each time.
    FailureKind.NOT_A_FAX: FailureFacts(_BY.SENDER),
    # Never redialled: the page may be out with only its confirmation lost.
    FailureKind.CONNECTION: FailureFacts(_BY.RECIPIENT, retry_helps=True),
    FailureKind.INVALID_NUMBER: FailureFacts(_BY.SENDER),
    FailureKind.BLOCKED: FailureFacts(_BY.MANAGER),
    FailureKind.DOCUMENT_REJECTED: FailureFacts(_BY.SENDER),
    FailureKind.TOO_MANY_PAGES: FailureFacts(_BY.SENDER),
    FailureKind.QUOTA_EXCEEDED: FailureFacts(_BY.MANAGER, retry_helps=True),
    FailureKind.CREDENTIALS: FailureFacts(_BY.MANAGER, retry_helps=True),
    FailureKind.ACCOUNT_INACTIVE: FailureFacts(_BY.MANAGER, retry_helps=True),
    FailureKind.CALLER_ID: FailureFacts(_BY.MANAGER),
    FailureKind.RATE_LIMITED: FailureFacts(_BY.PROVIDER, retry_helps=True, redial=True),
    FailureKind.PROVIDER_UNAVAILABLE: FailureFacts(
        _BY.PROVIDER, retry_helps=True, redial=True
    ),
    # Sending all of it again would put pages twice into somebody's file.
    FailureKind.PARTLY_SENT: FailureFacts(_BY.SENDER),
    FailureKind.UNKNOWN: FailureFacts(_BY.SENDER),
}

_PAGE = re.compile(r"\bpages?\s*(?:no\.?|number|nr\.?|#|:)?\s*(\d{1,4})\b", re.I)


def page_at_fault(text: str | None, pages: int) -> int | None:
    """The page (from 1) that a provider's English text blames, if it names just one."""
    named = {int(number) for number in _PAGE.findall(text or "")}
    page = named.pop() if len(named) == 1 else 0
    return page if 1 <= page <= pages else None
