"""A telephone exchange for iaxmodem, on one UDP port: `exchange.py`.

Software modems speak IAX2 (RFC 5456) and need somebody who knows where a number
leads. This relays a call between two of them, or plays the far end itself: busy,
ringing, silent, dead. It understands just enough: it reads the called number of a
NEW, passes all else on, and makes up a HANGUP where a line shall break.
"""

import selectors
import socket
import struct
import sys
import time
from dataclasses import dataclass, field

from stations import EXCHANGE_PORT, HOST, Trouble, route

# Frame types, and what they may say (RFC 5456, 8.2 to 8.4).
VOICE, CONTROL, IAX = 2, 4, 6
RINGING, ANSWER = 3, 4
NEW, PING, PONG, ACK, HANGUP, REJECT, ACCEPT, LAGRQ, LAGRP = 1, 2, 3, 4, 5, 6, 7, 11, 12
INVAL, VNAK, TXCNT, TXACC = 10, 18, 23, 24
UNCOUNTED = (ACK, INVAL, VNAK, TXCNT, TXACC)  # they take no number in the sequence
SLINEAR = 64  # 16-bit samples, 8000 a second
CALLED, FORMAT, CAUSE, CAUSE_CODE = 1, 9, 22, 42
BUSY = bytes((CAUSE_CODE, 1, 17))
TICK = 0.02  # seconds of speech in a frame
SILENCE = bytes(320)
LINGER, LONGEST = 3.0, 240.0  # seconds: after the end of a call, and of one unanswered


@dataclass
class Frame:
    """A full frame; `Frame.read` gives None for a mini frame, which is only voice."""

    source: int
    target: int
    stamp: int
    sent: int
    received: int
    kind: int
    word: int
    elements: bytes = b""

    @classmethod
    def read(cls, data: bytes) -> "Frame | None":
        if len(data) < 12 or not data[0] & 0x80:
            return None
        source, target, stamp, *rest = struct.unpack("!HHIBBBB", data[:12])
        return cls(source & 0x7FFF, target & 0x7FFF, stamp, *rest, data[12:])

    def write(self) -> bytes:
        head = (0x8000 | self.source, self.target, self.stamp, self.sent)
        tail = (self.received, self.kind, self.word)
        return struct.pack("!HHIBBBB", *head, *tail) + self.elements

    def says(self, kind: int, *words: int) -> bool:
        return self.kind == kind and self.word in words

    def element(self, wanted: int) -> str:
        """A text among the information elements, or an empty one."""
        rest = self.elements
        while len(rest) >= 2:
            name, size = rest[0], rest[1]
            if name == wanted:
                return rest[2 : 2 + size].decode("ascii", "replace")
            rest = rest[2 + size :]
        return ""


@dataclass
class Side:
    """One end of a call: its address, its number for the call, and the numbers of the
    next frames that it sends and expects."""

    address: tuple[str, int]
    call: int = 0
    sent: int = 0
    received: int = 0

    def note(self, frame: Frame) -> None:
        self.call = frame.source
        counts = not frame.says(IAX, *UNCOUNTED)
        self.sent, self.received = (frame.sent + counts) & 255, frame.received


@dataclass
class Call:
    """A call: from `caller` to `called`, or to us where nobody sits there."""

    number: str
    caller: Side
    trouble: Trouble
    called: Side | None = None
    leg: socket.socket | None = None
    answered_at: float = 0.0
    ends_at: float = field(default_factory=lambda: time.monotonic() + LONGEST)
    cut: bool = False
    silent_frames: int | None = None  # sent so far, where somebody keeps silent
    is_dead: bool = False
    told: int = 0  # frames of ours, where nobody else sits

    def talked(self) -> float:
        return time.monotonic() - self.answered_at if self.answered_at else 0.0

    def is_mute(self) -> bool:
        return 0 < self.trouble.mute < self.talked()

    def end_soon(self, seconds: float = LINGER) -> None:
        self.ends_at = min(self.ends_at, time.monotonic() + seconds)


class Exchange:
    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.main = self._socket(EXCHANGE_PORT)
        self.calls: dict[tuple, Call] = {}

    def serve(self) -> None:
        while True:
            silent = any(call.silent_frames is not None for call in self.calls.values())
            for key, _events in self.selector.select(TICK if silent else 0.1):
                try:
                    data, address = key.fileobj.recvfrom(4096)
                except OSError:
                    continue  # the other side's port is closed: it will be noticed
                if key.data is None:
                    self.from_caller(data, address)
                else:
                    self.from_called(key.data, data)
            for key, call in list(self.calls.items()):
                self.tick(key, call)

    def _socket(self, port: int = 0, call: Call | None = None) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((HOST, port))
        self.selector.register(sock, selectors.EVENT_READ, call)
        return sock

    # --- What the caller sends ---------------------------------------------------

    def from_caller(self, data: bytes, address: tuple) -> None:
        if len(data) < 4:
            return
        frame = Frame.read(data)
        source = struct.unpack("!H", data[:2])[0] & 0x7FFF
        call = self.calls.get((address, source))
        if call is None:
            if not (frame and frame.says(IAX, NEW)):
                return
            call = self.calls[address, source] = self.new_call(frame, address)
        if frame:
            call.caller.note(frame)
        if call.leg is None:
            if frame:
                self.play(call, frame)
        elif not call.is_mute():
            call.leg.sendto(data, call.called.address)
            if frame and frame.says(IAX, HANGUP, REJECT):
                call.end_soon()

    def new_call(self, frame: Frame, address: tuple) -> Call:
        number = frame.element(CALLED)
        where, trouble = route(number)
        say("call", number[-4:], where, "from", address[1])
        call = Call(number, Side(address), trouble)
        if isinstance(where, int):
            call.called = Side((HOST, where))
            call.leg = self._socket(call=call)
        else:
            call.caller.note(frame)
            getattr(self, f"play_{where}")(call)
        return call

    # --- What the called side sends ----------------------------------------------

    def from_called(self, call: Call, data: bytes) -> None:
        frame = Frame.read(data)
        if frame:
            call.called.note(frame)
            if frame.says(CONTROL, ANSWER) and not call.answered_at:
                call.answered_at = time.monotonic()
                say("answered", call.number[-4:])
            if frame.says(IAX, REJECT):
                # A modem that is engaged rejects; an exchange would say "busy".
                say("engaged", call.number[-4:])
                frame.word, frame.elements = HANGUP, BUSY
                data = frame.write()
            if frame.says(IAX, HANGUP):
                call.end_soon()
        if not call.is_mute():
            self.main.sendto(data, call.caller.address)

    # --- Lines that lead nowhere -------------------------------------------------

    def tell(self, call: Call, kind: int, word: int, elements: bytes = b"") -> None:
        """A frame of ours to the caller."""
        side, number = call.caller, call.told
        call.told += 1
        frame = Frame(1, side.call, 1 + number, number, 1, kind, word, elements)
        self.main.sendto(frame.write(), side.address)

    def play(self, call: Call, frame: Frame) -> None:
        """Keep a leg alive which ends here."""
        answers = {PING: PONG, LAGRQ: LAGRP, HANGUP: ACK}
        if frame.kind == IAX and frame.word in answers and not call.is_dead:
            reply = Frame(1, frame.source, frame.stamp, frame.received,
                          (frame.sent + 1) & 255, IAX, answers[frame.word])  # fmt: skip
            self.main.sendto(reply.write(), call.caller.address)
            if frame.word == HANGUP:
                call.end_soon()

    def play_busy(self, call: Call) -> None:
        self.tell(call, IAX, HANGUP, BUSY)
        call.end_soon()

    def play_reject(self, call: Call) -> None:
        self.tell(call, IAX, REJECT, bytes((CAUSE, 8)) + b"No route")
        call.end_soon()

    def play_ring(self, call: Call) -> None:
        self.tell(call, IAX, ACCEPT, bytes((FORMAT, 4)) + struct.pack("!I", SLINEAR))
        self.tell(call, CONTROL, RINGING)

    def play_silent(self, call: Call) -> None:
        self.play_ring(call)
        self.tell(call, CONTROL, ANSWER)
        call.answered_at = time.monotonic()
        call.silent_frames = 0

    def play_dead(self, call: Call) -> None:
        """Nothing ever comes back."""
        call.is_dead = True

    # --- Time --------------------------------------------------------------------

    def tick(self, key: tuple, call: Call) -> None:
        if call.silent_frames is not None:
            self.keep_silent(call)
        if 0 < call.trouble.cut < call.talked() and not call.cut:
            call.cut = True
            say("cut", call.number[-4:])
            self.hang_up(call)
            call.end_soon()
        if time.monotonic() > call.ends_at:
            del self.calls[key]
            say("over", call.number[-4:])
            if call.leg:
                self.selector.unregister(call.leg)
                call.leg.close()

    def keep_silent(self, call: Call) -> None:
        """A modem's clock is the voice that it hears, so silence has to be sent."""
        while call.silent_frames * TICK < call.talked():
            stamp = round(20 + 1000 * TICK * call.silent_frames)
            if call.silent_frames == 0:
                self.tell(call, VOICE, SLINEAR, SILENCE)
            else:
                mini = struct.pack("!HH", 1, stamp & 0xFFFF) + SILENCE
                self.main.sendto(mini, call.caller.address)
            call.silent_frames += 1

    def hang_up(self, call: Call) -> None:
        """Tell both sides that the other one hung up."""
        one, two = call.caller, call.called
        for end, other, send in ((one, two, self.main), (two, one, call.leg)):
            # A side says in each frame which number it expects next. What it said
            # last may be behind; then the first of these are taken for repeats.
            for number in range(end.received, end.received + 5):
                stamp, number, expected = 0xFFFF, number & 255, end.sent
                frame = Frame(
                    other.call, end.call, stamp, number, expected, IAX, HANGUP
                )
                send.sendto(frame.write(), end.address)


def say(*words) -> None:
    """A line for the log."""
    sys.stdout.write(" ".join([time.strftime("%H:%M:%S"), *map(str, words)]) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    Exchange().serve()
