"""Reading what eFax Enterprise says: pure functions, which no garbage makes fail.

What is documented is read as documented; where the shape is not known several are
understood. A value that cannot be read is None, never a guess.
"""

import re
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .efax_codes import ELEMENTS, NO_ERROR, STATES, kind_of
from .failures import FailureKind
from .reading import LONGEST_TEXT, PROVIDER_ID, TICK, Row, count, e164, text, when
from .values import FaxState, FaxStatus, Fingerprint, Received

LONGEST_TOKEN = 8192


# --- Single values -------------------------------------------------------------------


def dialled(number: str) -> str:
    """A number as it wants to be told: 1 and ten digits, or with a plus."""
    return number[1:] if re.fullmatch(r"\+1[0-9]{10}", number) else number


def fax_id(row: Any) -> str | None:
    value = row.get("fax_id") if isinstance(row, dict) else None
    known = isinstance(value, str) and PROVIDER_ID.fullmatch(value)
    return value if known else None


def reference(row: Row) -> str:
    """Our reference, if the row tells it."""
    return text(_part(row, "client_tracking_data").get("client_reference_id"))


def token(payload: Any) -> tuple[str, float | None] | None:
    """A token, and the seconds that it lasts if they are told."""
    value = payload.get("access_token") if isinstance(payload, dict) else None
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TOKEN:
        return None
    if not re.fullmatch(r"[!-~]+", value):
        return None  # it goes into a header
    return value, count(payload.get("expires_in")) or None


def said(payload: Any) -> str:
    """The words of an error: for the user, else for developers, else its code."""
    words = []
    for error in _errors(payload):
        names = ("user_message", "developer_message", "error_code", "message")
        words += filter(None, (text(error.get(name)) for name in names))
    return " / ".join(dict.fromkeys(words))[:LONGEST_TEXT]


def refused_kind(payload: Any) -> FailureKind | None:
    """What kind of thing is wrong, if a refusal's element tells."""
    elements = (text(error.get("element_name")) for error in _errors(payload))
    return next((ELEMENTS[each] for each in elements if each in ELEMENTS), None)


def _errors(payload: Any) -> list[Row]:
    """The errors, which stand in a list, or one alone; at most a few."""
    if isinstance(payload, dict) and "errors" in payload:
        payload = payload["errors"]
    found = payload if isinstance(payload, list) else [payload]
    return [each for each in found[:5] if isinstance(each, dict)]


def _part(row: Row, name: str) -> Row:
    """An object within a row; one client reads some of them as a list of one."""
    value = row.get(name)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, dict) else {}


# --- Sending -------------------------------------------------------------------------


def names_a_fax(payload: Any) -> bool:
    """Whether an answer, of whatever status, was given by somebody who took one."""
    found = payload if isinstance(payload, list) else [payload]
    return any(fax_id(each) for each in found[:100])


def taken(payload: Any, to: str) -> str | None:
    """The id of the one fax that was taken, or None where it is not that clear."""
    found = payload if isinstance(payload, list) else [payload]
    if len(found) != 1 or not (key := fax_id(found[0])):
        return None
    # The documentation shows numbers both with and without the leading 1.
    number = re.sub(r"[^0-9]", "", text(found[0].get("destination_fax_number")))
    return key if to.endswith(number) else None


# --- Asking --------------------------------------------------------------------------


def status(
    key: str, row: Any, codes: Mapping[str, FailureKind] | None = None
) -> FaxStatus | None:
    """Where the fax `key` stands, or None if the row does not tell.

    A state not known is taken for "on its way": it ends nothing.
    """
    if not isinstance(row, dict) or fax_id(row) != key:
        return None
    data = _part(row, "transmission_data")
    raw = text(data.get("transmission_status"))
    if not raw:
        return None
    state = STATES.get(re.sub(r"[ _-]", "", raw.upper()), FaxState.SENDING)
    pages = count(data.get("total_pages_sent")) or None  # C
    code, words = text(data.get("error_code")), text(data.get("error_message"))
    failure = None
    if state in (FaxState.FAILED, FaxState.CANCELLED) and pages:
        # Whatever the code says: pages are out, so it is never sent by itself.
        state, failure = FaxState.PARTIAL, FailureKind.PARTLY_SENT
    elif state is FaxState.FAILED:
        failure = kind_of(code, dict(codes or {}))
    ended = data.get("completed_timestamp") or row.get("completed_timestamp")
    return FaxStatus(
        provider_id=key,
        state=state,
        raw_status=raw,
        failure=failure,
        code=code if failure and code not in NO_ERROR else None,
        text=words or None if failure else None,
        pages_sent=pages,
        ended_at=when(ended) if state.is_final else None,
        remote_csid=text(row.get("destination_fax_csid")) or None,
        reference=reference(row) or None,
    )


def rows(payload: Any) -> list[Row] | None:
    """The rows of a list; None when it cannot be read, which is not "none"."""
    found = payload.get("faxes") if isinstance(payload, dict) else None
    if isinstance(found, list) and all(isinstance(row, dict) for row in found):
        return found
    return None


def raw_status(row: Row) -> str | None:
    return text(_part(row, "transmission_data").get("transmission_status")) or None


def is_doubtful(row: Row, missed: list[Fingerprint]) -> bool:
    """Whether a row that tells no reference may be one of those looked for."""
    key, to = fax_id(row), e164(row.get("destination_fax_number"))
    if key and reference(row):
        return False
    ended = when(row.get("completed_timestamp"))
    return any(
        key not in each.known_ids
        and (not to or to == each.to)
        and not (ended and ended < each.after - TICK)
        for each in missed
    )


# --- Receiving -----------------------------------------------------------------------


def received(row: Row, since: datetime) -> Received | None:
    """A received fax of a list, unless it is older, or cannot be read."""
    key, to = fax_id(row), e164(row.get("destination_fax_number"))
    at = when(row.get("completed_timestamp"))
    if not (key and to and at) or at < since:
        return None
    csid = text(row.get("originating_fax_tsid"))
    return Received(
        provider_id=key,
        to=to,
        sender=e164(row.get("originating_fax_number")),
        pages=count(row.get("pages")),
        received_at=at,
        csid=csid if csid.lower() not in ("", "unavailable") else None,  # C
    )


def image(key: str, payload: Any) -> bytes | None:
    """The pages of the fax `key`; None when they cannot be read."""
    coded = payload.get("image") if isinstance(payload, dict) else None
    if fax_id(payload) != key or not isinstance(coded, str):
        return None
    try:
        return b64decode("".join(coded.split()), validate=True) or None
    except ValueError:
        return None
