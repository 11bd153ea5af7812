"""The simulated fax server: what it counts, and how it is steered from elsewhere.

That it says what a real one says is shown in tests/calls, where there is a real one.
"""

import pytest

from providers import FaxState, HylafaxProvider, ProviderError, SubmitRequest
from simulators.control import start
from simulators.faults import Fault
from simulators.hfaxd import HfaxdSimulator
from unit.providers.http_rig import eventually


def provider(port):
    settings = {"host": "127.0.0.1", "port": port, "number": "+15145550177"}
    return HylafaxProvider(settings, {"user": "clinic", "password": "sesame"})


def request(reference, to="+14185550199", document=b"%PDF-1.7"):
    return SubmitRequest(
        to=to, document=document, pages=1, file_name="F.pdf", reference=reference
    )


def test_the_same_pages_to_the_same_number_twice_are_noticed():
    with HfaxdSimulator() as simulator:
        account = provider(simulator.port)
        account.submit(request("a"))
        account.submit(request("b", to="+14185550198"))
        account.submit(request("c", document=b"%PDF-1.7 other"))
        assert not simulator.doubles
        account.submit(request("d"))
        assert len(simulator.doubles) == 1 and len(simulator.acceptances) == 4


def test_what_failed_may_be_sent_again():
    with HfaxdSimulator() as simulator:
        simulator.call_seconds = 0.0
        account = provider(simulator.port)
        for reference in "ab":
            account.submit(request(reference, to="+14185550101"))
        assert not simulator.doubles


def test_a_job_that_is_not_handed_over_goes_with_its_owner():
    with HfaxdSimulator() as simulator:
        simulator.faults.add(Fault("reset_after_body", route="submit"))
        with pytest.raises(ProviderError):
            provider(simulator.port).submit(request("a"))
        assert provider(simulator.port).fetch_status(["1-a"]) == {}
        eventually(lambda: not simulator.jobs and not simulator.stored)


def test_an_unknown_fault_is_refused():
    with HfaxdSimulator() as simulator, pytest.raises(ValueError):
        simulator.faults.add(Fault("meteor"))


def test_steered_from_another_process():
    with start("hfaxd", call_seconds=0.0) as remote:
        port = int(remote.url.rpartition(":")[2])
        account = provider(port)
        key = account.submit(request("a")).provider_id
        assert account.fetch_status([key])[key].state is FaxState.DELIVERED
        assert [each["provider_id"] for each in remote.state()["acceptances"]] == [key]
        remote.add(Fault("answer_lost"))
        with pytest.raises(ProviderError) as caught:
            account.submit(request("b"))
        assert not caught.value.proven_not_sent
        assert len(remote.state()["acceptances"]) == 2
        name = remote.call("receive", pages=2)
        assert name.startswith("fax")
        remote.call("forget")
        assert account.fetch_status([key]) == {}
        remote.listen(False)
        with pytest.raises(ProviderError) as caught:
            account.verify()
        assert caught.value.code == "connect"
