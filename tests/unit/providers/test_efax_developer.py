"""eFax Developer against its simulator: the account, sending, asking."""

import time
from datetime import timedelta

import pytest

from providers import EfaxDeveloperProvider, FaxState
from providers import efax_developer_wire as wire
from providers.efax_developer import DEFAULTS
from providers.values import Resolution
from simulators.faults import Fault
from unit.providers.efax_developer_rig import (
    K,
    answering,
    emptied,
    make_provider,
    make_rig,
    number,
    refused,
    serving,
)
from unit.providers.provider_contract import ProviderContract
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


class TestEfaxDeveloper(ProviderContract):
    @pytest.fixture
    def rig(self, rig):
        return rig


def response(code, docid="", level="", message="") -> str:
    return (
        '<?xml version="1.0"?><OutboundResponse><Transmission><TransmissionControl>'
        f"<TransmissionID/><DOCID>{docid}</DOCID></TransmissionControl><Response>"
        f"<StatusCode>{code}</StatusCode><ErrorLevel>{level}</ErrorLevel>"
        f"<ErrorMessage>{message}</ErrorMessage></Response></Transmission>"
        "</OutboundResponse>"
    )


# --- The account ---------------------------------------------------------------------


@pytest.mark.parametrize("name", ["account_id", "user_name", "password"])
@pytest.mark.parametrize("level", ["User", "System"])
def test_wrong_credentials(rig, simulator, name, level):
    simulator.credentials_level = level
    rig.provider.verify()
    rig.provider.credentials[name] = "wrong"
    error = refused(rig.provider.verify)
    assert (error.kind, error.code) == (K.CREDENTIALS, "refused")
    assert error.text and not simulator.acceptances


@pytest.mark.parametrize("name", ["account_id", "user_name", "password"])
@pytest.mark.parametrize("value", ["", None, " ", "a\0b", "a\nb"])
def test_credentials_that_can_be_none_are_not_sent(rig, simulator, name, value):
    rig.provider.credentials[name] = value
    assert refused(rig.provider.verify).code == f"no_{name}"
    assert refused(rig.provider.submit, rig.request()).proven_not_sent
    assert not simulator.requests


def test_a_document_to_sign_in_with(simulator, rig):
    """What the real one says of a fax that is not there is not known."""
    simulator.unknown_docid = "refused"
    assert refused(rig.provider.verify).kind is K.CREDENTIALS
    key = rig.submit()
    make_provider(simulator, verify_docid=key).verify()


@pytest.mark.parametrize("what", ["garbled", "answer_lost", "server_error"])
def test_verify_does_not_take_any_page_for_the_provider(rig, simulator, what):
    simulator.faults.add(Fault(what, route="status"))
    error = refused(rig.provider.verify)
    assert error.kind is K.PROVIDER_UNAVAILABLE and error.proven_not_sent


def test_secrets_go_nowhere_but_over_https(simulator):
    provider = make_provider(simulator, base_url="http://secure.efaxdeveloper.com")
    assert refused(provider.verify).code == "base_url"


def test_the_form_asks_for_what_the_provider_takes():
    form = EfaxDeveloperProvider.form
    assert [(each.name, each.secret) for each in form.credentials] == [
        ("account_id", False), ("user_name", False), ("password", True)
    ]  # fmt: skip
    assert {each.name for each in form.settings} <= set(DEFAULTS)
    assert form.settings[0].default == DEFAULTS["base_url"]
    assert form.callback_steps


# --- Sending -------------------------------------------------------------------------


def test_what_is_sent_is_what_was_frozen(rig, simulator):
    key = rig.submit(resolution=Resolution.STANDARD)
    fax = simulator.faxes[key]
    assert (fax.to, fax.document) == (rig.good[1:], DOCUMENT)
    assert fax.control == {
        "Resolution": "STANDARD", "Priority": "NORMAL", "SelfBusy": "ENABLE"
    }  # fmt: skip
    assert simulator.labels == ["text/xml"]


def test_the_form_under_its_true_name(simulator, rig):
    label = "application/x-www-form-urlencoded"
    rig.provider = make_provider(simulator, content_type=label)
    assert simulator.faxes[rig.submit()].document == DOCUMENT
    assert simulator.labels == [label]


@pytest.mark.parametrize("document", [bytes(range(256)), b"\xfb\xef\xbe" * 99, b"x"])
def test_every_byte_arrives(rig, simulator, document):
    assert simulator.faxes[rig.submit(document=document)].document == document


def test_a_long_fax_is_escaped_in_no_time():
    began = time.monotonic()
    body = wire.body("1", f"<a>{wire.DOCUMENT}</a>", "abc+/=" * 2_000_000)
    assert time.monotonic() - began < 5
    assert body.startswith(b"id=1&xml=%3Ca%3Eabc%2B%2F%3Dabc%2B")
    assert body.endswith(b"%3D%3C%2Fa%3E&respond=XML")
    assert body.count(b"%2B") == body.count(b"%3D") == 2_000_000


def test_settings_of_the_account(simulator, rig):
    rig.provider = make_provider(
        simulator,
        fax_header='A <clinic> & "more"\0',
        transmission_id=True,
        no_duplicates="ENABLE",
        priority="HIGH",
    )
    request = rig.request()
    key = rig.provider.submit(request).provider_id
    assert simulator.faxes[key].control == {
        "TransmissionID": request.reference,
        "NoDuplicates": "ENABLE",
        "Resolution": "FINE",
        "Priority": "HIGH",
        "SelfBusy": "ENABLE",
        "FaxHeader": 'A <clinic> & "more"',
    }


def test_numbers_elsewhere(simulator, rig):
    rig.submit("+442079460958")
    rig.provider = make_provider(simulator, international_prefix="011")
    rig.submit("+442079460958")
    rig.submit()
    assert [each.to for each in simulator.acceptances] == [
        "+442079460958", "+011442079460958", rig.good
    ]  # fmt: skip


def test_a_sender_that_it_cannot_choose_is_refused_here(simulator, rig):
    own = [SENDER, "+15145550178"]
    rig.provider = make_provider(simulator, own_numbers=own)
    error = refused(rig.provider.submit, rig.request())
    assert (error.kind, error.code) == (K.CALLER_ID, "no_choice")
    assert error.proven_not_sent and not simulator.requests
    rig.submit(sender=None)
    rig.provider = make_provider(simulator, own_numbers=own, any_sender=True)
    rig.submit()


# --- Outcomes ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "what, proven, code, taken",
    [
        ("reset_on_connect", None, None, 0),
        ("reset_before_body", False, None, 0),
        ("reset_in_body", False, "answer", 0),
        ("reset_after_body", False, "answer", 0),
        ("answer_lost", False, "answer", 1),
        ("cut", False, "answer", 1),
        ("garbled", False, "unreadable", 1),
        ("server_error", False, "500", 0),
        ("server_error_after", False, "500", 1),
        ("redirect", False, "307", 0),
        ("too_many_requests", True, "429", 0),
    ],
)
def test_each_failure_says_no_more_than_is_known(
    rig, simulator, what, proven, code, taken
):
    simulator.faults.add(Fault(what, route="submit"))
    before = simulator.connections
    error = refused(rig.provider.submit, rig.request())
    assert proven in (None, error.proven_not_sent)
    assert code in (None, error.code)
    assert len(simulator.acceptances) == taken
    assert not (taken and error.proven_not_sent)
    assert simulator.connections == before + 1, "one call, whatever happens"


@pytest.mark.parametrize("suffix, taken", [("0110", 0), ("0113", 1)])
def test_a_failure_of_its_own_system_leaves_it_open(rig, simulator, suffix, taken):
    error = refused(rig.provider.submit, rig.request(number(suffix)))
    assert (error.proven_not_sent, error.code) == (False, "refused")
    assert error.text == "We FAIL" and len(simulator.acceptances) == taken


@pytest.mark.parametrize(
    "status, body, proven, code",
    [
        (200, response("1"), False, "unreadable"),
        (200, response("1", "../me"), False, "unreadable"),
        (200, response("3", "12345"), False, "unreadable"),
        (200, response("", "12345"), False, "unreadable"),
        (200, response("2", "", "User", "No"), True, "refused"),
        (200, response(" 2 ", " ", "user"), True, "refused"),
        (200, response("2", "", "System", "No"), False, "refused"),
        (200, response("2", "", "", "No"), False, "refused"),
        (200, response("2", "", "Other", "No"), False, "refused"),
        (200, response("2", "12345", "User", "No"), False, "refused"),
        (200, response("2", "", "User").replace("OutboundR", "R"), False, "refused"),
        (200, "", False, "unreadable"),
        (200, "<html><p>Success", False, "unreadable"),
        (200, "<html></html>", False, "unreadable"),
        (401, "", True, "401"),
        (403, response("1", "12345"), False, "403"),
        (400, "", False, "400"),
        (408, "", False, "408"),
        (502, response("2", "", "User"), False, "502"),
    ],
)
def test_answers_that_nobody_documented(
    rig, simulator, monkeypatch, status, body, proven, code
):
    answering(monkeypatch, simulator, body, status)
    error = refused(rig.provider.submit, rig.request())
    assert (error.proven_not_sent, error.code) == (proven, code)


def test_an_answer_as_it_was_seen(rig, simulator, monkeypatch):
    """With space before and within it, which strict readers refuse."""
    body = f"\n   {response(' 1 ', ' 12345678 ')}\n "
    answering(monkeypatch, simulator, body)
    assert rig.submit() == "12345678"


def test_the_deadline_of_the_request_is_that_of_the_call(rig, simulator):
    simulator.faults.add(Fault("late", route="submit", seconds=5))
    request = rig.request(deadline=rig.clock() + timedelta(seconds=0.1))
    assert not refused(rig.provider.submit, request).proven_not_sent
    assert len(simulator.acceptances) == 1


# --- Asking --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "suffix, seconds, state, failure, sent",
    [
        ("0199", 0, FaxState.QUEUED, None, None),
        ("0199", 9, FaxState.DELIVERED, None, 3),
        ("0101", 9, FaxState.WAITING, K.BUSY, None),
        ("0102", 9, FaxState.FAILED, K.UNKNOWN, None),
        ("0103", 9, FaxState.FAILED, K.NO_ANSWER, None),
        ("0105", 9, FaxState.PARTIAL, K.PARTLY_SENT, 1),
        ("0109", 9, FaxState.QUEUED, None, None),
        ("0118", 9, FaxState.SENDING, None, None),
    ],
)
def test_each_status(rig, suffix, seconds, state, failure, sent):
    provider_id = rig.submit(number(suffix))
    rig.clock.advance(seconds)
    status = rig.status(provider_id)
    assert (status.state, status.failure) == (state, failure)
    assert status.pages_sent == sent
    assert status.ended_at is None, "in which zone its times are is not known"


def test_times_by_setting(simulator, rig):
    rig.provider = make_provider(simulator, status_zone="UTC")
    key = rig.submit()
    rig.clock.advance(9)
    assert rig.status(key).ended_at == rig.clock() - timedelta(seconds=7)


def test_one_fax_that_cannot_be_told_hides_no_other(rig, simulator):
    ids = [rig.submit() for _fax in range(3)]
    simulator.faults.add(Fault("garbled", route="status"))
    assert list(rig.provider.fetch_status(ids)) == ids[1:]
    simulator.unknown_docid = "refused"
    assert list(rig.provider.fetch_status(["12345", *ids])) == ids
    assert refused(rig.provider.fetch_status, ["12345"]).code == "refused"


def test_what_was_fetched_is_kept_when_a_later_call_fails(rig, simulator):
    ids = [rig.submit() for _fax in range(3)]
    simulator.faults.add(Fault("too_many_requests", route="status", skip=1))
    assert list(rig.provider.fetch_status(ids)) == ids[:1]


def test_asking_sends_nothing(rig, simulator):
    key = rig.submit()
    for what in ("answer_lost", "reset_in_body", "server_error_after"):
        simulator.faults.add(Fault(what, route="status"))
        assert refused(rig.provider.fetch_status, [key]).proven_not_sent


@pytest.mark.parametrize("key", ["../me", "a<b", "", "x" * 65, "a b", "\u0661"])
def test_an_id_never_becomes_anything_else(rig, simulator, key):
    assert rig.provider.fetch_status([key]) == {}
    assert not simulator.requests


def test_what_is_not_known_is_not_declared():
    capabilities = EfaxDeveloperProvider.capabilities
    assert capabilities.find == "none" and capabilities.callbacks
    for name in ("cancel", "resend", "receive", "numbers", "balance"):
        assert not getattr(capabilities, name)
