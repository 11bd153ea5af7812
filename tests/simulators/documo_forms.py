"""Reading requests strictly: what a provider does not know it refuses."""

import io
import json
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from .messages import Refused, Request

Files = list[tuple[str, bytes]]


def multipart(
    request: Request, fields: set[str], file_fields: set[str]
) -> tuple[dict[str, str], Files]:
    """The fields, and the files with their names, of a multipart form."""
    kind, options = parse_options_header(request.headers.get("Content-Type"))
    if kind != "multipart/form-data":
        raise Refused(400, "multipart/form-data is required")
    try:
        _stream, form, files = FormDataParser(silent=False).parse(
            io.BytesIO(request.body), kind, len(request.body), options
        )
    except ValueError:
        raise Refused(400, "the form cannot be read") from None
    only(form, fields)
    only(files, file_fields)
    given = [(each.filename, each.read()) for _name, each in files.items(multi=True)]
    return form.to_dict(), given


def urlencoded(request: Request, fields: set[str]) -> dict[str, str]:
    kind, _options = parse_options_header(request.headers.get("Content-Type"))
    if kind != "application/x-www-form-urlencoded":
        raise Refused(400, "application/x-www-form-urlencoded is required")
    form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
    only(form, fields)
    return form


def json_or_urlencoded(request: Request, fields: set[str]) -> dict[str, Any]:
    """For calls whose documentation does not say which of the two they take."""
    kind, _options = parse_options_header(request.headers.get("Content-Type"))
    if kind != "application/json":
        return urlencoded(request, fields)
    try:
        content = json.loads(request.body)
    except ValueError:
        raise Refused(400, "the body cannot be read") from None
    if not isinstance(content, dict):
        raise Refused(400, "the body cannot be read")
    only(content, fields)
    return content


def only(given, known: set[str]) -> None:
    if unknown := set(given) - known:
        raise Refused(400, f"{sorted(unknown)[0]} is not allowed")


def date(query: dict[str, str], name: str) -> datetime | None:
    """An ISO date-time with a zone, and nothing else."""
    if name not in query:
        return None
    try:
        found = datetime.fromisoformat(query[name].replace("Z", "+00:00"))
    except ValueError:
        found = None
    if not found or not found.tzinfo:
        raise Refused(400, f"{name} is invalid")
    return found


def one_of(query: dict[str, str], name: str, known: set[str]) -> str | None:
    if query.get(name, "") not in known | {""}:
        raise Refused(400, f"{name} is invalid")
    return query.get(name)


def page(query: dict[str, str], rows: list) -> list:
    """The part of a list that is asked for."""
    limit, offset = query.get("limit", "50"), query.get("offset", "0")
    if not (limit.isdigit() and offset.isdigit() and int(limit)):
        raise Refused(400, "limit or offset is invalid")
    return rows[int(offset) :][: int(limit)]
