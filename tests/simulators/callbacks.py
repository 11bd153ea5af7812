"""Calling back: on time, twice, late, out of order, forged."""

import base64
import heapq
import itertools
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

SECONDS = 10


@dataclass(frozen=True)
class Sent:
    """A callback, and the status it was answered with (None: no answer)."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    status: int | None


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def post(url: str, headers: Mapping[str, str], body: bytes) -> Sent:
    """Call back once and wait for the answer; follows no redirect."""
    request = urllib.request.Request(url, body, dict(headers), method="POST")
    try:
        with _opener.open(request, timeout=SECONDS) as response:
            status = response.status
    except urllib.error.HTTPError as error:
        status = error.code
        error.close()
    except OSError:
        status = None
    return Sent(url, headers, body, status)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


# This machine only: whatever proxy the environment names is left aside.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


class Timeline:
    """Does things at their time, one after another, in a thread of its own."""

    def __init__(self):
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopped = False

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        with self._wake:
            due = time.monotonic() + seconds
            heapq.heappush(self._due, (due, next(self._order), action))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            self._wake.notify()

    @property
    def pending(self) -> int:
        with self._wake:
            return len(self._due)

    def clear(self) -> None:
        with self._wake:
            self._due.clear()

    def stop(self) -> None:
        with self._wake:
            self._stopped = True
            self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._stopped and not self._is_due():
                    left = self._due[0][0] - time.monotonic() if self._due else None
                    self._wake.wait(left)
                if self._stopped:
                    return
                action = heapq.heappop(self._due)[2]
            action()

    def _is_due(self) -> bool:
        return bool(self._due) and self._due[0][0] <= time.monotonic()
