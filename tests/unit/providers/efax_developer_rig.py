"""What tests of eFax Developer share: its simulator's accounts, a rig, posts."""

from contextlib import contextmanager

import pytest

from providers import EfaxDeveloperProvider, FailureKind, ProviderError
from simulators.efax_developer import EfaxDeveloperSimulator
from simulators.messages import Reply
from unit.providers.provider_rig import SENDER, Clock, Rig

K = FailureKind
WORDS = {"sim nobody there": "no_answer", "user or password": "credentials"}


@contextmanager
def serving():
    """One server for a file of tests."""
    with EfaxDeveloperSimulator(count_pages=lambda document: 3) as simulator:
        yield simulator


def emptied(simulator):
    """With empty books, and a clock that stands still."""
    simulator.reset()
    simulator.clock = Clock()
    return simulator


def number(suffix: str) -> str:
    return "+1418555" + suffix


def make_provider(simulator, **settings) -> EfaxDeveloperProvider:
    return EfaxDeveloperProvider(
        {"base_url": simulator.url, "own_numbers": [SENDER]} | settings,
        {
            "account_id": simulator.account_id,
            "user_name": simulator.user_name,
            "password": simulator.password,
            "callback_user": simulator.inbound_user,
            "callback_password": simulator.inbound_password,
        },
        clock=simulator.clock,
    )


def make_rig(simulator, **settings) -> Rig:
    return Rig(
        provider=make_provider(simulator, **{"words": WORDS} | settings),
        clock=simulator.clock,
        finish=lambda: simulator.clock.advance(60),
        good=number("0199"),
        failing={
            K.UNKNOWN: number("0102"),
            K.NO_ANSWER: number("0103"),
            K.PARTLY_SENT: number("0105"),
        },
        refused={
            K.UNKNOWN: number("0104"),
            K.CREDENTIALS: number("0108"),
            K.RATE_LIMITED: number("0112"),
            K.DOCUMENT_REJECTED: number("0115"),
        },
        lost_taken=number("0111"),
        lost_untaken=number("0120"),
    )


def refused(call, *arguments) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        call(*arguments)
    return caught.value


def answering(monkeypatch, simulator, body: str | bytes, status: int = 200) -> None:
    """Let every call answer that."""
    body = body.encode() if isinstance(body, str) else body
    monkeypatch.setattr(simulator, "call", lambda request: Reply(status, body))
