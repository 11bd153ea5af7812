"""InterFAX: searched by reference; out of credit a fax waits there; a resend carries
no reference, so that it is looked up by likeness."""

from simulators.interfax import InterfaxSimulator

from .base import ASKING, CALLING_BACK, PACE, SUBMITTING, Adapter

ENOUGH, LITTLE = "1000.0000", "0.4500"  # of three pages


class Interfax(Adapter):
    code = "interfax"
    simulates = InterfaxSimulator
    submitting = {"submit": SUBMITTING}
    further = {
        "search": ASKING,
        "completed": ASKING,
        "cancel": ASKING,
        "resend": SUBMITTING,
    }
    fates = ("0101", "0102", "0103", "0104", "0105", "0107", "0111", "0115", "0117",
             "0118", "0119", "0121", "0122")  # fmt: skip
    today = (
        PACE
        | CALLING_BACK
        | {
            "balance_at_start": (ENOUGH, ENOUGH, LITTLE),
            "shows_reference": (False, True),
            "hold_seconds": (1.0, 3.0),
        }
    )
    events = ((), ("On Failure",), ("Always",))
    acts = {"top_up": 2, "stop": 2}
    ends = {
        "sent": {"delivered"},
        "failed": {"failed"},
        "partial": {"partial"},
        # "failed" where it was stopped, and we did not hear it say so.
        "cancelled": {"cancelled", "failed"},
    }

    def __init__(self):
        super().__init__()
        self.adjust(polls_a_minute=100_000)

    def connect(self, key, number):
        self.simulator.user = self.simulator.password = key
        return {"username": key, "password": key, "base_url": self.simulator.url}

    def subscribe(self, url, login, events):
        if events:
            self.adjust(feedback_url=url, feedback_when=events[0])

    def top_up(self):
        """Somebody buys credit: what waits there goes on."""
        self.simulator.top_up("10")

    def status(self, provider_id):
        simulator = self.simulator
        with simulator.lock:
            simulator.settle()
            fax = simulator.faxes[int(provider_id)]
        if not fax.is_over:
            return "under way"
        if fax.status == simulator.cancelled_status:
            return "cancelled"
        if fax.status:
            return "partial" if fax.pages_sent else "failed"
        return "sent"
