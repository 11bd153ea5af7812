from odoo.tests import HttpCase, tagged

from .common import CreditFixture
from .refill_common import RefillFixture


@tagged("post_install", "-at_install")
class TestRefillTours(RefillFixture, CreditFixture, HttpCase):
    """A refill in a browser: set up, bought by itself, refused, switched off."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.company, install_demo=False
        )
        cls._make_card(cls.company, cls.practice)
        packages = cls.env["product.product"].search([("credit_units", ">", 0)])
        packages.write({"credit_units": 0})
        cls.package = cls.env["product.product"].create(
            {
                "name": "500 pages",
                "type": "service",
                "lst_price": 54,
                "taxes_id": False,
                "credit_units": 500,
                "credit_unit": "pages",
            }
        )
        cls.wallet._grant(9)

    def run_tour(self, name):
        action = "medical_fax_billing.medical_credit_wallet_action"
        self.start_tour(
            f"/odoo/action-{action}/{self.wallet.id}",
            f"medical_fax_billing_refill_{name}",
            login=self.buyer.login,
        )
        self.env.invalidate_all()

    def run_refill(self, times=1):
        for _round in range(times):
            self.cron.method_direct_trigger()
            self.env.invalidate_all()

    def test_bought_by_itself(self):
        self.run_tour("on")
        self.assertEqual(self.wallet.refill_ids.consent_user_id, self.buyer)
        self.run_refill()
        self.assertUnits(available=509)
        self.run_tour("bought")
        self.run_tour("off")
        self.assertFalse(self.wallet.refill_ids.is_on)

    def test_declined(self):
        self.answers = [402]
        self.new_rule()
        self.run_refill()
        self.run_tour("declined")
        self.run_refill()
        self.assertUnits(available=509)
        self.assertEqual(len(self.calls), 2)
