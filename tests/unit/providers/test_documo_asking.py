"""Documo against its simulator: the fate of faxes, lost ones, received ones."""

from datetime import timedelta

import pytest

from providers import DocumoProvider, FaxState
from simulators.faults import Fault
from unit.providers.documo_rig import K, listing, make_provider, number, refused
from unit.providers.provider_contract import EPOCH, fingerprint, look
from unit.providers.provider_rig import DOCUMENT, SENDER

# --- Asking --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "suffix, seconds, state, failure, code, sent",
    [
        ("0199", 0, FaxState.QUEUED, None, None, 0),
        ("0199", 1, FaxState.SENDING, None, None, 0),
        ("0199", 9, FaxState.DELIVERED, None, None, 3),
        ("0101", 9, FaxState.FAILED, K.BUSY, "6100", 0),
        ("0102", 9, FaxState.FAILED, K.CONNECTION, "8000", 0),
        ("0103", 9, FaxState.FAILED, K.CONNECTION, "6000", 0),
        ("0105", 9, FaxState.PARTIAL, K.PARTLY_SENT, "8000", 1),
        ("0106", 9, FaxState.FAILED, K.DOCUMENT_REJECTED, "5000", 0),
        ("0107", 9, FaxState.CANCELLED, None, None, 0),
        ("0109", 9, FaxState.SENDING, None, None, 0),
        ("0118", 9, FaxState.FAILED, K.UNKNOWN, "9999", 0),
    ],
)
def test_each_status(rig, suffix, seconds, state, failure, code, sent):
    provider_id = rig.submit(number(suffix))
    rig.clock.advance(seconds)
    status = rig.status(provider_id)
    assert (status.state, status.failure, status.code) == (state, failure, code)
    assert status.pages_sent == sent
    assert (status.ended_at is not None) == state.is_final


def test_codes_by_setting(simulator, rig):
    provider = make_provider(simulator, codes={"9999": "not_a_fax", "6100": "nonsense"})
    rig.provider = provider
    ids = [rig.submit(number(suffix)) for suffix in ("0118", "0101")]
    rig.finish()
    assert [rig.status(key).failure for key in ids] == [K.NOT_A_FAX, K.BUSY]


def test_what_was_fetched_is_kept_when_a_later_call_fails(rig, simulator):
    ids = [rig.submit() for _fax in range(3)]
    simulator.faults.add(Fault("too_many_requests", route="info", skip=1))
    assert list(rig.provider.fetch_status(ids)) == ids[:1]
    simulator.faults.add(Fault("too_many_requests", route="info"))
    error = refused(rig.provider.fetch_status, ids)
    assert (error.kind, error.retry_after) == (K.RATE_LIMITED, 60)


@pytest.mark.parametrize("what", ["server_error", "garbled"])
def test_one_fax_that_cannot_be_told_hides_no_other(rig, simulator, what):
    ids = [rig.submit() for _fax in range(3)]
    simulator.faults.add(Fault(what, route="info"))
    assert list(rig.provider.fetch_status(ids)) == ids[1:]


def test_asking_about_many_ends_in_time(simulator, rig):
    rig.provider = make_provider(simulator, status_seconds=0.05)
    ids = [rig.submit() for _fax in range(4)]
    simulator.faults.add(Fault("slow", route="info", seconds=0.06))
    assert list(rig.provider.fetch_status(ids)) == ids[:1]


def test_many_are_asked_about_over_one_connection(rig, simulator):
    ids = [rig.submit() for _fax in range(5)]
    before = simulator.connections
    assert len(rig.provider.fetch_status(ids)) == 5
    assert simulator.connections == before + 1


@pytest.mark.parametrize("key", ["../me", "a/b", "", "a?b", "x" * 65, "a b", "\u0661"])
def test_an_id_never_becomes_another_path(rig, simulator, key):
    assert rig.provider.fetch_status([key]) == {}
    assert refused(rig.provider.fetch_received, key).code == "not_found"
    assert not simulator.requests


# --- Looking up a lost submission ----------------------------------------------------


def test_eight_calls_a_minute(rig, simulator):
    rig.submit()
    for _call in range(4):  # nothing found: two calls each
        assert look(rig, rig.request(number("0198"))) == []
    error = refused(look, rig, rig.request())
    assert (error.kind, error.retry_after) == (K.RATE_LIMITED, 60)
    assert error.proven_not_sent, "asking sends nothing"
    rig.clock.advance(60)
    assert len(look(rig, rig.request())) == 1
    pause = DocumoProvider.capabilities.look_pause
    assert 60 / pause * 2 <= simulator.calls_a_minute


def test_a_lost_fax_is_told_from_others_to_the_same_number(rig):
    known = rig.submit()
    lost = rig.submit()
    found = rig.provider.find("", fingerprint(rig, rig.good, known_ids={known}))
    assert [each.provider_id for each in found] == [lost]
    assert found[0].created_at == rig.clock() and found[0].raw_status == "processing"


def test_one_look_tells_of_many(rig, simulator):
    """A hundred lost answers must not take a hundred looks, at eight calls a minute."""
    lost = {number(f"01{end}"): rig.submit(number(f"01{end}")) for end in range(70, 75)}
    wanted = {to: fingerprint(rig, to) for to in [*lost, number("0198")]}
    found = rig.provider.find_all(wanted)
    assert {to: [f.provider_id for f in each] for to, each in found.items()} == {
        **{to: [key] for to, key in lost.items()},
        number("0198"): [],
    }
    assert len([each for each in simulator.requests if each.route == "history"]) == 2


def test_twins_are_both_found(rig):
    twins = {rig.submit(), rig.submit()}
    assert set(look(rig, rig.request())) == twins


def test_received_faxes_are_no_candidates(rig, simulator):
    simulator.receive("4185550199", document=DOCUMENT)
    rig.finish()
    assert look(rig, rig.request(SENDER)) == []


def test_all_of_a_long_history_is_read(simulator, rig):
    rig.provider = make_provider(simulator, history_rows=2)
    lost = rig.submit(number("0197"))
    for _fax in range(6):
        rig.submit()
    assert look(rig, rig.request(number("0197"))) == [lost]
    assert len([each for each in simulator.requests if each.route == "history"]) == 4


def test_half_of_a_history_is_none(simulator, rig):
    rig.provider = make_provider(simulator, history_rows=1)
    simulator.calls_a_minute = 100
    for _fax in range(9):
        rig.submit()
    error = refused(look, rig, rig.request(number("0197")))
    assert (error.code, error.retry_after) == ("too_many_rows", 60)


@pytest.mark.parametrize("what", ["garbled", "server_error", "answer_lost", "cut"])
def test_a_history_that_cannot_be_read_is_not_an_empty_one(rig, simulator, what):
    simulator.faults.add(Fault(what, route="history"))
    assert refused(look, rig, rig.request()).proven_not_sent


@pytest.mark.parametrize("shape", ["rows and count", "rows", "list"])
def test_shapes_of_a_list(rig, simulator, monkeypatch, shape):
    key = rig.submit()
    rows = [simulator.faxes[key].row(rig.clock(), {"uuid": "a"})]

    def page(query):
        some = rows if query["offset"] == "0" else []
        shapes = {"rows": {"rows": some}, "list": some}
        return shapes.get(shape, {"rows": some, "count": 1})

    listing(monkeypatch, simulator, page)
    assert look(rig, rig.request()) == [key]


def test_a_list_that_knows_no_offset_ends(rig, simulator, monkeypatch):
    key = rig.submit()
    rows = [simulator.faxes[key].row(rig.clock(), {"uuid": "a"})]
    listing(monkeypatch, simulator, lambda query: {"rows": rows})
    assert look(rig, rig.request()) == [key]


@pytest.mark.parametrize("shape", [None, {}, "x", {"rows": None}, {"rows": [1]}, 3])
def test_what_is_no_list_is_no_answer(rig, simulator, monkeypatch, shape):
    listing(monkeypatch, simulator, lambda query: shape)
    assert refused(look, rig, rig.request()).code == "unreadable"
    assert refused(rig.provider.list_received, EPOCH).code == "unreadable"


def test_dates_that_it_reads_otherwise_do_not_hide_a_fax(rig, simulator, monkeypatch):
    """How its dates are to be written is not documented."""
    key = rig.submit()
    rows = [simulator.faxes[key].row(rig.clock(), {"uuid": "a"})]
    listing(
        monkeypatch,
        simulator,
        lambda query: {"rows": [] if "fromDate" in query else rows, "count": 1},
    )
    assert look(rig, rig.request()) == [key]


@pytest.mark.parametrize(
    "change, finds",
    [
        ({}, True),
        ({"direction": None}, True),
        ({"faxNumber": "4185550199"}, True),
        ({"pagesCount": "3"}, True),
        ({"pagesCount": 0, "status": "failed"}, True),
        ({"createdAt": "2026-03-08T06:59:29.000Z"}, True),  # in whole seconds
        ({"createdAt": "2026-03-08T06:00:00.000Z"}, False),
        ({"createdAt": "2026-03-08T08:00:00.000Z"}, False),
        ({"direction": "inbound"}, False),
        ({"faxNumber": "+14185550198"}, False),
        ({"pagesCount": 4}, False),
        ({"pagesCount": 0}, None),  # not counted yet
        ({"createdAt": None}, None),
        ({"faxNumber": None}, None),
        ({"messageId": None}, None),
        ({"messageId": None, "faxNumber": "+14185550198"}, False),
    ],
)
def test_what_counts_as_found(rig, simulator, monkeypatch, change, finds):
    key = rig.submit()
    row = simulator.faxes[key].row(rig.clock(), {"uuid": "a"}) | change
    listing(monkeypatch, simulator, lambda query: {"rows": [row], "count": 1})
    wanted = fingerprint(rig, rig.good, after=rig.clock())
    if finds is None:
        assert refused(rig.provider.find, "", wanted).code == "not_told_yet"
    else:
        found = rig.provider.find("", wanted)
        assert [each.provider_id for each in found] == [key] * finds


# --- Receiving -----------------------------------------------------------------------


def test_a_received_fax(rig, simulator):
    key = simulator.receive("4185550199", document=DOCUMENT)
    rig.finish()
    (received,) = rig.provider.list_received(EPOCH)
    assert (received.provider_id, received.to) == (key, SENDER)
    assert (received.sender, received.csid) == ("+14185550199", "Sender")
    assert rig.provider.fetch_received(key) == DOCUMENT


def test_only_what_came_in_since(rig, simulator):
    simulator.receive("4185550199", document=DOCUMENT)
    rig.finish()
    received_at = rig.provider.list_received(EPOCH)[0].received_at
    assert len(rig.provider.list_received(received_at)) == 1
    assert rig.provider.list_received(received_at + timedelta(seconds=1)) == []


@pytest.mark.parametrize(
    "change, there",
    [
        ({}, True),
        ({"status": "announced"}, True),
        ({"faxCallerId": "anonymous"}, True),
        ({"status": "failed"}, False),
        ({"status": "processing"}, False),
        ({"direction": "outbound"}, False),
        ({"faxNumber": None}, False),
        ({"resolvedDate": None, "createdAt": None}, False),
    ],
)
def test_what_counts_as_received(rig, simulator, monkeypatch, change, there):
    key = simulator.receive("4185550199", document=DOCUMENT)
    rig.finish()
    row = simulator.faxes[key].row(rig.clock(), {"uuid": "a"}) | change
    listing(monkeypatch, simulator, lambda query: {"rows": [row], "count": 1})
    assert len(rig.provider.list_received(EPOCH)) == there


def test_pages_beyond_the_limit_are_not_taken(simulator, rig):
    rig.provider = make_provider(simulator, download_megabytes=1e-5)
    key = simulator.receive("4185550199", document=DOCUMENT)
    rig.finish()
    assert refused(rig.provider.fetch_received, key).code == "answer"
