"""What tests of the HTTP helper share: a server that echoes, and its callers."""

import time
from contextlib import contextmanager

import pytest

from providers import FailureKind, ProviderError
from providers.http import Http
from simulators.base import Simulator, route
from simulators.messages import Reply

DEADLINE = 0.15  # seconds
SLACK = 3.0  # a busy machine; far from ENDLESS all the same
ENDLESS = 20.0


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


def stop_after_head(monkeypatch, connection_class, seconds):
    """Let time pass between the head and the body."""
    send = connection_class.send

    def slow(self, data):
        send(self, data)
        if data.startswith(b"POST"):
            time.sleep(seconds)

    monkeypatch.setattr(connection_class, "send", slow)
