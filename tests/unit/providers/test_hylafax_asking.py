"""HylaFAX: asking how faxes went, looking lost ones up, cancelling, receiving."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers import FailureKind, FaxState, ProviderError
from providers import hylafax_codes as codes
from providers import hylafax_read as read
from simulators.faults import Fault
from unit.providers.hylafax_rig import (
    K,
    make_provider,
    nothing_asked,
    number,
    refused,
)
from unit.providers.provider_contract import fingerprint, look
from unit.providers.provider_rig import DOCUMENT, SENDER

MARK = "@mark@"
EPOCH = datetime(2020, 1, 1, tzinfo=timezone.utc)
quick = settings(max_examples=50, deadline=None)


def job(state="F", text="", pages_sent=0, pages=3) -> read.Job:
    return read.Job("7", state, pages_sent, pages, "ref-1", text)


# --- Status --------------------------------------------------------------------------


def test_many_are_asked_about_in_one_session(hylafax_rig, hfaxd):
    keys = [hylafax_rig.submit(number(f"{last:04}")) for last in range(200, 230)]
    before = hfaxd.connections
    assert set(hylafax_rig.provider.fetch_status(keys)) == set(keys)
    assert hfaxd.connections == before + 1


def test_nothing_is_asked_about_what_cannot_be_ours(hylafax_rig, hfaxd):
    keys = ["", "7", "7-", "-ref", "x-ref", "7-a b", "7-a\nb", "7-" + "a" * 99]
    assert hylafax_rig.provider.fetch_status(keys) == {}
    assert nothing_asked(hfaxd)


def test_a_number_that_comes_again_is_another_job(hylafax_rig, hfaxd):
    """The server counts to 32000 and begins again."""
    hfaxd.most_jobs = 1
    first = hylafax_rig.submit()
    hylafax_rig.finish()
    second = hylafax_rig.submit()
    assert first.split("-")[0] == second.split("-")[0] == "1"
    assert set(hylafax_rig.provider.fetch_status([first, second])) == {second}
    assert hylafax_rig.provider.cancel(first) is False
    assert hylafax_rig.status(second).state is FaxState.SENDING


def test_a_job_that_was_cleared_away_is_left_out(hylafax_rig, hfaxd):
    key = hylafax_rig.submit()
    hylafax_rig.finish()
    hfaxd.forget()
    assert hylafax_rig.provider.fetch_status([key]) == {}


@pytest.mark.parametrize("letter, word", codes.STATES.items())
def test_each_state_of_a_job(letter, word):
    status = read.status(job(letter, pages_sent=3 if letter == "D" else 0))
    assert (status.raw_status, status.state) == word
    assert status.state.is_final is (letter in "DF")


def test_a_state_that_is_new_ends_nothing():
    assert read.status(job("X")).state is FaxState.SENDING


@pytest.mark.parametrize(
    "text, kind",
    [
        # What a real server said, see dev/faxlab and tests/calls.
        ("Busy signal detected; too many attempts to dial", K.BUSY),
        ("No answer from remote; too many attempts to dial", K.NO_ANSWER),
        ("No carrier detected; too many attempts to dial", K.NOT_A_FAX),
        ("No local dialtone; too many attempts to dial", K.PROVIDER_UNAVAILABLE),
        ("Unspecified Transmit Phase C error; too many attempts", K.CONNECTION),
        ("No response to PPS repeated 3 times.; too many attempts", K.CONNECTION),
        (
            "Failure to receive silence (synchronization failure).; too many",
            K.CONNECTION,
        ),
        ("COMREC invalid command received/no DIS or DTC", K.CONNECTION),
        ("Unknown problem; too many attempts to dial", K.UNKNOWN),
        ("Could not reopen converted document to verify format", K.DOCUMENT_REJECTED),
        ("Document is not valid TIFF (unspecified format error)", K.DOCUMENT_REJECTED),
        # What it may say.
        ("REJECT: Requested modem ttyS9 is not registered", K.PROVIDER_UNAVAILABLE),
        ("REJECT: Too many attempts to dial: 1, max 1", K.CONNECTION),
        ("REJECT: Too many pages in submission: 300, max 200", K.TOO_MANY_PAGES),
        ("No answer (T.30 T1 timeout)", K.NOT_A_FAX),
        ("No receiver protocol (T.30 T1 timeout)", K.NOT_A_FAX),
        ("Kill time expired", K.CONNECTION),
        ("Can not lock modem device", K.PROVIDER_UNAVAILABLE),
        ("something; Busy signal detected", K.UNKNOWN),
        ("", K.UNKNOWN),
    ],
)
def test_each_reason(text, kind):
    status = read.status(job(text=text))
    assert (status.state, status.failure) == (FaxState.FAILED, kind)
    assert read.status(job(text=text, pages_sent=1)).failure is K.PARTLY_SENT


def test_only_what_cannot_have_sent_a_page_is_dialled_again():
    """The list of them, so that a new row is thought about."""
    again = {words for words, kind in codes.FAILURES if kind.facts.redial}
    assert again == {
        "busy signal detected", "no answer from remote", "no answer or ring back",
        "ringback detected, no answer", "no local dialtone", "no dial tone",
        "phone off-hook", "no loop current", "glare - ring detected",
        "can not lock modem device", "unable to setup modem", "fork to prepare",
        "unable to configure modem", "is not registered",
    }  # fmt: skip


def test_each_row_of_the_table_can_be_reached():
    for words, kind in codes.FAILURES:
        assert codes.kind_of(f"Some {words.upper()} text") is kind, words


def test_a_job_that_somebody_removed():
    status = read.status(job(text="Job aborted by request", pages_sent=1))
    assert (status.state, status.failure, status.pages_sent) == (
        FaxState.CANCELLED, None, 1,
    )  # fmt: skip


# --- Looking up ----------------------------------------------------------------------


def test_one_look_for_several(hylafax_rig, hfaxd):
    requests = [hylafax_rig.request() for _each in range(3)]
    keys = [hylafax_rig.provider.submit(each).provider_id for each in requests[:2]]
    before = hfaxd.connections
    wanted = {each.reference: fingerprint(hylafax_rig, each.to) for each in requests}
    answers = hylafax_rig.provider.find_all(wanted)
    assert hfaxd.connections == before + 1
    assert [[f.provider_id for f in each] for each in answers.values()] == [
        [keys[0]], [keys[1]], [],
    ]  # fmt: skip


def test_a_job_that_may_have_been_cleared_away_is_not_said_to_be_missing(
    hylafax_rig, hfaxd
):
    request = hylafax_rig.request()
    then = fingerprint(hylafax_rig, request.to)
    for seconds, kept, told in ((500, 15, True), (900, 15, False), (900, 60, True)):
        hylafax_rig.clock.now = then.after + timedelta(seconds=seconds)
        provider = make_provider(hfaxd, kept_minutes=str(kept))
        if told:
            assert provider.find(request.reference, then) == []
        else:
            error = refused(provider.find, request.reference, then)
            assert error.code == "not_told_yet"


def test_a_job_that_was_dialled_before_a_crash_is_there(hylafax_rig, hfaxd):
    request = hylafax_rig.request()
    key = hylafax_rig.provider.submit(request).provider_id
    listed = read.Job("1", "F", 0, 3, request.reference, "REJECT: Too many attempts")
    assert key == listed.provider_id and not listed.was_rejected
    assert read.by_reference([listed], request.reference) == [listed]


def test_a_job_that_is_just_being_handed_over_is_not_said_to_be_there(
    hylafax_rig, hfaxd
):
    """It is withdrawn when its owner leaves, unless the scheduler takes it first."""
    request = hylafax_rig.request()
    key = hylafax_rig.provider.submit(request).provider_id
    (there,) = hfaxd.jobs.values()
    at, there.submitted_at = there.submitted_at, None
    with pytest.raises(ProviderError) as caught:
        look(hylafax_rig, request)
    assert caught.value.code == "not_told_yet"
    there.submitted_at = at
    assert look(hylafax_rig, request) == [key]


def test_what_others_call_their_jobs_is_not_mistaken_for_ours(hylafax_rig, hfaxd):
    request = hylafax_rig.request()
    for name in ("", "ref-1x", "ref-1\x1fdone", "two\nlines", "@@7\x1fD\x1f3"):
        other = hfaxd.new_job("somebody")
        other.values |= {"JOBINFO": name, "DIALSTRING": "1", "EXTERNAL": "1"}
        hfaxd.submit(other)
    assert look(hylafax_rig, request) in ([], ["3-ref-1"])
    assert look(hylafax_rig, replace(request, reference="ref-2")) == []


@pytest.mark.parametrize(
    "listed",
    [b"hello", b"@mark@1\x1fD", b"@mark@x\x1fD\x1f0\x1f0\x1fr\x1f",
     b"@mark@1\x1fD\x1f-1\x1f0\x1fr\x1f", b"a@mark@1\x1fD\x1f0\x1f0\x1fr\x1f"],
)  # fmt: skip
def test_a_list_that_cannot_be_read_is_not_an_empty_one(listed):
    assert read.jobs(listed, MARK) is None


def test_a_list_that_can_be_read():
    listed = (
        b"@mark@1\x1fD\x1f2\x1f2\x1fref-1\x1f\r\n@mark@2\x1fF\x1f0\x1f3\x1f\x1fa\nb"
    )
    assert read.jobs(listed, MARK) == [
        read.Job("1", "D", 2, 2, "ref-1", ""),
        read.Job("2", "F", 0, 3, "", "a b"),
    ]
    assert read.jobs(b"", MARK) == []


@quick
@given(st.binary(max_size=80), st.sampled_from([b"", b"@mark@", b"@mark@1\x1fF\x1f"]))
def test_no_list_makes_it_fail(content, before):
    for found in read.jobs(before + content, MARK) or []:
        assert read.status(found).provider_id
    read.received(before + content, MARK, SENDER)


# --- Cancelling ----------------------------------------------------------------------


@pytest.mark.parametrize("key", ["nobody-has-this", "99-ref-1", "", "1-ref-9", "JKILL"])
def test_what_is_not_ours_is_not_cancelled(hylafax_rig, hfaxd, key):
    hylafax_rig.submit()
    assert hylafax_rig.provider.cancel(key) is False
    assert not any(command.startswith("JKILL") for command in hfaxd.commands)


@pytest.mark.parametrize("what", ["server_error", "answer_lost", "garbled"])
def test_a_cancelling_without_an_answer_says_so(hylafax_rig, hfaxd, what):
    key = hylafax_rig.submit()
    hfaxd.faults.add(Fault(what, route="cancel"))
    refused(hylafax_rig.provider.cancel, key)


def test_a_job_of_another_user_is_not_ours_to_cancel(hylafax_rig, hfaxd):
    key = hylafax_rig.submit()
    hfaxd.jobs[1].owner = "somebody"
    assert refused(hylafax_rig.provider.cancel, key).code == "JKILL 504"


# --- Receiving -----------------------------------------------------------------------


def test_a_fax_that_came_in(hylafax_rig, hfaxd):
    name = hfaxd.receive(pages=2, caller="+14185550199", calls_itself="CARDIOLOGY")
    (got,) = hylafax_rig.provider.list_received(EPOCH)
    assert (got.to, got.sender, got.csid) == (SENDER, "+14185550199", "CARDIOLOGY")
    assert (got.pages, got.received_at) == (2, hylafax_rig.clock().replace(second=30))
    assert got.provider_id.startswith(name)
    assert hylafax_rig.provider.fetch_received(got.provider_id) == b"II*\0 pages"


def test_one_still_coming_in_is_not_there_yet(hylafax_rig, hfaxd):
    name = hfaxd.receive(coming_in=True)
    assert hylafax_rig.provider.list_received(EPOCH) == []
    hfaxd.files[name].coming_in = False
    assert len(hylafax_rig.provider.list_received(EPOCH)) == 1


@pytest.mark.parametrize(
    "caller, itself, sender",
    [
        ("4185550199", "", "+14185550199"),
        ("14185550199", "", "+14185550199"),
        ("+44 20 7946 0958", "", "+442079460958"),
        ("", "+1 (418) 555-0199", "+14185550199"),
        ("anonymous", "OFFICE", None),
        ("", "\N{LATIN SMALL LETTER E WITH ACUTE}", None),
        ("5550199", "", None),
    ],
)
def test_who_sent_it(hylafax_rig, hfaxd, caller, itself, sender):
    hfaxd.receive(caller=caller, calls_itself=itself)
    (got,) = hylafax_rig.provider.list_received(EPOCH)
    assert got.sender == sender


def test_a_name_that_comes_again_is_another_fax(hylafax_rig, hfaxd):
    name = hfaxd.receive()
    (first,) = hylafax_rig.provider.list_received(EPOCH)
    hfaxd.files[name].at += timedelta(days=400)
    error = refused(hylafax_rig.provider.fetch_received, first.provider_id)
    assert error.code == "not_found"


@pytest.mark.parametrize("name", ["../etc/hosts.hfaxd", "fax1.exe", "q7", "fax1.tif/x"])
def test_files_that_are_no_faxes_are_not_listed(hylafax_rig, hfaxd, name):
    hfaxd.receive()
    hfaxd.files["odd"] = replace(hfaxd.files["fax000000001.tif"], name=name)
    assert len(hylafax_rig.provider.list_received(EPOCH)) == 1


def test_a_file_that_is_too_long(hfaxd, hylafax_rig):
    hfaxd.receive(content=b"x" * (1 << 20) + b"x")
    provider = make_provider(hfaxd, download_megabytes=1)
    (got,) = provider.list_received(EPOCH)
    error = refused(provider.fetch_received, got.provider_id)
    assert error.kind is FailureKind.PROVIDER_UNAVAILABLE


@pytest.mark.parametrize("what", ["reset_in_body", "answer_lost", "cut", "garbled"])
def test_half_a_file_is_no_file(hylafax_rig, hfaxd, what):
    hfaxd.receive(content=DOCUMENT * 99)
    (got,) = hylafax_rig.provider.list_received(EPOCH)
    hfaxd.faults.add(Fault(what, route="retrieve"))
    refused(hylafax_rig.provider.fetch_received, got.provider_id)
    assert hylafax_rig.provider.fetch_received(got.provider_id) == DOCUMENT * 99
