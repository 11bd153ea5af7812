"""What the simulated eFax Developer knows: faxes, how each ends, and its XML.

The last four digits of the number dialled decide. Except for "Busy" and "Success" the
real words for how a fax ended are not known, so that these are made up:

    0101  Busy, and again, for ever     0104  refused, level User
    0102  failed: "Sim Trouble"         0108  refused, HTTP 401
    0103  failed: "Sim Nobody There"    0110  failed, level System; not taken
    0105  failed after the first page   0112  refused, HTTP 429
    0109  slow (`slow_seconds`)         0113  failed, level System; but taken
    0118  an outcome half told          0115  refused, HTTP 413
    0111  taken, but the answer is lost 0120  not taken, and no answer
"""

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

ENDS = {  # digits -> classification, outcome, message, pages that got through
    "0101": ("Busy", "Sim Retry", "The line is busy.", 0),
    "0102": ("Sim Trouble", "Sim Failure", "It did not work.", 0),
    "0103": ("Sim Nobody There", "", "No answer.", 0),
    "0105": ("Sim Trouble", "Sim Failure", "Cut off.", 1),
    "0118": ("Success", "", "Almost.", 0),
}
DONE = ("Success", "Success", "Your transmission has completed.", None)
USER_REFUSED = {"0104": "The fax number is not valid"}
SYSTEM_FAILED, SYSTEM_FAILED_BUT_TAKEN = "0110", "0113"
HTTP_REFUSED = {"0108": 401, "0112": 429, "0115": 413}
ANSWER_LOST = "0111"
REQUEST_LOST = "0120"
SLOW = "0109"

_ids = itertools.count(48794686)


@dataclass
class Fax:
    """A fax in the books. Its times are fixed when it is taken."""

    to: str
    pages: int
    document: bytes = field(repr=False)
    created_at: datetime
    sends_at: datetime
    ends_at: datetime
    end: tuple[str, str, str, int | None]
    control: dict[str, str] = field(default_factory=dict)
    sender: str = ""
    docid: str = field(default_factory=lambda: str(next(_ids)))

    def failed_before(self, now: datetime) -> bool:
        """Whether it is over and nothing of it came out at the other end."""
        return now >= self.ends_at and self.end[0] != "Success" and not self.end[3]

    def recipient(self, now: datetime) -> dict[str, Any]:
        """As it is told of: some values in quotes, as the real ones are."""
        over = now >= self.ends_at
        pending = ("", "", "Your fax is waiting to be sent.", None)
        kind, outcome, message, got = self.end if over else pending
        got = self.pages if got is None else min(got, self.pages)
        return {
            "DOCID": self.docid,
            "Name": "",
            "Company": "",
            "Fax": self.to,
            "Status": {
                "Message": message,
                "Classification": quoted(kind),
                "Outcome": quoted(outcome),
            },
            "LastAttempt": {
                "LastDate": self.ends_at.strftime("%m/%d/%Y") if over else "",
                "LastTime": self.ends_at.strftime("%H:%M:%S") if over else "",
            },
            "NextAttempt": {"NextDate": "", "NextTime": ""},
            # Seen in a pending one, too.
            "Pages": {"Scheduled": self.pages, "Sent": got},
            "BaudRate": "14400",
            "Duration": "0.4",
            "Retries": "1",
            "RemoteCSID": quoted("-"),
        }


def quoted(value: str) -> str:
    return f'"{value}"' if value else ""


def plan(to: str, pages: int, now: datetime, pace: dict[str, float]) -> dict[str, Any]:
    """When a fax is sent and over, and how it ends."""
    sends_at = now + timedelta(seconds=pace["prepare_seconds"])
    seconds = pace["page_seconds"] * pages
    if to.endswith(SLOW):
        seconds = pace["slow_seconds"]
    return {
        "created_at": now,
        "sends_at": sends_at,
        "ends_at": sends_at + timedelta(seconds=seconds),
        "end": ENDS.get(to[-4:], DONE),
    }


def xml(root: str, content: dict[str, Any]) -> bytes:
    return f'<?xml version="1.0"?>\n{_element(root, content)}'.encode()


def _element(name: str, content: Any) -> str:
    if isinstance(content, list):
        return "".join(_element(name, each) for each in content)
    if isinstance(content, dict):
        inner = "".join(_element(key, value) for key, value in content.items())
    else:
        inner = escape(str(content))
    return f"<{name}>{inner}</{name}>"
