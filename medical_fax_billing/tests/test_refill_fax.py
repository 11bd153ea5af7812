import math

from odoo.tests import tagged

from .common import CreditCase
from .refill_common import RefillFixture


@tagged("post_install", "-at_install")
class TestRefillFax(RefillFixture, CreditCase):
    """A fax that needs more than is free: as many packages as it takes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.company, install_demo=False
        )
        cls._make_card(cls.company, cls.practice)
        cls.package = cls.env["product.product"].create(
            {
                "name": "2 pages",
                "type": "service",
                "lst_price": 1,
                "taxes_id": False,
                "credit_units": 2,
                "credit_unit": "pages",
            }
        )
        cls.company.fax_wallet_id = cls.wallet

    def held(self, **rule):
        """A fax of many pages that waits for credit, and its wallet's rule."""
        self.wallet._grant(1)
        fax = self.send(self.new_entry(body="<p>Word. </p>" * 300))
        self.assertEqual((fax.state, fax.hold_kind), ("held", "credit"))
        self.assertGreater(fax.pages, 5)
        return fax, self.new_rule(threshold=1, **rule)

    def bought(self):
        purchases = self.env["medical.credit.refill.purchase"]
        return purchases.search([("wallet_id", "=", self.wallet.id)])

    def test_as_many_as_it_takes(self):
        fax, _rule = self.held(daily_cap=50)
        self.run_refill(3)
        purchase = self.bought()
        self.assertEqual(purchase.quantity, math.ceil((fax.pages - 1) / 2))
        self.assertEqual(self.calls[0][1], purchase.quantity * 1.0)
        self.assertEqual(fax.state, "queued")
        self.assertUnits(reserved=fax.pages)

    def test_at_most_the_cap(self):
        fax, _rule = self.held(daily_cap=2)
        self.run_refill(3)
        self.assertEqual(self.bought().mapped("quantity"), [2])
        self.assertEqual(fax.state, "held")
        kind = "medical_fax_billing.mail_activity_type_refill"
        self.assertTrue(self.wallet._credit_activities(kind))

    def test_what_is_due_is_paid_first(self):
        fax, rule = self.held(daily_cap=50)
        lacking = fax.pages - 1
        self.assertEqual(rule._packages_lacking(), math.ceil(lacking / 2))
        self.wallet._charge(9, service="fax_inbound")  # 1 is there, 8 are due
        self.assertUnits(due=8, available=0)
        self.assertEqual(rule._packages_lacking(), math.ceil((fax.pages + 8) / 2))

    def test_a_stale_fax_asks_first(self):
        """What has waited for a day may not be wanted any more."""
        fax, rule = self.held(daily_cap=50)
        self.set_wait("credit_stale_seconds", 0)
        self.assertEqual(rule._packages_lacking(), 0)
        self.assertEqual(fax.state, "held")
