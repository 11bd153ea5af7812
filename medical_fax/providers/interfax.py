"""InterFAX (Upland), over its REST API.

Lost submissions are looked up by our reference, which it can search for. Asking for
faxes is limited to six calls a minute, here shared by the asking for statuses and the
looking up. Out of credit at InterFAX, a fax waits there and goes on by itself.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from . import interfax_wire as wire
from .errors import CallbackRefused, ProviderError
from .failures import FailureKind
from .http import MEGABYTE, Answer
from .interface import Capabilities, FindBy
from .interfax_calls import DEFAULT_ROWS, MINUTE, unreadable
from .interfax_codes import FORM
from .interfax_upload import InterfaxUploads, Uploads
from .registry import register
from .values import (
    AccountInfo,
    Balance,
    Callback,
    FaxStatus,
    Fingerprint,
    Found,
    Received,
    Submission,
    SubmitRequest,
)

PDF = "application/pdf"
NOT_THERE = "-1005"
POLLS_A_STATUS = 2  # at most, for the faxes of one batch
AT_ONCE = POLLS_A_STATUS * DEFAULT_ROWS  # told in that many pages of the least size

# Parameters of a submission that come from settings, empty ones left out.
FROM_SETTINGS = {
    "retriesToPerform": "retries",
    "pageHeader": "page_header",
    "pageOrientation": "page_orientation",
    "fitToPage": "fit_to_page",
    "rendering": "rendering",
}


@register
class InterfaxProvider(InterfaxUploads):
    """See the module's docstring.

    `credentials`: username, password. `settings`: `interfax_calls.DEFAULTS`.
    """

    code = "interfax"
    label = "InterFAX"
    form = FORM
    capabilities = Capabilities(
        find=FindBy.REFERENCE,
        cancel=True,
        resend=True,
        several=True,
        callbacks=True,
        receive=True,
        balance=True,
        max_pages=100,
        max_bytes=20_000_000,
        # Of the six calls of a minute four are for statuses, two for looking up.
        status_pause=MINUTE * POLLS_A_STATUS / 4,
        statuses_at_once=AT_ONCE,
        look_pause=MINUTE / 2,
    )

    # --- The account -------------------------------------------------------------

    def verify(self) -> AccountInfo:
        try:
            self.balance()
        except ProviderError as error:
            if error.kind in (
                FailureKind.CREDENTIALS,
                FailureKind.RATE_LIMITED,
                FailureKind.PROVIDER_UNAVAILABLE,
            ):
                raise
            # An account that is invoiced has no card, and what its balance is then
            # answered with is not known.
            self.rows("/outbound/faxes", {"limit": 1})
        return AccountInfo()

    def balance(self) -> Balance:
        answer = self.get("/accounts/self/ppcards/balance")
        amount = wire.amount(answer.body.decode("utf-8", "replace"))
        if amount is None:
            raise unreadable()
        return Balance(amount=amount, unit=self.setting("currency") or "credits")

    # --- Sending -----------------------------------------------------------------

    def submit(self, request: SubmitRequest) -> Submission:
        documents = (request.document, *request.further)
        self._check_size(request, documents)
        with self.uploads(request) as uploads:
            content = self._content(request, documents, uploads)
            answer = self.once(
                "POST",
                "/outbound/faxes",
                self.ends_at(request),
                request,
                params=self._parameters(request),
                **content,
            )
            return _submission(answer)

    def resend(self, provider_id: str, request: SubmitRequest) -> Submission:
        """Sent again without a reference, which this call does not take: the new fax
        is looked up by its likeness (see `find`)."""
        if not wire.PROVIDER_ID.fullmatch(provider_id):
            raise _not_found()
        answer = self.once(
            "POST",
            f"/outbound/faxes/{provider_id}/resend",
            self.ends_at(request),
            request,
            params={"faxNumber": request.to},
        )
        return _submission(answer)

    def _check_size(self, request: SubmitRequest, documents: tuple[bytes, ...]) -> None:
        most_bytes = self.setting("most_megabytes") * 1_000_000
        if request.pages > self.setting("most_pages"):
            kind, code = FailureKind.TOO_MANY_PAGES, "too_many_pages"
        elif sum(map(len, documents)) > most_bytes:
            kind, code = FailureKind.DOCUMENT_REJECTED, "too_large"
        else:
            return
        raise ProviderError(kind, proven_not_sent=True, code=code)

    def _parameters(self, request: SubmitRequest) -> dict[str, str]:
        """What goes into the query; nothing of it is about a patient. Neither contact
        nor replyAddress is given: the first is printed in headers and kept there."""
        size = self.setting("page_size")
        if size == "auto":
            size = "letter" if request.to.startswith("+1") else "a4"
        given = {
            name: str(self.setting(setting)) for name, setting in FROM_SETTINGS.items()
        }
        given |= {
            "faxNumber": request.to,
            "reference": request.reference,
            "resolution": request.resolution.value,
            "pageSize": size,
            "csid": (self.setting("csid") or request.sender or "")[:20],
        }
        return {name: value for name, value in given.items() if value}

    def _content(
        self, request: SubmitRequest, documents: tuple[bytes, ...], uploads: Uploads
    ) -> dict[str, Any]:
        """Body and headers: a document as it is, the address of an uploaded one, or a
        form of several of either kind."""
        large = self.setting("upload_above")
        places = [
            uploads.upload(each, request.file_name) if len(each) > large else None
            for each in documents
        ]
        if len(documents) > 1:
            return _form(request.file_name, documents, places)
        if places[0]:
            return {"headers": {"Content-Location": places[0]}}
        return {"headers": {"Content-Type": PDF}, "data": documents[0]}

    def cancel(self, provider_id: str) -> bool:
        if not wire.PROVIDER_ID.fullmatch(provider_id):
            return False
        path = f"/outbound/faxes/{provider_id}/cancel"
        try:
            return self.once("POST", path, unless=(404,)).ok
        except ProviderError as error:
            if error.code == NOT_THERE:
                return False  # not in the queue any more
            raise

    # --- Asking ------------------------------------------------------------------

    def fetch_status(self, provider_ids: Iterable[str]) -> dict[str, FaxStatus]:
        wanted = dict.fromkeys(filter(wire.PROVIDER_ID.fullmatch, provider_ids))
        asked, statuses = list(wanted), {}
        for start in range(0, len(asked), AT_ONCE):
            try:
                self._add_statuses(asked[start : start + AT_ONCE], statuses)
            except ProviderError:
                if not statuses:
                    raise
                break
        return statuses

    def _add_statuses(self, batch: list[str], statuses: dict[str, FaxStatus]) -> None:
        """Ask about some faxes, in `POLLS_A_STATUS` calls at most.

        The search by ids tells of finished faxes and of those under way, which the
        list of completed ones leaves out. What it did not tell is on its next page if
        this one may have been cut short; else the other list is asked.
        """
        path, asked = "/outbound/search", {"ids": ",".join(batch), "limit": len(batch)}
        rows = self.rows(path, asked)
        self._read_statuses(rows, batch, statuses)
        left = [key for key in batch if key not in statuses]
        if left and len(rows) >= DEFAULT_ROWS:
            rows = self.rows(path, asked | {"offset": len(rows)})
        elif left:
            rows = self.rows("/outbound/faxes/completed", {"ids": ",".join(left)})
        self._read_statuses(rows, left, statuses)

    def _read_statuses(
        self,
        rows: list[wire.Row],
        wanted: list[str],
        statuses: dict[str, FaxStatus],
    ) -> None:
        for row in rows:
            status = wire.status(row, self.codes, self.setting("currency") or None)
            if status and status.provider_id in wanted:
                statuses[status.provider_id] = status

    def find(self, reference: str, fingerprint: Fingerprint) -> list[Found]:
        rows = self.all_rows("/outbound/search", {"reference": reference})
        found = wire.by_reference(rows, reference, fingerprint)
        if found == [] and fingerprint.resent:
            rows = self.newest_rows(
                "/outbound/faxes",
                {"sortOrder": "desc"},
                "id",
                "submitTime",
                fingerprint.after,
            )
            found = wire.by_likeness(rows, fingerprint)
        if found is None:
            raise ProviderError(
                FailureKind.UNKNOWN, proven_not_sent=True, code="not_told_yet"
            )
        return found

    # --- Receiving ---------------------------------------------------------------

    def parse_callback(
        self, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]
    ) -> Callback:
        """Whoever knows the address is heard: nothing else tells who calls, which is
        why a hint is never believed."""
        hint = wire.hint(body)
        if hint is None:
            raise CallbackRefused(FailureKind.UNKNOWN)
        return Callback(hints=(hint,), reply="OK")

    def list_received(self, since: datetime) -> list[Received]:
        params = {"allUsers": "true"} if self.setting("all_users") else {}
        rows = self.newest_rows(
            "/inbound/faxes", params, "messageId", "receiveTime", since
        )
        own = tuple(self.setting("own_numbers"))
        found = (wire.received(row, since, own) for row in rows)
        by_id = {each.provider_id: each for each in found if each}
        return sorted(by_id.values(), key=lambda each: each.received_at)

    def fetch_received(self, provider_id: str) -> bytes:
        if not wire.PROVIDER_ID.fullmatch(provider_id):
            raise _not_found()
        path = f"/inbound/faxes/{provider_id}"
        most = int(self.setting("download_megabytes") * MEGABYTE)
        image = self.get(path + "/image", most=most).body
        if self.setting("mark_read"):
            self._mark_read(path)
        return image

    def _mark_read(self, path: str) -> None:
        """For people who look there; the pages are here, whatever comes of it."""
        try:
            self.once("POST", path + "/mark", params={"unread": "false"})
        except ProviderError:
            return


def _form(
    name: str, documents: tuple[bytes, ...], places: list[str | None]
) -> dict[str, Any]:
    """Several documents as parts of a form, each as it is or by its address. (Made
    here, since requests gives no part a Content-Location.)"""
    boundary, parts = uuid4().hex, []
    plain = re.sub(r"[^\w.-]", "-", name, flags=re.ASCII)
    disposition = f'Content-Disposition: form-data; name="file"; filename="{plain}"'
    for document, place in zip(documents, places, strict=True):
        what = f"Content-Location: {place}" if place else f"Content-Type: {PDF}"
        head = f"--{boundary}\r\n{disposition}\r\n{what}\r\n\r\n"
        parts += [head.encode(), b"" if place else document, b"\r\n"]
    kind = f"multipart/form-data; boundary={boundary}"
    body = b"".join([*parts, f"--{boundary}--\r\n".encode()])
    return {"headers": {"Content-Type": kind}, "data": body}


def _submission(answer: Answer) -> Submission:
    """The id is in the Location alone; the body is empty."""
    key = wire.location(answer.headers.get("Location"))
    if key is None:
        raise ProviderError(
            FailureKind.UNKNOWN, proven_not_sent=False, code="unreadable"
        )
    return Submission(provider_id=key)


def _not_found() -> ProviderError:
    return ProviderError(FailureKind.UNKNOWN, proven_not_sent=True, code="not_found")
