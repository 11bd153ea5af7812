"""Odoo processes that start in a fifth of a second and may be killed.

Starting Odoo takes seconds, most of them for importing it. Here one process imports
Odoo and the addons and opens no database; for each job it forks a child, which opens
a registry and connections of its own, so that nothing but the job dies with it when
it is killed (-9), and another one takes its place at once.

    with Preloaded(modules, log, paths) as odoo:
        job = odoo.start("inside:count_users", database)
        job.result()                # what the function returned
        loop = odoo.start("inside:run_crons", database, pause=0.1)
        loop.kill()                 # -9
        loop.stop()                 # or: ask it to end, and wait until it has

A job's function is called with the registry, a function that tells whether whoever
asked for the job has hung up, and the arguments; it returns plain values.
"""

import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path

import odoo_process
from clone import WORK_DIR

SECONDS = 60  # most that anything here is waited for, unless told otherwise


class JobFailed(Exception):
    """The job's function raised; the text is its traceback."""


class JobDied(Exception):
    """The job's process ended without having said how."""


class Job:
    """A function that runs in a process of its own, with `pid`."""

    def __init__(self, address: str, order: dict):
        self.what = order["function"]
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(SECONDS)
        self._socket.connect(address)
        self._read = self._socket.makefile("r")
        self._socket.sendall(json.dumps(order).encode() + b"\n")
        self._value = None
        self.pid = self._line()["pid"]

    def _line(self) -> dict:
        try:
            line = self._read.readline()
        except ConnectionError:
            line = ""
        if not line:
            raise JobDied(self.what)
        return json.loads(line)

    @property
    def alive(self) -> bool:
        """Whether the process is there and has not yet said how it ended."""
        readable, _writable, _failed = select.select([self._socket], [], [], 0)
        return not readable

    def wait(self, seconds: float = SECONDS) -> bool:
        """Wait for the end of the process, however it comes."""
        return bool(select.select([self._socket], [], [], seconds)[0])

    def result(self, seconds: float = SECONDS):
        """What the function returned; JobFailed, JobDied, TimeoutError."""
        if self._value is None:
            self._socket.settimeout(seconds)
            self._value = self._line()
        if "error" in self._value:
            raise JobFailed(self._value["error"])
        return self._value["value"]

    def kill(self) -> None:
        """End it as a power cut would, if it has not ended."""
        with suppress(ProcessLookupError, ValueError):  # gone, or seen to its end
            if self.alive:
                os.kill(self.pid, signal.SIGKILL)

    def stop(self, seconds: float = SECONDS):
        """Hang up and wait; gives what the function returned."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
        try:
            return self.result(seconds)
        finally:
            self._socket.close()


class Preloaded:
    """The process that has imported Odoo; a context manager.

    :param modules: names of the addons to import; all that a database has installed
    :param log: where all its children log
    :param paths: folders in which the functions of jobs are found
    """

    def __init__(self, modules, log: Path, paths=()):
        self._modules, self.log = sorted(modules), log
        self._paths = [str(path) for path in paths]

    def __enter__(self):
        WORK_DIR.mkdir(exist_ok=True)
        self.log.touch()
        # A short path of its own: the address of a socket has 107 bytes at most.
        self._folder = tempfile.TemporaryDirectory(prefix="odoo")
        self._address = f"{self._folder.name}/socket"
        paths = [*self._paths, str(Path(__file__).parent)]
        self._process = subprocess.Popen(
            [sys.executable, __file__, self._address, str(self.log), *self._modules],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
            cwd=WORK_DIR,
            stdin=subprocess.PIPE,
        )
        until = time.monotonic() + SECONDS
        while not os.path.exists(self._address):
            if self._process.poll() is not None or time.monotonic() > until:
                self.__exit__()
                raise RuntimeError(f"Odoo did not start; see {self.log}")
            time.sleep(0.02)
        return self

    def __exit__(self, *exc_info):
        self._process.stdin.close()  # which is how it knows
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._folder.cleanup()

    def start(self, function: str, database: str, **arguments) -> Job:
        """Run `module:function` in a new process on this database."""
        order = {"function": function, "database": database, "arguments": arguments}
        return Job(self._address, order)

    def run(self, function: str, database: str, **arguments):
        """Run it to its end; gives what it returned."""
        return self.start(function, database, **arguments).stop()


# The other side: the process that has imported Odoo, and its children


def _import_odoo(log: str, modules: list[str]) -> None:
    import odoo.init  # noqa: F401  (before all else of it)
    from odoo.modules.module import load_openerp_module
    from odoo.tools import config

    options = ["--no-http", "--max-cron-threads=0", f"--logfile={log}"]
    config.parse_config(
        ["-c", str(odoo_process.write_config()), *options], setup_logging=True
    )
    for module in modules:
        load_openerp_module(module)


def _refuse_open_connections() -> None:
    """A child must inherit none: two processes on one would garble each other."""
    from odoo import sql_db

    pools = [sql_db._Pool, sql_db._Pool_readonly]
    if any(pool and pool._connections for pool in pools):
        raise RuntimeError("a database is open already")


def _child(connection: socket.socket) -> None:
    """Do one job; the connection is to whoever wants it done."""

    def tell(**values):
        connection.sendall(json.dumps(values).encode() + b"\n")

    def over() -> bool:
        return bool(select.select([connection], [], [], 0)[0])

    order = json.loads(connection.makefile("r").readline())
    tell(pid=os.getpid())
    try:
        from odoo.modules.registry import Registry

        _refuse_open_connections()
        threading.current_thread().dbname = order["database"]  # for the log
        name, function = order["function"].split(":")
        function = getattr(importlib.import_module(name), function)
        registry = Registry(order["database"])
        tell(value=function(registry, over, **order["arguments"]))
    except BaseException:
        tell(error=traceback.format_exc())


def _serve(server: socket.socket) -> None:
    """Fork for each connection, until whoever started this hangs up."""
    children = set()
    while True:
        readable, _writable, _failed = select.select([server, sys.stdin], [], [], 1)
        children = {pid for pid in children if os.waitpid(pid, os.WNOHANG)[0] == 0}
        if sys.stdin in readable:
            break
        if server not in readable:
            continue
        connection, _address = server.accept()
        pid = os.fork()
        if pid == 0:
            server.close()
            with suppress(BrokenPipeError):
                _child(connection)
            os._exit(0)  # past whatever the parent registered for its own end
        connection.close()
        children.add(pid)
    for pid in children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def main(address: str, log: str, *modules: str) -> None:
    _import_odoo(log, list(modules))
    _refuse_open_connections()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{address}.new")
        server.listen(64)
        os.rename(f"{address}.new", address)  # it answers from the first moment on
        _serve(server)


if __name__ == "__main__":
    main(*sys.argv[1:])
