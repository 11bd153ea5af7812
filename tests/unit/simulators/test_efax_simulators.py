"""The simulated eFaxes refuse what the real ones are not known to take."""

import base64
import json
from urllib.parse import urlencode

import pytest
import requests

from simulators.callbacks import basic
from simulators.control import start
from simulators.efax import EfaxSimulator
from simulators.efax_developer import EfaxDeveloperSimulator
from unit.providers.provider_rig import Clock

PDF = base64.b64encode(b"%PDF-1.7 x").decode()
GOOD = {
    "destinations": [{"fax_number": "14185550199"}],
    "documents": [{"document_type": "PDF", "document_content": PDF}],
}


@pytest.fixture(scope="module")
def servers():
    def count(document):
        return 1

    with (
        EfaxSimulator(count_pages=count) as enterprise,
        EfaxDeveloperSimulator(count_pages=count) as developer,
    ):
        yield enterprise, developer


@pytest.fixture
def efax(servers):
    servers[0].reset()
    servers[0].clock = Clock()
    return servers[0]


@pytest.fixture
def developer(servers):
    servers[1].reset()
    servers[1].clock = Clock()
    return servers[1]


@pytest.fixture(scope="module")
def session():
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def call(efax, session):
    def call(method, path, token=None, user=efax.user_id, **content):
        headers = {"Authorization": f"Bearer {token or efax.take_token()}"}
        headers |= {"user-id": user} if user else {}
        headers |= content.pop("headers", {})
        return session.request(
            method, efax.url + path, headers=headers, timeout=10, **content
        )

    return call


# --- Enterprise ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "auth, form, status",
    [
        (basic("efax-app", "efax-key"), "grant_type=client_credentials", 200),
        (basic("efax-app", "wrong"), "grant_type=client_credentials", 401),
        ("Bearer efax-key", "grant_type=client_credentials", 401),
        ("", "grant_type=client_credentials", 401),
        (basic("efax-app", "efax-key"), "grant_type=password", 400),
        (basic("efax-app", "efax-key"), "", 400),
        (basic("efax-app", "efax-key"), "grant_type=client_credentials&scope=x", 400),
    ],
)
def test_what_makes_a_token(efax, session, auth, form, status):
    headers = {
        "Authorization": auth, "Content-Type": "application/x-www-form-urlencoded"
    }  # fmt: skip
    answer = session.post(efax.url + "/tokens", form, headers=headers, timeout=10)
    assert answer.status_code == status
    assert efax.tokens_made == (status == 200)


def test_a_second_token_kills_the_first(efax, call):
    first = efax.take_token()
    assert call("GET", "/faxes/sent", first).status_code == 200
    second = efax.take_token()
    assert call("GET", "/faxes/sent", first).status_code == 401
    assert call("GET", "/faxes/sent", second).status_code == 200
    efax.clock.advance(efax.token_seconds)
    assert call("GET", "/faxes/sent", second).status_code == 401


@pytest.mark.parametrize("path", ["/faxes/sent", "/faxes/received", "/nothing"])
def test_a_user_is_needed(call, path):
    assert call("GET", path, user=None).status_code == 403
    assert call("GET", path, user="nobody").status_code == 403
    assert call("GET", path, "a token").status_code == 401


def test_health_needs_nobody(efax, session):
    assert session.get(efax.url + "/health", timeout=10).json() == {"status": "UP"}


def changed(path: str, value):
    body = json.loads(json.dumps(GOOD))
    *names, last = path.split(".")
    at = body
    for name in names:
        at = at[int(name)] if name.isdigit() else at.setdefault(name, {})
    at[last] = value
    return body


@pytest.mark.parametrize(
    "path, value, status",
    [
        ("client_data.client_reference_id", "mine", 201),
        ("client_data.client_reference_id", 7, 400),
        ("client_data.reference", "mine", 400),
        ("destinations.0.fax_number", "+14185550199", 400),
        ("destinations.0.fax_number", "4185550199", 400),
        ("destinations.0.fax_number", "+442079460958", 201),
        ("destinations.0.fax_number", "442079460958", 400),
        ("destinations.0.name", "x", 400),
        ("destinations", [], 400),
        ("documents", [], 400),
        ("documents.0.document_content", "!", 400),
        ("documents.0.document_type", "EXE", 400),
        ("fax_options.image_resolution", "FINE", 201),
        ("fax_options.image_resolution", "fine", 400),
        ("fax_options.include_cover_page", "true", 400),
        ("fax_options.retry_options.billable", 0, 201),
        ("fax_options.retry_options.billable", "0", 400),
        ("fax_options.custom_CallerID", "15145550177", 201),
        ("fax_options.custom_CallerID", "15145550178", 400),
        ("options", {}, 400),
    ],
)
def test_what_a_submission_may_hold(efax, call, path, value, status):
    answer = call("POST", "/faxes", json=changed(path, value))
    assert answer.status_code == status
    assert len(efax.acceptances) == (status == 201)
    if status == 201:
        assert isinstance(answer.json(), list)


def test_a_submission_is_json(call):
    assert call("POST", "/faxes", data=GOOD).status_code == 415
    assert call("POST", "/faxes", json=[]).status_code == 400


@pytest.mark.parametrize("query", ["reference=x", "search_text=x", "limit=1"])
def test_no_search_that_is_not_known(call, query):
    assert call("GET", f"/faxes/sent?{query}").status_code == 400
    assert call("GET", f"/faxes/received?{query}").status_code == 400


def test_lists_have_pages(efax, call):
    for _fax in range(12):
        efax.receive("+14185550199", document=b"x")
    efax.clock.advance(9)
    assert len(call("GET", "/faxes/received").json()["faxes"]) == 10
    wide = {"pagination-limit": "100", "pagination-offset": "10"}
    page = call("GET", "/faxes/received", headers=wide).json()
    assert (page["first_record"], len(page["faxes"])) == (11, 2)
    wide["pagination-limit"] = "101"
    assert call("GET", "/faxes/received", headers=wide).status_code == 400


def test_faxes_on_their_way_are_not_listed_unless_told_so(efax, call):
    call("POST", "/faxes", json=GOOD)
    assert call("GET", "/faxes/sent").json()["faxes"] == []
    efax.lists_unfinished = True
    assert len(call("GET", "/faxes/sent").json()["faxes"]) == 1
    assert call("GET", "/faxes/sent?transmission_status=ERROR").json()["faxes"] == []


def test_a_late_cancel(efax, call):
    key = call("POST", "/faxes", json=GOOD).json()[0]["fax_id"]
    assert call("POST", f"/faxes/{key}/cancel").status_code == 202
    assert call("POST", f"/faxes/{key}/cancel").status_code == 409
    assert call("DELETE", f"/faxes/{key}").status_code == 204
    assert call("POST", f"/faxes/{key}/cancel").status_code == 404


def test_doubles_are_counted(efax, call):
    for _time in range(2):
        call("POST", "/faxes", json=GOOD)
    assert len(efax.doubles) == 1


def test_in_another_process():
    with start("efax", token_seconds=60) as remote:
        token = remote.call("take_token")
        state = remote.state()
        assert state["tokens_made"] == 1 and token not in json.dumps(state)
    with start("efax_developer") as remote:
        assert remote.state()["acceptances"] == []


# --- Developer -----------------------------------------------------------------------

STATUS = (
    "<OutboundStatus><AccessControl><UserName>u</UserName><Password>p</Password>"
    "</AccessControl><Transmission><TransmissionControl><DOCID>1</DOCID>"
    "</TransmissionControl></Transmission></OutboundStatus>"
)


@pytest.mark.parametrize("label", ["text/xml", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize(
    "fields, said",
    [
        ({}, "OutboundStatusResponse"),
        ({"id": "other"}, "The account is not valid"),
        ({"respond": "HTML"}, "The account is not valid"),
        ({"xml": "<a>"}, "The XML is not valid"),
        ({"xml": "<Other/>"}, "Other is not valid"),
        ({"xml": STATUS.replace("DOCID", "ID")}, "ID is not valid"),
        ({"xml": STATUS.replace("<DOCID>", "<DOCID a='b'>")}, "DOCID is not valid"),
        ({"xml": STATUS.replace(">p<", ">q<")}, "user or password"),
    ],
)
def test_what_the_developer_service_takes(developer, session, label, fields, said):
    developer.user_name, developer.password = "u", "p"
    form = {"id": developer.account_id, "xml": STATUS, "respond": "XML"} | fields
    body = urlencode(form)
    url = developer.url + "/EFax_WebFax.serv"
    answer = session.post(url, body, headers={"Content-Type": label}, timeout=10)
    assert answer.status_code == 200 and said in answer.text
    if fields:
        assert "<DOCID></DOCID>" in answer.text, "empty on failure"


def test_a_field_more_is_refused(developer, session):
    url = developer.url + "/EFax_WebFax.serv"
    assert session.post(url, "id=1&xml=&other=1", timeout=10).status_code == 400
