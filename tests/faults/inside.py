"""What runs inside Odoo, each in a process of its own: jobs of `forks.Preloaded`.

Each function takes the registry, a function that tells whether it is to end, and
plain values; it gives plain values back.
"""

import socket
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import wraps
from threading import Lock, Thread
from types import SimpleNamespace

import papers
from psycopg2.errors import UniqueViolation
from psycopg2.extensions import TransactionRollbackError

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import UserError
from odoo.service.model import retrying

from odoo.addons.medical_fax import document
from odoo.addons.medical_fax.document import worker
from odoo.addons.medical_fax.models import guard
from odoo.addons.medical_fax.providers import PROVIDERS

_DRAWING = Lock()
CRONS = ("ir_cron_fax_send", "ir_cron_fax_poll", "ir_cron_fax_numbers")


@contextmanager
def _environment(registry):
    registry.check_signaling()
    with registry.cursor() as cursor:
        yield api.Environment(cursor, SUPERUSER_ID, {})


def as_request(function):
    """A job that does what a user's request does: one transaction, done again from
    the start when somebody else was faster."""

    @wraps(function)
    def job(registry, over, **arguments):
        with _environment(registry) as env:
            value = retrying(lambda: function(env, **arguments), env)
            env.cr.commit()
        return value

    return job


# Making a clinic


@as_request
def set_waits(env, waits):
    """Waiting times in seconds, by their names in `medical_fax.tools.waits`."""
    for name, seconds in waits.items():
        env["ir.config_parameter"].set_param(
            f"medical_fax.{name}_seconds", str(seconds)
        )


@as_request
def open_accounts(env, orders):
    """A company of its own for each, with an account connected to the simulator."""
    return [_open_account(env, **order) for order in orders]


def _open_account(env, name, code, entered, settings, sender, company, values):
    """`entered` goes into the connect dialog; `settings` are the account's beside. In
    a company of its own unless told."""
    country = env.ref("base.ca").id
    if company:
        company = env["res.company"].browse(company)
    else:
        # No accounting of the country is installed by the way, as Odoo otherwise does.
        companies = env["res.company"].with_context(install_mode=True)
        company = companies.create({"name": name, "country_id": country})
        company = company.with_env(env)
    admin = env.ref("base.user_admin")
    admin.company_ids |= company
    admin.group_ids |= env.ref("medical_fax.group_fax_manager")
    account = env["fax.account"].create(
        {
            "name": name,
            "code": code,
            "company_id": company.id,
            "undo_seconds": 0,
            **values,
        }
    )
    called_back = account.with_user(admin).connect(entered) or {}
    guard.opened(account).settings = account.settings | settings
    number = account.number_ids.filtered(lambda n: n.number == sender)
    account.default_number_id = number or env["fax.number"].create(
        {"name": "Front desk", "account_id": account.id, "number": sender}
    )
    user, password = called_back.get("user"), called_back.get("password")
    return {
        "account": account.id,
        "company": company.id,
        "state": account.state,
        "url": called_back.get("address"),
        "auth": f"{user}:{password}" if user else "",
    }


@as_request
def set_failover(env, account, other):
    env["fax.account"].browse(account).failover_account_id = other


@as_request
def queue_faxes(env, account, faxes):
    """Queue faxes with frozen documents.

    :param faxes: dicts with number, pages, mark, and maybe after (seconds)
    :return: their ids, in the same order
    """
    return _queue(env, account, faxes)


@as_request
def queue_all(env, orders):
    """The same for several accounts: pairs of account and faxes."""
    return [_queue(env, account, faxes) for account, faxes in orders]


def _queue(env, account, faxes):
    account = env["fax.account"].browse(account)
    now = fields.Datetime.now()
    contacts = env["fax.contact"]
    made = env["fax.message"]
    for fax in faxes:
        content = papers.pdf(fax["pages"], fax["mark"])
        built = SimpleNamespace(pdf=content, pages=fax["pages"], foreign=False)
        document = env["fax.document"]._freeze(built, account.company_id, [])
        contact = contacts._find_or_create(
            {
                "name": f"Dr {fax['number'][-7:]}",
                "number_typed": fax["number"],
                "company_id": account.company_id.id,
            }
        )
        message = made._new(
            {
                "company_id": account.company_id.id,
                "account_id": account.id,
                "number_id": account.default_number_id.id,
                "user_id": env.ref("base.user_admin").id,
                "contact_id": contact.id,
                "number": fax["number"],
                "document_id": document.id,
                "pages": fax["pages"],
            }
        )
        message._set_queued(due_at=now + timedelta(seconds=fax.get("after", 0)))
        made |= message
    made._wake()
    return made.ids


# What people do


@as_request
def press(env, model, ids, button, user="base.user_admin", arguments=()):
    """Press a button as a user who may; gives what the user is told, if refused."""
    records = env[model].with_user(env.ref(user)).browse(ids)
    records = records.with_context(allowed_company_ids=records.env.user.company_ids.ids)
    try:
        with env.cr.savepoint():
            getattr(records, button)(*arguments)
    except UserError as error:
        return str(error)
    return None


@as_request
def release_number(env, number, digits):
    """Give a number back, as the dialog does."""
    number = env["fax.number"].browse(number)
    manager = env.ref("base.user_admin")
    number = number.with_user(manager).with_context(
        allowed_company_ids=number.company_id.ids
    )
    wizard = env["fax.number.release"].browse(number.action_ask_release()["res_id"])
    wizard = wizard.with_env(number.env)
    wizard.last_digits = digits
    wizard.action_release()


@as_request
def pause_sending(env, company, paused):
    env["res.company"].browse(company).fax_paused = paused


@as_request
def draw(env, code, pause):
    """Draw a number of a sequence, in a transaction that goes on for a while."""
    number = env["ir.sequence"].next_by_code(code)
    time.sleep(pause)
    return number


# Working as the server does


def rounds(registry, over, pause=0.03, look_pause=0.05):
    """Run scheduled actions of the queue, round after round.

    As the server's cron thread, but without its pauses of a minute: one at a time in
    the database, by Odoo's own lock, whose loser goes on with the next.
    """
    _hurry(look_pause)
    count = 0
    while not over():
        for name in CRONS:
            run_cron(registry, f"medical_fax.{name}")
        count += 1
        time.sleep(pause)
    return count


def run_cron(registry, name):
    """Run a scheduled action whatever its time, if no other process is at it: what
    `method_direct_trigger` does, which however ends in an error of its own when Odoo
    skips an action whose process was killed three times."""
    with _environment(registry) as env:
        cron = env.ref(name)
        try:
            job = cron._acquire_one_job(env.cr, cron.id, include_not_ready=True)
        except TransactionRollbackError:
            env.cr.rollback()
            return
        if job:
            cron._process_job(env.cr, job)
            env.cr.commit()


def run_every_cron(registry, over):
    """Run every scheduled action there is, active or not; gives their names."""
    _stay_here()
    with _environment(registry) as env:
        crons = env["ir.cron"].with_context(active_test=False).search([])
        names = [name for name in crons.get_external_id().values() if name]
    for name in names:
        run_cron(registry, name)
    return names


def _stay_here():
    """No name but this machine's is known: some actions of Odoo's call home."""
    known = socket.getaddrinfo

    def getaddrinfo(host, *args, **kwargs):
        if host not in ("127.0.0.1", "localhost", None):
            raise socket.gaierror(f"{host} is not for tests")
        return known(host, *args, **kwargs)

    socket.getaddrinfo = getaddrinfo


def claimers(registry, over, pause=0.0):
    """Send without Odoo's lock: a sweep, a button and a job may overlap, and whoever
    else may call."""
    _hurry(0.05)
    count = 0
    while not over():
        with _environment(registry) as env:
            env["fax.message"]._cron_send()
        with _environment(registry) as env:
            env["fax.message"]._cron_poll()
        count += 1
        time.sleep(pause)
    return count


def claim_all(registry, over):
    """Claim until nothing is left to claim, and call nobody.

    :return: the ids of the faxes that this process claimed
    """
    from odoo.addons.medical_fax.tools.quiet import quiet_sql

    claimed = []
    while not over():
        with _environment(registry) as env, quiet_sql():
            waiting = env["fax.message"]._claimable(10)
            env.cr.commit()
            if not waiting:
                return claimed
            for message in waiting:
                try:
                    attempt = message._claim()
                    env.cr.commit()
                except (TransactionRollbackError, UniqueViolation):
                    env.cr.rollback()
                    continue
                if attempt:
                    claimed.append(message.id)


def receivers(registry, over, pause=0.0):
    """Fetch what came in without Odoo's lock, as several workers and hosts may."""
    count = 0
    while not over():
        with _environment(registry) as env:
            env["fax.message"]._cron_receive()
        count += 1
        time.sleep(pause)
    return count


def web(registry, over, port):
    """Serve the database's pages on this port, as the server does."""
    from werkzeug.serving import make_server

    from odoo import http
    from odoo.tools import config

    # The one database there is, whatever the address says.
    config["db_name"] = [registry.db_name]
    http.root.initialize()
    server = make_server("127.0.0.1", port, http.root, threaded=True)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    while not over():
        time.sleep(0.05)


def tell(registry, over):
    """Make the notices of what people must hear of."""
    run_cron(registry, "medical_fax.ir_cron_fax_notices")


def _hurry(pause):
    """Calls that ask are paced by what each provider documents; the simulators here
    are told to allow more, so that a test need not take minutes. And the pages are
    ours: no process need be started to draw each of them, which may take longer than
    a whole call does here."""
    document.api.sandbox.call = _in_this_process
    for provider in PROVIDERS.values():
        provider.capabilities = replace(
            provider.capabilities, look_pause=pause, status_pause=0
        )


def _in_this_process(operation, limits, /, **arguments):
    with _DRAWING:  # the library is for one thread at a time
        return worker.OPERATIONS[operation](**arguments)
