"""Reading requests to the simulated InterFAX: what it does not know it refuses."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from werkzeug.http import parse_options_header

from .messages import Refused, Request

MEDIA_TYPES = {
    "application/pdf": "PDF",
    "image/tiff": "TIF",
    "image/png": "PNG",
    "text/plain": "TXT",
    "text/html": "HTML",
}


class Said(Refused):
    """No, with a code of the provider's."""

    def __init__(self, status: int, code: int, text: str, **headers: str):
        super().__init__(status, text, **headers)
        self.code = code


Check = Callable[[str], bool]


def among(*words: str) -> Check:
    return lambda value: value.lower() in words


def matches(pattern: str) -> Check:
    return lambda value: re.fullmatch(pattern, value, re.ASCII) is not None


def is_time(value: str) -> bool:
    return when(value) is not None


def when(value: str) -> datetime | None:
    """ISO, in GMT where no zone is said."""
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


WHOLE = matches(r"\d{1,18}")
IDS = matches(r"\d{1,18}(,\d{1,18})*")
ANY: Check = lambda value: True  # noqa: E731
SUBMIT = {
    "faxNumber": ANY,  # has a code of its own
    "contact": ANY,
    "postponeTime": is_time,
    "retriesToPerform": matches(r"\d{1,2}"),
    "csid": lambda value: len(value) <= 20,
    "pageHeader": ANY,
    "reference": ANY,
    "replyAddress": matches(r"[^@\s]+@[^@\s]+"),
    "pageSize": among("a4", "letter", "legal", "b4"),
    "fitToPage": among("scale", "noscale"),
    "pageOrientation": among("portrait", "landscape"),
    "resolution": among("fine", "standard"),
    "rendering": among("greyscale", "grayscale", "bw"),
}
LIST = {
    "limit": WHOLE, "lastId": WHOLE, "sortOrder": among("asc", "desc"), "userId": ANY
}  # fmt: skip
SEARCH = {
    "ids": IDS,
    "reference": ANY,
    "dateFrom": is_time,
    "dateTo": is_time,
    "status": matches(r"(?i)-?\d{1,9}|all|completed|success|failed|inprocess"),
    "userId": ANY,
    "faxNumber": ANY,
    "sortOrder": among("asc", "desc"),
    "offset": WHOLE,
    "limit": WHOLE,
}
DOCUMENT = {
    "size": WHOLE,
    "name": lambda value: re.search(r"\.\w{2,5}$", value) is not None,
    "disposition": among("singleuse", "multiuse", "permanent"),
    "sharing": among("private", "shared"),
}
INBOUND = {
    "unreadOnly": among("true", "false"),
    "limit": WHOLE,
    "lastId": WHOLE,
    "allUsers": among("true", "false"),
}


def query(request: Request, known: dict[str, Check], *needed: str) -> dict[str, str]:
    """The query, each parameter known and well-formed."""
    for name, value in request.query.items():
        if name not in known:
            raise Said(400, -150, f"{name} is not a parameter")
        if not known[name](value):
            raise Said(400, -150, f"{name} is invalid")
    for name in needed:
        if not request.query.get(name):
            raise Said(400, -150, f"{name} is missing")
    return request.query


def paged(rows: list, given: dict[str, str], most: int) -> list:
    """A page by offset."""
    start = int(given.get("offset", 0))
    return rows[start : start + limit(given, most)]


def limit(given: dict[str, str], most: int) -> int:
    return min(int(given.get("limit", 25)) or 25, most)


@dataclass
class Polls:
    """So many calls a minute; once over, none until the minute is over."""

    began: datetime | None = None
    calls: int = 0
    all: list[datetime] = field(default_factory=list)

    def count(self, now: datetime, most: int, status: int) -> None:
        self.all.append(now)
        if self.began is None or now - self.began >= timedelta(minutes=1):
            self.began, self.calls = now, 0
        self.calls += 1
        if self.calls > most:
            raise Said(status, -1011, "Too many requests")


# --- The body of a submission --------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """One document: its bytes, or where it is."""

    content: bytes
    place: str | None
    name: str = ""


def parts(request: Request) -> list[Part]:
    """The documents of a submission, in any of the three forms that there are."""
    kind, options = parse_options_header(request.headers.get("Content-Type"))
    if kind.startswith("multipart/"):
        if kind not in ("multipart/form-data", "multipart/mixed"):
            raise Said(415, -1004, "this kind of multipart is not taken")
        found = list(_multipart(request.body, options.get("boundary", "")))
        if not found:
            raise Said(400, -123, "No valid documents attached")
        return found
    place = request.headers.get("Content-Location")
    return [_part(request.body, kind, place)]


def _part(content: bytes, kind: str, place: str | None, name: str = "") -> Part:
    if place and content:
        raise Said(400, -123, "both a document and the place of one")
    if not place and not content:
        raise Said(400, -123, "No valid documents attached")
    if content and not kind:
        raise Said(400, -1004, "Missing file type")
    if content and kind not in MEDIA_TYPES:
        raise Said(415, -123, "this type is not supported")
    return Part(content, place, name)


def _multipart(body: bytes, boundary: str):
    if not boundary:
        raise Said(400, -123, "there is no boundary")
    mark = b"\r\n--" + boundary.encode()
    pieces = (b"\r\n" + body).split(mark)
    if not pieces[-1].startswith(b"--"):
        raise Said(400, -123, "the last boundary is missing")
    for piece in pieces[1:-1]:
        head, _found, content = piece.partition(b"\r\n\r\n")
        headers = {}
        for line in head.decode("latin-1").strip().split("\r\n"):
            name, _colon, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        kind, _options = parse_options_header(headers.get("content-type"))
        _form, options = parse_options_header(headers.get("content-disposition"))
        name = options.get("filename", "")
        yield _part(content, kind, headers.get("content-location"), name)
