from odoo.tests import TransactionCase, tagged

from odoo.addons.medical_fax.tools import waits


@tagged("post_install", "-at_install")
class TestWaits(TransactionCase):
    def test_the_defaults(self):
        """Production values: changing one is a decision, not a slip."""
        expected = {
            "credit_stale": 86400,
            "card_look_first": 60,
            "card_look_longest": 3600,
            "card_book_again": 3600,
        }
        for name, default in expected.items():
            self.assertEqual(waits.seconds(self.env, name), default)
            self.assertEqual(waits.OTHERS[name], default)
