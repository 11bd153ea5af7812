"""The real server on a database, as an administrator starts it; for tests.

with OdooServer(database, port, log) as server:     # its cron thread is there
    with minutes(database, "ir_cron_fax_send"):     # due once a second
        ...
    server.kill()                                   # -9
"""

import signal
import subprocess
import threading
import time
from contextlib import closing, contextmanager

import psycopg2

import odoo_process

STARTS_WITHIN = 60.0  # seconds


class OdooServer:
    """A process that serves a database's pages and runs its actions; a context
    manager.

    :param options: further ones of Odoo's command
    """

    def __init__(self, database, port, log, *options):
        self.database, self.port, self.log = database, port, log
        self.options = options

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        command = odoo_process.command(
            "-d", self.database, f"--db-filter=^{self.database}$",
            f"--http-port={self.port}", "--http-interface=127.0.0.1",
            "--max-cron-threads=1", f"--logfile={self.log}", *self.options,
        )  # fmt: skip
        self.process = subprocess.Popen(command, cwd=odoo_process.WORK_DIR)
        until = time.monotonic() + STARTS_WITHIN
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


@contextmanager
def minutes(database, *crons):
    """Let minutes go by in a second each: these actions of medical_fax are due, the
    server is told so, and providers may be called again."""
    over = threading.Event()

    def tick():
        with (
            closing(psycopg2.connect(dbname=database)) as connection,
            closing(psycopg2.connect(dbname="postgres")) as bell,
        ):
            connection.autocommit = bell.autocommit = True
            while not over.wait(1):
                with connection.cursor() as cursor:
                    cursor.execute(
                        "UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'UTC'"
                        " WHERE id IN (SELECT res_id FROM ir_model_data"
                        "  WHERE module = 'medical_fax' AND name = ANY(%s)"
                        "  AND model = 'ir.cron')",
                        [list(crons)],
                    )
                    cursor.execute(
                        "UPDATE fax_account_pace"
                        " SET next_at = next_at - interval '1 minute'"
                    )
                with bell.cursor() as cursor:
                    cursor.execute(f"NOTIFY cron_trigger, '{database}'")

    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
