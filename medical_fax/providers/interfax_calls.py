"""How InterFAX is called: who we are, its lists, its refusals."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from . import interfax_wire as wire
from .errors import ProviderError
from .failures import FailureKind
from .http import MEGABYTE, Answer, Http, refusal
from .interface import Provider
from .interfax_codes import (
    BASE_URL,
    INTERNAL,
    REFUSALS,
    REFUSED,
    TOO_MANY_REQUESTS,
    more_codes,
)
from .values import SubmitRequest

MINUTE = 60.0
POLLS_A_MINUTE = 6  # documented, of asking for faxes; more is refused
DEFAULT_ROWS = 25  # of a page; documented. No page is known to be cut shorter.
MOST_CALLS = 4  # for one list, of the polls of a minute

# Settings, in seconds unless said otherwise. Those that go into each submission, as
# text, are left out where they are empty: the account's own apply then.
DEFAULTS = {
    "base_url": BASE_URL,
    "submit_seconds": 60.0,  # for a request without a deadline
    "read_seconds": 10.0,  # each call that only reads
    "list_rows": 100,  # rows a call
    "download_megabytes": 50,
    "retries": "0",  # "transmission attempts in case of failure": redialling is ours
    "csid": "",  # instead of the sender's number; up to 20 characters
    "page_header": "",  # may have {To}, {From}, {TotalPages}
    "page_size": "auto",  # letter in North America, else a4; or a4, letter, legal, b4
    "page_orientation": "",  # portrait, landscape
    "fit_to_page": "",  # scale, noscale; not taken by the PCI service
    "rendering": "",  # bw, greyscale (some pages write grayscale)
    "upload_above": 1_000_000,  # bytes; larger documents are uploaded in chunks
    "chunk_bytes": 1_000_000,  # at most 1 MB
    "most_pages": 100,  # "more by special request"
    "most_megabytes": 20,
    "all_users": False,  # received faxes of every user: needs the primary one
    "mark_read": True,  # received faxes, once their pages are here
    "own_numbers": (),  # E.164: what is received is told without its country
    "currency": "",  # of the account, ISO 4217
    "codes": {},  # a status above 0 -> failure kind, or "cancelled"
}


class InterfaxCalls(Provider):
    """The base of `InterfaxProvider`."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.codes = more_codes(dict(self.setting("codes")))
        self._opened: Http | None = None

    def setting(self, name: str) -> Any:
        return self.settings.get(name, DEFAULTS[name])

    def base_url(self) -> str:
        return str(self.setting("base_url")).strip().rstrip("/")

    def get(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        most: int = MEGABYTE,
    ) -> Answer:
        """Read, and raise for every answer but success."""
        seconds = self.setting("read_seconds")
        answer = self._http().get(path, seconds=seconds, params=params, most=most)
        if not answer.ok:
            raise self._refusal(answer, harmless=True)
        return answer

    def once(
        self,
        method: str,
        path: str,
        until: datetime | None = None,
        request: SubmitRequest | None = None,
        unless: tuple[int, ...] = (),
        **content,
    ) -> Answer:
        """Change something there, and raise for every answer but success and the
        statuses `unless`. `until` is when the call must be over; a `request` is not
        begun after its deadline."""
        seconds = self.setting("read_seconds")
        if until is not None:
            seconds = max(0.0, (until - self.clock()).total_seconds())

        def guard():
            if request is not None:
                self.check_deadline(request)

        guard()
        answer = self._http().once(
            method, path, seconds=seconds, guard=guard, **content
        )
        if answer.ok or answer.status in unless:
            return answer
        raise self._refusal(answer)

    def ends_at(self, request: SubmitRequest) -> datetime:
        """When all that a submission takes must be over."""
        seconds = timedelta(seconds=self.setting("submit_seconds"))
        return request.deadline or self.clock() + seconds

    # --- Lists -------------------------------------------------------------------

    def rows(self, path: str, params: Mapping[str, Any]) -> list[wire.Row]:
        """One page of a list, or an error: what cannot be read is not "none"."""
        rows = wire.rows(self.get(path, params).body)
        if rows is None:
            raise unreadable()
        return rows

    def all_rows(self, path: str, params: Mapping[str, Any]) -> list[wire.Row]:
        """A whole list: half of one would look like "not there"."""
        limit, rows, last = int(self.setting("list_rows")), [], None
        for _call in range(MOST_CALLS):
            paging = {"limit": limit, "offset": len(rows)}
            page = self.rows(path, dict(params) | paging)
            if page == last:
                return rows  # it knows no offset
            rows, last = rows + page, page
            if len(page) < min(limit, DEFAULT_ROWS):
                return rows
        raise too_many_rows()

    def newest_rows(
        self,
        path: str,
        params: Mapping[str, Any],
        id_name: str,
        time_name: str,
        since: datetime,
    ) -> list[wire.Row]:
        """A list that has the newest first, back to a time."""
        limit, rows, paging = int(self.setting("list_rows")), [], {}
        for _call in range(MOST_CALLS):
            page = self.rows(path, dict(params) | {"limit": limit} | paging)
            rows += page
            times = [wire.moment(row.get(time_name)) for row in page]
            if len(page) < min(limit, DEFAULT_ROWS) or any(
                at and at < since for at in times
            ):
                return rows
            last = page[-1].get(id_name)
            if paging == {"lastId": last}:
                return rows  # it knows no lastId
            paging = {"lastId": last}
        raise too_many_rows()

    # --- Below -------------------------------------------------------------------

    def _http(self) -> Http:
        if self._opened is None:
            headers = {"Authorization": self._authorization(), "Accept": "*/*"}
            self._opened = Http(self.base_url(), headers, self.session)
        return self._opened

    def _authorization(self) -> str:
        user = (self.credentials.get("username") or "").strip()
        password = self.credentials.get("password") or ""
        if not (user and password and user.isprintable()) or ":" in user:
            raise ProviderError(
                FailureKind.CREDENTIALS, proven_not_sent=True, code="no_login"
            )
        return "Basic " + b64encode(f"{user}:{password}".encode()).decode()

    def _refusal(self, answer: Answer, harmless: bool = False) -> ProviderError:
        code, said = wire.error(answer.body)
        kind, kinds = REFUSED.get(code), dict(REFUSALS)
        if wire.location(answer.headers.get("Location")) or code == INTERNAL:
            kinds = {}  # it names a fax, or refuses nothing
        elif kind and 400 <= answer.status < 500:
            kinds[answer.status] = kind
        too_many = code == TOO_MANY_REQUESTS or answer.status == 429
        error = refusal(
            answer,
            kinds,
            now=self.clock(),
            harmless=harmless,
            kind=FailureKind.PROVIDER_UNAVAILABLE if code == INTERNAL else kind,
            text=said or None,
        )
        if too_many and error.retry_after is None:
            error.retry_after = MINUTE
        if code is not None:
            error.code = str(code)
        return error


def unreadable() -> ProviderError:
    """A success that says nothing, in answer to a call that changes nothing."""
    return ProviderError(
        FailureKind.PROVIDER_UNAVAILABLE, proven_not_sent=True, code="unreadable"
    )


def too_many_rows() -> ProviderError:
    return ProviderError(
        FailureKind.RATE_LIMITED,
        proven_not_sent=True,
        code="too_many_rows",
        retry_after=MINUTE,
    )
