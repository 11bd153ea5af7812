"""The lab, and calls that a provider's client makes over it without Odoo.

Calls take their time, so that there is one session of them, all made at once, which
every test asks: what became of this one? Those of Odoo are in clinic.py.
"""

import subprocess
import threading
import time
import warnings
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

from faxlab import stations
from providers import FaxStatus, HylafaxProvider, ProviderError, SubmitRequest
from providers.interface import utc_now

REPO = Path(__file__).parents[2]
FOLDER = REPO / ".run/faxlab"
LAB = REPO / "dev/faxlab/lab.sh"
PATIENCE = 150.0  # seconds, for any one call


def provider(machine: str, station: int | None = None, **settings) -> HylafaxProvider:
    """The account at one of the two fax servers; over one modem, where it matters."""
    values = {
        "host": stations.HOST,
        "port": str(stations.SERVERS[machine]),
        "number": stations.number(0 if machine == "office" else 1),
        "resolution": "standard",
    }
    if station is not None:
        values["modem"] = stations.modem_device(station)
    login = {"user": stations.USER, "password": stations.PASSWORD}
    return HylafaxProvider(values | settings, login)


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
        self.failures: list[BaseException] = []
        self.began = datetime.now(timezone.utc)
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def __enter__(self):
        threading.Thread(target=self._follow, daemon=True).start()
        return self

    def __exit__(self, *exc_info):
        self._stop.set()

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
        fax.provider_id = _submitted(account, request)
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


def _submitted(account: HylafaxProvider, request: SubmitRequest) -> str:
    """Hand a fax over; again where nothing had left, as Odoo's queue does."""
    for tries_left in reversed(range(3)):
        try:
            return account.submit(request).provider_id
        except ProviderError as error:
            words = f"{request.reference}: {error.code} {error.text}"
            error.add_note(words)
            if not tries_left or not error.proven_not_sent:
                raise
            warnings.warn(words, stacklevel=3)
            time.sleep(1.0)
    raise AssertionError("never reached")


# --- The lab -------------------------------------------------------------------------


def exchange_log(word: str, number: str) -> list[str]:
    """The times at which the exchange noted something of a number, as written."""
    lines = (FOLDER / "log/exchange").read_text().splitlines()
    wanted = f" {word} {number[-4:]}"
    return [line[:8] for line in lines if f"{line} ".find(f"{wanted} ") == 8]


def callers(number: str) -> list[int]:
    """The stations that called a number, one after another."""
    lines = (FOLDER / "log/exchange").read_text().splitlines()
    wanted = f" call {number[-4:]} "
    ports = [int(line.rsplit(" ", 1)[1]) for line in lines if wanted in line]
    return [stations.station_at(port) for port in ports]


def received(machine: str, calls: Calls, sender: int):
    """The first fax that a machine got from a station, as its account lists it, and
    its file."""
    account = provider(machine)
    wanted = stations.number(sender)

    def listed():
        since = calls.began - timedelta(seconds=2)
        return [each for each in account.list_received(since) if each.sender == wanted]

    # The other side of a call that broke off may take longer to see that.
    wait_for(listed, "a received fax", 60)
    got = min(listed(), key=lambda each: each.received_at)
    return got, account.fetch_received(got.provider_id)


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


def kill(name: str) -> None:
    """Kill (-9) one of the lab's processes; it is started again, a modem later."""
    subprocess.run([LAB, "kill", name], check=True, timeout=30)
