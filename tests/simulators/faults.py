"""What can be made to go wrong, and when."""

import os
import signal
import threading
from dataclasses import dataclass

# When each shows its effect.
AT_CONNECT = ("reset_on_connect", "kill_connecting")
BEFORE_BODY = ("reset_before_body",)
IN_BODY = ("reset_in_body", "slow_upload")
NOT_TAKEN = (  # the whole request was read, but nothing is done with it
    "reset_after_body", "too_many_requests", "server_error", "redirect",
    "kill_arrived",
)  # fmt: skip
SLOW = ("slow",)  # done and answered, but `seconds` later
TAKEN = (  # done, and then the answer fails
    "answer_lost", "server_error_after", "garbled", "cut", "late", "trickle",
    "kill_taken", "kill_answered",
)  # fmt: skip
ALL = AT_CONNECT + BEFORE_BODY + IN_BODY + NOT_TAKEN + SLOW + TAKEN


@dataclass
class Fault:
    """One thing that goes wrong, `times` times after `skip` calls went well.

    `route` is the name of what is called ("submit", "info", ...), "*" for any; a
    fault at connect knows no route. `seconds`: how long slow, late, slow_upload and
    trickle take in all. `retry_after`: the header sent with too_many_requests.
    `pid`: whom a kill_* kills (-9): as soon as it connects, when its request has
    arrived (nothing taken), when it was taken and is not answered, right after the
    answer.
    """

    what: str
    route: str = "submit"
    skip: int = 0
    times: int = 1
    seconds: float = 0.0
    retry_after: str | None = None
    pid: int | None = None

    def __post_init__(self):
        if self.what not in ALL:
            raise ValueError(f"no such fault: {self.what}")
        if self.what.startswith("kill_") and not self.pid:
            raise ValueError("whom to kill?")

    def kill(self, address: tuple[str, int] | None = None) -> None:
        """Hook: `address` is whose call it is."""
        os.kill(self.pid, signal.SIGKILL)


class Faults:
    """Faults to come; safe to use from several threads.

    They wait in a queue: of those for one route, each begins to count when the one
    added before it is through.
    """

    def __init__(self):
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self.shown: list[Fault] = []  # in the order they took effect

    def add(self, *faults: Fault) -> None:
        with self._lock:
            self._faults.extend(faults)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()
            self.shown.clear()

    @property
    def pending(self) -> int:
        with self._lock:
            return len(self._faults)

    def at_connect(self) -> Fault | None:
        return self._take(lambda fault: fault.what in AT_CONNECT)

    def for_route(self, route: str) -> Fault | None:
        """The fault that this call shall suffer; each call suffers one at most."""
        return self._take(
            lambda fault: fault.what not in AT_CONNECT and fault.route in ("*", route)
        )

    def _take(self, fits) -> Fault | None:
        with self._lock:
            for fault in filter(fits, self._faults):
                if fault.skip > 0:
                    fault.skip -= 1
                    return None
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
                self.shown.append(fault)
                return fault
        return None
