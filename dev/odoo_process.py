"""Odoo as a process of its own, on this clone's addons."""

import os
import re
import subprocess
import sys

from clone import CONFIG, DATA_DIR, REPO, WORK_DIR

# Words that name one of Odoo's commands, before its options; none: the server.
COMMAND_WORDS = {"shell": 1, "i18n": 2, "neutralize": 1}


def write_config():
    """Write Odoo's configuration for this clone; return its path.

    Threads, not worker processes: one process serves pages, websocket and crons,
    which is what a developer's machine and the tests want.
    """
    WORK_DIR.mkdir(exist_ok=True)
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    options = {
        "addons_path": REPO,
        "data_dir": DATA_DIR,
        "workers": 0,
        "max_cron_threads": 1,
        "list_db": False,
        "log_level": "warn",
    }
    lines = [f"{key} = {value}" for key, value in options.items()]
    unfinished = CONFIG.with_suffix(f".{os.getpid()}")
    unfinished.write_text("\n".join(["[options]", *lines]) + "\n")
    unfinished.replace(CONFIG)
    return CONFIG


def command(*arguments):
    """The command line that starts Odoo on this clone's addons."""
    config = ["-c", str(write_config())]
    words = COMMAND_WORDS.get("".join(arguments[:1]), 0)
    name, options = arguments[:words], arguments[words:]
    return [sys.executable, "-m", "odoo", *name, *config, *options]


def install(name, modules, *options):
    """Install modules into a database with Odoo's own command.

    :param options: further options of that command, such as `--with-demo`
    :raises SystemExit: with Odoo's errors, when there were any
    """
    run(
        "-d", name, "-i", ",".join(modules), "--stop-after-init", "--no-http",
        "--max-cron-threads=0", *options,
    )  # fmt: skip


def run(*arguments, script=None):
    """Run Odoo to its end; print its warnings.

    :param script: text for its standard input, as `shell` reads it
    :raises SystemExit: when it failed or logged an error

    Odoo only logs that demo data failed, that a module is missing or that a style
    sheet does not compile, and then succeeds; here each of these fails.
    """
    done = subprocess.run(
        command(*arguments),
        cwd=WORK_DIR,
        text=True,
        input=script or "",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    (WORK_DIR / "odoo_command.log").write_text(done.stdout)
    lines = done.stdout.splitlines()
    errors = re.compile(r" (ERROR|CRITICAL) |Internal Error:")
    first = next((i for i, line in enumerate(lines) if errors.search(line)), None)
    if done.returncode or first is not None:
        print(*lines[first or 0 :][:60], sep="\n", file=sys.stderr)
        raise SystemExit(f"Odoo failed; its whole output: {WORK_DIR}/odoo_command.log")
    for line in lines:
        if " WARNING " in line:
            print(line, file=sys.stderr)
