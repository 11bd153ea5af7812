from datetime import date, datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import new_test_user

from odoo.addons.medical_fax.providers import NumberInfo
from odoo.addons.medical_fax.tests.common import MANAGER
from odoo.addons.medical_fax.tests.fake_provider import FakeProvider

from .books_common import BooksCase

START = date(2026, 11, 3)


class PlanCase(BooksCase):
    """A practice whose numbers and pages are paid by a wallet with a plan.

    Invoices come from the contracts' own action, usage from the ledger's own steps.
    The plans count their days in New York, five hours behind UTC in winter.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        installed = FakeProvider.installed()
        installed.start()
        cls.addClassCleanup(installed.stop)
        cls.documo = cls.root.ref("medical_fax_billing.plan_documo")
        cls.aesthetic = cls.root.ref("medical_fax_billing.plan_aesthetic_record")
        cls.interfax = cls.root.ref("medical_fax_billing.plan_interfax")
        cls.on_account = cls.root.ref("medical_fax_billing.plan_account")
        # Other companies' taxes do not matter here; tests of taxes set their own.
        cls.products = (
            cls.documo.fee_product_id
            + cls.documo.overage_product_id
            + cls.documo.number_product_id
            + cls.documo.porting_product_id
            + cls.aesthetic.package_ids
        )
        cls.products.taxes_id = False
        cls.account = cls.root["fax.account"].create(
            {"name": "Account", "code": "fake", "company_id": cls.company.id}
        )
        cls.company.sudo().fax_wallet_id = cls.wallet
        cls.manager = new_test_user(
            cls.root, "t_plan_manager", groups=MANAGER, company_id=cls.company.id
        )

    # TIME

    def at(self, day, hour=12, minute=0):
        """A moment in New York."""
        utc = self.documo._midnight(day)
        return freeze_time(
            fields.Datetime.add(utc, hours=hour, minutes=minute), tick=False
        )

    def run_contracts(self, day, hour=12):
        """The daily action of contracts, and what it made."""
        moves = self.root["account.move"]
        before = moves.search([])
        with self.at(day, hour):
            self.root["contract.contract"].cron_recurring_create_invoice()
        made = (moves.search([]) - before).sorted("id")
        contracts = self.wallet.period_ids.contract_id
        self.assertFalse(
            list(filter(None, contracts.mapped("invoice_generation_error")))
        )
        return made

    def run_subscriptions(self, day, hour=12):
        """The hourly action of subscriptions, and what it made."""
        moves = self.root["account.move"]
        before = moves.search([])
        cron = type(self.root["ir.cron"])
        with self.at(day, hour), patch.object(cron, "_commit_progress"):
            self.root["medical.credit.wallet"]._cron_subscriptions()
        return (moves.search([]) - before).sorted("id")

    # WHAT HAPPENS

    def subscribe(self, plan, day=START, wallet=None, hour=12):
        with self.at(day, hour):
            return (wallet or self.wallet)._subscribe(plan)

    def use_pages(self, pages, day, hour=12, minute=0, wallet=None):
        """Pages that arrive at a time."""
        wallet = wallet or self.wallet
        with self.at(day, hour, minute):
            reserves = wallet._reserve(pages, service="fax_page")
            self.assertTrue(reserves)
            return reserves._capture(pages, quantity=pages)

    def fail_pages(self, pages, day):
        with self.at(day):
            self.wallet._reserve(pages, service="fax_page")._release()

    def receive_pages(self, pages, day, wallet=None):
        with self.at(day):
            return (wallet or self.wallet)._charge(
                pages, service="fax_inbound", quantity=pages
            )

    def rent(self, count, day=date(2026, 1, 1)):
        """So many numbers, listed by the provider since a day."""
        numbers = self.root["fax.number"]
        have = numbers.with_context(active_test=False).search_count([])
        for place in range(have, have + count):
            numbers += numbers.create(
                {
                    "name": "Line",
                    "account_id": self.account.id,
                    "number": f"+1514555{100 + place:04}",
                }
            )
        numbers.flush_recordset()
        self.env.cr.execute(
            "UPDATE fax_number SET create_date = %s WHERE id IN %s",
            (datetime.combine(day, datetime.min.time()), tuple(numbers.ids)),
        )
        numbers.invalidate_recordset()
        return numbers

    def order_number(self, number, day, kind="order"):
        """A number that was ordered (or given back) on a day."""
        with self.at(day):
            order = self.root["fax.number.order"].create(
                {
                    "account_id": self.account.id,
                    "kind": kind,
                    "number": number.number,
                    "number_id": number.id,
                    "user_id": self.env.uid,
                }
            )
            if kind == "release":
                number._note_released(self.env.user)
            else:
                number._note_ordered(NumberInfo(number=number.number))
            order._set_done(number)
            order.flush_recordset()

    def port(self, day, number="+15145559001"):
        with self.at(day):
            porting = self.root["fax.number.porting"].create(
                {
                    "account_id": self.account.id,
                    "number": number,
                    "carrier": "Another one",
                }
            )
            porting.with_user(self.manager).action_done()
        return porting

    # WHAT IS EXPECTED

    def amounts(self, invoices):
        """The lines of invoices: their words and amounts."""
        return [(line.name, line.price_subtotal) for line in invoices.invoice_line_ids]

    def assertInvoiced(self, invoices, *totals):
        """Posted, and these untaxed totals, the oldest first."""
        self.assertEqual(set(invoices.mapped("state")), {"posted"} if totals else set())
        self.assertEqual([move.amount_untaxed for move in invoices], list(totals))
