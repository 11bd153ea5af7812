"""Where the work stands, so that whatever goes wrong names the page at fault.

In the child process `sink` writes each step to the parent before it is taken: a
renderer that is killed cannot say any more what it was doing.
"""

import contextlib
import os
import traceback

from .errors import DocumentError

_here = {"source": None, "page": None, "sink": None}


def set_sink(sink):
    """Call `sink(source, page)` at each step from now on."""
    _here["sink"] = sink


def at(source, page=None):
    """The next step works on `page` (1-based) of `source`."""
    if (source, page) == (_here["source"], _here["page"]):
        return
    _here["source"], _here["page"] = source, page
    if _here["sink"]:
        _here["sink"](source, page)


@contextlib.contextmanager
def foreign(source, page=None):
    """Turn whatever a foreign file provokes into a DocumentError about it."""
    at(source, page)
    try:
        yield
    except DocumentError as error:
        if error.source is None:
            error.source, error.page = _here["source"], _here["page"]
        raise
    except MemoryError:
        raise _failure("too_much_memory") from None
    except Exception as error:
        # Broad on purpose: a hostile file can make the libraries raise anything, and
        # their texts may quote it, so that only kind and place of the failure leave.
        raise _failure(_code_of(error), detail=where(error)) from None
    finally:
        at(None)


def _failure(code, detail=None):
    return DocumentError(code, None, _here["source"], _here["page"], detail)


def where(error):
    """Kind and places of an exception, without its text."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{os.path.basename(f.filename)}:{f.lineno}" for f in frames]
    return " ".join([type(error).__name__, *places[-6:]])


def _code_of(error):
    name = type(error).__name__
    if "DecompressionBomb" in name:
        return "image_bomb"
    text = str(error).lower()
    if name == "FzErrorSystem" and ("malloc" in text or "alloc" in text):
        return "too_much_memory"
    return "broken"
