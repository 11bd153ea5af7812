"""Databases of this clone: templates made once, copies that cost a second.

Two templates, built under a temporary name and renamed when complete, so that an
interruption never leaves a half-made one behind:

* base: Odoo with demo data and the stock modules that the addons depend on. Made
  once for a version of Odoo and of the requirements, shared by all clones.
* prepared: a copy of base with the addons of this clone and their demo data. Made
  again when their sources change.

`make run`, `make test` and the tests that start real servers all begin with
`copy()`; no template is ever opened by a test. PostgreSQL is found by libpq's own
variables (PGHOST, PGPORT, PGUSER, PGPASSWORD).

On the command line: `database.py COMMAND [NAME [TEMPLATE]]` with the commands base,
prepared, demo NAME, copy NAME [TEMPLATE], drop NAME, clean [all] and config.
"""

import ast
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from psycopg2 import sql

REPO = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "medical-fax"
DATA_DIR = CACHE / "data"
WORK_DIR = REPO / ".run"
CONFIG = WORK_DIR / "odoo.conf"
# The demo database asks for these; each stands for all that it depends on.
ADDONS = (
    "medical_fax_chart",
    "medical_fax_billing",
    "medical_fax_sms_number",
)
# The first one is that of the users who come with Odoo.
LANGUAGES = "en_US,fr_FR,es_ES"
BUNDLES = "env['ir.qweb']._pregenerate_assets_bundles(); env.cr.commit()\n"
# Neither changes what is in a database right after installation.
UNHASHED_FOLDERS = {"tests", "static", "readme", "__pycache__"}


# Names


def clone_id():
    """Eight characters that tell this clone's databases from another's."""
    return hashlib.sha256(str(REPO).encode()).hexdigest()[:8]


def addon_folders():
    """Folders of this clone's addons that are far enough to have a manifest."""
    return sorted(path.parent for path in REPO.glob("*/__manifest__.py"))


def demo_addons():
    """Names of the addons to install in the demo database, as far as they exist."""
    present = {folder.name for folder in addon_folders()}
    return [name for name in ADDONS if name in present] or sorted(present)


def stock_modules():
    """Names of Odoo's own modules that the addons depend on, sorted."""
    folders = addon_folders()
    depends = set()
    for folder in folders:
        manifest = ast.literal_eval((folder / "__manifest__.py").read_text())
        depends.update(manifest.get("depends", ()))
    return sorted(depends - {folder.name for folder in folders} | {"web"})


def _digest(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else str(part).encode())
        digest.update(b"\0")
    return digest.hexdigest()[:12]


def base_name():
    """Name of the base template, from all that it is made of."""
    odoo = importlib.util.find_spec("odoo").submodule_search_locations[0]
    needs = (REPO / "dev/requirements-odoo.txt").read_text()
    return "medical_fax_base_" + _digest(odoo, needs, LANGUAGES, *stock_modules())


def _sources():
    for folder in addon_folders():
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(REPO)
            if path.is_file() and not UNHASHED_FOLDERS.intersection(relative.parts):
                yield relative, path.read_bytes()


def _prepared_prefix():
    return f"medical_fax_prepared_{clone_id()}_"


def prepared_name():
    """Name of the prepared template for the sources as they are now."""
    parts = [part for source in _sources() for part in source]
    return _prepared_prefix() + _digest(base_name(), *parts)


# PostgreSQL


@contextmanager
def _maintenance():
    """A cursor outside any transaction, as creating databases needs."""
    connection = psycopg2.connect(dbname="postgres")
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def _names(cursor, prefix=""):
    cursor.execute("SELECT datname FROM pg_database ORDER BY oid")
    return [name for (name,) in cursor.fetchall() if name.startswith(prefix)]


def filestore(name):
    """Folder of a database's attachments."""
    return DATA_DIR / "filestore" / name


def exists(name):
    """Whether a database and the folder of its attachments are both there."""
    with _maintenance() as cursor:
        return name in _names(cursor) and filestore(name).is_dir()


def drop(name):
    """Delete a database, closing its connections, and its attachments."""
    with _maintenance() as cursor:
        cursor.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                sql.Identifier(name)
            )
        )
    shutil.rmtree(filestore(name), ignore_errors=True)


def copy(name, template=None, new_identity=True):
    """Create database `name` as a copy, replacing one of that name.

    :param name: the new database
    :param template: its model; the prepared template when not given, which is made
        first where it is missing or out of date
    :param new_identity: give the copy a uuid and a secret of its own, as Odoo does
        when it duplicates a database; not wanted by tests about naive copies
    :return: name
    """
    template = template or prepared()
    drop(name)
    with _maintenance() as cursor:
        cursor.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    # Hard links: Odoo writes an attachment's file once and never changes it.
    filestore(name).parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-al", filestore(template), filestore(name)], check=True)
    if new_identity:
        _renew_identity(name)
    return name


def _renew_identity(name):
    connection = psycopg2.connect(dbname=name)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ir_config_parameter SET value = gen_random_uuid()::text"
            " WHERE key IN ('database.uuid', 'database.secret')"
        )
    connection.close()


def installed_addons(name):
    """Names of this clone's addons that are installed in a database, sorted."""
    connection = psycopg2.connect(dbname=name)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT name FROM ir_module_module WHERE state = 'installed'")
        installed = {row[0] for row in cursor.fetchall()}
    connection.close()
    return sorted(installed.intersection(folder.name for folder in addon_folders()))


def _rename(old, new):
    drop(new)
    filestore(old).rename(filestore(new))
    with _maintenance() as cursor:
        cursor.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                sql.Identifier(old), sql.Identifier(new)
            )
        )


# Templates


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


def odoo_command(*arguments):
    """The command line that starts Odoo on this clone's addons."""
    config = ["-c", str(write_config())]
    if arguments[:1] == ("shell",):
        return [sys.executable, "-m", "odoo", "shell", *config, *arguments[1:]]
    return [sys.executable, "-m", "odoo", *config, *arguments]


def install(name, modules, *options):
    """Install modules into a database with Odoo's own command.

    :param options: further options of that command, such as `--with-demo`
    :raises SystemExit: with Odoo's errors, when there were any
    """
    _run_odoo(
        "-d", name, "-i", ",".join(modules), "--stop-after-init", "--no-http",
        "--max-cron-threads=0", *options,
    )  # fmt: skip


def _run_odoo(*arguments, script=None):
    """Run Odoo to its end.

    Odoo only logs that demo data failed, that a module is missing or that a style
    sheet does not compile, and then succeeds; here each of these fails.
    """
    done = subprocess.run(
        odoo_command(*arguments),
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


@contextmanager
def _lock():
    """One build at a time, as two clones may want the same base template."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "database.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _say(text):
    print(f"\033[1m==>\033[0m {text}", file=sys.stderr, flush=True)


def _build(name, make):
    """Make a template under a temporary name, then give it its own."""
    temporary = f"{name}_new"
    drop(temporary)
    make(temporary)
    _rename(temporary, name)


def base():
    """Name of the base template, which is made if needed."""
    name = base_name()
    with _lock():
        if not exists(name):
            _say("Making the database template of Odoo itself (a minute)")
            options = ["--with-demo", f"--load-language={LANGUAGES}"]
            _build(name, lambda new: install(new, stock_modules(), *options))
    return name


def prepared():
    """Name of the prepared template, which is made if needed.

    Templates of earlier sources of this clone are dropped.
    """
    template = base()
    name = prepared_name()
    with _lock():
        if not exists(name):
            _say("Installing the addons with demo data (half a minute)")
            with _maintenance() as cursor:
                outdated = _names(cursor, _prepared_prefix())
            for other in outdated:
                drop(other)
            _build(name, lambda new: _fill(new, template))
    return name


def _fill(new, template):
    copy(new, template, new_identity=False)
    install(new, demo_addons())
    # Else the first visitor, and each browser test, would wait for the style
    # sheets and scripts to be put together.
    _run_odoo("shell", "-d", new, "--no-http", script=BUNDLES)


def demo(name):
    """Make the demo database, or bring an older one up to the sources as they are.

    What a visitor entered stays. The comment of a database tells from which sources
    it was made last.

    :raises SystemExit: when there is a database of that name which is not ours
    """
    if exists(name):
        if not _comment(name).startswith(_prepared_prefix()):
            raise SystemExit(
                f"The database {name} was not made by this clone's `make run`, so it"
                " is left alone. Name another one with FAX_DB=..."
            )
        if _comment(name) == prepared_name():
            return name
        _say(f"Upgrading the database {name} (half a minute)")
        names = ",".join(folder.name for folder in addon_folders())
        install(name, demo_addons(), "-u", names)
    else:
        _build(name, copy)
    with _maintenance() as cursor:
        cursor.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(name), sql.Literal(prepared_name())
            )
        )
    return name


def _comment(name):
    with _maintenance() as cursor:
        cursor.execute(
            "SELECT coalesce(shobj_description(oid, 'pg_database'), '')"
            " FROM pg_database WHERE datname = %s",
            [name],
        )
        return cursor.fetchone()[0]


def clean(everything=False):
    """Drop the databases that this clone made.

    :param everything: the base templates too, which serve other clones
    """
    with _maintenance() as cursor:
        names = _names(cursor)
    own = (_prepared_prefix(), f"medical_fax_test_{clone_id()}")
    for name in names:
        # Another user's base template has its attachments in another cache.
        is_base = name.startswith("medical_fax_base_") and filestore(name).is_dir()
        is_demo = _comment(name).startswith(_prepared_prefix())
        if name.startswith(own) or is_demo or (everything and is_base):
            drop(name)


def main(arguments):
    """Run one command; print the name of the database it is about."""
    commands = {
        "base": base, "prepared": prepared, "demo": demo, "copy": copy, "drop": drop,
        "clean": clean, "config": write_config,
    }  # fmt: skip
    if not arguments or arguments[0] not in commands:
        raise SystemExit(__doc__)
    result = commands[arguments[0]](*arguments[1:])
    if result:
        print(result)


if __name__ == "__main__":
    main(sys.argv[1:])
