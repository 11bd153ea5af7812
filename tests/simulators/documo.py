"""Documo (mFax), simulated: as strict as its documentation.

What is not documented it does not offer: no search by reference, no way to cancel,
no balance. Where the documentation leaves open how something is said (the shape and
the status of errors), `error_shape` and `caller_id_status` choose.
"""

import hashlib
import random
import re
import uuid
from datetime import datetime, timedelta
from typing import Any

from .base import Acceptance, Simulator, route
from .callbacks import Sent, Timeline
from .control import main
from .documo_books import (
    ANSWER_LOST,
    CALLER_ID_TEXT,
    REFUSED,
    REQUEST_LOST,
    Fax,
    plan,
)
from .documo_forms import Files, date, multipart, one_of, only, page, urlencoded
from .documo_numbers import NumberRoutes
from .documo_webhooks import WebhookRoutes
from .messages import Refused, Reply, Request, Reset, answer

LIMITS = {"recipientName": 40, "senderName": 40, "subject": 55, "notes": 4000}
FIELDS = {
    "faxNumber", "coverPage", "coverPageId", "recipientName", "senderName", "subject",
    "notes", "callerId", "tags", "cf", "scheduledDate", "optimizeFax", "async",
    "attachmentUrls", "fileIds", "webhookId",
}  # fmt: skip
OLDER_FIELDS = {"recipientFax", "recipientName", "subject", "notes", "coverPage",
                "callerId", "senderName", "coverPageId"}  # fmt: skip
HISTORY_FILTERS = {
    "accountId", "offset", "limit", "direction", "status", "fromDate", "toDate"
}  # fmt: skip
STATUSES = {
    "processing", "scheduled", "transmitting", "success", "failed", "cancelled"
}  # fmt: skip


def count_pages(document: bytes) -> int:
    """Pages of a PDF; 0 for what is none."""
    import pymupdf  # here, since it takes long to load and few tests need it

    try:
        with pymupdf.open(stream=document, filetype="pdf") as pdf:
            return len(pdf)
    except (RuntimeError, ValueError):
        return 0


def page_of(text: str) -> bytes:
    """A PDF of one page."""
    import pymupdf

    with pymupdf.open() as pdf:
        pdf.new_page().insert_text((72, 72), text)
        return pdf.tobytes()


class DocumoSimulator(WebhookRoutes, NumberRoutes, Simulator):
    """Documo (mFax). Attributes without an underscore may be set at any time."""

    remote_methods = ("call_back", "receive", "finish")

    def __init__(self, *args, count_pages=count_pages, **kwargs):
        super().__init__(*args, **kwargs)
        self._count_pages = count_pages
        self.timeline = Timeline()
        self.defaults()

    def defaults(self) -> None:
        """Settings, and empty books."""
        self.keys = ["documo-key"]
        self.caller_ids = ["5145550177"]
        self.numbers = ["+15145550177"]
        montreal = {"country_iso": "CA", "rate_center": "MONTREAL", "state": "QC"}
        spencer = {"country_iso": "US", "rate_center": "SPENCER MILL", "state": "TN"}
        self.free = {
            "+15145550180": montreal, "+15145550181": montreal, "+16155550182": spencer
        }  # fmt: skip
        self.searched: set[str] = set()
        self.trial_ended = False
        self.api_allowed = True
        self.error_shape = "error.message"  # or "error", "message"
        self.caller_id_status = 400
        self.calls_a_minute = 8
        self.minute_seconds = 60.0  # shorter for tests that cannot wait so long
        self.prepare_seconds = 1.0
        self.page_seconds = 0.5
        self.slow_seconds = 3600.0
        self.callback_times = 1  # how often each event is called back
        self.callback_spread = 0.0  # seconds, at random: later ones come earlier
        self.callback_retries = []  # seconds between further tries
        self.callbacks_forged = 0  # false ones sent along with each event
        self.seed = 0
        self.faxes: dict[str, Fax] = {}
        self.webhooks: dict[str, dict[str, Any]] = {}
        self.called_back: list[Sent] = []
        self._random = random.Random(self.seed)
        self._window: tuple[datetime, int] | None = None
        self._account = {
            "uuid": str(uuid.UUID(int=7)),
            "accountNumber": "1200000000",
            "accountName": "Clinic",
            "accountType": "customer",
        }

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.timeline.clear()
            self.defaults()

    def state(self) -> dict[str, Any]:
        with self.lock:
            now = self.clock()
            return super().state() | {
                "faxes": {key: fax.status(now) for key, fax in self.faxes.items()},
                "called_back": [sent.status for sent in self.called_back],
            }

    def __exit__(self, *exc_info):
        self.timeline.stop()
        super().__exit__(*exc_info)

    # --- Who calls, and how no is said -------------------------------------------

    def authorize(self, request: Request) -> None:
        scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Basic" or key not in self.keys:
            raise Refused(401, "Unauthorized")
        if self.trial_ended:
            raise Refused(403, "Forbidden")

    def refusal(self, refused: Refused) -> Reply:
        shapes = {
            "error.message": {
                "error": {"message": refused.text, "status": refused.status}
            },
            "error": {"error": refused.text},
            "message": {"message": refused.text, "statusCode": refused.status},
        }
        return answer(refused.status, shapes[self.error_shape], **refused.headers)

    def _count_call(self) -> None:
        """Eight calls a minute; once over, none until the minute is over."""
        with self.lock:
            now = self.clock()
            minute = timedelta(seconds=self.minute_seconds)
            if not self._window or now - self._window[0] >= minute:
                self._window = (now, 0)
            began, calls = self._window
            self._window = (began, calls + 1)
            if calls >= self.calls_a_minute:
                raise Refused(429, "Too many requests")

    # --- Sending -----------------------------------------------------------------

    @route("POST", "/v1/faxes", "submit")
    def submit(self, request: Request) -> Reply:
        form, files = multipart(request, FIELDS, {"attachments"})
        fax = self._take(form, "faxNumber", files, "submit")
        if form.get("async") == "true":
            return self._taken(fax, {"messageId": fax.uuid})
        extra = {"users": [], "account": self._account, "tags": [], "contacts": []}
        return self._taken(fax, fax.row(self.clock(), self._account) | extra)

    @route("POST", "/v1/fax/send", "submit_older")
    def submit_older(self, request: Request) -> Reply:
        form, files = multipart(request, OLDER_FIELDS, {"file", "files"})
        try:
            fax = self._take(form, "recipientFax", files, "submit_older")
        except Refused as refused:
            if refused.status != 400:
                raise
            return answer(200, {"success": [], "errors": [{"message": refused.text}]})
        row = fax.row(self.clock(), self._account)
        return self._taken(fax, {"success": [row], "errors": []})

    @route("POST", "/v1/fax/resend", "resend")
    def resend(self, request: Request) -> Reply:
        form = urlencoded(request, {"messageId", "recipientFax"})
        with self.lock:
            old = self.faxes.get(form.get("messageId", ""))
        if not old or old.direction != "outbound":
            raise Refused(404, "Fax not found")
        values = {"to": form.get("recipientFax") or old.to, "callerId": old.sender}
        files = [("resent.pdf", old.document)]
        fax = self._take(values, "to", files, "resend", pages=old.pages)
        row = fax.row(self.clock(), self._account)
        return self._taken(fax, {"errors": [], "success": [row]})

    def _take(
        self, form: dict[str, str], to_field: str, files: Files, via: str, pages=None
    ) -> Fax:
        """Check a fax as the provider does, and put it into the books."""
        to, sender = self._check(form, to_field, files)
        document = b"".join(content for _name, content in files)
        if pages is None:
            pages = sum(self._count_pages(content) for _name, content in files)
            pages += form.get("coverPage") == "true"
        pace = {name: value for name, value in vars(self).items() if "_seconds" in name}
        with self.lock:
            now = self.clock()
            times = plan(to, pages, now, pace)
            fax = Fax(to=to, sender=sender, pages=pages, document=document, **times)
            self._note_double(fax, via)
            self.faxes[fax.uuid] = fax
            if to in self.numbers and fax.end[0] == "success":
                self._receive(fax)
            self.took(
                Acceptance(
                    provider_id=fax.uuid,
                    to=to,
                    sender=sender,
                    pages=pages,
                    sha256=hashlib.sha256(document).hexdigest(),
                    file_name=files[0][0] if files else "",
                    route=via,
                    at=now.isoformat(),
                )
            )
        self.announce(fax)
        return fax

    def _check(self, form, to_field, files) -> tuple[str, str]:
        to = form.get(to_field, "")
        if not re.fullmatch(r"\+?[1-9][0-9]{7,14}", to):
            raise Refused(400, f"{to_field} is invalid")
        if not files and form.get("coverPage") != "true":
            raise Refused(400, "attachments is required")
        for name, most in LIMITS.items():
            if len(form.get(name, "")) > most:
                raise Refused(400, f"{name} is too long")
        sender = form.get("callerId") or self.caller_ids[0]
        if len(sender) > 10 or not sender.isdigit():
            raise Refused(400, "callerId is invalid")
        if sender not in self.caller_ids:
            raise Refused(self.caller_id_status, CALLER_ID_TEXT)
        if to[-4:] in REFUSED:
            raise Refused(*REFUSED[to[-4:]])
        if to.endswith(REQUEST_LOST):
            raise Reset()
        return "+" + to.lstrip("+"), sender

    def _taken(self, fax: Fax, content: Any) -> Reply:
        if fax.to.endswith(ANSWER_LOST):
            raise Reset()
        return answer(200, content)

    def _note_double(self, fax: Fax, via: str) -> None:
        """The same pages to the same number, though the first may have arrived."""
        for other in self.faxes.values():
            same = (other.to, other.document) == (fax.to, fax.document)
            if same and via != "resend" and not other.failed_before(fax.created_at):
                self.doubles.append((other.uuid, fax.uuid))

    # --- Asking ------------------------------------------------------------------

    @route("GET", "/ping", "ping", public=True)
    def ping(self, request: Request) -> Reply:
        return Reply(200, b"OK", {"Content-Type": "text/plain"})

    @route("GET", "/v1/me", "me")
    def me(self, request: Request) -> Reply:
        account = {"accountName": "Clinic", "accountType": "customer"}
        return answer(
            200,
            {
                "uuid": str(uuid.UUID(int=8)),
                "email": "owner@example.com",
                "firstName": "Olive",
                "lastName": "Owner",
                "userRole": "owner",
                "timezone": "America/New_York",
                "phoneVerified": True,
                "account": account | {"allowApi": self.api_allowed},
            },
        )

    @route("GET", "/v1/fax/history", "history")
    def history(self, request: Request) -> Reply:
        self._count_call()
        query = request.query
        only(query, HISTORY_FILTERS)
        after, before = date(query, "fromDate"), date(query, "toDate")
        direction = one_of(query, "direction", {"inbound", "outbound"})
        status = one_of(query, "status", STATUSES)
        with self.lock:
            now = self.clock()
            faxes = [
                fax
                for fax in sorted(
                    self.faxes.values(), key=lambda each: each.created_at, reverse=True
                )
                if fax.created_at <= now
                and (not after or fax.created_at >= after)
                and (not before or fax.created_at <= before)
                and direction in (None, fax.direction)
                and status in (None, fax.status(now))
            ]
        rows = [fax.row(now, self._account) for fax in faxes]
        return answer(200, {"count": len(rows), "rows": page(query, rows)})

    @route("GET", "/v1/fax/{key}/info", "info")
    def info(self, request: Request, key: str) -> Reply:
        return answer(200, self._known(key).row(self.clock(), self._account))

    @route("GET", "/v1/fax/{key}/download", "download")
    def download(self, request: Request, key: str) -> Reply:
        if request.query.get("format") != "pdf":
            raise Refused(400, "format is not simulated")
        document = self._known(key).document
        return Reply(200, document, {"Content-Type": "application/pdf"})

    def _known(self, key: str) -> Fax:
        with self.lock:
            fax = self.faxes.get(key)
        if not fax or fax.created_at > self.clock():
            raise Refused(404, "Fax not found")
        return fax

    # --- Receiving, for tests ----------------------------------------------------

    def receive(
        self, sender: str, to: str = "", text: str = "A fax", document: bytes = b""
    ) -> str:
        """Let a fax of one page come in for a number of the account; gives its id."""
        times = plan("", 0, self.clock(), vars(self))
        document = document or page_of(text)
        fax = Fax(to or self.numbers[0], sender, 1, document, **times)
        with self.lock:
            return self._receive(fax).uuid

    def _receive(self, sent: Fax) -> Fax:
        fax = Fax(
            to=sent.to,
            sender=sent.sender,
            pages=sent.pages,
            document=sent.document,
            created_at=sent.ends_at,
            sends_at=sent.ends_at,
            ends_at=sent.ends_at,
            end=sent.end,
            direction="inbound",
            csid="Sender",
        )
        self.faxes[fax.uuid] = fax
        self.announce(fax)
        return fax

    def finish(self) -> None:
        """End every fax now, as it would have ended."""
        with self.lock:
            now = self.clock()
            for fax in self.faxes.values():
                for name in ("created_at", "sends_at", "ends_at"):
                    setattr(fax, name, min(getattr(fax, name), now))


if __name__ == "__main__":
    main(DocumoSimulator)
