"""eFax Enterprise against its simulator: cancelling, and words that stay inside."""

import pytest

from providers import FaxState
from simulators.faults import Fault
from simulators.messages import Refused, answer
from unit.providers.efax_rig import (
    ID,
    K,
    answering,
    emptied,
    make_rig,
    refused,
    serving,
)
from unit.providers.provider_contract import fingerprint


@pytest.fixture(scope="module")
def server():
    with serving() as simulator:
        yield simulator


@pytest.fixture
def simulator(server):
    return emptied(server)


@pytest.fixture
def rig(simulator):
    return make_rig(simulator)


@pytest.mark.parametrize("key", ["../me", "a/b", "", "a?b", "x" * 65, "a b", "\u0661"])
def test_an_id_never_becomes_another_path(rig, simulator, key):
    assert rig.provider.fetch_status([key]) == {}
    for call in (rig.provider.cancel, rig.provider.fetch_received):
        assert refused(call, key).code == "not_found"
    assert not simulator.requests


def test_a_fax_that_is_not_there_cannot_be_cancelled(rig):
    assert refused(rig.provider.cancel, ID).code == "404"


def test_cancelling_is_asked_for_once(rig, simulator):
    key = rig.submit()
    simulator.faults.add(Fault("answer_lost", route="cancel"))
    refused(rig.provider.cancel, key)
    assert rig.status(key).state is FaxState.CANCELLED
    assert rig.provider.cancel(key) is False


def test_pages_that_are_out_are_not_taken_back(rig, simulator, monkeypatch):
    key = rig.submit()
    details = {
        "fax_id": key,
        "transmission_data": {"transmission_status": "CANCELED", "total_pages_sent": 1},
    }
    answering(monkeypatch, simulator, "details", details)
    status = rig.status(key)
    assert (status.state, status.failure) == (FaxState.PARTIAL, K.PARTLY_SENT)


def test_a_refusal_that_quotes_nobody(rig, simulator, monkeypatch):
    """What the provider says stays out of what is logged."""

    def submit(request):
        raise Refused(400, "14185550199 is not a number of Zoe Quicksilver")

    monkeypatch.setattr(simulator, "submit", submit)
    error = refused(rig.provider.submit, rig.request())
    assert "Quicksilver" in error.text
    assert "Quicksilver" not in f"{error} {error!r}" and "0199" not in str(error)


def test_a_found_fax_has_the_reference_of_its_status(rig, simulator, monkeypatch):
    request = rig.request()
    key = rig.provider.submit(request).provider_id
    row = simulator.faxes[key].details(rig.clock()) | {
        "client_tracking_data": [{"client_reference_id": request.reference}]
    }
    monkeypatch.setattr(simulator, "details", lambda request, key: answer(200, row))
    assert rig.status(key).reference == request.reference
    found = rig.provider.find(request.reference, fingerprint(rig, rig.good))
    assert [each.provider_id for each in found] == [key]
