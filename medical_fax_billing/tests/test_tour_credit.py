from odoo.tests import HttpCase, tagged

from odoo.addons.medical_fax.providers import FailureKind, FaxState

from .common import CreditFixture


@tagged("post_install", "-at_install")
class TestCreditTours(CreditFixture, HttpCase):
    """Credit in a browser: the price, running out, buying, and the held fax goes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # A practice that pays in advance, and an operator with accounts to invoice it
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.company, install_demo=False
        )
        cls.account.undo_seconds = 30
        cls.account.default_number_id = cls.number
        cls.set_wait("hold_notice_seconds", 0)
        cls.company.fax_wallet_id = cls.wallet
        packages = cls.env["product.product"].search([("credit_units", ">", 0)])
        packages.write({"credit_units": 0})
        cls.package = cls.env["product.product"].create(
            {
                "name": "100 pages",
                "type": "service",
                "lst_price": 12,
                "taxes_id": False,
                "credit_units": 100,
                "credit_unit": "pages",
            }
        )

    def run_tour(self, name, user=None):
        self.start_tour(
            "/odoo", f"medical_fax_credit_{name}", login=(user or self.user).login
        )
        self.env.invalidate_all()

    def pay(self, invoice):
        register = self.env["account.payment.register"].with_company(self.company)
        register = register.with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        register.create({})._create_payments()

    def deliver(self, fax):
        self.make_due(fax)
        self.run_queue()
        self.fake.deliver(fax.attempt_ids)
        self.run_queue()

    def test_price(self):
        """Who pays and the price, to each destination, without scrolling."""
        wallet = self.new_wallet(unit="credits")
        wallet._grant(88)
        self.company.fax_wallet_id = wallet
        self.account.country_ids |= self.env.ref("base.uk")
        self.new_contact("London Clinic", "+442071234567")
        self.browser_size = "1366x768"
        self.run_tour("price")
        self.assertUnits(wallet, reserved=6, available=82)

    def test_run_out_held_bought_gone(self):
        self.run_tour("run_out")
        fax = self.env["fax.message"].search([("user_id", "=", self.user.id)])
        self.assertEqual((fax.state, fax.hold_kind), ("held", "credit"))
        asked = self.wallet.activity_ids.filtered(
            lambda activity: activity.user_id == self.buyer
        )
        self.assertEqual(len(asked), 1, "asked twice, told once")
        self.run_tour("buy", self.buyer)
        invoice = self.env["account.move"].search(
            [
                ("partner_id", "=", self.practice.id),
                ("company_id", "=", self.company.id),
            ]
        )
        self.assertRecordValues(
            invoice,
            [{"state": "posted", "amount_untaxed": 12.0, "payment_state": "not_paid"}],
        )
        self.assertEqual(fax.state, "held", "a promise to pay is no credit")
        self.pay(invoice)
        self.assertEqual(fax.state, "queued")
        self.assertFalse(self.wallet.activity_ids, "done by itself")
        self.deliver(fax)
        self.assertEqual(fax.state, "delivered")
        self.assertUnits(balance=99, reserved=0)
        self.run_tour("gone")
        self.run_tour("usage", self.buyer)

    def test_resend_all(self):
        """The provider's account had no credit; ours has."""
        self.wallet._grant(100)
        faxes = self.send() + self.send(recipients=self.rossi)
        self.make_due(faxes)
        self.run_queue()
        for fax in faxes:
            self.fake.answer(
                FaxState.FAILED, fax.attempt_ids, failure=FailureKind.QUOTA_EXCEEDED
            )
        self.run_queue()
        self.assertUnits(available=100)
        self.run_tour("quota")
        self.assertEqual(len(faxes.resend_ids), 2)
        self.assertUnits(available=100 - 2 * faxes[0].pages)
