"""Each hostile file that may come in is refused with its reason, in bounded time and
memory, and the process that receives it goes on."""

import resource
import time
from pathlib import Path

import pytest

from document import ERRORS, DocumentError, Limits, arrive
from unit.document import fax_samples as samples

HOSTILE = samples.hostile.HOSTILE

SECONDS = 3
# Starting the child, and ending it, on a busy machine.
MORE_SECONDS = 6
MEGABYTE = 1024 * 1024
LIMITS = Limits(child_seconds=SECONDS, child_memory=768 * MEGABYTE)
# What the receiving process may need itself: the file, and its copy for the child.
OWN_MEGABYTES = 100
STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def memory(name):
    """This process's memory in bytes: VmRSS is now, VmHWM the most since `reset`."""
    (line,) = (x for x in STATUS.read_text().splitlines() if x.startswith(name))
    return int(line.split()[1]) * 1024


def reset():
    CLEAR.write_text("5")


def test_there_are_many():
    contents = {make() for _codes, make in HOSTILE.values()}
    assert len(contents) == len(HOSTILE) >= 40
    assert {code for codes, _make in HOSTILE.values() for code in _all(codes)} >= {
        "broken", "empty", "encrypted", "heic", "image_bomb", "office", "timeout",
        "too_large", "too_many_pages", "unsupported_type",
    }  # fmt: skip


def _all(codes):
    return (codes,) if isinstance(codes, str) else codes


@pytest.mark.parametrize("name", HOSTILE)
def test_refused(name):
    codes, make = HOSTILE[name]
    content = make()
    reset()
    before, began = memory("VmRSS"), time.monotonic()
    with pytest.raises(DocumentError) as refused:
        arrive(content, LIMITS)
    assert refused.value.code in _all(codes)
    assert refused.value.code in ERRORS
    assert time.monotonic() - began < SECONDS + MORE_SECONDS
    assert memory("VmHWM") - before < OWN_MEGABYTES * MEGABYTE
    # Of the largest child so far, in kilobytes.
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert largest * 1024 <= LIMITS.child_memory


def test_the_next_one_is_shown():
    """After a child that was ended, and one that was refused its memory."""
    for name in ("a pdf that draws 2^40 squares", "a png of 3,600 megadots"):
        with pytest.raises(DocumentError):
            arrive(HOSTILE[name][1](), LIMITS)
    assert arrive(samples.letter(pages=2), LIMITS).pages == 2
