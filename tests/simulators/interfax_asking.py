"""Asking the simulated InterFAX for faxes: six times a minute."""

import re
from typing import Any

from .base import route
from .interfax_books import SENT, Fax
from .interfax_forms import IDS, LIST, MEDIA_TYPES, SEARCH, limit, paged, query, when
from .messages import Reply, Request

KINDS = {
    "completed": lambda status: status >= 0,
    "success": lambda status: status == SENT,
    "failed": lambda status: status > SENT,
    "inprocess": lambda status: status < 0,
    "all": lambda status: True,
}


class AskingRoutes:
    """Mixed into the simulator. The search heeds a reference only as it was given."""

    @route("GET", "/outbound/faxes", "list")
    def list_faxes(self, request: Request) -> Reply:
        self.poll(self.outbound_polls)
        given = query(request, LIST)
        up = given.get("sortOrder", "desc").lower() == "asc"
        last = int(given.get("lastId", 0 if up else 10**18))
        faxes = [
            fax for fax in self._sorted(up) if (fax.id > last if up else fax.id < last)
        ]
        return self._rows(faxes[: limit(given, self.most_rows)])

    @route("GET", "/outbound/faxes/completed", "completed")
    def completed(self, request: Request) -> Reply:
        """Unfinished and unknown ids are left out without a word."""
        self.poll(self.outbound_polls)
        given = query(request, {"ids": IDS}, "ids")
        wanted = set(map(int, given["ids"].split(",")))
        now = self.clock()
        faxes = [fax for fax in self._sorted() if fax.id in wanted and fax.is_over]
        rows = [fax.summary(now, self.user, self.url, self.price()) for fax in faxes]
        return self.said(200, rows)

    @route("GET", "/outbound/search", "search")
    def search(self, request: Request) -> Reply:
        self.poll(self.outbound_polls)
        given = query(request, SEARCH)
        ids = set(map(int, given["ids"].split(","))) if given.get("ids") else None
        after, before = (when(given.get(n, "")) for n in ("dateFrom", "dateTo"))
        status = given.get("status", "all").lower()
        fits = KINDS.get(status) or (lambda value: value == int(status))
        number = re.sub(r"\D", "", given.get("faxNumber", "")).removeprefix("00")
        now = self.clock()
        faxes = [
            fax
            for fax in self._sorted(given.get("sortOrder", "").lower() == "asc")
            if (ids is None or fax.id in ids)
            and given.get("reference") in (None, fax.query.get("reference", ""))
            and (not after or fax.submitted_at >= after)
            and (not before or fax.submitted_at <= before)
            and fits(fax.status_at(now))
            and fax.to.endswith(number)
        ]
        return self._rows(paged(faxes, given, self.most_rows))

    @route("GET", "/outbound/faxes/{key}", "record")
    def record(self, request: Request, key: str) -> Reply:
        self.poll(self.outbound_polls)
        query(request, {})
        return self.said(200, self._row(self.known(key)))

    @route("GET", "/outbound/faxes/{key}/image", "image")
    def image(self, request: Request, key: str) -> Reply:
        query(request, {})
        content = self.known(key).document
        return Reply(200, content, {"Content-Type": "image/tiff"})

    @route("GET", "/outbound/help/mediatype", "mediatype")
    def mediatype(self, request: Request) -> Reply:
        query(request, {})
        kinds = [{"MediaType": k, "FileType": v} for k, v in MEDIA_TYPES.items()]
        return self.said(200, kinds)

    def _sorted(self, up: bool = False) -> list[Fax]:
        with self.lock:
            self.settle()
            shown = [fax for fax in self.faxes.values() if not fax.hidden]
            return sorted(shown, key=lambda fax: fax.id, reverse=not up)

    def _rows(self, faxes: list[Fax]) -> Reply:
        return self.said(200, [self._row(fax) for fax in faxes])

    def _row(self, fax: Fax) -> dict[str, Any]:
        return fax.row(
            self.clock(),
            self.user,
            self.url,
            self.price(),
            shows_reference=self.shows_reference,
        )
