"""A shop that resells pages, its wallets, and what must be true of them."""

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass

from simulators.faults import Fault
from simulators.stripe import StripeSimulator

from . import rig

JOB = "inside_money:"


@contextmanager
def open_shop(odoo, database):
    """A shop on this database; nobody is at work yet."""
    with (
        StripeSimulator() as cards,
        rig.Server(odoo, database, job=JOB + "rounds", url=cards.url) as server,
    ):
        line = server.open_line()
        shop = Shop(server, line, cards)
        shop.made = shop.run("open_shop", account=line.account, key=cards.key)
        shop.run("save_pace", seconds=0.2)
        yield shop


def until(true, told=lambda: None, seconds=30):
    """Wait until this is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, told()
        time.sleep(0.03)


@dataclass
class Shop:
    """An operator who resells pages; `made` are the ids of what it needs for it."""

    server: rig.Server
    line: rig.Line
    cards: StripeSimulator
    made: dict | None = None

    def run(self, function, **arguments):
        return self.server.odoo.run(JOB + function, self.server.database, **arguments)

    def start(self, function, **arguments):
        return self.server.odoo.start(JOB + function, self.server.database, **arguments)

    def fault(self, what, **options):
        """Let something go wrong at the next charge."""
        if what.startswith("kill_"):
            fault = rig.Killing(what, "charge", server=self.server, **options)
        else:
            fault = Fault(what, "charge", **options)
        self.cards.faults.add(fault)

    def wallet(self, left, refusal=None, **values):
        """A wallet that pays for the line's faxes from now on, and has so many units.

        :param refusal: what the bank says of its saved card
        """
        customer, card = self.cards.save_card(refusal)
        wallet = self.run(
            "open_wallet", shop=self.made, customer=customer, card=card, left=left,
            **values,
        )  # fmt: skip
        return Wallet(self, wallet, card)

    @contextmanager
    def nobody_at_work(self):
        self.server.stop()
        try:
            yield
        finally:
            self.server.start()

    @contextmanager
    def other_workers(self, **arguments):
        """Other workers in place of those that the tests share."""
        with (
            self.nobody_at_work(),
            rig.Server(
                self.server.odoo, self.server.database, job=JOB + "rounds",
                url=self.cards.url, **arguments,
            ) as server,
        ):  # fmt: skip
            server.start()
            yield Shop(server, self.line, self.cards, self.made)
            assert not server.failures, server.failures[0]


@dataclass
class Wallet:
    shop: Shop
    id: int
    card: str

    def sql(self, query):
        return self.shop.server.sql(query, self.id)

    def purchases(self):
        return self.sql(
            "SELECT * FROM medical_credit_refill_purchase WHERE wallet_id = %s"
            " ORDER BY id"
        )

    def wait(self, *states):
        """Wait until its purchases are in these states."""

        def are_there():
            assert not self.shop.server.failures, self.shop.server.failures[0]
            return [row["state"] for row in self.purchases()] == list(states)

        until(are_there, self.purchases)

    def charges(self):
        return self.shop.cards.charged(self.card)

    def bought(self):
        """Cards that an invoice brought."""
        return self.sql(
            "SELECT id, granted FROM medical_credit_lot"
            " WHERE wallet_id = %s AND invoice_line_id IS NOT NULL"
        )

    def documents(self):
        """State and payment of its invoices, and how many payments each has."""
        rows = self.sql(
            """
            SELECT m.state, m.payment_state, (
                SELECT COUNT(*) FROM account_payment p
                JOIN account_invoice_transaction_rel r
                    ON r.transaction_id = p.payment_transaction_id
                WHERE r.invoice_id = m.id) AS payments
            FROM account_move m WHERE m.id IN (
                SELECT move_id FROM account_move_line WHERE credit_wallet_id = %s)
            ORDER BY m.id
            """
        )
        return [tuple(row.values()) for row in rows]

    def sums(self):
        """What it says of itself."""
        return self.shop.run("sums", wallet=self.id)


class Watching(threading.Thread):
    """Looks at what is committed, again and again: no card is ever below zero."""

    BELOW = """
        SELECT m.lot_id FROM medical_credit_move m
        JOIN medical_credit_lot l ON l.id = m.lot_id
        WHERE m.wallet_id = %s AND NOT COALESCE(l.is_frozen, FALSE) GROUP BY m.lot_id
        HAVING SUM(COALESCE(m.units, 0)) < 0 OR SUM(COALESCE(m.reserved, 0)) < 0
            OR SUM(COALESCE(m.units, 0) - COALESCE(m.reserved, 0)) < 0
    """

    def __init__(self, wallet):
        super().__init__(daemon=True)
        self.wallet, self.over = wallet, threading.Event()
        self.below, self.looks = [], 0

    def run(self):
        while not self.over.wait(0.05):
            self.below += self.wallet.sql(self.BELOW)
            self.looks += 1

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc_info):
        self.over.set()
        self.join()


def broken(wallet):
    """What does not add up, in words."""
    wrong = []
    sums = wallet.sums()
    if sums["differences"]:
        wrong.append(f"the books differ by {sums['differences']}")
    (row,) = wallet.sql(
        """
        SELECT COALESCE(SUM(m.units) FILTER (WHERE m.account = 'lot'
                   AND NOT COALESCE(l.is_frozen, FALSE)), 0) AS balance,
               COALESCE(-SUM(m.units) FILTER (WHERE m.account = 'due'), 0) AS due
        FROM medical_credit_move m LEFT JOIN medical_credit_lot l ON l.id = m.lot_id
        WHERE m.wallet_id = %s
        """
    )
    for name in ("balance", "due"):
        if abs(float(row[name]) - sums[name]) > 0.0001:
            wrong.append(f"{name}: {row[name]} in the ledger, {sums[name]} shown")
        if sums[name] < 0:
            wrong.append(f"{name} is below zero: {sums[name]}")
    for words, query in RULES.items():
        if found := wallet.sql(query):
            wrong.append(f"{words}: {found[:3]}")
    charges = sorted(charge.reference for charge in wallet.charges())
    bought = [row for row in wallet.purchases() if row["state"] == "done"]
    names = sorted(f"FAX-{row['uuid']}-{row['tries']}" for row in bought)
    if charges != names:
        wrong.append(f"charged {charges}, bought {names}")
    return wrong


# What must find nothing, in words.
RULES = {
    "a reserve was answered twice alike": """
        SELECT reserve_id FROM medical_credit_move WHERE wallet_id = %s
        AND reserve_id IS NOT NULL GROUP BY reserve_id, kind HAVING COUNT(*) > 1
    """,
    "what was reserved is not what was used and released": """
        SELECT r.id FROM medical_credit_move r LEFT JOIN medical_credit_move a
        ON a.reserve_id = r.id WHERE r.wallet_id = %s AND r.kind = 'reserve'
        GROUP BY r.id HAVING r.reserved + COALESCE(SUM(a.reserved), 0) != 0
    """,
    "a fax was not charged for its pages, once": """
        SELECT f.id, f.state, f.pages_sent, -SUM(m.units) AS charged
        FROM fax_message f JOIN medical_credit_move m ON m.message_id = f.id
        WHERE m.wallet_id = %s AND m.due_id IS NULL
        AND f.state IN ('delivered', 'partial', 'failed', 'cancelled')
        GROUP BY f.id HAVING -SUM(COALESCE(m.units, 0)) != f.credit_rate
            * CASE WHEN f.state = 'cancelled' THEN 0 ELSE COALESCE(f.pages_sent, 0) END
    """,
    "a line was granted twice": """
        SELECT invoice_line_id FROM medical_credit_lot WHERE wallet_id = %s
        AND invoice_line_id IS NOT NULL GROUP BY invoice_line_id HAVING COUNT(*) > 1
    """,
    "a card does not begin with what was granted": """
        SELECT l.id FROM medical_credit_lot l JOIN medical_credit_move m
        ON m.lot_id = l.id AND m.kind IN ('purchase', 'adjustment') AND m.units > 0
        WHERE l.wallet_id = %s GROUP BY l.id HAVING SUM(m.units) != l.granted
    """,
    "more was paid than is due": """
        SELECT d.id FROM medical_credit_move d JOIN medical_credit_move p
        ON p.due_id = d.id AND p.account = 'due' WHERE d.wallet_id = %s
        GROUP BY d.id HAVING SUM(p.units) > -d.units
    """,
    "a purchase is paid, and its card is not there": """
        SELECT l.id FROM account_move_line l JOIN account_move m ON m.id = l.move_id
        LEFT JOIN medical_credit_lot c ON c.invoice_line_id = l.id
        WHERE l.credit_wallet_id = %s AND m.move_type = 'out_invoice'
        AND m.state = 'posted' AND m.payment_state IN ('paid', 'in_payment')
        AND (c.id IS NULL OR c.is_frozen)
    """,
}
