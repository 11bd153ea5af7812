"""Several processes at one queue: each fax is one process's, and goes once."""

import pytest

from . import rig
from .checks import check

FAXES = 200
NUMBERS = 150


@pytest.fixture(scope="module")
def idle(odoo, copy):
    """A server on which nobody works yet."""
    with rig.Server(odoo, copy()) as server:
        yield server


@pytest.mark.parametrize("processes", [2, 3])
def test_one_queue(idle, processes):
    """First several processes claim in a loop and call nobody, as if each died right
    after it had claimed; then as many send and ask at once, without the lock by which
    Odoo lets one of them work at a time."""
    line = idle.open_line()
    idle.sql("ALTER TABLE fax_account DROP CONSTRAINT IF EXISTS"
             " fax_account_concurrent_calls_range")  # fmt: skip
    idle.sql("UPDATE fax_account SET concurrent_calls = %s", FAXES)
    numbers = [f"+151455{50000 + index * 13 % NUMBERS * 7}" for index in range(FAXES)]
    line.queue(*map(line.fax, numbers))

    jobs = [idle.begin("claim_all") for _ in range(processes)]
    claimed = [job.stop() for job in jobs]
    assert all(claimed), "somebody had nothing to do"
    together = [fax for each in claimed for fax in each]
    assert len(together) == len(set(together)) == NUMBERS  # one for each number
    for message in line.messages().values():
        mine = message["id"] in together
        assert message["state"] == ("submitting" if mine else "queued")
        assert len(message["attempts"]) == mine
    assert not line.simulator.requests

    idle.sql("UPDATE fax_account SET concurrent_calls = 8")
    jobs = [idle.begin("claimers") for _ in range(processes)]
    line.settle()
    for job in jobs:
        job.stop()
    check(line)
    assert line.states() == {"delivered": FAXES}
    assert line.acceptances() == FAXES
    attempts = [
        attempt for fax in line.messages().values() for attempt in fax["attempts"]
    ]
    assert len(attempts) == FAXES + NUMBERS
    assert len({attempt["worker"] for attempt in attempts}) == 2 * processes
