"""Asking a provider that tells of one fax at a time."""

import time
from collections.abc import Callable, Iterable

from .errors import ProviderError
from .failures import FailureKind
from .values import FaxStatus


def one_by_one(
    keys: Iterable[str], ask: Callable[[str], FaxStatus | None], seconds: float
) -> dict[str, FaxStatus]:
    """What `Provider.fetch_status` gives; no further fax is asked about after
    `seconds`."""
    statuses: dict[str, FaxStatus] = {}
    failed: ProviderError | None = None
    began = time.monotonic()
    for key in keys:
        if time.monotonic() - began >= seconds:
            break
        try:
            status = ask(key)
        except ProviderError as error:
            failed = failed or error
            if not _of_one_fax(error):
                break
        else:
            statuses |= {key: status} if status else {}
    if failed and not statuses:
        raise failed
    return statuses


def unreadable() -> ProviderError:
    """A success that says nothing, in answer to a call that changes nothing."""
    return ProviderError(
        FailureKind.PROVIDER_UNAVAILABLE, proven_not_sent=True, code="unreadable"
    )


def _of_one_fax(error: ProviderError) -> bool:
    """Whether it may be this fax alone that the provider cannot tell about."""
    code = error.code or ""
    return code in ("unreadable", "refused") or code.startswith("5")
