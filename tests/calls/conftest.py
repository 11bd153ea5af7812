"""Real fax calls, over software modems: `make test-e2e` (or dev/faxlab/lab.sh up, then
`dev/env.sh pytest tests/calls`). Two minutes for all of them together."""

import threading
import time

import pytest

# Helper modules of this folder: their asserts are explained as a test's own are.
pytest.register_assert_rewrite("calls.line", "calls.pages")

from calls import line, pages  # noqa: E402
from faxlab import stations  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "calls: real calls; the fax lab must be up")


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(line.REPO / "tests/calls"):
            item.add_marker(pytest.mark.calls)


@pytest.fixture(scope="session")
def calls():
    """All calls, each pair of modems making its own."""
    if not (line.FOLDER / "ready").exists():
        pytest.fail("the fax lab is not running: dev/faxlab/lab.sh up")
    with line.Calls() as calls:
        for plan in (pair_0, pair_1, pair_2, pair_3):
            threading.Thread(target=carry_out, args=(plan, calls), daemon=True).start()
        yield calls


def carry_out(plan, calls) -> None:
    try:
        plan(calls)
    except BaseException as error:
        calls.failures.append(error)


def pair_0(calls) -> None:
    """A fax of two pages; then one to a number where nobody answers."""
    account = line.provider("office", 0)
    calls.submit("two", stations.number(1), pages.TWO, account, pages=2)
    calls.submit("no answer", stations.staged("ring"), pages.ONE, account)


def pair_1(calls) -> None:
    """A call cut in its second page; one that we stop in the queue meanwhile; a busy
    line; one that we stop while it is dialled."""
    account = line.provider("office", 2)
    calls.submit("cut", stations.troubled("1", 3), pages.CUT, account, pages=3)
    queued = calls.submit("withdrawn", stations.number(9), pages.ONE, account)
    assert account.cancel(queued.provider_id) is True
    calls.submit("busy", stations.staged("busy"), pages.ONE, account)
    stopped = calls.submit("stopped", stations.staged("silent"), pages.ONE, account)
    line.wait_for(lambda: line.exchange_log("call", stopped.to), "the call to stop")
    assert account.cancel(stopped.provider_id) is True


def pair_2(calls) -> None:
    """The far modem dies in the second page."""
    fax = calls.submit(
        "killed", stations.number(5), pages.CUT, line.provider("office", 4), pages=3
    )
    line.wait_for(lambda: line.exchange_log("answered", fax.to), "an answer")
    time.sleep(stations.CUT_AFTER)
    line.kill_modem(5)


def pair_3(calls) -> None:
    """Our own image of two pages; a fax that comes the other way; no line."""
    account = line.provider(
        "office", 6, render=lambda pdf, resolution: pages.image_of(pdf)
    )
    calls.submit("image", stations.number(7), pages.TWO, account, pages=2)
    calls.wait("image")
    line.wait_idle(6, 7)
    calls.submit("inbound", stations.number(6), pages.ONE, line.provider("far", 7))
    calls.wait("inbound")
    calls.submit("no line", stations.staged("reject"), pages.ONE, account)
