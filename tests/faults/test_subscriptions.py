"""Invoices of subscriptions: nothing is billed twice, and nothing is lost."""

from decimal import Decimal

import psycopg2
import pytest

MONTHS = 3
PAGES = 501  # a month, as inside_plans makes them
MONTH = Decimal("15.08")  # the fee, and one page beyond the included ones


@pytest.fixture
def books(odoo, copy):
    """A database with a subscription of which three months are not invoiced."""
    return Books(odoo, copy())


class Books:
    def __init__(self, odoo, database):
        self.odoo, self.database = odoo, database
        made = self.odoo.run("inside_plans:subscribe", database, months=MONTHS)
        self.wallet, self.contract = made["wallet"], made["contract"]

    def begin(self, action, **arguments):
        return self.odoo.start(
            "inside_plans:bill", self.database, action=action, **arguments
        )

    def rows(self, query, *values):
        with psycopg2.connect(dbname=self.database) as connection:
            with connection.cursor() as cursor:
                cursor.execute(query, values)
                return cursor.fetchall()

    def invoices(self):
        """Untaxed amount and state of each."""
        return self.rows(
            "SELECT DISTINCT move.id, move.amount_untaxed, move.state"
            " FROM account_move move"
            " JOIN account_move_line line ON line.move_id = move.id"
            " JOIN contract_line ON contract_line.id = line.contract_line_id"
            " WHERE contract_line.contract_id = %s ORDER BY move.id",
            self.contract,
        )

    def unbilled(self):
        """Units used that no invoice billed."""
        return self.rows(
            "SELECT coalesce(-sum(units), 0) FROM medical_credit_move"
            " WHERE wallet_id = %s AND kind = 'capture' AND billed_line_id IS NULL",
            self.wallet,
        )[0][0]

    def check(self):
        """Each month once, all of them posted, and every page billed."""
        found = [(amount, state) for _id, amount, state in self.invoices()]
        assert found == [(MONTH, "posted")] * MONTHS
        assert self.unbilled() == 0
        errors = self.rows(
            "SELECT invoice_generation_error FROM contract_contract"
            " WHERE id = %s AND invoice_generation_error IS NOT NULL",
            self.contract,
        )
        assert not errors


def test_two_at_once(books):
    """The contracts' own action and the hourly one meet in each month."""
    for _round in range(MONTHS + 1):
        jobs = [
            books.begin("contracts", pause=0.3),
            books.begin("subscriptions", pause=0.3),
            books.begin("contracts", pause=0.2),
        ]
        for job in jobs:
            job.result()
    books.check()


def test_killed_between_the_invoice_and_its_marks(books):
    for action in ("contracts", "subscriptions"):
        job = books.begin(action, kill=True)
        job.wait()
        with pytest.raises(Exception, match="bill"):
            job.result()
        assert books.invoices() == []
        assert books.unbilled() == MONTHS * PAGES
    books.begin("subscriptions").result()
    books.check()
    books.begin("subscriptions").result()
    books.begin("contracts").result()
    books.check()
