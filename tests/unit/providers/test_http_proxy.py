"""The HTTP helper through a proxy: the same deadline, the same truth."""

import socket
import threading
from contextlib import contextmanager, suppress

import requests

from providers.http_wire import _TlsConnection
from simulators.faults import Fault
from unit.providers.http_rig import DEADLINE, fails, post, stop_after_head


@contextmanager
def tunnel():
    """A proxy that tunnels (CONNECT), as those of hospitals do; gives its URL."""

    def pump(source, sink):
        try:
            while data := source.recv(1 << 16):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def serve():
        with suppress(OSError):
            near, _address = listener.accept()
            asked = b""
            while not asked.endswith(b"\r\n\r\n"):
                asked += near.recv(1)
            host, port = asked.split()[1].split(b":")
            far = socket.create_connection((host, int(port)))
            near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            threading.Thread(target=pump, args=(far, near), daemon=True).start()
            pump(near, far)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


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


def test_through_a_tunnel_it_is_the_same(tls_server, tls, monkeypatch):
    """What is said to the proxy is not taken for the head."""
    tls_server.reset()
    tls_server.authorizations = []
    tls_server.like = requests.Session()
    tls_server.like.verify = tls[1]
    tls_server.like.trust_env = False
    guards = []
    with tunnel() as proxy:
        tls_server.like.proxies = {"https": proxy}
        assert post(tls_server, guard=lambda: guards.append(1)).ok
    assert guards and tls_server.authorizations == ["Basic key"]
    stop_after_head(monkeypatch, _TlsConnection, 3 * DEADLINE)
    with tunnel() as proxy, fails(True, "head"):
        tls_server.like.proxies = {"https": proxy}
        post(tls_server, seconds=3 * DEADLINE)
