"""The hook of the simulated HylaFAX (NotifyCmd): it calls back when a job is over.

What it posts is what medical-fax-notify posts; see that script.
"""

import random
from urllib.parse import urlencode

from .callbacks import Sent, Timeline, basic, post

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# Settings, and what was done; `hook_url` empty: no hook is installed.
HOOK = ("hook_url", "hook_login", "callback_times", "callback_spread",
        "callbacks_forged", "called_back")  # fmt: skip


class Notify:
    """Mixed into the simulator."""

    def start_notify(self) -> None:
        self.hook_url, self.hook_login = "", "user:password"
        self.callback_times = 1
        self.callback_spread = 0.0  # seconds, at random: later ones come earlier
        self.callbacks_forged = 0  # sent along by somebody without the password
        self.called_back: list[Sent] = []
        self.timeline = Timeline()
        self._random = random.Random(0)

    def __exit__(self, *exc_info):
        self.timeline.stop()
        super().__exit__(*exc_info)

    def notify(self, job) -> None:
        """Plan the calls about a job that was just submitted."""
        if not self.hook_url:
            return
        body = urlencode(
            {
                "event": "failed" if job.fate()[0] else "done",
                "job": job.number,
                "reference": job.values.get("JOBINFO", ""),
                "pages": job.fate()[1],
            }
        ).encode()
        logins = [self.hook_login] * self.callback_times
        logins += ["somebody:wrong"] * self.callbacks_forged
        left = (job.ends_at - self.clock()).total_seconds()
        for login in logins:
            late = left + self._random.uniform(0, self.callback_spread)
            self.timeline.after(late, lambda login=login: self._tell(login, body))

    def _tell(self, login: str, body: bytes) -> None:
        headers = FORM | {"Authorization": basic(*login.split(":", 1))}
        self.called_back.append(post(self.hook_url, headers, body))
