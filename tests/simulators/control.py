"""A simulator of another process: its command line, and how to steer it.

    python -m simulators.documo --set page_seconds=0.05

prints one line of JSON, {"url", "control", "pid", "certificate"}, and runs until it
is terminated. With `--tls FOLDER` it speaks TLS with a certificate made there, which
nobody trusts who is not told to.

The control address takes and gives JSON:

    GET    /state          what it took and was asked, see `Simulator.state`
    POST   /faults         a list of faults, as keyword arguments of `Fault`
    DELETE /faults         forget those that did not happen yet
    POST   /listening      {"on": false} refuses connections until {"on": true}
    POST   /settings       {"name": value}: public attributes of the simulator
    POST   /reset          forget everything
    POST   /call/NAME      keyword arguments of a method the simulator lists in
                           `remote_methods`; gives back what it returns

`Remote` does these from Python, and `start` starts the process too.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from .base import Simulator
from .faults import Fault
from .tls import server_context

_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ControlServer(ThreadingHTTPServer):
    """Steers a simulator of this process over a port of its own."""

    daemon_threads = True

    def __init__(self, simulator: Simulator, port: int = 0):
        super().__init__(("127.0.0.1", port), _Handler)
        self.simulator = simulator

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def do(self, method: str, path: str, content: Any) -> Any:
        """Carry out one call; LookupError where there is none such."""
        simulator = self.simulator
        if path.startswith("/call/") and method == "POST":
            name = path.removeprefix("/call/")
            if name not in simulator.remote_methods:
                raise LookupError(name)
            return getattr(simulator, name)(**(content or {}))
        actions = {
            ("GET", "/state"): simulator.state,
            ("POST", "/faults"): lambda: simulator.faults.add(
                *(Fault(**each) for each in content)
            ),
            ("DELETE", "/faults"): simulator.faults.clear,
            ("POST", "/listening"): lambda: simulator.listen(content["on"]),
            ("POST", "/settings"): lambda: configure(simulator, content),
            ("POST", "/reset"): simulator.reset,
        }
        return actions[method, path]()


def configure(simulator: Simulator, values: dict[str, Any]) -> None:
    """Set public attributes that the simulator has; LookupError for others."""
    for name in values:
        if name.startswith("_") or name not in vars(simulator):
            raise LookupError(name)
    for name, value in values.items():
        setattr(simulator, name, value)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ControlServer

    def log_message(self, *args):
        """Nobody reads it."""

    def _any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            content = json.loads(body) if body else None
            status, said = 200, self.server.do(self.command, self.path, content)
        except LookupError as error:
            status, said = 404, {"error": f"no such thing: {error}"}
        except (TypeError, ValueError) as error:
            status, said = 400, {"error": str(error)}
        data = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_DELETE = _any


class Remote:
    """A simulator of another process, seen through its control address."""

    def __init__(
        self,
        url: str,
        control: str,
        pid: int | None = None,
        certificate: str | None = None,
    ):
        self.url, self.control = url, control
        self.pid, self.certificate = pid, certificate

    def state(self) -> dict[str, Any]:
        return self._ask("GET", "/state")

    def add(self, *faults: Fault) -> None:
        self._ask("POST", "/faults", [vars(fault) for fault in faults])

    def clear_faults(self) -> None:
        self._ask("DELETE", "/faults")

    def listen(self, on: bool) -> None:
        self._ask("POST", "/listening", {"on": on})

    def configure(self, **values) -> None:
        self._ask("POST", "/settings", values)

    def reset(self) -> None:
        self._ask("POST", "/reset")

    def call(self, name: str, **arguments) -> Any:
        return self._ask("POST", f"/call/{name}", arguments)

    def _ask(self, method: str, path: str, content: Any = None) -> Any:
        body = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(self.control + path, body, method=method)
        try:
            with _opener.open(request, timeout=30) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                raise ValueError(json.load(error)["error"]) from None


@contextmanager
def start(module: str, *, tls: Path | None = None, **settings):
    """Run `python -m simulators.MODULE` for as long as the block takes."""
    arguments = [
        f"--set={name}={json.dumps(value)}" for name, value in settings.items()
    ]
    arguments += [f"--tls={tls}"] if tls else []
    folder = str(Path(__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-m", f"simulators.{module}", *arguments],
        env=os.environ | {"PYTHONPATH": folder},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the simulator {module} did not start")
        yield Remote(**json.loads(line))
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def main(simulator_class: type[Simulator]) -> None:
    """The command line of a simulator."""
    parser = argparse.ArgumentParser(description=simulator_class.__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--control", type=int, default=0)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=JSON")
    parser.add_argument("--tls", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    tls, certificate = server_context(options.tls) if options.tls else (None, None)
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *args: over.set())
    signal.signal(signal.SIGINT, lambda *args: over.set())
    with simulator_class(port=options.port, tls=tls) as simulator:
        pairs = (each.split("=", 1) for each in options.set)
        configure(simulator, {name: json.loads(value) for name, value in pairs})
        with ControlServer(simulator, options.control) as control:
            threading.Thread(target=control.serve_forever, daemon=True).start()
            told = {
                "url": simulator.url,
                "control": control.url,
                "pid": os.getpid(),
                "certificate": certificate,
            }
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()
            over.wait()
