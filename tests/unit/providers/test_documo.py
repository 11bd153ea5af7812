"""Documo against its simulator: the account, sending, numbers."""

import base64
from datetime import datetime, timedelta, timezone

import pytest

from providers import Cover, DocumoProvider, NumberInfo, NumberOrder
from providers.documo_calls import DEFAULTS
from simulators.faults import Fault
from simulators.messages import answer
from unit.providers.documo_rig import K, make_provider, number, refused
from unit.providers.provider_contract import ProviderContract, fingerprint
from unit.providers.provider_rig import DOCUMENT, SENDER


class TestDocumo(ProviderContract):
    @pytest.fixture
    def rig(self, rig, simulator):
        simulator.calls_a_minute = 100  # the contract looks often; see below for 8
        return rig


# --- The account ---------------------------------------------------------------------


def test_verify_tells_the_account(rig):
    assert rig.provider.verify().name == "Clinic"


def test_a_key_that_is_a_token_with_an_end_tells_it(simulator):
    claims = base64.urlsafe_b64encode(b'{"exp": 1800000000}').decode().rstrip("=")
    simulator.keys = [f"head.{claims}.sign"]
    provider = make_provider(simulator)
    provider.credentials["api_key"] = f" {simulator.keys[0]}\n"  # as it was pasted
    assert provider.verify().key_expires_at == datetime(
        2027, 1, 15, 8, 0, tzinfo=timezone.utc
    )


@pytest.mark.parametrize(
    "key", ["wrong", base64.b64encode(b"documo-key:").decode(), "documo-key2"]
)
def test_a_wrong_key(rig, simulator, key):
    rig.provider.credentials["api_key"] = key
    error = refused(rig.provider.verify)
    assert (error.kind, error.code) == (K.CREDENTIALS, "401")


@pytest.mark.parametrize(
    "key", ["", None, " ", "two words", "caf\xe9", "a\nb", "a\r\nX: y"]
)
def test_a_key_that_can_be_none_is_not_sent(rig, simulator, key):
    rig.provider.credentials["api_key"] = key
    assert refused(rig.provider.verify).kind is K.CREDENTIALS
    assert refused(rig.provider.submit, rig.request()).proven_not_sent
    assert not simulator.requests


def test_a_trial_that_has_ended(rig, simulator):
    simulator.trial_ended = True
    assert refused(rig.provider.verify).kind is K.ACCOUNT_INACTIVE
    error = refused(rig.provider.submit, rig.request())
    assert error.kind is K.ACCOUNT_INACTIVE and error.proven_not_sent


def test_an_account_without_the_api(rig, simulator):
    simulator.api_allowed = False
    error = refused(rig.provider.verify)
    assert (error.kind, error.code) == (K.ACCOUNT_INACTIVE, "api_off")


def test_verify_does_not_take_any_page_for_the_provider(rig, simulator):
    simulator.faults.add(Fault("garbled", route="me"))
    assert refused(rig.provider.verify).code == "unreadable"


@pytest.mark.parametrize(
    "url",
    ["http://api.documo.com", "ftp://127.0.0.1", "", "127.0.0.1", "https://", None,
     "https://api.documo.com/?a=b", "http://[", "http://127.0.0.1.example.com"],
)  # fmt: skip
def test_the_key_goes_nowhere_but_over_https(simulator, url):
    provider = make_provider(simulator, base_url=url)
    assert refused(provider.verify).code == "base_url"


def test_the_form_asks_for_what_the_provider_takes():
    form = DocumoProvider.form
    assert [(each.name, each.secret) for each in form.credentials] == [
        ("api_key", True)
    ]
    assert {each.name for each in form.settings} <= set(DEFAULTS)
    assert form.settings[0].default == DEFAULTS["base_url"]
    assert any("once" in step for step in form.steps), "that the key is shown once"
    assert any("Settings" in step for step in form.steps), "where it is made"


# --- Sending -------------------------------------------------------------------------


def test_what_is_sent_is_what_was_frozen(rig, simulator):
    rig.submit(sender="+15145550177")
    (taken,) = simulator.acceptances
    assert simulator.faxes[taken.provider_id].document == DOCUMENT
    assert (taken.to, taken.sender) == (rig.good, "5145550177")
    assert (taken.file_name, taken.route) == ("FAX-2026-00123.pdf", "submit")


def test_no_sender_leaves_it_to_the_account(rig, simulator):
    rig.submit(sender=None)
    assert simulator.acceptances[0].sender == simulator.caller_ids[0]


def test_a_sender_that_it_cannot_express_is_refused_here(rig, simulator):
    error = refused(rig.provider.submit, rig.request(sender="+442079460958"))
    assert error.kind is K.CALLER_ID and error.proven_not_sent
    assert not simulator.requests


@pytest.mark.parametrize("status", [400, 403, 422])
@pytest.mark.parametrize("shape", ["error.message", "error", "message"])
def test_a_caller_id_that_is_not_verified(rig, simulator, status, shape):
    """Neither its status nor the shape of the error is documented."""
    simulator.caller_id_status, simulator.error_shape = status, shape
    error = refused(rig.provider.submit, rig.request(sender="+15145550166"))
    assert error.kind is K.CALLER_ID and error.proven_not_sent
    assert error.text.startswith("Caller ID is not allowed")


def test_a_cover_drawn_by_the_provider(rig, simulator, monkeypatch):
    forms = []
    take = simulator._take
    monkeypatch.setattr(
        simulator, "_take", lambda form, *args: forms.append(form) or take(form, *args)
    )
    cover = Cover(
        recipient_name="Dr Maximiliana Featherstonehaugh ",
        recipient_organization="Northern Cardiology",
        sender_name="Clinic",
        subject="s" * 99,
        notes="n" * 5000,
        template="a-cover",
    )
    provider_id = rig.submit(cover=cover)
    assert forms == [
        {
            "faxNumber": rig.good,
            "callerId": "5145550177",
            "coverPage": "true",
            "coverPageId": "a-cover",
            "recipientName": "Dr Maximiliana Featherstonehaugh, Northe",
            "senderName": "Clinic",
            "subject": "s" * 55,
            "notes": "n" * 4000,
        }
    ]
    assert simulator.faxes[provider_id].pages == 4
    found = rig.provider.find("", fingerprint(rig, rig.good, pages=4))
    assert [each.provider_id for each in found] == [provider_id]


def test_the_older_way_to_send(simulator, rig):
    provider = make_provider(simulator, older_send=True)
    submission = provider.submit(rig.request())
    assert simulator.acceptances[0].route == "submit_older"
    assert submission.provider_id == simulator.acceptances[0].provider_id
    error = refused(provider.submit, rig.request(number("0104")))
    assert (error.proven_not_sent, error.code) == (True, "refused")
    assert error.text == "Invalid fax number"


def test_another_scheme_by_setting(simulator, rig):
    provider = make_provider(simulator, scheme="Bearer")
    assert refused(provider.verify).kind is K.CREDENTIALS  # the simulator wants Basic


def test_resend_uploads_nothing(rig, simulator):
    first = rig.submit()
    rig.finish()
    other = number("0198")
    second = rig.provider.resend(first, rig.request(other)).provider_id
    assert simulator.acceptances[1].route == "resend"
    assert simulator.acceptances[1].to == other
    assert simulator.faxes[second].document == DOCUMENT


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
    simulator.faults.add(Fault(what))
    before = simulator.connections
    error = refused(rig.provider.submit, rig.request())
    assert proven in (None, error.proven_not_sent)
    assert code in (None, error.code)
    assert len(simulator.acceptances) == taken
    assert not (taken and error.proven_not_sent)
    assert simulator.connections == before + 1, "one call, whatever happens"


def test_the_provider_asks_to_slow_down(rig, simulator):
    simulator.faults.add(Fault("too_many_requests", retry_after="17"))
    error = refused(rig.provider.submit, rig.request())
    assert (error.kind, error.retry_after) == (K.RATE_LIMITED, 17)
    assert error.may_redial


def test_nobody_listens(rig, simulator):
    simulator.listen(False)
    error = refused(rig.provider.submit, rig.request())
    assert (error.kind, error.code) == (K.PROVIDER_UNAVAILABLE, "connect")
    assert error.may_redial


def test_the_deadline_of_the_request_is_that_of_the_call(rig, simulator):
    simulator.faults.add(Fault("late", seconds=5))
    request = rig.request(deadline=rig.clock() + timedelta(seconds=0.1))
    assert not refused(rig.provider.submit, request).proven_not_sent
    assert len(simulator.acceptances) == 1


def test_the_deadline_is_looked_at_again_when_the_connection_stands(rig, simulator):
    ticks = iter([0, 0, 61])
    start = rig.clock()
    rig.provider.clock = lambda: start + timedelta(seconds=next(ticks))
    request = rig.request(deadline=start + timedelta(seconds=60))
    error = refused(rig.provider.submit, request)
    assert (error.proven_not_sent, error.code) == (True, "deadline")
    assert next(ticks, None) is None and not simulator.requests


@pytest.mark.parametrize(
    "status, body, proven",
    [
        (200, {}, False),
        (200, [], False),
        (200, {"messageId": ""}, False),
        (200, {"messageId": 7}, False),
        (200, {"messageId": "../me"}, False),
        (200, {"success": [], "errors": []}, False),
        (200, {"success": [], "errors": ["no"]}, True),
        (200, {"success": None, "errors": ["no"]}, False),
        (200, {"success": [{"status": "processing"}], "errors": ["no"]}, False),
        (204, {}, False),
        (400, {}, True),
        (400, {"messageId": "a-fax"}, False),
        (408, {}, False),
        (409, {}, False),
        (502, {}, False),
        (503, {"message": "Caller ID is not allowed."}, False),
    ],
)
def test_answers_that_nobody_documented(
    rig, simulator, monkeypatch, status, body, proven
):
    def submit(request):
        return answer(status, body)

    monkeypatch.setattr(simulator, "submit", submit)
    assert refused(rig.provider.submit, rig.request()).proven_not_sent is proven


# --- Numbers -------------------------------------------------------------------------


def test_numbers_are_found_ordered_and_released(rig, simulator):
    (area,) = rig.provider.search_area_codes("CA", "514")
    assert (area.code, area.region, area.city) == ("514", "QC", "MONTREAL")
    assert area.offers == ("+15145550180", "+15145550181")
    order = NumberOrder(reference="r", country="CA", number=area.offers[1])
    ordered = rig.provider.order_number(order)
    assert ordered.number == "+15145550181" and ordered.provider_id
    assert ordered in rig.provider.list_numbers()
    rig.provider.release_number(ordered)
    assert ordered not in rig.provider.list_numbers()


def test_any_number_of_an_area_code(rig):
    ordered = rig.provider.order_number(
        NumberOrder(reference="r", country="CA", area_code="514")
    )
    assert ordered.number == "+15145550180"
    error = refused(
        rig.provider.order_number,
        NumberOrder(reference="r", country="CA", area_code="999"),
    )
    assert (error.code, error.proven_not_sent) == ("none_free", True)


def test_area_codes_of_another_country_are_left_out(rig):
    assert [each.code for each in rig.provider.search_area_codes("US")] == ["615"]
    codes = rig.provider.search_area_codes("CA", region="QC")
    assert [each.code for each in codes] == ["514"]


@pytest.mark.parametrize(
    "what, proven",
    [("answer_lost", False), ("garbled", False), ("server_error", False),
     ("too_many_requests", True)],
)  # fmt: skip
def test_an_order_whose_outcome_is_not_known(rig, simulator, what, proven):
    order = NumberOrder(reference="r", country="CA", area_code="514")
    simulator.faults.add(Fault(what, route="order"))
    assert refused(rig.provider.order_number, order).proven_not_sent is proven
    numbers = [each.number for each in rig.provider.list_numbers()]
    assert ("+15145550180" in numbers) == (what in ("answer_lost", "garbled"))


def test_a_number_without_an_id_cannot_be_released(rig, simulator):
    error = refused(rig.provider.release_number, NumberInfo(number=SENDER))
    assert error.code == "no_id" and not simulator.requests


def test_numbers_without_what_is_not_documented(rig, simulator, monkeypatch):
    rows = [{"number": "5145550177", "pendingUntil": "soon"}, {}, {"number": "x"}]
    monkeypatch.setattr(
        simulator,
        "list_numbers",
        lambda request: answer(200, {"rows": rows, "count": 3}),
    )
    assert rig.provider.list_numbers() == [NumberInfo(number=SENDER, pending=True)]
