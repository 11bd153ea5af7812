from datetime import date

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .plan_common import START, PlanCase

BETWEEN = date(2026, 11, 20)
NEXT = date(2026, 12, 3)


@tagged("post_install", "-at_install")
class TestPlanMoney(PlanCase):
    """The month of 723 pages and 5 numbers with taxes, and in yen."""

    def month(self, plan=None, wallet=None):
        self.rent(5)
        self.subscribe(plan or self.documo, wallet=wallet)
        self.use_pages(723, BETWEEN, wallet=wallet)
        return self.run_contracts(NEXT)

    def set_tax(self, rounding, included):
        self.company.sudo().tax_calculation_rounding_method = rounding
        tax = self.root["account.tax"].create(
            {
                "name": "8.1",
                "amount": 8.1,
                "company_id": self.company.id,
                "country_id": self.company.account_fiscal_country_id.id,
                "price_include_override": f"tax_{included}",
            }
        )
        self.products.taxes_id = tax

    def assertAmounts(self, invoice, untaxed, tax, total):
        found = invoice.amount_untaxed, invoice.amount_tax, invoice.amount_total
        self.assertEqual(found, (untaxed, tax, total))

    def test_rounded_globally(self):
        self.set_tax("round_globally", "excluded")
        self.assertAmounts(self.month(), 38.84, 3.15, 41.99)

    def test_rounded_on_each_line(self):
        self.set_tax("round_per_line", "excluded")
        invoice = self.month()
        taxes = [
            round(line.price_total - line.price_subtotal, 2)
            for line in invoice.invoice_line_ids
        ]
        self.assertEqual(taxes, [1.22, 1.45, 0.49])
        self.assertAmounts(invoice, 38.84, 3.16, 42.00)

    def test_prices_with_tax(self):
        for rounding in ("round_globally", "round_per_line"):
            with self.subTest(rounding), self.env.cr.savepoint() as savepoint:
                self.set_tax(rounding, "included")
                self.assertAmounts(self.month(), 35.93, 2.91, 38.84)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_prices_with_tax_of_the_smaller_months(self):
        self.set_tax("round_globally", "included")
        self.subscribe(self.documo)
        self.use_pages(501, BETWEEN)
        self.assertEqual(self.run_contracts(NEXT).amount_total, 15.08)

    def test_the_price_before_is_the_price_after(self):
        """What is shown before subscribing is what the first invoice says."""
        for included in ("excluded", "included"):
            with self.subTest(included), self.env.cr.savepoint() as savepoint:
                self.set_tax("round_globally", included)
                shown = self.aesthetic._fee_amounts(self.wallet)
                contract = self.subscribe(self.aesthetic)
                invoice = contract._get_related_invoices()
                billed = invoice.amount_untaxed, invoice.amount_total
                self.assertEqual(shown, billed)
                self.assertNotEqual(*shown)
                words = self.aesthetic._fee_words(self.wallet)
                self.assertIn(f"{billed[1]:.2f} USD with tax", words[0])
                savepoint.rollback()
                self.env.invalidate_all()

    # YEN

    def in_yen(self, **values):
        yen = self.root.ref("base.JPY")
        yen.active = True
        yen.rounding = 1
        return self.documo.copy(
            {
                "name": "円",
                "currency_id": yen.id,
                "fee_price": 1500,
                "overage_price": 8,
                "number_price": 300,
                "porting_price": 1500,
                **values,
            }
        )

    def test_yen(self):
        invoice = self.month(self.in_yen())
        self.assertEqual(invoice.currency_id.name, "JPY")
        self.assertInvoiced(invoice, 3884)
        self.assertEqual(
            [amount for _name, amount in self.amounts(invoice)], [1500, 1784, 600]
        )
        self.assertIn("223 at 8", invoice.invoice_line_ids[1].name)

    def test_parts_of_a_yen_are_rounded_once(self):
        """0.108 a page, times 100: 223 x 10.8 = 2,408.4, not 223 x 11."""
        invoice = self.month(self.in_yen(overage_price=10.8))
        line = invoice.invoice_line_ids[1]
        self.assertEqual((line.quantity, line.price_unit), (223, 10.8))
        self.assertEqual(line.price_subtotal, 2408)
        self.assertIn("223 at 10.8", line.name)
        self.assertInvoiced(invoice, 1500 + 2408 + 600)

    def test_a_company_in_yen(self):
        company = self.root["res.company"].create({"name": "会社"})
        plan = self.in_yen()
        self.root["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
        company.currency_id = plan.currency_id
        self.root.user.company_ids += company
        wallet = self.root["medical.credit.wallet"].create(
            {
                "name": "Practice",
                "company_id": company.id,
                "practice_company_id": self.company.id,
                "partner_id": self.practice.id,
                "tariff_id": self.tariff.id,
            }
        )
        self.company.sudo().fax_wallet_id = wallet
        invoice = self.month(plan, wallet)
        self.assertEqual(
            (invoice.company_id, invoice.company_currency_id.name), (company, "JPY")
        )
        self.assertInvoiced(invoice, 3884)


@tagged("post_install", "-at_install")
class TestPlanPeriods(PlanCase):
    """Each period is counted from the first day of the subscription."""

    def test_anniversaries_through_a_leap_year(self):
        expected = {
            29: ["02-29", "03-29", "04-29", "05-29", "06-29", "07-29"],
            30: ["02-29", "03-30", "04-30", "05-30", "06-30", "07-30"],
            31: ["02-29", "03-31", "04-30", "05-31", "06-30", "07-31"],
        }
        for day, dates in expected.items():
            with self.subTest(day=day):
                wallet = self.new_wallet(name=f"Since the {day}th")
                contract = self.subscribe(
                    self.on_account, date(2028, 1, day), wallet=wallet
                )
                billed = []
                for month in range(6):
                    following = contract.recurring_next_date
                    billed.append(following.strftime("%m-%d"))
                    before = fields.Date.subtract(following, days=1)
                    self.use_pages(month + 1, before, 23, 59, wallet=wallet)
                    invoice = self.run_contracts(following)
                    line = invoice.invoice_line_ids
                    self.assertEqual(line.quantity, month + 1)
                    self.assertIn(f"to {before}", line.name)
                self.assertEqual(billed, dates)

    def test_no_leap_year(self):
        contract = self.subscribe(self.aesthetic, date(2027, 1, 31))
        days = []
        for _month in range(4):
            following = contract.recurring_next_date
            days.append(following)
            self.assertInvoiced(self.run_contracts(following), 5.00)
        self.assertEqual(
            days,
            [
                date(2027, 2, 28),
                date(2027, 3, 31),
                date(2027, 4, 30),
                date(2027, 5, 31),
            ],
        )

    def test_each_day_is_in_one_period(self):
        plans = self.root["medical.credit.plan"]
        for anchor in (START, date(2028, 1, 31), date(2027, 2, 28)):
            day = anchor
            expected = None
            for _each in range(800):
                first, last = plans._period_of(anchor, day)
                self.assertTrue(first <= day <= last, (anchor, day))
                if expected and day > expected[1]:
                    self.assertEqual(first, fields.Date.add(expected[1], days=1))
                elif expected:
                    self.assertEqual((first, last), expected)
                expected = first, last
                day = fields.Date.add(day, days=1)

    def test_midnight_where_the_clock_changes(self):
        """In Santiago midnight of 2026-09-06 does not exist: the day begins at 01:00;
        in Havana that of 2026-11-01 comes twice: it begins with the first."""
        plan = self.documo.copy({"tz": "America/Santiago"})
        begin = plan._midnight(date(2026, 9, 6))
        self.assertEqual(str(begin), "2026-09-06 04:00:00")
        self.assertEqual(plan._day_of(begin), date(2026, 9, 6))
        before = fields.Datetime.subtract(begin, seconds=1)
        self.assertEqual(plan._day_of(before), date(2026, 9, 5))
        plan = self.documo.copy({"tz": "America/Havana"})
        begin = plan._midnight(date(2026, 11, 1))
        self.assertEqual(str(begin), "2026-11-01 04:00:00")
        before = fields.Datetime.subtract(begin, seconds=1)
        self.assertEqual(plan._day_of(before), date(2026, 10, 31))

    def test_east_of_greenwich(self):
        """In Auckland the period ends 11 hours before UTC's day begins."""
        plan = self.documo.copy({"tz": "Pacific/Auckland"})
        midnight = plan._midnight(NEXT)
        wallet = self.wallet
        with self.at(START):
            wallet._subscribe(plan, START)
        for seconds, pages in ((-1, 501), (1, 30)):
            with freeze_time(fields.Datetime.add(midnight, seconds=seconds)):
                wallet._reserve(pages, service="fax_page")._capture(pages)
        self.assertInvoiced(self.run_contracts(NEXT), 15.08)
