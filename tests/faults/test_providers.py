"""Each provider with its own way to look a lost submission up: sent once all the same,
and where nothing can be looked up a person is asked."""

import time

import pytest

from . import plan, rig, schedules
from .adapters import ADAPTERS
from .adapters.efax import LATER, SOON, TELLS
from .checks import check, told

# A line by its name: provider, settings of the account, attributes of the simulator.
# Documo has tests of its own, in test_lost_answers.
LINES = {
    "interfax": ("interfax", {}, {}),
    "hylafax": ("hylafax", {}, {}),
    "efax": ("efax", TELLS, SOON),
    # Its list shows a fax that is over, later than we would take it for not there.
    "efax_late": ("efax", {}, LATER | {"prepare_seconds": 2.5}),
    "efax_developer": ("efax_developer", {}, {}),
}
TAKEN = ("answer_lost", "garbled", "server_error_after")
NOT_TAKEN = ("reset_after_body", "server_error")
KILLED = ("kill_taken", "kill_arrived")
# Where it is not found out: what is taken and what is not.
SILENT = {"efax_developer": (TAKEN, NOT_TAKEN), "efax_late": ((), NOT_TAKEN)}
TELLING = [name for name in LINES if name not in SILENT]


@pytest.fixture(scope="module")
def server(odoo, copy):
    with rig.Server(odoo, copy(), waits={"look_longest": 6}) as running:
        running.serve_pages()
        running.start()
        yield running


@pytest.fixture(scope="module")
def together(server):
    """All that may happen without a death, at once: a line and its fax."""
    return _begin(server, [(n, what) for n in LINES for what in TAKEN + NOT_TAKEN])


@pytest.fixture(scope="module")
def killed(server, together):
    """The same with workers that die, each perhaps in the middle of other lines'."""
    for line, _fax in together.values():
        line.settle()
    return _begin(server, [(n, what) for n in TELLING for what in KILLED])


def _begin(server, cases):
    """Lines by name and fault, with a fax that meets it."""
    lines = server.open_lines(
        *((provider, dict(account), dict(simulator))
          for provider, account, simulator in (LINES[name] for name, _what in cases))
    )  # fmt: skip
    found = {}
    for line, case in zip(lines, cases, strict=True):
        line.fault(case[1])
        found[case] = line, *line.queue(line.fax())
    return found


def lost(cases, *case):
    """The line and its fax, at rest."""
    line, fax = cases[case]
    line.settle()
    assert line.simulator.faults.shown[0].what == case[-1]
    check(line)
    return line, fax


@pytest.mark.parametrize("what", TAKEN)
@pytest.mark.parametrize("name", LINES)
def test_taken(together, name, what):
    """It took the fax, and nobody heard it say so."""
    line, fax = lost(together, name, what)
    silent = what in SILENT.get(name, [()])[0]
    wanted = {"uncertain" if silent else "delivered": 1}
    assert line.states() == wanted, told(line)
    assert line.acceptances(fax) == 1
    assert len(line.messages()[fax]["attempts"]) == 1


@pytest.mark.parametrize("what", NOT_TAKEN)
@pytest.mark.parametrize("name", LINES)
def test_not_taken(together, name, what):
    """It did not take it: sent again where that can be found out, and only there."""
    line, fax = lost(together, name, what)
    silent = what in SILENT.get(name, [(), ()])[1]
    wanted = {"uncertain" if silent else "delivered": 1}
    assert line.states() == wanted, told(line)
    assert line.acceptances(fax) == (0 if silent else 1)
    assert len(line.messages()[fax]["attempts"]) == (1 if silent else 2)


@pytest.mark.parametrize("what", KILLED)
@pytest.mark.parametrize("name", TELLING)
def test_killed(killed, name, what):
    line, fax = lost(killed, name, what)
    assert line.states() == {"delivered": 1}, told(line)
    assert line.acceptances(fax) == 1


# --- Sending again what the provider still has -----------------------------------


@pytest.mark.parametrize("what", ["answer_lost", "kill_taken"])
@pytest.mark.parametrize("name", ["documo", "interfax"])
def test_a_resend_whose_answer_is_lost(server, name, what):
    """It carries no reference: found by its likeness, and not sent a third time."""
    line = server.open_line(name)
    (first,) = line.queue(line.fax())
    line.settle()
    line.fault(what, route="resend")
    said = server.run("press", model="fax.message", ids=[first], button="action_resend")
    assert said is None
    line.settle()
    check(line)
    assert line.states() == {"delivered": 2}, told(line)
    assert line.acceptances() == 2
    assert line.simulator.faults.shown[0].what == what


# --- Calling back -----------------------------------------------------------------


@pytest.mark.parametrize("name", ["interfax", "hylafax"])
def test_called_back(server, name):
    """What it posts is heard."""
    line = server.open_line(name, callbacks_forged=1)
    line.subscribe(*ADAPTERS[name].events[-1])
    line.queue(line.fax())
    line.settle()
    _wait(lambda: len(line.simulator.called_back) == 2)
    check(line)
    # InterFAX gives nothing by which its calls could be told from a stranger's.
    refused = set() if name == "interfax" else {401}
    statuses = {each.status for each in line.simulator.called_back}
    assert statuses == {200} | refused


# --- Out of credit at the provider -----------------------------------------------


def held(server, **settings):
    """A line with a fax that InterFAX holds for credit."""
    line = server.open_line("interfax", balance_at_start="0.1000", **settings)
    (fax,) = line.queue(line.fax())
    _wait(lambda: [each["raw_status"] for each in line.messages()[fax]["attempts"]]
          == ["-22"])  # fmt: skip
    return line, fax


def test_it_waits_for_credit_at_the_provider(server):
    """Handed over once; it goes on by itself when there is credit."""
    line, fax = held(server, hold_seconds=60.0)
    time.sleep(1)
    assert line.messages()[fax]["state"] == "submitted"
    line.provider.top_up()
    line.settle()
    check(line)
    assert line.states() == {"delivered": 1}
    assert line.acceptances(fax) == 1


def test_credit_does_not_come(server):
    """The provider gives it up: failed, with the reason, and not sent again."""
    line, fax = held(server, hold_seconds=1.5)
    line.settle()
    check(line)
    assert line.messages()[fax]["failure_kind"] == "quota_exceeded"
    assert line.acceptances(fax) == 1


# --- One token for all -----------------------------------------------------------


def test_two_workers_need_a_token_at_once(server):
    """Each token ends the one before: whoever comes first takes one for all."""
    line = server.open_line("efax", TELLS, **SOON)
    faxes = [line.fax(f"+151455501{n}") for n in range(80, 88)]
    server.stop()
    try:
        line.provider.other_token()
        line.fault("slow", route="tokens", seconds=0.2)
        line.queue(*faxes)
        jobs = [server.begin("claimers") for _ in range(2)]
        line.settle()
        for job in jobs:
            job.stop()
    finally:
        server.start()
    check(line)
    assert line.states() == {"delivered": 8}
    assert line.acceptances() == 8
    # Ours when the account was connected, the stranger's, and one for everybody.
    assert line.simulator.tokens_made == 3


# --- The schedules ---------------------------------------------------------------


def test_every_provider_is_drawn():
    """In those of `make test` too, and with every account's own ways."""
    first, count = schedules.QUICK
    drawn = {plan.make(seed).provider for seed in range(first, first + count)}
    assert drawn == set(plan.PROVIDERS) == set(ADAPTERS)


def test_only_what_a_provider_can_do_is_drawn():
    for seed in range(500):
        schedule = plan.make(seed)
        adapter = ADAPTERS[schedule.provider]
        routes = adapter.submitting | adapter.further
        for fault in schedule.faults:
            assert fault["what"] in routes[fault["route"]]
        if schedule.provider == "hylafax":
            names = {fault["what"] for fault in schedule.faults}
            assert not names & {"too_many_requests", "redirect"}


def _wait(until, seconds=30):
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end
        time.sleep(0.02)
