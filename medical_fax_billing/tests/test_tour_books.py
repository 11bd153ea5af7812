from datetime import date, datetime

from freezegun import freeze_time

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import BUYER, CreditFixture

WALLET = "/odoo/action-medical_fax_billing.medical_credit_wallet_action"
UNUSED = "/odoo/action-medical_fax_billing.medical_credit_unused_action"


@tagged("post_install", "-at_install")
class TestBooksTours(CreditFixture, HttpCase):
    """Buying, and what the accountant sees of it, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        chart = cls.env["account.chart.template"]
        chart.try_loading("generic_coa", company=cls.company, install_demo=False)
        products = cls.env["product.product"]
        data = [f"medical_fax_billing.product_package_{n}" for n in (100, 500, 1000)]
        cls.packages = products.union(*(cls.env.ref(name) for name in data))
        cls.packages.write({"taxes_id": False})
        others = products.search([("credit_units", ">", 0)]) - cls.packages
        others.write({"sale_ok": False})
        cls.company._make_credit_account("resold")

    def tour(self, name, wallet, user=None):
        user = user or self.buyer
        self.start_tour(f"{WALLET}/{wallet.id}", name, login=user.login)

    def bought(self, wallet):
        lines = self.env["account.move.line"]
        return lines.search([("credit_wallet_id", "=", wallet.id)]).move_id

    def test_buy(self):
        self.tour("medical_fax_billing_buy", self.wallet)
        invoice = self.bought(self.wallet)
        self.assertEqual((invoice.state, invoice.amount_untaxed), ("posted", 54))
        self.assertEqual(invoice.partner_id, self.practice)
        self.assertEqual(invoice.invoice_line_ids.credit_units, 500)

    def test_enter_a_purchase(self):
        provider = self.env["res.partner"].create({"name": "A provider"})
        wallet = self.new_wallet(mode="own", unit="credits", partner_id=provider.id)
        self.tour("medical_fax_billing_enter_purchase", wallet)
        bill = self.bought(wallet)
        self.assertEqual((bill.state, bill.ref), ("draft", "IFX-77"))
        bill.action_post()
        self.assertUnits(wallet, balance=250)

    def test_the_report(self):
        with freeze_time(datetime(2026, 3, 5, 12)):
            invoice = self.wallet._new_purchase(self.packages[0])
            invoice.action_post()
            wizard = self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoice.ids
            )
            wizard.create({})._create_payments()
            self.wallet._reserve(23)._capture(23)
        self.wallet._recognise(date(2026, 3, 1))
        accountant = self.new_user(
            "t_tour_accountant",
            f"{BUYER},account.group_account_manager,account.group_account_readonly",
        )
        self.start_tour(UNUSED, "medical_fax_billing_unused", login=accountant.login)
        self.assertEqual(fields.Date.to_string(invoice.date)[:7], "2026-03")
