"""What tests of Documo share: its simulator, and a rig for the contract."""

import pytest

from providers import DocumoProvider, FailureKind, ProviderError
from simulators.messages import answer
from unit.providers.provider_rig import SENDER, Rig

K = FailureKind
KEY = "documo-key"
CALLER = {"callback_user": "clinic", "callback_password": "open sesame"}


def number(suffix: str) -> str:
    return "+1418555" + suffix


def make_provider(simulator, **settings) -> DocumoProvider:
    return DocumoProvider(
        {"base_url": simulator.url} | settings,
        {"api_key": KEY} | CALLER,
        clock=simulator.clock,
    )


def make_rig(simulator) -> Rig:
    return Rig(
        provider=make_provider(simulator),
        clock=simulator.clock,
        finish=lambda: simulator.clock.advance(60),
        good=number("0199"),
        failing={
            K.BUSY: number("0101"),
            K.CONNECTION: number("0102"),
            K.PARTLY_SENT: number("0105"),
            K.DOCUMENT_REJECTED: number("0106"),
            K.UNKNOWN: number("0118"),
        },
        refused={
            K.UNKNOWN: number("0104"),
            K.CREDENTIALS: number("0108"),
            K.RATE_LIMITED: number("0112"),
            K.DOCUMENT_REJECTED: number("0115"),
            K.ACCOUNT_INACTIVE: number("0116"),
            K.CALLER_ID: number("0117"),
        },
        lost_taken=number("0111"),
        lost_untaken=number("0120"),
        own=SENDER,
    )


def refused(call, *arguments) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        call(*arguments)
    return caught.value


def listing(monkeypatch, simulator, page) -> None:
    """Let the history answer what `page(query)` returns."""
    monkeypatch.setattr(
        simulator, "history", lambda request: answer(200, page(request.query))
    )
