"""The real server command: its cron thread, its pages, and its death."""

import signal
import socket
import subprocess
import time
from contextlib import closing, contextmanager

import psycopg2
import pytest

from . import rig
from .checks import check


class Real:
    """`odoo` as an administrator starts it, on this database."""

    def __init__(self, database, port, log):
        self.database, self.port, self.log = database, port, log

    def __enter__(self):
        import odoo_process

        command = odoo_process.command(
            "-d", self.database, f"--db-filter=^{self.database}$",
            f"--http-port={self.port}", "--http-interface=127.0.0.1",
            "--max-cron-threads=1", f"--logfile={self.log}",
        )  # fmt: skip
        self.process = subprocess.Popen(command, cwd=odoo_process.WORK_DIR)
        until = time.monotonic() + 60
        while not self._listens():
            assert self.process.poll() is None and time.monotonic() < until
            time.sleep(0.1)
        return self

    def _listens(self):
        """Whether its cron thread is there to be woken; else it looks by itself, after
        a minute."""
        with closing(psycopg2.connect(dbname="postgres")) as connection:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT 1 FROM pg_stat_activity WHERE application_name = %s"
                    " AND datname = 'postgres' AND state = 'idle'",
                    [f"odoo-{self.process.pid}"],
                )
                return bool(cursor.fetchall())

    def __exit__(self, *exc_info):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def kill(self, address=None):
        self.process.kill()

    def killed(self, seconds=60):
        assert self.process.wait(seconds) == -signal.SIGKILL


@pytest.fixture
def clinic(odoo, copy):
    """A line of which nobody takes care but a real server."""
    with rig.Server(odoo, copy(), waits={"unreached_longest": 300}) as server:
        with socket.create_server(("127.0.0.1", 0)) as free:
            server.port = free.getsockname()[1]
        yield server.open_line()


@contextmanager
def minutes(line):
    """Let minutes go by in a second each: the actions are due, and told so, and the
    provider may be called again."""
    import threading

    over = threading.Event()

    def tick():
        bell = psycopg2.connect(dbname="postgres")
        bell.autocommit = True
        while not over.wait(1):
            line.server.sql(
                "UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'UTC' WHERE id IN"
                " (SELECT res_id FROM ir_model_data WHERE module = 'medical_fax'"
                "  AND name IN ('ir_cron_fax_send', 'ir_cron_fax_poll')"
                "  AND model = 'ir.cron')"
            )
            line.server.sql(
                "UPDATE fax_account_pace SET next_at = next_at - interval '1 minute'"
            )
            with bell.cursor() as cursor:
                cursor.execute(f"NOTIFY cron_trigger, '{line.server.database}'")
        bell.close()

    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_real_server(clinic, tmp_path):
    """Killed while it sends, and started again: it finds what had become of the fax.
    Meanwhile callbacks bring it news without any waiting."""
    log = tmp_path / "odoo.log"
    clinic.subscribe("fax.v1.outbound.complete")
    with Real(clinic.server.database, clinic.server.port, log) as real:
        (first,) = clinic.queue(clinic.fax("+15145550180"))
        clinic.settle(60)  # woken by the queueing, told by the callback
        until = time.monotonic() + 10
        while not clinic.simulator.called_back and time.monotonic() < until:
            time.sleep(0.05)
        assert {sent.status for sent in clinic.simulator.called_back} == {200}
        clinic.simulator.faults.add(rig.Killing("kill_taken", server=real))
        (second,) = clinic.queue(clinic.fax("+15145550181"))
        real.killed()
    with Real(clinic.server.database, clinic.server.port, log) as real:
        clinic.simulator.faults.add(rig.Killing("kill_arrived", server=real))
        (third,) = clinic.queue(clinic.fax("+15145550182"))
        with minutes(clinic):
            real.killed()
    with Real(clinic.server.database, clinic.server.port, log), minutes(clinic):
        clinic.settle(60)
    check(clinic)
    assert [clinic.acceptances(fax) for fax in (first, second, third)] == [1, 1, 1]
    assert clinic.states() == {"delivered": 3}
    assert " ERROR " not in log.read_text()
