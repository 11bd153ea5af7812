"""A clinic whose Odoo sends and receives over the lab's line.

The real server works on a copy of the demo database, with the waiting times of a
busy minute shortened. People press its buttons through RPC, as the web client does;
what its database holds is read with plain SQL.
"""

import base64
import socket
import subprocess
import threading
import time
from contextlib import ExitStack, closing, contextmanager

import psycopg2
import psycopg2.extras
import requests

import clone
import database
from calls import line
from faxlab import stations
from odoo_server import OdooServer, minutes

DOCTOR = "marie.lavoie"  # of the demo: a practitioner, who may fax
MANAGER = "admin"
# Seconds; see medical_fax/tools/waits.py.
WAITS = {
    "retry_first": 1,
    "retry_longest": 1,
    "poll_first": 1,
    "poll_longest": 2,
    "poll_pause": 1,
    "receive_pause": 1,
}
TRIES = 2  # of a fax that does not get through, the first one included
OVER = ("delivered", "partial", "failed", "cancelled")
PATIENCE = 200.0  # seconds


class Person:
    """Somebody who is logged in to Odoo."""

    def __init__(self, url: str, database: str, login: str):
        self.url, self.session = url, requests.Session()
        values = {"db": database, "login": login, "password": login}
        assert self._ask("/web/session/authenticate", values)["uid"]

    def _ask(self, path: str, params: dict):
        body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
        answer = self.session.post(self.url + path, json=body, timeout=60).json()
        assert "error" not in answer, answer["error"]["data"]["debug"]
        return answer["result"]

    def call(self, model: str, method: str, /, *args, **kwargs):
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self._ask(f"/web/dataset/call_kw/{model}/{method}", params)

    def pages_of(self, message: int) -> bytes:
        """The PDF that Odoo shows of a fax."""
        path = f"{self.url}/medical_fax/message/{message}/pdf"
        answer = self.session.get(path, timeout=60)
        answer.raise_for_status()
        return answer.content


class Clinic:
    """A context manager; `open` connects it to the lab's fax server.

    :param failures: of whoever works for the tests besides; waiting ends with one
    """

    def __init__(self, failures: list[BaseException]):
        self.failures = failures
        self.faxes: dict[str, int] = {}  # ids of fax.message, by name
        self._stack = ExitStack()
        self._lock = threading.Lock()

    def __enter__(self):
        self.log = clone.WORK_DIR / "calls_odoo.log"  # stays, for whoever looks into it
        self.log.unlink(missing_ok=True)
        self.database = f"medical_fax_test_{clone.clone_id()}_calls"
        self._stack.callback(database.drop, self.database)
        database.copy(self.database)
        connection = closing(psycopg2.connect(dbname=self.database))
        self._connection = self._stack.enter_context(connection)
        self._connection.autocommit = True
        self._start()
        return self

    def __exit__(self, *exc_info):
        self.server.kill()  # nobody waits for what it may still be asking
        self._stack.close()

    def _start(self):
        with socket.create_server((stations.HOST, 0)) as free:
            port = free.getsockname()[1]
        # Two threads for actions, as a server has them by itself.
        self.server = OdooServer(self.database, port, self.log, "--max-cron-threads=2")
        self._stack.enter_context(self.server)
        queue = ("ir_cron_fax_send", "ir_cron_fax_poll")
        self._stack.enter_context(minutes(self.database, *queue))

    def person(self, login: str) -> Person:
        return Person(self.server.url, self.database, login)

    # --- The line ----------------------------------------------------------------

    def open(self) -> None:
        """Connect a fax account, as a fax manager does."""
        self.manager, self.doctor = self.person(MANAGER), self.person(DOCTOR)
        ask = self.manager.call
        for name, seconds in WAITS.items():
            key = f"medical_fax.{name}_seconds"
            ask("ir.config_parameter", "set_param", key, str(seconds))
        values = {"name": "Our line", "code": "hylafax", "undo_seconds": 0}
        values |= {"retry_limit": TRIES, "concurrent_calls": 4}
        self.account = ask("fax.account", "create", values)
        form = {
            "user": stations.USER,
            "password": stations.PASSWORD,
            "host": stations.HOST,
            "port": str(stations.SERVERS["office"]),
            "number": stations.number(0),
            "modem": stations.POOL,
            "resolution": "standard",
        }
        base = {"callback_base_url": self.server.url}
        ask("fax.account", "write", [self.account], base)
        self.callback = ask("fax.account", "connect", [self.account], form)
        (self.number,) = ask(
            "fax.number", "search", [("account_id", "=", self.account)]
        )

    def enter_callback(self) -> None:
        """Enter at the fax server what Odoo shows for its hook."""
        shown = [self.callback[name] for name in ("address", "user", "password")]
        subprocess.run([line.LAB, "hook", "office", *shown], check=True, timeout=30)

    # --- Faxes -------------------------------------------------------------------

    def fax_entry(self, name: str, to: str) -> None:
        """The doctor faxes a signed entry of the chart, with a cover."""
        (entry,) = self.doctor.call(
            "medical.chart.entry",
            "search",
            [("state", "=", "signed"), ("attachment_ids", "=", False)],
            limit=1,
        )
        ids = {"model": "medical.chart.entry", "ids": [entry]}
        self._send(name, to, ids, has_cover=True, notes="For your opinion.")

    def fax_file(self, name: str, to: str, pdf: bytes) -> None:
        """The doctor faxes a file, without a cover."""
        values = {"name": "scan.pdf", "datas": base64.b64encode(pdf).decode()}
        values["res_model"] = "fax.composer"
        attachment = self.doctor.call("ir.attachment", "create", values)
        self._send(name, to, {"attachment_ids": [attachment]}, has_cover=False)

    def _send(self, name: str, to: str, what: dict, **values) -> None:
        ask = self.doctor.call
        composer = ask("fax.composer", "action_compose", **what)["res_id"]
        recipients = [{"name": f"Dr {name.title()}", "number": to}]
        values |= {"recipients": recipients, "number_id": self.number}
        ask("fax.composer", "write", [composer], values)
        sent = ask("fax.composer", "action_send", [composer])
        (self.faxes[name],) = sent["params"]["message_ids"]

    def wait(self, name: str) -> dict:
        """A fax that has ended."""
        self._wait_for(lambda: self.fax(name)["state"] in OVER, f"the end of {name}")
        return self.fax(name)

    def fax(self, name: str) -> dict:
        """A fax as the database has it, with its tries, the first one first."""
        self._wait_for(lambda: name in self.faxes, f"the sending of {name}")
        (fax,) = self.sql("SELECT * FROM fax_message WHERE id = %s", self.faxes[name])
        fax["tries"] = self.sql(
            "SELECT * FROM fax_attempt WHERE message_id = %s ORDER BY number", fax["id"]
        )
        return fax

    def received(self) -> list[dict]:
        """What is in the inbox, the first one first."""
        return self.sql(
            "SELECT * FROM fax_message WHERE account_id = %s AND direction = 'in'"
            " ORDER BY id",
            self.account,
        )

    def wait_received(self, count: int) -> dict:
        """The inbox's fax of that number (1 is the first)."""
        what = f"{count} received faxes"
        self._wait_for(lambda: len(self.received()) >= count, what)
        return self.received()[count - 1]

    def raw_received(self, count: int) -> bytes:
        """The file of the inbox's fax of that number, as the fax server had it."""
        message = self.wait_received(count)["id"]
        answer = self.manager.session.get(
            f"{self.server.url}/medical_fax/message/{message}/raw", timeout=60
        )
        answer.raise_for_status()
        return answer.content

    def last_asked(self):
        """When Odoo last asked what came in."""
        query = "SELECT max(next_at) AS at FROM fax_account_pace WHERE kind = 'receive'"
        return self.sql(f"{query} AND account_id = %s", self.account)[0]["at"]

    def hints(self, **values) -> list[dict]:
        """What the hook told."""
        hints = self.sql("SELECT * FROM fax_hint ORDER BY id")
        return [hint for hint in hints if values.items() <= hint.items()]

    def sql(self, query: str, *values) -> list[dict]:
        rows = psycopg2.extras.RealDictCursor
        with self._lock, self._connection.cursor(cursor_factory=rows) as cursor:
            cursor.execute(query, values)
            return [dict(row) for row in cursor.fetchall()]

    def _wait_for(self, true, what: str) -> None:
        until = time.monotonic() + PATIENCE
        while not true():
            if self.failures:
                raise self.failures[0]
            assert time.monotonic() < until, (
                f"{what} did not come about; see {self.log}"
            )
            assert self.server.process.poll() is None, f"Odoo has ended; see {self.log}"
            time.sleep(0.2)


@contextmanager
def coming_in(clinic: Clinic):
    """Odoo asks what came in, minute by minute (here: each second), as it does every
    five minutes without being told."""
    with minutes(clinic.database, "ir_cron_fax_receive"):
        yield
