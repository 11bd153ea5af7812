"""What tests of InterFAX share: a provider on its simulator, a rig for the contract."""

from providers import FailureKind, InterfaxProvider
from simulators.messages import answer
from unit.providers.provider_rig import SENDER, Rig

K = FailureKind
LOGIN = {"username": "clinic", "password": "open sesame"}


def number(suffix: str) -> str:
    return "+1418555" + suffix


def make_provider(simulator, **settings) -> InterfaxProvider:
    # Which status a cancelled fax gets is not documented: a setting says it.
    codes = {str(simulator.cancelled_status): "cancelled"}
    return InterfaxProvider(
        {"base_url": simulator.url, "codes": codes} | settings,
        dict(LOGIN),
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
            K.CONNECTION: number("0103"),
            K.PARTLY_SENT: number("0105"),
            K.QUOTA_EXCEEDED: number("0107"),
            K.UNKNOWN: number("0118"),
        },
        refused={
            K.INVALID_NUMBER: number("0104"),
            K.CREDENTIALS: number("0108"),
            K.RATE_LIMITED: number("0112"),
            K.DOCUMENT_REJECTED: number("0115"),
            K.ACCOUNT_INACTIVE: number("0116"),
            K.BLOCKED: number("0117"),
        },
        lost_taken=number("0111"),
        lost_untaken=number("0120"),
        own=SENDER,
    )


def replies(monkeypatch, simulator, name: str, reply) -> list:
    """Let a route answer `reply(request)`; gives the requests that it got."""
    asked = []

    def route(request, *args, **kwargs):
        asked.append(request)
        return reply(request)

    monkeypatch.setattr(simulator, name, route)
    return asked


def lists(monkeypatch, simulator, name: str, rows) -> list:
    return replies(monkeypatch, simulator, name, lambda request: answer(200, rows))


def asked(simulator, *routes: str) -> int:
    """How often these were called."""
    return len([each for each in simulator.requests if each.route in routes])
