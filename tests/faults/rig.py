"""A clinic under test: its database, the processes of its server, its providers.

    with Server(odoo, database) as server:          # workers that run the queue
        line = server.open_line()                   # an account, and its simulator
        line.fault(server, "kill_taken")            # what shall go wrong
        (fax,) = line.queue(line.fax())
        line.settle()                               # until nothing is left to do
        assert line.acceptances(fax) == 1

A worker that dies is replaced at once, as a server's own supervisor does it. What the
database holds is read from here with plain SQL.
"""

import copy
import itertools
import socket
import threading
import time
import uuid
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg2
import psycopg2.extras

from simulators.faults import Fault

from .adapters import ADAPTERS

HERE = Path(__file__).parent
SENDER = "+15145550177"

# Seconds. Long enough that a machine that is busy with other things keeps to them:
# what arrives at a simulator later than `look_pause` after a call's end would be sent
# again, as it would be by a provider which takes more than three minutes.
WAITS = {
    "call": 1.0,
    "lease": 1.6,
    "look_first": 0.1,
    "look_pause": 1.0,
    "look_longest": 30,
    "retry_first": 0.1,
    "retry_longest": 0.3,
    "unreached_longest": 20,
    "poll_first": 0.1,
    "poll_longest": 0.3,
    "poll_pause": 0.02,
    "skew": 0.2,
}
UNSETTLED = """
    SELECT m.id, m.state, a.state AS attempt
    FROM fax_message m LEFT JOIN fax_attempt a
        ON a.message_id = m.id AND a.state != 'over'
    WHERE m.direction = 'out' AND m.account_id = %s AND (
        m.state IN ('draft', 'queued', 'submitting', 'submitted')
        OR (m.state = 'held' AND m.look_first IS NOT NULL)
        OR a.state IN ('calling', 'resolving', 'accepted')
    )
"""


@dataclass
class Killing(Fault):
    """A fault that kills the very process which has called, whichever it is."""

    server: "Server" = field(default=None, repr=False)
    pid: int = -1  # is found out

    def kill(self, address=None) -> None:
        self.server.kill(address)


class Server:
    """Processes that work on one database; a context manager."""

    def __init__(
        self, odoo, database, workers=1, waits=(), job="inside:rounds", **arguments
    ):
        self.odoo, self.database, self._job = odoo, database, job
        self.waits = WAITS | dict(waits)
        self.deaths = 0
        self.failures = []
        self._wanted = [arguments] * workers
        self._workers = []
        self._begun = []  # whatever a test does not see to the end itself
        self._lock = threading.Lock()
        self._working = threading.Event()
        self._closing = threading.Event()
        self._names = itertools.count(1)
        self.port = 9  # where the provider calls back: nobody is there, until told
        self._stack = ExitStack()

    def __enter__(self):
        self._connect()
        self.run("set_waits", waits=self.waits)
        self._supervisor = threading.Thread(target=self._supervise, daemon=True)
        self._supervisor.start()
        return self

    def __exit__(self, *exc_info):
        self._closing.set()
        self._supervisor.join()
        self.stop()
        for job in self._begun:
            job.kill()
        self._stack.close()
        self._connection.close()

    def _connect(self):
        self._connection = psycopg2.connect(dbname=self.database)
        self._connection.autocommit = True

    @contextmanager
    def closed(self):
        """The server is down, and nobody uses its database."""
        working = self._working.is_set()
        self.stop()
        with self._lock:
            self._connection.close()
            try:
                yield
            finally:
                self._connect()
        if working:
            self.start()

    def run(self, function, **arguments):
        """Run a function of `inside` to its end; gives what it returned."""
        return self.odoo.run(f"inside:{function}", self.database, **arguments)

    def begin(self, function, **arguments):
        """Start a function of `inside`; gives its `forks.Job`."""
        job = self.odoo.start(f"inside:{function}", self.database, **arguments)
        self._begun.append(job)
        return job

    def sql(self, query, *values):
        """Rows as dicts."""
        with (
            self._lock,
            self._connection.cursor(
                cursor_factory=psycopg2.extras.RealDictCursor
            ) as cursor,
        ):
            cursor.execute(query, values)
            rows = cursor.fetchall() if cursor.description else []
            return [dict(row) for row in rows]

    # --- Workers -----------------------------------------------------------------

    def start(self):
        """Let the workers work, and replace each that dies."""
        self._working.set()

    def stop(self):
        """Let each end its round, and wait until all have."""
        self._working.clear()
        with self._lock:
            workers, self._workers = self._workers, []
        for worker in workers:
            self._end(worker, ask=True)

    def kill(self, address=None):
        """Kill (-9) the worker that calls from this address; all, if it is nobody."""
        with self._lock:
            workers = list(self._workers)
        victims = [worker for worker in workers if _calls_from(worker, address)]
        for worker in victims or workers:
            worker.kill()

    def _supervise(self):
        while not self._closing.wait(0.02):
            with self._lock:
                dead = [worker for worker in self._workers if not worker.alive]
                self._workers = [w for w in self._workers if w not in dead]
                missing = len(self._wanted) - len(self._workers)
                if self._working.is_set():
                    for arguments in self._wanted[:missing]:
                        self._workers.append(
                            self.odoo.start(self._job, self.database, **arguments)
                        )
            for worker in dead:
                self._end(worker)

    def _end(self, worker, ask=False):
        from forks import JobDied, JobFailed

        try:
            worker.stop() if ask else worker.result()
        except JobDied:
            self.deaths += 1
        except JobFailed as failed:
            self.failures.append(str(failed))

    # --- Accounts ----------------------------------------------------------------

    def serve_pages(self):
        """Let the providers call back."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        job = self.begin("web", port=self.port)
        until = time.monotonic() + 30
        while not _answers(self.port):
            assert job.alive and time.monotonic() < until, "no pages are served"
            time.sleep(0.02)

    def close_line(self, line):
        """Nothing more goes on there: the workers need not ask about it."""
        self.sql(
            "UPDATE fax_account SET state = 'disconnected' WHERE id = %s", line.account
        )

    def open_line(self, provider="documo", account=(), **settings):
        """A company with an account of its own, at a simulator of its own.

        :param account: settings of the account
        :param settings: attributes of the simulator; others are the account's values
        """
        return self.open_lines((provider, dict(account), settings))[0]

    def open_lines(self, *orders):
        """The same for several: provider, account, settings."""
        lines = [
            self._stack.enter_context(Line(self, f"L{next(self._names)}", *order))
            for order in orders
        ]
        orders = [line.order() for line in lines]
        for line, opened in zip(
            lines, self.run("open_accounts", orders=orders), strict=True
        ):
            line.opened(opened)
        return lines


def _answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _calls_from(worker, address):
    try:
        connections = psutil.Process(worker.pid).net_connections("tcp4")
    except psutil.Error:
        return False
    return any(tuple(each.laddr) == address for each in connections)


class Line:
    """An account of the clinic at a provider, and the faxes that go through it."""

    def __init__(self, server, name, provider, account, settings):
        self.server, self.name = server, name
        self._marks = itertools.count(1)
        self.provider = ADAPTERS[provider]()
        self.provider.settings |= account
        self.simulator = self.provider.simulator
        names = [name for name in settings if hasattr(self.simulator, name)]
        self.provider.adjust(**{name: settings.pop(name) for name in names})
        self._sender = settings.pop("sender", SENDER)
        self._company = settings.pop("company", None)
        self._values = settings

    def __enter__(self):
        self.simulator.__enter__()
        return self

    def order(self):
        """What `inside.open_accounts` needs to open the account."""
        return {
            "name": self.name,
            "code": self.provider.code,
            "entered": self.provider.connect(uuid.uuid4().hex, self._sender),
            "settings": self.provider.settings,
            "sender": self._sender,
            "company": self._company,
            "values": {
                "callback_base_url": f"http://127.0.0.1:{self.server.port}",
                **self._values,
            },
        }

    def opened(self, opened):
        """Keep what it told."""
        self.account, self.company = opened["account"], opened["company"]
        self.callback_url, self.callback_auth = opened["url"], opened["auth"]
        assert opened["state"] == "connected"
        self.simulator.requests.clear()

    def __exit__(self, *exc_info):
        self.simulator.__exit__()

    def seen_from(self, server):
        """The same account in another database, a copy of this one."""
        other = copy.copy(self)
        other.server = server
        return other

    def subscribe(self, *events):
        """Enter our address at the provider, so that it calls back."""
        self.provider.subscribe(self.callback_url, self.callback_auth, events)

    # --- Faxes -------------------------------------------------------------------

    def fax(self, number="+15145550190", pages=1, after=0.0):
        """What `queue` takes, with pages that no other fax has."""
        mark = f"{self.name}-{next(self._marks)}-{uuid.uuid4().hex[:8]}"
        return {"number": number, "pages": pages, "mark": mark, "after": after}

    def queue(self, *faxes):
        """Queue them for sending; gives their ids."""
        return self.server.run("queue_faxes", account=self.account, faxes=faxes)

    def fault(self, what, *args, **options):
        """Let something go wrong at the provider, see `simulators.faults`."""
        if what.startswith("kill_"):
            fault = Killing(what, *args, server=self.server, **options)
        else:
            fault = Fault(what, *args, **options)
        self.simulator.faults.add(fault)

    def unsettled(self):
        return self.server.sql(UNSETTLED, self.account)

    def settle(self, seconds=40):
        """Wait until nothing is left to do without a person.

        :raise AssertionError: with what is left, when that takes too long
        """
        until = time.monotonic() + seconds
        while left := self.unsettled():
            assert not self.server.failures, self.server.failures[0]
            assert time.monotonic() < until, f"{self.name}: not settled: {left}"
            time.sleep(0.05)

    # --- What became of them -----------------------------------------------------

    def messages(self):
        """Every fax with the hash of its pages, and its attempts, by id."""
        rows = self.server.sql(
            """
            SELECT m.id, m.uuid, m.name, m.state, m.number, m.pages, m.pages_sent,
                   m.failure_kind, m.hold_kind, m.hold_reason, m.unsure_reason,
                   m.look_first, m.told_at, m.acknowledged_on, m.create_date,
                   m.resend_of_id, d.sha256
            FROM fax_message m JOIN fax_document d ON d.id = m.document_id
            WHERE m.account_id = %s AND m.direction = 'out' ORDER BY m.id
            """,
            self.account,
        )
        attempts = self.server.sql(
            """
            SELECT message_id, id, number, reference, state, is_probe, provider_id,
                   end_kind, raw_status, raw_code, worker, place
            FROM fax_attempt WHERE account_id = %s ORDER BY id
            """,
            self.account,
        )
        messages = {row["id"]: row | {"attempts": []} for row in rows}
        for attempt in attempts:
            if attempt["message_id"] in messages:  # else it goes by another account
                messages[attempt["message_id"]]["attempts"].append(attempt)
        return messages

    def states(self):
        """How many faxes are in each state."""
        counts = {}
        for message in self.messages().values():
            counts[message["state"]] = counts.get(message["state"], 0) + 1
        return counts

    def acceptances(self, message=None):
        """How many faxes the provider took, or how often it took this one."""
        taken = list(self.simulator.acceptances)
        if message is None:
            return len(taken)
        messages = self.messages()
        return sum(self.provider.whose(each, messages) == message for each in taken)

    def calls(self, route):
        """How often the provider was called so."""
        with self.simulator.lock:
            return sum(each.route == route for each in self.simulator.requests)
