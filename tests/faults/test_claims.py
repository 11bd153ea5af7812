"""Several processes at one queue: each fax is one process's, and goes once."""

import pytest

from . import rig
from .checks import check

FAXES = 120
NUMBERS = 90
SENT = 48


@pytest.fixture(scope="module")
def idle(odoo, copy):
    """A server on which nobody works yet."""
    with rig.Server(odoo, copy()) as server:
        yield server


@pytest.fixture(scope="module")
def queue(idle):
    """120 faxes that wait, several of them to one number."""
    line = idle.open_line()
    # As if there were places enough, so that nothing but the claim limits.
    limit = "fax_account_concurrent_calls_range"
    idle.sql(f"ALTER TABLE fax_account DROP CONSTRAINT {limit}")
    idle.sql("UPDATE fax_account SET concurrent_calls = %s", FAXES)
    numbers = [f"+151455{50000 + index * 13 % NUMBERS * 7}" for index in range(FAXES)]
    line.queue(*map(line.fax, numbers))
    yield line
    _forget(line, "cancelled")


def _forget(line, state):
    """As if nothing had been claimed, or nobody had waited."""
    line.server.sql("DELETE FROM fax_attempt WHERE account_id = %s", line.account)
    line.server.sql(
        "UPDATE fax_message SET state = %s WHERE account_id = %s", state, line.account
    )


@pytest.mark.parametrize("processes", [2, 3])
def test_claims(queue, processes):
    """Each fax is claimed by one process, and of the faxes to one number one."""
    jobs = [queue.server.begin("claim_all") for _ in range(processes)]
    claimed = [job.result() for job in jobs]
    assert all(claimed), "somebody had nothing to do"
    together = [fax for each in claimed for fax in each]
    assert len(together) == len(set(together)) == NUMBERS
    for message in queue.messages().values():
        mine = message["id"] in together
        assert message["state"] == ("submitting" if mine else "queued")
        assert len(message["attempts"]) == mine
    assert not queue.simulator.requests
    _forget(queue, "queued")


def test_rounds_without_a_lock(idle, queue):
    """Three processes send and ask at once, without the lock by which Odoo lets one of
    them work at a time; and another one had claimed some of it and died."""
    _forget(queue, "cancelled")
    line = idle.open_line(concurrent_calls=8)
    line.queue(*(line.fax(f"+151455{51000 + index % 40}") for index in range(SENT)))
    died = idle.begin("claim_all").result()
    assert len(died) == 8
    jobs = [idle.begin("claimers") for _ in range(3)]
    line.settle(60)
    for job in jobs:
        job.stop()
    check(line)
    assert line.states() == {"delivered": SENT}
    assert line.acceptances() == SENT
    attempts = [
        attempt for fax in line.messages().values() for attempt in fax["attempts"]
    ]
    assert len(attempts) == SENT + len(died)
    assert len({attempt["worker"] for attempt in attempts}) == 4
