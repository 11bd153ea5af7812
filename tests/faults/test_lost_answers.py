"""One thing goes wrong while a fax is handed over: it is sent once all the same."""

import time

import pytest

from .checks import check, told

NUMBER = "+15145550190"

NEVER_TAKEN = [
    "kill_connecting", "kill_arrived", "reset_on_connect", "reset_before_body",
    "reset_in_body", "reset_after_body", "server_error", "redirect",
    "too_many_requests",
]  # fmt: skip
TAKEN = [
    "kill_taken", "kill_answered", "answer_lost", "garbled", "cut",
    "server_error_after", "late", "trickle", "slow",
]  # fmt: skip


OPTIONS = {
    "too_many_requests": {"retry_after": "1"},
    "late": {"seconds": 2.0},
    "trickle": {"seconds": 2.0},
    # Taken when our call has ended.
    "slow": {"seconds": 1.3},
}


@pytest.fixture(scope="module")
def together(server):
    """All that may go wrong without a death, at once: a line and its fax by fault."""
    found = {}
    for what in (*NEVER_TAKEN, *TAKEN):
        if not what.startswith("kill_"):
            line = server.open_line()
            line.fault(what, **OPTIONS.get(what, {}))
            found[what] = line, *line.queue(line.fax())
    return found


@pytest.fixture
def case(request, line, what):
    """A line with a fax to which this happened, at rest."""
    if what.startswith("kill_"):
        line.fault(what)
        (fax,) = line.queue(line.fax())
    else:
        line, fax = request.getfixturevalue("together")[what]
    line.settle()
    return line, fax


@pytest.mark.parametrize("what", NEVER_TAKEN)
def test_not_taken(case, what):
    """The provider did not take it: found out, and sent again, once."""
    line, fax = case
    check(line)
    assert line.states() == {"delivered": 1}, told(line)
    assert line.acceptances(fax) == 1
    assert len(line.messages()[fax]["attempts"]) == 2
    assert line.simulator.faults.shown[0].what == what


@pytest.mark.parametrize("what", TAKEN)
def test_taken(case, what):
    """The provider took it, and nobody heard it say so: found, and not sent again."""
    line, fax = case
    check(line)
    assert line.states() == {"delivered": 1}, told(line)
    assert line.acceptances(fax) == 1
    assert len(line.messages()[fax]["attempts"]) == 1
    assert line.simulator.faults.shown[0].what == what


def test_taken_after_the_first_look(line, server):
    """The provider is slow: not there when it is first looked for, and there later."""
    # A lost fax is looked for among those of its lease's time.
    server.run("set_waits", waits={"look_pause": 3, "lease": 6})
    try:
        line.fault("slow", seconds=2.5)
        (fax,) = line.queue(line.fax())
        line.settle()
    finally:
        server.run("set_waits", waits=server.waits)
    check(line)
    assert line.states() == {"delivered": 1}
    assert line.acceptances(fax) == 1


def test_killed_again_and_again(line, server):
    """Three workers in a row die with the same fax."""
    deaths = server.deaths
    for what in ("kill_arrived", "kill_connecting", "kill_taken"):
        line.fault(what)
    (fax,) = line.queue(line.fax())
    line.settle(60)
    check(line)
    assert line.acceptances(fax) == 1
    assert server.deaths >= deaths + 3


@pytest.mark.parametrize("what", ["kill_taken", "kill_arrived"])
def test_others_under_way(line, what):
    """What else the dead process was sending is not lost either; faxes to the same
    number wait until this one's fate is known."""
    line.fault(what, skip=1)
    line.queue(
        *(line.fax(f"+151455501{number}") for number in range(80, 84)),
        *(line.fax(NUMBER) for _ in range(3)),
    )
    line.settle()
    check(line)
    assert line.states() == {"delivered": 7}
    assert line.acceptances() == 7


def test_the_number_waits_while_in_doubt(line):
    """No second fax to a number while an answer about the first is missing; a look
    that fails is none."""
    line.fault("answer_lost")
    line.fault("server_error", route="history", times=10_000)
    first, second = line.queue(line.fax(NUMBER), line.fax(NUMBER, after=0.1))
    time.sleep(4)
    assert line.calls("history") >= 3
    assert line.calls("submit") == 1
    line.simulator.faults.clear()
    line.settle()
    check(line)
    assert line.acceptances(first) == line.acceptances(second) == 1


def test_an_earlier_fax_is_not_taken_for_it(line):
    """The one before to that number is known, so that it is not the lost one."""
    line.fault("reset_after_body", skip=1)
    faxes = line.queue(line.fax(NUMBER), line.fax(NUMBER))
    line.settle()
    check(line)
    assert [line.acceptances(fax) for fax in faxes] == [1, 1]


# How a fax ends by its last digits, and how often the provider took it.
FATES = {
    "0101": ("failed", 3),  # busy: may be redialled
    "0102": ("failed", 1),  # the connection broke: something may have come out
    "0104": ("failed", 0),  # refused
    "0105": ("partial", 1),  # pages are out: never sent again by itself
    "0106": ("failed", 1),
    "0107": ("cancelled", 1),
    "0111": ("delivered", 1),  # the answer is lost
    "0118": ("failed", 1),
}


def test_fates(line):
    """What the provider says in the end decides whether it is tried again."""
    faxes = line.queue(*(line.fax(f"+1514555{end}", pages=2) for end in FATES))
    line.settle()
    check(line)
    messages = line.messages()
    assert {
        end: (messages[fax]["state"], line.acceptances(fax))
        for end, fax in zip(FATES, faxes, strict=True)
    } == FATES


def test_provider_down(line):
    """Nobody listens: proven not sent, and tried again until it is there."""
    line.simulator.listen(False)
    (fax,) = line.queue(line.fax())
    while not line.messages()[fax]["attempts"]:
        time.sleep(0.02)
    line.simulator.listen(True)
    line.settle()
    check(line)
    assert line.acceptances(fax) == 1
