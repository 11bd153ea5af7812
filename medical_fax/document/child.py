"""The child process that opens foreign files: limited, without secrets, expendable.

Started as `python -I child.py MEMORY SECONDS`. Imports nothing of ours before its
limits stand. Reads one frame from the standard input (see codec.py) and answers with
frames: {"at": [source, page]} before each step, then {"result": ...},
{"error": [code, message, source, page, detail]} or {"bug": kind and places}.
"""

import importlib.util
import os
import resource
import signal
import sys


def limit(memory, seconds):
    """Let the kernel end this process where a file makes it too large or too slow."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for what, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (value, value))
    # Should the parent die, nobody else would end a child that waits.
    signal.alarm(seconds + 5)


def private_output():
    """The pipe to the parent, out of reach of libraries that print."""
    pipe = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "wb") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    return pipe


def load_package():
    """Our package under a name of its own, whatever it is called in the parent."""
    folder = os.path.dirname(os.path.abspath(__file__))
    spec = importlib.util.spec_from_file_location(
        "fax_document",
        os.path.join(folder, "__init__.py"),
        submodule_search_locations=[folder],
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules["fax_document"] = package
    spec.loader.exec_module(package)
    return package


def main():
    memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    limit(memory, seconds)
    # -I ignores PYTHONPATH: the parent tells where it finds its own libraries.
    sys.path.extend(p for p in sys.argv[3].split(os.pathsep) if p not in sys.path)
    pipe = private_output()
    load_package()
    codec = importlib.import_module("fax_document.codec")
    answer(codec, pipe)


def answer(codec, pipe):
    errors = importlib.import_module("fax_document.errors")
    trace = importlib.import_module("fax_document.trace")
    worker = importlib.import_module("fax_document.worker")

    def send(value):
        pipe.write(codec.pack(value))
        pipe.flush()

    trace.set_sink(lambda source, page: send({"at": [source, page]}))
    request = codec.read(sys.stdin.buffer)
    try:
        result = worker.OPERATIONS[request["call"]](**request["arguments"])
        send({"result": result})
    except errors.DocumentError as error:
        told = [error.code, error.message, error.source, error.page, error.detail]
        send({"error": told})
    except MemoryError:
        send({"error": ["too_much_memory", None, None, None, None]})
    except Exception as error:
        # A mistake of ours: where it happened, without texts that may quote the file.
        send({"bug": trace.where(error)})


if __name__ == "__main__":
    main()
