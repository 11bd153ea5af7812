"""One token for all workers.

eFax knows one token of an account at a time: asking for another makes the one before
invalid, also under whoever is using it. So all workers share one, in a `TokenStore`,
and it is replaced under a lock, by whoever comes first; the others find the new one.

It is replaced when it is about to end, or when the provider refused it; and never
while a submission may be under way with it: cut off in the middle, nobody would know
whether that fax was taken. Each submission therefore notes in the store until when it
may last. Whoever wants to send meanwhile is told to wait, and whoever reads uses the
old token for as long as it holds. Only a submission that was itself refused for its
token, and so proves that no other can be under way with it, replaces it at once.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from .errors import ProviderError
from .failures import FailureKind
from .values import Value, private

SOON = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True)
class Token(Value):
    """A token as it is kept: plain values, for a store to write down.

    `owner` is a digest of the credentials that it was made with: others need another
    one. A submission may be under way with it until `busy_until`.
    """

    value: str = private()
    owner: str
    obtained_at: datetime
    expires_at: datetime
    busy_until: datetime | None = None


class TokenStore(Protocol):
    """Where the workers of all accounts with one `store_key` share their token.

    Every method raises TimeoutError where it cannot do it, whatever the reason. The
    values are secrets.
    """

    def get(self) -> Token | None:
        """The token last put, also by another process."""

    def put(self, token: Token) -> None:
        """Keep this one instead; called with the lock held. It counts at once: the
        token before may be dead, even if the caller's own work is undone later."""

    def lock(self, seconds: float) -> AbstractContextManager[None]:
        """Keep every other worker out; waits for them no longer than `seconds`."""


class MemoryTokenStore:
    """A `TokenStore` for the threads of one process."""

    def __init__(self):
        self._lock = threading.Lock()
        self._token: Token | None = None

    def get(self) -> Token | None:
        return self._token

    def put(self, token: Token) -> None:
        self._token = token

    @contextmanager
    def lock(self, seconds: float) -> Iterator[None]:
        if not self._lock.acquire(timeout=max(seconds, 0)):
            raise TimeoutError
        try:
            yield
        finally:
            self._lock.release()


def store_key(base_url: str, app_id: str) -> str:
    """Which accounts have to share a store: those whose tokens kill each other's."""
    return hashlib.sha256(
        f"{base_url}\0{app_id}".encode("utf-8", "replace")
    ).hexdigest()


_of_this_process: dict[str, MemoryTokenStore] = {}


def store_of_process(key: str) -> TokenStore:
    """What is used where no store is given: one for each `store_key`."""
    return _of_this_process.setdefault(key, MemoryTokenStore())


class Tokens:
    """Hands out the token of one account.

    `fetch` asks the provider for a new one, `patience` is how many seconds to wait
    for others who do, `margin` how long before its end a token is replaced. One
    younger than `young` that is refused is not replaced at once: somebody else takes
    tokens for the same account, and each would kill the other's for ever.
    """

    def __init__(
        self,
        store: TokenStore,
        fetch: Callable[[], Token],
        clock: Callable[[], datetime],
        *,
        owner: str,
        patience: float,
        margin: float,
        young: float,
    ):
        self._store, self._fetch, self._clock = store, fetch, clock
        self._owner, self._patience = owner, patience
        self._margin, self._young = timedelta(seconds=margin), timedelta(seconds=young)

    def for_reading(self, since: datetime, refused: Token | None = None) -> Token:
        """A token for a call that may be repeated. `refused` is the one that the
        provider did not take in this call, which began at `since`."""
        with _or_later():
            kept = self._kept()
            if self._is_good(kept, refused):
                return kept
            with self._store.lock(self._patience):
                return self._current(since, refused, sending=False)

    def for_sending(
        self, until: datetime, since: datetime, refused: Token | None = None
    ) -> Token:
        """A token that nobody replaces before `until`, unless it is refused."""
        left = (until - self._clock()).total_seconds()
        with _or_later(), self._store.lock(min(self._patience, left)):
            token = self._current(since, refused, sending=True)
            if token.busy_until is None or token.busy_until < until:
                token = replace(token, busy_until=until)
                self._store.put(token)
            return token

    def _current(self, since, refused, sending) -> Token:
        """The token kept, or a new one; with the lock held."""
        kept, now = self._kept(), self._clock()
        if self._is_good(kept, refused):
            return kept
        busy = (kept.busy_until or now) - now if kept else timedelta()
        if kept and _same(kept, refused):
            self._check_age(kept, now, since)
            if busy > timedelta() and not sending:
                # Whoever is sending finds out soon, and replaces it.
                raise _later("token_in_use", min(busy, SOON))
        elif kept and now < kept.expires_at and busy > timedelta():
            if sending:
                raise _later("token_in_use", busy)
            return kept
        token = self._fetch()
        self._store.put(token)
        return token

    def _check_age(self, refused: Token, now: datetime, since: datetime) -> None:
        """Raise where another token would fare no better."""
        if refused.obtained_at >= since:
            # Made for this very call: the token is not what is refused.
            raise ProviderError(
                FailureKind.CREDENTIALS, proven_not_sent=True, code="401"
            )
        age = now - refused.obtained_at
        if age < self._young:
            raise _later("token_contested", self._young - age)

    def _kept(self) -> Token | None:
        kept = self._store.get()
        return kept if kept and kept.owner == self._owner else None

    def _is_good(self, kept: Token | None, refused: Token | None) -> bool:
        if kept is None or _same(kept, refused):
            return False
        lifetime = kept.expires_at - kept.obtained_at
        return self._clock() < kept.expires_at - min(self._margin, lifetime / 4)


def _same(kept: Token, refused: Token | None) -> bool:
    return refused is not None and kept.value == refused.value


@contextmanager
def _or_later() -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise _later("token_lock") from None


def _later(code: str, pause: timedelta | None = None) -> ProviderError:
    """Nothing has been sent, and a little later it will do."""
    return ProviderError(
        FailureKind.PROVIDER_UNAVAILABLE,
        proven_not_sent=True,
        code=code,
        retry_after=pause and pause.total_seconds(),
    )
