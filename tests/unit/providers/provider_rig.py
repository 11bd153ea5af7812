"""What tests of providers share: a clock, a store in memory, a rig."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

from providers import FailureKind, LoopbackJob, Provider, SubmitRequest

DOCUMENT = b"%PDF-1.7 three pages about Zoe Quicksilver"
SENDER = "+15145550177"


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self):
        self.now = datetime(2026, 3, 8, 6, 59, 30, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class MemoryStore:
    """A `LoopbackStore` that lasts as long as the test."""

    def __init__(self):
        self.jobs: dict[str, LoopbackJob] = {}
        self.documents: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def add(self, job, document):
        with self._lock:
            if self.find(job.reference):
                return False
            self.jobs[job.provider_id] = job
            self.documents[job.provider_id] = document
            return True

    def get(self, provider_id):
        return self.jobs.get(provider_id)

    def find(self, reference):
        return next((j for j in self.jobs.values() if j.reference == reference), None)

    def cancel(self, provider_id, at):
        job = self.jobs[provider_id]
        self.jobs[provider_id] = replace(job, cancelled_at=job.cancelled_at or at)

    def list_received(self, numbers, since):
        wanted = set(numbers)
        return [
            job
            for job in self.jobs.values()
            if job.to in wanted and job.ends_at >= since and not job.cancelled_at
        ]

    def document(self, provider_id):
        return self.documents.get(provider_id)


@dataclass
class Rig:
    """A provider under test, and the levers that the contract needs.

    `finish` lets everything submitted come to its end. `good` is a number that
    succeeds; the others are numbers which the simulator gives that fate: failing
    after acceptance or refused before it, by kind; `lost_taken` and `lost_untaken`
    lose the answer. `own` is a number of the account that receives.
    """

    provider: Provider
    clock: Clock
    finish: Callable[[], None]
    good: str
    failing: dict[FailureKind, str] = field(default_factory=dict)
    refused: dict[FailureKind, str] = field(default_factory=dict)
    lost_taken: str | None = None
    lost_untaken: str | None = None
    own: str | None = None
    made: int = 0

    def request(self, to: str | None = None, **changes) -> SubmitRequest:
        self.made += 1
        values = {
            "to": to or self.good,
            "sender": SENDER,
            "document": DOCUMENT,
            "pages": 3,
            "file_name": "FAX-2026-00123.pdf",
            "reference": f"ref-{self.made}",
        }
        return SubmitRequest(**values | changes)

    def submit(self, to: str | None = None, **changes) -> str:
        return self.provider.submit(self.request(to, **changes)).provider_id

    def status(self, provider_id: str):
        return self.provider.fetch_status([provider_id])[provider_id]
