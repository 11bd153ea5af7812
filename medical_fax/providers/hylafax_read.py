"""Reading what hfaxd lists and what its hook posts: pure functions.

A list is asked for in a format of our own. Each record begins with a mark that is
drawn for the occasion, so that nothing in a job's text (a status may have several
lines) or in what a sender calls itself can pass for a record.
"""

import hmac
import re
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from urllib.parse import parse_qsl

from .failures import FailureKind
from .hylafax_codes import (
    ABORTED,
    FAILED,
    REJECTED,
    REJECTED_LATER,
    STATES,
    kind_of,
)
from .values import E164, FaxState, FaxStatus, Hint, Received

# Ours: an attempt's reference, which is also the job's name there.
REFERENCE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,62}")
# Numbers of jobs come again after 32000, so that alone they name none.
_ID = re.compile(rf"([0-9]{{1,10}})-({REFERENCE.pattern})")
_RECEIVED_ID = re.compile(r"(fax[0-9]{1,12}\.(?:tif|pdf))-([0-9]{1,11})")
LONGEST_TEXT = 500
LONGEST_BODY = 4096
BETWEEN = "\x1f"
JOB_FIELDS = "japyJs"  # number, state, pages sent, pages, our reference, text
RECEIVED_FIELDS = "fzpZjs"  # file, receiving, pages, time, caller, what it calls itself


@dataclass(frozen=True)
class Job:
    """A row of sendq or doneq."""

    number: str
    state: str
    pages_sent: int
    pages: int
    reference: str
    text: str = field(repr=False)

    @property
    def provider_id(self) -> str:
        return f"{self.number}-{self.reference}"

    @property
    def was_rejected(self) -> bool:
        """Whether the scheduler never took it."""
        text = self.text.lower()
        return (
            self.state == FAILED
            and text.startswith(REJECTED)
            and not text.startswith(REJECTED_LATER)
        )


def provider_id(number: str, reference: str) -> str:
    return f"{number}-{reference}"


def parts(key: str) -> tuple[str, str] | None:
    """The job's number and our reference of a provider's id."""
    found = _ID.fullmatch(key)
    return (found[1], found[2]) if found else None


def layout(mark: str, fields: str) -> str:
    """What to ask a list for; see `rows`."""
    return mark + BETWEEN.join("%" + each for each in fields)


def rows(content: bytes, mark: str, fields: str) -> list[list[str]] | None:
    """The records of a list; None when it cannot be read, which is not "none"."""
    text = content.decode("utf-8", "replace")
    before, *records = text.split(mark)
    found = [each.rstrip("\r\n").split(BETWEEN, len(fields) - 1) for each in records]
    if before.strip() or any(len(each) != len(fields) for each in found):
        return None
    return found


def jobs(content: bytes, mark: str) -> list[Job] | None:
    """The jobs of a queue; None when it cannot be read."""
    found = rows(content, mark, JOB_FIELDS)
    if found is None:
        return None
    listed = []
    for number, state, sent, pages, reference, text in found:
        if not (number.isdigit() and sent.isdigit() and pages.isdigit()):
            return None
        listed.append(
            Job(number, state, int(sent[:9]), int(pages[:9]), reference, said(text))
        )
    return listed


def status(job: Job) -> FaxStatus:
    """Where a job stands. A state not known is taken for "on its way"."""
    word, state = STATES.get(job.state, (short(job.state), FaxState.SENDING))
    failure = None
    if state is FaxState.FAILED:
        if job.text.lower().startswith(ABORTED):
            state = FaxState.CANCELLED
        elif job.pages_sent:
            # Whatever the text says: pages are out, so it is never sent by itself.
            state, failure = FaxState.PARTIAL, FailureKind.PARTLY_SENT
        else:
            failure = kind_of(job.text)
    return FaxStatus(
        provider_id=job.provider_id,
        reference=job.reference,
        state=state,
        raw_status=word,
        failure=failure,
        text=job.text or None,
        pages_sent=job.pages_sent if state.is_final else None,
    )


def short(value: str) -> str:
    """A text fit to be kept: one line, no NUL (PostgreSQL keeps none)."""
    return " ".join(value.replace("\0", "").split())[:LONGEST_TEXT]


def said(text: str) -> str:
    """A job's text; a backslash is left over where it had another line."""
    return short(text).rstrip("\\ ")


# --- Received --------------------------------------------------------------------


def received(
    content: bytes, mark: str, number: str
) -> list[tuple[str, Received]] | None:
    """Files of recvq with what is known of them, but for those still coming in; None
    when the list cannot be read. `number` is the line's own."""
    found = rows(content, mark, RECEIVED_FIELDS)
    if found is None:
        return None
    listed = []
    for name, coming, pages, seconds, caller, calls_itself in found:
        if not (pages.isdigit() and seconds.isdigit()):
            return None
        key = f"{name}-{seconds}"
        at = moment(seconds)
        if coming.strip() or at is None or not _RECEIVED_ID.fullmatch(key):
            continue
        row = Received(
            provider_id=key,
            to=number,
            sender=e164(caller, number) or e164(calls_itself, number),
            pages=int(pages[:9]),
            received_at=at,
            csid=short(calls_itself) or None,
        )
        listed.append((name, row))
    return listed


def moment(seconds: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), timezone.utc)
    except (OSError, OverflowError, ValueError):
        return None


def e164(written: str, own: str) -> str | None:
    """A number as we write it, if it is one. `own` tells what ten digits mean: a
    number of North America, where our own is one."""
    if not re.fullmatch(r"[-+0-9 ().]+", written):
        return None
    digits = re.sub(r"[^0-9]", "", written)
    if not written.lstrip().startswith("+"):
        if len(digits) == 10 and own.startswith("+1"):
            digits = "1" + digits
        elif not (len(digits) == 11 and digits[0] == "1" and own.startswith("+1")):
            return None
    number = "+" + digits
    return number if E164.fullmatch(number) else None


# --- The hook --------------------------------------------------------------------


def is_caller(headers: Mapping[str, str], credentials: Mapping[str, str]) -> bool:
    """Whether somebody sent our user and password; never when we have none."""
    user = credentials.get("callback_user")
    password = credentials.get("callback_password")
    lower = {name.lower(): value for name, value in headers.items()}
    scheme, _space, coded = lower.get("authorization", "").partition(" ")
    if not (user and password) or scheme.lower() != "basic":
        return False
    try:
        given = b64decode(coded.strip(), validate=True)
    except ValueError:
        return False
    return hmac.compare_digest(given, f"{user}:{password}".encode())


def posted(body: bytes) -> dict[str, str] | None:
    """The fields of a form; None for what is no form of the hook."""
    if len(body) > LONGEST_BODY:
        return None
    try:
        pairs = parse_qsl(body.decode("ascii"), strict_parsing=True, max_num_fields=20)
    except ValueError:
        return None
    fields = dict(pairs)
    return fields if fields.get("event") else None


def hint(fields: Mapping[str, str]) -> Hint | None:
    """What the hook tells; None where it is about no fax of ours."""
    event = short(fields["event"])[:40]
    if "file" in fields:
        key = f"{fields['file']}-{fields.get('time', '')}"
        known = _RECEIVED_ID.fullmatch(key)
        return Hint(provider_id=key, inbound=True, event=event) if known else None
    key = provider_id(fields.get("job", ""), fields.get("reference", ""))
    if not parts(key):
        return None
    pages = fields.get("pages", "")
    return Hint(
        provider_id=key,
        event=event,
        reference=fields["reference"],
        pages=int(pages) if pages.isdigit() and len(pages) < 10 else None,
    )


def by_reference(listed: Iterable[Job], reference: str) -> list[Job]:
    """The jobs of that reference, each once, but for those that the scheduler did not
    take; a later list knows better."""
    found = {job.number: job for job in listed if job.reference == reference}
    return [job for job in found.values() if not job.was_rejected]
