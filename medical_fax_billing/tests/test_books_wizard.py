from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .books_common import BooksCase

BUYER = "base.group_user,medical_fax_billing.group_credit_buyer"


@tagged("post_install", "-at_install")
class TestPurchaseWizard(BooksCase):
    """Pick a package, look at what it costs, buy it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Only the packages made here are offered.
        cls.root["product.product"].search([("credit_units", ">", 0)]).write(
            {"credit_units": 0}
        )
        cls.small = cls.new_package(taxes_id=cls.tax_sale_a.ids)
        cls.big = cls.new_package(500, 54, taxes_id=cls.tax_sale_a.ids)

    def open(self, wallet=None, user=None):
        wallet = (wallet or self.wallet).with_user(user or self.buyer)
        action = wallet.action_buy()
        return (
            self.env[action["res_model"]]
            .with_user(wallet.env.user)
            .browse(action["res_id"])
        )

    def test_the_cards(self):
        options = self.open().option_ids
        currency = self.company.currency_id
        self.assertEqual(
            options.mapped(lambda o: (o.units_text, o.price, o.price_taxed)),
            [("100 pages", 12, 13.8), ("500 pages", 54, 62.1)],
        )
        self.assertEqual(
            options.mapped("price_unit"),
            [f"{currency.symbol}0.12 a page", f"{currency.symbol}0.108 a page"],
        )
        self.assertEqual(options.mapped("is_picked"), [True, False])

    def test_pick_back_confirm(self):
        purchase = self.open()
        purchase.option_ids[1].action_pick()
        purchase.action_next()
        self.assertEqual(purchase.step, "confirm")
        self.assertEqual(
            (purchase.amount_untaxed, purchase.amount_tax, purchase.amount_total),
            (54, 8.1, 62.1),
        )
        purchase.action_back()
        self.assertEqual(purchase.step, "pick")
        purchase.option_ids[0].action_pick()
        purchase.quantity = 2
        purchase.action_next()
        self.assertEqual(
            (purchase.amount_total, purchase.units_text), (27.6, "200 pages")
        )
        purchase.action_confirm()
        invoice = purchase.move_id.sudo()
        self.assertEqual((invoice.state, invoice.amount_total), ("posted", 27.6))
        self.assertEqual(invoice.partner_id, self.practice)
        self.assertEqual(purchase.move_name, invoice.name)
        self.assertUnits(balance=0)
        self.pay(invoice.with_env(self.env))
        self.assertUnits(balance=200)

    def test_bought_once(self):
        purchase = self.open()
        purchase.action_next()
        purchase.action_confirm()
        invoice = purchase.move_id
        purchase.action_confirm()
        purchase.action_back()
        purchase.option_ids[1].action_pick()
        self.assertEqual(purchase.move_id, invoice)
        self.assertEqual(purchase.step, "done")
        lines = self.root["account.move.line"]
        bought = lines.search([("credit_wallet_id", "=", self.wallet.id)])
        self.assertEqual(bought.move_id, invoice)

    def test_the_totals_are_those_of_the_invoice(self):
        """Whatever the taxes: included in the price, and mapped for the customer."""
        included = self.tax_sale_a.copy(
            {"name": "Included", "price_include_override": "tax_included"}
        )
        for taxes in (included, self.tax_sale_a, self.tax_sale_a + self.tax_sale_b):
            for partner in (self.practice, self.partner_b):
                self.small.taxes_id = taxes
                wallet = self.new_wallet(partner_id=partner.id)
                purchase = self.open(wallet)
                purchase.action_next()
                purchase.action_confirm()
                invoice = purchase.move_id.sudo()
                self.assertEqual(
                    (purchase.amount_untaxed, purchase.amount_total),
                    (invoice.amount_untaxed, invoice.amount_total),
                )

    def test_paying(self):
        purchase = self.open()
        purchase.action_next()
        with self.assertRaises(UserError):
            purchase.action_pay()
        purchase.action_confirm()
        url = purchase.action_pay()["url"]
        self.assertTrue(url.startswith(f"/my/invoices/{purchase.move_id.id}?"), url)
        self.assertFalse(purchase.can_open)
        with self.assertRaises(AccessError):
            purchase.action_open()

    def test_what_is_due_is_said(self):
        self.wallet._owe(7)
        purchase = self.open()
        self.assertEqual(purchase.due_text, "7 pages")

    def test_offered_to_prepaid_wallets_only(self):
        for values in ({"is_postpaid": True}, {"mode": "counted", "partner_id": False}):
            wallet = self.new_wallet(**values)
            self.assertFalse(wallet.with_user(self.buyer).can_buy)
            with self.assertRaises(UserError):
                self.open(wallet)
        self.assertTrue(self.wallet.with_user(self.buyer).can_buy)

    def test_nothing_to_offer(self):
        with self.assertRaises(UserError):
            self.open(self.new_wallet(unit="credits"))

    def test_no_longer_offered(self):
        purchase = self.open()
        purchase.action_next()
        self.small.active = False
        with self.assertRaises(UserError):
            purchase.action_confirm()

    def test_who_may(self):
        plain = new_test_user(self.root, "t_plain_books", "base.group_user")
        stranger = new_test_user(
            self.root,
            "t_stranger_books",
            BUYER,
            company_id=self.root.ref("base.main_company").id,
        )
        purchase = self.open()
        for user in (plain, stranger, self.env.user):
            wallet = self.wallet.with_user(user)
            for action in ("action_buy", "action_enter_purchase"):
                with self.subTest(user=user.login, action=action):
                    with self.assertRaises(AccessError):
                        getattr(wallet, action)()
            for action in ("next", "back", "confirm", "pay", "open"):
                with self.subTest(user=user.login, action=action):
                    with self.assertRaises(AccessError):
                        getattr(purchase.with_user(user), f"action_{action}")()
            with self.assertRaises(AccessError):
                purchase.option_ids.with_user(user)[0].action_pick()
        # Nor by a wizard that one makes oneself.
        own = self.env["medical.credit.purchase"].with_user(stranger)
        with self.assertRaises(AccessError):
            own.create({"wallet_id": self.wallet.id}).action_next()

    def test_an_own_account_gets_a_draft_bill(self):
        wallet = self.new_wallet(mode="own", partner_id=self.partner_b.id)
        self.small.standard_price = 10
        purchase = self.open(wallet)
        purchase.action_next()
        purchase.action_confirm()
        bill = purchase.move_id.sudo()
        self.assertEqual((bill.move_type, bill.state), ("in_invoice", "draft"))
        self.assertEqual(bill.amount_untaxed, purchase.amount_untaxed)
        self.assertUnits(wallet, balance=0)

    def test_a_purchase_at_the_provider_is_entered(self):
        wallet = self.new_wallet(mode="own", partner_id=self.partner_b.id)
        action = wallet.with_user(self.buyer).action_enter_purchase()
        wizard = self.env[action["res_model"]].with_user(self.buyer)
        wizard = wizard.with_context(**action["context"]).create(
            {"units": 250, "amount": 30, "reference": " R-1 "}
        )
        wizard.action_save()
        bill = self.root["account.move"].search([("ref", "=", "R-1")])
        self.assertEqual((bill.state, bill.amount_untaxed), ("draft", 30))
        with self.assertRaises(UserError):
            wizard.action_save()
        with self.assertRaises(UserError):
            self.wallet.with_user(self.buyer).action_enter_purchase()
        wizard.write({"reference": "R-2", "date": fields.Date.add(wizard.date, days=1)})
        with self.assertRaises(UserError):
            wizard.action_save()

    def test_a_practice_of_another_company(self):
        """It buys, sees its wallet and card, and nothing of the operator's books."""
        practice = self.setup_other_company()["company"]
        wallet = self.new_wallet(practice_company_id=practice.id)
        buyer = new_test_user(
            self.root, "t_practice_buyer", BUYER, company_id=practice.id
        )
        purchase = self.open(wallet, buyer)
        purchase.action_next()
        purchase.action_confirm()
        invoice = purchase.move_id.sudo()
        self.assertEqual(invoice.company_id, self.company)
        accountant = new_test_user(
            self.root,
            "t_practice_accountant",
            "base.group_user,account.group_account_manager",
            company_id=practice.id,
        )
        for user in (buyer, accountant):
            moves = self.env["account.move"].with_user(user)
            if user == accountant:
                self.assertFalse(moves.search([("id", "=", invoice.id)]))
            with self.assertRaises(AccessError):
                moves.browse(invoice.id).read(["name"])
        self.pay(invoice.with_env(self.env))
        lot = self.lot_of(invoice).with_user(buyer)
        self.assertEqual((lot.granted, lot.left), (100, 100))
        seen = wallet.with_user(buyer).web_read(
            {"available": {}, "purchase_message": {}, "partner_id": {"fields": {}}}
        )
        self.assertEqual(seen[0]["available"], 100)
        unused = self.env["medical.credit.unused"]
        domain = [("wallet_id", "=", wallet.id)]
        self.assertTrue(unused.search(domain))
        self.assertFalse(unused.with_user(accountant).search(domain))
