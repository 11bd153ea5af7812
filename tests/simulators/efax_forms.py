"""Reading what the simulated eFax Enterprise is sent, strictly."""

import json
import re
from base64 import b64decode
from typing import Any

from werkzeug.http import parse_options_header

from .documo_forms import only
from .messages import Refused, Request

LONGEST_DOCUMENT = 100 << 20  # in base64
MOST_ROWS = 100
DEFAULT_ROWS = 10  # not documented; few, for clients that forget to ask for more

# What an object may hold: a kind of value, or such a table again.
BODY = {
    "destinations": [{"fax_number": str, "to_name": str, "to_company": str}],
    "documents": [{"document_type": str, "document_content": str}],
    "fax_options": {
        "image_resolution": str,
        "include_cover_page": bool,
        "cover_page_options": {"from_name": str, "subject": str, "message": str},
        "retry_options": {"non_billable": int, "billable": int, "human_answer": int},
        "custom_CallerID": str,
        "custom_CSID": str,
    },
    "client_data": dict.fromkeys(
        ("client_code", "client_id", "client_matter", "client_name",
         "client_reference_id", "billing_code"), str
    ),
}  # fmt: skip


def json_body(request: Request, known: dict[str, Any]) -> dict[str, Any]:
    kind, _options = parse_options_header(request.headers.get("Content-Type"))
    if kind != "application/json":
        raise Refused(415, "application/json is required")
    try:
        content = json.loads(request.body)
    except ValueError:
        raise Refused(400, "the body cannot be read") from None
    _check(content, known, "body")
    return content


def _check(value: Any, known: Any, name: str) -> None:
    if isinstance(known, dict):
        if not isinstance(value, dict):
            raise Refused(400, f"{name} is invalid")
        only(value, set(known))
        for key, each in value.items():
            _check(each, known[key], key)
    elif isinstance(known, list):
        if not isinstance(value, list) or not value:
            raise Refused(400, f"{name} is invalid")
        for each in value:
            _check(each, known[0], name)
    elif type(value) is not known:
        raise Refused(400, f"{name} is invalid")


def dialled(number: str) -> str:
    """US and Canada as 1 and ten digits, others with a plus; gives it with a plus."""
    if re.fullmatch(r"1[0-9]{10}", number):
        return "+" + number
    if re.fullmatch(r"\+[2-9][0-9]{6,14}", number):
        return number
    raise Refused(400, "Please supply a valid telephone number.")


def document(entry: dict[str, str]) -> bytes:
    if entry.get("document_type") not in ("PDF", "TXT"):
        raise Refused(400, "document_type is invalid")
    coded = entry.get("document_content", "")
    if len(coded) > LONGEST_DOCUMENT:
        raise Refused(413, "Payload too large")
    try:
        content = b64decode(coded, validate=True)
    except ValueError:
        content = b""
    if not content:
        raise Refused(400, "document_content is invalid")
    return content


def page(request: Request, rows: list) -> dict[str, Any]:
    """The part of a list that the headers ask for, as the API wraps it."""
    offset = request.headers.get("pagination-offset", "0")
    limit = request.headers.get("pagination-limit", str(DEFAULT_ROWS))
    if not (offset.isdigit() and limit.isdigit() and 0 < int(limit) <= MOST_ROWS):
        raise Refused(400, "pagination is invalid")
    some = rows[int(offset) :][: int(limit)]
    first = int(offset) + 1
    return {"first_record": first, "last_record": first + len(some) - 1, "faxes": some}
