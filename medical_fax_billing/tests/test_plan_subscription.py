from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .plan_common import START, PlanCase

BETWEEN = date(2026, 11, 20)
LAST = date(2026, 12, 2)
NEXT = date(2026, 12, 3)
LATER = date(2027, 1, 3)


@tagged("post_install", "-at_install")
class TestPlanAestheticRecord(PlanCase):
    """5.00 a month in advance; pages in packages of 100, 500 and 1,000."""

    def invoices(self):
        lines = self.root["account.move.line"]
        found = lines.search([("contract_line_id", "!=", False)])
        return found.move_id.sorted("id")

    def pack(self, units):
        return self.aesthetic.package_ids.filtered(lambda p: p.credit_units == units)

    def test_packages(self):
        """0, 10 and 20 % off 0.12 a page."""
        for units, off, price in ((100, 0, 12), (500, 10, 54), (1000, 20, 96)):
            invoice = self.buy(package=self.pack(units))
            self.assertAlmostEqual(invoice.amount_untaxed, price, 2)
            self.assertAlmostEqual(units * 0.12 * (100 - off) / 100, price, 6)

    def test_the_first_month(self):
        """The fee at once, and 100 pages: 17.00."""
        self.subscribe(self.aesthetic)
        fee = self.invoices()
        self.assertInvoiced(fee, 5.00)
        self.assertEqual(
            self.amounts(fee), [("Aesthetic Record, 2026-11-03 to 2026-12-02", 5.00)]
        )
        with self.at(START):
            pages = self.buy(package=self.pack(100))
        self.assertAlmostEqual((fee + pages)[0].amount_untaxed + 12, 17.00, 2)
        self.assertEqual(sum((fee + pages).mapped("amount_untaxed")), 17.00)
        # Nothing more until the next month
        self.assertFalse(self.run_contracts(LAST))
        self.assertInvoiced(self.run_contracts(NEXT), 5.00)

    def test_off_and_on_within_a_month(self):
        """One fee, two numbers: the first one is lost for good."""
        first = self.rent(1, START)
        contract = self.subscribe(self.aesthetic)
        with self.at(date(2026, 11, 10)):
            self.assertEqual(self.wallet._cancel_subscription(), LAST)
        self.order_number(first, date(2026, 11, 10), "release")
        second = self.rent(1)
        self.order_number(second, date(2026, 11, 15))
        self.assertEqual(self.subscribe(self.aesthetic, date(2026, 11, 15)), contract)
        self.assertInvoiced(self.invoices(), 5.00)
        self.assertInvoiced(self.run_contracts(NEXT), 5.00)
        period = contract.credit_period_ids.filtered(lambda p: p.first_on == START)
        self.assertEqual(period.number_count, 2)
        # The next month has the second one only
        self.assertInvoiced(self.run_contracts(LATER), 5.00)
        periods = contract.credit_period_ids.sorted("first_on")
        self.assertEqual(periods[:2].mapped("number_count"), [2, 1])

    def test_off(self):
        """The fee stops with the period."""
        self.subscribe(self.aesthetic)
        with self.at(BETWEEN):
            self.wallet._cancel_subscription()
        self.assertEqual(self.wallet.subscription_ends_on, LAST)
        self.assertFalse(self.run_subscriptions(LAST))
        self.assertEqual(self.wallet.plan_id, self.aesthetic)
        self.assertFalse(self.run_subscriptions(NEXT) + self.run_contracts(LATER))
        self.assertFalse(self.wallet.plan_id)

    def test_on_again_after_its_end(self):
        self.subscribe(self.aesthetic)
        with self.at(BETWEEN):
            self.wallet._cancel_subscription()
        contract = self.subscribe(self.aesthetic, date(2026, 12, 10))
        self.assertInvoiced(self.invoices(), 5.00, 5.00)
        self.assertEqual(contract.recurring_next_date, date(2027, 1, 10))
        self.assertEqual(self.wallet.plan_id, self.aesthetic)

    def test_the_plan_offers_its_packages(self):
        """Those of others are not offered, the wallet's unit fits or not."""
        self.assertIn(self.package, self.wallet._packages())
        self.subscribe(self.aesthetic)
        offered = self.wallet._packages()
        self.assertEqual(offered, self.aesthetic.package_ids.sorted("credit_units"))

    def test_what_the_plan_says_of_refills(self):
        self.assertTrue(self.aesthetic.refill_default)
        self.assertEqual(
            (self.aesthetic.refill_trigger, self.aesthetic.refill_threshold),
            ("below", 10),
        )
        self.assertEqual(self.interfax.refill_trigger, "used")
        card = self.interfax.refill_package_id
        self.assertEqual((card.lst_price, card.credit_units), (100, 100))
        self.assertFalse(self.interfax.refill_default)

    def test_the_dialog_of_a_refill_starts_with_them(self):
        for plan, unit in ((self.aesthetic, "pages"), (self.interfax, "currency")):
            wallet = self.new_wallet(unit=unit)
            self.subscribe(plan, wallet=wallet)
            buyer = wallet.with_user(self.buyer)
            action = buyer.action_refill()
            setup = self.root[action["res_model"]].browse(action["res_id"])
            with self.subTest(plan.name):
                self.assertEqual(setup.package_id.product_id, plan.refill_package_id)
                self.assertEqual(setup.trigger, plan.refill_trigger)
                self.assertEqual(setup.daily_cap, 3)


@tagged("post_install", "-at_install")
class TestPlanSubscription(PlanCase):
    """Subscribing, changing and ending."""

    def test_a_prepaid_card_has_no_invoices_of_its_own(self):
        wallet = self.new_wallet(unit="currency")
        contract = self.subscribe(self.interfax, wallet=wallet)
        self.assertFalse(contract.contract_line_ids)
        self.assertFalse(contract.recurring_next_date)
        self.assertFalse(self.run_contracts(NEXT))
        self.assertFalse(self.run_subscriptions(NEXT))
        self.assertEqual(wallet.plan_id, self.interfax)
        self.assertEqual(wallet.period_ids.mapped("first_on"), [NEXT, START])

    def test_a_card_bought_for_its_price(self):
        wallet = self.new_wallet(unit="currency")
        self.subscribe(self.interfax, wallet=wallet)
        self.interfax.package_ids.taxes_id = False
        invoice = self.buy(wallet=wallet, package=self.interfax.package_ids)
        self.pay(invoice)
        self.assertEqual(invoice.amount_untaxed, 100)
        self.assertUnits(wallet, available=100)

    def test_a_post_paid_account(self):
        """Pages on credit are invoiced each month, and no package is offered."""
        self.subscribe(self.on_account)
        self.assertTrue(self.wallet.is_postpaid)
        self.use_pages(150, BETWEEN)
        self.receive_pages(20, BETWEEN)
        self.assertUnits(unbilled=170, due=0, balance=0)
        invoice = self.run_contracts(NEXT)
        self.assertInvoiced(invoice, 20.40)
        self.assertEqual(
            self.amounts(invoice),
            [("Fax pages 2026-11-03 to 2026-12-02, 170 at 0.12", 20.40)],
        )
        self.assertUnits(unbilled=0)
        # A month without use makes no invoice, and the one after it does
        self.assertFalse(self.run_contracts(LATER))
        self.use_pages(1, date(2027, 1, 10))
        self.assertInvoiced(self.run_contracts(date(2027, 2, 3)), 0.12)

    def test_cards_are_used_before_credit(self):
        """Of a plan with included pages and a card from before: 500, 100, then 23."""
        self.wallet._grant(100, amount=12)
        self.subscribe(self.documo)
        self.use_pages(623, BETWEEN)
        self.assertInvoiced(self.run_contracts(NEXT), 15.00 + 23 * 0.08)

    def test_what_was_due_is_invoiced_afterwards(self):
        self.receive_pages(4, date(2026, 11, 1))
        self.assertUnits(due=4)
        self.subscribe(self.on_account)
        self.assertUnits(due=0, unbilled=4)
        self.assertInvoiced(self.run_contracts(NEXT), 0.48)

    def test_going_on_credit_lets_held_faxes_go(self):
        heard = []
        wallet_class = self.env.registry["medical.credit.wallet"]
        self.patch(wallet_class, "_credit_arrived", lambda wallet: heard.append(wallet))
        self.subscribe(self.on_account)
        self.assertEqual(heard, [self.wallet])

    def test_ending_bills_the_last_period(self):
        contract = self.subscribe(self.documo)
        self.use_pages(510, BETWEEN)
        with self.at(BETWEEN):
            self.wallet._cancel_subscription()
        self.assertFalse(self.run_subscriptions(LAST))
        self.assertInvoiced(self.run_subscriptions(NEXT), 15.80)
        self.assertFalse(self.run_subscriptions(LATER))
        self.assertFalse(contract.recurring_next_date)
        self.assertFalse(self.wallet.plan_id or self.wallet.is_postpaid)

    def test_another_plan_follows_the_period(self):
        old = self.subscribe(self.documo)
        self.use_pages(510, BETWEEN)
        with self.at(BETWEEN):
            self.wallet._cancel_subscription()
        new = self.subscribe(self.on_account, BETWEEN)
        self.assertEqual((old.date_end, new.date_start), (LAST, NEXT))
        self.assertEqual(self.wallet.plan_id, self.documo)
        self.assertInvoiced(self.run_subscriptions(NEXT, 0))
        self.assertEqual(self.wallet.plan_id, self.on_account)
        self.use_pages(10, NEXT)
        self.assertInvoiced(self.run_subscriptions(NEXT), 15.80)
        self.assertInvoiced(self.run_subscriptions(LATER), 1.20)

    def test_once(self):
        self.subscribe(self.documo)
        with self.assertRaises(UserError):
            self.subscribe(self.documo)
        with self.at(BETWEEN):
            self.wallet._cancel_subscription()
            with self.assertRaises(UserError):
                self.wallet._cancel_subscription()

    def test_later(self):
        """One that has not begun changes nothing yet, and can be taken back."""
        with self.at(START):
            contract = self.wallet._subscribe(self.documo, BETWEEN)
        self.assertFalse(self.wallet.plan_id or contract.credit_period_ids)
        self.assertFalse(self.run_subscriptions(date(2026, 11, 19)))
        with self.at(date(2026, 11, 19)):
            self.wallet._cancel_subscription()
        self.assertFalse(self.run_subscriptions(date(2026, 12, 25)))
        self.assertFalse(self.wallet.plan_id)

    def test_what_a_subscription_keeps(self):
        contract = self.subscribe(self.documo)
        for values in ({"active": False}, {"mode": "own"}):
            with self.assertRaises(ValidationError):
                self.wallet.write(values)
        with self.assertRaises(UserError):
            contract.copy()
        # The same again is no change
        self.wallet.write({"active": True, "mode": "resold", "name": "Other"})

    def test_another_partner_is_invoiced_from_then_on(self):
        self.subscribe(self.documo)
        self.assertEqual(self.run_contracts(NEXT).partner_id, self.practice)
        self.wallet.partner_id = self.partner_b
        self.assertEqual(self.run_contracts(LATER).partner_id, self.partner_b)

    def test_what_the_wallet_shows(self):
        self.subscribe(self.documo)
        self.use_pages(120, BETWEEN)
        with self.at(BETWEEN):
            self.wallet.invalidate_recordset()
            shown = self.wallet.read(
                [
                    "next_charge_on",
                    "period_first_on",
                    "period_last_on",
                    "included_left",
                    "included_units",
                    "subscription_ends_on",
                ]
            )[0]
        del shown["id"]
        self.assertEqual(
            shown,
            {
                "next_charge_on": NEXT,
                "period_first_on": START,
                "period_last_on": LAST,
                "included_left": 380,
                "included_units": 500,
                "subscription_ends_on": False,
            },
        )

    def test_own_account_makes_a_draft_bill(self):
        """What the provider bills is compared with its paper first."""
        wallet = self.new_wallet(mode="own", partner_id=self.partner_b.id)
        self.subscribe(self.documo, wallet=wallet)
        self.use_pages(501, BETWEEN, wallet=wallet)
        bill = self.run_contracts(NEXT)
        self.assertEqual((bill.move_type, bill.state), ("in_invoice", "draft"))
        self.assertEqual(
            (bill.partner_id, bill.amount_untaxed), (self.partner_b, 15.08)
        )

    def test_a_custom_rate_is_a_record(self):
        plan = self.documo.copy({"overage_price": 0.108, "included_units": 0})
        self.subscribe(plan)
        self.use_pages(223, BETWEEN)
        invoice = self.run_contracts(NEXT)
        self.assertInvoiced(invoice, 15.00 + 24.08)
        self.assertIn("223 at 0.108", invoice.invoice_line_ids[1].name)

    def test_parts_of_a_unit_are_rounded_on_the_line(self):
        """3 x 1.3335 units at 10.00 are 40.005, not 40.00 of a rounded quantity."""
        plan = self.on_account.copy({"overage_price": 10})
        self.subscribe(plan)
        for _each in range(3):
            self.use_pages(1.3335, BETWEEN)
        invoice = self.run_contracts(NEXT)
        self.assertInvoiced(invoice, 40.01)
        self.assertIn("4.0005 at 10.00", invoice.invoice_line_ids.name)

    def test_the_practice_reads_its_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.practice.lang = "fr_FR"
        words = []
        line_class = self.env.registry["contract.line"]
        original = line_class._charge_words

        def listen(line):
            words.append(line.env.lang)
            return original(line)

        self.patch(line_class, "_charge_words", listen)
        self.subscribe(self.on_account)
        self.use_pages(1, BETWEEN)
        self.run_contracts(NEXT)
        self.assertEqual(words, ["fr_FR"])


@tagged("post_install", "-at_install")
class TestPlanReceived(PlanCase):
    """Pages received: counted, charged apart, or free."""

    def month(self, policy, plan=None):
        plan = (plan or self.documo).copy({"inbound_policy": policy})
        self.subscribe(plan)
        self.use_pages(400, BETWEEN)
        return self.receive_pages(150, BETWEEN)

    def test_they_count(self):
        self.month("include")
        self.assertInvoiced(self.run_contracts(NEXT), 15.00 + 50 * 0.08)

    def test_they_are_charged_apart(self):
        self.month("charge")
        invoice = self.run_contracts(NEXT)
        self.assertInvoiced(invoice, 15.00 + 150 * 0.08)
        self.assertEqual(
            [name for name, _amount in self.amounts(invoice)],
            [
                "Documo (copy), 2026-11-03 to 2026-12-02",
                "Fax pages 2026-11-03 to 2026-12-02, 400 of 500 included",
                "Fax pages received 2026-11-03 to 2026-12-02, 150 at 0.08",
            ],
        )
        self.assertUnits(unbilled=0)
        self.assertFalse(self.run_subscriptions(NEXT))

    def test_they_are_free(self):
        self.assertFalse(self.month("waive"))
        self.assertInvoiced(self.run_contracts(NEXT), 15.00)

    def test_paid_in_advance_they_are_due(self):
        plan = self.aesthetic.copy({"included_units": 100, "inbound_policy": "charge"})
        self.subscribe(plan)
        self.receive_pages(30, BETWEEN)
        with self.at(BETWEEN):
            self.assertUnits(available=100, due=30)
            self.wallet._grant(50)
            self.assertUnits(available=120, due=0)

    def test_paid_in_advance_the_included_ones_pay(self):
        plan = self.aesthetic.copy({"included_units": 100})
        self.subscribe(plan)
        self.receive_pages(130, BETWEEN)
        with self.at(BETWEEN):
            self.assertUnits(available=0, due=30)
        self.assertInvoiced(self.run_contracts(NEXT), 5.00)
        # The next month's included pages do not pay what was due before
        with self.at(NEXT):
            self.assertUnits(available=100, due=30)
