"""Reading single values of what a provider says: whatever stands there, nothing fails,
and what cannot be read is None or "", never a guess."""

import re
from datetime import datetime, timedelta, timezone
from typing import Any

from .values import E164

Row = dict[str, Any]

LONGEST_TEXT = 500
# Ids go into paths, and callbacks bring them from outside.
PROVIDER_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
TICK = timedelta(seconds=1)  # creation times were seen in whole seconds
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?"
)


def text(value: Any) -> str:
    """A short text or a number as text; "" for anything else."""
    if isinstance(value, str):
        # PostgreSQL keeps no NUL, and no half of a surrogate pair.
        value = value.replace("\0", "").encode("utf-8", "ignore").decode()
        return value.strip()[:LONGEST_TEXT]
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**18 else ""
    return ""


def count(value: Any) -> int | None:
    """A number of pages or rows: not negative, also when written as a text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    if isinstance(value, str):
        if not (value.isascii() and value.isdigit() and len(value) < 10):
            return None
        value = int(value)
    return value if 0 <= value < 10**9 else None


def e164(value: Any) -> str | None:
    """A number as we write it. Ten digits alone are of the US or Canada."""
    written = text(value)
    digits = re.sub(r"[^0-9]", "", written)
    if not written.startswith("+") and len(digits) == 10:
        digits = "1" + digits
    number = "+" + digits
    return number if E164.fullmatch(number) else None


def when(value: Any) -> datetime | None:
    """An ISO time, in UTC; one without a zone is taken for UTC."""
    found = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found or not value.isascii():
        return None
    day, hour, fraction, zone = found.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{hour}")
        moment = moment.replace(microsecond=int(f"{fraction or '':0<6}"[:6]))
        if zone and zone != "Z":
            minutes = int(zone[1:3]) * 60 + int(zone[-2:])
            moment -= timedelta(minutes=-minutes if zone[0] == "-" else minutes)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=timezone.utc)
