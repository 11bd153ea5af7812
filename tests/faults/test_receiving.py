"""Faxes come in while workers die and while several fetch at once: one row each."""

import time

import pytest

from . import papers, rig

FAXES = 8
WITHOUT_PAGES = """
    SELECT count(*) AS n FROM fax_message
    WHERE direction = 'in' AND file_error = 'unfetched'
"""
WITH_PAGES = """
    SELECT count(*) AS n FROM fax_message
    WHERE direction = 'in' AND document_id IS NOT NULL
"""
WAITING = "SELECT count(*) AS n FROM fax_unfetched"
PENDING = "SELECT count(*) AS n FROM fax_message WHERE direction = 'in'"
ROWS = """
    SELECT m.inbound_id, m.state, m.pages, d.sha256 = f.sha256 AS same
    FROM fax_message m
    LEFT JOIN fax_document d ON d.id = m.document_id
    LEFT JOIN fax_received_file f ON f.message_id = m.id
    WHERE m.direction = 'in' AND m.account_id = %s
"""


@pytest.fixture
def line(odoo, copy):
    """An account at which faxes came in."""
    waits = {"receive_pause": 0.02, "fetch_first": 0.02, "fetch_longest": 0.3}
    with rig.Server(odoo, copy(), waits=waits | {"unfetched": 0.6}) as server:
        line = server.open_line()
        for number in range(FAXES):
            line.simulator.receive(
                "+15145550188",
                to=rig.SENDER,
                document=papers.pdf(1, f"received {number}"),
            )
        yield line


def await_all(line, seconds=90, query=PENDING):
    until = time.monotonic() + seconds
    while line.server.sql(query)[0]["n"] < FAXES:
        assert time.monotonic() < until, line.server.sql(query)
        time.sleep(0.05)


def check(line):
    rows = line.server.sql(ROWS, line.account)
    assert len(rows) == len({row["inbound_id"] for row in rows}) == FAXES
    assert {(row["state"], row["pages"], row["same"]) for row in rows} == {
        ("received", 1, True)
    }


def test_two_fetch_at_once(line):
    """Without the lock by which Odoo lets one of them work at a time."""
    jobs = [line.server.begin("receivers") for _ in range(2)]
    await_all(line)
    time.sleep(0.5)  # and the list is read again
    for job in jobs:
        assert job.stop()
    check(line)


def test_killed_while_receiving(line):
    """Killed (-9) at whatever moment, and started again: nothing is lost or twice."""
    deaths, received = 0, 0
    while received < FAXES:
        job = line.server.begin("receivers")
        until = time.monotonic() + 30
        # Let it get one or two further, then kill it in the middle of the next.
        while line.server.sql(PENDING)[0]["n"] < min(received + 2, FAXES):
            assert job.alive and time.monotonic() < until
            time.sleep(0.01)
        time.sleep(0.03 * deaths)
        job.kill()
        deaths += 1
        received = line.server.sql(PENDING)[0]["n"]
    assert deaths >= 3
    job = line.server.begin("receivers")
    time.sleep(1)
    job.stop()
    check(line)


def test_pages_that_cannot_be_had_for_long(line):
    """Two fetch in vain, killed (-9) now and then: each fax becomes one row without
    pages, and gets them once, though two fetch at once again."""
    line.fault("server_error", "download", times=100_000)
    deaths = 0
    while line.server.sql(WITHOUT_PAGES)[0]["n"] < FAXES:
        jobs = [line.server.begin("receivers") for _ in range(2)]
        time.sleep(0.7 + 0.1 * deaths)
        for job in jobs:
            job.kill()
        deaths += 1
        assert deaths < 60
    assert deaths >= 2
    assert line.server.sql(PENDING)[0]["n"] == FAXES
    line.simulator.faults.clear()
    jobs = [line.server.begin("receivers") for _ in range(2)]
    await_all(line, query=WITH_PAGES)
    time.sleep(0.5)
    for job in jobs:
        assert job.stop()
    check(line)
    assert line.server.sql(WAITING)[0]["n"] == 0
