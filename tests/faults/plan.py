"""Schedules of faults: from a seed, always the same one.

A schedule is what happens on one account within a few seconds: at which provider,
some faxes to equal and to different numbers, what goes wrong there, when power fails,
and what people do meanwhile.
"""

import random
from dataclasses import dataclass, field
from typing import Any

from .adapters import ADAPTERS

# Last digits of numbers at which nothing is the matter.
PLAIN = ("0190", "0191", "0192", "0193")
# How often each provider is drawn; those with more ways to look up, more often.
PROVIDERS = {
    "documo": 3, "interfax": 3, "efax": 3, "hylafax": 3, "efax_developer": 2
}  # fmt: skip
ACTS = {
    "power cut": 3, "provider down": 2, "paused": 1, "undo": 2, "ask": 2, "again": 3
}  # fmt: skip


@dataclass(frozen=True)
class Schedule:
    """`faxes` are number, pages and seconds after the start; `faults` arguments of
    `Fault`; `acts` when, what, and of which fax; `settings` those of the simulator,
    `account` those of the account; `events` what it calls back about."""

    seed: int
    provider: str
    faxes: list[dict[str, Any]]
    faults: list[dict[str, Any]]
    acts: list[tuple[float, str, int]]
    settings: dict[str, Any] = field(default_factory=dict)
    account: dict[str, Any] = field(default_factory=dict)
    events: tuple[str, ...] = ()


def make(seed: int) -> Schedule:
    chance = random.Random(f"faults {seed}")
    provider = _one_of(chance, PROVIDERS)
    adapter = ADAPTERS[provider]
    # An exchange of its own, so that no two schedules dial the same number.
    exchange = f"+1514{200 + seed % 700}"
    numbers = [
        exchange + chance.choice(adapter.fates if chance.random() < 0.25 else PLAIN)
        for _ in range(chance.randint(1, 4))
    ]
    faxes = [
        {
            "number": chance.choice(numbers),
            "pages": chance.choice((1, 1, 2)),
            "after": round(chance.choice((0, 0, chance.uniform(0, 2))), 2),
        }
        for _ in range(chance.randint(3, 7))
    ]
    acts = ACTS | adapter.acts
    settings, account = _today(chance, adapter)
    return Schedule(
        seed=seed,
        provider=provider,
        faxes=faxes,
        faults=_faults(chance, adapter),
        acts=sorted(
            (round(chance.uniform(0, 3), 2), _one_of(chance, acts), chance.randrange(9))
            for _ in range(chance.choice((0, 0, 1, 1, 2)))
        ),
        settings=settings,
        account=account,
        events=chance.choice(adapter.events),
    )


def _faults(chance, adapter):
    """What goes wrong: one thing at least where faxes are handed over."""
    faults = [
        _fault(chance, *chance.choice(list(adapter.submitting.items())))
        for _ in range(chance.randint(1, 3))
    ]
    for route, weights in adapter.further.items():
        if chance.random() < 0.3:
            faults.append(_fault(chance, route, weights))
    return faults


def _today(chance, adapter):
    """How the provider is today, and what the account knows of it."""
    mode = chance.choice(adapter.modes)
    drawn = {name: chance.choice(some) for name, some in adapter.today.items()}
    return drawn | mode.get("simulator", {}), mode.get("account", {})


def _one_of(chance, weights):
    return chance.choices(list(weights), list(weights.values()))[0]


def _fault(chance, route, weights):
    what = _one_of(chance, weights)
    fault = {"what": what, "route": route, "skip": chance.choice((0, 0, 1, 2, 4))}
    if chance.random() < 0.25 and not what.startswith("kill"):
        fault["times"] = 2
    if what in ("late", "trickle", "slow_upload"):
        fault["seconds"] = round(chance.uniform(0.3, 1.6), 2)
    if what == "slow":  # taken that late, yet before the second look
        fault["seconds"] = round(chance.uniform(0.3, 1.4), 2)
    if what == "too_many_requests":
        fault["retry_after"] = "1"
    return fault
