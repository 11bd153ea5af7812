"""A process is killed, or an answer lost, around the order and the release of a number:
each is asked for once, and the books agree with the provider's."""

import time

import pytest

ORDERED = "+15145550180"
OURS = "+15145550177"
TAKEN = ("kill_taken", "kill_answered", "answer_lost", "server_error_after")
NOT_TAKEN = ("kill_arrived", "reset_after_body", "server_error")


def order(server, line):
    """What a manager does in the dialog: look for free numbers, order one."""
    accounts = [line.account]
    for button, argument in (("free_numbers", "514"), ("order_number", ORDERED)):
        said = server.run(
            "press", model="fax.account", ids=accounts, button=button,
            arguments=[argument],
        )  # fmt: skip
        assert said is None


def release(server, line):
    (number,) = numbers(server, line)
    server.run("release_number", number=number["id"], digits=OURS[-4:])


def numbers(server, line):
    return server.sql(
        "SELECT id, number, status, active FROM fax_number WHERE account_id = %s"
        " ORDER BY id",
        line.account,
    )


def ended(server, line, seconds=40):
    """How the line's only order ended."""
    until = time.monotonic() + seconds
    while True:
        (row,) = server.sql(
            "SELECT state FROM fax_number_order WHERE account_id = %s", line.account
        )
        if row["state"] in ("done", "failed"):
            return row["state"]
        assert not server.failures, server.failures[0]
        assert time.monotonic() < until, f"still {row['state']}"
        time.sleep(0.05)


@pytest.mark.parametrize("what", TAKEN)
def test_ordered_once(server, line, what):
    """Killed between call and record, or not told: one number in the end."""
    deaths = server.deaths
    line.fault(what, "order")
    order(server, line)
    assert ended(server, line) == "done"
    assert line.simulator.numbers == [OURS, ORDERED]
    assert line.calls("order") == 1
    found = numbers(server, line)
    assert [row["number"] for row in found] == [OURS, ORDERED]
    assert found[1]["status"] == "active" and found[1]["active"]
    assert (server.deaths > deaths) == what.startswith("kill_")


@pytest.mark.parametrize("what", NOT_TAKEN)
def test_not_ordered_and_not_asked_again(server, line, what):
    line.fault(what, "order")
    order(server, line)
    assert ended(server, line) == "failed"
    assert line.simulator.numbers == [OURS]
    assert line.calls("order") <= 1
    assert len(numbers(server, line)) == 1


@pytest.mark.parametrize("what", ["kill_taken", "answer_lost"])
def test_released_once(server, line, what):
    line.fault(what, "release")
    release(server, line)
    assert ended(server, line) == "done"
    assert line.simulator.numbers == []
    assert line.calls("release") == 1
    (number,) = numbers(server, line)
    assert (number["status"], number["active"]) == ("released", False)


def test_a_release_that_was_not_taken(server, line):
    line.fault("kill_arrived", "release")
    release(server, line)
    assert ended(server, line) == "failed"
    assert line.simulator.numbers == [OURS]
    (number,) = numbers(server, line)
    assert (number["status"], number["active"]) == ("active", True)
