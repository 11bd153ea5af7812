"""The simulated InterFAX refuses what the real one is not known to take: sending."""

import pytest
import requests

from simulators.interfax import InterfaxSimulator
from unit.providers.provider_rig import Clock
from unit.simulators.interfax_helper import (
    DOCUMENTS,
    FAXES,
    GOOD,
    LOGIN,
    PDF,
    caller,
    code,
    key_of,
    sender,
)


@pytest.fixture(scope="module")
def server():
    with InterfaxSimulator(count_pages=lambda document: 1) as simulator:
        yield simulator


@pytest.fixture
def simulator(server):
    server.reset()
    server.clock = Clock()
    server.polls_a_minute = 1000
    return server


@pytest.fixture(scope="module")
def session():
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def call(simulator, session):
    return caller(simulator, session)


@pytest.fixture
def send(call):
    return sender(call)


# --- Who may call --------------------------------------------------------------------


@pytest.mark.parametrize("auth", [None, ("clinic", "x"), ("", ""), ("x", LOGIN[1])])
@pytest.mark.parametrize("path", [FAXES, "/accounts/self/ppcards/balance", "/nothing"])
def test_only_the_login_opens(call, auth, path):
    assert code(call("GET", path, auth)) == (401, -1003)
    assert call("GET", path).status_code == (404 if path == "/nothing" else 200)


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("DELETE", FAXES + "/1", 405),
        ("POST", FAXES + "/completed", 405),
        ("POST", "/outbound/search", 405),
        ("GET", "/accounts/self/balance", 404),
        ("PUT", DOCUMENTS + "/x", 405),
        ("GET", "/numbers", 404),
    ],
)
def test_paths_that_are_not_there(call, method, path, status):
    assert call(method, path).status_code == status


# --- Sending -------------------------------------------------------------------------


def test_a_fax_is_taken_and_its_id_is_in_the_location_alone(send, simulator):
    answer = send(csid="Clinic", reference="mine")
    key = key_of(answer)
    (taken,) = simulator.acceptances
    assert answer.headers["Location"] == f"{simulator.url}{FAXES}/{key}"
    assert (taken.provider_id, taken.to, taken.sender) == (key, GOOD, "Clinic")
    assert simulator.faxes[int(key)].query["reference"] == "mine"


@pytest.mark.parametrize(
    "query",
    [
        {"to": "18005550199"},
        {"to": "call me"},
        {"to": ""},
        {"subject": "x"},
        {"callerId": "1"},
        {"csid": "x" * 21},
        {"pageSize": "a3"},
        {"resolution": "best"},
        {"rendering": "colour"},
        {"fitToPage": "true"},
        {"pageOrientation": "up"},
        {"retriesToPerform": "-1"},
        {"retriesToPerform": "two"},
        {"replyAddress": "nobody"},
        {"postponeTime": "tomorrow"},
        {"postponeTime": "2026-05-08T07:00:00Z"},
    ],
)
def test_parameters_that_it_does_not_take(send, simulator, query):
    assert send(**query).status_code == 400
    assert not simulator.acceptances


def test_parameters_at_their_limit(send, simulator):
    key_of(
        send(
            to="0014185550199", csid="x" * 20, pageSize="A4", resolution="Fine",
            postponeTime="2026-03-20T07:00:00Z", rendering="bw", contact="x",
        )
    )  # fmt: skip
    assert simulator.acceptances[0].to == GOOD


@pytest.mark.parametrize(
    "document, kind, said",
    [
        (PDF, None, (400, -1004)),
        (PDF, "application/zip", (415, -123)),
        (b"", "application/pdf", (400, -123)),
        (b"", None, (400, -123)),
        (b"--x\r\n\r\nx", "multipart/form-data; boundary=x", (400, -123)),
        (b"--x--", "multipart/form-data; boundary=x", (400, -123)),
        (PDF, "multipart/form-data", (400, -123)),
        (PDF, "multipart/related; boundary=x", (415, -1004)),
    ],
)
def test_bodies_that_are_no_document(send, simulator, document, kind, said):
    assert code(send(document, kind)) == said
    assert not simulator.acceptances


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/mixed"])
def test_several_documents(send, simulator, kind):
    part = b"--x\r\nContent-Type: application/pdf\r\n\r\n%s\r\n"
    body = part % PDF + part % b"%PDF --x \r\n" + b"--x--\r\n"
    key = key_of(send(body, kind + "; boundary=x"))
    assert simulator.faxes[int(key)].document == PDF + b"%PDF --x \r\n"
    assert simulator.acceptances[0].pages == 2


def test_a_fax_has_pages_and_not_too_many(send, simulator, monkeypatch):
    for pages in (0, 101):
        monkeypatch.setattr(simulator, "_count_pages", lambda document, n=pages: n)
        assert code(send()) == (400, -123)
    monkeypatch.setattr(simulator, "_count_pages", lambda document: 100)
    assert key_of(send())
    simulator.most_bytes = 3
    assert code(send()) == (413, -123)


def test_the_status_of_a_refusal_is_not_documented(send, simulator):
    simulator.error_status = 403
    assert code(send(to="+14185550104")) == (403, -112)
    assert code(send(to="+14185550124")) == (500, -150)


# --- Uploads -------------------------------------------------------------------------


@pytest.fixture
def upload(call):
    def upload(size=10, name="fax.pdf", **query):
        params = {"size": size, "name": name} | query
        return call("POST", DOCUMENTS, params=params)

    return upload


@pytest.fixture
def chunk(call):
    def chunk(place, start, content, given=None):
        headers = {"Range": given or f"bytes={start}-{start + len(content) - 1}"}
        return call("POST", place, data=content, headers=headers)

    return chunk


def test_chunks_one_after_another(call, upload, chunk, simulator):
    answer = upload(disposition="multiUse", sharing="private")
    place = answer.headers["Location"]
    assert (answer.status_code, answer.content) == (202, b"")
    assert call("GET", place).json()["status"] == "Created"
    assert chunk(place, 4, b"late").status_code == 416
    first = chunk(place, 0, b"%PDF")
    assert first.status_code == 202
    assert first.headers["X-Content-Range"] == "bytes 0-3/10"
    row = call("GET", place).json()
    assert (row["status"], row["uploaded"]) == ("PartiallyUploaded", 4)
    assert chunk(place, 0, b"%PDF").status_code == 416
    assert chunk(place, 4, b"too long").status_code == 413
    headers = {"Content-Location": place}
    early = call("POST", FAXES, params={"faxNumber": GOOD}, headers=headers)
    assert code(early) == (404, -1062), "it is not there in full"
    last = chunk(place, 4, b"123456")
    assert last.status_code == 200
    assert last.headers["X-Content-Range"] == "bytes 0-9/10"
    assert chunk(place, 10, b"x").status_code == 413
    assert call("GET", DOCUMENTS).json()[0]["status"] == "Ready"
    for _fax in range(2):
        key = key_of(call("POST", FAXES, params={"faxNumber": GOOD}, headers=headers))
    assert simulator.faxes[int(key)].document == b"%PDF123456"
    assert call("DELETE", place).status_code == 200
    assert code(call("DELETE", place)) == (404, -1062)


def test_for_single_use(call, upload, chunk):
    place = upload(size=4).headers["Location"]
    chunk(place, 0, b"%PDF")
    headers, params = {"Content-Location": place}, {"faxNumber": GOOD}
    assert key_of(call("POST", FAXES, params=params, headers=headers))
    again = call("POST", FAXES, params=params, headers=headers)
    assert code(again) == (404, -1062)


@pytest.mark.parametrize(
    "query, status",
    [
        ({"size": 0}, 413),
        ({"size": 20_000_001}, 413),
        ({"size": "x"}, 400),
        ({"name": ""}, 400),
        ({"name": "fax"}, 400),
        ({"disposition": "twice"}, 400),
        ({"sharing": "public"}, 400),
        ({"shared": "private"}, 400),
    ],
)
def test_uploads_that_it_does_not_take(upload, query, status):
    assert upload(**query).status_code == status


@pytest.mark.parametrize(
    "given",
    [
        "bytes 0-3/4",
        "bytes=0-4",
        "bytes=0-2",
        "bytes=-4",
        "bytes=0-3,4-7",
        "0-3",
        "all",
    ],
)
def test_ranges_that_are_none(upload, chunk, given):
    place = upload(size=4).headers["Location"]
    assert chunk(place, 0, b"%PDF", given).status_code == 400


def test_a_chunk_is_a_megabyte_at_most(upload, chunk):
    place = upload(size=3_000_000).headers["Location"]
    assert chunk(place, 0, b"x" * ((1 << 20) + 1)).status_code == 413
    assert chunk(place, 0, b"x" * (1 << 20)).status_code == 202


def test_nothing_is_fetched_from_elsewhere(call, simulator):
    headers = {"Content-Location": "https://example.com/fax.pdf"}
    answer = call("POST", FAXES, params={"faxNumber": GOOD}, headers=headers)
    assert code(answer) == (404, -1062)
