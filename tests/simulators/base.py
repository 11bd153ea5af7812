"""A simulated provider: routes, a log of what it took, and faults on demand."""

import re
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from .faults import Faults
from .messages import Logged, Refused, Reply, Request
from .server import Server


def utc_now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Acceptance:
    """A fax that the simulator took."""

    provider_id: str
    to: str
    sender: str
    pages: int
    sha256: str
    file_name: str
    route: str
    at: str


def route(method: str, path: str, name: str, public: bool = False):
    """Method decorator: answer that call. `{id}` in the path is an argument;
    `public` ones need no key."""

    def mark(function):
        function.route = (method, path, name, public)
        return function

    return mark


@dataclass(frozen=True)
class Route:
    method: str
    pattern: re.Pattern
    name: str
    public: bool
    function: str


class Simulator:
    """Base of the simulated providers; a context manager.

    A subclass marks its methods with `route` (they take a `Request` and what the
    path's pattern names, and return a `Reply`), implements `authorize` and
    `refusal`, and calls `took` for each fax it takes.
    """

    routes: list[Route] = []
    remote_methods: tuple[str, ...] = ()  # callable from another process

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        marked = [
            (name, getattr(cls, name).route)
            for name in dir(cls)
            if hasattr(getattr(cls, name), "route")
        ]
        cls.routes = [
            Route(
                method,
                re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)),
                name,
                public,
                function,
            )
            for function, (method, path, name, public) in marked
        ]

    def __init__(
        self,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], datetime] = utc_now,
        receive_buffer: int | None = None,
    ):
        self.clock = clock
        self.faults = Faults()
        self.acceptances: list[Acceptance] = []
        self.requests: list[Logged] = []
        self.doubles: list[tuple[str, str]] = []
        self.connections = 0
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self._tls = tls
        self._port = port
        self._receive_buffer = receive_buffer
        self._server: Server | None = None

    # --- What a provider says ----------------------------------------------------

    def authorize(self, request: Request) -> None:
        """Raise `Refused` unless the caller may call."""
        raise NotImplementedError

    def refusal(self, refused: Refused) -> Reply:
        """How this provider writes an error."""
        raise NotImplementedError

    def reset(self) -> None:
        """Forget everything; listen again."""
        with self.lock:
            self.faults.clear()
            self.acceptances.clear()
            self.requests.clear()
            self.doubles.clear()
        self.listen(True)

    def state(self) -> dict[str, Any]:
        """What there is to know, in plain values, for another process."""
        with self.lock:
            return {
                "url": self.url,
                "acceptances": [vars(each) for each in self.acceptances],
                "requests": [vars(each) for each in self.requests],
                "doubles": self.doubles,
                "connections": self.connections,
                "faults_pending": self.faults.pending,
                "faults_shown": [fault.what for fault in self.faults.shown],
            }

    def took(self, acceptance: Acceptance) -> None:
        with self.lock:
            self.acceptances.append(acceptance)

    # --- The server --------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}"

    @property
    def open_connections(self) -> int:
        with self.lock:
            return len(self._server.open) if self._server else 0

    def __enter__(self):
        self.listen(True)
        return self

    def __exit__(self, *exc_info):
        self.stopping.set()
        self.listen(False)

    def listen(self, on: bool) -> None:
        """Stop listening, so that connections are refused, or begin again."""
        if on and self._server is None:
            self._server = Server(("127.0.0.1", self._port), self, self._tls)
            self._port = self._server.server_address[1]
            if self._receive_buffer:  # inherited by the connections
                self._server.socket.setsockopt(
                    socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer
                )
            threading.Thread(
                target=self._server.serve_forever,
                kwargs={"poll_interval": 0.02},
                daemon=True,
            ).start()
        elif not on and self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server.drop_all()
            self._server = None

    def find_route(self, method: str, path: str) -> tuple[Route | None, dict, int]:
        """The route with its arguments, or the status for having none."""
        status = 404
        for each in self.routes:
            if found := each.pattern.fullmatch(path):
                if each.method == method:
                    return each, found.groupdict(), 200
                status = 405
        return None, {}, status

    def called(self, found: Route | None, peek: Callable[[int], bytes]) -> str:
        """Hook: the name of what is called. `peek` gives the beginning of the body
        without reading it, for a provider whose calls all have one path."""
        return found.name if found else "unknown"

    def handle(self, request: Request, found, arguments: dict, status: int) -> Reply:
        """What the provider answers, if nothing goes wrong."""
        try:
            if not (found and found.public):
                self.authorize(request)
            if found is None:
                raise Refused(status, "Not found")
            return getattr(self, found.function)(request, **arguments)
        except Refused as refused:
            return self.refusal(refused)
