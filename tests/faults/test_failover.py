"""A fax that its provider does not take goes by another account: sent once, by one."""

import time

import pytest

from simulators.messages import Refused

from .checks import check, told

NUMBER = "+15145550190"
OTHER_SENDER = "+15145550178"


@pytest.fixture
def lines(server):
    """Two accounts of one clinic at two providers, each with a number of its own; the
    second takes over."""
    first = server.open_line()
    second = server.open_line(
        company=first.company,
        sender=OTHER_SENDER,
        caller_ids=[OTHER_SENDER.removeprefix("+1")],
        numbers=[OTHER_SENDER],
    )
    server.run("set_failover", account=first.account, other=second.account)
    yield first, second
    assert not server.failures, server.failures[0]
    for line in (first, second):
        server.close_line(line)


def refuse_submissions(simulator):
    """The plan has ended: documented as a refusal, and it still tells what it has."""
    authorize = simulator.authorize

    def refuse(request):
        authorize(request)
        if request.method == "POST" and request.path.endswith("/faxes"):
            raise Refused(403, "Forbidden")

    simulator.authorize = refuse


def settle(*lines):
    """Faxes change accounts, so that all must be at rest at once."""
    until = time.monotonic() + 60
    while any(line.unsettled() for line in lines):
        assert time.monotonic() < until, "".join(map(told, lines))
        for line in lines:
            line.settle()


def went_by_second(first, second, count=1):
    check(second)
    assert second.states() == {"delivered": count}, told(second)
    assert first.messages() == {}
    assert (first.acceptances(), second.acceptances()) == (0, count)


@pytest.mark.parametrize("how", ["down", "refused"])
def test_moves(lines, how):
    first, second = lines
    if how == "down":
        first.simulator.listen(False)
    else:
        refuse_submissions(first.simulator)
    first.queue(first.fax(NUMBER), first.fax(NUMBER), first.fax("+15145550191"))
    settle(first, second)
    went_by_second(first, second, 3)


def test_killed_between_the_refusal_and_the_move(lines, server):
    """Nobody knows of the refusal then: looked up, tried there again, refused again,
    and only then it moves."""
    first, second = lines
    deaths = server.deaths
    refuse_submissions(first.simulator)
    first.fault("kill_answered")
    first.queue(first.fax(NUMBER))
    settle(first, second)
    assert server.deaths > deaths
    assert first.calls("submit") == 2
    assert first.calls("history") >= 2
    went_by_second(first, second)


@pytest.mark.parametrize("what", ["answer_lost", "kill_taken", "server_error_after"])
def test_lost_answer_never_moves(lines, what):
    """The first one took it, and refuses whatever comes after it."""
    first, second = lines
    first.fault(what)
    (fax,) = first.queue(first.fax(NUMBER))
    until = time.monotonic() + 20
    while not first.acceptances():
        assert time.monotonic() < until, told(first)
        time.sleep(0.01)
    refuse_submissions(first.simulator)
    settle(first, second)
    check(first)
    assert first.acceptances(fax) == 1
    assert second.calls("submit") == 0


def test_never_while_it_is_in_doubt(lines):
    """However often the look fails, and though the other one is there."""
    first, second = lines
    first.fault("reset_after_body")
    first.fault("server_error", route="history", times=10_000)
    first.queue(first.fax(NUMBER))
    time.sleep(3)
    assert first.calls("history") >= 3
    assert second.calls("submit") == 0
    refuse_submissions(first.simulator)
    first.simulator.faults.clear()
    settle(first, second)
    went_by_second(first, second)


@pytest.mark.parametrize("what", ["kill_taken", "kill_arrived", "answer_lost"])
def test_killed_at_the_second(lines, what):
    """Once it has moved, all is as at any account."""
    first, second = lines
    refuse_submissions(first.simulator)
    second.fault(what)
    first.queue(first.fax(NUMBER))
    settle(first, second)
    went_by_second(first, second)


def test_both_down(lines):
    """The chosen one has its turn again, and takes it when it is back."""
    first, second = lines
    for line in lines:
        line.simulator.listen(False)
    (fax,) = first.queue(first.fax(NUMBER))
    until = time.monotonic() + 20
    count = "SELECT count(*) FROM fax_attempt WHERE message_id = %s"
    while first.server.sql(count, fax)[0]["count"] < 4:
        assert time.monotonic() < until, "not tried again"
        time.sleep(0.02)
    for line in lines:
        line.simulator.listen(True)
    settle(first, second)
    assert first.acceptances() + second.acceptances() == 1
    assert (first.messages() | second.messages())[fax]["state"] == "delivered"
