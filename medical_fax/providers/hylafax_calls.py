"""How a fax server is called: sessions, lists, refusals."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import hylafax_read as read
from .errors import ProviderError
from .failures import FailureKind
from .hylafax_codes import NOT_LOGGED_IN, REFUSALS
from .hylafax_wire import PORT, Refused, Session
from .interface import Provider
from .values import E164

# Settings, in seconds unless said otherwise.
DEFAULTS = {
    "host": "127.0.0.1",
    "port": PORT,
    "number": "",  # of the line, for what is received
    "modem": "any",
    "resolution": "",  # standard or fine; the request's where empty
    "paper": "letter",
    "dial": "plus",
    "prefix": "",
    "kept_minutes": 15,  # how long finished jobs stay in the list
    "submit_seconds": 60.0,  # for a request without a deadline
    "read_seconds": 20.0,  # a session that only reads
    # While a modem dials, its program hears nothing, and so the server answers late:
    # 51 seconds were measured.
    "cancel_seconds": 60.0,
    "give_up_minutes": 180,  # a job that no modem took until then is dropped
    "list_megabytes": 16,
    "download_megabytes": 50,
}
MEGABYTE = 1 << 20
_HOST = re.compile(r"[0-9A-Za-z_.:-]{1,253}")
_LOGIN = re.compile(r"[\x21\x23-\x7e]{1,64}")  # printable, no space and no quote


class HylafaxCalls(Provider):
    """The base of `HylafaxProvider`."""

    def setting(self, name: str) -> Any:
        value = self.settings.get(name)
        return DEFAULTS[name] if value in (None, "") else value

    def count(self, name: str) -> int:
        """A setting that is a number; those of a form are texts."""
        try:
            return int(self.setting(name))
        except (TypeError, ValueError):
            raise misconfigured(name) from None

    def own_number(self) -> str:
        """The line's number: as entered, or the account's only one."""
        own = tuple(self.settings.get("own_numbers") or ())
        number = str(self.setting("number") or (own[0] if len(own) == 1 else ""))
        if not E164.fullmatch(number):
            raise misconfigured("number")
        return number

    @contextmanager
    def connected(self, seconds: float) -> Iterator[Session]:
        """A session that has logged in; what it refuses becomes a `ProviderError`."""
        host, port = str(self.setting("host")), self.count("port")
        if not _HOST.fullmatch(host) or not 0 < port < 65536:
            raise misconfigured("host")
        user, password = self._login()
        try:
            with Session(host, port, seconds=seconds).opened() as session:
                reply = session.command(f"USER {user}")
                if reply.code == 331:
                    session.ask(f"PASS {password}")
                elif not reply.ok:
                    raise Refused("USER", reply)
                for line in ("TZONE GMT", "TYPE I", "MODE S"):
                    session.ask(line)
                yield session
        except Refused as refused:
            raise self._refusal(refused) from None

    def _login(self) -> tuple[str, str]:
        user = self.credentials.get("user") or ""
        password = self.credentials.get("password") or ""
        if not _LOGIN.fullmatch(user) or not _LOGIN.fullmatch(password):
            raise ProviderError(
                FailureKind.CREDENTIALS, proven_not_sent=True, code="login"
            )
        # hfaxd takes a first dash for a wish of old clients, and away.
        return user, "-" + password if password.startswith("-") else password

    def _refusal(self, refused: Refused) -> ProviderError:
        """For every command but the one that hands a job over."""
        code = refused.reply.code
        kind = REFUSALS.get(refused.verb, FailureKind.PROVIDER_UNAVAILABLE)
        if code == NOT_LOGGED_IN:
            kind = FailureKind.CREDENTIALS
        elif code in (420, 421, 425, 426, 450, 451, 452, 552):
            kind = FailureKind.PROVIDER_UNAVAILABLE
        return ProviderError(
            kind,
            proven_not_sent=True,
            code=f"{refused.verb} {code}",
            text=read.short(refused.reply.text) or None,
        )

    # --- Lists -------------------------------------------------------------------

    def jobs(self, session: Session) -> list[read.Job]:
        """All jobs that the server has.

        In this order: one that ends meanwhile is in the second list, so that none
        is in neither.
        """
        return [
            job
            for queue in ("sendq", "doneq")
            for job in self._listed(
                session, queue, "JOBFMT", read.JOB_FIELDS, read.jobs
            )
        ]

    def received(self, session: Session) -> list:
        number = self.own_number()

        def reader(content, mark):
            return read.received(content, mark, number)

        return self._listed(session, "recvq", "RCVFMT", read.RECEIVED_FIELDS, reader)

    def _listed(self, session, folder, command, fields, reader):
        mark = f"@{secrets.token_hex(6)}@"
        session.ask(f'{command} "{read.layout(mark, fields)}"', command)
        most = self.count("list_megabytes") * MEGABYTE
        found = reader(session.retrieve(f"LIST {folder}", most), mark)
        if found is None:
            raise unreadable()
        return found


def unreadable() -> ProviderError:
    """A list that says nothing."""
    return ProviderError(
        FailureKind.PROVIDER_UNAVAILABLE, proven_not_sent=True, code="unreadable"
    )


def misconfigured(name: str) -> ProviderError:
    return ProviderError(
        FailureKind.PROVIDER_UNAVAILABLE, proven_not_sent=True, code=name
    )
