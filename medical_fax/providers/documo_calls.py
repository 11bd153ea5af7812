"""How Documo is called: its key, its lists, its refusals."""

from collections.abc import Mapping
from typing import Any

from . import documo_wire as wire
from .documo_codes import BASE_URL, REFUSALS, kind_of
from .errors import ProviderError
from .failures import FailureKind
from .http import MEGABYTE, Answer, Http, refusal
from .interface import Provider
from .values import SubmitRequest

CALLS_A_MINUTE = 8  # of the history; documented
MINUTE = 60.0

# Settings, in seconds unless said otherwise.
DEFAULTS = {
    "base_url": BASE_URL,
    "scheme": "Basic",  # before the key; some clients were seen to send Bearer
    "submit_seconds": 60.0,  # for a request without a deadline
    "read_seconds": 10.0,  # each call that only reads
    "status_seconds": 45.0,  # no further fax is asked about after this
    "history_rows": 100,  # rows a call
    "download_megabytes": 50,
    "older_send": False,  # POST /v1/fax/send instead of /v1/faxes
    "codes": {},  # the provider's code -> failure kind
}


class DocumoCalls(Provider):
    """The base of `DocumoProvider`."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = {kind.value: kind for kind in FailureKind}
        self.codes = {
            str(code): kinds[kind]
            for code, kind in dict(self.setting("codes")).items()
            if kind in kinds
        }
        self._opened: Http | None = None

    def setting(self, name: str) -> Any:
        return self.settings.get(name, DEFAULTS[name])

    def key(self) -> str:
        key = (self.credentials.get("api_key") or "").strip()
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise ProviderError(
                FailureKind.CREDENTIALS, proven_not_sent=True, code="no_key"
            )
        return key

    def get(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        most: int = MEGABYTE,
        unless: tuple[int, ...] = (),
    ) -> Answer:
        """Read, and raise for every answer but success and the statuses `unless`."""
        seconds = self.setting("read_seconds")
        answer = self._http().get(path, seconds=seconds, params=params, most=most)
        if answer.ok or answer.status in unless:
            return answer
        raise self._refusal(answer, harmless=True)

    def once(
        self, method: str, path: str, request: SubmitRequest | None = None, **content
    ) -> Answer:
        """Change something there, and raise for every answer but success."""
        seconds, guard = self.setting("submit_seconds"), None
        if request is not None and request.deadline is not None:
            self.check_deadline(request)
            seconds = (request.deadline - self.clock()).total_seconds()

            def guard():
                self.check_deadline(request)

        answer = self._http().once(
            method, path, seconds=seconds, guard=guard, **content
        )
        if not answer.ok:
            raise self._refusal(answer)
        return answer

    def rows(self, path: str, params: Mapping[str, Any]) -> list[wire.Row]:
        """A whole list, or an error: half of one would look like "not there"."""
        rows, last = [], None
        for _call in range(CALLS_A_MINUTE):
            page, total = self.page(path, params, offset=len(rows))
            if page == last:
                return rows  # it knows no offset
            rows, last = rows + page, page
            if not page or (total is not None and len(rows) >= total):
                return rows
        raise ProviderError(
            FailureKind.RATE_LIMITED,
            proven_not_sent=True,
            code="too_many_rows",
            retry_after=MINUTE,
        )

    def page(
        self, path: str, params: Mapping[str, Any], offset: int = 0
    ) -> tuple[list[wire.Row], int | None]:
        """Some rows of a list, and how many there are in all, if it is told."""
        limits = {"limit": int(self.setting("history_rows")), "offset": offset}
        payload = self.get(path, dict(params) | limits).json()
        rows = wire.rows(payload)
        if rows is None:
            raise unreadable()
        return rows, wire.total(payload)

    def _http(self) -> Http:
        if self._opened is None:
            # The raw key, not the base64 of anything: not what requests' auth does.
            header = {"Authorization": f"{self.setting('scheme')} {self.key()}"}
            self._opened = Http(self.setting("base_url"), header, self.session)
        return self._opened

    def _refusal(self, answer: Answer, harmless: bool = False) -> ProviderError:
        payload = answer.json()
        said = wire.said(payload) or wire.text(answer.body.decode("utf-8", "replace"))
        kind = kind_of((), (said,), self.codes)
        # An answer that names a fax was given by somebody who took one.
        taken = wire.provider_id(payload) and not harmless
        return refusal(
            answer,
            {} if taken else REFUSALS,
            now=self.clock(),
            harmless=harmless,
            kind=None if kind is FailureKind.UNKNOWN else kind,
            text=said or None,
            pause=MINUTE,  # documented for the history
        )


def unreadable() -> ProviderError:
    """A success that says nothing, in answer to a call that changes nothing."""
    return ProviderError(
        FailureKind.PROVIDER_UNAVAILABLE, proven_not_sent=True, code="unreadable"
    )
