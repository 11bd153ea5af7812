"""eFax Enterprise (eFax Corporate), over its REST API.

Every fax carries our reference, and other clients were seen to read it back in the
list of sent faxes. Whether that list also shows a fax that is still on its way is not
known, so that by itself it proves only that a fax was taken, never that it was not;
see `EfaxProvider.find_all`. What it sends when it calls back is not published: it is
asked instead. No call is known that tells a balance or the account's numbers.
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from . import efax_wire as wire
from .efax_asking import one_by_one, unreadable
from .efax_calls import CUT, END, MINUTE, EfaxCalls
from .efax_codes import FORM
from .errors import ProviderError
from .failures import FailureKind
from .http import MEGABYTE
from .interface import Capabilities, CoverLimits, FindBy
from .registry import register
from .values import (
    AccountInfo,
    FaxStatus,
    Fingerprint,
    Found,
    Received,
    Resolution,
    Submission,
    SubmitRequest,
)

DAY = timedelta(days=1)
MOST_BYTES = 75 * MEGABYTE  # 100 in base64

# Statuses that may mean "no such fax"; which one is used is not documented.
NOT_THERE = (400, 404, 410, 422)

DOUBTS = 5  # faxes that one look asks for one by one, whose they are

RESOLUTIONS = {Resolution.STANDARD: "STANDARD", Resolution.FINE: "FINE"}


@register
class EfaxProvider(EfaxCalls):
    """See the module's docstring.

    `credentials`: app_id, api_key, user_id. `settings`: `efax_calls.DEFAULTS`.
    `token_stores` gives, for a `store_key`, where all workers of the accounts with it
    share their token; by default all threads of this process do.
    """

    code = "efax"
    label = "eFax Enterprise"
    form = FORM
    capabilities = Capabilities(
        find=FindBy.REFERENCE,
        cancel=True,
        receive=True,
        cover=CoverLimits(),  # none are known
        max_bytes=MOST_BYTES,
        look_pause=15.0,  # no limit is known; a look takes up to fifteen calls
        looks_at_once=100,
    )

    # --- The account -----------------------------------------------------------------

    def verify(self) -> AccountInfo:
        """Sign in, and have the user's own list shown: a token alone says nothing of
        the user."""
        one = {"pagination-offset": "0", "pagination-limit": "1"}
        if wire.rows(self.get("/faxes/received", None, one).json()) is None:
            raise unreadable()
        return AccountInfo()

    # --- Sending ---------------------------------------------------------------------

    def submit(self, request: SubmitRequest) -> Submission:
        if len(request.document) > MOST_BYTES:
            raise ProviderError(
                FailureKind.DOCUMENT_REJECTED, proven_not_sent=True, code="too_large"
            )
        self.check_deadline(request)
        answer = self.send(request, self._content(request))
        key = wire.taken(answer.json(), request.to)
        if key is None:
            raise ProviderError(
                FailureKind.UNKNOWN,
                proven_not_sent=False,
                code="unreadable",
                text=wire.said(answer.json()) or None,
            )
        return Submission(provider_id=key)

    def _content(self, request: SubmitRequest) -> dict:
        destination = {"fax_number": wire.dialled(request.to)}
        options = {
            "image_resolution": RESOLUTIONS[request.resolution],
            "include_cover_page": request.cover is not None,
        }
        if cover := request.cover:
            destination |= {
                "to_name": cover.recipient_name.strip(),
                "to_company": cover.recipient_organization.strip(),
            }
            options["cover_page_options"] = {
                "from_name": cover.sender_name.strip(),
                "subject": cover.subject.strip(),
                "message": cover.notes.strip(),
            }
        if retries := self.setting("retries"):
            options["retry_options"] = dict(retries)
        if request.sender and self.setting("caller_id"):
            options["custom_CallerID"] = request.sender[1:]
        if csid := self.setting("csid"):
            options["custom_CSID"] = csid
        document = b64encode(request.document).decode()
        return {
            "destinations": [destination],
            "documents": [{"document_type": "PDF", "document_content": document}],
            "fax_options": options,
            "client_data": {"client_reference_id": request.reference},
        }

    def cancel(self, provider_id: str) -> bool:
        """202 says that it will try; what comes of it is in the status."""
        key = _known_form(provider_id)
        answer = self.change("POST", f"/faxes/{key}/cancel", unless=(409,))
        return answer.status != 409

    # --- Asking ----------------------------------------------------------------------

    def fetch_status(self, provider_ids: Iterable[str]) -> dict[str, FaxStatus]:
        return one_by_one(provider_ids, self._status, self.setting("status_seconds"))

    def _status(self, key: str) -> FaxStatus | None:
        if not wire.PROVIDER_ID.fullmatch(key):
            return None
        path = f"/faxes/{key}/{self.setting('details_path')}"
        answer = self.get(path, unless=NOT_THERE)
        if not answer.ok:
            return None
        status = wire.status(key, answer.json(), self.codes)
        if status is None:
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
        """The list of sent faxes tells of all at once.

        A reference that stands there is conclusive. One that does not allows to send
        again, so nothing is made of it, unless whoever set up the account knows, and
        said so by the setting `sent_list_tells_all`, that a fax stands in the list
        from the moment it is taken. Then the list must also have been read to its
        end, and no fax in it may be one whose reference nobody can tell.
        """
        if not wanted:
            return {}
        rows, why = self.rows("/faxes/sent", {}, lambda page: _tell_all(page, wanted))
        found = {key: _told(rows, key) for key in wanted}
        missed = [each for key, each in wanted.items() if not found[key]]
        doubtful = [row for row in rows if wire.is_doubtful(row, missed)]
        references = self._references(doubtful)
        for key in wanted:
            found[key] += [
                Found(provider_id=wire.fax_id(row), raw_status=wire.raw_status(row))
                for row, reference in zip(doubtful, references, strict=True)
                if reference == key
            ]
        whole = why == END and all(references)
        silent = not (whole and self.setting("sent_list_tells_all"))
        return {
            key: _not_told() if not each and silent else each
            for key, each in found.items()
        }

    def _references(self, rows: list[wire.Row]) -> list[str]:
        """The reference of each, which the list did not tell; "" where none is."""
        references: list[str] = []
        for row in rows[:DOUBTS]:
            key = wire.fax_id(row)
            try:
                path = f"/faxes/{key}/metadata"
                told = self.get(path, unless=NOT_THERE).json() if key else None
            except ProviderError:
                break  # a look that tells less, not one that fails
            same = key and wire.fax_id(told) == key
            references.append(wire.reference(told) if same else "")
        return references + [""] * (len(rows) - len(references))

    # --- Receiving -------------------------------------------------------------------

    def list_received(self, since: datetime) -> list[Received]:
        params = {"image_downloaded": "false"} if self.setting("only_new") else {}

        def enough(page):
            """Whether what comes after this page is older still."""
            times = [wire.when(row.get("completed_timestamp")) for row in page]
            old = all(each and each < since - DAY for each in times)
            return old and times[0] >= times[-1]

        rows, why = self.rows("/faxes/received", params, enough)
        if why == CUT:
            # What came in last may be what is missing.
            raise ProviderError(
                FailureKind.RATE_LIMITED,
                proven_not_sent=True,
                code="too_many_rows",
                retry_after=MINUTE,
            )
        return [got for row in rows if (got := wire.received(row, since))]

    def fetch_received(self, provider_id: str) -> bytes:
        key = _known_form(provider_id)
        # In base64, with a little around it.
        most = int(self.setting("download_megabytes") * MEGABYTE * 4 / 3) + MEGABYTE
        answer = self.get(f"/faxes/{key}/image", {"desired_format": "PDF"}, most=most)
        pages = wire.image(key, answer.json())
        if pages is None:
            raise unreadable()
        if self.setting("mark_downloaded"):
            try:
                self.mark_downloaded(key)
            except ProviderError:
                return pages  # a courtesy to people in eFax's own portal, no more
        return pages

    def mark_downloaded(self, provider_id: str) -> None:
        """Let eFax show a received fax as one that somebody has."""
        path = f"/faxes/{_known_form(provider_id)}/metadata"
        self.change("PATCH", path, json={"image_downloaded": True})


def _known_form(provider_id: str) -> str:
    if not wire.PROVIDER_ID.fullmatch(provider_id):
        raise ProviderError(FailureKind.UNKNOWN, proven_not_sent=True, code="not_found")
    return provider_id


def _tell_all(page: list[wire.Row], wanted: Mapping[str, Fingerprint]) -> bool:
    """Whether a page shows every fax that is looked for."""
    return set(wanted) <= {wire.reference(row) for row in page}


def _told(rows: list[wire.Row], reference: str) -> list[Found]:
    """The faxes that tell that reference."""
    return [
        Found(provider_id=key, raw_status=wire.raw_status(row))
        for row in rows
        if (key := wire.fax_id(row)) and wire.reference(row) == reference
    ]


def _not_told() -> ProviderError:
    return ProviderError(FailureKind.UNKNOWN, proven_not_sent=True, code="not_told")
