from lxml import etree

from odoo.exceptions import AccessError
from odoo.http import _generate_routing_rules
from odoo.tests import tagged

from .common import ACCOUNTANT, CreditCase

ADDON = "medical_fax_billing"
PACKAGE = f"odoo.addons.{ADDON}."


@tagged("post_install", "-at_install")
class TestPublicMethods(CreditCase):
    """What any program that logs in can call: each method, route and button of this
    addon is listed, so that a new one is looked at by someone who thinks of it."""

    maxDiff = None
    METHODS = {
        # as Odoo's own, which it goes on with
        "account.move": {"button_draft"},
        "fax.composer": {
            "action_ask_for_credit",
            "action_preview",
            "get_credit",
        },
        "fax.message": {
            "action_ask_for_credit",
            "action_buy_credit",
            "action_resend_quota",
        },
        "medical.credit.lot": {"action_export_csv", "action_view_uses"},
        "medical.credit.provider.purchase": {"action_save"},
        "medical.credit.purchase": {
            "action_back",
            "action_confirm",
            "action_next",
            "action_open",
            "action_pay",
        },
        "medical.credit.purchase.option": {"action_pick"},
        "medical.credit.statement": {"action_print"},
        "medical.credit.wallet": {
            "action_buy",
            "action_enter_purchase",
            "action_statement",
            "action_view_lots",
            "action_view_moves",
            "action_view_usage",
            "get_usage",
            "get_usage_log",
        },
    }
    ROUTES = {"/medical_fax_billing/card/<int:lot_id>/csv"}
    # Buttons in our views that call methods of other addons
    BUTTONS = set()
    # Odoo's own names, which ours override
    OVERRIDES = {"create", "write", "unlink", "copy", "copy_data", "name_create"}

    def test_methods(self):
        found = {}
        for name, model in self.env.registry.items():
            for cls in model.__mro__:
                if cls.__module__.startswith(PACKAGE):
                    found.setdefault(name, set()).update(
                        method
                        for method, value in vars(cls).items()
                        if callable(value)
                        and not method.startswith("_")
                        and not getattr(value, "_api_private", False)
                    )
        found = {name: methods - self.OVERRIDES for name, methods in found.items()}
        found = {name: methods for name, methods in found.items() if methods}
        self.assertEqual(found, self.METHODS)

    def test_routes(self):
        rules = _generate_routing_rules([ADDON], nodb_only=False)
        self.assertEqual({url for url, _endpoint in rules}, self.ROUTES)

    def test_buttons(self):
        views = self.env["ir.model.data"].search(
            [("module", "=", ADDON), ("model", "=", "ir.ui.view")]
        )
        found = set()
        for view in self.env["ir.ui.view"].browse(views.mapped("res_id")):
            for button in etree.fromstring(view.arch).iter("button"):
                if button.get("type") == "object":
                    found.add(button.get("name"))
        self.assertTrue(found)
        known = set().union(*self.METHODS.values()) | self.BUTTONS
        self.assertLessEqual(found, known)


@tagged("post_install", "-at_install")
class TestCreditRights(CreditCase):
    """Who may do what with credit. Asking stands in test_credit_ask.py, cards in
    test_credit_cards.py, usage in test_credit_usage.py."""

    def setUp(self):
        super().setUp()
        self.company.fax_wallet_id = self.wallet
        self.accountant = self.new_user("t_rights_accountant", ACCOUNTANT)

    def test_buying_is_for_buyers(self):
        self.assertTrue(self.wallet.with_user(self.buyer).action_buy())
        for user in (
            self.user,
            self.manager,
            self.accountant,
            self.plain,
            self.stranger,
        ):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.wallet.with_user(user).action_buy()

    def test_a_wallet_of_another_company(self):
        foreign = self.new_wallet(
            company_id=self.other_company.id, practice_company_id=self.other_company.id
        )
        wallet = foreign.with_user(self.buyer)
        for method in (
            "action_buy",
            "action_view_lots",
            "action_view_moves",
            "action_view_usage",
        ):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(wallet, method)()
        wallets = self.env["medical.credit.wallet"].with_user(self.buyer)
        for method in (wallets.get_usage, wallets.get_usage_log):
            with self.assertRaises(AccessError):
                method(foreign.id)
        self.assertNotIn(
            foreign.id, [each["id"] for each in wallets.get_usage()["wallets"]]
        )

    def test_reading_a_wallet(self):
        for user in (self.buyer, self.manager, self.accountant):
            wallet = self.wallet.with_user(user)
            self.assertTrue(wallet.action_view_lots())
            self.assertTrue(wallet.action_view_moves())
            self.assertTrue(wallet.action_view_usage())
        for user in (self.user, self.plain, self.stranger):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.wallet.with_user(user).action_view_lots()

    def test_senders_hear_the_price_and_see_no_wallet(self):
        self.wallet._grant(9)
        self.assertEqual(self.compose()._credit_offer(2)["sum"], "2 pages, 9 left")
        with self.assertRaises(AccessError):
            self.wallet.with_user(self.user).read(["available"])

    def test_what_buyers_cannot_do(self):
        """Neither through the record nor through what the screens compute."""
        self.wallet._grant(9)
        wallet = self.wallet.with_user(self.buyer)
        for values in ({"asked_at": False}, {"mode": "counted"}, {"is_postpaid": True}):
            with self.assertRaises(AccessError):
                wallet.write(values)
        fax = self.send()
        with self.assertRaises(AccessError):
            fax.with_user(self.buyer).read(["partner_name"])
        with self.assertRaises(AccessError):
            fax.with_user(self.buyer).action_resend_quota()
