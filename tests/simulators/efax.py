"""eFax Enterprise, simulated: as strict as what is published of it.

A token makes the one before invalid. What is not known it does not offer: no search
by reference, no filter of the list of sent faxes but that of its status. Where it is
not known what the real one does, an attribute chooses: whether faxes on their way
stand in the list of sent ones (`lists_unfinished`), where a fax's reference is shown
(`shows_reference`: "list", "metadata" or "nowhere"), how a wrong user is refused.
"""

import base64
import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from . import efax_forms as forms
from .base import Acceptance, Simulator, route
from .callbacks import basic
from .control import main
from .documo import count_pages, page_of
from .documo_forms import date, one_of, only, urlencoded
from .efax_books import ANSWER_LOST, DONE, REFUSED, REQUEST_LOST, Fax, plan
from .messages import Refused, Reply, Request, Reset, answer

STATUSES = {
    "NEW", "INPROGRESS", "PENDING RETRY", "COMPLETE", "COMPLETED", "ERROR", "CANCELED"
}  # fmt: skip
RECEIVED_FILTERS = {"image_downloaded", "min_completed_timestamp"}


class EfaxSimulator(Simulator):
    """eFax Enterprise. Attributes without an underscore may be set at any time."""

    remote_methods = ("receive", "finish", "take_token")

    def __init__(self, *args, count_pages=count_pages, **kwargs):
        super().__init__(*args, **kwargs)
        self._count_pages = count_pages
        self.defaults()

    def defaults(self) -> None:
        """Settings, and empty books."""
        self.app_id, self.api_key = "efax-app", "efax-key"
        self.user_id = "11111111-2222-3333-4444-555555555555"
        self.user_id_status = 403
        self.numbers = ["+15145550177"]
        self.caller_ids = ["15145550177"]
        self.lists_unfinished = False
        self.shows_reference = "list"
        self.prepare_seconds = 1.0
        self.page_seconds = 0.5
        self.slow_seconds = 3600.0
        self.token_seconds = 86399
        self.tokens_made = 0
        self.tokens_refused: list[str] = []  # methods and paths of the calls
        self.faxes: dict[str, Fax] = {}
        self._token: tuple[str, datetime] | None = None

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.defaults()

    def state(self) -> dict[str, Any]:
        with self.lock:
            now = self.clock()
            return super().state() | {
                "faxes": {key: fax.status(now) for key, fax in self.faxes.items()},
                "tokens_made": self.tokens_made,
            }

    # --- Who calls, and how no is said -------------------------------------------

    @route("POST", "/tokens", "tokens", public=True)
    def tokens(self, request: Request) -> Reply:
        if request.headers.get("Authorization") != basic(self.app_id, self.api_key):
            raise Refused(401, "Authentication values are missing or invalid.")
        form = urlencoded(request, {"grant_type"})
        if form.get("grant_type") != "client_credentials":
            raise Refused(400, "grant_type is invalid")
        content = {"token_type": "bearer", "expires_in": self.token_seconds}
        return answer(200, {"access_token": self.take_token()} | content)

    def take_token(self) -> str:
        """Make a token, as if anybody had asked for it; kills the one before."""
        with self.lock:
            self.tokens_made += 1
            ends = self.clock() + timedelta(seconds=self.token_seconds)
            self._token = secrets.token_urlsafe(24), ends
            return self._token[0]

    def authorize(self, request: Request) -> None:
        scheme, _space, value = request.headers.get("Authorization", "").partition(" ")
        with self.lock:
            token, ends = self._token or ("", self.clock())
        if scheme != "Bearer" or value != token or self.clock() >= ends:
            self.tokens_refused.append(f"{request.method} {request.path}")
            raise Refused(401, "Authentication values are missing or invalid.")
        if request.headers.get("user-id") != self.user_id:
            raise Refused(self.user_id_status, "Access to this item is not allowed.")

    def refusal(self, refused: Refused) -> Reply:
        codes = {400: "BAD_REQUEST", 401: "UNAUTHORIZED", 403: "FORBIDDEN"}
        headers = dict(refused.headers)
        error = {
            "element_name": headers.pop("element", ""),
            "user_message": refused.text,
            "developer_message": refused.text,
            "more_info": "",
            "error_code": codes.get(refused.status, str(refused.status)),
        }
        content = {"errors": [error], "transaction_id": "a-transaction"}
        return answer(refused.status, content, **headers)

    # --- Sending -----------------------------------------------------------------

    @route("POST", "/faxes", "submit")
    def submit(self, request: Request) -> Reply:
        body = forms.json_body(request, forms.BODY)
        only({"destinations", "documents"} - set(body), set())
        if len(body["destinations"]) != 1:
            raise Refused(400, "several destinations are not simulated")
        to = forms.dialled(body["destinations"][0].get("fax_number", ""))
        documents = [forms.document(each) for each in body["documents"]]
        options = body.get("fax_options", {})
        sender = options.get("custom_CallerID", self.caller_ids[0])
        if sender not in self.caller_ids:
            raise Refused(400, "custom_CallerID is not allowed")
        if options.get("image_resolution", "FINE") not in ("STANDARD", "FINE"):
            raise Refused(400, "image_resolution is invalid")
        if to[-4:] in REFUSED:
            status, element, words = REFUSED[to[-4:]]
            raise Refused(status, words, element=element)
        if to.endswith(REQUEST_LOST):
            raise Reset()
        pages = sum(self._count_pages(each) for each in documents)
        pages += bool(options.get("include_cover_page"))
        fax = self._take(to, sender, b"".join(documents), pages, body)
        if to.endswith(ANSWER_LOST):
            raise Reset()
        taken = {"fax_id": fax.fax_id, "destination_fax_number": to[1:]}
        return answer(201, [taken])

    def _take(self, to, sender, document, pages, body) -> Fax:
        pace = {name: value for name, value in vars(self).items() if "_seconds" in name}
        with self.lock:
            now = self.clock()
            times = plan(to, pages, now, pace)
            fax = Fax(to, "+" + sender, pages, document, **times)
            fax.client_data = body.get("client_data", {})
            fax.options = body.get("fax_options", {})
            for other in self.faxes.values():
                same = (other.to, other.document) == (to, document)
                if same and not other.failed_before(now):
                    self.doubles.append((other.fax_id, fax.fax_id))
            self.faxes[fax.fax_id] = fax
            if to in self.numbers and fax.end is DONE:
                self._receive(fax)
            self.took(
                Acceptance(
                    provider_id=fax.fax_id,
                    to=to,
                    sender=sender,
                    pages=pages,
                    sha256=hashlib.sha256(document).hexdigest(),
                    file_name="",
                    route="submit",
                    at=now.isoformat(),
                )
            )
        return fax

    @route("POST", "/faxes/{key}/cancel", "cancel")
    def cancel(self, request: Request, key: str) -> Reply:
        with self.lock:
            fax, now = self._known(key, "OUTBOUND"), self.clock()
            if fax.is_over(now):
                raise Refused(409, "fax already completed messaging")
            fax.cancel(now)
        return Reply(202)

    # --- Asking ------------------------------------------------------------------

    @route("GET", "/health", "health", public=True)
    def health(self, request: Request) -> Reply:
        return answer(200, {"status": "UP"})

    @route("GET", "/faxes/sent", "sent")
    def sent(self, request: Request) -> Reply:
        only(request.query, {"transmission_status"})
        wanted = one_of(request.query, "transmission_status", STATUSES)
        now = self.clock()
        faxes = [
            fax
            for fax in self._faxes("OUTBOUND")
            if (self.lists_unfinished or fax.is_over(now))
            and wanted in (None, fax.status(now))
        ]
        rows = [self._row(fax, self.shows_reference == "list") for fax in faxes]
        return answer(200, forms.page(request, rows))

    @route("GET", "/faxes/{key}/metadata", "metadata")
    def metadata(self, request: Request, key: str) -> Reply:
        shows = self.shows_reference in ("list", "metadata")
        return answer(200, self._row(self._known(key), shows))

    @route("GET", "/faxes/{key}/transmission-details", "details")
    def details(self, request: Request, key: str) -> Reply:
        return answer(200, self._known(key, "OUTBOUND").details(self.clock()))

    def _row(self, fax: Fax, with_reference: bool) -> dict[str, Any]:
        row = fax.metadata(self.clock())
        if with_reference and fax.client_data:
            row["client_tracking_data"] = dict(fax.client_data)
        return row

    def _faxes(self, direction: str) -> list[Fax]:
        """Those that there are by now, the newest first."""
        now = self.clock()
        with self.lock:
            found = [
                fax
                for fax in self.faxes.values()
                if fax.direction == direction and fax.created_at <= now
            ]
        return sorted(found, key=lambda fax: fax.ends_at, reverse=True)

    def _known(self, key: str, direction: str | None = None) -> Fax:
        with self.lock:
            fax = self.faxes.get(key)
        there = fax and fax.created_at <= self.clock()
        if not there or direction not in (None, fax.direction):
            raise Refused(404, "Sorry, we were unable to find it.")
        return fax

    # --- Received faxes ----------------------------------------------------------

    @route("GET", "/faxes/received", "received")
    def received(self, request: Request) -> Reply:
        only(request.query, RECEIVED_FILTERS)
        since = date(request.query, "min_completed_timestamp")
        wanted = one_of(request.query, "image_downloaded", {"true", "false"})
        rows = [
            self._row(fax, False)
            for fax in self._faxes("INBOUND")
            if (since is None or fax.ends_at >= since)
            and wanted in (None, str(fax.downloaded).lower())
        ]
        return answer(200, forms.page(request, rows))

    @route("GET", "/faxes/{key}/image", "image")
    def image(self, request: Request, key: str) -> Reply:
        if request.query != {"desired_format": "PDF"}:
            raise Refused(400, "desired_format is not simulated")
        fax = self._known(key)
        image = base64.b64encode(fax.document).decode()
        return answer(200, {"fax_id": key, "file_name": f"{key}.pdf", "image": image})

    @route("PATCH", "/faxes/{key}/metadata", "mark")
    def mark(self, request: Request, key: str) -> Reply:
        body = forms.json_body(request, {"image_downloaded": bool})
        fax = self._known(key)
        fax.downloaded = body.get("image_downloaded", fax.downloaded)
        return answer(200, self._row(fax, False))

    @route("DELETE", "/faxes/{key}", "delete")
    def delete(self, request: Request, key: str) -> Reply:
        with self.lock:
            del self.faxes[self._known(key).fax_id]
        return Reply(204)

    def receive(
        self, sender: str, to: str = "", text: str = "A fax", document: bytes = b""
    ) -> str:
        """Let a fax of one page come in for a number of the account; gives its id."""
        times = plan("", 0, self.clock(), vars(self))
        to, document = to or self.numbers[0], document or page_of(text)
        with self.lock:
            return self._receive(Fax(to, sender, 1, document, **times)).fax_id

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
            direction="INBOUND",
        )
        self.faxes[fax.fax_id] = fax
        return fax

    def finish(self) -> None:
        """End every fax now, as it would have ended."""
        with self.lock:
            now = self.clock()
            for fax in self.faxes.values():
                for name in ("created_at", "sends_at", "ends_at"):
                    setattr(fax, name, min(getattr(fax, name), now))


if __name__ == "__main__":
    main(EfaxSimulator)
