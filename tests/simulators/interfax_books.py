"""What the simulated InterFAX knows: faxes, how each ends, and the card they cost.

The last four digits of the number dialled decide:

    0101  263, busy                     0104  refused, -112 number
    0102  6001, busy                    0108  refused, -1003 not let in (401)
    0103  2, telephony error            0112  refused, -1011 too many requests
    0121  12, telephony error           0115  refused, -123 document
    0122  1, internal error             0116  refused, -677 no service
    0105  1, after the first page       0117  refused, -111 developer account
    0107  205000, out of credit         0123  refused, -2003 address
    0118  a code that nobody knows      0124  -150, internal error (500)
    0119  held for credit, always       0111  taken, but the answer is lost
    0109  slow (`slow_seconds`)         0120  not taken, and no answer
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

SENT = 0
PREPARING, READY, SENDING, HELD = -1, -2, -3, -22
QUOTA_EXCEEDED = 205000
ENDS = {  # digits -> status, pages that got through (None: all)
    "0101": (263, 0),
    "0102": (6001, 0),
    "0103": (2, 0),
    "0121": (12, 0),
    "0122": (1, 0),
    "0105": (1, 1),
    "0107": (QUOTA_EXCEEDED, 0),
    "0118": (777, 0),
}
# digits -> status (None: the simulator's `error_status`), code, message
REFUSED = {
    "0104": (None, -112, "No valid recipients added or missing fax number"),
    "0108": (401, -1003, "Authentication error"),
    "0112": (429, -1011, "Too many requests"),
    "0115": (None, -123, "No valid documents attached"),
    "0116": (None, -677, "No TX service registered"),
    "0117": (None, -111, "Not the designated fax number of a developer account"),
    "0123": (None, -2003, "Client IP not allowed"),
    "0124": (500, -150, "Internal system error"),
}
ANSWER_LOST = "0111"
REQUEST_LOST = "0120"
SLOW = "0109"
ALWAYS_HELD = "0119"


def iso(moment: datetime | None) -> str | None:
    """GMT, without saying so."""
    return moment and moment.strftime("%Y-%m-%dT%H:%M:%S")


def day_first(moment: datetime) -> str:
    return moment.strftime("%d/%m/%Y %H:%M:%S")


@dataclass
class Fax:
    """A fax in the books."""

    id: int
    to: str  # E.164
    pages: int
    document: bytes = field(repr=False)
    submitted_at: datetime
    ready_at: datetime  # prepared; from now on it wants to be paid
    sending: timedelta  # how long it takes
    end: tuple[int, int | None]
    query: dict[str, str] = field(default_factory=dict, repr=False)
    paid: Decimal = Decimal(0)
    starts_at: datetime | None = None  # paid
    held_at: datetime | None = None
    over_at: datetime | None = None
    status: int = PREPARING
    pages_sent: int = 0
    hidden: bool = False

    @property
    def is_over(self) -> bool:
        return self.over_at is not None

    def status_at(self, now: datetime) -> int:
        if self.is_over or self.status == HELD:
            return self.status
        if self.starts_at:
            return SENDING
        return READY if now >= self.ready_at else PREPARING

    def came_to_nothing(self) -> bool:
        """Whether it is over and nothing of it came out at the other end."""
        return self.is_over and self.status != SENT and not self.pages_sent

    def summary(self, now: datetime, user: str, base: str, price: Decimal) -> dict:
        """As the list of completed ones has it."""
        units = Decimal(self.pages_sent) if self.is_over else Decimal(0)
        return {
            "userId": user,
            "pagesSent": self.pages_sent,
            "completionTime": iso(self.over_at),
            "remoteCSID": "Remote" if self.pages_sent else None,
            "duration": int(self.sending.total_seconds()) if self.is_over else 0,
            "priority": 2,
            "units": float(units),
            "costPerUnit": float(price),
            "attemptsMade": 1 if self.starts_at else 0,
            "id": self.id,
            "uri": f"{base}/outbound/faxes/{self.id}",
            "status": self.status_at(now),
        }

    def row(self, now: datetime, *args, shows_reference: bool) -> dict[str, Any]:
        """As single records, the list and the search have it."""
        query = self.query
        reference = {"reference": query.get("reference")} if shows_reference else {}
        return {
            "submitTime": iso(self.submitted_at),
            "contact": query.get("contact"),
            "destinationFax": "00" + self.to[1:],
            "replyEmail": query.get("replyAddress", ""),
            "subject": None,
            "pagesSubmitted": self.pages if now >= self.ready_at else 0,
            "senderCSID": query.get("csid", "Interfax"),
            "attemptsToPerform": 1 + int(query.get("retriesToPerform", "3")),
            "pageSize": query.get("pageSize", "A4").title(),
            "resolution": query.get("resolution", "Standard").title(),
            "pageResolution": query.get("resolution", "Standard").title(),
            "pageOrientation": query.get("pageOrientation", "Portrait").title(),
            "rendering": "Fine",
            "pageHeader": query.get("pageHeader", "0"),
            **reference,
            **self.summary(now, *args),
        }


class Card:
    """The prepaid card. Each page costs `price` when its fax starts; what did not get
    through is given back. Without credit a fax is held; it goes on, oldest first,
    when there is some, and is cancelled after `hold`."""

    def __init__(self, balance: Decimal, price: Decimal, hold: timedelta):
        self.balance, self.price, self.hold = balance, price, hold

    def settle(self, faxes: Iterable[Fax], now: datetime) -> None:
        """Let everything happen that was to happen until now, in its order."""
        faxes = list(faxes)
        while True:
            due = [(self._next(fax), fax.id, fax) for fax in faxes]
            due = [each for each in due if each[0] and each[0] <= now]
            if not due:
                return
            moment, _id, fax = min(due)
            if fax.starts_at:
                self._end(fax, moment)
            elif fax.status == HELD:
                fax.status, fax.over_at = QUOTA_EXCEEDED, moment
            else:
                self._start(fax, moment)

    def top_up(self, amount: Decimal, faxes: Iterable[Fax], now: datetime) -> None:
        self.settle(faxes, now)
        self.balance += amount
        held = [fax for fax in faxes if fax.status == HELD and not fax.is_over]
        for fax in sorted(held, key=lambda each: each.held_at):
            self._start(fax, now)

    def cancel(self, fax: Fax, status: int, now: datetime) -> bool:
        """Only what is not being transmitted can be stopped."""
        if fax.is_over or fax.starts_at:
            return False
        fax.status, fax.over_at = status, now
        return True

    def _next(self, fax: Fax) -> datetime | None:
        if fax.is_over:
            return None
        if fax.starts_at:
            return fax.starts_at + fax.sending
        return fax.held_at + self.hold if fax.status == HELD else fax.ready_at

    def _start(self, fax: Fax, moment: datetime) -> None:
        cost = self.price * fax.pages
        if self.balance < cost or fax.to.endswith(ALWAYS_HELD):
            fax.status, fax.held_at = HELD, fax.held_at or moment
            return
        self.balance -= cost
        fax.paid, fax.status, fax.starts_at = cost, SENDING, moment

    def _end(self, fax: Fax, moment: datetime) -> None:
        fax.status, got = fax.end
        fax.pages_sent = fax.pages if got is None else min(got, fax.pages)
        fax.over_at = moment
        self.balance += fax.paid - self.price * fax.pages_sent
