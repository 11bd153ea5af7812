"""Faxes that go out from Odoo, and come in, over a real line.

A server with its actions on a database of its own, people who press its buttons
through RPC, HylaFAX at both ends, T.30 in between.
"""

import pytest

from calls import line, pages
from calls.clinic import TRIES, coming_in
from faxlab import stations

ANSWERED = ("entry", "file", "cut", "killed")
FAILURES = [  # name, state, kind, pages that arrived, how often it is tried
    ("busy", "failed", "busy", 0, TRIES),
    ("no answer", "failed", "no_answer", 0, TRIES),
    ("cut", "partial", "partly_sent", 1, 1),
    ("killed", "partial", "partly_sent", 1, 1),
]


def dots(content: bytes) -> list[bytes]:
    return [page.tobytes() for page in pages.pages_of(content)]


@pytest.mark.parametrize("name", ["entry", "file"])
def test_what_is_frozen_arrives_dot_for_dot(calls, clinic, name):
    """Nothing differs, but for the line that the machine writes on top of a page."""
    fax = clinic.wait(name)
    assert (fax["state"], fax["failure_kind"]) == ("delivered", None)
    assert fax["pages"] == fax["pages_sent"] == 2
    (station,) = line.callers(fax["number"])
    got, arrived = line.received("far", calls, station)
    frozen = pages.image_of(clinic.doctor.pages_of(fax["id"]))
    assert got.pages == 2
    assert dots(arrived) == dots(frozen)
    first, second = pages.pages_of(frozen)
    assert pages.alike(first, second) < 0.9, "the pages can be told apart"


@pytest.mark.parametrize("name, state, kind, arrived, tries", FAILURES)
def test_each_failure_has_its_kind_its_pages_and_its_tries(
    clinic, name, state, kind, arrived, tries
):
    fax = clinic.wait(name)
    assert (fax["state"], fax["failure_kind"]) == (state, kind)
    assert (fax["pages_sent"] or 0) == arrived
    assert [each["state"] for each in fax["tries"]] == ["over"] * tries
    for each in fax["tries"][:-1]:
        assert (each["end_kind"], each["pages_sent"]) == (kind, 0)


@pytest.mark.parametrize("name", [*ANSWERED, "busy", "no answer"])
def test_each_try_is_one_job_and_one_call(clinic, name):
    fax = clinic.wait(name)
    jobs = {each["provider_id"] for each in fax["tries"]}
    assert len(jobs) == len(fax["tries"]) == len(line.callers(fax["number"]))


def test_pages_that_were_cut_off_are_there(calls, clinic):
    """The far machine keeps the pages that it has, and so the count is right."""
    fax = clinic.wait("cut")
    (station,) = line.callers(fax["number"])
    got, arrived = line.received("far", calls, station)
    frozen = pages.image_of(clinic.doctor.pages_of(fax["id"]))
    assert dots(arrived)[0] == dots(frozen)[0]
    assert got.pages in (1, 2), "a part of the second page may be kept"


def test_four_calls_at_once(clinic):
    numbers = [clinic.wait(name)["number"] for name in ANSWERED]
    answered = [line.exchange_log("answered", number)[0] for number in numbers]
    line.wait_for(
        lambda: all(line.exchange_log("over", number) for number in numbers), "an end"
    )
    ended = [line.exchange_log("over", number)[0] for number in numbers]
    assert max(answered) < min(ended)
    modems = [line.callers(number)[0] for number in numbers]
    assert len(set(modems)) == len(numbers)


@pytest.mark.parametrize("name", ["killed", "no answer"])
def test_the_hook_tells_how_a_fax_ended(clinic, name):
    """It had been set up when these ended; what it tells, Odoo has asked about."""
    fax = clinic.wait(name)
    job = {"provider_id": fax["tries"][-1]["provider_id"], "inbound": False}
    line.wait_for(lambda: clinic.hints(**job, event="failed", is_done=True), "a hint")


@pytest.mark.parametrize(
    "place, sent", [(1, pages.ONE), (2, pages.TWO)], ids=["by asking", "by the hook"]
)
def test_a_fax_comes_into_the_inbox(clinic, place, sent):
    fax = clinic.wait_received(place)
    sent = pages.pages_of(pages.image_of(sent))
    assert (fax["state"], fax["pages"]) == ("received", len(sent))
    assert fax["number"] == stations.number(13)
    assert fax["number_id"] == clinic.number
    told = clinic.hints(provider_id=fax["inbound_id"], inbound=True)
    assert len(told) == (place == 2)
    shown = pages.pages_of(pages.image_of(clinic.manager.pages_of(fax["id"])))
    for ours, theirs in zip(sent, shown, strict=True):
        assert pages.alike(ours, theirs) >= pages.LEAST_ALIKE


def test_each_fax_comes_in_once(clinic):
    """However often it is asked for: told of, and listed still."""
    clinic.wait_received(2)
    asked = clinic.last_asked()
    with coming_in(clinic):
        line.wait_for(lambda: clinic.last_asked() > asked, "another look", 30)
    assert len(clinic.received()) == 2
    assert all(hint["is_done"] for hint in clinic.hints(inbound=True))


def test_a_fax_server_that_crashes_in_a_call(clinic):
    """Its scheduler comes back to a job in the middle of a call. It may no longer dial
    it, we submit nothing again, and a person is told how many pages are out."""
    fax = clinic.wait("crash")
    (only,) = fax["tries"]
    assert (fax["state"], only["raw_status"]) == ("partial", "failed")
    assert fax["failure_kind"] == "partly_sent"
    assert fax["pages_sent"] in (1, 2)
    assert len(line.callers(fax["number"])) == 1


def test_the_log_tells_of_no_trouble_and_no_number(clinic):
    for name in clinic.faxes:
        clinic.wait(name)
    said = clinic.log.read_text()
    assert " ERROR " not in said
    assert stations.AREA not in said
