"""HylaFAX: a fax server of one's own, spoken to in hfaxd's protocol (port 4559).

The server is asked to dial once (MAXDIALS and MAXTRIES are 1), and knows a job by our
reference, so that a lost submission is looked up without doubt. Its protocol has no
encryption: see the form. (A scheduler that crashes in the middle of a call does not
dial again when it is back. Where the program that sends dies with it, as when the
machine does, it dials again; nothing it offers prevents or shows that.)
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from . import hylafax_read as read
from .errors import CallbackRefused, ProviderError
from .failures import FailureKind, _
from .hylafax_calls import MEGABYTE, HylafaxCalls, misconfigured, unreadable
from .hylafax_codes import (
    FORM,
    HANDING_OVER,
    NOT_SUBMITTED,
    PAPERS,
    RESOLUTIONS,
    SCHEDULER_REFUSED,
    kind_of,
)
from .hylafax_wire import Refused, Reply, Session, Unreadable
from .interface import Capabilities, FindBy
from .registry import register
from .values import (
    AccountInfo,
    Callback,
    FaxStatus,
    Fingerprint,
    Found,
    NumberInfo,
    Received,
    Resolution,
    Submission,
    SubmitRequest,
)

# pylint: disable=prefer-env-translation  # there is no env in this package

FORMATS = {b"%PDF": "PDF", b"II*\0": "TIFF", b"MM\0*": "TIFF"}
_STORED = re.compile(r"FILE: (/?[0-9A-Za-z_./-]{1,200}) ")
_NEW_JOB = re.compile(r"jobid: ([0-9]{1,10})\b")
_VERSION = re.compile(r"^(\S+) server \(HylaFAX.*Version ([^)]+)\)")
_MODEM = re.compile(r"[0-9A-Za-z_./-]{1,64}")
_PREFIX = re.compile(r"[0-9,*#]{0,12}")


@register
class HylafaxProvider(HylafaxCalls):
    """See the module's docstring.

    `credentials`: user, password; callback_user and callback_password, made by us,
    which the server's hook sends along. `settings`: `hylafax_calls.DEFAULTS`.
    `render` makes the TIFF to send from a PDF and a resolution, so that the very dots
    of the preview are sent; without it the server converts the PDF.
    """

    code = "hylafax"
    label = _("HylaFAX (a fax server of your own)")
    form = FORM
    capabilities = Capabilities(
        find=FindBy.REFERENCE,
        cancel=True,
        callbacks=True,
        receive=True,
        numbers=True,
        looks_at_once=500,
        statuses_at_once=500,  # one look at the lists tells of all
    )

    def __init__(
        self,
        *args,
        render: Callable[[bytes, Resolution], bytes] | None = None,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.render = render

    def verify(self) -> AccountInfo:
        self.own_number()
        with self.connected(self.setting("read_seconds")) as session:
            found = _VERSION.match(session.greeting)
        name = f"HylaFAX {found[2]}, {found[1]}"[:100] if found else "HylaFAX"
        return AccountInfo(name=name)

    def list_numbers(self) -> list[NumberInfo]:
        return [NumberInfo(number=self.own_number())]

    # --- Sending -----------------------------------------------------------------

    def submit(self, request: SubmitRequest) -> Submission:
        document, form, resolution = self._document(request)
        parameters = self._parameters(request, resolution)
        self.check_deadline(request)
        seconds = self.setting("submit_seconds")
        if request.deadline is not None:
            seconds = (request.deadline - self.clock()).total_seconds()
        with self.connected(seconds) as session:
            stored = self._store(session, document, form)
            number = _found(_NEW_JOB, session.ask("JNEW"))
            try:
                for name, value in [*parameters, ("DOCUMENT", stored)]:
                    session.ask(f"JPARM {name} {value}", f"JPARM {name}")
                self._show(session, request.sender)
                self.check_deadline(request)
            except (Refused, ProviderError):
                _discard(session, number)
                raise
            reply = session.hand_over("JSUBM")
        key = read.provider_id(number, request.reference)
        if not reply.ok:
            raise self._not_submitted(reply, key)
        return Submission(provider_id=key, raw_status="submitted")

    def _not_submitted(self, reply: Reply, key: str) -> ProviderError:
        """Whether a job whose handing over failed may run all the same."""
        code = f"JSUBM {reply.code}"
        job = self._rejected(key) if reply.code == SCHEDULER_REFUSED else None
        if job:
            return ProviderError(
                kind_of(job.text), proven_not_sent=True, code=code, text=job.text
            )
        kind = FailureKind.UNKNOWN
        if reply.code < 500:
            kind = FailureKind.PROVIDER_UNAVAILABLE
        return ProviderError(
            kind,
            proven_not_sent=reply.code in NOT_SUBMITTED,
            code=code,
            text=read.short(reply.text) or None,
        )

    def _rejected(self, key: str) -> read.Job | None:
        """The job, if the scheduler looked at it and would not have it."""
        try:
            # In a new session: one shows a job as it read it first.
            with self.connected(self.setting("read_seconds")) as session:
                jobs = self.jobs(session)
        except ProviderError:
            return None
        found = (job for job in jobs if job.provider_id == key and job.was_rejected)
        return next(found, None)

    def _document(self, request: SubmitRequest) -> tuple[bytes, str, Resolution]:
        """What to upload, in which format and resolution."""
        wanted = str(self.setting("resolution") or request.resolution)
        if wanted not in RESOLUTIONS:
            raise misconfigured("resolution")
        document, resolution = request.document, Resolution(wanted)
        if self.render and document.startswith(b"%PDF"):
            try:
                document = self.render(document, resolution)
            except Exception:
                # Whatever a PDF library raises, it may quote the document.
                document = b""
        form = FORMATS.get(document[:4])
        if form is None:
            raise ProviderError(
                FailureKind.DOCUMENT_REJECTED, proven_not_sent=True, code="unreadable"
            )
        return document, form, resolution

    def _parameters(
        self, request: SubmitRequest, resolution: Resolution
    ) -> list[tuple[str, str]]:
        """The job's parameters, as hfaxd takes them; nothing in them needs quoting."""
        modem, prefix = str(self.setting("modem")), str(self.setting("prefix"))
        paper, wait = PAPERS.get(self.setting("paper")), self.count("give_up_minutes")
        for name, sound in (
            ("modem", _MODEM.fullmatch(modem)),
            ("prefix", _PREFIX.fullmatch(prefix)),
            ("paper", paper),
            ("give_up_minutes", 0 < wait < 100 * 24 * 60),
            ("reference", read.REFERENCE.fullmatch(request.reference)),
        ):
            if not sound:
                raise misconfigured(name)
        to = request.to.lstrip("+") if self.setting("dial") == "digits" else request.to
        days, minutes = divmod(wait, 24 * 60)
        user = self.credentials["user"]
        return [
            ("FROMUSER", f'"{user}"'),
            ("NOTIFYADDR", f'"{user}"'),
            ("NOTIFY", '"none"'),
            ("JOBINFO", f'"{request.reference}"'),
            ("MAXDIALS", "1"),
            ("MAXTRIES", "1"),
            ("LASTTIME", f"{days:02}{minutes // 60:02}{minutes % 60:02}"),
            ("DIALSTRING", f'"{prefix}{to}"'),
            ("EXTERNAL", f'"{request.to}"'),
            ("VRES", str(RESOLUTIONS[resolution])),
            ("PAGEWIDTH", str(paper[0])),
            ("PAGELENGTH", str(paper[1])),
            ("PAGECHOP", '"none"'),
            ("MODEM", f'"{modem}"'),
        ]

    def _store(self, session: Session, document: bytes, form: str) -> str:
        """Upload the document; returns its name there."""
        session.ask(f"FORM {form}")
        begun = session.store("STOT", document)
        stored = _found(_STORED, begun)
        # A connection that breaks can look like the end of the file.
        if session.ask(f"SIZE {stored}").text.strip() != str(len(document)):
            raise ProviderError(
                FailureKind.PROVIDER_UNAVAILABLE, proven_not_sent=True, code="size"
            )
        return stored

    def _show(self, session: Session, sender: str | None) -> None:
        """The number that the other machine is shown. Not every server allows it; the
        line's own is shown then, as on any machine."""
        if sender:
            session.command(f'JPARM TSI "{sender}"', "JPARM TSI")

    # --- Asking ------------------------------------------------------------------

    def fetch_status(self, provider_ids: Iterable[str]) -> dict[str, FaxStatus]:
        wanted = {key for key in provider_ids if read.parts(key)}
        if not wanted:
            return {}
        with self.connected(self.setting("read_seconds")) as session:
            jobs = self.jobs(session)
        return {
            job.provider_id: read.status(job)
            for job in jobs
            if job.provider_id in wanted
        }

    def find(self, reference: str, fingerprint: Fingerprint) -> list[Found]:
        found = self.find_all({reference: fingerprint})[reference]
        if isinstance(found, ProviderError):
            raise found
        return found

    def find_all(
        self, wanted: Mapping[str, Fingerprint]
    ) -> dict[str, list[Found] | ProviderError]:
        with self.connected(self.setting("read_seconds")) as session:
            jobs = self.jobs(session)
        return {
            reference: self._found(read.by_reference(jobs, reference), fingerprint)
            for reference, fingerprint in wanted.items()
        }

    def _found(
        self, jobs: list[read.Job], fingerprint: Fingerprint
    ) -> list[Found] | ProviderError:
        kept = timedelta(minutes=self.count("kept_minutes"))
        # A job that is just being handed over may still be withdrawn when the
        # scheduler does not answer; and finished ones are cleared away after a time.
        # "Not there" allows sending again, so it is not said of either.
        untold = any(job.state == HANDING_OVER for job in jobs)
        if untold or (not jobs and self.clock() >= fingerprint.after + kept):
            return ProviderError(
                FailureKind.UNKNOWN, proven_not_sent=True, code="not_told_yet"
            )
        return [
            Found(provider_id=job.provider_id, raw_status=read.status(job).raw_status)
            for job in jobs
        ]

    def cancel(self, provider_id: str) -> bool:
        known = read.parts(provider_id)
        if known is None:
            return False
        number, reference = known
        with self.connected(self.setting("cancel_seconds")) as session:
            # Numbers of jobs come again: is this one still ours?
            if not session.command(f"JOB {number}").ok:
                return False
            if session.ask("JPARM JOBINFO").text.strip() != reference:
                return False
            reply = session.command(f"JKILL {number}")
            if not reply.ok and "already done" not in reply.text:
                raise Refused("JKILL", reply)
        return reply.ok

    # --- Receiving ---------------------------------------------------------------

    def list_received(self, since: datetime) -> list[Received]:
        with self.connected(self.setting("read_seconds")) as session:
            listed = self.received(session)
        return [row for _name, row in listed if row.received_at >= since]

    def fetch_received(self, provider_id: str) -> bytes:
        most = self.count("download_megabytes") * MEGABYTE
        with self.connected(self.setting("read_seconds")) as session:
            # The name alone may be that of a later fax.
            for name, row in self.received(session):
                if row.provider_id == provider_id:
                    return session.retrieve(f"RETR recvq/{name}", most)
        raise ProviderError(FailureKind.UNKNOWN, proven_not_sent=True, code="not_found")

    def parse_callback(
        self, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]
    ) -> Callback:
        if not read.is_caller(headers, self.credentials):
            raise CallbackRefused()
        fields = read.posted(body)
        if fields is None:
            raise CallbackRefused(FailureKind.UNKNOWN)
        hint = read.hint(fields)
        return Callback(hints=(hint,) if hint else ())


def _found(pattern: re.Pattern, reply: Reply | str) -> str:
    text = reply if isinstance(reply, str) else reply.text
    found = pattern.search(text + " ")
    if not found:
        raise unreadable()
    return found[1]


def _discard(session: Session, number: str) -> None:
    """Leave no pages behind. The server clears up later where this fails."""
    try:
        session.command(f"JDELE {number}")
    except (OSError, Unreadable):
        return
