"""eFax Enterprise against its simulator: the fate of faxes, and lost ones."""

import pytest

from providers import FaxState
from simulators.faults import Fault
from simulators.messages import answer
from unit.providers.efax_rig import (
    ID,
    K,
    answering,
    count,
    emptied,
    make_provider,
    make_rig,
    number,
    refused,
    serving,
)
from unit.providers.provider_contract import EPOCH, fingerprint, look


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


def lists(monkeypatch, simulator, method, page) -> None:
    """Let a list answer what `page(offset)` returns."""
    monkeypatch.setattr(
        simulator,
        method,
        lambda request: answer(
            200, {"faxes": page(int(request.headers["pagination-offset"]))}
        ),
    )


# --- Asking --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "suffix, seconds, state, failure, code, sent",
    [
        ("0199", 0, FaxState.QUEUED, None, None, None),
        ("0199", 1, FaxState.SENDING, None, None, None),
        ("0199", 9, FaxState.DELIVERED, None, None, 3),
        ("0101", 9, FaxState.FAILED, K.BUSY, "SIM-BUSY", None),
        ("0102", 9, FaxState.FAILED, K.UNKNOWN, "SIM-OTHER", None),
        ("0103", 9, FaxState.FAILED, K.UNKNOWN, None, None),
        ("0105", 9, FaxState.PARTIAL, K.PARTLY_SENT, "SIM-OTHER", 1),
        ("0107", 9, FaxState.CANCELLED, None, None, None),
        ("0109", 9, FaxState.SENDING, None, None, None),
        ("0118", 9, FaxState.SENDING, None, None, 3),
    ],
)
def test_each_status(rig, simulator, suffix, seconds, state, failure, code, sent):
    simulator.page_seconds = 0.5
    provider_id = rig.submit(number(suffix))
    rig.clock.advance(seconds)
    status = rig.status(provider_id)
    assert (status.state, status.failure, status.code) == (state, failure, code)
    assert status.pages_sent in (sent, None)
    assert (status.ended_at is not None) == state.is_final


def test_no_failure_is_redialled_that_nobody_explained(simulator, rig):
    rig.provider = make_provider(simulator)
    ids = [rig.submit(number(suffix)) for suffix in ("0101", "0102", "0103")]
    rig.finish()
    for key in ids:
        assert rig.status(key).failure is K.UNKNOWN
        assert not rig.status(key).failure.facts.redial


def test_the_other_spelling_of_the_details(simulator, rig, monkeypatch):
    key = rig.submit()
    rig.provider = make_provider(simulator, details_path="transmission-detail")
    assert rig.provider.fetch_status([key]) == {}
    assert simulator.requests[-1].path == f"/faxes/{key}/transmission-detail"


def test_what_was_fetched_is_kept_when_a_later_call_fails(rig, simulator):
    ids = [rig.submit() for _fax in range(3)]
    simulator.faults.add(Fault("too_many_requests", route="details", skip=1))
    assert list(rig.provider.fetch_status(ids)) == ids[:1]
    simulator.faults.add(Fault("too_many_requests", route="details"))
    error = refused(rig.provider.fetch_status, ids)
    assert (error.kind, error.retry_after) == (K.RATE_LIMITED, 60)


@pytest.mark.parametrize("what", ["server_error", "garbled"])
def test_one_fax_that_cannot_be_told_hides_no_other(rig, simulator, what):
    ids = [rig.submit() for _fax in range(3)]
    simulator.faults.add(Fault(what, route="details"))
    assert list(rig.provider.fetch_status(ids)) == ids[1:]


def test_asking_about_many_ends_in_time(simulator, rig):
    rig.provider = make_provider(simulator, status_seconds=0.05)
    ids = [rig.submit() for _fax in range(4)]
    simulator.faults.add(Fault("slow", route="details", seconds=0.06))
    assert list(rig.provider.fetch_status(ids)) == ids[:1]


def test_many_are_asked_about_over_one_connection(rig, simulator):
    ids = [rig.submit() for _fax in range(5)]
    before = simulator.connections
    assert len(rig.provider.fetch_status(ids)) == 5
    assert simulator.connections == before + 1


def test_the_status_of_another_fax_is_none(rig, simulator, monkeypatch):
    key = rig.submit()
    details = {"fax_id": ID, "transmission_data": {"transmission_status": "COMPLETE"}}
    answering(monkeypatch, simulator, "details", details)
    assert refused(rig.provider.fetch_status, [key]).code == "unreadable"


# --- Looking up a lost submission ----------------------------------------------------


def test_a_reference_tells_twins_apart(rig):
    requests = [rig.request(), rig.request()]
    ids = [rig.provider.submit(each).provider_id for each in requests]
    assert [look(rig, each) for each in requests] == [[key] for key in ids]


def test_one_look_tells_of_many(rig, simulator):
    requests = [rig.request(number(f"01{end}")) for end in range(70, 76)]
    ids = [rig.provider.submit(each).provider_id for each in requests[:5]]
    wanted = {each.reference: fingerprint(rig, each.to) for each in requests}
    found = rig.provider.find_all(wanted)
    assert [[f.provider_id for f in found[r.reference]] for r in requests] == [
        *([key] for key in ids), []
    ]  # fmt: skip
    assert count(simulator, "sent") == 2, "a page with all, and one with none"
    assert rig.provider.find_all({}) == {}


def test_reading_ends_where_all_are_found(rig, simulator):
    rig.provider = make_provider(simulator, list_rows=2)
    requests = [rig.request() for _fax in range(9)]
    for each in requests:
        rig.provider.submit(each)
        rig.clock.advance(9)
    assert len(look(rig, requests[-1])) == 1
    assert count(simulator, "sent") == 1
    assert len(look(rig, requests[0])) == 1
    assert count(simulator, "sent") == 6


def test_a_list_of_which_little_is_known_never_says_not_there(simulator, rig):
    """Sending again would be allowed then. What does stand there is found."""
    rig.provider = make_provider(simulator)
    simulator.lists_unfinished = False
    request = rig.request()
    provider_id = rig.provider.submit(request).provider_id
    error = refused(look, rig, request)
    assert (error.code, error.proven_not_sent) == ("not_told", True)
    rig.finish()
    assert look(rig, request) == [provider_id]
    assert refused(look, rig, rig.request()).code == "not_told"


def test_the_reference_may_stand_beside_the_list(rig, simulator):
    simulator.shows_reference = "metadata"
    request, other = rig.request(), rig.request()
    provider_id = rig.provider.submit(request).provider_id
    rig.submit(number("0198"))
    assert look(rig, request) == [provider_id]
    assert count(simulator, "metadata") == 1, "only of those to that number"
    assert look(rig, other) == [], "the one to that number is not it"


def test_a_reference_that_is_nowhere_leaves_it_open(rig, simulator):
    simulator.shows_reference = "nowhere"
    request = rig.request()
    rig.provider.submit(request)
    assert refused(look, rig, request).code == "not_told"
    elsewhere = rig.request(number("0198"))
    assert look(rig, elsewhere) == [], "to that number there is none at all"
    rig.finish()
    later = fingerprint(rig, rig.good, after=rig.clock())
    assert rig.provider.find("another", later) == [], "it was over before"


def test_faxes_known_already_are_not_asked_about(rig, simulator):
    simulator.shows_reference = "nowhere"
    known = frozenset(rig.submit() for _fax in range(2))
    wanted = fingerprint(rig, rig.good, known_ids=known)
    assert rig.provider.find("another", wanted) == []
    assert count(simulator, "metadata") == 0


def test_a_look_asks_for_no_more_than_a_few_faxes(rig, simulator):
    simulator.shows_reference = "metadata"
    for _fax in range(8):
        rig.submit()
    assert refused(look, rig, rig.request()).code == "not_told"
    assert count(simulator, "metadata") == 5


@pytest.mark.parametrize("what", ["garbled", "server_error", "too_many_requests"])
def test_a_fax_that_cannot_be_told_leaves_it_open(rig, simulator, what):
    simulator.shows_reference = "metadata"
    rig.submit()
    simulator.faults.add(Fault(what, route="metadata"))
    assert refused(look, rig, rig.request()).code == "not_told"


@pytest.mark.parametrize("what", ["garbled", "server_error", "answer_lost", "cut"])
def test_a_list_that_cannot_be_read_is_not_an_empty_one(rig, simulator, what):
    simulator.faults.add(Fault(what, route="sent"))
    assert refused(look, rig, rig.request()).proven_not_sent


@pytest.mark.parametrize("shape", [None, {}, [], "x", {"faxes": None}, {"faxes": [1]}])
def test_what_is_no_list_is_no_answer(rig, simulator, monkeypatch, shape):
    answering(monkeypatch, simulator, "sent", shape)
    answering(monkeypatch, simulator, "received", shape)
    assert refused(look, rig, rig.request()).code == "unreadable"
    assert refused(rig.provider.list_received, EPOCH).code == "unreadable"
    assert refused(rig.provider.verify).code == "unreadable"


def test_a_list_that_knows_no_offset_is_not_all(rig, simulator, monkeypatch):
    row = {"fax_id": ID, "client_tracking_data": {"client_reference_id": "mine"}}
    lists(monkeypatch, simulator, "sent", lambda offset: [row])
    wanted = fingerprint(rig, rig.good)
    assert rig.provider.find("mine", wanted)[0].provider_id == ID
    assert refused(rig.provider.find, "another", wanted).code == "not_told"


def test_half_of_a_list_is_none(rig, simulator):
    settings = {"sent_list_tells_all": True, "list_rows": 1, "list_pages": 3}
    rig.provider = make_provider(simulator, **settings)
    for _fax in range(3):
        rig.submit()
    assert refused(look, rig, rig.request()).code == "not_told"


@pytest.mark.parametrize(
    "change, finds",
    [
        ({}, True),
        ({"transmission_data": None}, True),
        ({"destination_fax_number": None}, True),
        ({"client_tracking_data": [{"client_reference_id": "mine"}]}, True),
        ({"fax_id": None}, None),
        ({"fax_id": "../me"}, None),
        ({"client_tracking_data": None}, None),
        ({"client_tracking_data": {}}, None),
        ({"client_tracking_data": {"client_reference_id": ""}}, None),
        ({"client_tracking_data": {"client_reference_id": "other"}}, False),
        ({"client_tracking_data": {"client_reference_id": "mine2"}}, False),
        ({"client_tracking_data": None, "destination_fax_number": "1418555019"}, False),
        ({"client_tracking_data": None, "destination_fax_number": None}, None),
        (
            {
                "client_tracking_data": None,
                "completed_timestamp": "2026-03-08T06:50:00.000+0000",
            },
            False,
        ),
    ],
)
def test_what_counts_as_found(rig, simulator, monkeypatch, change, finds):
    row = {
        "fax_id": ID,
        "destination_fax_number": rig.good[1:],
        "client_tracking_data": {"client_reference_id": "mine"},
        "transmission_data": {"transmission_status": "NEW"},
    }
    page = [{name: value for name, value in (row | change).items() if value}]
    lists(monkeypatch, simulator, "sent", lambda offset: [] if offset else page)
    wanted = fingerprint(rig, rig.good, after=rig.clock())
    if finds is None:
        assert refused(rig.provider.find, "mine", wanted).code == "not_told"
    else:
        found = rig.provider.find("mine", wanted)
        assert [each.provider_id for each in found] == [ID] * finds


def test_a_fax_of_ours_that_tells_no_id_is_there_all_the_same(
    rig, simulator, monkeypatch
):
    row = {"client_tracking_data": {"client_reference_id": "mine"}}
    lists(monkeypatch, simulator, "sent", lambda offset: [] if offset else [row])
    wanted = dict.fromkeys(["mine", "another"], fingerprint(rig, rig.good))
    found = rig.provider.find_all(wanted)
    assert [each.code for each in found.values()] == ["not_told", "not_told"]
