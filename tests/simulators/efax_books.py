"""What the simulated eFax Enterprise knows: faxes, and how each ends.

The last four digits of the number dialled decide. The real error codes are not
public, so that these are of no known form:

    0101  ERROR, SIM-BUSY               0104  refused, 400 (its number)
    0102  ERROR, SIM-OTHER              0108  refused, 401, whatever the token
    0103  ERROR without code or text    0112  refused, 429
    0105  ERROR after the first page    0115  refused, 413
    0107  CANCELED                      0116  refused, 403
    0109  slow (`slow_seconds`)         0111  taken, but the answer is lost
    0118  a status nobody knows         0120  not taken, and no answer
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

ENDS = {  # digits -> status, code, text, pages that got through (None: all)
    "0101": ("ERROR", "SIM-BUSY", "Line busy", 0),
    "0102": ("ERROR", "SIM-OTHER", "It did not work", 0),
    "0103": ("ERROR", "", "", 0),
    "0105": ("ERROR", "SIM-OTHER", "Cut off", 1),
    "0107": ("CANCELED", "", "", 0),
    "0118": ("ARCHIVED", "", "", 0),
}
DONE = ("COMPLETE", "0", "OK", None)
REFUSED = {
    "0104": (400, "fax_number", "Please supply a valid telephone number."),
    "0108": (401, "", "Authentication values are missing or invalid."),
    "0112": (429, "", "Too many requests"),
    "0115": (413, "", "Payload too large"),
    "0116": (403, "", "Access to this item is not allowed."),
}
ANSWER_LOST = "0111"
REQUEST_LOST = "0120"
SLOW = "0109"


def stamp(moment: datetime) -> str:
    """As other clients saw it: 2024-05-21T04:27:56.000+0000."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + (
        f"{moment.microsecond // 1000:03d}+0000"
    )


@dataclass
class Fax:
    """A fax in the books. Its times are fixed when it is taken."""

    to: str
    sender: str
    pages: int
    document: bytes = field(repr=False)
    created_at: datetime
    sends_at: datetime
    ends_at: datetime
    end: tuple[str, str, str, int | None]
    direction: str = "OUTBOUND"
    client_data: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    downloaded: bool = False
    fax_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def is_over(self, now: datetime) -> bool:
        return now >= self.ends_at

    def status(self, now: datetime) -> str:
        if self.is_over(now):
            return self.end[0]
        return "INPROGRESS" if now >= self.sends_at else "NEW"

    def failed_before(self, now: datetime) -> bool:
        """Whether it is over and nothing of it came out at the other end."""
        return self.is_over(now) and self.end[0] != "COMPLETE" and not self.end[3]

    @property
    def pages_through(self) -> int:
        got = self.end[3]
        return self.pages if got is None else min(got, self.pages)

    def cancel(self, now: datetime) -> None:
        self.end, self.ends_at = ("CANCELED", "", "", 0), now

    def metadata(self, now: datetime) -> dict[str, Any]:
        """As the API writes it; the reference is added by whoever shows it."""
        over = self.is_over(now)
        row = {
            "fax_id": self.fax_id,
            "size": len(self.document),
            "duration": int((self.ends_at - self.sends_at).total_seconds()),
            "pages": self.pages,
            "image_downloaded": self.downloaded,
            "fax_status": "STORED",
            "direction": self.direction,
            "originating_fax_number": self.sender or "unavailable",
            "destination_fax_number": self.to,
            "originating_fax_tsid": "Sender" if self.sender else "unavailable",
        }
        if over:
            row["completed_timestamp"] = stamp(self.ends_at)
        if self.direction == "OUTBOUND":
            _status, code, words, _got = self.end
            row["transmission_data"] = {
                "transmission_status": self.status(now),
                "billable_retries": None,
                "error_code": code if over else "",
                "error_message": words if over else "",
            }
        return row

    def details(self, now: datetime) -> dict[str, Any]:
        data = self.metadata(now)["transmission_data"]
        if self.is_over(now):
            data["completed_timestamp"] = stamp(self.ends_at)
            data["total_pages_sent"] = self.pages_through
        return {
            "fax_id": self.fax_id,
            "direction": self.direction,
            "originating_fax_number": self.sender,
            "destination_fax_number": self.to,
            "transmission_data": data,
        }


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
