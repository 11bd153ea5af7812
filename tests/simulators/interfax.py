"""InterFAX, simulated: as strict as its documentation and the recordings of it.

Everything but the document is in the query, the id of a fax is in the Location alone,
answers are text/json, and faxes may be asked for six times a minute. Where nothing
says how something is answered (the HTTP status of a refusal, the status of a cancelled
fax, whether rows show their reference), an attribute chooses.
"""

import hashlib
import random
import re
from base64 import b64encode
from datetime import timedelta
from decimal import Decimal
from typing import Any

from .base import Acceptance, Simulator, route
from .callbacks import Sent, Timeline
from .control import main
from .documo import count_pages
from .interfax_asking import AskingRoutes
from .interfax_books import (
    ANSWER_LOST,
    ENDS,
    REFUSED,
    REQUEST_LOST,
    SENT,
    SLOW,
    Card,
    Fax,
)
from .interfax_documents import Document, DocumentRoutes
from .interfax_feedback import Feedback
from .interfax_forms import (
    SUBMIT,
    Polls,
    Said,
    parts,
    query,
    when,
)
from .interfax_inbound import Inbound, InboundRoutes
from .messages import Refused, Reply, Request, Reset, answer

MOST_PAGES = 100


class InterfaxSimulator(
    AskingRoutes, Feedback, InboundRoutes, DocumentRoutes, Simulator
):
    """InterFAX. Attributes without an underscore may be set at any time."""

    remote_methods = ("call_back", "receive", "finish", "top_up")

    def __init__(self, *args, count_pages=count_pages, **kwargs):
        super().__init__(*args, **kwargs)
        self._count_pages = count_pages
        self.timeline = Timeline()
        self.defaults()

    def defaults(self) -> None:
        """Settings, and empty books."""
        self.user, self.password = "clinic", "open sesame"
        self.numbers = ["+15145550177"]
        self.balance_at_start = "1000.0000"
        self.cost_per_page = "0.1500"
        self.hold_seconds = 86400.0
        self.prepaid = True  # an invoiced account has no card
        self.polls_a_minute = 6
        self.most_rows = 250
        self.most_bytes = 20_000_000
        self.error_status = 400  # of refusals where no recording shows it
        self.rate_limit_status = 429
        self.session_status = 202
        self.cancelled_status = 7777
        self.shows_reference = False
        self.number_style, self.time_style = "national", "iso"
        self.prepare_seconds = 1.0
        self.page_seconds = 0.5
        self.slow_seconds = 3600.0
        self.feedback_url = self.inbound_feedback_url = ""
        self.feedback_when = "Always"
        self.callback_times = 1
        self.callback_spread = 0.0  # seconds, at random: later ones come earlier
        self.callback_retries = []  # seconds between further tries
        self.callbacks_forged = 0  # false ones sent along
        self.seed = 0
        self.faxes: dict[int, Fax] = {}
        self.documents: dict[str, Document] = {}
        self.inbound: dict[int, Inbound] = {}
        self.called_back: list[Sent] = []
        self.outbound_polls, self.inbound_polls = Polls(), Polls()
        self._random = random.Random(self.seed)
        self._last_id = 667915750
        self._card: Card | None = None
        self._open: dict[int, Fax] = {}

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.timeline.clear()
            self.defaults()

    def state(self) -> dict[str, Any]:
        with self.lock:
            self.settle()
            now = self.clock()
            faxes = {str(f.id): f.status_at(now) for f in self.faxes.values()}
            return super().state() | {
                "faxes": faxes,
                "balance": str(self.card().balance),
                "documents": len(self.documents),
                "called_back": [sent.status for sent in self.called_back],
            }

    def __exit__(self, *exc_info):
        self.timeline.stop()
        super().__exit__(*exc_info)

    # --- Who calls, and how no is said -------------------------------------------

    def authorize(self, request: Request) -> None:
        login = b64encode(f"{self.user}:{self.password}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {login}":
            raise Said(401, -1003, "Authentication error")

    def refusal(self, refused: Refused) -> Reply:
        code = getattr(refused, "code", None)
        if code is None:
            code = {404: -1005, 429: -1011}.get(refused.status, -150)
        said = {"code": code, "message": refused.text, "moreInfo": None}
        return self.said(refused.status, said, **refused.headers)

    def said(self, status: int, content: Any, **headers: str) -> Reply:
        headers.setdefault("Content_Type", "text/json")
        return answer(status, content, **headers)

    def poll(self, polls: Polls) -> None:
        with self.lock:
            polls.count(self.clock(), self.polls_a_minute, self.rate_limit_status)

    # --- The card and the passing of time ----------------------------------------

    def price(self) -> Decimal:
        return Decimal(self.cost_per_page)

    def card(self) -> Card:
        if self._card is None:
            hold = timedelta(seconds=self.hold_seconds)
            self._card = Card(Decimal(self.balance_at_start), self.price(), hold)
        self._card.hold = timedelta(seconds=self.hold_seconds)
        return self._card

    def settle(self) -> None:
        """Let happen what was to happen until now."""
        self.card().settle(self._open.values(), self.clock())
        for fax in [fax for fax in self._open.values() if fax.is_over]:
            del self._open[fax.id]
            self.announce(fax)
            if fax.to in self.numbers and fax.status == SENT:
                sender = fax.query.get("csid")
                self.take_in(fax.to, sender, fax.pages, fax.document, fax.over_at)

    def _settle_in_time(self, *faxes: Fax) -> None:
        """Nobody may be asking when it is time to call back."""
        called = self.feedback_url or self.inbound_feedback_url
        for fax in faxes if called else ():
            over_at = (fax.starts_at or fax.ready_at) + fax.sending
            left = (over_at - self.clock()).total_seconds()
            self.timeline.after(max(0.0, left) + 0.01, self._tick)

    def _tick(self) -> None:
        with self.lock:
            self.settle()

    def top_up(self, amount: str) -> str:
        """Buy credit; what is held goes on. Gives the balance."""
        with self.lock:
            self.card().top_up(Decimal(amount), self._open.values(), self.clock())
            self._settle_in_time(*self._open.values())
            return str(self.card().balance)

    def finish(self) -> None:
        """End every fax now, as it would have ended; held ones stay held."""
        with self.lock:
            now = self.clock()
            for fax in self._open.values():
                fax.ready_at, fax.sending = min(fax.ready_at, now), timedelta(0)
                fax.starts_at = fax.starts_at and min(fax.starts_at, now)
            self.settle()

    def next_id(self) -> int:
        with self.lock:
            self._last_id += 1
            return self._last_id

    @route("GET", "/accounts/self/ppcards/balance", "balance")
    def get_balance(self, request: Request) -> Reply:
        query(request, {})
        if not self.prepaid:
            raise Said(404, -1005, "no card")
        with self.lock:
            self.settle()
            balance = self.card().balance
        headers = {"Content-Type": "text/json"}
        return Reply(200, f"{balance:.4f}".encode(), headers)

    def known(self, key: str) -> Fax:
        with self.lock:
            self.settle()
            fax = self.faxes.get(int(key)) if key.isdecimal() else None
        if not fax:
            raise Said(404, -1005, "Fax resource not found")
        return fax

    # --- Sending -----------------------------------------------------------------

    @route("POST", "/outbound/faxes", "submit")
    def submit(self, request: Request) -> Reply:
        to = request.query.get("faxNumber", "")
        digits = re.sub(r"[\s().-]", "", to)
        if not re.fullmatch(r"(\+|00)[1-9]\d{6,14}", digits):
            raise Said(self.error_status, -112, "No valid recipients added")
        to = "+" + digits.removeprefix("+").removeprefix("00")
        given = query(request, SUBMIT)
        self._check_magic(to)
        documents, names = [], []
        for part in parts(request):
            stored = self.use(part.place) if part.place else None
            documents.append(stored.content if stored else part.content)
            names.append(stored.name if stored else part.name)
        if sum(map(len, documents)) > self.most_bytes:
            raise Said(413, -123, "too large")
        pages = sum(self._count_pages(each) for each in documents)
        if not 0 < pages <= MOST_PAGES:
            raise Said(self.error_status, -123, "No valid documents attached")
        fax = self._take(to, b"".join(documents), pages, given, "submit", names[0])
        return self._created(fax)

    @route("POST", "/outbound/faxes/{key}/resend", "resend")
    def resend(self, request: Request, key: str) -> Reply:
        given = query(request, {"faxNumber": SUBMIT["faxNumber"]})
        old = self.known(key)
        to = "+" + given.get("faxNumber", old.to).lstrip("+0")
        self._check_magic(to)
        # Whether the reference goes along is not known: here it does not.
        kept = {name: v for name, v in old.query.items() if name != "reference"}
        return self._created(
            self._take(to, old.document, old.pages, kept, "resend", "")
        )

    def _check_magic(self, to: str) -> None:
        if to[-4:] in REFUSED:
            status, code, text = REFUSED[to[-4:]]
            raise Said(status or self.error_status, code, text)
        if to.endswith(REQUEST_LOST):
            raise Reset()

    def _take(self, to, document, pages, given, via, name) -> Fax:
        with self.lock:
            self.settle()
            now = self.clock()
            ready_at = now + timedelta(seconds=self.prepare_seconds)
            if "postponeTime" in given:
                ready_at = max(ready_at, when(given["postponeTime"]))
            if ready_at > now + timedelta(days=30):
                raise Said(self.error_status, -114, "Postpone date too late")
            slow = to.endswith(SLOW)
            seconds = self.slow_seconds if slow else self.page_seconds * pages
            fax = Fax(
                id=self.next_id(),
                to=to,
                pages=pages,
                document=document,
                submitted_at=now,
                ready_at=ready_at,
                sending=timedelta(seconds=seconds),
                end=ENDS.get(to[-4:], (SENT, None)),
                query=dict(given),
            )
            self._note_double(fax, via)
            self.faxes[fax.id] = self._open[fax.id] = fax
            self._settle_in_time(fax)
            self.took(
                Acceptance(
                    provider_id=str(fax.id),
                    to=to,
                    sender=given.get("csid", ""),
                    pages=pages,
                    sha256=hashlib.sha256(document).hexdigest(),
                    file_name=name,
                    route=via,
                    at=now.isoformat(),
                )
            )
        return fax

    def _created(self, fax: Fax) -> Reply:
        if fax.to.endswith(ANSWER_LOST):
            raise Reset()
        place = f"{self.url}/outbound/faxes/{fax.id}"
        return Reply(201, b"", {"Location": place, "Content-Type": "text/json"})

    def _note_double(self, fax: Fax, via: str) -> None:
        """The same pages to the same number, though the first may have arrived."""
        for other in self.faxes.values():
            same = (other.to, other.document) == (fax.to, fax.document)
            if same and via != "resend" and not other.came_to_nothing():
                self.doubles.append((str(other.id), str(fax.id)))

    @route("POST", "/outbound/faxes/{key}/cancel", "cancel")
    def cancel(self, request: Request, key: str) -> Reply:
        query(request, {})
        fax = self.known(key)
        with self.lock:
            if not self.card().cancel(fax, self.cancelled_status, self.clock()):
                raise Said(404, -1005, "Fax resource not found")
        return Reply(200, b"", {"Content-Type": "text/json"})

    @route("POST", "/outbound/faxes/{key}/hide", "hide")
    def hide(self, request: Request, key: str) -> Reply:
        query(request, {})
        self.known(key).hidden = True
        return Reply(200, b"", {"Content-Type": "text/json"})


if __name__ == "__main__":
    main(InterfaxSimulator)
