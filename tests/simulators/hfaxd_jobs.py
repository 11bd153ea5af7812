"""Jobs in the protocol of the simulated hfaxd, and what its lists say of them."""

import re
from datetime import datetime

TEXTS = {
    "FROMUSER", "NOTIFYADDR", "JOBINFO", "DIALSTRING", "EXTERNAL", "MODEM", "TSI",
}  # fmt: skip
WORDS = {"NOTIFY": ("none", "done", "requeue", "done+requeue"),
         "PAGECHOP": ("default", "none", "all", "last")}  # fmt: skip
NUMBERS = {"MAXDIALS", "MAXTRIES", "VRES", "PAGEWIDTH", "PAGELENGTH"}
NEEDED = ("DIALSTRING", "NOTIFYADDR", "FROMUSER", "MODEM")


class Answer(Exception):
    """A command's way to refuse."""


class Jobs:
    """The commands about jobs, of a session."""

    def start_jobs(self):
        self.job = None
        self.blank: set[int] = set()

    def withdraw(self):
        """Jobs that were never handed over go with their owner; what the scheduler
        rejected stays among the finished ones."""
        with self.books.lock:
            for number in self.blank:
                job = self.books.jobs.get(number)
                if job and not job.submitted_at:
                    del self.books.jobs[number]

    def do_jnew(self, rest):
        self.job = self.books.new_job(self.logged_in)
        self.blank.add(self.job.number)
        number = self.job.number
        return f"200 New job created: jobid: {number} groupid: {number}."

    def do_jparm(self, rest):
        name, _space, value = rest.partition(" ")
        if self.job is None:
            raise Answer("504 Cannot set the default job.")
        if not value:
            return f"213 {self.job.values.get(name, '')}"
        if name == "DOCUMENT":
            return self.attach(value)
        shown = value
        if name in TEXTS or name in WORDS:
            value = quoted(value)
            if value not in WORDS.get(name, (value,)):
                raise Answer(f"503 Unknown {name} value {value}.")
        elif name in NUMBERS or name == "LASTTIME":
            if not value.isdigit() or (name == "LASTTIME" and len(value) != 6):
                raise Answer(f"500 'JPARM {rest}': Syntax error, invalid number.")
        else:
            raise Answer(f"500 JPARM {name}: Parameter not recognized.")
        if name == "TSI" and not self.books.allows_tsi:
            raise Answer("500 JPARM TSI: Parameter not recognized.")
        self.job.values[name] = value
        return f"213 {name} set to {shown}."

    def attach(self, name: str) -> str:
        content = self.books.stored.get(name)
        if content is None:
            raise Answer(f"550 {name}: No such file or directory.")
        self.job.document = content
        return f"200 Added document {name} as docq{name[4:]}.{self.job.number}."

    def do_jsubm(self, rest):
        job = self.job
        if job is None:
            raise Answer("504 Cannot submit default job.")
        for name in NEEDED:
            if not job.values.get(name):
                raise Answer(
                    f"504 Cannot submit job {job.number}; null or missing {name}"
                    " parameter."
                )
        if job.submitted_at:
            raise Answer(f"504 Job {job.number} not submitted; use JSUSP first.")
        job.values.setdefault("EXTERNAL", job.values["DIALSTRING"])
        if not self.books.submit(job):
            raise Answer(
                f"460 Failed to submit job {job.number}: Unspecified reason (scheduler"
                " NAK'd request)."
            )
        self.blank.discard(job.number)
        return f"200 Job {job.number} submitted."

    def do_job(self, number):
        self.job = self.found(number, "set")
        return f"200 Current job: jobid: {number} groupid: {number}."

    def do_jkill(self, number):
        job, now = self.found(number, "kill"), self.books.clock()
        if job.owner != self.logged_in:
            raise Answer("504 Cannot kill job: Operation not permitted.")
        if job.is_over(now):
            raise Answer(f"504 Job {number} not killed; already done.")
        job.killed_at = now
        return f"200 Job {number} killed."

    def do_jdele(self, number):
        job = self.found(number, "delete")
        with self.books.lock:
            del self.books.jobs[job.number]
        self.blank.discard(job.number)
        self.job = None
        return f"200 Job {number} deleted; current job: (default)."

    def found(self, number: str, op: str):
        job = self.books.jobs.get(int(number)) if number.isdigit() else None
        if job is None:
            raise Answer(
                f"500 Cannot {op} job {number}; job does not exist"
                " (No such file or directory)."
            )
        return job


def quoted(text: str) -> str:
    found = re.fullmatch(r'"([^"]*)"', text)
    if not found:
        raise Answer(f"500 '{text}': Syntax error, expecting string.")
    return found[1]


def written(layout: str, fields: dict[str, str]) -> str:
    return re.sub("%([A-Za-z])", lambda found: fields[found[1]], layout)


def job_fields(job, now: datetime) -> dict[str, str]:
    return {
        "j": str(job.number),
        "a": job.state(now),
        "p": str(job.pages_sent(now)),
        "y": str(job.pages),
        "J": job.values.get("JOBINFO", ""),
        "s": job.text(now),
    }


def file_fields(file) -> dict[str, str]:
    return {
        "f": file.name,
        "z": "*" if file.coming_in else " ",
        "p": str(file.pages),
        "Z": str(int(file.at.timestamp())),
        "j": file.caller,
        "s": file.calls_itself,
    }
