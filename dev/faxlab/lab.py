"""Run the lab's processes, and end them: `lab.py serve|down|kill|hook FOLDER ...`.

    serve FOLDER PAIRS   build two fax machines in FOLDER and run them until ended
    down FOLDER LOGS     end everything that was ever started for FOLDER, remove it,
                         and leave its logs in the folder LOGS
    kill FOLDER NAME     kill -9 one process, for instance modem1
    hook FOLDER MACHINE URL LOGIN PASSWORD
                         let a machine's notify hook tell that address

Every process carries the folder in its environment (`FAXLAB`), and so do those it
starts in turn. `down` looks for that, so it finds them whatever was interrupted.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import machines
from stations import (
    EXCHANGE_PORT,
    FIRST_MODEM_PORT,
    HOST,
    SERVERS,
    modem_device,
    modem_port,
)

HERE = Path(__file__).resolve().parent
MARK = "FAXLAB"
READY_WITHIN = 60.0  # seconds
NUDGE_EVERY = 2.0
PAUSE = 2.0  # before a process that ended is started again
# A modem that was killed stays away: at once there again, it would hang the call up.
MODEM_PAUSE = 90.0


class Lab:
    """The processes of one folder, each started again when it ends."""

    def __init__(self, folder: Path, pairs: int):
        self.folder = folder
        self.stations = range(2 * pairs)
        self.commands: dict[str, list[str]] = {}
        self.running: dict[str, subprocess.Popen] = {}
        self.again_at: dict[str, float] = {}
        self.nudge_at = 0.0

    def build(self) -> None:
        (self.folder / "log").mkdir()
        self.commands["exchange"] = [sys.executable, str(HERE / "exchange.py")]
        for station in self.stations:
            # iaxmodem looks for its settings in /etc/iaxmodem; it takes a way out.
            settings = f"../..{self.folder}/{modem_device(station)}"
            self.commands[f"modem{station}"] = ["iaxmodem", settings]
        for side, (name, port) in enumerate(SERVERS.items()):
            own = list(self.stations[side::2])
            spool = machines.build(self.folder, name, own)
            self.commands[f"faxq-{name}"] = ["faxq", "-D", "-q", str(spool)]
            self.commands[f"hfaxd-{name}"] = [
                "hfaxd", "-d", "-q", str(spool), "-l", HOST, "-i", str(port),
            ]  # fmt: skip
            for station in own:
                getty = ["faxgetty", "-q", str(spool), modem_device(station)]
                self.commands[f"getty{station}"] = getty

    def serve(self) -> None:
        """Start all, in order, and keep them running."""
        for name in self.commands:
            self.start(name)
            if name.startswith("modem"):
                self.wait_for(Path("/dev", modem_device(int(name[5:]))).exists)
            elif name.startswith("faxq"):
                # Told of a modem too early, it would never learn of it.
                fifo = self.folder / name[5:] / "FIFO"
                self.wait_for(lambda fifo=fifo: write_fifo(fifo))
        self.wait_for(self.is_ready)
        (self.folder / "ready").write_text(str(os.getpid()))
        while True:
            time.sleep(0.2)
            self.revive()
            self.nudge()

    def end(self) -> None:
        """Ask all to end, and wait: nobody else would take note of their end."""
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(2.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, name: str) -> None:
        log = (self.folder / "log" / name).open("ab")
        self.running[name] = subprocess.Popen(
            self.commands[name],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=os.environ | {MARK: str(self.folder)},
        )
        log.close()
        pids = {name: process.pid for name, process in self.running.items()}
        whole = self.folder / "pids.new"
        whole.write_text(json.dumps(pids))
        whole.rename(self.folder / "pids")

    def revive(self) -> None:
        now = time.monotonic()
        for name, process in self.running.items():
            if process.poll() is None:
                continue
            pause = MODEM_PAUSE if name.startswith("modem") else PAUSE
            if now >= self.again_at.setdefault(name, now + pause):
                del self.again_at[name]
                self.start(name)
                return  # the dictionary has changed

    def nudge(self) -> None:
        """Remind a scheduler of jobs that are ready.

        faxq (6.0.7) runs at most once a second, and forgets what comes in during a
        second in which a delayed run has just taken place, until the next thing
        happens on it. In a lab nothing else may happen.
        """
        if time.monotonic() < self.nudge_at:
            return
        self.nudge_at = time.monotonic() + NUDGE_EVERY
        for name in SERVERS:
            for path in (self.folder / name / "sendq").glob("q*"):
                if is_overlooked(path):
                    # Submitting a job that it has does nothing but wake it.
                    message = f"S{path.name[1:]}\0".encode()
                    write_fifo(self.folder / name / "FIFO", message)

    def wait_for(self, is_there) -> None:
        until = time.monotonic() + READY_WITHIN
        while not is_there():
            if time.monotonic() > until:
                raise SystemExit("the lab did not become ready; see its log folder")
            time.sleep(0.1)
            self.revive()

    def is_ready(self) -> bool:
        """Whether each modem waits for calls and each server answers."""
        for name, port in SERVERS.items():
            status = self.folder / name / "status"
            waiting = [
                path for path in status.iterdir() if "idle" in path.read_text("latin-1")
            ]
            if len(waiting) < len(self.stations) // 2 or not answers(port):
                return False
        return True


def write_fifo(fifo: Path, message: bytes = b"") -> bool:
    """Write to a FIFO. False: nobody reads it."""
    try:
        target = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        os.write(target, message)
    finally:
        os.close(target)
    return True


def is_overlooked(path: Path) -> bool:
    """Whether a job's file says for some seconds that it is ready (state 5)."""
    try:
        return (
            time.time() - path.stat().st_mtime > NUDGE_EVERY
            and "\nstate:5\n" in path.read_text("latin-1")
        )
    except OSError:
        return False  # it has just ended


def answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), 2) as sock:
            return sock.recv(3) == b"220"
    except OSError:
        return False


def check_ports(pairs: int) -> None:
    """A modem whose port is taken would silently take another one."""
    wanted = {EXCHANGE_PORT, *map(modem_port, range(2 * pairs))}
    for port in wanted:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            try:
                sock.bind((HOST, port))
            except OSError:
                raise SystemExit(f"UDP port {port} is taken: another lab?") from None
    taken = [port for port in SERVERS.values() if answers(port)]
    if taken:
        raise SystemExit(f"TCP port {taken[0]} is taken: another lab?")


def processes(folder: Path) -> list[int]:
    """Those that carry the folder's mark, but for this one."""
    wanted = f"{MARK}={folder}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            marks = path.read_bytes().split(b"\0")
        except OSError:
            continue
        pid = int(path.parent.name)
        if wanted in marks and pid != os.getpid():
            found.append(pid)
    return found


def down(folder: Path, logs: Path) -> None:
    """End all of them: first asked, then not; and leave nothing behind."""
    for sign, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 2.0)):
        until = time.monotonic() + patience
        while pids := processes(folder):
            for pid in pids:
                try:
                    os.kill(pid, sign)
                except ProcessLookupError:
                    continue
            if time.monotonic() > until:
                break
            time.sleep(0.2)
    if left := processes(folder):
        raise SystemExit(f"still running: {left}")
    keep_logs(folder, logs)
    # What modems and fax programs that were killed leave outside.
    for station in range(100):
        for each in ("/dev/{}", "/var/lock/LCK..{}"):
            Path(each.format(modem_device(station))).unlink(missing_ok=True)
    for path in Path("/var/lock").glob("TM.fax*"):  # half-made locks, with a pid
        pid = path.read_text().strip()
        if not (pid.isdigit() and Path("/proc", pid).exists()):
            path.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def keep_logs(folder: Path, kept: Path) -> None:
    """The programs' output, and in the files c* what was said in each call."""
    shutil.rmtree(kept, ignore_errors=True)
    for path in (folder / "log", *(folder / name / "log" for name in SERVERS)):
        if path.is_dir():
            shutil.copytree(path, kept / path.relative_to(folder))


def kill(folder: Path, name: str) -> None:
    os.kill(json.loads((folder / "pids").read_text())[name], signal.SIGKILL)


def main(what: str, path: str, *more: str) -> None:
    folder = Path(path).resolve()
    if what == "serve":
        pairs = int(more[0])
        if modem_port(2 * pairs) > FIRST_MODEM_PORT + 40:
            raise SystemExit("at most 20 pairs")
        check_ports(pairs)
        lab = Lab(folder, pairs)
        signal.signal(signal.SIGTERM, lambda *args: sys.exit())
        try:
            lab.build()
            lab.serve()
        finally:
            lab.end()
    elif what == "down":
        down(folder, Path(more[0]).resolve())
    elif what == "kill":
        kill(folder, *more)
    elif what == "hook":
        machines.tell(folder / more[0], *more[1:])
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
