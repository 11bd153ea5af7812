"""How eFax Enterprise is called: its token, its lists, its refusals."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from . import efax_wire as wire
from .efax_asking import unreadable
from .efax_codes import BASE_URL, NO_RETRIES, REFUSALS, TOKEN_REFUSALS
from .efax_tokens import Token, Tokens, TokenStore, store_key, store_of_process
from .errors import ProviderError
from .failures import FailureKind
from .http import MEGABYTE, Answer, Http, refusal
from .interface import Provider
from .values import SubmitRequest

MINUTE = 60.0
END, ENOUGH, CUT = "end", "enough", "cut"  # why reading of a list ended

# Settings, in seconds unless said otherwise.
DEFAULTS = {
    "base_url": BASE_URL,
    "submit_seconds": 60.0,  # for a request without a deadline
    "read_seconds": 10.0,  # each call that only reads, and that for a token
    "status_seconds": 45.0,  # no further fax is asked about after this
    "lock_seconds": 20.0,  # waiting for another worker who gets a token
    "margin_seconds": 300.0,  # a token is replaced this long before it ends
    "young_seconds": 60.0,  # a refused token younger than this is contested
    "token_seconds": 3600.0,  # life of a token of which it is not told
    "details_path": "transmission-details",  # spelt without its s in one place
    "retries": NO_RETRIES,  # by the provider; empty: as its account is set up
    "caller_id": True,  # tell the sender's number
    "csid": "",  # what the fax machine calls itself; empty: as the account is set up
    "list_rows": 100,  # rows a call, 100 at most
    "list_pages": 10,  # calls a list
    "sent_list_tells_all": False,  # see `EfaxProvider.find_all`
    "only_new": False,  # leave out received faxes that somebody downloaded
    "mark_downloaded": True,  # once we have it
    "download_megabytes": 50,
    "codes": {},  # the provider's code -> failure kind
}


class EfaxCalls(Provider):
    """The base of `EfaxProvider`."""

    def __init__(
        self,
        *args,
        token_stores: Callable[[str], TokenStore] = store_of_process,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        kinds = {kind.value: kind for kind in FailureKind}
        self.codes = {
            str(code): kinds[kind]
            for code, kind in dict(self.setting("codes")).items()
            if kind in kinds
        }
        self._token_stores = token_stores
        self._opened: tuple[tuple, Http] | None = None

    def setting(self, name: str) -> Any:
        return self.settings.get(name, DEFAULTS[name])

    def secret(self, name: str) -> str:
        """A credential, fit for a header."""
        value = (self.credentials.get(name) or "").strip()
        if not re.fullmatch(r"[!-~]+", value) or (name == "app_id" and ":" in value):
            raise ProviderError(
                FailureKind.CREDENTIALS, proven_not_sent=True, code=f"no_{name}"
            )
        return value

    # --- Calls -----------------------------------------------------------------------

    def get(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        most: int = MEGABYTE,
        unless: tuple[int, ...] = (),
    ) -> Answer:
        """Read, and raise for every answer but success and the statuses `unless`."""
        seconds, tokens = self.setting("read_seconds"), self._tokens()

        def call(token):
            http = self._http(token, headers or {})
            return http.get(path, seconds=seconds, params=params, most=most)

        answer = self._with_token(call, tokens.for_reading)
        if answer.ok or answer.status in unless:
            return answer
        raise self._refusal(answer, harmless=True)

    def change(
        self, method: str, path: str, *, unless: tuple[int, ...] = (), **content
    ) -> Answer:
        """Change something there that concerns no sending."""
        seconds, tokens = self.setting("read_seconds"), self._tokens()

        def call(token):
            return self._http(token).once(method, path, seconds=seconds, **content)

        answer = self._with_token(call, tokens.for_reading)
        if answer.ok or answer.status in unless:
            return answer
        raise self._refusal(answer)

    def send(self, request: SubmitRequest, content: Any) -> Answer:
        """Submit a fax, and raise for every answer but success."""
        now, tokens = self.clock(), self._tokens()
        until = request.deadline
        if until is None:
            until = now + timedelta(seconds=self.setting("submit_seconds"))
        headers = {"transaction-id": request.reference}

        def token_for(**options):
            self.check_deadline(request)
            return tokens.for_sending(until, **options)

        def call(token):
            self.check_deadline(request)
            return self._http(token, headers).once(
                "POST",
                "/faxes",
                seconds=(until - self.clock()).total_seconds(),
                guard=lambda: self.check_deadline(request),
                json=content,
            )

        answer = self._with_token(call, token_for)
        if not answer.ok:
            raise self._refusal(answer)
        return answer

    def _with_token(
        self, call: Callable[[Token], Answer], token_for: Callable[..., Token]
    ) -> Answer:
        """The answer to a call; where it refused the token, to one more with another.

        Whoever is told that he may not come in has left nothing there. Any other end
        of a call, and so every one that leaves the outcome open, ends it for good.
        """
        began = self.clock()
        token = token_for(since=began)
        answer = call(token)
        if answer.status == 401 and not wire.names_a_fax(answer.json()):
            answer = call(token_for(since=began, refused=token))
        return answer

    def rows(
        self, path: str, params: Mapping[str, Any], enough: Callable[[list], bool]
    ) -> tuple[list[wire.Row], str]:
        """Rows of a list, and why there are no more: END of it, ENOUGH after a page,
        or CUT, since there are too many.

        How it numbers its rows is seen in other clients only, and whether it gives as
        many as it is asked for. Certain is that a list is over where nothing is left.
        """
        limit = int(self.setting("list_rows"))
        found: dict[Any, wire.Row] = {}
        offset = 0
        for _call in range(int(self.setting("list_pages"))):
            told = {"pagination-offset": str(offset), "pagination-limit": str(limit)}
            page = wire.rows(self.get(path, params, told).json())
            if page is None:
                raise unreadable()
            if not page:
                return list(found.values()), END
            # Rows that tell no id are all kept: one of them may be any.
            fresh = {wire.fax_id(row) or (offset, n): row for n, row in enumerate(page)}
            if not fresh.keys() - found.keys():
                break  # it knows no offset: who knows what comes after
            found |= fresh
            offset += len(page)
            if enough(page):
                return list(found.values()), ENOUGH
        return list(found.values()), CUT

    # --- The token -------------------------------------------------------------------

    def _tokens(self) -> Tokens:
        base_url, app_id = str(self.setting("base_url")), self.secret("app_id")
        return Tokens(
            self._token_stores(store_key(base_url, app_id)),
            self._fetch_token,
            self.clock,
            owner=self._owner(),
            patience=self.setting("lock_seconds"),
            margin=self.setting("margin_seconds"),
            young=self.setting("young_seconds"),
        )

    def _owner(self) -> str:
        base_url, app_id = str(self.setting("base_url")), self.secret("app_id")
        parts = f"{base_url}\0{app_id}\0{self.secret('api_key')}"
        return hashlib.sha256(parts.encode("utf-8", "replace")).hexdigest()

    def _fetch_token(self) -> Token:
        pair = f"{self.secret('app_id')}:{self.secret('api_key')}"
        basic = b64encode(pair.encode()).decode()
        http = Http(
            self.setting("base_url"), {"Authorization": f"Basic {basic}"}, self.session
        )
        now = self.clock()
        try:
            answer = http.once(
                "POST",
                "/tokens",
                seconds=self.setting("read_seconds"),
                data={"grant_type": "client_credentials"},
            )
        except ProviderError as error:
            # Whatever became of the token: no fax was in this call.
            raise ProviderError(
                error.kind, proven_not_sent=True, code=error.code
            ) from None
        if not answer.ok:
            raise self._refusal(answer, TOKEN_REFUSALS, harmless=True)
        return self._read_token(answer, now)

    def _read_token(self, answer: Answer, now: datetime) -> Token:
        found = wire.token(answer.json())
        if found is None:
            raise unreadable()
        value, seconds = found
        lifetime = timedelta(seconds=seconds or self.setting("token_seconds"))
        return Token(
            value=value,
            owner=self._owner(),
            obtained_at=now,
            expires_at=now + lifetime,
        )

    # --- Under all of them -----------------------------------------------------------

    def _http(self, token: Token, headers: Mapping[str, str] | None = None) -> Http:
        """Kept for as long as its headers stay the same, with its connection."""
        told = {
            "Authorization": f"Bearer {token.value}",
            "user-id": self.secret("user_id"),
        } | dict(headers or {})
        key = tuple(told.items())
        if self._opened is None or self._opened[0] != key:
            self._opened = key, Http(self.setting("base_url"), told, self.session)
        return self._opened[1]

    def _refusal(
        self,
        answer: Answer,
        kinds: Mapping[int, FailureKind] | None = None,
        harmless: bool = False,
    ) -> ProviderError:
        payload = answer.json()
        said = wire.said(payload) or wire.text(answer.body.decode("utf-8", "replace"))
        taken = wire.names_a_fax(payload) and not harmless
        return refusal(
            answer,
            {} if taken else kinds or REFUSALS,
            now=self.clock(),
            harmless=harmless,
            kind=wire.refused_kind(payload) if answer.status == 400 else None,
            text=said or None,
            pause=MINUTE,  # not documented
        )
