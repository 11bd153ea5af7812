"""The simulated Documo refuses what the real one is not known to take."""

import base64
from datetime import timedelta

import pytest
import requests

from simulators.documo import DocumoSimulator
from unit.providers.provider_rig import Clock

PDF = ("FAX.pdf", b"%PDF-1.7 x", "application/pdf")
GOOD = "+14185550199"
BUSY = "+14185550101"
KEY = "Basic documo-key"


@pytest.fixture(scope="module")
def server():
    with DocumoSimulator(count_pages=lambda document: 1) as simulator:
        yield simulator


@pytest.fixture
def simulator(server):
    server.reset()
    server.clock = Clock()
    return server


@pytest.fixture(scope="module")
def session():
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def call(simulator, session):
    def call(method, path, auth=KEY, **content):
        headers = {"Authorization": auth} if auth else {}
        return session.request(
            method, simulator.url + path, headers=headers, timeout=10, **content
        )

    return call


@pytest.fixture
def send(call):
    def send(to=GOOD, file=PDF, **fields):
        files = [("attachments", file)] if file else [("x", (None, "y"))]
        return call("POST", "/v1/faxes", data={"faxNumber": to} | fields, files=files)

    return send


# --- Who may call --------------------------------------------------------------------


@pytest.mark.parametrize(
    "auth",
    [
        None,
        "documo-key",
        "Bearer documo-key",
        "basic documo-key",
        "Basic  documo-key",
        "Basic " + base64.b64encode(b"documo-key:").decode(),
        "Basic " + base64.b64encode(b"documo-key").decode(),
        "Basic wrong",
    ],
)
@pytest.mark.parametrize("path", ["/v1/me", "/webhooks", "/v1/fax/history"])
def test_only_the_raw_key_opens(call, auth, path):
    assert call("GET", path, auth).status_code == 401
    assert call("GET", path).status_code == 200


def test_nothing_is_told_to_strangers_about_paths(call):
    assert call("GET", "/v1/nothing", None).status_code == 401
    assert call("GET", "/v1/nothing").status_code == 404


def test_ping_needs_no_key(call):
    answer = call("GET", "/ping", None)
    assert (answer.status_code, answer.text) == (200, "OK")


def test_an_ended_trial_closes_all_but_ping(call, simulator, send):
    simulator.trial_ended = True
    assert call("GET", "/v1/me").status_code == send().status_code == 403
    assert call("GET", "/ping").status_code == 200
    assert not simulator.acceptances


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("GET", "/v1/webhooks", 404),
        ("GET", "/me", 404),
        ("GET", "/v1/ping", 404),
        ("GET", "/v1/faxes", 405),
        ("DELETE", "/v1/fax/a-fax", 404),  # no call is known that cancels
        ("POST", "/v1/fax/a-fax/cancel", 404),
        ("GET", "/v1/balance", 404),
    ],
)
def test_paths_that_are_not_there(call, method, path, status):
    assert call(method, path).status_code == status


# --- Sending -------------------------------------------------------------------------


def test_a_fax_is_taken_and_counted(send, simulator):
    answer = send(callerId="5145550177")
    row = answer.json()
    (taken,) = simulator.acceptances
    assert answer.status_code == 200 and taken.provider_id == row["messageId"]
    assert (row["status"], row["direction"]) == ("processing", "outbound")
    assert row["faxNumber"] == GOOD and row["faxCallerId"] == "5145550177"
    for name in ("duration", "errorCode", "resultCode", "resolvedDate"):
        assert row[name] is None
    assert (taken.file_name, len(taken.sha256)) == ("FAX.pdf", 64)


def test_async_answers_only_the_id(send):
    assert list(send(**{"async": "true"}).json()) == ["messageId"]


@pytest.mark.parametrize(
    "fields",
    [
        {"faxNumber": ""},
        {"faxNumber": "call me"},
        {"recipientFax": GOOD},
        {"reference": "mine"},
        {"cancelAfter": "1"},
        {"recipientName": "x" * 41},
        {"senderName": "x" * 41},
        {"subject": "x" * 56},
        {"notes": "x" * 4001},
        {"callerId": "15145550177"},
        {"callerId": "+1514555017"},
        {"callerId": "5145550100"},
    ],
)
def test_fields_that_it_does_not_take(send, simulator, fields):
    assert send(**fields).status_code == 400
    assert not simulator.acceptances


def test_fields_at_their_limit(send):
    answer = send(
        recipientName="x" * 40, senderName="x" * 40, subject="x" * 55, notes="x" * 4000
    )
    assert answer.status_code == 200


def test_only_a_form_with_files_is_a_fax(call, simulator):
    path, data = "/v1/faxes", {"faxNumber": GOOD}
    for content in (
        {"data": data},
        {"json": data},
        {"files": {"faxNumber": (None, GOOD), "file": PDF}},
        {"files": {"faxNumber": (None, GOOD)}},
    ):
        assert call("POST", path, **content).status_code == 400
    assert not simulator.acceptances


def test_a_cover_alone_is_a_fax(call, simulator):
    fields = {"faxNumber": (None, GOOD), "coverPage": (None, "true")}
    assert call("POST", "/v1/faxes", files=fields).json()["pagesCount"] == 1


def test_the_older_way_has_other_names_and_another_answer(call, simulator):
    data, files = {"recipientFax": GOOD}, {"file": PDF}
    answer = call("POST", "/v1/fax/send", data=data, files=files).json()
    assert len(answer["success"]) == 1 and answer["errors"] == []
    data = {"recipientFax": "+14185550104"}
    answer = call("POST", "/v1/fax/send", data=data, files=files)
    assert answer.status_code == 200 and answer.json()["success"] == []
    assert answer.json()["errors"]
    data = {"faxNumber": GOOD}
    assert call("POST", "/v1/fax/send", data=data, files=files).status_code == 400


def test_resend_wants_an_urlencoded_form(call, send, simulator):
    data = {"messageId": send().json()["messageId"]}
    path = "/v1/fax/resend"
    assert call("POST", path, json=data).status_code == 400
    assert call("POST", path, data={"messageId": "nobody"}).status_code == 404
    (row,) = call("POST", path, data=data).json()["success"]
    assert row["messageId"] != data["messageId"] and row["faxNumber"] == GOOD


@pytest.mark.parametrize("shape", ["error.message", "error", "message"])
def test_a_caller_id_that_is_not_verified(send, simulator, shape):
    simulator.error_shape = shape
    answer = send(callerId="5145550166")
    assert "Caller ID is not allowed" in answer.text
    assert answer.json()["message" if shape == "message" else "error"]


# --- Asking --------------------------------------------------------------------------


def test_states_come_in_order_and_codes_as_text(call, send, simulator):
    key = send(to=BUSY).json()["messageId"]
    seen = []
    for seconds in (0, 1, 5):
        simulator.clock.advance(seconds)
        row = call("GET", f"/v1/fax/{key}/info").json()
        seen.append((row["status"], row["errorCode"]))
    assert seen == [("processing", None), ("transmitting", None), ("failed", "6100")]
    assert row["resolvedDate"].endswith("Z")
    assert call("GET", "/v1/fax/nobody/info").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["reference=x", "search=x", "query=x", "faxNumber=1", "direction=up", "status=ok",
     "limit=x", "offset=-1", "fromDate=yesterday", "fromDate=2026-03-08T07:00:00"],
)  # fmt: skip
def test_filters_that_it_does_not_know(call, query):
    assert call("GET", f"/v1/fax/history?{query}").status_code == 400


def test_the_history(call, send, simulator):
    keys = []
    for _fax in range(3):
        keys.insert(0, send().json()["messageId"])
        simulator.clock.advance(60)

    def found(**query):
        simulator.clock.advance(60)
        answer = call("GET", "/v1/fax/history", params=query).json()
        return answer["count"], [row["messageId"] for row in answer["rows"]]

    assert found() == (3, keys)
    assert found(limit=1, offset=1) == (3, keys[1:2])
    assert found(direction="inbound") == (0, [])
    assert found(status="success", direction="outbound") == (3, keys)
    assert found(fromDate="2026-03-08T07:00:30.000Z") == (2, keys[:2])
    assert found(toDate="2026-03-08T07:00:29.000Z") == (1, keys[2:])


def test_eight_calls_a_minute(call, simulator):
    codes = [call("GET", "/v1/fax/history").status_code for _call in range(10)]
    assert codes == [200] * 8 + [429] * 2
    simulator.clock.advance(59)
    assert call("GET", "/v1/fax/history").status_code == 429
    simulator.clock.advance(1)
    assert call("GET", "/v1/fax/history").status_code == 200
    assert call("GET", "/v1/me").status_code == 200


def test_a_fax_to_an_own_number_comes_in(call, send, simulator):
    send(to=simulator.numbers[0])
    query = "/v1/fax/history?direction=inbound"
    assert call("GET", query).json()["rows"] == []
    simulator.clock.advance(60)
    (row,) = call("GET", query).json()["rows"]
    path = f"/v1/fax/{row['messageId']}/download"
    assert call("GET", path + "?format=pdf").content == PDF[1]
    assert call("GET", path).status_code == 400
    assert len(simulator.acceptances) == 1, "what comes in is not counted"


# --- Counting ------------------------------------------------------------------------


def test_the_same_pages_to_the_same_number_are_a_double(send, simulator):
    send()
    send(to="+14185550198")
    send(file=("b.pdf", b"%PDF other"))
    assert simulator.doubles == []
    simulator.clock.advance(60)
    send()
    assert len(simulator.doubles) == 1 and len(simulator.acceptances) == 4


def test_again_after_it_failed_is_no_double(send, simulator):
    for _time in range(3):
        send(to=BUSY)
        simulator.clock.advance(60)
    assert simulator.doubles == []
    send(to=BUSY)
    send(to=BUSY)  # while it is still being sent
    assert len(simulator.doubles) == 1


def test_again_after_pages_went_through_is_one(send, simulator):
    send(to="+14185550105")
    simulator.clock.advance(60)
    send(to="+14185550105")
    assert len(simulator.doubles) == 1


# --- Webhooks and numbers ------------------------------------------------------------


def test_webhooks(call):
    values = {"name": "Clinic", "url": "http://127.0.0.1:1/", "auth": "a:secret"}
    made = call("POST", "/webhooks", json=values)
    assert made.json()["authType"] == "basic" and "secret" not in made.text
    key = made.json()["uuid"]
    assert call("POST", "/webhooks", data=values).status_code == 200
    assert call("POST", "/webhooks", json={"name": "x"}).status_code == 400
    assert call("POST", "/webhooks", json=values | {"x": 1}).status_code == 400
    assert call("PATCH", f"/webhooks/{key}", json={"name": "New"}).ok
    names = [each["name"] for each in call("GET", "/webhooks").json()["rows"]]
    assert names == ["New", "Clinic"]
    assert call("DELETE", f"/webhooks/{key}").status_code == 204
    assert call("DELETE", f"/webhooks/{key}").status_code == 404


def test_only_numbers_of_a_search_can_be_ordered(call, simulator):
    order = {"type": "order", "numbers": "+15145550180"}
    path = "/v1/numbers/provision"
    assert call("POST", path, data=order).status_code == 400
    found = call("GET", path + "/search?npa=514").json()["result"]
    assert found[0]["number_e164"] == order["numbers"]
    (row,) = call("POST", path, data=order).json()
    assert call("POST", path, data=order).status_code == 400, "it is taken"
    assert call("GET", "/v1/numbers").json()["count"] == 2
    release = f"/v1/numbers/{row['uuid']}/release"
    assert call("DELETE", release).status_code == 204
    assert call("DELETE", release).status_code == 404


def test_reset_forgets_everything(send, simulator):
    send()
    simulator.trial_ended = True
    simulator.reset()
    assert (simulator.acceptances, simulator.faxes) == ([], {})
    assert not simulator.trial_ended
    assert simulator.clock() - Clock()() == timedelta(0)
