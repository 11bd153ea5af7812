"""Callbacks: a reason to ask, whatever they say, however often and in which order."""

import time

import pytest

from . import rig
from .checks import check

COMPLETE = "fax.v1.outbound.complete"
LEGACY = "fax.outbound"


@pytest.fixture(scope="module")
def patient_server(odoo, copy):
    """A server that by itself asks how a fax went after a minute only."""
    # A callback about an id that nobody knows yet is kept as long as a lease.
    waits = {"poll_first": 60, "poll_longest": 60, "lease": 20}
    with rig.Server(odoo, copy(), waits=waits) as server:
        server.serve_pages()
        server.start()
        yield server


@pytest.fixture
def line(patient_server):
    opened = patient_server.open_line()
    yield opened
    assert not patient_server.failures, patient_server.failures[0]
    patient_server.close_line(opened)


@pytest.mark.parametrize("events", [[COMPLETE], [LEGACY], [COMPLETE, LEGACY]])
def test_asked_at_once(line, events):
    """Both forms are understood, and both at once; they may come twice."""
    line.simulator.callback_times = 2
    line.subscribe(*events)
    line.queue(*(line.fax(f"+151455501{n}") for n in range(80, 84)), line.fax())
    line.settle(20)
    check(line)
    assert line.states() == {"delivered": 5}
    assert set(sent.status for sent in line.simulator.called_back) == {200}


def test_late_and_out_of_order(line):
    """A fax's beginning may be told after its end, and everything several times."""
    line.simulator.callback_times = 3
    line.simulator.callback_spread = 0.6
    line.subscribe("fax.outbound.extended", COMPLETE, "fax.v1.outbound.failed")
    line.queue(
        *(line.fax(f"+151455501{n}") for n in range(80, 84)),
        line.fax("+15145550102"),
        line.fax("+15145550106"),
    )
    line.settle(20)
    check(line)
    assert line.states() == {"delivered": 4, "failed": 2}


def test_forged(line):
    """Who does not know the password is refused, and nothing is asked."""
    line.simulator.prepare_seconds = 60
    (fax,) = line.queue(line.fax())
    _wait(lambda: line.messages()[fax]["state"] == "submitted")
    asked = line.calls("info")
    call = line.simulator.call_back
    assert call(line.callback_url, "", times=2) == [401, 401]
    assert call(line.callback_url, "fax1:wrong", event=LEGACY) == [401]
    assert call(f"{line.callback_url}x", line.callback_auth) == [404]
    assert not line.server.sql("SELECT 1 FROM fax_hint WHERE account_id = %s",
                               line.account)  # fmt: skip
    time.sleep(0.3)
    assert line.calls("info") == asked
    assert line.messages()[fax]["state"] == "submitted"
    line.simulator.finish()
    assert call(line.callback_url, line.callback_auth) == [200]
    line.settle(20)
    check(line)


def test_lies_and_strangers(line):
    """What a callback says is not believed, and ids that nobody knows are dropped."""
    line.simulator.prepare_seconds = 60
    (fax,) = line.queue(line.fax())
    _wait(lambda: line.messages()[fax]["state"] == "submitted")
    call = line.simulator.call_back
    statuses = call(
        line.callback_url, line.callback_auth, status="success", unknown=5, times=3
    )
    assert statuses == [200] * 8
    _wait(lambda: line.calls("info") >= 1)
    time.sleep(0.3)
    assert line.messages()[fax]["state"] == "submitted"  # it is not there yet
    assert call(line.callback_url, line.callback_auth, status="failed") == [200]
    time.sleep(0.3)
    assert line.messages()[fax]["state"] == "submitted"
    line.simulator.finish()
    assert call(line.callback_url, line.callback_auth, status="success") == [200]
    # The same event of the same fax is known already: the next look finds it.
    line.server.run("press", model="fax.message", ids=[fax],
                    button="action_ask_provider")  # fmt: skip
    line.settle(20)
    check(line)
    assert line.states() == {"delivered": 1}


def test_about_a_fax_whose_answer_was_lost(line):
    """Its id is unknown: it counts as a reason to look, and is found."""
    line.subscribe(COMPLETE)
    line.fault("answer_lost")
    line.fault("server_error", route="history", times=2)
    (fax,) = line.queue(line.fax())
    _wait(lambda: line.messages()[fax]["state"] == "submitted")
    line.server.run("press", model="fax.message", ids=[fax],
                    button="action_ask_provider")  # fmt: skip
    line.settle(20)
    check(line)
    assert line.states() == {"delivered": 1}
    assert line.acceptances() == 1


def _wait(until, seconds=20):
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end
        time.sleep(0.05)
