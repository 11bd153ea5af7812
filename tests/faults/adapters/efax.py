"""eFax Enterprise: one token for all, and a list of sent faxes that shows our
reference, which proves that a fax was taken, and only by a setting that it was not."""

from simulators.efax import EfaxSimulator

from .base import ASKING, PACE, SUBMITTING, Adapter

# What its list tells: all of it, and the account knows; what is over; nothing.
TELLS = {"sent_list_tells_all": True}
SOON = {"lists_unfinished": True}
LATER = {"lists_unfinished": False}
MODES = (
    {"simulator": SOON, "account": TELLS},
    {"simulator": SOON, "account": TELLS},
    {"simulator": SOON | {"shows_reference": "metadata"}, "account": TELLS},
    {"simulator": SOON},
    {"simulator": LATER},
    {"simulator": LATER | {"shows_reference": "nowhere"}},
)
LONG = 86399  # seconds
SUBMIT = "POST /faxes"


class Efax(Adapter):
    code = "efax"
    simulates = EfaxSimulator
    submitting = {"submit": SUBMITTING}
    further = {
        "tokens": SUBMITTING,
        "sent": ASKING,
        "details": ASKING,
        "cancel": ASKING,
    }
    fates = ("0101", "0102", "0103", "0104", "0105", "0107", "0111", "0115")
    today = PACE | {"token_seconds": (LONG, LONG, 3)}
    modes = MODES
    acts = {"other_token": 2, "stop": 2}
    account = {"young_seconds": 0.3, "lock_seconds": 2.0}
    ends = {
        "COMPLETE": {"delivered"},
        "ERROR": {"failed"},
        "partial": {"partial"},
        "CANCELED": {"cancelled"},
    }

    def __init__(self):
        super().__init__()
        self.others = 0

    def connect(self, key, number):
        self.simulator.app_id = self.simulator.api_key = key
        return {
            "app_id": key,
            "api_key": key,
            "user_id": self.simulator.user_id,
            "base_url": self.simulator.url,
        }

    def other_token(self):
        """Somebody else signs in with the same key, which ends our token."""
        self.simulator.take_token()
        self.others += 1

    def submissions(self):
        """But for those that were refused for their token: made again in one try."""
        return super().submissions() - self.simulator.tokens_refused.count(SUBMIT)

    def wrong(self, deaths):
        """A token that we take ends the one before, so that all share one."""
        simulator = self.simulator
        lost = sum(fault.route == "tokens" for fault in simulator.faults.shown)
        ours, reasons = simulator.tokens_made - self.others, self.others + lost + deaths
        if simulator.token_seconds == LONG and ours > 1 + reasons:
            return [f"{ours} tokens were taken for {reasons} reasons"]
        return []

    def status(self, provider_id):
        fax = self.simulator.faxes[provider_id]
        status = fax.status(self.simulator.clock())
        return "partial" if status == "ERROR" and fax.end[3] else status

    def may_be_unsure(self, message, was_taken):
        simulator = self.simulator
        if was_taken:
            return simulator.shows_reference == "nowhere"
        return not self.settings.get("sent_list_tells_all")
