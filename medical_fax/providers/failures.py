"""What can go wrong with a fax, in one vocabulary for every provider.

Providers have codes by the hundred; people need a few words and one piece of
advice. Each provider maps its codes to a `FailureKind` in a table of its own and
keeps the raw code and text beside it. What a kind means is said here, once.
"""

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


@dataclass(frozen=True, kw_only=True)
class FailureFacts:
    """What to tell people about a kind of failure, and what to do about it.

    `label` and `advice` are English source texts, in words for a front desk.
    `retry_helps`: the same fax, sent again by a person without changing anything
    else, may succeed. `redial`: it may even be sent again without asking anyone;
    true only where no page can have come out at the other end, and still subject
    to the attempt being over (refused before acceptance, or final at the provider).
    """

    label: str
    advice: str
    fixed_by: FixedBy
    retry_helps: bool = False
    redial: bool = False


FAILURES: dict[FailureKind, FailureFacts] = {
    FailureKind.BUSY: FailureFacts(
        label=_("Line busy"),
        advice=_(
            "The recipient's line was busy. Send it again in a few minutes; if it"
            " stays busy, call them and ask whether their fax machine is on."
        ),
        fixed_by=FixedBy.RECIPIENT,
        retry_helps=True,
        redial=True,
    ),
    FailureKind.NO_ANSWER: FailureFacts(
        label=_("No answer"),
        advice=_(
            "Nobody picked up. Send it again later, or call the recipient and ask"
            " whether their fax machine is on."
        ),
        fixed_by=FixedBy.RECIPIENT,
        retry_helps=True,
        redial=True,
    ),
    FailureKind.NOT_A_FAX: FailureFacts(
        # Never redialled: a person may be picking up the phone each time.
        label=_("Not a fax machine"),
        advice=_(
            "A person or an answering machine picked up, not a fax machine. Check"
            " the number with the recipient before sending again."
        ),
        fixed_by=FixedBy.SENDER,
    ),
    FailureKind.CONNECTION: FailureFacts(
        # Never redialled: the page may be out with only its confirmation lost.
        label=_("Connection lost"),
        advice=_(
            "The call was answered, but the connection failed at one end or the"
            " other. Send it again; if it happens each time, call the recipient."
        ),
        fixed_by=FixedBy.RECIPIENT,
        retry_helps=True,
    ),
    FailureKind.INVALID_NUMBER: FailureFacts(
        label=_("Number not in service"),
        advice=_(
            "This number does not exist or cannot be dialled. Check it with the"
            " recipient, correct the contact, and send to the right number."
        ),
        fixed_by=FixedBy.SENDER,
    ),
    FailureKind.BLOCKED: FailureFacts(
        label=_("Blocked"),
        advice=_(
            "Faxes to this number are blocked, by the recipient or by the fax"
            " provider. Call the recipient, or ask your fax manager to find out."
        ),
        fixed_by=FixedBy.MANAGER,
    ),
    FailureKind.DOCUMENT_REJECTED: FailureFacts(
        label=_("Document refused"),
        advice=_(
            "The fax provider could not read the document. Leave out the file at"
            " fault, or send it again as a plain copy."
        ),
        fixed_by=FixedBy.SENDER,
    ),
    FailureKind.TOO_MANY_PAGES: FailureFacts(
        label=_("Too many pages"),
        advice=_(
            "The fax has more pages than allowed. Send it in parts, or leave"
            " some pages out."
        ),
        fixed_by=FixedBy.SENDER,
    ),
    FailureKind.QUOTA_EXCEEDED: FailureFacts(
        label=_("Out of credit"),
        advice=_(
            "The account with the fax provider has no pages or credit left. Your"
            " fax manager can buy more; then send it again."
        ),
        fixed_by=FixedBy.MANAGER,
        retry_helps=True,
    ),
    FailureKind.CREDENTIALS: FailureFacts(
        label=_("Sign-in refused"),
        advice=_(
            "The fax provider does not accept our key or password any more. Your"
            " fax manager can connect the account again; then send it again."
        ),
        fixed_by=FixedBy.MANAGER,
        retry_helps=True,
    ),
    FailureKind.ACCOUNT_INACTIVE: FailureFacts(
        label=_("Account not active"),
        advice=_(
            "The trial or plan with the fax provider has ended, or is on hold. Your"
            " fax manager can renew it with the provider; then send it again."
        ),
        fixed_by=FixedBy.MANAGER,
        retry_helps=True,
    ),
    FailureKind.CALLER_ID: FailureFacts(
        label=_("Sender number not allowed"),
        advice=_(
            "The fax provider does not let this account send from this number, as"
            " happens after a number has moved. Your fax manager can verify it with"
            " the provider, or choose another sender number."
        ),
        fixed_by=FixedBy.MANAGER,
    ),
    FailureKind.RATE_LIMITED: FailureFacts(
        label=_("Too many requests"),
        advice=_(
            "The fax provider asked us to slow down. Send it again in a few minutes."
        ),
        fixed_by=FixedBy.PROVIDER,
        retry_helps=True,
        redial=True,
    ),
    FailureKind.PROVIDER_UNAVAILABLE: FailureFacts(
        label=_("Fax provider not reachable"),
        advice=_(
            "The fax provider, or the internet connection to it, was down. Send it"
            " again later; if it lasts, tell your fax manager."
        ),
        fixed_by=FixedBy.PROVIDER,
        retry_helps=True,
        redial=True,
    ),
    FailureKind.PARTLY_SENT: FailureFacts(
        # Sending all of it again would put pages twice into somebody's file.
        label=_("Partly sent"),
        advice=_(
            "The call broke off after some pages. Send the missing pages, or call"
            " the recipient to ask what came through."
        ),
        fixed_by=FixedBy.SENDER,
    ),
    FailureKind.UNKNOWN: FailureFacts(
        label=_("Reason not known"),
        advice=_(
            "The fax provider gave no reason that we know. Ask the recipient"
            " whether it arrived before sending again."
        ),
        fixed_by=FixedBy.SENDER,
    ),
}
