"""Real fax calls, over software modems: `make test-e2e` (or dev/faxlab/lab.sh up, then
`dev/env.sh pytest tests/calls`). Three minutes for all of them together."""

import threading
import time

import pytest

# Helper modules of this folder: their asserts are explained as a test's own are.
pytest.register_assert_rewrite("calls.line", "calls.clinic", "calls.pages")

from calls import line, pages  # noqa: E402
from calls.clinic import Clinic, coming_in  # noqa: E402
from faxlab import stations  # noqa: E402

INBOUND, OTHERS = 6, 7  # pairs of modems that are not in the pool


def pytest_configure(config):
    config.addinivalue_line("markers", "calls: real calls; the fax lab must be up")


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(line.REPO / "tests/calls"):
            item.add_marker(pytest.mark.calls)


@pytest.fixture(scope="session")
def calls():
    """All calls, made at once: those of a clinic's Odoo over the pool of modems, and
    those that only a provider's client makes over the others."""
    if not (line.FOLDER / "ready").exists():
        pytest.fail("the fax lab is not running: dev/faxlab/lab.sh up")
    with line.Calls() as calls:
        begin(calls, first_inbound, calls)
        begin(calls, no_line, calls)
        begin(calls, stopped, calls)
        with Clinic(calls.failures) as clinic:
            calls.clinic = clinic
            clinic.open()
            begin(calls, from_odoo, clinic)
            begin(calls, kill_far_modem)
            begin(calls, into_odoo, calls, clinic)
            begin(calls, crash, calls, clinic)
            yield calls


@pytest.fixture(scope="session")
def clinic(calls):
    """The clinic of these calls."""
    return calls.clinic


def begin(calls, plan, *arguments) -> None:
    def carry_out():
        try:
            plan(*arguments)
        except BaseException as error:
            calls.failures.append(error)

    threading.Thread(target=carry_out, daemon=True).start()


# --- From Odoo -----------------------------------------------------------------------


KILLED = stations.number(5)
BEFORE_CRASH = ("no answer", "killed", "cut", "file", "entry", "busy")


def from_odoo(clinic) -> None:
    """What takes longest first; each has a modem of its own."""
    clinic.fax_file("no answer", stations.staged("ring"), pages.ONE)
    clinic.fax_file("killed", KILLED, pages.CUT)
    clinic.fax_file("cut", stations.troubled("1", 3), pages.CUT)
    clinic.fax_file("file", stations.number(7), pages.TWO)
    clinic.fax_entry("entry", stations.number(1))
    clinic.fax_file("busy", stations.staged("busy"), pages.ONE)


def kill_far_modem() -> None:
    """The far modem dies in the second page."""
    line.wait_for(lambda: line.exchange_log("answered", KILLED), "an answer")
    time.sleep(stations.CUT_AFTER)
    line.kill("modem5")


def crash(calls, clinic) -> None:
    """When all else is over: the fax server's scheduler dies in the first page."""
    for name in BEFORE_CRASH:
        clinic.wait(name)
    for name in ("second inbound", "stopped", "withdrawn"):
        calls.wait(name)
    clinic.fax_file("crash", stations.number(9), pages.TWO)
    to = stations.number(9)
    line.wait_for(lambda: line.exchange_log("answered", to), "an answer")
    time.sleep(stations.CRASH_AFTER)
    line.kill("faxq-office")


# --- To Odoo -------------------------------------------------------------------------


def first_inbound(calls) -> None:
    """A fax that comes in before Odoo is there."""
    submit_inbound(calls, "inbound", pages.ONE)


def into_odoo(calls, clinic) -> None:
    """Odoo finds that one by asking. Then the hook is set up, and tells of another."""
    calls.wait("inbound")
    with coming_in(clinic):
        clinic.wait_received(1)
    clinic.enter_callback()
    line.wait_idle(2 * INBOUND, 2 * INBOUND + 1)
    submit_inbound(calls, "second inbound", pages.TWO)


def submit_inbound(calls, name, document) -> None:
    account = line.provider("far", 2 * INBOUND + 1)
    calls.submit(name, stations.number(2 * INBOUND), document, account)


# --- Without Odoo --------------------------------------------------------------------


def no_line(calls) -> None:
    account = line.provider("far", 2 * OTHERS + 1)
    calls.submit("no line", stations.staged("reject"), pages.ONE, account)


def stopped(calls) -> None:
    """A fax that we stop while it is dialled, and one in the queue behind it."""
    account = line.provider("office", 2 * OTHERS)
    stopped = calls.submit("stopped", stations.staged("silent"), pages.ONE, account)
    queued = calls.submit("withdrawn", stations.number(9), pages.ONE, account)
    assert account.cancel(queued.provider_id) is True
    line.wait_for(lambda: line.exchange_log("call", stopped.to), "the call to stop")
    assert account.cancel(stopped.provider_id) is True
