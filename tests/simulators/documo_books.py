"""What the simulated Documo knows: faxes, numbers, and how each fax ends.

The last four digits of the number dialled decide:

    0101  failed, 6100 busy             0104  refused, 400
    0102  failed, 8000 connection       0108  refused, 401
    0103  failed, 6000 connect          0112  refused, 429
    0105  failed after the first page   0115  refused, 413
    0106  failed, 5000 document         0116  refused, 403
    0107  cancelled                     0117  refused: caller ID
    0109  slow (`slow_seconds`)         0111  taken, but the answer is lost
    0118  failed, a code nobody knows   0120  not taken, and no answer
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

CALLER_ID_TEXT = (
    "Caller ID is not allowed. Please use a Caller ID verified on this account"
)
ENDS = {  # digits -> status, code, text, pages that got through (None: all)
    "0101": ("failed", "6100", "Number busy", 0),
    "0102": ("failed", "8000", "Connection failed", 0),
    "0103": ("failed", "6000", "Fax connect failed", 0),
    "0105": ("failed", "8000", "Connection failed", 1),
    "0106": ("failed", "5000", "Document problem", 0),
    "0107": ("cancelled", None, None, 0),
    "0118": ("failed", "9999", "Unexpected", 0),
}
REFUSED = {
    "0104": (400, "Invalid fax number"),
    "0108": (401, "Unauthorized"),
    "0112": (429, "Too many requests"),
    "0115": (413, "Payload too large"),
    "0116": (403, "Forbidden"),
    "0117": (400, CALLER_ID_TEXT),
}
ANSWER_LOST = "0111"
REQUEST_LOST = "0120"
SLOW = "0109"


def iso(moment: datetime | None) -> str | None:
    return moment and moment.strftime("%Y-%m-%dT%H:%M:%S.") + (
        f"{moment.microsecond // 1000:03d}Z"
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
    end: tuple[str, str | None, str | None, int | None]
    direction: str = "outbound"
    csid: str = "mFax"
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))

    def status(self, now: datetime) -> str:
        if now >= self.ends_at:
            return self.end[0]
        return "transmitting" if now >= self.sends_at else "processing"

    def failed_before(self, now: datetime) -> bool:
        """Whether it is over and nothing of it came out at the other end."""
        return now >= self.ends_at and self.end[0] != "success" and not self.end[3]

    def row(self, now: datetime, account: dict[str, Any]) -> dict[str, Any]:
        """As the API writes it."""
        over = now >= self.ends_at
        _status, code, words, got = self.end
        got = self.pages if got is None else min(got, self.pages)
        outcome = {
            "duration": int((self.ends_at - self.sends_at).total_seconds() * 1000),
            "faxECM": 256,
            "faxSpeed": 33600,
            "faxDetected": True,
            "faxProtocol": 17,
            "faxAttempt": 1,
            "errorInfo": words or "",
            "errorCode": code or "0",
            "resultCode": code or "0",
            "resultInfo": words or "OK",
        }
        return {
            "messageId": self.uuid,
            "status": self.status(now),
            "direction": self.direction,
            "faxNumber": self.to,
            "faxCallerId": self.sender,
            "faxCsid": self.csid,
            "country": "US",
            "channelType": "api",
            "pagesCount": self.pages,
            "pagesComplete": got if over else 0,
            "isArchived": False,
            "isFilePurged": False,
            "accountId": account["uuid"],
            "createdAt": iso(self.created_at),
            "resolvedDate": iso(self.ends_at) if over else None,
            "deletedAt": None,
            "processingStatusName": self.status(now),
            "classificationLabel": self.direction,
            "deliveryId": None,
            "watermark": None,
            "messageNumber": None,
            "faxbridgeId": None,
            **(outcome if over else dict.fromkeys(outcome)),
        }


def number_row(number: str, account: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, number)),
        "number": number[2:],
        "numberE164": number,
        "pendingPort": False,
        "pendingUntil": None,
        "ownedBy": account["uuid"],
        "managedBy": account["uuid"],
        "createdAt": iso(now),
        "owner": account,
        "manager": account,
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
        "end": ENDS.get(to[-4:], ("success", None, None, None)),
    }
