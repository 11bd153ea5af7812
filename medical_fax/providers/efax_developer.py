"""eFax Developer, the older service of eFax: XML in forms.

Received faxes are posted to us with their pages; there is no list of them. No call is
known that looks a submission up by anything but the id that its answer gives, so that
a lost answer is for a person to resolve. None is known either that cancels a fax, nor
a field for the number that the recipient is shown: it is the account's own.

It redials as it likes: "busy" is no end.
"""

import hmac
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from . import efax_developer_wire as wire
from .efax_asking import one_by_one, unreadable
from .efax_developer_codes import BASE_URL, FORM, HTTP_REFUSALS, PATH, REPLY, kind_of
from .efax_xml import Node, parse
from .errors import CallbackRefused, ProviderError
from .failures import FailureKind
from .http import MEGABYTE, Answer, Http, refusal
from .interface import Capabilities, Provider
from .registry import register
from .values import (
    AccountInfo,
    Callback,
    FaxStatus,
    Resolution,
    Submission,
    SubmitRequest,
)

MINUTE = 60.0
RESOLUTIONS = {Resolution.STANDARD: "STANDARD", Resolution.FINE: "FINE"}

# Settings, in seconds unless said otherwise.
DEFAULTS = {
    "base_url": BASE_URL,
    "content_type": "text/xml",  # so a client labels the form; it is read as one anyway
    "submit_seconds": 60.0,  # for a request without a deadline
    "read_seconds": 10.0,  # each call that only reads
    "status_seconds": 45.0,  # no further fax is asked about after this
    "priority": "NORMAL",
    "self_busy": "ENABLE",
    "fax_header": "",  # line above each page; empty: the provider's own
    "international_prefix": "",  # before numbers outside +1; which one is not known
    "transmission_id": False,  # tell our reference; the field is not confirmed
    "no_duplicates": "",  # value of a field that is not confirmed; empty: left out
    "any_sender": False,  # the account's number will do, whichever was chosen
    "verify_docid": "0",  # asked about to see whether one may sign in
    "own_numbers": (),  # of the account
    "zone": "America/Los_Angeles",  # of the times of received faxes
    "status_zone": "",  # of the times of sent ones; not told, so that none is believed
    "post_megabytes": 70,  # largest post that is read
    "words": {},  # words of a failure -> failure kind
}


@register
class EfaxDeveloperProvider(Provider):
    """See the module's docstring.

    `credentials`: account_id, user_name, password; callback_user and
    callback_password, which the provider sends along with received faxes.
    `settings`: `DEFAULTS`.
    """

    code = "efax_developer"
    label = "eFax Developer (XML)"
    form = FORM
    capabilities = Capabilities(callbacks=True)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = {kind.value: kind for kind in FailureKind}
        self.words = {
            str(words): kinds[kind]
            for words, kind in dict(self.setting("words")).items()
            if kind in kinds and words
        }

    def setting(self, name: str) -> Any:
        return self.settings.get(name, DEFAULTS[name])

    def verify(self) -> AccountInfo:
        """No call is known that only signs in: a fax is asked about that need not be
        there. If it were refused because it is not: `verify_docid` may name one."""
        root = self._ask(str(self.setting("verify_docid")))
        if wire.has_failed(root):
            raise self._failed(root, FailureKind.CREDENTIALS)
        if wire.statuses(root) is None:
            raise unreadable()
        return AccountInfo()

    # --- Sending ---------------------------------------------------------------------

    def submit(self, request: SubmitRequest) -> Submission:
        self.check_deadline(request)
        self._check_sender(request)
        xml = wire.outbound_request(
            self._access(), self._control(request), self._recipient(request)
        )
        body = wire.body(
            self._secret("account_id"), xml, b64encode(request.document).decode()
        )
        seconds = self.setting("submit_seconds")
        if request.deadline is not None:
            self.check_deadline(request)
            seconds = (request.deadline - self.clock()).total_seconds()
        answer = self._http().once(
            "POST",
            PATH,
            seconds=seconds,
            guard=lambda: self.check_deadline(request),
            data=body,
        )
        root = parse(answer.body, MEGABYTE)
        if not answer.ok:
            raise self._refusal(answer, root)
        key = wire.taken(root)
        if key is None:
            raise self._not_taken(root)
        return Submission(provider_id=key)

    def _check_sender(self, request: SubmitRequest) -> None:
        several = len(self.setting("own_numbers")) > 1
        if request.sender and several and not self.setting("any_sender"):
            # The fax would show a number that nobody chose.
            raise ProviderError(
                FailureKind.CALLER_ID, proven_not_sent=True, code="no_choice"
            )

    def _control(self, request: SubmitRequest) -> dict[str, str]:
        reference = request.reference if self.setting("transmission_id") else ""
        control = {
            "TransmissionID": reference,
            "NoDuplicates": self.setting("no_duplicates"),
            "Resolution": RESOLUTIONS[request.resolution],
            "Priority": self.setting("priority"),
            "SelfBusy": self.setting("self_busy"),
            "FaxHeader": self.setting("fax_header"),
        }
        return {name: value for name, value in control.items() if value}

    def _recipient(self, request: SubmitRequest) -> dict[str, str]:
        """The number alone: it draws no cover, so that names have no business there."""
        prefix = self.setting("international_prefix")
        number = request.to[1:]
        fax = number if number.startswith("1") else prefix + number
        return {"RecipientName": "", "RecipientCompany": "", "RecipientFax": fax}

    def _not_taken(self, root: Node | None) -> ProviderError:
        said = wire.said(root)
        return ProviderError(
            kind_of((said,), self.words),
            proven_not_sent=wire.refused(root),
            code="refused" if root and wire.has_failed(root) else "unreadable",
            text=said or None,
        )

    # --- Asking ----------------------------------------------------------------------

    def fetch_status(self, provider_ids: Iterable[str]) -> dict[str, FaxStatus]:
        return one_by_one(provider_ids, self._status, self.setting("status_seconds"))

    def _status(self, key: str) -> FaxStatus | None:
        if not wire.PROVIDER_ID.fullmatch(key):
            return None
        root = self._ask(key)
        if wire.has_failed(root):
            raise self._failed(root, kind_of((wire.said(root),), self.words))
        found = wire.statuses(root, self.words, self.setting("status_zone"))
        if found is None:
            raise unreadable()
        return next((each for each in found if each.provider_id == key), None)

    def _ask(self, key: str) -> Node:
        """What it says about a fax, as XML of whatever kind."""
        xml = wire.outbound_status(self._access(), key)
        try:
            answer = self._http().once(
                "POST",
                PATH,
                seconds=self.setting("read_seconds"),
                data=wire.body(self._secret("account_id"), xml),
            )
        except ProviderError as error:
            # Asking changes nothing there.
            raise ProviderError(
                error.kind, proven_not_sent=True, code=error.code
            ) from None
        root = parse(answer.body, MEGABYTE)
        if not answer.ok:
            raise self._refusal(answer, root, harmless=True)
        if root is None:
            raise unreadable()
        return root

    def _failed(self, root: Node, kind: FailureKind) -> ProviderError:
        """A call that changes nothing was refused."""
        return ProviderError(
            kind, proven_not_sent=True, code="refused", text=wire.said(root) or None
        )

    # --- Receiving -------------------------------------------------------------------

    def parse_callback(
        self, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]
    ) -> Callback:
        most = int(self.setting("post_megabytes") * MEGABYTE)
        # Escaped, each sign of the XML takes up to three.
        xml = wire.posted_xml(body) if len(body) <= 3 * most else None
        root = parse(xml, most) if xml else None
        if root is None:
            raise CallbackRefused(FailureKind.UNKNOWN)
        if not self._is_caller(*wire.callers(root)):
            raise CallbackRefused()
        hint = wire.hint(
            root,
            list(self.setting("own_numbers")),
            self.setting("zone"),
            self.clock(),
        )
        if hint is None:
            # Not said to have been successful, it may be posted again.
            raise CallbackRefused(FailureKind.UNKNOWN)
        return Callback(hints=(hint,), reply=REPLY)

    def _is_caller(self, *given: str) -> bool:
        """Whether somebody sent our user and password; never when we have none."""
        names = ("callback_user", "callback_password")
        ours = [self.credentials.get(name) or "" for name in names]
        same = [
            hmac.compare_digest(theirs.encode(), mine.encode())
            for theirs, mine in zip(given, ours, strict=True)
        ]
        return all(ours) and all(same)

    # --- Under all of them -----------------------------------------------------------

    def _http(self) -> Http:
        headers = {
            "Content-Type": self.setting("content_type"),
            "Accept": "text/xml, application/xml",
        }
        return Http(self.setting("base_url"), headers, self.session)

    def _access(self) -> str:
        return wire.access(self._secret("user_name"), self._secret("password"))

    def _secret(self, name: str) -> str:
        value = (self.credentials.get(name) or "").strip()
        if not value or not value.isprintable():
            raise ProviderError(
                FailureKind.CREDENTIALS, proven_not_sent=True, code=f"no_{name}"
            )
        return value

    def _refusal(
        self, answer: Answer, root: Node | None, harmless: bool = False
    ) -> ProviderError:
        said = wire.said(root) or wire.text(answer.body.decode("utf-8", "replace"))
        # An answer that names a fax was given by somebody who took one.
        taken = wire.doc_id(root) and not harmless
        kind = kind_of((said,), self.words)
        return refusal(
            answer,
            {} if taken else HTTP_REFUSALS,
            now=self.clock(),
            harmless=harmless,
            kind=None if kind is FailureKind.UNKNOWN else kind,
            text=said or None,
            pause=MINUTE,  # not documented
        )
