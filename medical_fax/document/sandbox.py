"""The parent's side of the child process."""

import io
import math
import os
import selectors
import signal
import subprocess
import sys
import threading
import time

from . import codec
from .errors import ERRORS, DocumentError

CHILD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "child.py")
PIECE = 1 << 18
# Each child may take as much memory as its limit: threads wait for one another.
_PLACES = threading.BoundedSemaphore(4)
# Only what a dynamic loader may need: no database password, no key, no HOME.
KEPT_ENVIRONMENT = ("LD_LIBRARY_PATH", "SYSTEMROOT", "TZ")


class ChildBug(RuntimeError):
    """The child failed by our own mistake; its text holds places, never content."""


def call(operation, limits, /, **arguments):
    """Run an operation of `worker` in a new child process and return its result.

    Raises DocumentError with the source and page that the child worked on last.
    """
    request = codec.pack({"call": operation, "arguments": arguments})
    with _PLACES:
        reply, stopped, returncode = _run(request, limits)
    return _result(reply, stopped, returncode)


def _run(request, limits):
    child = subprocess.Popen(
        _command(limits),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        close_fds=True,
    )
    try:
        reply, stopped = _converse(child, request, limits)
    finally:
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()
    return reply, stopped, child.returncode


def _command(limits):
    path = os.pathsep.join(os.path.abspath(p) for p in sys.path if p)
    seconds = str(math.ceil(limits.child_seconds))
    return [sys.executable, "-I", CHILD, str(limits.child_memory), seconds, path]


def _environment():
    kept = {k: os.environ[k] for k in KEPT_ENVIRONMENT if k in os.environ}
    return {**kept, "LANG": "C.UTF-8", "OMP_THREAD_LIMIT": "1"}


def _converse(child, request, limits):
    """Write the request and read all replies; returns (bytes, why it was stopped)."""
    deadline = time.monotonic() + limits.child_seconds
    reply, sent, view = io.BytesIO(), 0, memoryview(request)
    os.set_blocking(child.stdin.fileno(), False)
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdin, selectors.EVENT_WRITE)
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return reply, "timeout"
            for key, _events in selector.select(left):
                if key.fileobj is child.stdin:
                    sent += _write(child, view[sent : sent + PIECE])
                    if sent >= len(request):
                        selector.unregister(child.stdin)
                        child.stdin.close()
                    continue
                piece = os.read(child.stdout.fileno(), PIECE)
                if not piece:
                    child.wait(timeout=max(0.1, left))
                    return reply, None
                reply.write(piece)
                if reply.tell() > limits.max_reply_bytes:
                    return reply, "too_large"


def _write(child, piece):
    try:
        return os.write(child.stdin.fileno(), piece)
    except BlockingIOError:
        return 0
    except BrokenPipeError:
        # It ended before it read all: its last words tell why.
        return len(piece)


def _result(reply, stopped, returncode):
    reply.seek(0)
    source = page = None
    while not stopped:
        try:
            frame = codec.read(reply)
        except codec.CodecError:
            break
        if "at" in frame:
            source, page = frame["at"]
        elif "result" in frame:
            return frame["result"]
        elif "error" in frame:
            raise _told_error(*frame["error"])
        else:
            raise ChildBug(str(frame["bug"]))
    if stopped:
        source, page = _last_step(reply)
    raise DocumentError(stopped or _reason(returncode), source=source, page=page)


def _last_step(reply):
    source = page = None
    while True:
        try:
            frame = codec.read(reply)
        except codec.CodecError:
            return source, page
        source, page = frame.get("at", (source, page))


def _told_error(code, message, source, page, detail):
    code = code if code in ERRORS else "crashed"
    return DocumentError(code, message, source, page, detail)


def _reason(returncode):
    """Why a child that said nothing has ended."""
    if returncode in (-signal.SIGXCPU, -signal.SIGALRM):
        return "timeout"
    return "crashed"
