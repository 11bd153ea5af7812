"""Documo (mFax), over its REST API.

Looks up lost submissions by fingerprint, in the history: no field that it takes is
known to be searchable. No call is known that cancels a fax or tells a balance.
"""

import hmac
import time
from base64 import b64decode
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from json import loads
from urllib.parse import quote

from . import documo_wire as wire
from .documo_calls import CALLS_A_MINUTE, MINUTE, DocumoCalls, unreadable
from .documo_codes import FORM, kind_of
from .errors import CallbackRefused, ProviderError
from .failures import FailureKind
from .http import MEGABYTE, Answer, timed_out
from .interface import Capabilities, CoverLimits, FindBy
from .registry import register
from .values import (
    AccountInfo,
    AreaCode,
    Callback,
    FaxStatus,
    Fingerprint,
    Found,
    NumberInfo,
    NumberOrder,
    Received,
    Submission,
    SubmitRequest,
)

DAY = timedelta(days=1)

# Statuses that may mean "no such fax"; which one is used is not documented.
NOT_THERE = (400, 404, 410, 422)


@register
class DocumoProvider(DocumoCalls):
    """See the module's docstring.

    `credentials`: api_key; callback_user and callback_password, made by us, which the
    provider sends along when it calls back. `settings`: `documo_calls.DEFAULTS`.
    """

    code = "documo"
    label = "Documo (mFax)"
    form = FORM
    capabilities = Capabilities(
        find=FindBy.FINGERPRINT,
        resend=True,
        callbacks=True,
        receive=True,
        numbers=True,
        orders_numbers=True,
        cover=CoverLimits(recipient=40, sender_name=40, subject=55, notes=4000),
        look_pause=2 * MINUTE / CALLS_A_MINUTE,  # a look takes up to two calls
        looks_at_once=100,
    )

    # --- The account -------------------------------------------------------------

    def verify(self) -> AccountInfo:
        me = self.get("/v1/me").json()
        if not isinstance(me, dict):
            raise unreadable()
        account = me.get("account")
        account = account if isinstance(account, dict) else {}
        if account.get("allowApi") is False:
            raise ProviderError(
                FailureKind.ACCOUNT_INACTIVE, proven_not_sent=True, code="api_off"
            )
        return AccountInfo(
            name=wire.text(account.get("accountName")) or None,
            key_expires_at=wire.key_expiry(self.key()),
        )

    # --- Sending -----------------------------------------------------------------

    def submit(self, request: SubmitRequest) -> Submission:
        older = self.setting("older_send")
        data = {"recipientFax" if older else "faxNumber": request.to}
        data |= self._sender(request) | self._cover(request)
        file = (request.file_name, request.document, "application/pdf")
        answer = self.once(
            "POST",
            "/v1/fax/send" if older else "/v1/faxes",
            request,
            data=data,
            files=[("file" if older else "attachments", file)],
        )
        return self._submission(answer)

    def resend(self, provider_id: str, request: SubmitRequest) -> Submission:
        data = {"messageId": provider_id, "recipientFax": request.to}
        return self._submission(self.once("POST", "/v1/fax/resend", request, data=data))

    def _sender(self, request: SubmitRequest) -> dict[str, str]:
        if request.sender is None:
            return {}
        digits = wire.caller_id(request.sender)
        if digits is None:
            # Left out, the fax would show a number that nobody chose.
            raise ProviderError(
                FailureKind.CALLER_ID, proven_not_sent=True, code="not_ten_digits"
            )
        return {"callerId": digits}

    def _cover(self, request: SubmitRequest) -> dict[str, str]:
        if request.cover is None:
            return {}
        cover = self.capabilities.cover.fit(request.cover)
        texts = {
            "coverPage": "true",
            "coverPageId": cover.template,
            "recipientName": cover.recipient_name,
            "senderName": cover.sender_name,
            "subject": cover.subject,
            "notes": cover.notes,
        }
        return {name: value for name, value in texts.items() if value}

    def _submission(self, answer: Answer) -> Submission:
        """Read the answer of either way to send: one fax, or lists of what was
        taken and what was refused."""
        payload = answer.json()
        several = isinstance(payload, dict) and "success" in payload
        taken = payload["success"] if several else [payload]
        taken = taken if isinstance(taken, list) else [taken]
        for row in taken:
            if key := wire.provider_id(row):
                raw = wire.text(row.get("status")) or None
                return Submission(provider_id=key, raw_status=raw)
        refused = several and not taken and payload.get("errors")
        said = wire.said(payload)
        raise ProviderError(
            kind_of((), (said,), self.codes),
            proven_not_sent=bool(refused),
            code="refused" if refused else "unreadable",
            text=said or None,
        )

    # --- Asking ------------------------------------------------------------------

    def fetch_status(self, provider_ids: Iterable[str]) -> dict[str, FaxStatus]:
        statuses: dict[str, FaxStatus] = {}
        failed: ProviderError | None = None
        began = time.monotonic()
        for key in provider_ids:
            if timed_out(began, self.setting("status_seconds")):
                break
            try:
                status = self._status(key)
            except ProviderError as error:
                failed = failed or error
                if not _of_one_fax(error):
                    break
            else:
                statuses |= {key: status} if status else {}
        if failed and not statuses:
            raise failed
        return statuses

    def _status(self, key: str) -> FaxStatus | None:
        if not wire.PROVIDER_ID.fullmatch(key):
            return None
        answer = self.get(f"/v1/fax/{key}/info", unless=NOT_THERE)
        if not answer.ok:
            return None
        status = wire.status(answer.json(), self.codes)
        if status is None or status.provider_id != key:
            raise unreadable()
        return status

    def find(self, reference: str, fingerprint: Fingerprint) -> list[Found]:
        found = self.find_all({reference: fingerprint})[reference]
        if isinstance(found, ProviderError):
            raise found
        return found

    def find_all(
        self, wanted: Mapping[str, Fingerprint]
    ) -> dict[str, list[Found] | ProviderError]:
        """The history tells of all at once, within one look's two calls."""
        rows = self._history(
            "outbound",
            min(each.after for each in wanted.values()),
            max(each.before for each in wanted.values()),
        )
        found = {key: wire.matching(rows, each) for key, each in wanted.items()}
        if any(each == [] for each in found.values()):
            # "Not there" allows sending again, and how the dates must be written is
            # not documented: look once more without any.
            latest, _total = self.page("/v1/fax/history", {})
            for key, each in wanted.items():
                if found[key] == []:
                    found[key] = wire.matching(latest, each)
        return {
            key: _not_told_yet() if each is None else each
            for key, each in found.items()
        }

    def _history(
        self, direction: str, after: datetime, before: datetime | None = None
    ) -> list[wire.Row]:
        """All rows of a time; more, since it is not known whether a time or only
        its date is looked at, in which zone. Whoever asks looks again itself."""
        params = {"direction": direction, "fromDate": _iso(after - DAY)}
        if before:
            params["toDate"] = _iso(before + DAY)
        return self.rows("/v1/fax/history", params)

    # --- Receiving ---------------------------------------------------------------

    def parse_callback(
        self, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]
    ) -> Callback:
        lower = {name.lower(): value for name, value in headers.items()}
        if not self._is_caller(lower.get("authorization", "")):
            raise CallbackRefused()
        content_type = lower.get("content-type", "")
        if content_type.lower().startswith("multipart/form-data"):  # the legacy form
            body = wire.form_part(content_type, body, "data")
        try:
            payload = loads(body)
        except (TypeError, ValueError, RecursionError):
            payload = None
        if not isinstance(payload, dict):
            raise CallbackRefused(FailureKind.UNKNOWN)
        hint = wire.hint(payload, wire.text(lower.get("x-webhook-event")))
        return Callback(hints=(hint,) if hint else ())

    def _is_caller(self, authorization: str) -> bool:
        """Whether somebody sent our user and password; never when we have none."""
        user = self.credentials.get("callback_user")
        password = self.credentials.get("callback_password")
        scheme, _space, coded = authorization.partition(" ")
        if not (user and password) or scheme.lower() != "basic":
            return False
        try:
            given = b64decode(coded.strip(), validate=True)
        except ValueError:
            return False
        return hmac.compare_digest(given, f"{user}:{password}".encode())

    def list_received(self, since: datetime) -> list[Received]:
        rows = self._history("inbound", since)
        return [got for row in rows if (got := wire.received(row, since))]

    def fetch_received(self, provider_id: str) -> bytes:
        if not wire.PROVIDER_ID.fullmatch(provider_id):
            raise ProviderError(
                FailureKind.UNKNOWN, proven_not_sent=True, code="not_found"
            )
        return self.get(
            f"/v1/fax/{provider_id}/download",
            {"format": "pdf"},
            most=int(self.setting("download_megabytes") * MEGABYTE),
        ).body

    # --- Numbers -----------------------------------------------------------------

    def list_numbers(self) -> list[NumberInfo]:
        rows = self.rows("/v1/numbers", {})
        return [info for row in rows if (info := wire.number(row))]

    def search_area_codes(
        self, country: str, area_code: str | None = None, region: str | None = None
    ) -> list[AreaCode]:
        asked = {"npa": area_code, "state": region}
        params = {name: value for name, value in asked.items() if value}
        payload = self.get("/v1/numbers/provision/search", params).json()
        codes = wire.area_codes(payload, country)
        if codes is None:
            raise unreadable()
        return codes

    def order_number(self, order: NumberOrder) -> NumberInfo:
        """Only numbers of a search may be ordered, so one is made where none is
        named. The reference goes nowhere: look an unknown outcome up in the list."""
        wanted = order.number
        if wanted is None:
            found = self.search_area_codes(order.country, order.area_code)
            wanted = next((offer for code in found for offer in code.offers), None)
        if wanted is None:
            raise ProviderError(
                FailureKind.INVALID_NUMBER, proven_not_sent=True, code="none_free"
            )
        data = {"type": "order", "numbers": wanted}
        payload = self.once("POST", "/v1/numbers/provision", data=data).json()
        ordered = wire.rows(payload) or []
        for info in filter(None, map(wire.number, ordered)):
            if info.number == wanted:
                return info
        raise ProviderError(
            FailureKind.UNKNOWN, proven_not_sent=False, code="unreadable"
        )

    def release_number(self, number: NumberInfo) -> None:
        key = quote(number.provider_id or "", safe="")
        if not key:
            raise ProviderError(
                FailureKind.INVALID_NUMBER, proven_not_sent=True, code="no_id"
            )
        self.once("DELETE", f"/v1/numbers/{key}/release")


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _of_one_fax(error: ProviderError) -> bool:
    """Whether it may be this fax alone that the provider cannot tell about."""
    return error.code == "unreadable" or (error.code or "").startswith("5")


def _not_told_yet() -> ProviderError:
    return ProviderError(FailureKind.UNKNOWN, proven_not_sent=True, code="not_told_yet")
