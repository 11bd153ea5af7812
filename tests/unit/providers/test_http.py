"""The HTTP helper: one deadline, and the truth about how far a call got."""

import socket
import threading
import time
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from providers import FailureKind, ProviderError
from providers.http import LONGEST_PAUSE, Answer, Http, refusal
from simulators.base import Simulator, route
from simulators.faults import Fault
from simulators.messages import Reply
from simulators.tls import server_context

NOW = datetime(2026, 3, 8, 7, 0, tzinfo=timezone.utc)
DEADLINE = 0.2  # seconds
SLACK = 3.0  # a busy machine; far from ENDLESS all the same
ENDLESS = 20.0
quick = settings(max_examples=40, deadline=None)


class Echo(Simulator):
    """Answers with what it was sent."""

    def authorize(self, request):
        self.authorizations.append(request.headers.get("Authorization"))

    def refusal(self, refused):
        return Reply(refused.status, refused.text.encode(), refused.headers)

    @route("POST", "/echo", "echo")
    def echo(self, request):
        return Reply(200, request.body)

    @route("GET", "/long", "long")
    def long(self, request):
        return Reply(200, b"x" * 5000)

    @route("DELETE", "/thing", "delete")
    def delete(self, request):
        return Reply(204)


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    return server_context(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def plain_server():
    with Echo() as simulator:
        yield simulator


@pytest.fixture(scope="module")
def tls_server(tls):
    with Echo(tls=tls[0]) as simulator:
        yield simulator


@pytest.fixture(params=["plain", "tls"])
def server(request, tls):
    simulator = request.getfixturevalue(f"{request.param}_server")
    simulator.reset()
    simulator.authorizations = []
    simulator.like = requests.Session()
    simulator.like.verify = tls[1]
    return simulator


@pytest.fixture
def plain(plain_server):
    plain_server.reset()
    plain_server.authorizations = []
    return plain_server


def http(server, **changes) -> Http:
    session = getattr(server, "like", None)
    return Http(server.url, {"Authorization": "Basic key"}, session, **changes)


@contextmanager
def fails(proven: bool, *stages: str, within: float | None = None):
    began = time.monotonic()
    with pytest.raises(ProviderError) as caught:
        yield caught
    took = time.monotonic() - began
    assert caught.value.proven_not_sent is proven
    assert caught.value.code in stages
    assert caught.value.kind is FailureKind.PROVIDER_UNAVAILABLE
    assert caught.value.__cause__ is None and caught.value.__suppress_context__
    assert within is None or took < within + SLACK


def eventually(true) -> None:
    """Wait for what a thread of the server is about to do."""
    until = time.monotonic() + 5
    while not true() and time.monotonic() < until:
        time.sleep(0.005)
    assert true()


def post(server, body=b"three pages", seconds=5.0, path="/echo", **options):
    return http(server).once("POST", path, seconds=seconds, data=body, **options)


# --- When all goes well --------------------------------------------------------------


def test_what_is_sent_arrives(server):
    body = bytes(range(256)) * 4096
    assert post(server, body).body == body


def test_a_submission_has_a_connection_of_its_own_and_reading_does_not(server):
    client = http(server)
    for _time in range(2):
        client.read("/long", seconds=5)
    for _time in range(2):
        client.once("POST", "/echo", seconds=5, data=b"x")
    client.read("/long", seconds=5)
    numbers = [each.connection for each in server.requests]
    assert numbers[0] == numbers[1] == numbers[4]
    assert len(set(numbers)) == 3


def test_no_password_of_a_netrc_takes_the_place_of_ours(plain, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    post(plain)
    assert plain.authorizations == ["Basic key"]


def test_an_answer_is_never_longer_than_allowed(plain):
    assert len(http(plain).read("/long", seconds=5, most=5000).body) == 5000
    with fails(True, "answer"):
        http(plain).read("/long", seconds=5, most=4999)


def test_nothing_of_the_call_is_in_the_error(plain):
    plain.faults.add(Fault("answer_lost", route="echo"))
    with fails(False, "answer") as caught:
        post(plain, b"Quicksilver", path="/echo?to=15145550199")
    assert "1514" not in repr(caught.value) and "Quick" not in str(caught.value)


# --- Proven not sent -----------------------------------------------------------------


def test_nobody_listens(server):
    server.listen(False)
    with fails(True, "connect"):
        post(server)


def test_the_name_is_not_known(monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with fails(True, "resolve"):
        Http("https://fax.invalid", {}).once("POST", "/", seconds=1, data=b"x")


def test_every_address_of_a_name_is_tried(plain, monkeypatch):
    port = int(plain.url.rsplit(":", 1)[1])
    addresses = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{n}", port))
        for n in (2, 1)  # nobody listens on the first
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: addresses)
    assert post(plain).ok


def test_nobody_answers_the_knock():
    """A listener whose queue is full: the connection is never made."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        waiting = [socket.socket() for _place in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(address)
        client = Http(f"http://127.0.0.1:{address[1]}", {})
        with fails(True, "connect", within=DEADLINE):
            client.once("POST", "/", seconds=DEADLINE, data=b"x")
        for each in waiting:
            each.close()


def test_a_certificate_that_nobody_vouches_for(tls_server):
    tls_server.reset()
    tls_server.like = None
    with fails(True, "tls"):
        post(tls_server)
    assert not tls_server.requests


def test_a_certificate_of_somebody_else(tls_server, tls):
    tls_server.reset()
    tls_server.like = requests.Session()
    tls_server.like.verify = tls[1]
    client = http(tls_server)
    client._base_url = tls_server.url.replace("127.0.0.1", "localhost")
    with fails(True, "tls"):
        client.once("POST", "/echo", seconds=5, data=b"x")
    assert not tls_server.requests


def test_no_tls_where_it_should_be(plain):
    plain.like = None
    client = http(plain)
    client._base_url = plain.url.replace("http:", "https:")
    with fails(True, "tls"):
        client.once("POST", "/echo", seconds=5, data=b"x")


def test_a_handshake_that_never_ends():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        client = Http(f"https://127.0.0.1:{listener.getsockname()[1]}", {})
        with fails(True, "tls", within=DEADLINE):
            client.once("POST", "/", seconds=DEADLINE, data=b"x")


def test_no_byte_leaves_once_the_guard_says_no(server):
    def guard():
        raise ProviderError(FailureKind.RATE_LIMITED, proven_not_sent=True)

    before = server.connections
    with pytest.raises(ProviderError) as caught:
        post(server, guard=guard)
    assert caught.value.kind is FailureKind.RATE_LIMITED
    # Asked when the connection stood:
    eventually(lambda: server.connections == before + 1)
    eventually(lambda: not server.open_connections)
    assert not server.requests


def test_no_byte_leaves_after_the_deadline(plain):
    with fails(True, "head"):
        post(plain, seconds=DEADLINE, guard=lambda: time.sleep(DEADLINE + 0.01))
    eventually(lambda: not plain.open_connections)
    assert not plain.requests


def test_a_proxy_that_is_not_there(plain, monkeypatch):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        proxy = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        plain.like = requests.Session()
        plain.like.proxies = {"http": proxy, "https": proxy}
        plain.like.trust_env = False
        with fails(True, "connect"):
            post(plain)


def test_a_proxy_that_we_could_not_watch_is_not_used(plain):
    plain.like = requests.Session()
    plain.like.proxies = {"http": "socks5://127.0.0.1:1"}
    plain.like.trust_env = False
    with fails(True, "connect"):
        post(plain)
    assert not plain.requests


def test_through_a_proxy_it_is_the_same(plain):
    """To a proxy for plain HTTP one writes the whole address."""
    plain.like = requests.Session()
    plain.like.proxies = {"http": plain.url}
    plain.like.trust_env = False
    assert post(plain).ok
    plain.faults.add(Fault("answer_lost", route="echo"))
    with fails(False, "answer"):
        post(plain)


# --- Perhaps sent --------------------------------------------------------------------


@pytest.mark.parametrize(
    "what",
    ["reset_before_body", "reset_in_body", "reset_after_body", "answer_lost", "cut"],
)
def test_whatever_happens_from_the_first_byte_of_the_body_on(server, what):
    server.faults.add(Fault(what, route="echo"))
    before = server.connections
    with fails(False, "body", "answer"):
        post(server, b"x" * 300_000)
    assert server.connections == before + 1, "nothing below tries again"


def test_a_redirect_is_not_followed(server):
    server.faults.add(Fault("redirect", route="echo"))
    assert post(server).status == 307
    assert len(server.requests) == 1


def test_without_a_body_the_head_counts(plain):
    plain.faults.add(Fault("reset_before_body", route="delete"))
    with fails(False, "answer"):
        http(plain).once("DELETE", "/thing", seconds=5)
    assert http(plain).once("DELETE", "/thing", seconds=5).status == 204


def test_reading_harms_nothing(plain):
    plain.faults.add(Fault("answer_lost", route="long"))
    with fails(True, "answer"):
        http(plain).read("/long", seconds=5)


# --- One deadline for all of it ------------------------------------------------------


@pytest.mark.parametrize("what", ["slow", "late"])
def test_an_answer_that_comes_too_late(plain, what):
    plain.faults.add(Fault(what, route="echo", seconds=ENDLESS))
    with fails(False, "answer", within=DEADLINE):
        post(plain, seconds=DEADLINE)


def test_a_trickle_is_cut_off_in_the_head(server):
    server.faults.add(Fault("trickle", route="echo", seconds=ENDLESS))
    with fails(False, "answer", within=DEADLINE):
        post(server, seconds=DEADLINE)


def test_a_trickle_is_cut_off_in_the_body(plain):
    # Some 5000 bytes in 8 s: the head is through long before the deadline.
    plain.faults.add(Fault("trickle", route="long", seconds=8.0))
    with fails(True, "answer", within=DEADLINE):
        http(plain).read("/long", seconds=DEADLINE)


def test_an_upload_that_takes_too_long(server):
    server.faults.add(Fault("slow_upload", route="echo", seconds=ENDLESS))
    with fails(False, "body", within=DEADLINE):
        post(server, b"x" * 12_000_000, seconds=DEADLINE)


def test_the_deadline_is_of_the_call_not_of_the_thread(server):
    """Calls of several threads do not share one."""
    server.faults.add(Fault("late", route="echo", seconds=0.2))
    answers = []
    patient = threading.Thread(target=lambda: answers.append(post(server)))
    patient.start()
    eventually(lambda: server.faults.shown)
    post(server, seconds=1.0)
    patient.join()
    assert answers[0].ok


# --- Reading answers -----------------------------------------------------------------


def given_answer(status=200, body=b"", **headers) -> Answer:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, headers=names, body=body)


@quick
@given(st.binary(max_size=200))
def test_no_body_makes_json_fail(body):
    given_answer(body=body).json()


def test_json_that_is_too_deep_is_unreadable():
    assert given_answer(body=b"[" * 100_000).json() is None


@quick
@given(st.text(max_size=40))
def test_no_pause_makes_us_fail_or_wait_for_ever(text):
    wait = given_answer(Retry_After=text).retry_after(NOW)
    assert wait is None or 0 <= wait <= LONGEST_PAUSE


@pytest.mark.parametrize(
    "text, seconds",
    [
        ("30", 30),
        (" 30 ", 30),
        ("0", 0),
        ("-1", None),
        ("1e9", None),
        ("999999999", None),
        ("Sun, 08 Mar 2026 07:01:00 GMT", 60),
        ("Sun, 08 Mar 2026 07:01:00 -0000", 60),
        ("Sun, 08 Mar 2026 06:59:00 GMT", None),
        ("soon", None),
        ("\u0663\u0660", None),
    ],
)
def test_pauses(text, seconds):
    assert given_answer(Retry_After=text).retry_after(NOW) == seconds


@quick
@given(status=st.integers(300, 599), harmless=st.booleans())
def test_only_a_listed_status_proves_that_nothing_was_taken(status, harmless):
    kinds = {403: FailureKind.ACCOUNT_INACTIVE, 429: FailureKind.RATE_LIMITED}
    answer = given_answer(status)
    error = refusal(answer, kinds, now=NOW, harmless=harmless, pause=60)
    assert error.proven_not_sent == (harmless or status in kinds)
    assert error.retry_after == (60 if status == 429 else None)
    if status >= 500:
        assert error.kind is FailureKind.PROVIDER_UNAVAILABLE


def test_the_longest_pause_is_a_day():
    assert LONGEST_PAUSE == timedelta(days=1).total_seconds()
