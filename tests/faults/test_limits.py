"""What the provider or the clinic forbids for now, and what nobody can find out."""

import time
from collections import deque

import pytest

from simulators.documo_books import Fax, plan

from . import papers, rig
from .checks import check, told

NUMBER = "+15145550190"


def test_retry_after(line):
    """Too many requests: the whole account waits as long as it is told to."""
    line.fault("too_many_requests", retry_after="4")
    line.queue(line.fax())
    _wait(lambda: line.simulator.faults.shown)
    line.queue(*(line.fax(f"+151455501{n}", after=1) for n in (80, 81)))
    line.settle()
    check(line)
    assert line.states() == {"delivered": 3}
    refused, *others = [e.at for e in line.simulator.requests if e.route == "submit"]
    assert len(others) == 3
    assert min(others) - refused >= 3.9


def test_history_eight_a_minute(odoo, copy):
    """Look-ups keep to the documented eight calls a minute; here a minute has two
    seconds, and so has the pause that we leave between two looks."""
    minute = 2.0
    with rig.Server(odoo, copy(), workers=2, look_pause=2 * minute / 8) as server:
        line = server.open_line(calls_a_minute=8, minute_seconds=minute)
        for _ in range(6):
            line.fault("answer_lost", skip=1)
        for _ in range(4):
            line.fault("reset_after_body", skip=1)
        line.queue(*(line.fax(f"+15145550{n}", after=n % 7) for n in range(180, 196)))
        server.start()
        line.settle()
        check(line)
        assert line.states() == {"delivered": 16}
        looks = [each.at for each in line.simulator.requests if each.route == "history"]
        assert len(looks) >= 12
        window = deque(maxlen=9)
        for at in looks:
            window.append(at)
            assert len(window) < 9 or window[-1] - window[0] > minute * 0.99


def test_paused_company(line, server):
    """All sending is paused: nothing leaves; it goes on by itself afterwards."""
    server.run("pause_sending", company=line.company, paused=True)
    other = server.open_line()
    line.queue(line.fax(), line.fax("+15145550191"))
    other.queue(other.fax())
    other.settle()
    assert other.states() == {"delivered": 1}
    assert line.states() == {"held": 2}
    assert {m["hold_kind"] for m in line.messages().values()} == {"paused"}
    assert not line.simulator.requests
    server.run("pause_sending", company=line.company, paused=False)
    line.settle()
    check(line)
    assert line.states() == {"delivered": 2}


def test_refused_key(line, server):
    """The key does not hold any more: the account's faxes wait, none fails, and they
    go by themselves once it is connected again."""
    keys, line.simulator.keys = line.simulator.keys, ["another"]
    line.queue(*(line.fax(f"+151455501{n}") for n in range(80, 86)))
    _wait(lambda: not {"queued", "submitting"} & set(line.states()))
    heard = line.calls("submit")
    time.sleep(0.5)
    assert line.calls("submit") == heard <= 2
    assert line.acceptances() == 0
    line.simulator.keys = keys
    said = server.run("press", model="fax.account", ids=[line.account],
                      button="action_connect")  # fmt: skip
    assert said is None
    line.settle()
    check(line)
    states = line.states()
    assert states["delivered"] >= 4 and not set(states) - {"delivered", "failed"}
    # What met the refusal itself is for a person, or goes along: never lost silently.
    assert states.get("failed", 0) <= heard


def test_twins(line):
    """Somebody else faxes just such pages to that number at that moment, and our own
    answer is lost: nobody but a person can tell which is ours."""
    line.fault("answer_lost")
    line.fault("server_error", route="history")  # so that there is time for the other
    (fax,) = line.queue(line.fax(NUMBER))
    _wait(lambda: line.acceptances())
    _foreign(line, NUMBER, 1)
    line.settle()
    message = line.messages()[fax]
    assert message["state"] == "uncertain", told(line)
    assert message["unsure_reason"]
    assert line.acceptances(fax) == 1
    check(line, may_be_unsure={fax})


def test_two_in_doubt_and_several_alike(line):
    """Two of ours in doubt, each with several that fit: both wait for a person, and a
    third to that number does not make it worse."""
    line.fault("answer_lost", times=2)
    line.simulator.prepare_seconds = 30
    faxes = line.queue(line.fax("+15145550180"), line.fax("+15145550181"))
    line.fault("server_error", route="history", times=2)
    _wait(lambda: line.acceptances() == 2)
    for number in ("+15145550180", "+15145550181"):
        _foreign(line, number, 1)
    _wait(lambda: line.states() == {"uncertain": 2})
    (third,) = line.queue(line.fax("+15145550180"))
    _wait(lambda: line.messages()[third]["state"] == "submitted")
    line.simulator.finish()
    _wait(lambda: line.messages()[third]["state"] == "delivered")
    assert [line.acceptances(fax) for fax in faxes] == [1, 1]
    assert all(line.messages()[fax]["unsure_reason"] for fax in faxes)
    check(line, may_be_unsure=set(faxes))


@pytest.mark.parametrize("arrived", [True, False])
def test_a_person_decides(line, arrived):
    """What a person says of an uncertain fax ends it; nothing is sent for it."""
    line.fault("answer_lost")
    line.fault("server_error", route="history")
    (fax,) = line.queue(line.fax())
    _wait(lambda: line.acceptances())
    _foreign(line, NUMBER, 1)
    line.settle()
    button = "action_confirm_arrived" if arrived else "action_confirm_not_arrived"
    said = line.server.run("press", model="fax.message", ids=[fax], button=button,
                           arguments=["the pharmacist"])  # fmt: skip
    assert said is None
    time.sleep(0.5)
    message = line.messages()[fax]
    assert message["state"] == ("delivered" if arrived else "failed")
    assert {each["state"] for each in message["attempts"]} == {"over"}
    assert line.acceptances() == 1


def test_nobody_can_be_asked(odoo, copy):
    """The history cannot be read for so long that a person must decide. Nothing is
    sent meanwhile, not even something else to that number."""
    with rig.Server(odoo, copy(), waits={"look_longest": 2}) as server:
        line = server.open_line()
        line.fault("answer_lost")
        line.fault("server_error", route="history", times=10_000)
        first, second = line.queue(line.fax(), line.fax())
        server.start()
        _wait(lambda: line.messages()[first]["state"] == "uncertain")
        assert line.messages()[first]["unsure_reason"]
        assert line.acceptances(first) == 1
        # The time in which the first one's likeness may turn up is over by now.
        _wait(lambda: line.messages()[second]["state"] == "delivered")
        line.simulator.faults.clear()
        check(line, may_be_unsure={first})


def _foreign(line, number, pages):
    """A fax that somebody sent over the provider's own web page."""
    simulator = line.simulator
    pace = {"prepare_seconds": 0.0, "page_seconds": 0.0, "slow_seconds": 1.0}
    times = plan(number, pages, simulator.clock(), pace)
    fax = Fax(number, rig.SENDER[2:], pages, papers.pdf(pages, "foreign"), **times)
    with simulator.lock:
        simulator.faxes[fax.uuid] = fax


def _wait(until, seconds=30):
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end
        time.sleep(0.02)
