"""Reading what InterFAX says: pure functions, which no garbage makes fail.

A value that cannot be read is None, never a guess. Times are GMT without saying so,
numbers have 00 in front of the country (what is sent) or no country at all (what was
received), and money must not pass through floating point.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from json import loads
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .interfax_codes import Codes, state_of
from .reading import count, text, when
from .values import (
    E164,
    FaxState,
    FaxStatus,
    Fingerprint,
    Found,
    Hint,
    Received,
)

Row = dict[str, Any]

# Ids go into paths, and callbacks bring them from outside.
PROVIDER_ID = re.compile(r"[1-9][0-9]{0,17}")
LEAST_DIGITS = 7  # by which a number without its country is recognised
LEAST_WITH_COUNTRY = 11  # shorter ones are local unless they say otherwise
MOST_FIELDS = 100  # of a callback
_FAX = re.compile(r"/outbound/faxes/([1-9][0-9]{0,17})/?")
_DOCUMENT = re.compile(r"/outbound/documents/([0-9A-Za-z]{1,64})/?")
_RANGE = re.compile(r"bytes\s+0-(\d{1,12})/(\d{1,12})")
_NUMBER = re.compile(r"[+-]?\d{1,12}(\.\d{1,12})?")
_DAY_FIRST = re.compile(r"(\d\d)/(\d\d)/(\d{4}) (\d\d:\d\d:\d\d)")
_TEN = re.compile(r"[2-9][0-9]{9}")
_WHOLE = re.compile(r"-?\d{1,18}")


# --- Single values ---------------------------------------------------------------


def payload(body: bytes) -> Any:
    """The body as JSON, whatever its type says; None where it cannot be read."""
    try:
        return loads(body, parse_float=Decimal)
    except (ValueError, RecursionError, ArithmeticError):
        return None


def whole(value: Any) -> int | None:
    """A number such as a status, also when written as a text."""
    found = _WHOLE.fullmatch(text(value))
    return int(found[0]) if found and found[0].isascii() else None


def amount(value: Any) -> Decimal | None:
    """Units or money; also a bare decimal in a body."""
    if isinstance(value, Decimal):
        value = format(value, "f") if value.is_finite() and abs(value) < 10**12 else ""
    found = _NUMBER.fullmatch(text(value).strip('"').strip())
    return Decimal(found[0]) if found and found[0].isascii() else None


def moment(value: Any) -> datetime | None:
    """A time, in UTC: ISO, or with the day first as in callbacks."""
    found = _DAY_FIRST.fullmatch(text(value))
    if found:
        day, month, year, clock = found.groups()
        value = f"{year}-{month}-{day}T{clock}"
    return when(value)


def digits(value: Any) -> str:
    """The digits of a number, its country first where that is told."""
    written = text(value)
    found = re.sub(r"[^0-9]", "", written)
    return found if written.startswith("+") else found.removeprefix("00")


def e164(value: Any, own: Iterable[str] = ()) -> str | None:
    """A number as we write it. Without a country it is one of our `own` numbers, if it
    is the end of just one; else ten digits are of the US or Canada."""
    number = digits(value)
    ours = {each for each in own if is_number(value, each)}
    if len(ours) == 1:
        return ours.pop()
    if not text(value).startswith(("+", "00")):
        if _TEN.fullmatch(number):
            number = "1" + number
        elif len(number) < LEAST_WITH_COUNTRY:
            return None
    return "+" + number if E164.fullmatch("+" + number) else None


def is_number(value: Any, number: str) -> bool:
    """Whether that may be this number, perhaps without its country."""
    found = digits(value).lstrip("0")
    return len(found) >= LEAST_DIGITS and number.endswith(found)


def fax_id(row: Any) -> str | None:
    return _id(row.get("id")) if isinstance(row, dict) else None


def _id(value: Any) -> str | None:
    key = text(value)
    return key if PROVIDER_ID.fullmatch(key) else None


def location(value: str | None) -> str | None:
    """The id of the fax that a Location names."""
    return _named_by(_FAX, value)


def document(value: str | None) -> str | None:
    """The id of the uploaded document that a Location names."""
    return _named_by(_DOCUMENT, value)


def _named_by(pattern: re.Pattern, value: str | None) -> str | None:
    try:
        path = urlsplit((value or "").strip()).path
    except ValueError:
        return None
    found = re.search(pattern.pattern + r"\Z", path, re.ASCII)
    return found[1] if found else None


def has_all(value: str | None, end: int, size: int) -> bool:
    """Whether X-Content-Range says that there are `end` of `size` bytes. Recordings
    have it in other forms too: those say nothing against it."""
    found = _RANGE.fullmatch((value or "").strip())
    return not found or (int(found[1]), int(found[2])) == (end - 1, size)


def error(body: bytes) -> tuple[int | None, str]:
    """Code and words of an error, from {code, message, moreInfo} or plain text."""
    said = payload(body)
    if not isinstance(said, dict):
        return None, text(body.decode("utf-8", "replace"))
    lower = {str(name).lower(): value for name, value in said.items()}
    words = (text(lower.get(name)) for name in ("message", "moreinfo"))
    return whole(lower.get("code")), text(" ".join(filter(None, words)))


def rows(body: bytes) -> list[Row] | None:
    """The rows of a list; None when it cannot be read, which is not "none"."""
    found = payload(body)
    if isinstance(found, list) and all(isinstance(row, dict) for row in found):
        return found
    return None


# --- Faxes -----------------------------------------------------------------------


def status(row: Any, more: Codes, currency: str | None = None) -> FaxStatus | None:
    """Where a fax stands, or None if the row does not tell."""
    key = fax_id(row)
    number = whole(row.get("status")) if key else None
    if number is None:
        return None
    state, failure = state_of(number, more)
    sent = count(row.get("pagesSent"))
    if state is FaxState.FAILED and sent:
        # Whatever the code says: pages are out, so it is never sent by itself.
        state, failure = FaxState.PARTIAL, failure.PARTLY_SENT
    units, unit_cost = amount(row.get("units")), amount(row.get("costPerUnit"))
    told = units is not None and unit_cost is not None
    cost = units * unit_cost if told and state.is_final else None
    return FaxStatus(
        provider_id=key,
        state=state,
        raw_status=str(number),
        failure=failure,
        code=str(number) if failure else None,
        # None and 0 mean the same while it is under way, and with a delivered fax.
        pages_sent=sent or (None if state is FaxState.DELIVERED else sent),
        ended_at=moment(row.get("completionTime")) if state.is_final else None,
        remote_csid=text(row.get("remoteCSID")) or None,
        units=units if state.is_final else None,
        cost=cost,
        currency=currency if cost is not None else None,
        reference=text(row.get("reference")) or None,
    )


def by_reference(
    found: Iterable[Row], reference: str, wanted: Fingerprint
) -> list[Found] | None:
    """Our faxes among those found under a reference; None when one cannot be told.

    Recordings show no reference in the rows. Where there is one it decides; where
    there is none a fax to another number shows that the search did not heed what it
    was asked for, and then nothing that it brought is known to be ours.
    """
    ours: dict[str, Found] = {}
    maybe: dict[str, Found] = {}
    heeded = True
    for row in found:
        key, named = fax_id(row), text(row.get("reference"))
        if (named and named != reference) or key in wanted.known_ids:
            continue
        to = row.get("destinationFax")
        if not named and text(to) and not is_number(to, wanted.to):
            heeded = False
            continue
        if key is None:
            return None
        (ours if named else maybe)[key] = _found(key, row)
    if heeded:
        ours |= maybe
    return list(ours.values()) if ours or heeded else None


def by_likeness(candidates: Iterable[Row], wanted: Fingerprint) -> list[Found] | None:
    """Faxes with that fingerprint; None when one cannot be told yet."""
    like: dict[str, Found] = {}
    for row in candidates:
        key, at = fax_id(row), moment(row.get("submitTime"))
        to, pages = row.get("destinationFax"), count(row.get("pagesSubmitted"))
        if key in wanted.known_ids:
            continue
        if at and not wanted.after.replace(microsecond=0) <= at <= wanted.before:
            continue
        if text(to) and not is_number(to, wanted.to):
            continue
        counted = pages or (whole(row.get("status")) or 0) >= 0
        if not (key and at and text(to) and counted):
            return None
        if pages in (wanted.pages, 0, None):
            like[key] = _found(key, row)
    return list(like.values())


def _found(key: str, row: Row) -> Found:
    number = whole(row.get("status"))
    return Found(
        provider_id=key,
        created_at=moment(row.get("submitTime")),
        raw_status=None if number is None else str(number),
    )


# --- Receiving -------------------------------------------------------------------


def received(row: Row, since: datetime, own: Iterable[str]) -> Received | None:
    """A received fax of a list, unless it is older, has no image or cannot be read."""
    key, at = _id(row.get("messageId")), moment(row.get("receiveTime"))
    there = text(row.get("imageStatus")).upper() != "DONT_EXIST"
    if not (key and at and there) or at < since:
        return None
    to = row.get("phoneNumber")
    return Received(
        provider_id=key,
        to=e164(to, own) or digits(to),
        sender=e164(row.get("callerId")),
        pages=count(row.get("pages")),
        received_at=at,
        csid=text(row.get("remoteCSID")) or None,
    )


def hint(body: bytes) -> Hint | None:
    """What a callback is about; None for what is none.

    Only its first fields are documented in full: the others are named as in the
    record, and none of them is needed.
    """
    try:
        fields = parse_qsl(body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    form: Mapping[str, str] = {name.lower(): value for name, value in fields}
    kind = text(form.get("transactionidtype")).lower()
    inbound = kind == "inbound" or (not kind and "messageid" in form)
    key = _id(form.get("transactionid") or (inbound and form.get("messageid")))
    if key is None or kind not in ("", "inbound", "outbound"):
        return None
    if inbound:
        return Hint(provider_id=key, inbound=True, event="received")
    number = whole(form.get("status"))
    return Hint(
        provider_id=key,
        event="completed" if number is None else str(number),
        to=e164(form.get("destinationfax")),
        pages=count(form.get("pagessubmitted")),
    )
