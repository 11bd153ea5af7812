"""What a provider's adapter tells, and what most of them have in common.

The class is what `plan` draws from; an object is one line's simulator, which `rig`
connects and `invariants` asks.
"""

from datetime import datetime
from typing import Any, ClassVar

from simulators.base import Acceptance, Simulator

from .. import papers

Weights = dict[str, int]
Row = dict[str, Any]

# What goes wrong when a fax is handed over by HTTP: most often that after which
# nobody knows whether it was taken.
SUBMITTING: Weights = {
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
ASKING: Weights = {
    "server_error": 3,
    "garbled": 2,
    "cut": 2,
    "reset_after_body": 2,
    "slow": 1,
    "kill_arrived": 1,
    "kill_answered": 1,
    "too_many_requests": 1,
}
SENDING = ("submit", "resend")  # routes
# How fast a provider is today, by the simulator's attributes.
PACE = {
    "prepare_seconds": (0.0, 0.05, 0.3),
    "page_seconds": (0.0, 0.05, 0.2),
}
CALLING_BACK = {
    "callback_times": (1, 1, 2, 3),
    "callback_spread": (0.0, 0.5),
    "callbacks_forged": (0, 0, 1),
}


class Adapter:
    """One provider.

    `submitting` and `further` are what may go wrong, by route; of the first at least
    one thing does. `fates` are last digits of numbers, see the simulator. `today` are
    attributes of the simulator with what each may be, `modes` some that go together,
    with the `account`'s settings. `events` are what it can be told to call back
    about, `acts` what else may happen: methods of those names.
    """

    code: ClassVar[str]
    simulates: ClassVar[type[Simulator]]
    submitting: ClassVar[dict[str, Weights]] = {"submit": SUBMITTING}
    further: ClassVar[dict[str, Weights]]
    fates: ClassVar[tuple[str, ...]]
    today: ClassVar[dict[str, tuple]] = PACE
    modes: ClassVar[tuple[dict[str, dict], ...]] = ({},)
    events: ClassVar[tuple[tuple[str, ...], ...]] = ((),)
    acts: ClassVar[Weights] = {}
    account: ClassVar[dict[str, Any]] = {}  # settings that suit our haste

    # What the simulator's status of a fax that it took says of the message's state.
    ends: ClassVar[dict[Any, set[str]]]

    def __init__(self):
        self.simulator = self.simulates(count_pages=papers.count_pages)
        self.settings = dict(self.account)
        # As quick as a test is, unless it says otherwise.
        self.adjust(prepare_seconds=0.05, page_seconds=0.05)

    def adjust(self, **values) -> None:
        """Attributes of the simulator, as far as it has them."""
        for name, value in values.items():
            if hasattr(self.simulator, name):
                setattr(self.simulator, name, value)

    # --- The account -------------------------------------------------------------

    def connect(self, key: str, number: str) -> dict[str, str]:
        """Let `key` in; gives what is typed into the connect dialog."""
        raise NotImplementedError

    def subscribe(self, url: str, login: str, events: tuple[str, ...]) -> None:
        """Have it call back about these `events`."""

    # --- What it has --------------------------------------------------------------

    def submissions(self) -> int:
        """How often it was asked to send something."""
        with self.simulator.lock:
            routes = [each.route for each in self.simulator.requests]
        return sum(map(routes.count, SENDING))

    def whose(self, taken: Acceptance, messages: dict[int, Row]) -> int | None:
        """The id of the message that was taken, by its pages. A fax that is sent again
        has those of the first, and comes later."""
        at = datetime.fromisoformat(taken.at).replace(tzinfo=None)
        same = [
            message
            for message in messages.values()
            if message["sha256"] == taken.sha256 and message["create_date"] <= at
        ]
        return same[-1]["id"] if same else None

    def status(self, provider_id: str) -> Any:
        """How the provider calls where it stands: a key of `ends`, if it is over."""
        raise NotImplementedError

    def states(self, provider_id: str) -> set[str]:
        """In which of them the message must be for a fax that was taken."""
        return self.ends.get(self.status(provider_id), set())

    def may_be_unsure(self, message: Row, was_taken: bool) -> bool:
        """Whether nobody but a person can tell what came of its last try. `was_taken`
        tells whether the provider took that."""
        return False

    def wrong(self, deaths: int) -> list[str]:
        """What else is not as it must be, as sentences; `deaths` of workers may have
        led to it."""
        return []
