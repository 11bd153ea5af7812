"""The HTTP server under a simulator: where faults show their effect."""

import socket
import socketserver
import ssl
import struct
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit

from .faults import BEFORE_BODY, IN_BODY, NOT_TAKEN, TAKEN, Fault
from .messages import Logged, Refused, Reply, Request, Reset

LONGEST_BODY = 64 << 20


class Server(socketserver.ThreadingTCPServer):
    """Listens for a `Simulator`; each connection has a thread of its own."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, address, simulator, tls):
        super().__init__(address, _Handler)
        self.simulator = simulator
        self.tls = tls
        self.open: dict[socket.socket, int] = {}  # with their numbers

    def process_request(self, request, client_address):
        with self.simulator.lock:
            self.simulator.connections += 1
            self.open[request] = self.simulator.connections
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        with self.simulator.lock:
            self.open.pop(request, None)
        super().shutdown_request(request)

    def number(self, request) -> int:
        with self.simulator.lock:
            return self.open.get(request, 0)

    def drop_all(self):
        with self.simulator.lock:
            for each in self.open:
                try:
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue
            self.open.clear()

    def handle_error(self, request, client_address):
        """Callers that break off, or are killed, are what this is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    server: Server

    def setup(self):
        simulator = self.server.simulator
        self.number = self.server.number(self.request)
        if fault := simulator.faults.at_connect():
            if fault.what == "kill_connecting":
                fault.kill(self.client_address)
            _reset(self.request)
            raise Reset()
        if self.server.tls:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self):
        super().finish()
        if self.server.tls:
            self.connection.close()  # the server knows only what is under it

    def log_message(self, *args):
        """Tests look at the log of the simulator instead."""

    def _any(self):
        simulator = self.server.simulator
        parts = urlsplit(self.path)
        found, arguments, status = simulator.find_route(self.command, parts.path)
        name = simulator.called(found, self.rfile.peek)
        fault = simulator.faults.for_route(name)
        what = fault.what if fault else None
        with simulator.lock:
            simulator.requests.append(
                Logged(name, self.command, parts.path, self.number, what)
            )
        try:
            body = self._read_body(fault)
            if what in NOT_TAKEN:
                self._refuse(fault)
                return
            request = Request(
                method=self.command,
                path=parts.path,
                query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                headers=self.headers,
                body=body,
            )
            if what == "slow":
                simulator.stopping.wait(fault.seconds)
            reply = simulator.handle(request, found, arguments, status)
            self._reply(reply, fault if what in TAKEN else None)
        except (Reset, ConnectionError, TimeoutError, ssl.SSLError):
            self._reset()

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _any

    def _read_body(self, fault: Fault | None) -> bytes:
        what = fault.what if fault else None
        if what in BEFORE_BODY:
            raise Reset()
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdigit():
            raise Reset()  # no provider here is known to take it
        length = min(int(length), LONGEST_BODY)
        if what not in IN_BODY:
            return self.rfile.read(length)
        if what == "reset_in_body":
            self.rfile.read(length // 2)
            raise Reset()
        parts, chunks = 20, []
        for _part in range(parts):
            self.server.simulator.stopping.wait(fault.seconds / parts)
            chunks.append(self.rfile.read(length // parts))
        return b"".join([*chunks, self.rfile.read(length % parts)])

    def _refuse(self, fault: Fault) -> None:
        """The request has arrived, and nothing is done with it."""
        simulator = self.server.simulator
        if fault.what == "too_many_requests":
            headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
            refused = Refused(429, "Too many requests", **headers)
            self._write(simulator.refusal(refused))
        elif fault.what == "server_error":
            self._write(simulator.refusal(Refused(500, "Internal server error")))
        elif fault.what == "redirect":
            self._write(Reply(307, b"", {"Location": simulator.url + self.path}))
        else:
            if fault.what == "kill_arrived":
                fault.kill(self.client_address)
            raise Reset()

    def _reply(self, reply: Reply, fault: Fault | None) -> None:
        """Answer what was done, or fail to."""
        simulator = self.server.simulator
        what = fault.what if fault else None
        if what == "kill_taken":
            fault.kill(self.client_address)
        if what in ("kill_taken", "answer_lost"):
            raise Reset()
        if what == "late":
            simulator.stopping.wait(fault.seconds)
        elif what == "server_error_after":
            reply = simulator.refusal(Refused(500, "Internal server error"))
        elif what == "garbled":
            reply = Reply(reply.status, b'<html>{"mess\xff\x00', reply.headers)
        self._write(reply, cut=what == "cut", over=_over(fault))
        if what == "kill_answered":
            fault.kill(self.client_address)

    def _write(self, reply: Reply, cut: bool = False, over: float = 0.0) -> None:
        headers = {
            "Date": self.date_time_string(),
            "Content-Length": str(len(reply.body)),
        } | reply.headers
        if reply.status == 204:
            headers.pop("Content-Length")
        lines = [f"HTTP/1.1 {reply.status} {self.responses.get(reply.status, '?')[0]}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        data = "\r\n".join([*lines, "", ""]).encode() + reply.body
        if over:
            for index in range(len(data)):
                self.server.simulator.stopping.wait(over / len(data))
                self.wfile.write(data[index : index + 1])
        elif cut:
            self.wfile.write(data[: len(data) - len(reply.body) // 2 - 1])
            raise Reset()
        else:
            self.wfile.write(data)

    def _reset(self):
        self.close_connection = True
        for each in (self.rfile, self.wfile):
            try:
                each.close()
            except (OSError, ValueError):
                continue
        _reset(self.connection)


def _over(fault: Fault | None) -> float:
    return fault.seconds if fault and fault.what == "trickle" else 0.0


def _reset(sock: socket.socket) -> None:
    """Close with a reset: the other side gets an error, not an end."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
    except OSError:
        return
