"""A copy or an old backup sends nothing; what had left from it is found."""

import subprocess
import time
from contextlib import contextmanager

import pytest

from . import rig
from .checks import check, told

SENT = 20


@pytest.fixture
def clinic(odoo, copy):
    """A server with one account, and nobody at work yet."""
    with rig.Server(odoo, copy()) as server:
        yield server.open_line()


@contextmanager
def other(line, database):
    """The same account in another database, at work."""
    with rig.Server(line.server.odoo, database) as server:
        server.start()
        yield line.seen_from(server)
        assert not server.failures, server.failures[0]


def ways(line, copy, tmp_path):
    """How a backup is made, and how it is restored: by name."""
    server = line.server

    def createdb():
        saved = copy(server.database, new_identity=False)
        return lambda: copy(saved, new_identity=False)

    def pg_restore():
        file = str(tmp_path / "backup.dump")
        subprocess.run(["pg_dump", "-Fc", "-f", file, server.database], check=True)

        def restore():
            import database

            # Over the lost one: the same name, and another oid.
            kept = database.filestore(server.database)
            aside = kept.rename(kept.with_name(kept.name + "_aside"))
            database.drop(server.database)
            aside.rename(kept)
            subprocess.run(["createdb", server.database], check=True)
            subprocess.run(
                ["pg_restore", "--no-owner", "-d", server.database, file], check=True
            )
            return server.database

        return restore

    return {"createdb": createdb, "pg_restore": pg_restore}


@pytest.mark.parametrize("way", ["createdb", "pg_restore"])
def test_restored(clinic, copy, tmp_path, way):
    """A backup from before 20 faxes were sent: it sends nothing by itself, and once
    somebody says that it was restored it finds what the provider has."""
    faxes = clinic.queue(
        *(clinic.fax(f"+151455501{number}") for number in range(30, 30 + SENT - 2)),
        *(clinic.fax("+15145550160", pages=2) for _ in range(2)),  # twins
    )
    waiting = clinic.queue(*(clinic.fax(f"+1514555021{n}", after=3600) for n in (1, 2)))
    with clinic.server.closed():
        restore = ways(clinic, copy, tmp_path)[way]()
    clinic.server.start()
    _wait(lambda: clinic.states() == {"delivered": SENT, "queued": 2})
    clinic.server.stop()
    assert clinic.acceptances() == SENT
    heard = len(clinic.simulator.requests)
    with clinic.server.closed():
        name = restore()
        with other(clinic, name) as restored:
            _wait(lambda: restored.states() == {"held": SENT, "queued": 2})
            time.sleep(0.5)
            assert {m["hold_kind"] for m in restored.messages().values()} == {
                "copy",
                None,
            }
            assert len(clinic.simulator.requests) == heard
            press(restored, "action_confirm_restored")
            _wait(lambda: _at_rest(restored))
            twins, others = faxes[-2:], faxes[:-2]
            states = {fax: m["state"] for fax, m in restored.messages().items()}
            assert {states[fax] for fax in others} == {"delivered"}, told(restored)
            # Both left, to one number: nobody but a person can tell which is which.
            assert {states[fax] for fax in twins} == {"uncertain"}, told(restored)
            assert {states[fax] for fax in waiting} == {"queued"}
            assert clinic.acceptances() == SENT
            messages = restored.messages()
            assert all(messages[fax]["unsure_reason"] for fax in twins)
        if way == "pg_restore":  # its own place, for what comes after
            return


@pytest.mark.parametrize("which", [0, 1])
def test_restored_with_one_of_two_alike_sent(clinic, copy, which):
    """Two faxes alike, of which one had left: neither is taken for it."""
    alike = clinic.queue(
        *(clinic.fax(after=0 if n == which else 3600) for n in range(2))
    )
    with clinic.server.closed():
        saved = copy(clinic.server.database, new_identity=False)
    clinic.server.start()
    _wait(lambda: clinic.messages()[alike[which]]["state"] == "delivered")
    clinic.server.kill()
    clinic.server.stop()
    assert clinic.acceptances() == 1
    with other(clinic, saved) as restored:
        restored.server.sql(
            "UPDATE fax_message SET due_at = now() AT TIME ZONE 'UTC'"
            " WHERE account_id = %s",
            restored.account,
        )
        press(restored, "action_confirm_restored")
        _wait(lambda: _at_rest(restored))
        time.sleep(0.5)
        assert clinic.acceptances() == 1
        messages = restored.messages()
        for fax in alike:
            message = messages[fax]
            never_left = fax != alike[which]
            assert not (never_left and message["state"] == "delivered"), told(restored)
            if not never_left and message["state"] == "held":
                assert "does not have" not in message["hold_reason"], told(restored)


def test_naive_copy_beside_the_live_one(clinic, copy):
    """Both at work: the live one sends, its copy does not, nor asks."""
    faxes = clinic.queue(*(clinic.fax(f"+151455501{n}") for n in range(80, 86)))
    with clinic.server.closed():
        name = copy(clinic.server.database, new_identity=False)
    with other(clinic, name) as naive:
        _wait(lambda: naive.states() == {"held": len(faxes)})
        assert not clinic.simulator.requests
        clinic.server.start()
        clinic.settle()
        check(clinic)
        assert clinic.acceptances() == len(faxes)
        assert naive.states() == {"held": len(faxes)}


def test_copy_of_what_is_under_way(clinic, copy):
    """What the provider has, and what is in doubt: a copy asks about neither."""
    clinic.simulator.prepare_seconds = 60
    clinic.fault("answer_lost")
    clinic.fault("server_error", route="history", times=99)
    clinic.queue(*(clinic.fax(f"+151455501{n}") for n in range(80, 83)))
    clinic.server.start()
    _wait(lambda: not {"queued"} & set(clinic.states()) and clinic.calls("history"))
    clinic.server.stop()
    clinic.simulator.faults.clear()
    with clinic.server.closed():
        name = copy(clinic.server.database, new_identity=False)
    heard = len(clinic.simulator.requests)
    with other(clinic, name):
        time.sleep(2)
        assert len(clinic.simulator.requests) == heard


def test_moved(clinic, copy):
    """The live database under another name: what waits goes on, once."""
    faxes = clinic.queue(*(clinic.fax(f"+151455501{n}") for n in range(80, 86)))
    with clinic.server.closed():
        name = copy(clinic.server.database, new_identity=False)
    with other(clinic, name) as moved:
        _wait(lambda: moved.states() == {"held": len(faxes)})
        press(moved, "action_confirm_live")
        moved.settle()
        check(moved)
        assert moved.states() == {"delivered": len(faxes)}


def test_slept(odoo, copy):
    """A queue that slept for long asks before it sends: what the provider has already
    is not sent again, and the rest waits for a person."""
    with rig.Server(odoo, copy(), waits={"overdue": 2}) as server:
        line = server.open_line()
        server.start()
        line.queue(line.fax("+15145550180"))
        line.settle()
        server.stop()
        line.queue(line.fax("+15145550181"), line.fax("+15145550182"))
        time.sleep(3)
        server.start()
        _wait(lambda: _at_rest(line) and line.states() == {"delivered": 1, "held": 2})
        held = [m for m in line.messages().values() if m["state"] == "held"]
        assert {message["hold_kind"] for message in held} == {"overdue"}
        assert line.calls("history") >= 2
        assert line.acceptances() == 1
        server.run("press", model="fax.message", button="action_release",
                   ids=[message["id"] for message in held])  # fmt: skip
        line.settle()
        check(line)
        assert line.states() == {"delivered": 3}


def test_neutralized(clinic, copy):
    """`odoo neutralize` runs, and then every action there is: the provider hears
    nothing, not even from faxes that were under way."""
    import odoo_process

    clinic.simulator.prepare_seconds = 60
    clinic.queue(*(clinic.fax(f"+151455501{n}") for n in range(80, 83)))
    clinic.fault("answer_lost")
    clinic.fault("server_error", route="history", times=99)
    clinic.server.start()
    _wait(lambda: clinic.states() == {"submitting": 1, "submitted": 2}
          and clinic.calls("history"))  # fmt: skip
    clinic.server.stop()
    clinic.queue(*(clinic.fax(f"+151455501{n}") for n in range(83, 86)))
    clinic.simulator.faults.clear()
    with clinic.server.closed():
        name = copy(clinic.server.database, new_identity=False)
    heard = (clinic.simulator.connections, len(clinic.simulator.requests))
    # With its own identity and without: the mark alone must do.
    odoo_process.run("neutralize", "-d", name)
    with rig.Server(clinic.server.odoo, name) as server:
        ran = server.run("run_every_cron")
        assert len(ran) > 10
        assert "medical_fax.ir_cron_fax_send" in ran
        with pytest.raises(Exception, match="neutralized"):
            said = server.run("press", model="fax.account", ids=[clinic.account],
                              button="action_confirm_live")  # fmt: skip
            raise ValueError(said)
        server.start()
        time.sleep(1)
        assert (clinic.simulator.connections, len(clinic.simulator.requests)) == heard
        states = clinic.seen_from(server).states()
        assert not {"queued", "submitting", "held"} & set(states), states


def press(line, button):
    said = line.server.run("press", model="fax.account", ids=[line.account],
                           button=button)  # fmt: skip
    assert said is None, said


def _at_rest(line):
    """Nothing is left to do without a person, but for what is not due."""
    return not [each for each in line.unsettled() if each["state"] != "queued"
                or each["attempt"]]  # fmt: skip


def _wait(until, seconds=40):
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end
        time.sleep(0.05)
