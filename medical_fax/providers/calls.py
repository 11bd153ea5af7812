"""Calls to providers, several at a time: plain values go in and come out.

A call may last a minute and a half, and no transaction may be open meanwhile, so the
calls run in threads that know neither a cursor nor a record.
"""

import queue
import threading
from dataclasses import dataclass
from typing import Any

from .errors import ProviderError


@dataclass(frozen=True)
class Outcome:
    """What came of a call: its value, or its error.

    `bug` is an exception that is no `ProviderError`; nobody knows then whether the
    provider was reached. Its text may quote what it was about.
    """

    key: Any
    value: Any = None
    error: ProviderError | None = None
    bug: Exception | None = None


class Calls:
    """Runs calls; hands back their outcomes in the order in which they end.

    With one place there is no thread: the call is made when its outcome is asked
    for. (Inside Odoo's test classes all cursors are one connection.)
    """

    def __init__(self, places):
        self.places = places
        self._waiting = []
        self._running = 0
        self._ended = queue.Queue()

    def __len__(self):
        return self._running + len(self._waiting)

    @property
    def free(self):
        return self.places - len(self)

    def start(self, key, function, *arguments):
        if self.places == 1:
            self._waiting.append((key, function, arguments))
            return
        self._running += 1
        # Daemons: a server that is told to stop need not wait for a provider. What
        # was under way is found again as after a crash.
        threading.Thread(
            target=lambda: self._ended.put(_run(key, function, arguments)), daemon=True
        ).start()

    def next(self):
        """The next outcome; waits for it. Each call keeps to a deadline of its own."""
        if self._waiting:
            return _run(*self._waiting.pop(0))
        outcome = self._ended.get()
        self._running -= 1
        return outcome


def _run(key, function, arguments):
    try:
        return Outcome(key, value=function(*arguments))
    except ProviderError as error:
        return Outcome(key, error=error)
    except Exception as error:
        # A provider's client raises nothing else, unless it has a bug, and the other
        # faxes must not wait for that.
        return Outcome(key, bug=error)
