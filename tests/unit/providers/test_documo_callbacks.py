"""Callbacks of Documo: who is believed, and what is made of them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers import CallbackRefused, DocumoProvider, FailureKind
from simulators.callbacks import basic
from unit.providers.documo_rig import CALLER
from unit.providers.provider_rig import DOCUMENT, SENDER

AUTH = basic(CALLER["callback_user"], CALLER["callback_password"])
PROVIDER = DocumoProvider({}, CALLER)
JSON = {"Content-Type": "application/json", "Authorization": AUTH}
PLAIN = st.sampled_from([None, True, 0, -1, 10**30, 1e300, "", "\0", "a-fax", "\ud800"])
NAMES = ("messageId", "status", "direction", "faxNumber", "pagesCount", "error", "exp")
JUNK = (
    PLAIN | st.lists(PLAIN, max_size=2) | st.dictionaries(st.sampled_from(NAMES), PLAIN)
)
quick = settings(max_examples=25, deadline=None)


def parse(headers, body, provider=PROVIDER):
    return provider.parse_callback(headers, body, {})


def callback(simulator, rig, event, key=None, **options):
    fax = simulator.faxes[key or rig.submit()]
    headers, body = simulator.callback(fax, event, **options)
    return headers | {"Authorization": AUTH}, body, fax


@pytest.mark.parametrize(
    "event", ["fax.v1.outbound.complete", "fax.outbound", "fax.outbound.extended"]
)
def test_both_forms_give_the_same_hint(rig, simulator, event):
    headers, body, fax = callback(simulator, rig, event, status="success")
    (hint,) = parse(headers, body).hints
    assert (hint.provider_id, hint.inbound) == (fax.uuid, False)
    assert (hint.event, hint.to, hint.pages) == ("success", rig.good, 3)
    assert hint.document is None and hint.received is None


def test_one_fax_announced_twice_is_one_hint(rig, simulator):
    key = rig.submit()
    rig.finish()
    hints = {
        parse(*callback(simulator, rig, f"fax.v1.outbound.{word}", key)[:2]).hints
        for word in ("complete", "succeed")
    }
    assert len(hints) == 1


@pytest.mark.parametrize("event", ["fax.v1.inbound.complete", "fax.inbound"])
def test_a_received_fax_is_announced(rig, simulator, event):
    key = simulator.receive("4185550199", document=DOCUMENT + b"\r\n--x\r\n\r\n")
    rig.finish()
    headers, body, _fax = callback(simulator, rig, event, key)
    (hint,) = parse(headers, body).hints
    assert (hint.provider_id, hint.inbound, hint.to) == (key, True, SENDER)


def test_names_of_headers_have_no_case(rig, simulator):
    headers, body, _fax = callback(simulator, rig, "fax.outbound")
    assert parse({name.upper(): value for name, value in headers.items()}, body).hints
    assert parse({name.lower(): value for name, value in headers.items()}, body).hints


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Basic",
        "Basic ",
        "Basic !",
        "Basic caf\xe9",
        "Bearer " + AUTH.split()[1],
        AUTH.split()[1],
        basic("clinic", ""),
        basic("clinic", "open sesam"),
        basic("Clinic", "open sesame"),
        basic("", ""),
        "Basic documo-key",
    ],
)
def test_a_stranger(rig, simulator, authorization):
    headers, body, _fax = callback(simulator, rig, "fax.v1.outbound.complete")
    with pytest.raises(CallbackRefused) as caught:
        parse(headers | {"Authorization": authorization}, body)
    assert caught.value.kind is FailureKind.CREDENTIALS


@pytest.mark.parametrize("lacking", ["callback_user", "callback_password"])
@pytest.mark.parametrize("value", ["", None])
def test_without_a_password_nobody_is_believed(lacking, value):
    provider = DocumoProvider({}, CALLER | {lacking: value})
    for user in ("clinic", ""):
        for password in ("open sesame", ""):
            headers = JSON | {"Authorization": basic(user, password)}
            with pytest.raises(CallbackRefused):
                parse(headers, b'{"messageId": "a"}', provider)


@pytest.mark.parametrize(
    "body", [b'{"uuid": "a-number"}', b"{}", b'{"messageId": "../../me"}']
)
def test_what_is_about_no_fax_is_acknowledged(body):
    assert parse(JSON | {"x-webhook-event": "fax.v1.number.add"}, body).hints == ()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_what_cannot_be_read_is_refused(body):
    with pytest.raises(CallbackRefused) as caught:
        parse(JSON, body)
    assert caught.value.kind is FailureKind.UNKNOWN


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; b=x",
    ],
)
def test_a_form_without_a_boundary_is_refused(content_type):
    with pytest.raises(CallbackRefused):
        parse(JSON | {"Content-Type": content_type}, b'--\r\n\r\n{"messageId": "a"}')


@pytest.mark.parametrize("boundary", ["x", '"a b"', '"x,y"', "----=_Part"])
@pytest.mark.parametrize("name", ['"data"', "data"])
def test_forms_as_others_write_them(boundary, name):
    mark = boundary.strip('"')
    body = (
        f'--{mark}\r\nContent-Disposition: form-data; name="other"\r\n\r\n'
        '{"messageId": "other"}\r\n'
        f"--{mark}\r\nContent-Type: application/json\r\n"
        f"content-disposition: Form-Data; name={name}\r\n\r\n"
        '{"messageId": "mine"}\r\n'
        f"--{mark}--\r\n"
    )
    kind = f"Multipart/Form-Data; charset=utf-8; boundary={boundary}"
    (hint,) = parse(JSON | {"Content-Type": kind}, body.encode()).hints
    assert hint.provider_id == "mine"


@quick
@given(JUNK)
def test_no_content_makes_it_fail(content):
    body = json.dumps(content).encode()
    for kind in ("application/json", "multipart/form-data; boundary=x"):
        try:
            callback = parse(JSON | {"Content-Type": kind}, body)
        except CallbackRefused:
            assert kind.startswith("multipart") or not isinstance(content, dict)
        else:
            assert len(callback.hints) <= 1


@quick
@given(
    kind=st.text(max_size=30).map("multipart/form-data; boundary={}".format),
    body=st.binary(max_size=200),
    authorization=st.sampled_from([AUTH, ""])
    | st.text(max_size=30).map("Basic {}".format),
)
def test_no_bytes_make_it_fail(kind, body, authorization):
    headers = {"Content-Type": kind, "Authorization": authorization}
    try:
        parse(headers, body)
    except CallbackRefused as refused:
        assert refused.proven_not_sent
