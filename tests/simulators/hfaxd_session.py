"""The protocol of the simulated hfaxd: strict about commands, and where faults show.

Replies are those of 6.0.7, word by word where a client may read them.
"""

import socket
import socketserver
import struct

from .faults import BEFORE_BODY, IN_BODY, NOT_TAKEN, TAKEN
from .hfaxd_jobs import Answer, Jobs, file_fields, job_fields, quoted, written
from .messages import Logged, Reset

ROUTES = {
    "USER": "login", "PASS": "login", "STOT": "store", "JNEW": "new",
    "JPARM": "parameter", "JSUBM": "submit", "LIST": "list", "RETR": "retrieve",
    "JKILL": "cancel", "QUIT": "goodbye",
}  # fmt: skip
SUFFIX = {"PDF": "pdf", "TIFF": "tif"}


class Session(Jobs, socketserver.StreamRequestHandler):
    """One client. `server.simulator` holds the queues."""

    timeout = 60
    disable_nagle_algorithm = True

    def setup(self):
        self.books = self.server.simulator
        if fault := self.books.faults.at_connect():
            if fault.what == "kill_connecting":
                fault.kill(self.client_address)
            reset(self.request)
            raise Reset()
        super().setup()
        self.user = self.logged_in = None
        self.form, self.type = "PS", "A"
        self.formats = {"JOBFMT": "%j", "RCVFMT": "%f"}
        self.data: socket.socket | None = None
        self.start_jobs()
        self.stored: set[str] = set()

    def handle(self):
        try:
            if self.books.before_greeting:
                self.say(self.books.before_greeting)
            self.say(self.books.greeting)
            while line := self.rfile.readline(8192):
                if self.one(line.decode("ascii").rstrip("\r\n")):
                    return
        except (Reset, ConnectionError, TimeoutError):
            reset(self.connection)

    def finish(self):
        self.withdraw()
        with self.books.lock:
            for name in self.stored:
                self.books.stored.pop(name, None)
        try:
            super().finish()
        except OSError:
            return

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    # --- One command -------------------------------------------------------------

    def one(self, line: str) -> bool:
        """Carry out a command; whether it was the last."""
        verb, _space, rest = line.partition(" ")
        route = ROUTES.get(verb, "other")
        self.fault = self.books.fault(route, self.job)
        what = self.what = self.fault.what if self.fault else None
        with self.books.lock:
            shown = "PASS ***" if verb == "PASS" else line
            self.books.commands.append(shown)
            number = self.books.connections
            self.books.requests.append(Logged(route, verb, rest, number, what))
        if what in BEFORE_BODY:
            raise Reset()
        if what in NOT_TAKEN:
            if verb == "JSUBM" and self.job:
                self.job.has_file = True  # until its owner leaves
            self.refuse()
            return False
        if what == "slow":
            self.books.stopping.wait(self.fault.seconds)
        try:
            self.check_login(verb)
            handler = getattr(self, "do_" + verb.lower(), None)
            if handler is None:
                raise Answer(f"500 {verb}: Command not recognized.")
            answer = handler(rest)
        except Answer as refused:
            answer = str(refused)
        self.answer(answer)
        return verb == "QUIT"

    def refuse(self) -> None:
        """The command has arrived, and nothing is done about it."""
        refusals = {
            "too_many_requests": "421 Too many connections.",
            "server_error": "460 Failed: Unable to open scheduler FIFO.",
            "redirect": "500 Command not recognized.",
        }
        if self.what in refusals:
            self.say(refusals[self.what])
            return
        if self.what == "kill_arrived":
            self.fault.kill(self.client_address)
        raise Reset()

    def answer(self, text: str) -> None:
        """Say what was done, or fail to."""
        if self.what == "kill_taken":
            self.fault.kill(self.client_address)
        if self.what in ("kill_taken", "answer_lost"):
            raise Reset()
        data = text.encode() + b"\r\n"
        if self.what == "late":
            self.books.stopping.wait(self.fault.seconds)
        elif self.what == "server_error_after":
            data = b"460 Failed: scheduler NAK'd request\r\n"
        elif self.what == "garbled":
            data = b"\xff\x00HTTP/1.1 200 OK\r\n"
        elif self.what == "cut":
            self.wfile.write(data[: len(data) // 2])
            raise Reset()
        elif self.what == "trickle":
            for index in range(len(data)):
                self.books.stopping.wait(self.fault.seconds / len(data))
                self.wfile.write(data[index : index + 1])
            return
        elif self.what is not None and self.what not in TAKEN + IN_BODY + ("slow",):
            raise ValueError(f"no such fault here: {self.what}")
        self.wfile.write(data)
        if self.what == "kill_answered":
            self.fault.kill(self.client_address)

    def check_login(self, verb: str) -> None:
        if self.logged_in is None and verb not in ("USER", "PASS", "QUIT", "NOOP"):
            raise Answer("530 Please login with USER and PASS.")

    # --- Commands ----------------------------------------------------------------

    def do_user(self, name):
        self.user = name
        password = self.books.users.get(name)
        if password is None:
            raise Answer(f"530 User {name} access denied.")
        if password == "":
            self.logged_in = name
            return f"230 User {name} logged in."
        return f"331 Password required for {name}."

    def do_pass(self, password):
        if self.logged_in:
            raise Answer(f"503 Already logged in as USER {self.logged_in}.")
        if self.user is None:
            raise Answer("503 Login with USER first.")
        if password.startswith("-"):
            password = password[1:]
        if not password or self.books.users.get(self.user) != password:
            raise Answer("530 Login incorrect.")
        self.logged_in = self.user
        return f"230 User {self.user} logged in."

    def do_noop(self, rest):
        return "200 NOOP command successful."

    def do_quit(self, rest):
        return "221 Goodbye."

    def do_tzone(self, zone):
        if zone != "GMT":
            raise Answer(f"503 Unknown timezone specification {zone}.")
        return "200 Using time values in GMT."

    def do_type(self, name):
        if name not in ("A", "I"):
            raise Answer(f"504 Type {name} not supported.")
        self.type = name
        return "200 Type set to Image."

    def do_mode(self, name):
        if name != "S":
            raise Answer(f"504 Mode {name} not supported.")
        return "200 Mode set to Stream."

    def do_form(self, name):
        if name not in SUFFIX:
            raise Answer(f"504 Unknown format {name}.")
        self.form = name
        return f"200 Format set to {name}."

    # --- Files -------------------------------------------------------------------

    def do_pasv(self, rest):
        self.data = self.data or socket.create_server(("127.0.0.1", 0), backlog=1)
        high, low = divmod(self.data.getsockname()[1], 256)
        # Another network's address: clients had better not believe it.
        return f"227 Entering passive mode (10,255,255,1,{high},{low})"

    def accept(self) -> socket.socket:
        if self.data is None:
            raise Answer("425 Cannot create data socket.")
        self.data.settimeout(10)
        sock, _address = self.data.accept()
        self.data.close()
        self.data = None
        sock.settimeout(10)
        return sock

    def do_stot(self, rest):
        if self.type != "I":
            raise Answer("550 TYPE ASCII, MODE Stream would spoil it.")
        with self.books.lock:
            name = f"/tmp/doc{len(self.books.commands)}.{SUFFIX[self.form]}"
        with self.accept() as sock:
            self.say(f"150 FILE: {name} (Opening new data connection).")
            content = b""
            while part := sock.recv(1024):
                content += part
                if self.what == "reset_in_body":
                    reset(sock)
                    raise Reset()
                if self.what == "slow_upload":
                    self.books.stopping.wait(self.fault.seconds / 20)
        with self.books.lock:
            self.books.stored[name] = content
            self.stored.add(name)
        return f"226 Transfer complete (FILE: {name})."

    def do_size(self, name):
        content = self.books.stored.get(name)
        if content is None:
            raise Answer(f"550 {name}: not a plain file.")
        return f"213 {len(content)}"

    def do_retr(self, path):
        found = self.books.files.get(path.removeprefix("recvq/"))
        if not path.startswith("recvq/") or found is None:
            raise Answer(f"550 {path}: No such file or directory.")
        return self.send(found.content, path)

    def do_jobfmt(self, text):
        self.formats["JOBFMT"] = quoted(text)
        return "200 JOBFMT command successful."

    def do_rcvfmt(self, text):
        self.formats["RCVFMT"] = quoted(text)
        return "200 RCVFMT command successful."

    def do_list(self, folder):
        now = self.books.clock()
        if folder in ("sendq", "doneq"):
            # Before it is handed over a job has no file that others could read.
            rows = [
                written(self.formats["JOBFMT"], job_fields(job, now))
                for job in self.books.queue(folder)
                if job.has_file
            ]
        elif folder == "recvq":
            rows = [
                written(self.formats["RCVFMT"], file_fields(each))
                for each in self.books.recvq()
            ]
        else:
            raise Answer(f"550 {folder}: No such file or directory.")
        return self.send("".join(f"{row}\r\n" for row in rows).encode(), folder)

    def send(self, content: bytes, name: str) -> str:
        with self.accept() as sock:
            self.say(f'150 Opening new data connection for "{name}".')
            if self.what == "reset_in_body":
                sock.sendall(content[: len(content) // 2])
                raise Reset()
            if self.what == "slow_upload":
                for index in range(len(content)):
                    self.books.stopping.wait(self.fault.seconds / len(content))
                    sock.sendall(content[index : index + 1])
            else:
                sock.sendall(content)
        return "226 Transfer complete."


def reset(sock: socket.socket) -> None:
    """Close with a reset: the other side gets an error, not an end."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
    except OSError:
        return
