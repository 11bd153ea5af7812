"""InterFAX against its simulator: what is known of a fax after each kind of answer."""

from datetime import timedelta

import pytest

from providers.interfax_codes import INTERNAL, REFUSALS, REFUSED
from simulators.faults import Fault
from simulators.messages import Reply, answer
from unit.providers.documo_rig import refused
from unit.providers.http_rig import Echo, fails, http
from unit.providers.interfax_rig import K, number, replies
from unit.providers.provider_rig import DOCUMENT

PLACE = "https://rest.interfax.net/outbound/faxes/"


@pytest.fixture
def simulator(interfax):
    return interfax


@pytest.fixture
def rig(interfax_rig):
    return interfax_rig


# --- Outcomes ------------------------------------------------------------------------


@pytest.mark.parametrize("route", ["submit", "resend"])
@pytest.mark.parametrize(
    "what, proven, code, taken",
    [
        ("reset_on_connect", None, None, 0),
        ("reset_before_body", False, None, 0),
        ("reset_after_body", False, "answer", 0),
        ("answer_lost", False, "answer", 1),
        ("server_error", False, "-150", 0),
        ("server_error_after", False, "-150", 1),
        ("redirect", False, "307", 0),
        ("too_many_requests", True, "-1011", 0),
        ("slow", None, None, 1),
    ],
)
def test_each_failure_says_no_more_than_is_known(
    rig, simulator, route, what, proven, code, taken
):
    call, arguments = rig.provider.submit, [rig.request()]
    if route == "resend":
        call, arguments = rig.provider.resend, [rig.submit(), *arguments]
    simulator.faults.add(Fault(what, route=route))
    before, had = simulator.connections, len(simulator.acceptances)
    if what == "slow":
        assert call(*arguments).provider_id
    else:
        error = refused(call, *arguments)
        assert proven in (None, error.proven_not_sent)
        assert code in (None, error.code)
        assert not (taken and error.proven_not_sent)
    assert len(simulator.acceptances) == had + taken
    assert simulator.connections == before + 1, "one call, whatever happens"


@pytest.mark.parametrize("what", ["reset_in_body", "slow_upload"])
def test_a_body_that_breaks_off(rig, simulator, what):
    simulator.faults.add(Fault(what, seconds=5))
    document = b"%PDF" + b"x" * 900_000
    deadline = rig.clock() + timedelta(seconds=0.3)
    request = rig.request(document=document, deadline=deadline)
    assert not refused(rig.provider.submit, request).proven_not_sent


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


def test_the_deadline_is_looked_at_again_when_the_connection_stands(rig, simulator):
    start, late = rig.clock(), []
    rig.provider.clock = lambda: start + timedelta(seconds=61 if late else 0)
    request = rig.request(deadline=start + timedelta(seconds=60))
    opened = rig.provider._http()
    once = opened.once
    opened.once = lambda *args, **content: late.append(1) or once(*args, **content)
    error = refused(rig.provider.submit, request)
    assert (error.proven_not_sent, error.code) == (True, "deadline")
    assert not simulator.requests


@pytest.mark.parametrize(
    "status, place, taken",
    [
        (201, PLACE + "667915751", "667915751"),
        (201, "/outbound/faxes/667915751/", "667915751"),
        (200, PLACE + "667915751", "667915751"),
        (202, PLACE + "667915751?x=y", "667915751"),
        (201, None, None),
        (201, "", None),
        (201, PLACE, None),
        (201, PLACE + "0", None),
        (201, PLACE + "../667915751", None),
        (201, PLACE + "abc", None),
        (201, PLACE + "1" * 19, None),
        (201, "https://rest.interfax.net/outbound/documents/667915751", None),
        (201, "http://[/outbound/faxes/1", None),
        (204, None, None),
        (302, PLACE + "667915751", None),
        (400, PLACE + "667915751", None),
        (408, None, None),
        (409, None, None),
        (502, None, None),
    ],
)
def test_the_id_is_in_the_location_alone(
    rig, simulator, monkeypatch, status, place, taken
):
    headers = {} if place is None else {"Location": place}
    replies(
        monkeypatch, simulator, "submit", lambda request: Reply(status, b"", headers)
    )
    if taken:
        assert rig.submit() == taken
    else:
        assert not refused(rig.provider.submit, rig.request()).proven_not_sent


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500])
@pytest.mark.parametrize("code, kind", REFUSED.items())
def test_each_documented_code_of_a_refusal(
    rig, simulator, monkeypatch, status, code, kind
):
    said = {"code": code, "message": "No", "moreInfo": "Never"}
    replies(monkeypatch, simulator, "submit", lambda request: answer(status, said))
    error = refused(rig.provider.submit, rig.request())
    assert (error.kind, error.code) == (kind, str(code))
    assert error.text == "No Never"
    assert error.proven_not_sent == (status < 500), "an error of theirs proves nothing"
    assert error.retry_after == (60 if code == -1011 else None)


@pytest.mark.parametrize("status", [400, 500])
def test_an_internal_error_proves_nothing(rig, simulator, monkeypatch, status):
    said = {"code": INTERNAL, "message": "Internal system error", "moreInfo": None}
    replies(monkeypatch, simulator, "submit", lambda request: answer(status, said))
    error = refused(rig.provider.submit, rig.request())
    assert (error.kind, error.proven_not_sent) == (K.PROVIDER_UNAVAILABLE, False)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"code": "x"}'])
@pytest.mark.parametrize("status, kind", REFUSALS.items())
def test_a_refusal_without_a_code(rig, simulator, monkeypatch, status, kind, body):
    replies(monkeypatch, simulator, "submit", lambda request: Reply(status, body))
    error = refused(rig.provider.submit, rig.request())
    assert (error.kind, error.code) == (kind, str(status))
    assert error.proven_not_sent


def test_a_code_that_nobody_knows_leaves_it_to_the_status(rig, simulator, monkeypatch):
    replies(
        monkeypatch,
        simulator,
        "submit",
        lambda request: answer(400, {"Code": "-3001", "Message": "New"}),
    )
    error = refused(rig.provider.submit, rig.request())
    assert (error.kind, error.code, error.text) == (K.UNKNOWN, "-3001", "New")
    assert error.proven_not_sent


# --- Sending again -------------------------------------------------------------------


def test_resend_uploads_nothing(rig, simulator):
    first = rig.submit()
    rig.finish()
    other = number("0198")
    second = rig.provider.resend(first, rig.request(other)).provider_id
    assert [each.route for each in simulator.acceptances] == ["submit", "resend"]
    fax = simulator.faxes[int(second)]
    assert (fax.to, fax.document) == (other, DOCUMENT)


@pytest.mark.parametrize("key", ["../x", "1/2", "", "1?x", "0", "-1", "\u0661", "1 2"])
def test_an_id_never_becomes_another_path(rig, simulator, key):
    assert refused(rig.provider.resend, key, rig.request()).code == "not_found"
    assert refused(rig.provider.fetch_received, key).code == "not_found"
    assert rig.provider.fetch_status([key]) == {}
    assert rig.provider.cancel(key) is False
    assert not simulator.requests


# --- The HTTP helper, as it is used here ---------------------------------------------


def test_an_empty_body_counts_as_read_with_the_head():
    with Echo() as server:
        server.authorizations = []
        for content in ({}, {"data": b""}, {"files": []}):
            server.faults.add(Fault("reset_before_body", route="echo"))
            with fails(False, "answer", "head"):
                http(server).once("POST", "/echo", seconds=5, **content)


def test_queries_and_headers_of_a_call(rig, simulator, monkeypatch):
    got = replies(
        monkeypatch,
        simulator,
        "submit",
        lambda request: Reply(201, b"", {"Location": PLACE + "1"}),
    )
    rig.submit()
    assert got[0].query["faxNumber"] == rig.good
    assert got[0].headers["Content-Type"] == "application/pdf"
    assert got[0].headers["Authorization"].startswith("Basic ")
    assert got[0].path == "/outbound/faxes"
