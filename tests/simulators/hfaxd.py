"""A simulated hfaxd: HylaFAX's queues, and its protocol (`hfaxd_session`).

As the real one (6.0.7, whose replies these are) it knows a job by a number that comes
again after a while, lists it with whatever its owner called it, keeps it in the list
when it is done, and withdraws one whose handing over failed when its owner leaves.

The last four digits of the number dialled decide how a call ends, see `FATES`; to
0111 it is taken with the answer lost, to 0120 not taken and not answered either. A
fax to `own_number` comes in again here.
"""

import hashlib
import socket
import socketserver
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .base import Acceptance, Simulator
from .control import main
from .faults import Fault
from .hfaxd_notify import HOOK, Notify
from .hfaxd_session import Session

AGAIN = "; too many attempts to dial"
# How a call ends: the job's text, and the pages that got through before.
FATES = {
    "0101": ("Busy signal detected" + AGAIN, 0),
    "0102": ("No answer from remote" + AGAIN, 0),
    "0103": ("No carrier detected" + AGAIN, 0),
    "0104": ("REJECT: Unable to convert dial string to canonical format", 0),
    "0105": ("Unspecified Transmit Phase C error" + AGAIN, 1),
    "0106": ("Document preparation failed: first line\nsecond line", 0),
    "0113": ("No response to PPS repeated 3 times." + AGAIN, 0),
    "0114": ("Blacklisted by modem", 0),
    "0115": ("REJECT: Too many pages in submission: 3, max 2", 0),
    "0116": ("No local dialtone" + AGAIN, 0),
    "0118": ("Unknown problem" + AGAIN, 0),
}
LOST_TAKEN, LOST_UNTAKEN = "0111", "0120"
NO_END = "REJECT: Job expiration time (10800) appears invalid"
ABORTED = "Job aborted by request"


@dataclass
class Job:
    """A job from JNEW on. Its times are fixed when it is submitted."""

    number: int
    owner: str
    values: dict[str, str] = field(default_factory=dict)
    document: bytes = b""
    pages: int = 0
    submitted_at: datetime | None = None
    ends_at: datetime | None = None
    killed_at: datetime | None = None
    has_file: bool = False

    @property
    def name(self) -> str:
        """Its number, which comes again, with what its owner calls it."""
        return f"{self.number}-{self.values.get('JOBINFO', '')}"

    @property
    def last_digits(self) -> str:
        return self.values.get("DIALSTRING", "")[-4:]

    def is_over(self, now: datetime) -> bool:
        return bool(self.submitted_at) and (bool(self.killed_at) or now >= self.ends_at)

    def state(self, now: datetime) -> str:
        if not self.submitted_at:
            return "T"
        if not self.is_over(now):
            return "R"
        return "F" if self.fate()[0] else "D"

    def fate(self) -> tuple[str, int]:
        """Text and pages sent at the end."""
        if self.killed_at:
            return ABORTED, 0
        if "LASTTIME" not in self.values:
            return NO_END, 0
        return FATES.get(self.last_digits, ("", self.pages))

    def text(self, now: datetime) -> str:
        return self.fate()[0] if self.is_over(now) else ""

    def pages_sent(self, now: datetime) -> int:
        """Told only when the call is over, as by the real one."""
        return self.fate()[1] if self.is_over(now) else 0


@dataclass
class InFile:
    """A file of recvq."""

    name: str
    content: bytes
    pages: int
    at: datetime
    caller: str = ""
    calls_itself: str = "REMOTE FAX"
    coming_in: bool = False


class HfaxdSimulator(Notify, Simulator):
    """A fax server (HylaFAX) that sends nothing."""

    remote_methods = ("receive", "forget")

    def __init__(self, *args, count_pages=lambda document: 3, **kwargs):
        super().__init__(*args, **kwargs)
        self.users = {"clinic": "sesame"}
        self.own_number = "+15145550177"
        self.call_seconds = 30.0
        self.last_job = 0
        self.most_jobs = 32000
        self.count_pages = count_pages
        self.greeting = "220 fax server (HylaFAX (tm) Version 6.0.7) ready."
        self.before_greeting = ""
        self.allows_tsi = True
        self.jobs: dict[int, Job] = {}
        self.files: dict[str, InFile] = {}
        self.stored: dict[str, bytes] = {}
        self.commands: list[str] = []
        self.start_notify()

    def reset(self) -> None:
        fresh = type(self)(count_pages=self.count_pages)
        with self.lock:
            self.timeline.clear()
            for name in (*HOOK, "users", "own_number", "call_seconds", "last_job",
                         "most_jobs", "greeting", "before_greeting", "allows_tsi",
                         "jobs", "files", "stored", "commands"):  # fmt: skip
                setattr(self, name, getattr(fresh, name))
        super().reset()

    # --- The queues --------------------------------------------------------------

    def new_job(self, owner: str) -> Job:
        with self.lock:
            self.last_job = self.last_job % self.most_jobs + 1
            job = self.jobs[self.last_job] = Job(self.last_job, owner)
            return job

    def submit(self, job: Job) -> bool:
        """Schedule a job; False where the scheduler would not have it."""
        now = self.clock()
        with self.lock:
            job.submitted_at = job.ends_at = now
            job.has_file = True
            if job.fate()[0].startswith("REJECT"):
                return False
            job.ends_at = now + timedelta(seconds=self.call_seconds)
            job.pages = self.count_pages(job.document)
            digest = hashlib.sha256(job.document).hexdigest()
            to = job.values["EXTERNAL"]
            for other in self.jobs.values():
                if other is not job and self._stands(other, to, digest):
                    self.doubles.append((other.name, job.name))
        self.notify(job)
        self.took(
            Acceptance(
                provider_id=job.name,
                to=to,
                sender=job.values.get("TSI", ""),
                pages=job.pages,
                sha256=digest,
                file_name="",
                route="submit",
                at=now.isoformat(),
            )
        )
        return True

    def _stands(self, job: Job, to: str, digest: str) -> bool:
        """Whether a job of that number and those pages was sent, if only in part, or
        is under way."""
        now = self.clock()
        return (
            (job.state(now) in ("R", "D") or job.pages_sent(now) > 0)
            and job.values.get("EXTERNAL") == to
            and hashlib.sha256(job.document).hexdigest() == digest
        )

    def queue(self, name: str) -> list[Job]:
        now = self.clock()
        over = name == "doneq"
        with self.lock:
            return [job for job in self.jobs.values() if job.is_over(now) is over]

    def forget(self) -> None:
        """What faxqclean does: clear finished jobs away."""
        with self.lock:
            for job in self.queue("doneq"):
                del self.jobs[job.number]

    def receive(self, pages: int = 1, **changes) -> str:
        """A fax comes in; returns the file's name."""
        with self.lock:
            name = f"fax{len(self.files) + 1:09}.tif"
            values = {"content": b"II*\0 pages", "pages": pages, "at": self.clock()}
            self.files[name] = InFile(name, **values | changes)
            return name

    def recvq(self) -> list[InFile]:
        """Files that came in, with what we sent to ourselves."""
        now = self.clock()
        with self.lock:
            for job in self.queue("doneq"):
                name = f"fax{900000000 + job.number:09}.tif"
                ours = job.values.get("EXTERNAL") == self.own_number
                if ours and job.state(now) == "D" and name not in self.files:
                    caller = job.values.get("TSI", "")
                    self.files[name] = InFile(
                        name, job.document, job.pages, job.ends_at, caller
                    )
            return list(self.files.values())

    def fault(self, route: str, job: Job | None) -> Fault | None:
        """The fault that a command shall suffer, by order or by the number dialled."""
        if route == "submit" and job:
            if job.last_digits == LOST_TAKEN:
                return Fault("answer_lost")
            if job.last_digits == LOST_UNTAKEN:
                return Fault("reset_after_body")
        return self.faults.for_route(route)

    # --- The server --------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"hfaxd://127.0.0.1:{self._port}"

    @property
    def port(self) -> int:
        return self._port

    def listen(self, on: bool) -> None:
        if on and self._server is None:
            self._server = _Server(("127.0.0.1", self._port), self)
            self._port = self._server.server_address[1]
            threading.Thread(
                target=self._server.serve_forever,
                kwargs={"poll_interval": 0.02},
                daemon=True,
            ).start()
        elif not on and self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server.drop_all()
            self._server = None


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, address, simulator):
        super().__init__(address, Session)
        self.simulator = simulator
        self.open: set[socket.socket] = set()

    def process_request(self, request, client_address):
        with self.simulator.lock:
            self.simulator.connections += 1
            self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        with self.simulator.lock:
            self.open.discard(request)
        super().shutdown_request(request)

    def drop_all(self):
        with self.simulator.lock:
            for each in self.open:
                try:
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue

    def handle_error(self, request, client_address):
        """Callers that break off are what this is for."""


if __name__ == "__main__":
    main(HfaxdSimulator)
