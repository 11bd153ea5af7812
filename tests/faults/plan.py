"""Schedules of faults: from a seed, always the same one.

A schedule is what happens on one account within a few seconds: some faxes, to equal
and to different numbers, what goes wrong at the provider, when power fails, and what
people do meanwhile.
"""

import random
from dataclasses import dataclass, field
from typing import Any

# Last digits decide how a fax ends; see `simulators.documo_books`.
PLAIN = ("0190", "0191", "0192", "0193")
FATES = ("0101", "0102", "0103", "0105", "0106", "0107", "0104", "0111", "0118", "0117")

# Most often those after which nobody knows whether the fax was taken.
SUBMIT_FAULTS = {
    "kill_arrived": 3,
    "kill_taken": 3,
    "kill_answered": 3,
    "kill_connecting": 2,
    "answer_lost": 4,
    "garbled": 2,
    "cut": 2,
    "late": 2,
    "slow": 2,
    "trickle": 1,
    "server_error_after": 2,
    "server_error": 2,
    "reset_after_body": 2,
    "reset_in_body": 1,
    "reset_before_body": 1,
    "reset_on_connect": 1,
    "redirect": 1,
    "slow_upload": 1,
    "too_many_requests": 1,
}
ASKING_FAULTS = {
    "server_error": 3,
    "garbled": 2,
    "cut": 2,
    "reset_after_body": 2,
    "slow": 1,
    "kill_arrived": 1,
    "kill_answered": 1,
    "too_many_requests": 1,
}
ACTS = {"power cut": 3, "provider down": 2, "paused": 1, "undo": 2, "ask": 2}


@dataclass(frozen=True)
class Schedule:
    """`faxes` are number, pages and seconds after the start; `faults` arguments of
    `Fault`; `acts` when, what, and of which fax; `settings` those of the simulator;
    `events` what it calls back about."""

    seed: int
    faxes: list[dict[str, Any]]
    faults: list[dict[str, Any]]
    acts: list[tuple[float, str, int]]
    settings: dict[str, Any] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)


def make(seed: int) -> Schedule:
    chance = random.Random(f"faults {seed}")
    # An exchange of its own, so that no two schedules dial the same number.
    exchange = f"+1514{200 + seed % 700}"
    numbers = [
        exchange + chance.choice(FATES if chance.random() < 0.25 else PLAIN)
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
    faults = [_fault(chance, "submit", SUBMIT_FAULTS)
              for _ in range(chance.randint(1, 3))]  # fmt: skip
    for route in ("history", "info"):
        if chance.random() < 0.3:
            faults.append(_fault(chance, route, ASKING_FAULTS))
    acts = [
        (round(chance.uniform(0, 3), 2), _one_of(chance, ACTS), chance.randrange(9))
        for _ in range(chance.choice((0, 0, 1, 1, 2)))
    ]
    events = list(chance.choice(EVENTS))
    return Schedule(seed, faxes, faults, sorted(acts), _settings(chance), events)


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


def _settings(chance):
    """How the provider is today: its speed, and how it calls back."""
    return {
        "prepare_seconds": chance.choice((0.0, 0.05, 0.3)),
        "page_seconds": chance.choice((0.0, 0.05, 0.2)),
        "callback_times": chance.choice((1, 1, 2, 3)),
        "callback_spread": chance.choice((0.0, 0.5)),
        "callbacks_forged": chance.choice((0, 0, 1)),
    }


EVENTS = (
    (),
    ("fax.v1.outbound.complete",),
    ("fax.v1.outbound.complete", "fax.v1.outbound.succeed", "fax.v1.outbound.failed"),
    ("fax.outbound",),
    ("fax.outbound.extended", "fax.v1.outbound.complete"),
)
