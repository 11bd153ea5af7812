"""The lab's numbering: who sits where, and which numbers stage which trouble.

Known to the exchange, to whoever builds the lab, and to the tests. Numbers are
written as we dial them; the exchange looks at the last four digits.

    01NN  station NN: pair P has the office's modem 2P and the far one 2P+1
    02..  nobody: what `STAGED` says
    3SNN  station NN, and what `LINES` says of S happens to the call
"""

from dataclasses import dataclass

AREA = "+1514555"
HOST = "127.0.0.1"
# Below the ports that a system hands out to whoever asks for any.
EXCHANGE_PORT = 24600
FIRST_MODEM_PORT = 24610
SERVERS = {"office": 24659, "far": 24660}  # HylaFAX's own is 4559
USER, PASSWORD = "clinic", "sesame"
# A group of the office's modems, as HylaFAX has them: a job may name it for "one of
# these". The other modems are for jobs that name them.
POOL, POOL_SIZE = "pool", 6

STAGED = {
    "0201": "busy",
    "0202": "ring",  # nobody answers
    "0203": "silent",  # somebody answers, and says nothing
    "0204": "dead",  # nothing ever comes back
    "0205": "reject",  # no such number, or no line at all
}


@dataclass(frozen=True)
class Trouble:
    """What happens to a line: after so many seconds of talking both sides are hung
    up (`cut`), or nothing is heard any more (`mute`)."""

    cut: float = 0.0
    mute: float = 0.0


# The tests' second page is on its way from 16 to 30 seconds after the answer.
CUT_AFTER = 22.0
# The first page of any of them.
CRASH_AFTER = 12.0
LINES = {"1": Trouble(cut=CUT_AFTER), "2": Trouble(mute=CUT_AFTER)}


def modem_port(station: int) -> int:
    return FIRST_MODEM_PORT + station


def modem_device(station: int) -> str:
    return f"ttyFaxlab{station}"


def station_at(port: int) -> int:
    return port - FIRST_MODEM_PORT


def pool_pattern() -> str:
    """A regular expression of the pool's devices."""
    return "|".join(f"{modem_device(2 * pair)}$" for pair in range(POOL_SIZE))


def number(station: int) -> str:
    return f"{AREA}01{station:02}"


def staged(what: str) -> str:
    """The number at which `what` happens, a word of `STAGED`."""
    return AREA + next(last for last, each in STAGED.items() if each == what)


def troubled(line: str, station: int) -> str:
    """The number of a station over a line of `LINES`."""
    return f"{AREA}3{line}{station:02}"


def route(dialled: str) -> tuple[str | int, Trouble]:
    """Where a dialled number leads: a modem's port or a word of `STAGED` (reject
    where there is nothing), and what happens to the line."""
    last = dialled[-4:]
    if last in STAGED:
        return STAGED[last], Trouble()
    station = int(last[2:]) if last[2:].isdigit() else 0
    if last.startswith("01"):
        return modem_port(station), Trouble()
    if last.startswith("3") and last[1:2] in LINES:
        return modem_port(station), LINES[last[1]]
    return "reject", Trouble()
