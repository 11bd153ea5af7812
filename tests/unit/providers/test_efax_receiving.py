"""eFax Enterprise against its simulator: received faxes."""

from datetime import timedelta

import pytest

from providers import EfaxProvider
from simulators.faults import Fault
from simulators.messages import answer
from unit.providers.efax_rig import (
    ID,
    answering,
    count,
    emptied,
    make_provider,
    make_rig,
    refused,
    serving,
)
from unit.providers.provider_contract import EPOCH
from unit.providers.provider_rig import DOCUMENT, SENDER


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


def test_a_received_fax(rig, simulator):
    key = simulator.receive("4185550199", document=DOCUMENT)
    rig.finish()
    (received,) = rig.provider.list_received(EPOCH)
    assert (received.provider_id, received.to) == (key, SENDER)
    assert (received.sender, received.csid) == ("+14185550199", "Sender")
    assert not simulator.faxes[key].downloaded
    assert rig.provider.fetch_received(key) == DOCUMENT
    assert simulator.faxes[key].downloaded


def test_nothing_is_marked_where_a_setting_says_so(simulator, rig):
    rig.provider = make_provider(simulator, mark_downloaded=False)
    key = simulator.receive("4185550199", document=DOCUMENT)
    rig.finish()
    assert rig.provider.fetch_received(key) == DOCUMENT
    assert not simulator.faxes[key].downloaded


def test_pages_count_though_they_cannot_be_marked(rig, simulator):
    key = simulator.receive("4185550199", document=DOCUMENT)
    rig.finish()
    simulator.faults.add(Fault("server_error", route="mark"))
    assert rig.provider.fetch_received(key) == DOCUMENT


def test_what_others_downloaded_is_received_all_the_same(simulator, rig):
    for _fax in range(2):
        key = simulator.receive("4185550199", document=DOCUMENT)
    rig.finish()
    rig.provider.mark_downloaded(key)
    assert len(rig.provider.list_received(EPOCH)) == 2
    rig.provider = make_provider(simulator, only_new=True)
    assert len(rig.provider.list_received(EPOCH)) == 1


def test_only_what_came_in_since(rig, simulator):
    simulator.receive("4185550199", document=DOCUMENT)
    rig.finish()
    received_at = rig.provider.list_received(EPOCH)[0].received_at
    assert len(rig.provider.list_received(received_at)) == 1
    assert rig.provider.list_received(received_at + timedelta(seconds=1)) == []


def test_all_of_a_long_list_and_nothing_of_the_past(simulator, rig):
    rig.provider = make_provider(simulator, list_rows=3)
    for _day in range(30):
        simulator.receive("4185550199", document=DOCUMENT)
        rig.clock.advance(6 * 3600)
    since = rig.clock() - timedelta(days=2)
    assert len(rig.provider.list_received(since)) == 8
    assert count(simulator, "received") == 5, "then all of a page were too old"


def test_a_list_that_begins_with_the_oldest(simulator, rig, monkeypatch):
    def row(day):
        return {
            "fax_id": f"fax-{day}",
            "destination_fax_number": SENDER,
            "completed_timestamp": f"2026-02-{day:02d}T00:00:00.000+0000",
        }

    rows = [row(day) for day in range(1, 29)]
    lists(monkeypatch, simulator, "received", lambda offset: rows[offset:][:5])
    since = rig.clock() - timedelta(days=9)
    received = rig.provider.list_received(since)
    assert received[0].provider_id == "fax-28"


def test_a_list_too_long_to_be_read_is_not_taken_for_all(simulator, rig):
    rig.provider = make_provider(simulator, list_rows=1, list_pages=3)
    for _fax in range(3):
        simulator.receive("4185550199", document=DOCUMENT)
    rig.finish()
    error = refused(rig.provider.list_received, EPOCH)
    assert (error.code, error.retry_after) == ("too_many_rows", 60)


@pytest.mark.parametrize(
    "change, there",
    [
        ({}, True),
        ({"originating_fax_number": "unavailable"}, True),
        ({"pages": None}, True),
        ({"destination_fax_number": None}, False),
        ({"completed_timestamp": None}, False),
        ({"completed_timestamp": "yesterday"}, False),
        ({"fax_id": "../me"}, False),
    ],
)
def test_what_counts_as_received(rig, simulator, monkeypatch, change, there):
    row = {
        "fax_id": ID,
        "destination_fax_number": SENDER[1:],
        "originating_fax_number": "14185550199",
        "originating_fax_tsid": "unavailable",
        "completed_timestamp": "2026-03-08T06:59:00+00:00",
        "pages": 3,
    } | change
    lists(monkeypatch, simulator, "received", lambda offset: [] if offset else [row])
    received = rig.provider.list_received(EPOCH)
    assert [each.provider_id for each in received] == [ID] * there
    assert all(each.csid is None for each in received)


@pytest.mark.parametrize(
    "image",
    [None, {}, [], {"image": ""}, {"image": "!"}, {"image": 7}, {"image": "JVBE"},
     {"fax_id": "another", "image": "JVBE"}, {"fax_id": ID, "image": "JVB\xe9"}],
)  # fmt: skip
def test_pages_that_cannot_be_read_are_none(rig, simulator, monkeypatch, image):
    answering(monkeypatch, simulator, "image", image)
    assert refused(rig.provider.fetch_received, ID).code == "unreadable"


def test_pages_beyond_the_limit_are_not_taken(simulator, rig):
    rig.provider = make_provider(simulator, download_megabytes=1)
    key = simulator.receive("4185550199", document=bytes(3 << 20))
    rig.finish()
    assert refused(rig.provider.fetch_received, key).code == "answer"


def test_pages_in_lines(rig, simulator, monkeypatch):
    image = {"fax_id": ID, "image": "JVBE\r\nRi0x\n"}
    answering(monkeypatch, simulator, "image", image)
    assert rig.provider.fetch_received(ID) == b"%PDF-1"


def test_what_is_not_known_is_not_declared():
    capabilities = EfaxProvider.capabilities
    for name in ("callbacks", "resend", "numbers", "orders_numbers", "balance"):
        assert not getattr(capabilities, name)
