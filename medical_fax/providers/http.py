"""Calls over HTTP, with what a fax needs and `requests` alone does not give.

*One deadline for all of a call.* The timeout of `requests` starts anew with each
socket operation, so that a slow trickle could last for ever. Here every connect,
write and read is given the time that is left of the call, and no byte is written
once it is over. (Only the name look-up cannot be cut short; it sends nothing.)

*How far it got.* On failure the exceptions of the libraries do not tell whether the
other side can have read anything. The connection itself knows: `Call.left`.

*Once means once.* A call that changes something gets a connection of its own, since
on a connection used before nobody can tell "never read" from "read"; it follows no
redirect, and nothing below repeats it.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from .errors import ProviderError
from .failures import FailureKind
from .http_wire import Call, DeadlineAdapter

AGENT = "medical-fax"
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
CHUNK = 1 << 16
MEGABYTE = 1 << 20
# What the other sides' clocks said, of this thread's calls, where somebody listens.
_dates: ContextVar[list | None] = ContextVar("dates", default=None)
LONGEST_PAUSE = 86400.0  # seconds; a Retry-After beyond this is not believed


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back, whatever its status. `body` is whole, or there is none."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON, or None where it cannot be read."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def retry_after(self, now: datetime) -> float | None:
        """Seconds that we are asked to wait, given as seconds or as a date."""
        text = self.headers.get("Retry-After", "").strip()
        try:
            if text.isascii() and text.isdigit():
                seconds = float(text)
            else:
                until = parsedate_to_datetime(text)
                seconds = (_aware(until) - now).total_seconds()
        except (TypeError, ValueError, OverflowError):
            return None
        return seconds if 0 <= seconds <= LONGEST_PAUSE else None


class Http:
    """Calls to one base URL.

    `session` is None or a `requests.Session` whose verify, cert, proxies and
    trust_env are taken over. Raises `ProviderError`, provider_unavailable, whose
    code names how far the call got (see `Call`).
    """

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        session: requests.Session | None = None,
    ):
        self._base_url = _checked(base_url)
        self._headers = {
            "User-Agent": AGENT,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        } | dict(headers)
        self._like = session
        self._reading: requests.Session | None = None

    def get(
        self,
        path: str,
        *,
        seconds: float,
        params: Mapping[str, Any] | None = None,
        most: int = MEGABYTE,
    ) -> Answer:
        """GET, which changes nothing there: connections may be used again.

        `most` is the largest body in bytes that is taken.
        """
        if self._reading is None:
            self._reading = self._session()
        call = Call(seconds, harmless=True)
        return self._send(self._reading, call, "GET", path, most, params=params)

    def once(
        self,
        method: str,
        path: str,
        *,
        seconds: float,
        guard: Callable[[], None] | None = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        **content,
    ) -> Answer:
        """A call that must not happen twice. `guard` is called right before the
        first byte and may raise; `params` go into the query, `headers` are sent
        beside those of all calls; `content` is data, files or json as requests
        takes them."""
        # Without a body the request is complete with its head, so that an empty one
        # must not count as one that is yet to come.
        call = Call(seconds, guard=guard, has_body=any(content.values()))
        with self._session() as session:
            return self._send(
                session, call, method, path, MEGABYTE, headers, params=params, **content
            )

    def _session(self) -> requests.Session:
        session = requests.Session()
        if self._like is not None:
            for name in ("verify", "cert", "proxies", "trust_env"):
                setattr(session, name, getattr(self._like, name))
        session.mount("https://", DeadlineAdapter())
        session.mount("http://", DeadlineAdapter())
        return session

    def _send(
        self, session, call, method, path, most, headers=None, **content
    ) -> Answer:
        try:
            with (
                call.under_way(),
                session.request(
                    method,
                    self._base_url + path,
                    headers=self._headers | dict(headers or {}),
                    auth=_no_other_auth,
                    allow_redirects=False,
                    stream=True,
                    # Said here, or a bundle named by the environment replaces it.
                    verify=session.verify,
                    timeout=call.remaining(),
                    **content,
                ) as response,
            ):
                _note_date(response.headers)
                return Answer(
                    status=response.status_code,
                    headers=response.headers,
                    body=_body(response, most),
                )
        except (
            requests.RequestException, HTTPError, HTTPException, OSError, ValueError
        ):  # fmt: skip
            # From None: these exceptions quote the URL and, some of them, headers.
            raise ProviderError(
                FailureKind.PROVIDER_UNAVAILABLE,
                proven_not_sent=not call.left,
                code=call.stage,
            ) from None


def refusal(
    answer: Answer,
    kinds: Mapping[int, FailureKind],
    *,
    now: datetime,
    harmless: bool = False,
    kind: FailureKind | None = None,
    text: str | None = None,
    pause: float | None = None,
) -> ProviderError:
    """The error for an answer that is no success.

    `kinds` are the statuses by which this provider says that it did not take the
    request; any other leaves the outcome open, unless the call is `harmless`.
    `kind` where the answer's own words tell more than its status. `pause` is how
    long to wait after "too many requests" where the answer does not say.
    """
    if kind is None and answer.status >= 500:
        kind = FailureKind.PROVIDER_UNAVAILABLE
    wait = answer.retry_after(now)
    return ProviderError(
        kind or kinds.get(answer.status, FailureKind.UNKNOWN),
        proven_not_sent=harmless or answer.status in kinds,
        code=str(answer.status),
        text=text,
        retry_after=pause if wait is None and answer.status == 429 else wait,
    )


@contextmanager
def dates_seen() -> Iterator[list[tuple[datetime, datetime]]]:
    """Collects the other side's time and ours (UTC) of each answer meanwhile; nothing
    of answers without a date that can be read."""
    seen: list[tuple[datetime, datetime]] = []
    token = _dates.set(seen)
    try:
        yield seen
    finally:
        _dates.reset(token)


def _note_date(headers: Mapping[str, str]) -> None:
    seen = _dates.get()
    if seen is None:
        return
    try:
        their = _aware(parsedate_to_datetime(headers["Date"]))
    except (KeyError, TypeError, ValueError):
        return
    seen.append((their.astimezone(timezone.utc), datetime.now(timezone.utc)))


def timed_out(started: float, seconds: float) -> bool:
    """Whether `seconds` have gone by since `started`, a `time.monotonic()`."""
    return time.monotonic() - started >= seconds


def _body(response: requests.Response, most: int) -> bytes:
    """All of the body; ValueError when it is too long or breaks off."""
    parts, size = [], 0
    for part in response.iter_content(CHUNK):
        parts.append(part)
        size += len(part)
        if size > most:
            raise ValueError("answer too long")
    # Older releases of urllib3 do not notice that the connection broke off.
    announced = response.headers.get("Content-Length", "")
    encoded = "Content-Encoding" in response.headers
    if announced.isdigit() and not encoded and int(announced) != size:
        raise ValueError("answer broke off")
    return b"".join(parts)


def _checked(base_url: str) -> str:
    """A secret travels along: https, or this very machine (for simulators)."""
    try:
        parts = urlsplit(base_url.strip())
        encrypted = parts.scheme == "https" and bool(parts.hostname)
        local = parts.scheme == "http" and parts.hostname in LOCAL_HOSTS
        sound = (encrypted or local) and not (parts.query or parts.fragment)
    except (AttributeError, ValueError):
        sound = False
    if not sound:
        raise ProviderError(
            FailureKind.PROVIDER_UNAVAILABLE, proven_not_sent=True, code="base_url"
        )
    return base_url.strip().rstrip("/")


def _no_other_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep requests from putting a password of ~/.netrc in place of our header."""
    return request


def _aware(when: datetime) -> datetime:
    return when if when.tzinfo else when.replace(tzinfo=timezone.utc)
