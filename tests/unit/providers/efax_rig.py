"""What tests of eFax Enterprise share: its simulator's accounts, a rig, rows."""

from contextlib import contextmanager

import pytest

from providers import EfaxProvider, FailureKind, ProviderError
from providers.efax_tokens import MemoryTokenStore
from simulators.efax import EfaxSimulator
from simulators.messages import answer
from unit.providers.provider_rig import SENDER, Clock, Rig

K = FailureKind
ID = "7e029808-237b-413e-a051-53bf445e8b49"


# What a clinic that asked eFax about it may set.
KNOWING = {"sent_list_tells_all": True, "codes": {"SIM-BUSY": "busy"}}


@contextmanager
def serving():
    """One server for a file of tests."""
    with EfaxSimulator(count_pages=lambda document: 3) as simulator:
        yield simulator


def emptied(simulator):
    """With empty books, and a clock that stands still."""
    simulator.reset()
    simulator.clock = Clock()
    simulator.lists_unfinished = True
    return simulator


def number(suffix: str) -> str:
    return "+1418555" + suffix


def make_provider(simulator, store=None, **settings) -> EfaxProvider:
    """As one worker makes it; those with one store share their token."""
    store = store or MemoryTokenStore()
    return EfaxProvider(
        {"base_url": simulator.url} | settings,
        {
            "app_id": simulator.app_id,
            "api_key": simulator.api_key,
            "user_id": simulator.user_id,
        },
        clock=simulator.clock,
        token_stores=lambda key: store,
    )


def make_rig(simulator, **settings) -> Rig:
    return Rig(
        provider=make_provider(simulator, **KNOWING | settings),
        clock=simulator.clock,
        finish=lambda: simulator.clock.advance(60),
        good=number("0199"),
        failing={
            K.BUSY: number("0101"),
            K.UNKNOWN: number("0102"),
            K.PARTLY_SENT: number("0105"),
        },
        refused={
            K.INVALID_NUMBER: number("0104"),
            K.CREDENTIALS: number("0108"),
            K.RATE_LIMITED: number("0112"),
            K.DOCUMENT_REJECTED: number("0115"),
        },
        lost_taken=number("0111"),
        lost_untaken=number("0120"),
        own=SENDER,
    )


def refused(call, *arguments) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        call(*arguments)
    return caught.value


def answering(monkeypatch, simulator, method: str, content, status: int = 200) -> None:
    """Let a call answer that."""
    monkeypatch.setattr(
        simulator, method, lambda request, **arguments: answer(status, content)
    )


def count(simulator, route: str) -> int:
    return len([each for each in simulator.requests if each.route == route])
