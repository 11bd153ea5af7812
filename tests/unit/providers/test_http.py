"""The HTTP helper: one deadline, and the truth about how far a call got."""

import socket
import threading
import time

import pytest
import requests

from providers import FailureKind, ProviderError
from providers.http import Http
from providers.http_wire import _PlainConnection
from simulators.faults import Fault
from unit.providers.http_rig import (
    DEADLINE,
    ENDLESS,
    eventually,
    fails,
    http,
    post,
    stop_after_head,
)

# --- When all goes well --------------------------------------------------------------


def test_what_is_sent_arrives(server):
    body = bytes(range(256)) * 4096
    assert post(server, body).body == body


def test_a_submission_has_a_connection_of_its_own_and_reading_does_not(server):
    client = http(server)
    for _time in range(2):
        client.get("/long", seconds=5)
    for _time in range(2):
        client.once("POST", "/echo", seconds=5, data=b"x")
    client.get("/long", seconds=5)
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
    assert len(http(plain).get("/long", seconds=5, most=5000).body) == 5000
    with fails(True, "answer"):
        http(plain).get("/long", seconds=5, most=4999)


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


def test_the_deadline_passes_between_head_and_body(plain, monkeypatch):
    stop_after_head(monkeypatch, _PlainConnection, DEADLINE)
    with fails(True, "head"):
        post(plain, seconds=DEADLINE)


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
        http(plain).get("/long", seconds=5)


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
        http(plain).get("/long", seconds=DEADLINE)


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
