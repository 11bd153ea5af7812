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
prepared, demo NAME, copy NAME [TEMPLATE], drop NAME, users NAME, clean [all], config.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager

import psycopg2
from psycopg2 import sql
from psycopg2.errors import InsufficientPrivilege

import odoo_process
from clone import (
    CACHE,
    DATA_DIR,
    LANGUAGES,
    addon_folders,
    base_name,
    clone_id,
    demo_addons,
    prepared_name,
    prepared_prefix,
    stock_modules,
)

BUNDLES = "env['ir.qweb']._pregenerate_assets_bundles(); env.cr.commit()\n"
# A base template that no clone asked for in so many days is deleted.
KEEP_DAYS = 14


# PostgreSQL


@contextmanager
def _cursor(name="postgres"):
    """A cursor outside any transaction, as creating databases needs."""
    connection = psycopg2.connect(dbname=name)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def _command(statement, *names):
    with _cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _databases():
    """Names of all databases, each with its comment or an empty text."""
    with _cursor() as cursor:
        cursor.execute(
            "SELECT datname, coalesce(shobj_description(oid, 'pg_database'), '')"
            " FROM pg_database ORDER BY oid"
        )
        return dict(cursor.fetchall())


def filestore(name):
    """Folder of a database's attachments."""
    return DATA_DIR / "filestore" / name


def exists(name):
    """Whether a database and the folder of its attachments are both there."""
    return name in _databases() and filestore(name).is_dir()


def drop(name):
    """Delete a database, closing its connections, and its attachments."""
    for tries_left in reversed(range(20)):
        try:
            _command("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
            break
        except InsufficientPrivilege:
            # PostgreSQL's own vacuum is at it, and only an administrator may stop it.
            if not tries_left:
                raise
            time.sleep(0.5)
    shutil.rmtree(filestore(name), ignore_errors=True)


def _rename(old, new):
    drop(new)
    filestore(old).rename(filestore(new))
    _command("ALTER DATABASE {} RENAME TO {}", old, new)


def _build(name, make):
    """Make a database under a temporary name, then give it its own."""
    temporary = f"{name}_new"
    drop(temporary)
    make(temporary)
    _rename(temporary, name)


# Copies


def copy(name, template=None, new_identity=True):
    """Create database `name` as a copy, replacing one of that name.

    :param name: the new database
    :param template: its model; the prepared template when not given, which is made
        first where it is missing or out of date
    :param new_identity: give the copy a uuid and a secret of its own, as Odoo does
        when it duplicates a database; not wanted by tests about naive copies
    :return: name
    """
    if template:
        return _copy(name, template, new_identity)
    # Under the lock, so that nobody with other sources drops it meanwhile.
    with _lock():
        return _copy(name, _prepared(), new_identity)


def _copy(name, template, new_identity):
    drop(name)
    _command("CREATE DATABASE {} TEMPLATE {}", name, template)
    # Hard links: Odoo writes an attachment's file once and never changes it.
    filestore(name).parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-al", filestore(template), filestore(name)], check=True)
    if new_identity:
        with _cursor(name) as cursor:
            cursor.execute(
                "UPDATE ir_config_parameter SET value = gen_random_uuid()::text"
                " WHERE key IN ('database.uuid', 'database.secret')"
            )
    return name


# Templates


@contextmanager
def _lock():
    """One build at a time, as two clones may want the same base template."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "database.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _say(text):
    print(f"\033[1m==>\033[0m {text}", file=sys.stderr, flush=True)


def base():
    """Name of the base template, which is made if needed."""
    with _lock():
        return _base()


def prepared():
    """Name of the prepared template, which is made if needed.

    Templates of earlier sources of this clone are dropped.
    """
    with _lock():
        return _prepared()


def _base():
    name = base_name()
    if not exists(name):
        _drop_unused_bases()
        _say("Making the database template of Odoo itself (a minute)")
        options = ["--with-demo", f"--load-language={LANGUAGES}"]
        modules = stock_modules()
        _build(name, lambda new: odoo_process.install(new, modules, *options))
    os.utime(filestore(name))
    return name


def _bases():
    """Base templates that this user made; others have their files elsewhere."""
    prefix = "medical_fax_base_"
    names = [name for name in _databases() if name.startswith(prefix)]
    return [name for name in names if filestore(name).is_dir()]


def _drop_unused_bases():
    oldest = time.time() - KEEP_DAYS * 86400
    for name in _bases():
        if filestore(name).stat().st_mtime < oldest:
            drop(name)


def _prepared():
    template = _base()
    name = prepared_name()
    if not exists(name):
        _say("Installing the addons with demo data (half a minute)")
        for other in _databases():
            if other.startswith(prepared_prefix()):
                drop(other)
        _build(name, lambda new: _fill(new, template))
    return name


def _fill(new, template):
    _copy(new, template, new_identity=False)
    odoo_process.install(new, demo_addons())
    # Else the first visitor, and each browser test, would wait for the style
    # sheets and scripts to be put together.
    odoo_process.run("shell", "-d", new, "--no-http", script=BUNDLES)


# The demo


def demo(name):
    """Make the demo database, or bring an older one up to the sources as they are.

    What a visitor entered stays. The comment of a database tells from which sources
    it was made last.

    :raises SystemExit: when there is a database of that name which is not ours
    """
    mark = _databases().get(name)
    if mark is not None and not mark.startswith(prepared_prefix()):
        raise SystemExit(
            f"The database {name} was not made by this clone's `make run`, so it is"
            " left alone. Name another one with FAX_DB=..."
        )
    current = prepared_name()
    if mark == current and exists(name):
        return name
    if mark is not None and exists(name):
        _say(f"Upgrading the database {name} (half a minute)")
        names = ",".join(folder.name for folder in addon_folders())
        odoo_process.install(name, demo_addons(), "-u", names)
        _set_mark(name, current)
    else:
        _build(name, _marked_copy)
    return name


def _marked_copy(name):
    copy(name)
    _set_mark(name, prepared_name())


def _set_mark(name, mark):
    with _cursor() as cursor:
        statement = sql.SQL("COMMENT ON DATABASE {} IS {}")
        cursor.execute(statement.format(sql.Identifier(name), sql.Literal(mark)))


def _own(names):
    return {folder.name for folder in addon_folders()}.intersection(names)


def installed_modules(name):
    """Names of all that is installed in a database, Odoo's own modules too, sorted."""
    with _cursor(name) as cursor:
        cursor.execute("SELECT name FROM ir_module_module WHERE state = 'installed'")
        return sorted(module for (module,) in cursor.fetchall())


def installed_addons(name):
    """Names of this clone's addons that are installed in a database, sorted."""
    return sorted(_own(installed_modules(name)))


def demo_users(name):
    """Logins and names of the users that the addons' demo data brought, one a line.
    The password of each is the login."""
    with _cursor(name) as cursor:
        cursor.execute(
            "SELECT u.login, p.name, d.module FROM ir_model_data d"
            " JOIN res_users u ON u.id = d.res_id"
            " JOIN res_partner p ON p.id = u.partner_id"
            " WHERE d.model = 'res.users' AND u.active AND NOT u.share ORDER BY u.id"
        )
        users = [user for user in cursor.fetchall() if _own(user[2:])]
    return "\n".join(f"{login:<16} {person}" for login, person, _module in users)


# The command line


def clean(everything=False):
    """Drop the databases that this clone made.

    :param everything: the base templates too, which serve other clones
    """
    own = (prepared_prefix(), f"medical_fax_test_{clone_id()}")
    for name, mark in _databases().items():
        if name.startswith(own) or mark.startswith(prepared_prefix()):
            drop(name)
    for name in _bases() if everything else []:
        drop(name)


def main(arguments):
    """Run one command; print the name of the database it is about."""
    commands = {
        "base": base, "prepared": prepared, "demo": demo, "copy": copy, "drop": drop,
        "users": demo_users, "clean": clean, "config": odoo_process.write_config,
    }  # fmt: skip
    if not arguments or arguments[0] not in commands:
        raise SystemExit(__doc__)
    result = commands[arguments[0]](*arguments[1:])
    if result:
        print(result)


if __name__ == "__main__":
    main(sys.argv[1:])
