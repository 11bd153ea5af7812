"""Reading what Documo says: pure functions, which no garbage makes fail.

What is documented is read as documented; where the shape is not known (errors,
lists) several are understood. A value that cannot be read is None, never a guess.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from json import loads
from typing import Any

from .documo_codes import NO_ERROR, STATES, kind_of
from .failures import FailureKind
from .reading import LONGEST_TEXT, PROVIDER_ID, TICK, Row, count, e164, text, when  # noqa: F401
from .values import (
    AreaCode,
    FaxState,
    FaxStatus,
    Fingerprint,
    Found,
    Hint,
    NumberInfo,
    Received,
)

_WHERE_TEXT_STANDS = (
    "message", "error", "errors", "errorInfo", "resultInfo", "detail", "details"
)  # fmt: skip


# --- Single values ---------------------------------------------------------------


def caller_id(number: str) -> str | None:
    """The ten digits that the provider wants, or None for a number elsewhere."""
    return number[2:] if re.fullmatch(r"\+1[0-9]{10}", number) else None


def provider_id(row: Any) -> str | None:
    value = row.get("messageId") if isinstance(row, dict) else None
    known = isinstance(value, str) and PROVIDER_ID.fullmatch(value)
    return value if known else None


def key_expiry(key: str) -> datetime | None:
    """When a key ends, where it is a JSON Web Token that says so.

    Only a warning is made of it, so that the signature need not be checked.
    """
    try:
        payload = key.split(".")[1]
        claims = loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return datetime.fromtimestamp(claims["exp"], timezone.utc)
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, OSError,
            RecursionError):  # fmt: skip
        return None


def said(payload: Any, depth: int = 4) -> str:
    """The words of an error, wherever in the answer they stand."""
    if isinstance(payload, list):
        return next(filter(None, (said(each, depth - 1) for each in payload[:5])), "")
    if not isinstance(payload, dict) or depth == 0:
        return text(payload)
    found = (said(payload.get(name), depth - 1) for name in _WHERE_TEXT_STANDS)
    return next(filter(None, found), "")


# --- Lists and faxes -------------------------------------------------------------


def rows(payload: Any) -> list[Row] | None:
    """The rows of a list; None when it cannot be read, which is not "none"."""
    if isinstance(payload, dict):
        payload = payload.get("rows")
    if isinstance(payload, list) and all(isinstance(row, dict) for row in payload):
        return payload
    return None


def total(payload: Any) -> int | None:
    """How many rows there are in all, if the list says so."""
    return count(payload.get("count")) if isinstance(payload, dict) else None


def status(
    row: Any, codes: Mapping[str, FailureKind] | None = None
) -> FaxStatus | None:
    """Where a fax stands, or None if the row does not tell.

    A state not known is taken for "on its way": it ends nothing.
    """
    key = provider_id(row)
    raw = text(row.get("status")) if key else ""
    if not raw:
        return None
    state = STATES.get(raw, FaxState.SENDING)
    complete = count(row.get("pagesComplete"))
    failure = code = words = None
    if state is FaxState.FAILED:
        failure, code, words = _failure(row, codes)
        if complete:
            # Whatever the code says: pages are out, so it is never sent by itself.
            state, failure = FaxState.PARTIAL, FailureKind.PARTLY_SENT
    elif state is FaxState.DELIVERED:
        complete = complete or count(row.get("pagesCount")) or None
    return FaxStatus(
        provider_id=key,
        state=state,
        raw_status=raw,
        failure=failure,
        code=code,
        text=words,
        pages_sent=complete,
        ended_at=when(row.get("resolvedDate")) if state.is_final else None,
    )


def _failure(row: Row, more) -> tuple[FailureKind, str | None, str | None]:
    """Kind, code and text; of the two pairs that there are, the one that says most."""
    pairs = [
        (text(row.get(f"{name}Code")), text(row.get(f"{name}Info")))
        for name in ("result", "error")
    ]
    codes = tuple(code for code, _info in pairs if code not in NO_ERROR)
    texts = tuple(info for _code, info in pairs if info)
    kind = kind_of(codes, texts, dict(more or {}))
    telling = next((code for code in codes if kind_of((code,), (), more) is kind), None)
    return kind, telling or next(iter(codes), None), " / ".join(texts) or None


def matching(candidates: Iterable[Row], wanted: Fingerprint) -> list[Found] | None:
    """Faxes with that fingerprint; None when one cannot be told yet.

    None rather than an empty list, since "not there" allows sending again.
    """
    found = {}
    for row in candidates:
        key, created = provider_id(row), when(row.get("createdAt"))
        if row.get("direction") not in (None, "outbound") or key in wanted.known_ids:
            continue
        if created and not wanted.after - TICK <= created <= wanted.before:
            continue
        to, pages = e164(row.get("faxNumber")), count(row.get("pagesCount"))
        if to and to != wanted.to:
            continue
        raw = text(row.get("status"))
        counted = pages or STATES.get(raw, FaxState.SENDING).is_final
        if not (key and created and to and counted):
            return None
        if pages in (wanted.pages, 0, None):
            found[key] = Found(
                provider_id=key, created_at=created, raw_status=raw or None
            )
    return list(found.values())


def received(row: Row, since: datetime) -> Received | None:
    """A received fax of a list, unless it failed, is older, or cannot be read."""
    key, to = provider_id(row), e164(row.get("faxNumber"))  # ours; the sender's is
    at = when(row.get("resolvedDate")) or when(row.get("createdAt"))  # faxCallerId
    state = STATES.get(text(row.get("status")), FaxState.DELIVERED)
    arrived = row.get("direction") == "inbound" and state is FaxState.DELIVERED
    if not (key and to and at and arrived) or at < since:
        return None
    return Received(
        provider_id=key,
        to=to,
        sender=e164(row.get("faxCallerId")),
        pages=count(row.get("pagesCount")),
        received_at=at,
        csid=text(row.get("faxCsid")) or None,
    )


def number(row: Any) -> NumberInfo | None:
    if not isinstance(row, dict):
        return None
    written = e164(row.get("numberE164")) or e164(row.get("number"))
    if not written:
        return None
    pending = bool(row.get("pendingPort") or row.get("pendingUntil"))
    key = text(row.get("uuid")) or None
    return NumberInfo(number=written, provider_id=key, pending=pending)


def area_codes(payload: Any, country: str) -> list[AreaCode] | None:
    """Free numbers by area code; None when the answer cannot be read."""
    found = payload.get("result") if isinstance(payload, dict) else None
    if not isinstance(found, list):
        return None
    groups: dict[tuple, list[str]] = {}
    for row in filter(lambda each: isinstance(each, dict), found):
        offer = e164(row.get("number_e164")) or e164(row.get("number"))
        place = row.get("regional_data")
        place = place if isinstance(place, dict) else {}
        where = text(place.get("country_iso")).upper() or country
        if offer and caller_id(offer) and where == country:
            state, city = text(place.get("state")), text(place.get("rate_center"))
            groups.setdefault((offer[2:5], state, city), []).append(offer)
    return [
        AreaCode(
            country=country,
            code=code,
            region=state or None,
            city=city or None,
            offers=tuple(offers),
        )
        for (code, state, city), offers in groups.items()
    ]


# --- Callbacks -------------------------------------------------------------------


def hint(payload: Row, event: str) -> Hint | None:
    """What a callback is about; None for one that is not about a fax.

    Told apart by status, since one fax is announced as succeeded and as complete.
    """
    key = provider_id(payload)
    if key is None:
        return None
    inbound = payload.get("direction") == "inbound" or ".inbound." in event
    return Hint(
        provider_id=key,
        inbound=inbound,
        event=text(payload.get("status")) or event,
        to=e164(payload.get("faxNumber")),
        pages=count(payload.get("pagesCount")),
    )


def form_part(content_type: str, body: bytes, name: str) -> bytes | None:
    """One part of a multipart/form-data body; the file beside it is not looked at."""
    boundary = re.search(
        r'boundary=(?:"([^"]{1,70})"|([^";,\s]{1,70}))', content_type, re.I
    )
    if not boundary:
        return None
    mark = b"--" + (boundary[1] or boundary[2]).encode("utf-8", "replace")
    for part in (b"\r\n" + body).split(b"\r\n" + mark)[1:]:
        head, found, content = part.partition(b"\r\n\r\n")
        wanted = rb'form-data;[^\r\n]*\bname="?%s"?[;\r\n]' % name.encode()
        if found and re.search(wanted, head + b"\r\n", re.I):
            return content
    return None
