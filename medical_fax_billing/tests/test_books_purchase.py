from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .books_common import BooksCase


@tagged("post_install", "-at_install")
class TestPurchase(BooksCase):
    """When units are granted, and when they are not any more."""

    def test_granted_when_paid_in_full(self):
        invoice = self.buy()
        self.assertUnits(balance=0)
        self.assertIn("Open: $ 12.00", invoice.credit_message.replace("\xa0", " "))
        self.pay(invoice)
        self.assertUnits(balance=100, available=100, due=0)
        lot = self.lot_of(invoice)
        self.assertEqual((lot.granted, lot.amount, lot.price_unit), (100, 12, 0.12))
        self.assertEqual(lot.account_id, self.unused)
        self.assertFalse(invoice.credit_message)
