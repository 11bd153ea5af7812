import random
from datetime import date, datetime

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.medical_fax.models import guard

from .books_common import BooksCase


@tagged("post_install", "-at_install")
class TestMonth(BooksCase):
    """What is used goes to income month by month, and nothing is left over."""

    def book(self, *month, wallet=None):
        return (wallet or self.wallet)._recognise(date(*month, 1))

    def lines(self, entry):
        return {(line.account_id, line.name): line.balance for line in entry.line_ids}

    def assertBooksAgree(self):
        """The report says 0.00 for each card, and shows all that is on the accounts."""
        self.root["medical.credit.unused"].invalidate_model()
        accounts = self.company.credit_liability_account_id
        accounts |= self.company.credit_prepaid_account_id
        rows = self.root["medical.credit.unused"].search(
            [("company_id", "=", self.company.id)]
        )
        for row in rows:
            self.assertEqual(row.difference, 0, (row.kind, row.lot_id.name))
        shown = sum(
            row.account_balance * (-1 if row.account_id == self.unused else 1)
            for row in rows
        )
        held = sum(self.balance(account) for account in accounts)
        self.assertEqual(round(shown, 2), round(held, 2))
        return rows

    def test_a_month(self):
        with self.at(2026, 3, 5, 12):
            lot = self.bought()
            self.use(23)
        self.assertEqual(self.balance(self.income), 0)
        entry = self.book(2026, 3)
        self.assertEqual(
            self.lines(entry),
            {
                (self.unused, f"Used: {lot.name}"): 2.76,
                (self.income, "Used: Practice"): -2.76,
            },
        )
        self.assertEqual((entry.date, entry.state), (date(2026, 3, 31), "posted"))
        self.assertEqual(entry.partner_id, self.practice)
        self.assertEqual(self.balance(self.unused), -9.24)
        self.assertBooksAgree()

    def test_one_entry_a_wallet_and_month(self):
        with self.at(2026, 3, 5, 12):
            self.bought()
            self.bought()
            self.use(150)
        entry = self.book(2026, 3)
        self.assertEqual(len(entry.line_ids), 3)
        self.assertFalse(self.book(2026, 3))
        self.assertEqual(self.balance(self.unused), -6)

    def test_months_are_caught_up(self):
        for month in (1, 2, 4):
            with self.at(2026, month, 5, 12):
                self.bought()
                self.use(10)
        cron = self.root.ref("medical_fax_billing.ir_cron_credit_recognise")
        with self.at(2026, 6, 2, 12):
            self.assertEqual(len(self.wallet._months_to_book()), 5)
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.assertFalse(self.wallet._months_to_book())
        entries = self.root["account.move"].search(
            [("credit_wallet_id", "=", self.wallet.id)], order="date"
        )
        self.assertEqual(
            entries.mapped("credit_month"),
            [date(2026, 1, 1), date(2026, 2, 1), date(2026, 4, 1)],
        )
        self.assertEqual(entries.mapped("amount_total"), [1.2, 1.2, 1.2])
        self.assertBooksAgree()

    def test_a_month_ends_at_local_midnight(self):
        self.company.partner_id.tz = "America/Montreal"
        with self.at(2026, 3, 5, 12):
            self.bought()
        with self.at(2026, 4, 1, 3, 59):
            self.use(10)
        with self.at(2026, 4, 1, 4, 0):
            self.use(5)
        self.assertEqual(self.book(2026, 3).amount_total, 1.2)
        self.assertEqual(self.wallet.recognised_until, datetime(2026, 4, 1, 4))
        self.assertEqual(self.book(2026, 4).amount_total, 0.6)

    def test_what_expired(self):
        breakage = self.income.copy()
        self.company.credit_breakage_account_id = breakage
        with self.at(2026, 3, 5, 12):
            lot = self.bought()
            guard.opened(lot).expires_on = date(2026, 3, 10)
            self.use(40)
        with self.at(2026, 3, 11, 12):
            lot._expire()
        entry = self.book(2026, 3)
        self.assertEqual(
            self.lines(entry),
            {
                (self.unused, f"Used: {lot.name}"): 4.8,
                (self.unused, f"Expired: {lot.name}"): 7.2,
                (self.income, "Used: Practice"): -4.8,
                (breakage, "Expired: Practice"): -7.2,
            },
        )
        self.assertEqual(self.balance(self.unused), 0)

    def test_roundings_do_not_add_up(self):
        """A third of a cent a page, one page a month."""
        with self.at(2026, 1, 5, 12):
            self.bought(package=self.new_package(3, 0.01))
        totals = []
        for month in (1, 2, 3):
            with self.at(2026, month, 6, 12):
                self.use(1)
            totals.append(sum(self.book(2026, month).mapped("amount_total")))
            self.assertBooksAgree()
        self.assertEqual(totals, [0, 0.01, 0])
        self.assertEqual(self.balance(self.unused), 0)

    def test_a_frozen_card(self):
        """Its invoice is open, so what is left is still owed against it."""
        with self.at(2026, 3, 5, 12):
            invoice = self.buy()
            self.pay(invoice)
            self.use(30)
            invoice.line_ids.remove_move_reconcile()
        self.assertEqual(self.book(2026, 3).amount_total, 3.6)
        self.assertBooksAgree()
        with self.at(2026, 4, 5, 12):
            self.pay(invoice)
            self.use(10)
        self.assertEqual(self.book(2026, 4).amount_total, 1.2)
        self.assertBooksAgree()

    def test_given_back_by_a_payment(self):
        """What another card paid of a frozen one's use comes back to income too."""
        with self.at(2026, 3, 5, 12):
            invoice = self.buy()
            self.pay(invoice)
            self.use(30)
            invoice.line_ids.remove_move_reconcile()
            self.bought()
        self.assertEqual(self.book(2026, 3).amount_total, 7.2)
        with self.at(2026, 4, 5, 12):
            self.pay(invoice)
        self.assertEqual(self.book(2026, 4).line_ids.mapped("balance"), [-3.6, 3.6])
        self.assertEqual(self.balance(self.unused), -20.4)
        self.assertBooksAgree()

    def test_credited_for_another_price(self):
        """Half of the price for all of the units: the other half is income."""
        with self.at(2026, 3, 5, 12):
            invoice = self.buy()
            self.pay(invoice)
            note = self.credit_note(invoice, post=False)
            note.invoice_line_ids.price_unit = 6
            note.action_post()
            self.assertUnits(balance=0)
            self.assertBooksAgree()
        self.assertEqual(self.book(2026, 3).amount_total, 6)
        self.assertEqual(self.balance(self.unused), 0)
        self.assertBooksAgree()

    def test_purchases_that_wait(self):
        invoice = self.buy()
        rows = self.assertBooksAgree()
        self.assertEqual(rows.mapped("kind"), ["waiting"])
        self.assertEqual(rows.account_balance, 12)
        self.credit_note(invoice, units=40)
        self.assertEqual(self.assertBooksAgree().account_balance, 7.2)
        self.pay(invoice)
        self.assertEqual(self.assertBooksAgree().mapped("kind"), ["card"])
        self.assertEqual(self.balance(self.unused), -7.2)

    def test_another_entry_on_the_account_is_a_difference(self):
        self.env["account.move"].create(
            {
                "line_ids": [
                    fields.Command.create({"account_id": account.id, "balance": amount})
                    for account, amount in ((self.unused, -5), (self.income, 5))
                ]
            }
        ).action_post()
        row = self.root["medical.credit.unused"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual((row.kind, row.difference), ("other", 5))

    # LOCK DATES

    def test_the_first_open_day(self):
        with self.at(2026, 3, 5, 12):
            self.bought()
            self.use(10)
        with self.at(2026, 6, 2, 12):
            self.company.fiscalyear_lock_date = date(2026, 4, 30)
            entry = self.book(2026, 3)
        self.assertEqual((entry.date, entry.state), (date(2026, 5, 1), "posted"))
        self.assertEqual(entry.credit_month, date(2026, 3, 1))
        self.assertIn("for 03/31/2026, dated 05/01/2026 as the books", entry.ref)
        self.assertBooksAgree()

    def test_an_open_month_needs_no_words(self):
        with self.at(2026, 3, 5, 12):
            self.bought()
            self.use(10)
        self.assertEqual(
            self.book(2026, 3).ref, "Fax credits used in March 2026, Practice"
        )

    def test_a_payment_in_a_locked_period(self):
        """The invoice is moved by Odoo; the units come all the same."""
        with self.at(2026, 6, 2, 12):
            self.company.fiscalyear_lock_date = date(2026, 4, 30)
            invoice = self.buy(post=False)
            invoice.invoice_date = date(2026, 4, 2)
            invoice.action_post()
            self.assertGreater(invoice.date, date(2026, 4, 30))
            self.pay(invoice)
        self.assertUnits(balance=100)

    # OTHERS

    def test_the_practices_analytic_account(self):
        plan = self.env["account.analytic.plan"].create({"name": "Practices"})
        account = self.env["account.analytic.account"].create(
            {"name": "Practice", "plan_id": plan.id}
        )
        self.wallet.analytic_distribution = {str(account.id): 100}
        with self.at(2026, 3, 5, 12):
            invoice = self.buy()
            self.assertEqual(
                invoice.invoice_line_ids.analytic_distribution, {str(account.id): 100}
            )
            self.pay(invoice)
            self.use(25)
        entry = self.book(2026, 3)
        for line in entry.line_ids:
            self.assertEqual(line.analytic_distribution, {str(account.id): 100})
        amounts = {}
        lines = self.env["account.analytic.line"].search(
            [(plan._column_name(), "=", account.id)]
        )
        for line in lines:
            name = line.general_account_id
            amounts[name] = amounts.get(name, 0) + line.amount
        self.assertEqual(amounts, {self.unused: 9, self.income: 3})

    def test_an_own_account_is_an_expense(self):
        provider = self.env["res.partner"].create({"name": "A provider"})
        wallet = self.new_wallet(mode="own", partner_id=provider.id)
        prepaid = self.company.credit_prepaid_account_id
        self.package.standard_price = 10
        with self.at(2026, 3, 5, 12):
            self.buy(wallet=wallet)
            self.use(30, wallet)
        self.assertEqual(self.balance(prepaid), 10)
        entry = self.book(2026, 3, wallet=wallet)
        expense = self.company_data["default_account_expense"]
        found = {line.account_id: line.balance for line in entry.line_ids}
        self.assertEqual(found, {prepaid: -3, expense: 3})
        self.assertEqual(self.balance(prepaid), 7)
        self.assertBooksAgree()

    def test_what_went_to_income_at_once_stays_there(self):
        self.company.credit_liability_account_id = False
        with self.at(2026, 3, 5, 12):
            lot = self.bought()
            self.use(30)
        self.assertFalse(lot.account_id)
        self.assertFalse(self.book(2026, 3))
        self.assertEqual(self.balance(self.income), -12)

    def test_nobody_writes_how_far_the_books_are(self):
        with self.assertRaises(UserError):
            self.wallet.with_env(self.env).recognised_until = datetime(2026, 1, 1)

    def test_the_accounts_are_made_once(self):
        account = self.unused
        self.assertEqual(account.account_type, "liability_current")
        self.new_wallet()
        self.assertEqual(self.company.credit_liability_account_id, account)

    def test_any_sequence(self):
        """Whatever happens in a year, the report says 0.00 after each month."""
        chance = random.Random(19)
        packages = [self.package, self.new_package(7, 1), self.new_package(333, 10)]
        invoices = []
        for month in range(1, 13):
            for day in range(2, 26, 3):
                with self.at(2026, month, day, 12):
                    self.happen(chance, packages, invoices)
            self.book(2026, month)
            self.assertBooksAgree()
            worth = sum(lot._value(lot.left) for lot in self.wallet.lot_ids) + sum(
                abs(line.balance) for line in self.waiting(invoices)
            )
            self.assertEqual(self.balance(self.unused), -round(worth, 2))

    def waiting(self, invoices):
        lines = self.env["account.move"].union(*invoices).invoice_line_ids
        return lines.filtered(lambda line: not line.credit_lot_id)

    def happen(self, chance, packages, invoices):
        """One of the things that happen to a wallet."""
        self.wallet.invalidate_recordset()
        what = chance.choice(["buy", "buy", "use", "use", "pay", "back", "credit"])
        invoice = chance.choice(invoices) if invoices else None
        lot = self.lot_of(invoice) if invoice else None
        if what == "buy" or not invoice:
            invoices.append(self.buy(package=chance.choice(packages)))
            if chance.random() < 0.8:
                self.pay(invoices[-1])
        elif what == "use":
            units = chance.randint(0, int(self.wallet.available))
            if units:
                self.use(units)
        elif what == "pay" and invoice.payment_state in ("not_paid", "partial"):
            self.pay(invoice)
        elif what == "back" and invoice.payment_state == "paid":
            invoice.line_ids.remove_move_reconcile()
        elif what == "credit" and lot and lot.left >= lot.granted / 2:
            note = self.credit_note(invoice, post=False)
            note.invoice_line_ids.quantity = 0.5
            note.invoice_line_ids.credit_units = lot.granted // 2
            note.action_post()
