"""The connections under `http`: urllib3's, keeping to the deadline of a `Call`.

The hooks are those of the standard library's `http.client` (`send`, `putrequest`,
`response_class`), which urllib3 1.26 and 2 build upon alike, and `_new_conn`, where
both make the socket.
"""

import io
import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.client import HTTPResponse

from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidProxyURL
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

CHUNK = 1 << 16


class DeadlinePassed(TimeoutError):
    """The time of the call is over."""


class Call:
    """One request on its way: its deadline, and how far it got.

    `stage` is resolve, connect, tls, head, body or answer. `left` says whether the
    other side can have read a request: true from the first byte of the body on (of
    the head, where there is no body), and never for a `harmless` call. `guard` is
    called right before the first byte of all.
    """

    def __init__(
        self,
        seconds: float,
        *,
        guard: Callable[[], None] | None = None,
        has_body: bool = False,
        harmless: bool = False,
    ):
        self.stage = "connect"
        self.left = False
        self._ends = time.monotonic() + seconds
        self._guard = guard
        self._has_body = has_body
        self._harmless = harmless

    def remaining(self) -> float:
        """Seconds left, more than 0; raises `DeadlinePassed`."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise DeadlinePassed("the time for this call is over")
        return left

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Make this the call that connections of this thread work for."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)

    def writes(self, stage: str) -> None:
        """Hook: head or body is about to be written."""
        if stage == "head" and self._guard:
            self._guard()
        self.stage = stage
        if (stage == "body" or not self._has_body) and not self._harmless:
            self.left = True


_current: ContextVar[Call] = ContextVar("medical_fax_http_call")


class _Discreet(logging.Filter):
    """Drops what urllib3 logs of our calls: it names the URL, and with some providers
    the number that is faxed to stands in its query."""

    def filter(self, record):
        return _current.get(None) is None


for _name in ("urllib3.connectionpool", "urllib3.connection"):
    logging.getLogger(_name).addFilter(_Discreet())


class _Reader(io.RawIOBase):
    """The bytes of an answer, each read given only the time that is left."""

    def __init__(self, sock):
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self):
        return True

    def readinto(self, buffer):
        self._sock.settimeout(_current.get().remaining())
        return self._raw.readinto(buffer)

    def close(self):
        self._raw.close()
        return super().close()


class _Answer(HTTPResponse):
    def __init__(self, sock, *args, **kwargs):
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(_Reader(sock))


class _Deadline:
    """Mixed into both kinds of connection."""

    response_class = _Answer
    stage_connected = "connect"
    _head_written = False

    def _new_conn(self):
        call = _current.get()
        call.stage = "resolve"
        try:
            found = socket.getaddrinfo(self._dns_host, self.port, 0, socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise NewConnectionError(self, "no such name") from None
        call.stage = "connect"
        for family, kind, protocol, _name, address in found:
            sock = socket.socket(family, kind, protocol)
            try:
                for option in self.socket_options or ():
                    sock.setsockopt(*option)
                sock.settimeout(call.remaining())
                sock.connect(address)
                sock.settimeout(call.remaining())  # for TLS
            except OSError:
                sock.close()
                continue
            call.stage = self.stage_connected
            return sock
        raise NewConnectionError(self, "no connection")

    def putrequest(self, *args, **kwargs):
        self._head_written = False
        return super().putrequest(*args, **kwargs)

    def send(self, data):
        """Write the head (the first `send` of a request) or a part of the body."""
        if self.sock is None:
            self.connect()
        call = _current.get()
        call.remaining()
        call.writes("body" if self._head_written else "head")
        self._head_written = True
        view = memoryview(data)
        for start in range(0, len(view), CHUNK):
            self.sock.settimeout(call.remaining())
            self.sock.sendall(view[start : start + CHUNK])

    def getresponse(self, *args, **kwargs):
        _current.get().stage = "answer"
        return super().getresponse(*args, **kwargs)


class _PlainConnection(_Deadline, HTTPConnection):
    pass


class _TlsConnection(_Deadline, HTTPSConnection):
    stage_connected = "tls"


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


_POOLS = {"http": _PlainPool, "https": _TlsPool}


class DeadlineAdapter(HTTPAdapter):
    """What a `requests.Session` needs to mount to keep to the current `Call`."""

    def __init__(self):
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args, **kwargs):
        result = super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS
        return result

    def proxy_manager_for(self, proxy, **kwargs):
        if proxy.lower().startswith("socks"):
            # Its connections are of another make: nobody would watch the deadline.
            raise InvalidProxyURL("no fax through a SOCKS proxy")
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager
