"""Received faxes of the simulated InterFAX."""

from dataclasses import dataclass, field
from datetime import datetime

from .base import route
from .documo import page_of
from .interfax_books import day_first, iso
from .interfax_forms import INBOUND, Said, among, limit, matches, query
from .messages import Reply, Request


@dataclass
class Inbound:
    id: int
    to: str  # E.164
    sender: str | None
    pages: int
    document: bytes = field(repr=False)
    received_at: datetime
    read: bool = False
    image: bool = True


class InboundRoutes:
    """Mixed into the simulator. `number_style` and `time_style` choose what recordings
    and documentation show: "national" or "e164", "iso" or "day_first"."""

    def receive(
        self,
        sender: str | None = "",
        to: str = "",
        text: str = "A fax",
        document: bytes = b"",
        image: bool = True,
    ) -> str:
        """Let a fax of one page come in; gives its id."""
        document = document or page_of(text)
        with self.lock:
            fax = self.take_in(to or self.numbers[0], sender, 1, document, self.clock())
            fax.image = image
        return str(fax.id)

    def take_in(self, to, sender, pages, document, at) -> Inbound:
        fax = Inbound(self.next_id(), to, sender or None, pages, document, at)
        self.inbound[fax.id] = fax
        self.announce_inbound(fax)
        return fax

    @route("GET", "/inbound/faxes", "inbound")
    def list_inbound(self, request: Request) -> Reply:
        self.poll(self.inbound_polls)
        given = query(request, INBOUND)
        with self.lock:
            self.settle()
            faxes = sorted(self.inbound.values(), key=lambda fax: -fax.id)
        faxes = [
            fax
            for fax in faxes
            if fax.received_at <= self.clock()
            and not (given.get("unreadOnly", "").lower() == "true" and fax.read)
            and fax.id < int(given.get("lastId", 10**18))
        ]
        rows = [self.inbound_row(fax) for fax in faxes]
        return self.said(200, rows[: limit(given, self.most_rows)])

    @route("GET", "/inbound/faxes/{key}", "inbound_record")
    def get_inbound(self, request: Request, key: str) -> Reply:
        self.poll(self.inbound_polls)
        query(request, {})
        return self.said(200, self.inbound_row(self._received(key)))

    @route("GET", "/inbound/faxes/{key}/image", "inbound_image")
    def inbound_image(self, request: Request, key: str) -> Reply:
        query(request, {})
        fax = self._received(key)
        if not fax.image:
            raise Said(404, -1009, "image unavailable")
        return Reply(200, fax.document, {"Content-Type": "application/pdf"})

    @route("GET", "/inbound/faxes/{key}/emails", "inbound_emails")
    def inbound_emails(self, request: Request, key: str) -> Reply:
        query(request, {})
        self._received(key)
        return self.said(200, [])

    @route("POST", "/inbound/faxes/{key}/mark", "mark")
    def mark(self, request: Request, key: str) -> Reply:
        given = query(request, {"unread": among("true", "false")}, "unread")
        self._received(key).read = given["unread"].lower() == "false"
        return Reply(200, b"", {"Content-Type": "text/json"})

    @route("POST", "/inbound/faxes/{key}/resend", "inbound_resend")
    def resend_inbound(self, request: Request, key: str) -> Reply:
        query(request, {"email": matches(r"[^@\s]+@[^@\s]+")})
        self._received(key)
        return Reply(200, b"", {"Content-Type": "text/json"})

    def _received(self, key: str) -> Inbound:
        with self.lock:
            self.settle()
            fax = self.inbound.get(int(key)) if key.isdecimal() else None
        if not fax or fax.received_at > self.clock():
            raise Said(404, -1005, "Fax resource not found")
        return fax

    def inbound_row(self, fax: Inbound) -> dict:
        national = fax.to[2:] if fax.to.startswith("+1") else fax.to[3:]
        time = day_first if self.time_style == "day_first" else iso
        unread = "READ" if fax.read else "UNREAD"
        return {
            "userId": self.user,
            "messageId": fax.id,
            "phoneNumber": national if self.number_style == "national" else fax.to,
            "remoteCSID": "Sender",
            "messageStatus": 0,
            "pages": fax.pages,
            "messageSize": len(fax.document),
            "messageType": 1,
            "receiveTime": time(fax.received_at),
            "callerId": fax.sender,
            "recordingDuration": 41,
            "imageStatus": unread if fax.image else "DONT_EXIST",
            "numOfEmails": 0,
            "numOfFailedEmails": 0,
        }
