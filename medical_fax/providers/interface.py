"""The interface that every fax provider implements."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any, ClassVar

from .connect import ConnectForm
from .errors import NotSupported, ProviderError
from .failures import FailureKind, Word
from .values import (
    AccountInfo,
    AreaCode,
    Balance,
    Callback,
    Cover,
    FaxStatus,
    Fingerprint,
    Found,
    NumberInfo,
    NumberOrder,
    Received,
    Submission,
    SubmitRequest,
)


class FindBy(Word):
    """How a submission whose answer was lost can be looked up."""

    REFERENCE = "reference"  # our reference is searchable: conclusive
    FINGERPRINT = "fingerprint"  # there is a list to compare with
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class CoverLimits:
    """Most characters in each text of a cover page that the provider draws."""

    recipient: int | None = None
    sender_name: int | None = None
    subject: int | None = None
    notes: int | None = None

    def fit(self, cover: Cover) -> Cover:
        """The texts as they will stand on the page: each cut to its limit, and the
        recipient in one line, name and organization."""
        names = (cover.recipient_name.strip(), cover.recipient_organization.strip())
        return replace(
            cover,
            recipient_name=", ".join(filter(None, names))[: self.recipient],
            recipient_organization="",
            sender_name=cover.sender_name.strip()[: self.sender_name],
            subject=cover.subject.strip()[: self.subject],
            notes=cover.notes.strip()[: self.notes],
        )


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """What a provider can do. Users are shown only that."""

    find: FindBy = FindBy.NONE
    cancel: bool = False
    resend: bool = False  # sends again what it still has
    several: bool = False  # takes several documents as one fax
    callbacks: bool = False
    receive: bool = False
    numbers: bool = False  # lists the account's numbers
    orders_numbers: bool = False  # searches, orders and releases numbers
    balance: bool = False
    cover: CoverLimits | None = None  # draws the cover page itself
    training: bool = False  # nothing leaves the database
    max_pages: int | None = None
    max_bytes: int | None = None
    look_pause: float = 0.0  # seconds to leave between two looks at its lists
    looks_at_once: int = 1  # submissions that one look can be about
    status_pause: float = 0.0  # seconds to leave between two calls of `fetch_status`
    statuses_at_once: int = 50  # faxes that one call of it may be about

    @property
    def draws_cover(self) -> bool:
        return self.cover is not None

    @property
    def methods(self) -> frozenset[str]:
        """Names of the optional methods of `Provider` that these imply."""
        declared = {
            "find": self.find is not FindBy.NONE,
            "cancel": self.cancel,
            "resend": self.resend,
            "parse_callback": self.callbacks,
            "list_received": self.receive,
            "fetch_received": self.receive,
            "list_numbers": self.numbers,
            "search_area_codes": self.orders_numbers,
            "order_number": self.orders_numbers,
            "release_number": self.orders_numbers,
            "balance": self.balance,
        }
        return frozenset(name for name, there in declared.items() if there)


ALL_METHODS = Capabilities(
    find=FindBy.REFERENCE,
    cancel=True,
    resend=True,
    callbacks=True,
    receive=True,
    numbers=True,
    orders_numbers=True,
    balance=True,
).methods


def utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Provider(ABC):
    """One account at one provider, for as long as a few calls take.

    `settings` are plain values such as a base URL or timeouts in seconds,
    `credentials` the account's secrets, `clock` tells the time, and `session` is
    whatever carries the calls: for HTTP a `requests.Session`, a new one for each
    submission, since on a connection used before nobody can tell "never read" from
    "read". A provider that needs more (a store, a cache of tokens) takes it as a
    keyword argument of its own.

    Every method raises `ProviderError` and nothing else, keeps no state between
    calls, writes nothing to a log, and returns within the timeouts it was given.
    """

    code: ClassVar[str]
    label: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    form: ClassVar[ConnectForm] = ConnectForm()

    def __init_subclass__(cls, **kwargs):
        """Refuse a provider that declares one thing and implements another."""
        super().__init_subclass__(**kwargs)
        if not hasattr(cls, "capabilities"):
            return  # a base class of several providers
        written = {
            n for n in ALL_METHODS if getattr(cls, n) is not getattr(Provider, n)
        }
        if wrong := written ^ cls.capabilities.methods:
            names = ", ".join(sorted(wrong))
            raise TypeError(f"{cls.__name__}: capabilities disagree about {names}")

    def __init__(
        self,
        settings: Mapping[str, Any] | None = None,
        credentials: Mapping[str, str] | None = None,
        session: Any = None,
        clock: Callable[[], datetime] = utc_now,
    ):
        self.settings = dict(settings or {})
        self.credentials = dict(credentials or {})
        self.session = session
        self.clock = clock

    # --- Every provider ----------------------------------------------------------

    @abstractmethod
    def verify(self) -> AccountInfo:
        """Sign in without sending anything; raises kind credentials if refused."""

    @abstractmethod
    def submit(self, request: SubmitRequest) -> Submission:
        """Hand one fax over, once: a fresh connection, no redirect, no retry.

        Calls `check_deadline` right before the first byte. On any doubt whether
        the provider took it, raises with `proven_not_sent=False`.
        """

    @abstractmethod
    def fetch_status(self, provider_ids: Iterable[str]) -> dict[str, FaxStatus]:
        """Ask about many faxes, in as few calls as the provider allows.

        An id that the provider does not know (or not yet) is left out. Where a
        later call fails the statuses already fetched are returned; it raises only
        if there are none.
        """

    # --- As declared in the capabilities -----------------------------------------

    def find(self, reference: str, fingerprint: Fingerprint) -> list[Found]:
        """Faxes the provider has under our reference, or with that fingerprint."""
        raise NotSupported()

    def find_all(
        self, wanted: Mapping[str, Fingerprint]
    ) -> dict[str, list[Found] | ProviderError]:
        """One look for several submissions, by reference: for each what `find` says,
        or why it cannot tell. One that is left out was not looked for."""
        answers: dict[str, list[Found] | ProviderError] = {}
        for reference, fingerprint in wanted.items():
            try:
                answers[reference] = self.find(reference, fingerprint)
            except ProviderError as error:
                answers[reference] = error
        return answers

    def cancel(self, provider_id: str) -> bool:
        """Ask to stop a fax. False: too late; the truth is in its status."""
        raise NotSupported()

    def resend(self, provider_id: str, request: SubmitRequest) -> Submission:
        """Send a fax that the provider still has to `request.to`, without its pages
        being uploaded again: a new fax, with all that is said of `submit`.

        The document must be the one submitted then. Sender and cover are those of
        then, whatever the request says.
        """
        raise NotSupported()

    def parse_callback(
        self, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]
    ) -> Callback:
        """Check who called and read it, without any call of our own.

        Raises `CallbackRefused` for whatever is not from the provider.
        """
        raise NotSupported()

    def list_received(self, since: datetime) -> list[Received]:
        """Faxes received at `since` or later; some may have been listed before."""
        raise NotSupported()

    def fetch_received(self, provider_id: str) -> bytes:
        """The pages of a received fax, as PDF or TIFF; not checked in any way."""
        raise NotSupported()

    def list_numbers(self) -> list[NumberInfo]:
        """The account's fax numbers."""
        raise NotSupported()

    def search_area_codes(
        self, country: str, area_code: str | None = None, region: str | None = None
    ) -> list[AreaCode]:
        """Area codes of a country in which numbers are free."""
        raise NotSupported()

    def order_number(self, order: NumberOrder) -> NumberInfo:
        """Rent a number: costs money, so never called twice for one reference."""
        raise NotSupported()

    def release_number(self, number: NumberInfo) -> None:
        """Give a number back, for good."""
        raise NotSupported()

    def balance(self) -> Balance:
        """What is left on the account at the provider."""
        raise NotSupported()

    # --- For implementations -----------------------------------------------------

    def check_deadline(self, request: SubmitRequest) -> None:
        """Raise, proven not sent, when the request's time is over."""
        if request.deadline is not None and self.clock() >= request.deadline:
            raise ProviderError(
                FailureKind.PROVIDER_UNAVAILABLE,
                proven_not_sent=True,
                code="deadline",
            )
