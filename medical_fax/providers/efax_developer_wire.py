"""What eFax Developer says and is told, in XML: pure functions.

No garbage makes a reader fail. A value that cannot be read is None, never a guess.
"""

from base64 import b64decode
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from urllib.parse import parse_qs, quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .efax_developer_codes import (
    BUSY,
    LEVELS,
    NEW_INBOUND,
    REFUSED,
    STATES,
    TAKEN,
    kind_of,
)
from .efax_xml import Node, document, element, plain
from .failures import FailureKind
from .reading import PROVIDER_ID, count, e164, text
from .values import FaxState, FaxStatus, Hint, Received

DOCUMENT = "\0"  # stands for the document: `plain` lets it into no text

# --- Telling -------------------------------------------------------------------------


def access(user: str, password: str) -> str:
    return element(
        "AccessControl",
        element("UserName", plain(user)),
        element("Password", plain(password)),
    )


def outbound_request(
    access: str, control: Mapping[str, str], recipient: Mapping[str, str]
) -> str:
    """A submission, with `DOCUMENT` where the document belongs."""
    file = element("FileContents", DOCUMENT) + element("FileType", "pdf")
    return document(
        element(
            "OutboundRequest",
            access,
            element(
                "Transmission",
                element("TransmissionControl", *_texts(control)),
                element("DispositionControl", element("DispositionLevel", "NONE")),
                element("Recipients", element("Recipient", *_texts(recipient))),
                element("Files", element("File", file)),
            ),
        )
    )


def outbound_status(access: str, key: str) -> str:
    control = element("TransmissionControl", element("DOCID", plain(key)))
    return document(element("OutboundStatus", access, element("Transmission", control)))


def _texts(values: Mapping[str, str]) -> Iterable[str]:
    return (element(name, plain(value)) for name, value in values.items())


def body(account: str, xml: str, base64: str = "") -> bytes:
    """The form that carries an XML; `base64` is put in the place of `DOCUMENT`.

    It is escaped by itself: byte by byte, as all else, a long fax would take seconds.
    """
    for sign in "+/=":
        base64 = base64.replace(sign, quote(sign, safe=""))
    told = base64.join(quote(part, safe="") for part in xml.split(DOCUMENT))
    return f"id={quote(account, safe='')}&xml={told}&respond=XML".encode("ascii")


# --- The answer to a submission ------------------------------------------------------


def taken(root: Node | None) -> str | None:
    """The id of the fax that was taken, or None where it is not that clear."""
    key = doc_id(root)
    return key if key and _code(root) == TAKEN else None


def refused(root: Node | None) -> bool:
    """Whether an answer proves that no fax was taken."""
    if root is None or root.name != "outboundresponse":
        return False
    named = root.said("Transmission/TransmissionControl/DOCID")
    level = root.said("Transmission/Response/ErrorLevel").lower()
    return _code(root) == REFUSED and not named and LEVELS.get(level, False)


def doc_id(root: Node | None) -> str | None:
    key = root.said("Transmission/TransmissionControl/DOCID") if root else ""
    return key if PROVIDER_ID.fullmatch(key) else None


def has_failed(root: Node) -> bool:
    """Whether an answer to any call says that the call failed."""
    return _code(root) == REFUSED


def said(root: Node | None) -> str:
    """The words of a failure."""
    names = ("ErrorMessage", "StatusDescription")
    found = (
        root.said(f"Transmission/Response/{name}") if root else "" for name in names
    )
    return next(filter(None, map(text, found)), "")


def _code(root: Node | None) -> str:
    return root.said("Transmission/Response/StatusCode") if root else ""


# --- Asking --------------------------------------------------------------------------


def statuses(
    root: Node | None,
    words: Mapping[str, FailureKind] | None = None,
    zone: str = "",
) -> list[FaxStatus] | None:
    """Where faxes stand; None when the answer cannot be read, which is not "none"."""
    if root is None or root.name != "outboundstatusresponse":
        return None
    recipients = root.all("Transmission/Recipients/Recipient")
    found = (_status(each, dict(words or {}), zone) for each in recipients)
    return [each for each in found if each]


def _status(recipient: Node, words: dict, zone: str) -> FaxStatus | None:
    key = recipient.said("DOCID")
    if not PROVIDER_ID.fullmatch(key) or recipient.find("Status") is None:
        return None
    told = [
        unquoted(recipient.said(f"Status/{n}")) for n in ("Classification", "Outcome")
    ]
    message = text(recipient.said("Status/Message"))
    pages = count(recipient.said("Pages/Sent")) or None
    pair = (told[0].lower(), told[1].lower())
    state = STATES.get(pair, FaxState.FAILED)
    failure = None
    if pair[0] == BUSY:
        state, failure = FaxState.WAITING, FailureKind.BUSY
    elif state is FaxState.FAILED and pages:
        # Whatever it says: pages are out, so it is never sent by itself.
        state, failure = FaxState.PARTIAL, FailureKind.PARTLY_SENT
    elif state is FaxState.FAILED:
        failure = kind_of((*told, message), words)
    last = (
        recipient.said("LastAttempt/LastDate"),
        recipient.said("LastAttempt/LastTime"),
    )
    csid = unquoted(recipient.said("RemoteCSID"))
    return FaxStatus(
        provider_id=key,
        state=state,
        raw_status=" / ".join(filter(None, told)) or None,
        failure=failure,
        text=message or None if failure else None,
        # Before the end this is what it plans, not what it did.
        pages_sent=pages if state.is_final else None,
        ended_at=moment(" ".join(last), zone) if state.is_final else None,
        remote_csid=csid if csid != "-" else None,
    )


def unquoted(value: str) -> str:
    """A value without the quotes that stand in the element with it."""
    return text(value.strip().strip('"').strip())


def moment(value: str, zone: str) -> datetime | None:
    """A local time as MM/DD/YYYY HH:MM:SS, in UTC; None without a zone."""
    try:
        local = datetime.strptime(value.strip(), "%m/%d/%Y %H:%M:%S")
        return local.replace(tzinfo=ZoneInfo(zone)).astimezone(timezone.utc)
    except (ValueError, OverflowError, OSError, ZoneInfoNotFoundError):
        return None


# --- A received fax that is posted to us ---------------------------------------------


def posted_xml(form: bytes) -> bytes | None:
    """The XML of a posted form, whatever the form is said to be."""
    try:
        # Bytes that are no characters stay what they are: the XML says how to read it.
        fields = parse_qs(form.decode("latin-1"), encoding="latin-1", max_num_fields=20)
    except ValueError:
        return None
    (value,) = fields.get("xml", [""])[:1]
    return value.encode("latin-1", "replace") or None


def callers(root: Node) -> tuple[str, str]:
    """User and password of a post."""
    access = root.find("AccessControl")
    return (access.said("UserName"), access.said("Password")) if access else ("", "")


def hint(root: Node, own: list[str], zone: str, now: datetime) -> Hint | None:
    """A received fax with its pages; None where there is none in it."""
    fax = root.find("FaxControl")
    what = root.said("RequestControl/RequestType").lower()
    if root.name != "inboundpostrequest" or fax is None or what != NEW_INBOUND:
        return None
    key, pages = fax.said("MCFID"), contents(fax)
    if not PROVIDER_ID.fullmatch(key) or pages is None:
        return None
    to = receiver(fax.said("AccountID"), own)
    received = Received(
        provider_id=key,
        to=to,
        sender=e164(fax.said("ANI")),
        pages=count(fax.said("PageCount")),
        received_at=moment(fax.said("DateReceived"), zone) or now,
        csid=text(fax.said("CSID")) or None,
    )
    return Hint(
        provider_id=key,
        inbound=True,
        event=NEW_INBOUND,
        to=to or None,
        pages=received.pages,
        received=received,
        document=pages,
    )


def contents(fax: Node) -> bytes | None:
    """The pages. A plus that was not escaped in the form has become a space."""
    lines = (line.strip() for line in fax.said("FileContents").splitlines())
    try:
        return b64decode("".join(lines).replace(" ", "+"), validate=True) or None
    except ValueError:
        return None


def receiver(account: str, own: list[str]) -> str:
    """The number of ours that a fax came to.

    It is not told. The account ID was seen to be a fax number; else it can only be
    the one number that the account has.
    """
    number = e164(account)
    if number in own:
        return number
    return own[0] if len(own) == 1 else ""
