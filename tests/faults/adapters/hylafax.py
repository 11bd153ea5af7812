"""HylaFAX: a protocol of its own over TCP, jobs looked up by their tag, which is our
reference; it calls back through a hook."""

from simulators.hfaxd import HfaxdSimulator

from .base import CALLING_BACK, SUBMITTING, Adapter

# What only HTTP has, and what concerns a body: that is stored before by a command of
# its own.
NOT_HERE = ("too_many_requests", "redirect", "reset_in_body", "slow_upload")
HANDING_OVER = {n: w for n, w in SUBMITTING.items() if n not in NOT_HERE}
STORING = {"reset_in_body": 1, "slow_upload": 1, "kill_arrived": 1, "answer_lost": 1}
LISTING = {
    "server_error": 3,
    "garbled": 2,
    "cut": 2,
    "reset_in_body": 2,
    "reset_after_body": 2,
    "slow": 1,
    "kill_arrived": 1,
    "kill_answered": 1,
}


class Hylafax(Adapter):
    code = "hylafax"
    simulates = HfaxdSimulator
    submitting = {"submit": HANDING_OVER}
    further = {"store": STORING, "list": LISTING, "cancel": LISTING}
    fates = ("0101", "0102", "0103", "0104", "0105", "0106", "0111", "0113", "0114",
             "0115", "0116", "0118", "0120")  # fmt: skip
    today = CALLING_BACK | {
        "call_seconds": (0.0, 0.1, 0.5),
        "last_job": (0, 31_998),  # numbers of jobs begin anew after 32000
        "allows_tsi": (True, False),
    }
    events = ((), ("done",))
    acts = {"stop": 2}
    ends = {
        "D": {"delivered"},
        "F": {"failed"},
        "partial": {"partial"},
        "cancelled": {"cancelled"},
    }

    def __init__(self):
        super().__init__()
        self.adjust(call_seconds=0.1)

    def connect(self, key, number):
        self.simulator.users = {key: key}
        return {
            "user": key,
            "password": key,
            "host": "127.0.0.1",
            "port": str(self.simulator.port),
            "number": number,
        }

    def subscribe(self, url, login, events):
        if events:
            self.adjust(hook_url=url, hook_login=login)

    def whose(self, taken, messages):
        """By its tag: what it is given are dots, and no longer the PDF."""
        uuid = taken.provider_id.partition("-")[2].rpartition("-")[0]
        return next((m["id"] for m in messages.values() if m["uuid"] == uuid), None)

    def status(self, provider_id):
        simulator = self.simulator
        job = simulator.jobs[int(provider_id.partition("-")[0])]
        state = job.state(simulator.clock())
        if state == "F" and job.killed_at:
            return "cancelled"
        return "partial" if state == "F" and job.fate()[1] else state
