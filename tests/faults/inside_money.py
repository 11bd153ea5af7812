"""What runs inside Odoo about money; see inside.py."""

import random
import time
from functools import wraps

from inside import _environment, _hurry, _queue, as_request, run_cron
from psycopg2.errors import UniqueViolation
from psycopg2.extensions import TransactionRollbackError

from odoo import fields
from odoo.exceptions import UserError

CRONS = (
    "medical_fax.ir_cron_fax_send",
    "medical_fax.ir_cron_fax_poll",
    "medical_fax_billing.ir_cron_credit_refill",
    "payment.cron_post_process_payment_tx",
)
PACKAGE = (500, 54.0)


# Making a shop


@as_request
def open_shop(env, account, key):
    """Books, a package and a payment provider for the company of a fax account."""
    company = env["fax.account"].browse(account).company_id
    env["account.chart.template"].try_loading(
        "generic_coa", company=company, install_demo=False
    )
    env.user.company_ids |= company
    env = env(context={"allowed_company_ids": company.ids})
    card = env.ref("payment.payment_method_card")
    provider = env["payment.provider"].create(
        {
            "name": "Cards",
            "code": "stripe",
            "company_id": company.id,
            "stripe_publishable_key": "pk_test_simulated",
            "stripe_secret_key": key,
            "payment_method_ids": [fields.Command.set(card.ids)],
            "state": "enabled",
        }
    )
    card.active = True
    units, price = PACKAGE
    package = env["product.product"].create(
        {
            "name": f"{units} pages",
            "type": "service",
            "lst_price": price,
            "taxes_id": [],
            "credit_units": units,
            "credit_unit": "pages",
            "company_id": company.id,
        }
    )
    services = ("fax_page", "fax_inbound")
    lines = [fields.Command.create({"service": s, "units": 1}) for s in services]
    tariff = env["medical.credit.tariff"].create({"name": "One", "line_ids": lines})
    return {
        "company": company.id,
        "provider": provider.id,
        "package": package.id,
        "tariff": tariff.id,
    }


@as_request
def open_wallet(env, shop, customer, card, left, refill=True):
    """A wallet that pays the company's faxes from now on, with a refill."""
    company = env["res.company"].browse(shop["company"])
    env = env(context={"allowed_company_ids": company.ids})
    practice = env["res.partner"].create({"name": f"Practice of {card}"})
    provider = env["payment.provider"].browse(shop["provider"])
    token = env["payment.token"].create(
        {
            "provider_id": provider.id,
            "payment_method_id": env.ref("payment.payment_method_card").id,
            "partner_id": practice.id,
            "payment_details": "4242",
            "provider_ref": customer,
            "stripe_payment_method": card,
        }
    )
    wallet = env["medical.credit.wallet"].create(
        {
            "name": f"Wallet of {card}",
            "company_id": company.id,
            "practice_company_id": company.id,
            "partner_id": practice.id,
            "tariff_id": shop["tariff"],
        }
    )
    if left:
        wallet._grant(left)
    company.fax_wallet_id = wallet
    if refill:
        env["medical.credit.refill"]._switch_on(
            wallet,
            env.ref("base.user_admin"),
            product_id=shop["package"],
            token_id=token.id,
            consent_text="Yes.",
        )
    return wallet.id


@as_request
def save_pace(env, seconds):
    """How soon a lost answer of the payment provider is asked for again."""
    for name in ("card_look_first", "card_look_longest", "card_book_again"):
        env["ir.config_parameter"].set_param(
            f"medical_fax.{name}_seconds", str(seconds)
        )


# Working as the server does


def _aim(url, repeat_hours=None):
    """Let Odoo's addon for Stripe call the simulator, in this process."""
    from odoo.addons.medical_fax_billing.models import payment_provider as ours
    from odoo.addons.payment_stripe.models.payment_provider import PaymentProvider

    def build(provider, endpoint, **kwargs):
        return f"{url}/v1/{endpoint}"

    PaymentProvider._build_request_url = build
    if repeat_hours is not None:
        ours.REPEAT_HOURS["stripe"] = repeat_hours


def rounds(registry, over, url, repeat_hours=None, pause=0.03):
    """As inside.rounds, with the crons of money."""
    _hurry(0.05)
    _aim(url, repeat_hours)
    while not over():
        for name in CRONS:
            run_cron(registry, name)
        time.sleep(pause)


def refillers(registry, over, url):
    """Refill without Odoo's lock, as several hosts may."""
    _aim(url)
    while not over():
        with _environment(registry) as env:
            env["medical.credit.refill"]._cron_refill()


# At the same time


def at_the_gate(function):
    """A job that reads in its transaction, waits until all others have, then acts; it
    is not done again. `function` reads when called and gives what acts."""

    @wraps(function)
    def job(registry, over, gate, **arguments):
        with _environment(registry) as env:
            act = function(env, **arguments)
            env.cr.execute("SELECT pg_advisory_lock_shared(%s)", [gate])
            try:
                done = act()
                env.cr.commit()
            except (TransactionRollbackError, UniqueViolation):
                env.cr.rollback()
                return "beaten"
        return "done" if done else "nothing"

    return job


@at_the_gate
def lower(env, wallet, units, how):
    """Reserve, or take back from the card."""
    wallet = env["medical.credit.wallet"].browse(wallet)
    lot = wallet.lot_ids
    assert wallet.available == lot.left
    if how == "reserve":
        return lambda: wallet._reserve(units, service="fax_page")
    return lambda: lot._take("refund", units)


@as_request
def reserve(env, wallet, units):
    wallet = env["medical.credit.wallet"].browse(wallet)
    return wallet._reserve(units, service="fax_page").ids


@at_the_gate
def capture(env, moves, units):
    reserves = env["medical.credit.move"].browse(moves)
    assert reserves._open() == reserves
    return lambda: reserves._capture(units)


@at_the_gate
def order(env, wallet):
    rule = env["medical.credit.refill"].search([("wallet_id", "=", wallet)])
    assert rule._need()[0] == 1
    return rule._evaluate


# Living


def live(registry, over, wallet, account, package, seed, count):
    """Do what people do with a wallet, by chance, each in a transaction of its own."""
    chance = random.Random(seed)
    acts = (buy, buy, take_back, pay_again, credit, send, send, send, receive, adjust)
    done = []
    for _turn in range(count):
        act = chance.choice(acts)
        state = chance.getstate()
        for _try in range(20):
            chance.setstate(state)
            with _environment(registry) as env:
                each = env["medical.credit.wallet"].browse(wallet)
                company = each.company_id
                each = each.with_context(allowed_company_ids=company.ids)
                try:
                    act(each, chance, account, package)
                    env.cr.commit()
                    done.append(act.__name__)
                    break
                except (TransactionRollbackError, UniqueViolation):
                    env.cr.rollback()
                    time.sleep(0.02)
                except UserError:  # refused, as it may be
                    env.cr.rollback()
                    break
    return done


def _invoices(wallet, *states):
    moves = wallet.env["account.move"].search(
        [
            ("invoice_line_ids.credit_wallet_id", "=", wallet.id),
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
        ],
        order="id",
    )
    return moves.filtered(lambda move: move.payment_state in states)


def _pay(invoice):
    wizard = invoice.env["account.payment.register"].with_context(
        active_model="account.move", active_ids=invoice.ids
    )
    wizard.create({})._create_payments()


def buy(wallet, chance, account, package):
    product = wallet.env["product.product"].browse(package)
    invoice = wallet._new_purchase(product, chance.randint(1, 2))
    invoice.action_post()
    if chance.random() < 0.8:
        _pay(invoice)


def take_back(wallet, chance, account, package):
    paid = _invoices(wallet, "paid", "in_payment")
    if paid:
        invoice = chance.choice(list(paid))
        lines = invoice.line_ids.filtered(lambda line: line.reconciled)
        lines.remove_move_reconcile()


def pay_again(wallet, chance, account, package):
    owed = _invoices(wallet, "not_paid", "partial")
    if owed:
        _pay(chance.choice(list(owed)))


def credit(wallet, chance, account, package):
    paid = _invoices(wallet, "paid", "in_payment", "not_paid")
    if not paid:
        return
    invoice = chance.choice(list(paid))
    wizard = wallet.env["account.move.reversal"].with_context(
        active_model="account.move", active_ids=invoice.ids
    )
    wizard = wizard.create({"journal_id": invoice.journal_id.id})
    note = wallet.env["account.move"].browse(wizard.reverse_moves()["res_id"])
    note.invoice_line_ids.quantity = chance.choice((0.1, 0.5, 1))
    note.invoice_date = fields.Date.today()
    note.action_post()


def send(wallet, chance, account, package):
    ends = ("0190", "0191", "0101", "0105", "0106")
    pages = chance.randint(1, 40)
    faxes = [
        {
            "number": f"+1514555{chance.choice(ends)}",
            "pages": pages,
            "mark": f"{chance.random()}",
            "after": 0,
        }
    ]
    _queue(wallet.env, account, faxes)


def receive(wallet, chance, account, package):
    wallet._charge(
        chance.randint(1, 200), service="fax_inbound", quantity=chance.randint(1, 9)
    )


def adjust(wallet, chance, account, package):
    wallet._adjust(chance.choice((-60, -5, 7, 30)), "By hand")


@as_request
def sums(env, wallet):
    """What the wallet says of itself, and whether its books agree."""
    wallet = env["medical.credit.wallet"].browse(wallet)
    rows = env["medical.credit.unused"].search([("wallet_id", "=", wallet.id)])
    names = ("balance", "available", "reserved", "due", "unbilled")
    return {name: wallet[name] for name in names} | {
        "differences": [round(row.difference, 2) for row in rows if row.difference],
    }
