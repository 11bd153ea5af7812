"""The protocol of hfaxd: lines over one connection, files over another, like FTP.

*One deadline for all of a session.* Every connect, write and read is given the time
that is left, so that a slow trickle cannot last for ever. (Only the name look-up
cannot be cut short; it sends nothing.)

*How far it got.* A session in which a job may have been handed over says so: `left`
is true from the first byte of the command that does it.
"""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from .errors import ProviderError
from .failures import FailureKind

PORT = 4559
CHUNK = 1 << 16
LONGEST_LINE = 8192
LONGEST_REPLY = 1 << 16
_CODE = re.compile(rb"([1-6]\d\d)(?:([ -])(.*))?", re.S)
_PASSIVE = re.compile(r"\(\d+,\d+,\d+,\d+,(\d{1,3}),(\d{1,3})\)")
_EXTENDED = re.compile(r"\(\|\|\|(\d{1,5})\|\)")


@dataclass(frozen=True)
class Reply:
    """What the server said to a command: a code, and its last line's text."""

    code: int
    text: str = field(repr=False)

    @property
    def ok(self) -> bool:
        return 200 <= self.code < 300


class Refused(Exception):
    """The server said no; `verb` is the command, with its parameter's name."""

    def __init__(self, verb: str, reply: Reply):
        super().__init__(verb, reply.code)
        self.verb, self.reply = verb, reply


class Unreadable(Exception):
    """What came is nothing that hfaxd says."""


class Session:
    """A connection to hfaxd for as long as the block takes.

        with Session(host, port, seconds=10).opened() as session:
            session.ask("NOOP")

    Raises `ProviderError`, provider_unavailable, with the step as its code, when the
    connection fails; `Refused` for every reply that is not a success.
    """

    def __init__(self, host: str, port: int, *, seconds: float):
        self.host, self.port = host, port
        self.step = "resolve"
        self.left = False
        self.greeting = ""
        self._ends = time.monotonic() + seconds
        self._control: socket.socket | None = None
        self._data: socket.socket | None = None
        self._ahead = b""

    def remaining(self) -> float:
        """Seconds left, more than 0; raises TimeoutError."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for this call is over")
        return left

    @contextmanager
    def opened(self) -> Iterator["Session"]:
        try:
            self._control = self._connect(self.port)
            self.step = "greeting"
            reply = self._reply()
            while reply.code == 130:  # it doubts our name; only a remark
                reply = self._reply()
            if not reply.ok:
                raise Refused("greeting", reply)
            self.greeting = reply.text
            yield self
            self._say_goodbye()
        except (OSError, Unreadable, UnicodeError):
            # From None: an exception may quote what was being sent.
            raise ProviderError(
                FailureKind.PROVIDER_UNAVAILABLE,
                proven_not_sent=not self.left,
                code=self.step,
            ) from None
        finally:
            for sock in (self._data, self._control):
                if sock is not None:
                    sock.close()

    # --- Commands ----------------------------------------------------------------

    def command(self, line: str, step: str | None = None) -> Reply:
        """Send a command and read the reply, whatever it is."""
        self.step = step or line.partition(" ")[0]
        data = line.encode("ascii")
        if any(byte < 32 and byte != 31 for byte in data):
            raise Unreadable("a control character in a command")
        self._send(data + b"\r\n")
        return self._reply()

    def ask(self, line: str, step: str | None = None) -> Reply:
        reply = self.command(line, step)
        if not reply.ok:
            raise Refused(self.step, reply)
        return reply

    def hand_over(self, line: str) -> Reply:
        """A command after whose first byte nobody can say that nothing happened."""
        self.remaining()
        self.left = True
        return self.command(line)

    # --- Files -------------------------------------------------------------------

    def store(self, verb: str, content: bytes) -> str:
        """Upload a file; returns the text of the server's first reply."""
        begun = self._transfer(verb)
        view = memoryview(content)
        for start in range(0, len(view), CHUNK):
            self._data.settimeout(self.remaining())
            self._data.sendall(view[start : start + CHUNK])
        self._close_data()
        self._finish()
        return begun.text

    def retrieve(self, verb: str, most: int) -> bytes:
        """Download a file or a list: whole, or an error."""
        self._transfer(verb)
        parts, size = [], 0
        while True:
            self._data.settimeout(self.remaining())
            part = self._data.recv(CHUNK)
            if not part:
                break
            size += len(part)
            if size > most:
                raise Unreadable("too long")
            parts.append(part)
        self._close_data()
        self._finish()
        return b"".join(parts)

    def _transfer(self, verb: str) -> Reply:
        # The address in the answer is not used: it may be of a network behind the
        # server, and nobody shall send us elsewhere.
        if self._control.family == socket.AF_INET6:
            found = _EXTENDED.search(self.ask("EPSV").text)
            port = int(found[1]) if found else 0
        else:
            found = _PASSIVE.search(self.ask("PASV").text)
            port = int(found[1]) * 256 + int(found[2]) if found else 0
        if not 0 < port < 65536:
            raise Unreadable("no port to connect to")
        self.step = "data"
        self._data = self._connect(port)
        reply = self.command(verb)
        if reply.code not in (125, 150):
            self._close_data()
            raise Refused(self.step, reply)
        return reply

    def _finish(self) -> None:
        reply = self._reply()
        if not reply.ok:
            raise Refused(self.step, reply)

    def _close_data(self) -> None:
        self._data.close()
        self._data = None

    def _say_goodbye(self) -> None:
        """What there was to do is done, so nothing may fail any more."""
        try:
            self._send(b"QUIT\r\n")
        except OSError:
            return

    # --- Bytes -------------------------------------------------------------------

    def _connect(self, port: int) -> socket.socket:
        found = (
            [(self._control.family, self._control.getpeername())]
            if self._control
            else [
                (family, address)
                for family, _kind, _protocol, _name, address in socket.getaddrinfo(
                    self.host, port, 0, socket.SOCK_STREAM
                )
            ]
        )
        if not self._control:
            self.step = "connect"
        for family, address in found:
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(self.remaining())
                sock.connect((address[0], port, *address[2:]))
            except OSError:
                sock.close()
                continue
            # A command's answer shall not wait for that to the one before.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        raise ConnectionError("nobody answers")

    def _send(self, data: bytes) -> None:
        self._control.settimeout(self.remaining())
        self._control.sendall(data)

    def _reply(self) -> Reply:
        """A reply of one line, or of several: the last has a space after its code."""
        size = 0
        first = None
        while True:
            line = self._line()
            size += len(line)
            if size > LONGEST_REPLY:
                raise Unreadable("a reply without an end")
            found = _CODE.fullmatch(line)
            if first is None:
                if not found:
                    raise Unreadable("no code")
                first = found[1]
            if found and found[1] == first and found[2] != b"-":
                text = (found[3] or b"").decode("utf-8", "replace")
                return Reply(int(first), text)

    def _line(self) -> bytes:
        while b"\n" not in self._ahead:
            if len(self._ahead) > LONGEST_LINE:
                raise Unreadable("a line without an end")
            self._control.settimeout(self.remaining())
            part = self._control.recv(CHUNK)
            if not part:
                raise ConnectionError("the server closed the connection")
            self._ahead += part
        line, _newline, self._ahead = self._ahead.partition(b"\n")
        return line.rstrip(b"\r")
