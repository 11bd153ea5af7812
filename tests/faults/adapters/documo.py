"""Documo: looked up by likeness, in a list; calls back; sends again what it has."""

from simulators.documo import DocumoSimulator

from .base import ASKING, CALLING_BACK, PACE, SUBMITTING, Adapter


class Documo(Adapter):
    code = "documo"
    simulates = DocumoSimulator
    submitting = {"submit": SUBMITTING}
    further = {"history": ASKING, "info": ASKING, "resend": SUBMITTING}
    fates = ("0101", "0102", "0103", "0104", "0105", "0106", "0107", "0111", "0117",
             "0118")  # fmt: skip
    today = PACE | CALLING_BACK
    events = (
        (),
        ("fax.v1.outbound.complete",),
        ("fax.v1.outbound.complete", "fax.v1.outbound.succeed",
         "fax.v1.outbound.failed"),
        ("fax.outbound",),
        ("fax.outbound.extended", "fax.v1.outbound.complete"),
    )  # fmt: skip
    ends = {
        "success": {"delivered"},
        "failed": {"failed"},
        "partial": {"partial"},
        "cancelled": {"cancelled"},
    }

    def __init__(self):
        super().__init__()
        self.adjust(calls_a_minute=100_000)

    def connect(self, key, number):
        self.simulator.keys = [key]
        return {"api_key": key, "base_url": self.simulator.url}

    def subscribe(self, url, login, events):
        self.simulator.webhooks["ours"] = {
            "enabled": True,
            "url": url,
            "auth": login,
            "events": list(events),
        }

    def status(self, provider_id):
        fax = self.simulator.faxes[provider_id]
        status = fax.status(self.simulator.clock())
        return "partial" if status == "failed" and fax.end[3] else status
