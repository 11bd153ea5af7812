"""eFax Developer: nothing can be looked up, so that a person decides on each fax whose
answer was lost."""

from simulators.efax_developer import EfaxDeveloperSimulator

from .base import ASKING, SUBMITTING, Adapter


class EfaxDeveloper(Adapter):
    code = "efax_developer"
    simulates = EfaxDeveloperSimulator
    submitting = {"submit": SUBMITTING}
    further = {"status": ASKING}
    fates = ("0102", "0103", "0104", "0105", "0110", "0111", "0113", "0115")
    ends = {"Success": {"delivered"}, "failed": {"failed"}, "partial": {"partial"}}

    def connect(self, key, number):
        simulator = self.simulator
        simulator.user_name = key
        return {
            "account_id": simulator.account_id,
            "user_name": key,
            "password": simulator.password,
            "base_url": simulator.url,
        }

    def status(self, provider_id):
        fax = self.simulator.faxes[provider_id]
        if self.simulator.clock() < fax.ends_at:
            return "under way"
        if fax.end[0] == "Success":
            return "Success"
        return "partial" if fax.end[3] else "failed"

    def may_be_unsure(self, message, was_taken):
        return True
