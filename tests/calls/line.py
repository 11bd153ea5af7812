"""The calls of these tests: all made at once, and followed until they end.

Calls take their time, so that there is one session of them which every test asks:
what became of this one? Each pair of modems makes its own calls, one after another.
"""

import subprocess
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from faxlab import stations
from providers import FaxStatus, HylafaxProvider, SubmitRequest
from providers.interface import utc_now

REPO = Path(__file__).parents[2]
FOLDER = REPO / ".run/faxlab"
LAB = REPO / "dev/faxlab/lab.sh"
PATIENCE = 150.0  # seconds, for any one call
CALLER = {
    "callback_user": stations.HOOK_USER,
    "callback_password": stations.HOOK_PASSWORD,
}


def provider(machine: str, station: int | None = None, **settings) -> HylafaxProvider:
    """The account at one of the two fax servers; over one modem, where it matters."""
    render = settings.pop("render", None)
    values = {
        "host": stations.HOST,
        "port": str(stations.SERVERS[machine]),
        "number": stations.number(0 if machine == "office" else 1),
        "resolution": "standard",
    }
    if station is not None:
        values["modem"] = stations.modem_device(station)
    login = {"user": stations.USER, "password": stations.PASSWORD}
    return HylafaxProvider(values | settings, login | CALLER, render=render)


@dataclass
class Fax:
    """A fax of these tests, and what has been heard of it."""

    name: str
    to: str
    account: HylafaxProvider
    provider_id: str = ""
    states: list[str] = field(default_factory=list)
    status: FaxStatus | None = None
    over: threading.Event = field(default_factory=threading.Event)


class Calls:
    """Makes calls and follows them. A context manager."""

    def __init__(self):
        self.faxes: dict[str, Fax] = {}
        self.posts: list[tuple[str, dict, bytes]] = []
        self.failures: list[BaseException] = []
        self.began = datetime.now(timezone.utc)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._listener = _Listener(self)

    def __enter__(self):
        for work in (self._listener.serve_forever, self._follow):
            threading.Thread(target=work, daemon=True).start()
        return self

    def __exit__(self, *exc_info):
        self._stop.set()
        self._listener.shutdown()
        self._listener.server_close()

    def submit(self, name, to, document, account, pages=1) -> Fax:
        fax = Fax(name, to, account)
        request = SubmitRequest(
            to=to,
            document=document,
            pages=pages,
            file_name="FAX-2026-00001.pdf",
            reference=f"{name.replace(' ', '-')}-{int(self.began.timestamp())}",
            deadline=utc_now() + timedelta(seconds=60),
        )
        fax.provider_id = account.submit(request).provider_id
        with self._lock:
            self.faxes[name] = fax
        return fax

    def wait(self, name: str) -> Fax:
        """A fax that has ended."""
        until = time.monotonic() + PATIENCE
        while name not in self.faxes or not self.faxes[name].over.wait(0.2):
            if self.failures:
                raise self.failures[0]
            if time.monotonic() > until:
                raise AssertionError(f"{name} did not end; see .run/faxlab-logs")
        return self.faxes[name]

    def _follow(self) -> None:
        """Ask each server how its faxes are, once a second."""
        while not self._stop.wait(1.0):
            with self._lock:
                waiting = [f for f in self.faxes.values() if not f.over.is_set()]
            for port in stations.SERVERS.values():
                asked = [f for f in waiting if f.account.settings["port"] == str(port)]
                if asked:
                    self._ask(asked)

    def _ask(self, faxes: list[Fax]) -> None:
        try:
            statuses = faxes[0].account.fetch_status([f.provider_id for f in faxes])
        except Exception as error:
            self.failures.append(error)
            self._stop.set()
            return
        for fax in faxes:
            if status := statuses.get(fax.provider_id):
                fax.states.append(status.raw_status)
                fax.status = status
                if status.state.is_final:
                    fax.over.set()


class _Listener(ThreadingHTTPServer):
    """Where the fax servers' hook posts to."""

    daemon_threads = True

    def __init__(self, calls: Calls):
        super().__init__((stations.HOST, stations.HOOK_PORT), _Handler)
        self.calls = calls


class _Handler(BaseHTTPRequestHandler):
    server: _Listener

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.posts.append((self.path, dict(self.headers), body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        """Nobody reads it."""


# --- The lab -------------------------------------------------------------------------


def exchange_log(word: str, number: str) -> list[str]:
    """The times at which the exchange noted something of a number, as written."""
    lines = (FOLDER / "log/exchange").read_text().splitlines()
    wanted = f" {word} {number[-4:]}"
    return [line[:8] for line in lines if f"{line} ".find(f"{wanted} ") == 8]


def wait_for(true, what: str, seconds: float = PATIENCE) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"{what} did not come about"
        time.sleep(0.2)


def wait_idle(*numbers: int) -> None:
    """Wait until these stations' modems are ready for a call."""

    def idle(station):
        machine = ("office", "far")[station % 2]
        path = FOLDER / machine / "status" / stations.modem_device(station)
        return "idle" in path.read_text("latin-1")

    wait_for(lambda: all(map(idle, numbers)), f"modems {numbers} to be ready")


def kill_modem(station: int) -> None:
    subprocess.run([LAB, "kill", f"modem{station}"], check=True, timeout=30)
