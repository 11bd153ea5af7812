"""What tests of the simulated InterFAX share: callers, and reading of answers."""

LOGIN = ("clinic", "open sesame")
PDF = b"%PDF-1.7 x"
GOOD = "+14185550199"
FAXES = "/outbound/faxes"
DOCUMENTS = "/outbound/documents"


def caller(simulator, session):
    def call(method, path, auth=LOGIN, **content):
        url = path if path.startswith("http") else simulator.url + path
        return session.request(method, url, auth=auth, timeout=10, **content)

    return call


def sender(call):
    def send(document=PDF, kind="application/pdf", to=GOOD, **query):
        headers = {"Content-Type": kind} if kind else {}
        params = {"faxNumber": to} | query
        return call("POST", FAXES, params=params, data=document, headers=headers)

    return send


def code(answer) -> tuple[int, int]:
    assert answer.headers["Content-Type"] == "text/json"
    assert set(answer.json()) == {"code", "message", "moreInfo"}
    return answer.status_code, answer.json()["code"]


def key_of(answer) -> str:
    assert (answer.status_code, answer.content) == (201, b"")
    return answer.headers["Location"].rpartition("/")[2]
