"""Web feedback of the simulated InterFAX: a form that is posted, by nobody's name.

Only the first fields are documented in full; the others are named as in the record.
"""

import random
from urllib.parse import urlencode

from .callbacks import Sent, post
from .interfax_books import SENT, Fax, day_first
from .interfax_inbound import Inbound

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
WHEN = {
    "Never": lambda status: False,
    "On Success": lambda status: status == SENT,
    "On Failure": lambda status: status != SENT,
    "Always": lambda status: True,
}


class Feedback:
    """Mixed into the simulator. `feedback_url` and `inbound_feedback_url` are what is
    entered in the web account; none: it calls nobody."""

    def announce(self, fax: Fax) -> None:
        """A fax is over: call back, as often and as late as is set."""
        if self.feedback_url and WHEN[self.feedback_when](fax.status):
            told = self.callback(fax)
            self._plan(self.feedback_url, told, self.callback_times)
            lie = self.callback(fax, status=SENT)
            self._plan(self.feedback_url, lie, self.callbacks_forged)

    def announce_inbound(self, fax: Inbound) -> None:
        if self.inbound_feedback_url:
            told = self.inbound_callback(fax)
            self._plan(self.inbound_feedback_url, told, self.callback_times)

    def callback(self, fax: Fax, status: int | None = None) -> bytes:
        """The body of a callback about a fax; `status` is a lie."""
        now = self.clock()
        row = fax.summary(now, self.user, self.url, self.price())
        return urlencode(
            {
                "TransactionIDType": "Outbound",
                "TransactionID": fax.id,
                "CompletionTime": day_first(fax.over_at or now),
                "Contact": "",
                "CostPerUnit": row["costPerUnit"],
                "DeleteAfterUsage": "false",
                "DestinationFax": "00" + fax.to[1:],
                "Duration": row["duration"],
                "PagesSent": row["pagesSent"],
                "PagesSubmitted": fax.pages,
                "RemoteCSID": row["remoteCSID"] or "",
                "Status": row["status"] if status is None else status,
                "Subject": "",
                "Units": row["units"],
                "UserID": self.user,
            }
        ).encode()

    def inbound_callback(self, fax: Inbound) -> bytes:
        row = self.inbound_row(fax)
        fields = {name[0].upper() + name[1:]: value for name, value in row.items()}
        fields |= {"TransactionIDType": "Inbound", "TransactionID": fax.id}
        fields["ReceiveTime"] = day_first(fax.received_at)
        given = {n: "" if value is None else value for n, value in fields.items()}
        return urlencode(given).encode()

    def call_back(
        self,
        url: str,
        keys: list[str] | None = None,
        inbound: bool = False,
        times: int = 1,
        order: str = "given",
        status: int | None = None,
        unknown: int = 0,
    ) -> list[int | None]:
        """Call back about these faxes (all), now; gives the statuses answered. `order`
        is given, reversed or shuffled; `status` a lie; `unknown` as many ids that were
        never given out."""
        with self.lock:
            self.settle()
            faxes = list((self.inbound if inbound else self.faxes).values())
        if keys is not None:
            faxes = [fax for fax in faxes if str(fax.id) in keys]
        told = [
            self.inbound_callback(fax) if inbound else self.callback(fax, status)
            for fax in faxes
            for _ in range(times)
        ]
        for number in range(unknown):
            name = f"TransactionID={faxes[0].id}".encode()
            stranger = f"TransactionID={10**12 + number}".encode()
            told.append(told[0].replace(name, stranger))
        if order == "reversed":
            told.reverse()
        elif order == "shuffled":
            random.Random(self.seed).shuffle(told)
        sent = [post(url, FORM, body) for body in told]
        self.called_back += sent
        return [each.status for each in sent]

    def _plan(self, url: str, body: bytes, times: int) -> None:
        for _copy in range(times):
            late = self._random.uniform(0, self.callback_spread)
            self.timeline.after(late, lambda: self._send(url, body))

    def _send(self, url: str, body: bytes, pauses: list | None = None) -> None:
        pauses = list(self.callback_retries) if pauses is None else pauses
        sent: Sent = post(url, FORM, body)
        self.called_back.append(sent)
        if pauses and not 200 <= (sent.status or 0) < 300:
            self.timeline.after(pauses[0], lambda: self._send(url, body, pauses[1:]))
