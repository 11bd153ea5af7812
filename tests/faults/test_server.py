"""The real server command: its cron thread, its pages, and its death."""

import socket
import time

import pytest

import odoo_server
from odoo_server import OdooServer

from . import rig
from .checks import check


@pytest.fixture
def clinic(odoo, copy):
    """A line of which nobody takes care but a real server."""
    with rig.Server(odoo, copy(), waits={"unreached_longest": 300}) as server:
        with socket.create_server(("127.0.0.1", 0)) as free:
            server.port = free.getsockname()[1]
        yield server.open_line()


def minutes(line):
    return odoo_server.minutes(
        line.server.database, "ir_cron_fax_send", "ir_cron_fax_poll"
    )


def test_a_real_server(clinic, tmp_path):
    """Killed while it sends, and started again: it finds what had become of the fax.
    Meanwhile callbacks bring it news without any waiting."""
    log = tmp_path / "odoo.log"
    clinic.subscribe("fax.v1.outbound.complete")
    with OdooServer(clinic.server.database, clinic.server.port, log) as real:
        (first,) = clinic.queue(clinic.fax("+15145550180"))
        clinic.settle(60)  # woken by the queueing, told by the callback
        until = time.monotonic() + 10
        while not clinic.simulator.called_back and time.monotonic() < until:
            time.sleep(0.05)
        assert {sent.status for sent in clinic.simulator.called_back} == {200}
        clinic.simulator.faults.add(rig.Killing("kill_taken", server=real))
        (second,) = clinic.queue(clinic.fax("+15145550181"))
        real.killed()
    with OdooServer(clinic.server.database, clinic.server.port, log) as real:
        clinic.simulator.faults.add(rig.Killing("kill_arrived", server=real))
        (third,) = clinic.queue(clinic.fax("+15145550182"))
        with minutes(clinic):
            real.killed()
    with OdooServer(clinic.server.database, clinic.server.port, log), minutes(clinic):
        clinic.settle(60)
    check(clinic)
    assert [clinic.acceptances(fax) for fax in (first, second, third)] == [1, 1, 1]
    assert clinic.states() == {"delivered": 3}
    assert " ERROR " not in log.read_text()
