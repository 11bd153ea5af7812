"""InterFAX against its simulator: looking up lost submissions."""

import pytest

from simulators.faults import Fault
from simulators.messages import answer
from unit.providers.documo_rig import refused
from unit.providers.interfax_rig import asked, lists, make_provider, number, replies
from unit.providers.provider_contract import fingerprint, look
from unit.providers.provider_rig import SENDER


@pytest.fixture
def simulator(interfax):
    return interfax


@pytest.fixture
def rig(interfax_rig):
    return interfax_rig


@pytest.fixture
def free(simulator):
    """Without the limit of polls a minute."""
    simulator.polls_a_minute = 1000


# --- Looking up a lost submission ----------------------------------------------------


def test_a_lost_fax_is_found_by_its_reference_in_one_call(rig, simulator):
    request = rig.request()
    rig.submit()
    lost = rig.provider.submit(request).provider_id
    found = rig.provider.find(request.reference, fingerprint(rig, request.to))
    assert [each.provider_id for each in found] == [lost]
    assert (found[0].created_at, found[0].raw_status) == (rig.clock(), "-1")
    assert asked(simulator, "search", "list") == 1


@pytest.mark.parametrize("what", ["garbled", "server_error", "answer_lost", "cut"])
def test_a_search_that_cannot_be_read_is_not_an_empty_one(rig, simulator, what):
    simulator.faults.add(Fault(what, route="search"))
    assert refused(look, rig, rig.request()).proven_not_sent, "asking sends nothing"


def row(rig, key="667915751", **changes):
    values = {
        "id": int(key),
        "status": -3,
        "destinationFax": "0014185550199",
        "submitTime": "2026-03-08T06:59:30",
        "pagesSubmitted": 3,
    }
    return values | changes


@pytest.mark.parametrize(
    "rows, finds",
    [
        ([{}], ["667915751"]),
        ([{"reference": "mine"}], ["667915751"]),
        ([{"destinationFax": "+14185550199"}], ["667915751"]),
        ([{"destinationFax": "4185550199"}], ["667915751"]),
        ([{"destinationFax": None}], ["667915751"]),
        ([{"id": "667915751"}], ["667915751"]),
        ([{}, {"id": 7}], ["667915751", "7"]),
        # The reference decides where it is told.
        ([{"reference": "another"}], []),
        ([{"reference": "mine2", "destinationFax": "0014185550198"}], []),
        ([{"reference": "mine", "destinationFax": "0014185550198"}], ["667915751"]),
        # Rows to another number: the search did not heed what it was asked for.
        ([{"destinationFax": "0014185550198"}], None),
        ([{"destinationFax": "0014185550198"}, {"id": 7}], None),
        ([{"destinationFax": "0014185550198"}, {"id": 7, "reference": "mine"}], ["7"]),
        ([{"destinationFax": "5550199"}], ["667915751"]),
        ([{"destinationFax": "199"}], None),
        # Accounted for already.
        ([{"id": 11}], []),
        ([{"id": 11, "destinationFax": "0014185550198"}], []),
        ([{"id": None}], None),
        ([{"id": "../1"}], None),
        ([{"id": True}], None),
    ],
)
def test_what_counts_as_found(rig, simulator, monkeypatch, rows, finds):
    lists(monkeypatch, simulator, "search", [row(rig, **each) for each in rows])
    wanted = fingerprint(rig, rig.good, known_ids=frozenset(["11"]))
    if finds is None:
        assert refused(rig.provider.find, "mine", wanted).code == "not_told_yet"
    else:
        found = rig.provider.find("mine", wanted)
        assert [each.provider_id for each in found] == finds


def test_all_of_a_long_answer_is_read(rig, simulator, monkeypatch):
    rows = [row(rig, str(100 + index), reference="other") for index in range(60)]
    rows.append(row(rig, "7", reference="mine"))

    def page(request):
        start, limit = (int(request.query[name]) for name in ("offset", "limit"))
        return answer(200, rows[start:][: min(limit, 30)])

    calls = replies(monkeypatch, simulator, "search", page)
    found = rig.provider.find("mine", fingerprint(rig, rig.good))
    assert [each.provider_id for each in found] == ["7"] and len(calls) == 3


def test_half_of_an_answer_is_none(rig, simulator, monkeypatch):
    def page(request):
        start = int(request.query["offset"])
        return answer(200, [row(rig, str(1 + start + n)) for n in range(100)])

    replies(monkeypatch, simulator, "search", page)
    error = refused(look, rig, rig.request())
    assert (error.code, error.retry_after) == ("too_many_rows", 60)


def test_a_search_that_knows_no_offset_ends(rig, simulator, monkeypatch):
    rows = [row(rig, str(100 + n), reference="other") for n in range(30)]
    calls = lists(monkeypatch, simulator, "search", rows)
    assert look(rig, rig.request()) == [] and len(calls) == 2


# --- Looking up a fax that was sent again: its call carries no reference -------------


def test_a_lost_resend_is_found_by_its_likeness(rig, simulator, free):
    first = rig.submit()
    rig.finish()
    lost_number = number("0111")
    request = rig.request(lost_number)
    assert not refused(rig.provider.resend, first, request).proven_not_sent
    wanted = fingerprint(rig, lost_number, known_ids=frozenset([first]))
    assert rig.provider.find(request.reference, wanted) == [], "not by reference"
    rig.clock.advance(1)  # until then its pages are not counted
    wanted = fingerprint(rig, lost_number, known_ids=frozenset([first]), resent=True)
    (found,) = rig.provider.find(request.reference, wanted)
    assert simulator.faxes[int(found.provider_id)].to == lost_number


def test_a_resend_that_was_not_taken(rig, free):
    first = rig.submit()
    rig.finish()
    wanted = fingerprint(rig, rig.good, known_ids=frozenset([first]), resent=True)
    assert rig.provider.find("ref-9", wanted) == []


@pytest.mark.parametrize(
    "change, finds",
    [
        ({}, True),
        ({"pagesSubmitted": "3"}, True),
        ({"pagesSubmitted": 0, "status": 263}, True),
        ({"pagesSubmitted": None, "status": 0}, True),
        ({"submitTime": "08/03/2026 06:59:30"}, True),
        ({"submitTime": "2026-03-08T06:59:29"}, False),
        ({"submitTime": "2026-03-08T09:00:00"}, False),
        ({"destinationFax": "0014185550198"}, False),
        ({"pagesSubmitted": 4}, False),
        ({"pagesSubmitted": 0}, None),
        ({"submitTime": None}, None),
        ({"destinationFax": None}, None),
        ({"id": None}, None),
        ({"id": 11}, False),
    ],
)
def test_what_is_like_it(rig, simulator, monkeypatch, change, finds):
    lists(monkeypatch, simulator, "list_faxes", [row(rig) | change])
    wanted = fingerprint(
        rig, rig.good, after=rig.clock(), known_ids=frozenset(["11"]), resent=True
    )
    if finds is None:
        assert refused(rig.provider.find, "r", wanted).code == "not_told_yet"
    else:
        assert len(rig.provider.find("r", wanted)) == finds


def test_the_list_is_read_back_to_the_time_of_the_call(rig, simulator, free):
    rig.provider = make_provider(simulator, list_rows=30)
    for _fax in range(40):
        rig.submit(SENDER)
    rig.clock.advance(3600)
    lost = rig.submit(reference="nobody")
    for _fax in range(70):
        rig.submit(SENDER)
    rig.clock.advance(1)
    wanted = fingerprint(rig, rig.good, resent=True)
    found = rig.provider.find("r", wanted)
    assert [each.provider_id for each in found] == [lost]
    assert asked(simulator, "list") == 3, "no further back than that"
    for _fax in range(60):
        rig.submit(SENDER)
    assert refused(rig.provider.find, "r", wanted).code == "too_many_rows"
