from datetime import date

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .plan_common import START, PlanCase


@tagged("post_install", "-at_install")
class TestPlan(PlanCase):
    """Plans are data, and wrong ones are refused in words."""

    def test_wrong_plans(self):
        page, card = self.aesthetic.package_ids[0], self.interfax.package_ids
        for plan, values in (
            # A price without a product that says account and taxes
            (self.on_account, {"fee_price": 5}),
            (self.documo, {"porting_product_id": False}),
            (self.documo, {"number_product_id": False}),
            (self.documo, {"overage_product_id": False}),
            # Paid in advance and afterwards
            (self.aesthetic, {"overage_price": 0.1, "overage_product_id": page.id}),
            (self.documo, {"overage_price": 0}),
            (self.documo, {"package_ids": page.ids}),
            (self.documo, {"refill_default": True}),
            # Packages of another unit, or none
            (self.aesthetic, {"package_ids": card.ids}),
            (self.aesthetic, {"unit": "credits"}),
            (self.aesthetic, {"package_ids": self.documo.fee_product_id.ids}),
            (self.aesthetic, {"refill_package_id": card.id}),
            # Refills
            (self.aesthetic, {"refill_package_id": False}),
            (self.aesthetic, {"refill_threshold": 0}),
        ):
            with self.subTest(plan=plan.name, values=values):
                with self.assertRaises(ValidationError), self.env.cr.savepoint():
                    plan.copy(values)

    def test_negative_prices(self):
        for name in ("fee_price", "included_units", "numbers_included"):
            with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
                with self.env.cr.savepoint():
                    self.documo.copy({name: -1}).flush_recordset()

    def test_plans_that_do_not_fit_the_wallet(self):
        euro = self.root.ref("base.EUR")
        euro.active = False
        other = self.root["res.company"].create({"name": "Other"})
        money = self.new_wallet(unit="currency")
        counted = self.new_wallet(mode="counted", partner_id=False)
        for wallet, plan in (
            (self.wallet, self.interfax),
            (money, self.documo),
            (money, self.interfax.copy({"currency_id": self.root.ref("base.CAD").id})),
            (self.wallet, self.documo.copy({"unit": "credits"})),
            (self.wallet, self.documo.copy({"company_id": other.id})),
            (self.wallet, self.documo.copy({"currency_id": euro.id})),
            (counted, self.documo),
        ):
            with self.subTest(wallet=wallet.name, plan=plan.name):
                with self.assertRaises(UserError):
                    self.subscribe(plan, wallet=wallet)
                self.assertFalse(wallet.plan_id)
        self.assertFalse(
            self.root["contract.contract"].search_count(
                [("credit_wallet_id", "!=", False)]
            )
        )

    def test_what_was_agreed_to_stays(self):
        self.subscribe(self.documo)
        for values in ({"overage_price": 0.1}, {"tz": "UTC"}, {"included_units": 400}):
            with self.assertRaises(ValidationError):
                self.documo.write(values)
        # What is no term, and what is said again, may be written
        self.documo.write({"name": "Documo 2027", "overage_price": 0.08})
        self.documo.copy().overage_price = 0.1

    def test_prices_in_words(self):
        self.assertEqual(
            self.documo._terms_words(),
            [
                "15.00 USD a month.",
                "500 pages included each month.",
                "0.08 USD for each one beyond.",
                "3 numbers included.",
                "3.00 USD a month for each further number.",
                "15.00 USD once to port a number in.",
                "Pages received count like pages sent.",
            ],
        )
        shown = [self.documo._price_text(price) for price in (3, 0.108, 12.5, 100)]
        self.assertEqual(shown, ["3.00", "0.108", "12.50", "100.00"])

    def test_a_period_begins_once(self):
        contract = self.subscribe(self.documo)
        period = contract.credit_period_ids
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                period.copy()
        with self.at(START):
            contract._open_periods()
        self.assertEqual(contract.credit_period_ids, period)
        self.assertEqual(len(self.wallet.lot_ids), 1)

    def test_invoices_name_nobody(self):
        """Neither a fax, nor a number, nor who sent it."""
        self.rent(5)
        self.subscribe(self.documo)
        with self.at(date(2026, 11, 20)):
            self.wallet._charge(
                510, service="fax_inbound", number_end="0190", quantity=510
            )
        self.port(date(2026, 11, 20))
        invoice = self.run_contracts(date(2026, 12, 3))
        self.assertEqual(len(invoice.invoice_line_ids), 4)
        words = " ".join(
            [
                *invoice.invoice_line_ids.mapped("name"),
                *invoice.message_ids.mapped("body"),
            ]
        )
        for private in ("0190", "9001", "+1514", "5145"):
            self.assertNotIn(private, words)


@tagged("post_install", "-at_install")
class TestPlanAccess(PlanCase):
    """Accounting managers make plans and subscribe; others see the result."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            login: new_test_user(
                cls.root, f"t_plan_{login}", groups=groups, company_id=cls.company.id
            )
            for login, groups in {
                "plain": "base.group_user",
                "buyer": "base.group_user,medical_fax_billing.group_credit_buyer",
                "fax": "base.group_user,medical_fax.group_fax_manager",
                "invoice": "base.group_user,account.group_account_invoice",
                "chief": "base.group_user,account.group_account_manager",
            }.items()
        }

    def test_who_makes_plans(self):
        for login, user in self.users.items():
            plan = self.documo.with_user(user)
            self.assertTrue(plan.name)
            if login == "chief":
                plan.name = "Another name"
                continue
            with self.subTest(login), self.assertRaises(AccessError):
                plan.write({"name": "Another name"})

    def test_nobody_writes_a_period(self):
        period = self.subscribe(self.documo).credit_period_ids
        for login, user in self.users.items():
            with self.subTest(login):
                with self.assertRaises(AccessError):
                    period.with_user(user).write({"included_units": 1000})
                with self.assertRaises(AccessError):
                    period.with_user(user).unlink()

    def test_who_subscribes(self):
        for login, user in self.users.items():
            wallet = self.wallet.with_user(user)
            if login == "chief":
                continue
            with self.subTest(login):
                with self.assertRaises(AccessError):
                    wallet.action_subscribe()
                with self.assertRaises(AccessError):
                    wallet.action_cancel_subscription()
                with self.assertRaises(AccessError):
                    wallet.env["medical.credit.subscribe"].create(
                        {"wallet_id": wallet.id, "plan_id": self.documo.id}
                    )

    def test_the_chief_subscribes(self):
        wallet = self.wallet.with_user(self.users["chief"])
        with self.at(START):
            action = wallet.action_subscribe()
            wizard = wallet.env[action["res_model"]].browse(action["res_id"])
            wizard.plan_id = self.documo
            self.assertEqual(wizard.start_on, START)
            self.assertIn("15.00 USD a month", wizard.terms)
            wizard.action_subscribe()
        self.assertEqual(self.wallet.plan_id, self.documo)
        contract = wallet.action_view_contract()["res_id"]
        self.assertEqual(contract, self.wallet.contract_id.id)
        listed = self.documo.with_user(self.users["chief"]).action_view_subscriptions()
        found = self.root["contract.contract"].search(listed["domain"])
        self.assertEqual(found.ids, [contract])
        with self.at(date(2026, 11, 20)):
            wallet.action_cancel_subscription()
        self.assertEqual(wallet.subscription_ends_on, date(2026, 12, 2))

    def test_what_the_others_see(self):
        self.subscribe(self.documo)
        for login in ("buyer", "fax", "invoice"):
            wallet = self.wallet.with_user(self.users[login])
            shown = wallet.read(["plan_id", "next_charge_on", "included_left"])[0]
            self.assertEqual(shown["plan_id"][0], self.documo.id)
            self.assertEqual(shown["next_charge_on"], date(2026, 12, 3))
            self.assertEqual(shown["included_left"], 500)
            self.assertEqual(wallet.period_ids.first_on, START)

    def test_another_company_sees_nothing(self):
        self.subscribe(self.documo)
        company = self.root["res.company"].create({"name": "Stranger"})
        stranger = new_test_user(
            self.root,
            "t_plan_stranger",
            groups="base.group_user,account.group_account_manager",
            company_id=company.id,
        )
        self.assertFalse(
            self.env["medical.credit.period"].with_user(stranger).search([])
        )
        plan = self.documo.copy({"company_id": self.company.id})
        with self.assertRaises(AccessError):
            plan.with_user(stranger).read(["name"])
