"""eFax Developer, simulated: XML in forms, as strict as what is known of it.

The form is read as one whatever it is labelled. Where it is not known what the real
one does, an attribute chooses: what is said of a fax that is not there
(`unknown_docid`: "empty" or "refused"), at which level wrong credentials are refused.
"""

import base64
import hashlib
import hmac
import http.client
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from .base import Acceptance, Route, Simulator, route
from .control import main
from .documo import count_pages, page_of
from .documo_forms import only
from .efax_developer_books import (
    ANSWER_LOST,
    HTTP_REFUSED,
    REQUEST_LOST,
    SYSTEM_FAILED,
    SYSTEM_FAILED_BUT_TAKEN,
    USER_REFUSED,
    Fax,
    plan,
    xml,
)
from .messages import Refused, Reply, Request, Reset

PACIFIC = ZoneInfo("America/Los_Angeles")
XML = {"Content-Type": "text/xml"}

# What an element may hold: other elements, or (None) a text.
REQUESTS = {
    "OutboundRequest": {
        "AccessControl": {"UserName": None, "Password": None},
        "Transmission": {
            "TransmissionControl": dict.fromkeys(
                ("TransmissionID", "NoDuplicates", "Resolution", "Priority", "SelfBusy",
                 "FaxHeader")
            ),
            "DispositionControl": {"DispositionLevel": None},
            "Recipients": {
                "Recipient": dict.fromkeys(
                    ("RecipientName", "RecipientCompany", "RecipientFax")
                )
            },
            "Files": {"File": {"FileContents": None, "FileType": None}},
        },
    },
    "OutboundStatus": {
        "AccessControl": {"UserName": None, "Password": None},
        "Transmission": {"TransmissionControl": {"DOCID": None}},
    },
}  # fmt: skip
# What stands at the beginning of a body, and what the call is named by it.
NAMES = {b"%3COutboundRequest": "submit", b"%3COutboundStatus": "status"}
CHOICES = {
    "Resolution": ("STANDARD", "FINE"),
    "Priority": ("NORMAL", "HIGH"),
    "SelfBusy": ("ENABLE", "DISABLE"),
    "DispositionLevel": ("NONE", "ERROR", "SUCCESS", "BOTH"),
    "FileType": ("pdf", "html", "txt", "tif"),
}


class Failed(Exception):
    """A way to say no within an answer of status 200."""

    def __init__(self, text: str, level: str = "User", docid: str = ""):
        super().__init__(text)
        self.text, self.level, self.docid = text, level, docid


class EfaxDeveloperSimulator(Simulator):
    """eFax Developer. Attributes without an underscore may be set at any time."""

    remote_methods = ("receive", "finish", "post_inbound")

    def __init__(self, *args, count_pages=count_pages, **kwargs):
        super().__init__(*args, **kwargs)
        self._count_pages = count_pages
        self.defaults()

    def defaults(self) -> None:
        """Settings, and empty books."""
        self.account_id = "5145550177"
        self.user_name, self.password = "efax-user", "efax <password> & more"
        self.inbound_user, self.inbound_password = "clinic", "open sesame"
        self.credentials_level = "User"
        self.unknown_docid = "empty"
        self.prepare_seconds = 1.0
        self.page_seconds = 0.5
        self.slow_seconds = 3600.0
        self.faxes: dict[str, Fax] = {}
        self.received: dict[str, Fax] = {}
        self.labels: list[str | None] = []

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.defaults()

    def authorize(self, request: Request) -> None:
        """Who calls stands in the XML."""

    def refusal(self, refused: Refused) -> Reply:
        return Reply(refused.status, refused.text.encode(), refused.headers)

    def called(self, found: Route | None, peek: Callable[[int], bytes]) -> str:
        """The XML tells: "submit" or "status"."""
        if found is None:
            return "unknown"
        start = peek(1)
        return next((n for mark, n in NAMES.items() if mark in start), found.name)

    # --- What it is told ---------------------------------------------------------

    @route("POST", "/EFax_WebFax.serv", "call")
    def call(self, request: Request) -> Reply:
        self.labels.append(request.headers.get("Content-Type"))
        root = None
        try:
            root = self._read(request.body)
            if root.tag == "OutboundStatus":
                return self._status(root)
            return self._submit(root)
        except Failed as failed:
            response = {
                "StatusCode": "2",
                "StatusDescription": "Failure",
                "ErrorLevel": failed.level,
                "ErrorMessage": failed.text,
            }
            return _response(failed.docid, "", response)

    def _read(self, body: bytes) -> ElementTree.Element:
        """The form's XML, checked from its root to its leaves."""
        form = parse_qs(body.decode("ascii"), keep_blank_values=True)
        only(form, {"id", "xml", "respond"})
        if form.get("respond") != ["XML"] or form.get("id") != [self.account_id]:
            raise Failed("The account is not valid")
        try:
            root = ElementTree.fromstring(form["xml"][0])
        except (KeyError, ElementTree.ParseError):
            raise Failed("The XML is not valid") from None
        if root.tag not in REQUESTS:
            raise Failed(f"{root.tag} is not valid")
        _check(root, REQUESTS[root.tag])
        given = (_text(root, "AccessControl/UserName"),
                 _text(root, "AccessControl/Password"))  # fmt: skip
        wanted = (self.user_name, self.password)
        if not hmac.compare_digest(repr(given), repr(wanted)):
            raise Failed("The user or password is not valid", self.credentials_level)
        return root

    # --- Sending -----------------------------------------------------------------

    def _submit(self, root: ElementTree.Element) -> Reply:
        to = _text(root, "Transmission/Recipients/Recipient/RecipientFax")
        if not to.isdigit() or len(to) < 8 or to[-4:] in USER_REFUSED:
            raise Failed(USER_REFUSED.get(to[-4:], "The fax number is not valid"))
        if to[-4:] in HTTP_REFUSED:
            raise Refused(HTTP_REFUSED[to[-4:]], "refused")
        if to.endswith(SYSTEM_FAILED):
            raise Failed("We FAIL", "System")
        if to.endswith(REQUEST_LOST):
            raise Reset()
        try:
            coded = _text(root, "Transmission/Files/File/FileContents")
            document = base64.b64decode(coded, validate=True)
        except ValueError:
            document = b""
        if not document:
            raise Failed('FileContents does not satisfy the "base64Binary" type')
        fax = self._take(to, document, root)
        if to.endswith(ANSWER_LOST):
            raise Reset()
        if to.endswith(SYSTEM_FAILED_BUT_TAKEN):
            raise Failed("We FAIL", "System")
        response = {"StatusCode": "1", "StatusDescription": "Success"}
        return _response(fax.docid, fax.control.get("TransmissionID", ""), response)

    def _take(self, to: str, document: bytes, root: ElementTree.Element) -> Fax:
        pages = self._count_pages(document)
        pace = {name: value for name, value in vars(self).items() if "_seconds" in name}
        control = root.find("Transmission/TransmissionControl")
        with self.lock:
            now = self.clock()
            fax = Fax(to, pages, document, **plan(to, pages, now, pace))
            fax.control = {each.tag: each.text or "" for each in control}
            for other in self.faxes.values():
                same = (other.to, other.document) == (to, document)
                if same and not other.failed_before(now):
                    self.doubles.append((other.docid, fax.docid))
            self.faxes[fax.docid] = fax
            self.took(
                Acceptance(
                    provider_id=fax.docid,
                    to="+" + to,
                    sender="",
                    pages=pages,
                    sha256=hashlib.sha256(document).hexdigest(),
                    file_name="",
                    route="submit",
                    at=now.isoformat(),
                )
            )
        return fax

    # --- Asking ------------------------------------------------------------------

    def _status(self, root: ElementTree.Element) -> Reply:
        docid = _text(root, "Transmission/TransmissionControl/DOCID")
        with self.lock:
            fax = self.faxes.get(docid)
        if fax is None and self.unknown_docid == "refused":
            raise Failed("The DOCID is not valid")
        recipients = {"Recipient": fax.recipient(self.clock())} if fax else {}
        content = {
            "Transmission": {
                "TransmissionControl": {"TransmissionID": ""},
                "Recipients": recipients,
            }
        }
        return Reply(200, xml("OutboundStatusResponse", content), XML)

    # --- Receiving ---------------------------------------------------------------

    def receive(
        self, sender: str = "418-555-0199", text: str = "A fax", document: bytes = b""
    ) -> str:
        """Let a fax of one page come in; gives its id. It is posted by
        `post_inbound`."""
        document = document or page_of(text)
        with self.lock:
            fax = Fax("", 1, document, **plan("", 0, self.clock(), vars(self)))
            fax.sender = sender
            self.received[fax.docid] = fax
        return fax.docid

    def inbound_post(self, docid: str, **changes) -> tuple[dict[str, str], bytes]:
        """Headers and body of the post of a received fax."""
        fax = self.received[docid]
        content = {
            "AccessControl": {
                "UserName": self.inbound_user,
                "Password": self.inbound_password,
            },
            "RequestControl": {
                "RequestDate": _pacific(self.clock()),
                "RequestType": "New Inbound",
            },
            "FaxControl": {
                "AccountID": self.account_id,
                "DateReceived": _pacific(fax.ends_at),
                "FaxName": fax.docid,
                "FileType": "pdf",
                "PageCount": fax.pages,
                "CSID": "Sender",
                "ANI": fax.sender,
                "Status": "0",
                "MCFID": fax.docid,
                "FileContents": base64.b64encode(fax.document).decode(),
            }
            | changes,
        }
        form = urlencode({"xml": xml("InboundPostRequest", content).decode()})
        return {"Content-Type": "application/x-www-form-urlencoded"}, form.encode()

    def post_inbound(self, url: str, docid: str) -> bool:
        """Post a received fax; whether it was told that this was successful."""
        headers, body = self.inbound_post(docid)
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
        try:
            connection.request("POST", parts.path or "/", body, headers)
            answer = connection.getresponse()
            return answer.status == 200 and b"Post Successful" in answer.read()
        except OSError:
            return False
        finally:
            connection.close()

    def finish(self) -> None:
        """End every fax now, as it would have ended."""
        with self.lock:
            now = self.clock()
            for fax in self.faxes.values():
                for name in ("created_at", "sends_at", "ends_at"):
                    setattr(fax, name, min(getattr(fax, name), now))


def _response(docid: str, transmission_id: str, response: dict[str, Any]) -> Reply:
    control = {"TransmissionID": transmission_id, "DOCID": docid}
    content = {"TransmissionControl": control, "Response": response}
    return Reply(200, xml("OutboundResponse", {"Transmission": content}), XML)


def _check(node: ElementTree.Element, known: dict | None) -> None:
    if node.attrib or (known is not None and (node.text or "").strip()):
        raise Failed(f"{node.tag} is not valid")
    if known is None and node.tag in CHOICES and node.text not in CHOICES[node.tag]:
        raise Failed(f"{node.tag} is not valid")
    for child in node:
        if known is None or child.tag not in known:
            raise Failed(f"{child.tag} is not valid")
        _check(child, known[child.tag])


def _text(root: ElementTree.Element, path: str) -> str:
    found = root.find(path)
    if found is None:
        raise Failed(f"{path} is missing")
    return found.text or ""


def _pacific(moment: datetime) -> str:
    return moment.astimezone(PACIFIC).strftime("%m/%d/%Y %H:%M:%S")


if __name__ == "__main__":
    main(EfaxDeveloperSimulator)
