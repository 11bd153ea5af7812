"""What tests of HylaFAX share: a provider for the simulated server, and a rig."""

import socket
import threading
from contextlib import contextmanager

import pytest

from providers import FailureKind, HylafaxProvider, ProviderError
from simulators.hfaxd import LOST_TAKEN, LOST_UNTAKEN
from unit.providers.provider_rig import SENDER, Rig

K = FailureKind
CALLER = {"callback_user": "clinic", "callback_password": "open sesame"}
LOGIN = {"user": "clinic", "password": "sesame"}


def number(last: str) -> str:
    return "+1418555" + last


def make_provider(simulator, render=None, **settings) -> HylafaxProvider:
    return HylafaxProvider(
        {"host": "127.0.0.1", "port": str(simulator.port), "number": SENDER}
        | {"read_seconds": 5.0}
        | settings,
        LOGIN | CALLER,
        clock=simulator.clock,
        render=render,
    )


def make_rig(simulator) -> Rig:
    return Rig(
        provider=make_provider(simulator),
        clock=simulator.clock,
        finish=lambda: simulator.clock.advance(60),
        good=number("0199"),
        failing={
            K.BUSY: number("0101"),
            K.NO_ANSWER: number("0102"),
            K.NOT_A_FAX: number("0103"),
            K.PARTLY_SENT: number("0105"),
            K.DOCUMENT_REJECTED: number("0106"),
            K.CONNECTION: number("0113"),
            K.BLOCKED: number("0114"),
            K.PROVIDER_UNAVAILABLE: number("0116"),
            K.UNKNOWN: number("0118"),
        },
        refused={
            K.INVALID_NUMBER: number("0104"),
            K.TOO_MANY_PAGES: number("0115"),
        },
        lost_taken=number(LOST_TAKEN),
        lost_untaken=number(LOST_UNTAKEN),
        own=SENDER,
    )


def refused(call, *arguments) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        call(*arguments)
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__, "it may quote"
    return error


def nothing_asked(simulator) -> bool:
    """Whether nobody called; a goodbye may be on its way from an earlier test."""
    return set(simulator.commands) <= {"QUIT"}


@contextmanager
def saying(script):
    """A server whose every connection is `script(socket)`; gives its port."""

    listener = socket.create_server(("127.0.0.1", 0))
    open_ones = []

    def serve():
        while True:
            try:
                sock, _address = listener.accept()
            except OSError:
                return
            open_ones.append(sock)
            threading.Thread(target=run, args=(sock,), daemon=True).start()

    def run(sock):
        try:
            script(sock)
            sock.close()
        except OSError:
            return

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
        for sock in open_ones:
            sock.close()
