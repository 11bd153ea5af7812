from datetime import datetime, timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.medical_fax.providers import FailureKind, FaxState, ProviderError
from odoo.addons.medical_fax.providers.values import Balance
from odoo.addons.medical_fax.tests.fake_provider import FakeProvider

from .common import ACCOUNTANT, CreditCase


@tagged("post_install", "-at_install")
class TestProvider(CreditCase):
    """Own accounts: what is left at the provider, and what it counted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        chart = cls.env["account.chart.template"]
        chart.try_loading("generic_coa", company=cls.company, install_demo=False)
        cls.provider = cls.env["res.partner"].create({"name": "A provider"})
        cls.own = cls.new_wallet(
            mode="own",
            unit="credits",
            partner_id=cls.provider.id,
            fax_account_id=cls.account.id,
        )
        cls.accountant = cls.new_user("t_provider_accountant", ACCOUNTANT)

    def poll(self, amount, unit="credits"):
        """Let the provider tell its balance, and the cron ask for it."""
        answer = amount
        if not isinstance(amount, Exception):
            answer = Balance(amount=Decimal(str(amount)), unit=unit)

        def balance(_provider):
            if isinstance(answer, Exception):
                raise answer
            return answer

        with FakeProvider.able(balance=True):
            with patch.object(FakeProvider, "balance", balance):
                self.cron("ir_cron_credit_balance")
        self.own.invalidate_recordset()

    def cron(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f"medical_fax_billing.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def bills(self):
        return self.env["account.move"].search(
            [("line_ids.credit_wallet_id", "=", self.own.id)], order="id"
        )

    def assertPolled(self, amount, bills, pending=0):
        self.assertEqual(self.own.provider_balance, amount)
        self.assertEqual(self.bills().mapped("invoice_line_ids.credit_units"), bills)
        self.assertEqual(self.own.provider_pending, pending)

    def test_the_first_answer_proposes_nothing(self):
        self.poll(500)
        self.assertPolled(500, [])
        self.assertEqual(self.own.provider_unit, "credits")

    def test_a_rise_is_proposed_once(self):
        self.poll(20)
        self.poll(120)
        self.assertPolled(120, [100])
        bill = self.bills()
        self.assertEqual((bill.state, bill.move_type), ("draft", "in_invoice"))
        self.assertEqual(bill.partner_id, self.provider)
        self.poll(120)
        self.assertPolled(120, [100])
        activities = self.own.activity_ids.filtered(
            lambda activity: activity.user_id == self.buyer
        )
        self.assertEqual(len(activities), 1)
        self.assertIn("100 credits", activities.summary)
        bill.invoice_line_ids.price_unit = 12
        bill.invoice_date = fields.Date.today()
        bill.action_post()
        self.assertUnits(self.own, balance=100)
        self.poll(120)
        self.assertPolled(120, [100])

    def test_what_was_used_meanwhile_is_counted(self):
        self.poll(20)
        self.company.fax_wallet_id = self.own
        self.own._grant(50, amount=5)
        fax = self.send()
        self.run_queue()
        self.fake.answer(
            FaxState.DELIVERED,
            fax.attempt_ids,
            pages_sent=fax.pages,
            units=Decimal(5),
            cost=Decimal("0.5"),
        )
        self.run_queue()
        fax.attempt_ids.ended_at = fields.Datetime.now()
        self.own.provider_asked_at -= timedelta(hours=1)
        self.poll(115)
        self.assertPolled(115, [100])
        # At the price of the card before.
        self.assertEqual(self.bills().amount_untaxed, 10)

    def test_use_alone_is_no_purchase(self):
        self.poll(20)
        self.poll(15)
        self.poll(15.5)
        self.assertPolled(15.5, [])

    def test_entered_before_it_is_seen(self):
        self.poll(20)
        self.own._new_provider_purchase(100, 12, "R-1", fields.Date.today())
        self.poll(20)
        self.assertPolled(20, [100], pending=100)
        self.poll(120)
        self.assertPolled(120, [100])

    def test_entered_and_more_bought(self):
        self.poll(20)
        self.own._new_provider_purchase(100, 12, "R-1", fields.Date.today())
        self.poll(170)
        self.assertPolled(170, [100, 50])

    def test_a_wallet_of_money(self):
        self.own.fax_account_id = False
        self.own.flush_recordset()
        self.own = self.new_wallet(
            mode="own",
            unit="currency",
            partner_id=self.provider.id,
            fax_account_id=self.account.id,
        )
        currency = self.company.currency_id.name
        self.poll(5, currency)
        self.poll(105, currency)
        self.assertPolled(105, [100])
        self.assertEqual(self.bills().amount_untaxed, 100)

    def test_counted_in_something_else(self):
        """A person knows how many credits that was."""
        self.poll(5, "USD")
        self.poll(105, "USD")
        self.assertPolled(105, [])
        summary = self.own.activity_ids[:1].summary
        self.assertIn("100 USD", summary)

    def test_the_provider_does_not_answer(self):
        self.poll(20)
        self.poll(ProviderError(FailureKind.PROVIDER_UNAVAILABLE, proven_not_sent=True))
        self.assertPolled(20, [])

    def test_one_wallet_mirrors_an_account(self):
        self.assertEqual(self.own.fax_account_id, self.account)
        index = self.env.registry["medical.credit.wallet"]._fax_account_uniq
        self.assertIn("UNIQUE", index.get_definition(self.env.registry).upper())

    # PROVIDER CHECK

    def sent(self, pages_sent, moment=None, **said):
        """A fax that the provider counted so many pages of."""
        fax = self.send()
        self.run_queue()
        self.fake.answer(
            FaxState.DELIVERED, fax.attempt_ids, pages_sent=pages_sent, **said
        )
        self.run_queue()
        if moment:
            fax.attempt_ids.ended_at = moment
        return fax

    def test_the_check(self):
        self.company.fax_wallet_id = self.own
        self.own._grant(50)
        good = self.sent(1, datetime(2026, 3, 31, 12), units=Decimal(1))
        off = self.sent(1, datetime(2026, 3, 31, 12), cost=Decimal("0.12"))
        later = self.sent(1, datetime(2026, 4, 1, 12))
        off.attempt_ids.pages_sent = 3
        checks = self.env["medical.credit.check"].with_user(self.accountant)
        rows = checks.search([("wallet_id", "=", self.own.id)])
        found = {
            row.reference: (
                str(row.month),
                row.provider_pages,
                row.captured_pages,
                row.pages_off,
                row.differs,
            )
            for row in rows
        }
        self.assertEqual(
            found,
            {
                good.name: ("2026-03-01", 1, 1, 0, False),
                off.name: ("2026-03-01", 3, 1, 2, True),
                later.name: ("2026-04-01", 1, 1, 0, False),
            },
        )
        groups = checks.formatted_read_group(
            [("wallet_id", "=", self.own.id)],
            ["month:month", "account_id"],
            [
                "provider_pages:sum",
                "captured_pages:sum",
                "provider_units:sum",
                "provider_cost:sum",
            ],
        )
        self.assertEqual(
            [
                (
                    group["account_id"][1],
                    group["provider_pages:sum"],
                    group["captured_pages:sum"],
                    group["provider_units:sum"],
                    round(group["provider_cost:sum"], 2),
                )
                for group in groups
            ],
            [(self.account.name, 4, 2, 1, 0.12), (self.account.name, 1, 1, 0, 0)],
        )

    def test_the_check_counts_all_tries(self):
        """Two tries at two providers: each row its own pages, the difference of both."""
        self.company.fax_wallet_id = self.own
        self.own._grant(50)
        fax = self.sent(1)
        first = fax.attempt_ids
        other = self.account.copy({"name": "Other"})
        first.copy(
            {
                "reference": "another",
                "state": "over",
                "ended_at": first.ended_at,
                "account_id": other.id,
                "pages_sent": 0,
                "number": 2,
                "provider_id": "another",
            }
        )
        rows = self.env["medical.credit.check"].search(
            [("reference", "=", fax.name)], order="id"
        )
        self.assertEqual(
            [(row.account_id, row.provider_pages, row.captured_pages) for row in rows],
            [(self.account, 1, 0), (other, 0, 1)],
        )
        self.assertEqual(rows.mapped("differs"), [False, False])

    def test_a_free_fax_is_not_checked(self):
        self.sent(1)
        self.assertFalse(
            self.env["medical.credit.check"].search([("wallet_id", "=", self.own.id)])
        )
