"""eFax Enterprise against its simulator: the account, sending, outcomes."""

from datetime import timedelta

import pytest

from providers import Cover, EfaxProvider
from providers.efax import MOST_BYTES
from providers.efax_calls import DEFAULTS
from providers.values import Resolution
from simulators.faults import Fault
from unit.providers.efax_rig import (
    ID,
    K,
    answering,
    count,
    emptied,
    make_provider,
    make_rig,
    refused,
    serving,
)
from unit.providers.provider_contract import ProviderContract
from unit.providers.provider_rig import DOCUMENT


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


class TestEfax(ProviderContract):
    @pytest.fixture
    def rig(self, rig):
        return rig


# --- The account ---------------------------------------------------------------------


def test_verify_looks_at_the_user_too(rig, simulator):
    rig.provider.verify()
    simulator.user_id = "somebody-else"
    error = refused(rig.provider.verify)
    assert (error.kind, error.code) == (K.CREDENTIALS, "403")


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_user_that_is_not_known(rig, simulator, status):
    """How that is said is not published."""
    simulator.user_id_status = status
    rig.provider.credentials["user_id"] = "somebody-else"
    error = refused(rig.provider.submit, rig.request())
    assert error.proven_not_sent and error.code == str(status)
    assert error.kind is (K.UNKNOWN if status == 400 else K.CREDENTIALS)


@pytest.mark.parametrize("name", ["app_id", "api_key"])
def test_wrong_credentials(rig, simulator, name):
    rig.provider.credentials[name] = "wrong"
    for call, arguments in (
        (rig.provider.verify, ()),
        (rig.provider.submit, (rig.request(),)),
    ):
        error = refused(call, *arguments)
        assert (error.kind, error.code) == (K.CREDENTIALS, "401")
        assert error.proven_not_sent
    assert count(simulator, "received") + count(simulator, "submit") == 0


@pytest.mark.parametrize("name", ["app_id", "api_key", "user_id"])
@pytest.mark.parametrize("value", ["", None, " ", "two words", "caf\xe9", "a\r\nX: y"])
def test_credentials_that_can_be_none_are_not_sent(rig, simulator, name, value):
    rig.provider.credentials[name] = value
    assert refused(rig.provider.verify).kind is K.CREDENTIALS
    assert refused(rig.provider.submit, rig.request()).proven_not_sent
    assert not [each for each in simulator.requests if each.route != "tokens"]


def test_an_app_id_with_a_colon_would_be_another(rig, simulator):
    rig.provider.credentials["app_id"] = "efax:app"
    assert refused(rig.provider.verify).code == "no_app_id"
    assert not simulator.requests


def test_credentials_as_they_were_pasted(rig):
    for name, value in rig.provider.credentials.items():
        rig.provider.credentials[name] = f" {value}\n"
    rig.provider.verify()


@pytest.mark.parametrize("what", ["garbled", "answer_lost", "server_error"])
@pytest.mark.parametrize("route", ["tokens", "received"])
def test_verify_does_not_take_any_page_for_the_provider(rig, simulator, what, route):
    simulator.faults.add(Fault(what, route=route))
    error = refused(rig.provider.verify)
    assert error.kind is K.PROVIDER_UNAVAILABLE and error.proven_not_sent


@pytest.mark.parametrize("url", ["http://api.securedocex.com", "", None, "https://["])
def test_secrets_go_nowhere_but_over_https(simulator, url):
    provider = make_provider(simulator, base_url=url)
    assert refused(provider.verify).code == "base_url"


def test_the_form_asks_for_what_the_provider_takes():
    form = EfaxProvider.form
    assert [(each.name, each.secret) for each in form.credentials] == [
        ("app_id", False), ("api_key", True), ("user_id", False)
    ]  # fmt: skip
    assert {each.name for each in form.settings} <= set(DEFAULTS)
    assert form.settings[0].default == DEFAULTS["base_url"]
    assert not form.callback_steps, "what it sends when it calls back is not published"


# --- Sending -------------------------------------------------------------------------


def test_what_is_sent_is_what_was_frozen(rig, simulator):
    request = rig.request(resolution=Resolution.STANDARD)
    key = rig.provider.submit(request).provider_id
    fax = simulator.faxes[key]
    assert (fax.to, fax.sender, fax.document) == (rig.good, request.sender, DOCUMENT)
    assert fax.client_data == {"client_reference_id": request.reference}
    assert fax.options == {
        "image_resolution": "STANDARD",
        "include_cover_page": False,
        "retry_options": {"non_billable": 0, "billable": 0, "human_answer": 0},
        "custom_CallerID": "15145550177",
    }


def test_numbers_elsewhere_keep_their_plus(rig, simulator):
    rig.submit("+442079460958")
    assert simulator.acceptances[0].to == "+442079460958"


def test_settings_of_the_account(simulator, rig):
    rig.provider = make_provider(simulator, retries={}, caller_id=False, csid="Clinic")
    key = rig.submit()
    assert simulator.faxes[key].options == {
        "image_resolution": "FINE", "include_cover_page": False, "custom_CSID": "Clinic"
    }  # fmt: skip


def test_no_sender_leaves_it_to_the_account(rig, simulator):
    key = rig.submit(sender=None)
    assert "custom_CallerID" not in simulator.faxes[key].options


def test_a_cover_drawn_by_the_provider(rig, simulator, monkeypatch):
    bodies = []
    take = simulator._take
    monkeypatch.setattr(
        simulator, "_take", lambda *args: bodies.append(args[-1]) or take(*args)
    )
    cover = Cover(
        recipient_name=" Dr Ada Fern ",
        recipient_organization="Northern Cardiology",
        sender_name="Clinic",
        subject="Results",
        notes="Call us.",
    )
    key = rig.submit(cover=cover)
    assert simulator.faxes[key].pages == 4
    assert bodies[0]["destinations"] == [
        {
            "fax_number": rig.good[1:],
            "to_name": "Dr Ada Fern",
            "to_company": "Northern Cardiology",
        }
    ]
    assert bodies[0]["fax_options"]["cover_page_options"] == {
        "from_name": "Clinic", "subject": "Results", "message": "Call us."
    }  # fmt: skip


def test_names_go_there_only_for_a_cover(rig, simulator, monkeypatch):
    bodies = []
    take = simulator._take
    monkeypatch.setattr(
        simulator, "_take", lambda *args: bodies.append(args[-1]) or take(*args)
    )
    rig.submit()
    assert bodies[0]["destinations"] == [{"fax_number": rig.good[1:]}]


def test_a_document_too_large_is_not_uploaded(rig, simulator):
    error = refused(rig.provider.submit, rig.request(document=bytes(MOST_BYTES + 1)))
    assert (error.kind, error.code) == (K.DOCUMENT_REJECTED, "too_large")
    assert error.proven_not_sent and not simulator.requests


def test_a_caller_id_that_is_not_allowed(rig):
    error = refused(rig.provider.submit, rig.request(sender="+15145550166"))
    assert error.proven_not_sent
    assert error.text == "custom_CallerID is not allowed / BAD_REQUEST"


# --- Outcomes ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "what, proven, code, taken",
    [
        ("reset_on_connect", True, None, 0),
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
    rig.provider.verify()  # there is a token
    simulator.faults.add(Fault(what))
    before, tokens = simulator.connections, simulator.tokens_made
    error = refused(rig.provider.submit, rig.request())
    if what != "reset_on_connect":  # may be noticed late
        assert error.proven_not_sent is proven
    assert code in (None, error.code)
    assert len(simulator.acceptances) == taken
    assert not (taken and error.proven_not_sent)
    assert simulator.connections == before + 1, "one call, whatever happens"
    assert simulator.tokens_made == tokens


@pytest.mark.parametrize(
    "what",
    ["reset_on_connect", "reset_before_body", "reset_in_body", "reset_after_body",
     "answer_lost", "cut", "garbled", "server_error", "server_error_after",
     "redirect", "too_many_requests"],
)  # fmt: skip
def test_no_fax_is_in_the_call_for_a_token(rig, simulator, what):
    simulator.faults.add(Fault(what, route="tokens"))
    error = refused(rig.provider.submit, rig.request())
    assert error.proven_not_sent
    assert not simulator.acceptances and count(simulator, "submit") == 0
    rig.submit()


def test_the_provider_asks_to_slow_down(rig, simulator):
    simulator.faults.add(Fault("too_many_requests", retry_after="17"))
    error = refused(rig.provider.submit, rig.request())
    assert (error.kind, error.retry_after) == (K.RATE_LIMITED, 17)
    simulator.faults.add(Fault("too_many_requests"))
    error = refused(rig.provider.submit, rig.request())
    assert error.retry_after == 60 and error.may_redial


def test_nobody_listens(rig, simulator):
    simulator.listen(False)
    error = refused(rig.provider.submit, rig.request())
    assert (error.kind, error.code) == (K.PROVIDER_UNAVAILABLE, "connect")
    assert error.may_redial


def test_the_deadline_of_the_request_is_that_of_the_call(rig, simulator):
    rig.provider.verify()
    simulator.faults.add(Fault("late", seconds=5))
    request = rig.request(deadline=rig.clock() + timedelta(seconds=0.1))
    assert not refused(rig.provider.submit, request).proven_not_sent
    assert len(simulator.acceptances) == 1


def test_nothing_is_asked_for_a_fax_that_is_too_late(rig, simulator):
    error = refused(rig.provider.submit, rig.request(deadline=rig.clock()))
    assert error.code == "deadline" and not simulator.requests


def test_a_deadline_that_passes_while_a_token_is_made(rig, simulator, monkeypatch):
    take = simulator.take_token
    monkeypatch.setattr(
        simulator, "take_token", lambda: rig.clock.advance(61) or take()
    )
    request = rig.request(deadline=rig.clock() + timedelta(seconds=60))
    error = refused(rig.provider.submit, request)
    assert (error.proven_not_sent, error.code) == (True, "deadline")
    assert count(simulator, "submit") == 0


@pytest.mark.parametrize(
    "status, body, proven",
    [
        (201, [], False),
        (201, {}, False),
        (201, None, False),
        (201, "taken", False),
        (201, [{"fax_id": ""}], False),
        (201, [{"fax_id": 7}], False),
        (201, [{"fax_id": "../me"}], False),
        (201, [{"fax_id": ID}, {"fax_id": ID[::-1]}], False),
        (201, [{"fax_id": ID, "destination_fax_number": "14155550100"}], False),
        (201, {"errors": [{"user_message": "no"}]}, False),
        (204, None, False),
        (400, {}, True),
        (400, [{"fax_id": ID}], False),
        (401, [{"fax_id": ID}], False),
        (408, {}, False),
        (409, {}, False),
        (502, {}, False),
        (503, {"errors": [{"element_name": "fax_number"}]}, False),
    ],
)
def test_answers_that_nobody_documented(
    rig, simulator, monkeypatch, status, body, proven
):
    answering(monkeypatch, simulator, "submit", body, status)
    assert refused(rig.provider.submit, rig.request()).proven_not_sent is proven
    assert count(simulator, "submit") == 1


@pytest.mark.parametrize(
    "body",
    [
        [{"fax_id": ID}],
        {"fax_id": ID},
        [{"fax_id": ID, "destination_fax_number": "4185550199"}],
        [{"fax_id": ID, "destination_fax_number": "+1 (418) 555-0199"}],
    ],
)
@pytest.mark.parametrize("status", [200, 201, 202])
def test_shapes_of_the_answer(rig, simulator, monkeypatch, status, body):
    answering(monkeypatch, simulator, "submit", body, status)
    assert rig.submit() == ID
