from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.medical_fax.tests.common import LEE
from odoo.addons.medical_fax.tests.key_provider import KeyCase

from .common import CreditCase

LONDON = "+442071234567"


@tagged("post_install", "-at_install")
class TestComposerCredit(CreditCase):
    """Who pays and the price are named before sending."""

    def setUp(self):
        super().setUp()
        self.company.fax_wallet_id = self.wallet

    def offer(self, pages=4, recipients=None, **values):
        composer = self.compose(recipients=recipients, **values)
        return composer._credit_offer(pages)

    def test_pages_times_recipients(self):
        wallet = self.new_wallet(unit="credits")
        wallet._grant(88)
        self.company.fax_wallet_id = wallet
        offer = self.offer(4, self.lee + self.rossi)
        self.assertEqual(offer["sum"], "8 credits, 88 left")
        self.assertEqual(offer["after"], "80 after it")
        self.assertEqual((offer["wallet"], offer["is_short"]), ("Practice", False))

    def test_one_credit(self):
        self.wallet._grant(5)
        self.assertEqual(self.offer(1)["sum"], "1 page, 5 left")

    def test_with_the_preview(self):
        """Sent along with the pages, and for as many of them."""
        self.wallet._grant(88)
        preview = self.compose(self.new_entry()).action_preview()
        self.assertEqual(preview["pages"], 2)
        self.assertEqual(preview["credit"]["sum"], "2 pages, 88 left")

    def test_abroad(self):
        self.wallet._grant(88)
        london = {"number": LONDON, "display": "+44 20 7123 4567", "name": "Dr Day"}
        offer = self.offer(4, [{"number": LEE, "display": "x"}, london])
        self.assertEqual(offer["sum"], "20 pages, 88 left")
        self.assertEqual(offer["abroad"], ["+44 20 7123 4567: 4 pages a page"])

    def test_money(self):
        wallet = self.new_wallet(unit="currency")
        self.tariff.line_ids.write({"units": 0.12})
        wallet._grant(10)
        self.company.fax_wallet_id = wallet
        symbol = wallet.currency_id.symbol
        offer = self.offer(4, self.lee + self.rossi)
        self.assertEqual(
            offer["sum"].replace("\N{NO-BREAK SPACE}", "").replace(symbol, ""),
            "0.96, 10.00 left",
        )
        self.assertEqual(offer["sum"].count(symbol), 2)

    def test_fractions(self):
        wallet = self.new_wallet(unit="credits")
        self.tariff.line_ids.write({"units": 1.5})
        wallet._grant(10.25)
        self.company.fax_wallet_id = wallet
        self.assertEqual(self.offer(3)["sum"], "4.5 credits, 10.25 left")

    def test_not_metered(self):
        """Pages only: nothing is priced without a wallet, or by one that counts."""
        self.company.fax_wallet_id = self.new_wallet(mode="counted", partner_id=False)
        self.assertFalse(self.offer())
        self.company.fax_wallet_id = False
        self.assertFalse(self.offer())
        self.assertFalse(self.compose(self.new_entry()).action_preview()["credit"])

    def test_the_payer_is_the_senders(self):
        mine = self.new_wallet(name="Mine")
        self.user.fax_wallet_id = mine
        self.assertEqual(self.offer()["wallet"], "Mine")
        self.number.wallet_id = self.wallet
        self.assertEqual(self.offer()["wallet"], "Practice")

    def test_too_little_is_said_when_the_composer_opens(self):
        composer = self.compose(recipients=[])
        self.assertTrue(composer.credit["is_empty"])
        self.assertEqual(composer.credit["short"], "Practice has no credit left.")
        self.wallet._grant(1)
        composer.invalidate_recordset()
        self.assertFalse(composer.credit["is_short"])

    def test_too_little_is_said_before_send_and_held_after(self):
        self.wallet._grant(3)
        composer = self.compose(self.new_entry(), recipients=self.lee + self.rossi)
        credit = composer.action_preview()["credit"]
        self.assertTrue(credit["is_short"])
        self.assertFalse(credit["is_empty"])
        self.assertEqual(credit["short"], "It costs 4 pages, and Practice has 3 left.")
        faxes = self.press_send(composer)
        self.assertEqual(faxes.mapped("hold_kind"), [False, "credit"])
        self.wallet._grant(10)
        self.assertFalse(composer.get_credit(2)["is_short"])

    def test_on_credit_is_never_short(self):
        self.company.fax_wallet_id = self.new_wallet(is_postpaid=True)
        offer = self.offer(4)
        self.assertFalse(offer["is_short"])
        self.assertEqual(offer["sum"], "4 pages, invoiced afterwards")

    def test_who_may_buy_is_led_there(self):
        self.assertFalse(self.offer()["buy_url"])
        self.user.group_ids |= self.env.ref("medical_fax_billing.group_credit_buyer")
        url = self.offer()["buy_url"]
        self.assertTrue(url.endswith(f"/{self.wallet.id}"), url)

    def test_another_ones_composer(self):
        composer = self.compose().with_user(self.colleague)
        for method in ("get_credit", "action_ask_for_credit"):
            with self.assertRaises(UserError):
                getattr(composer, method)()

    def test_a_bad_number_of_pages_is_no_price(self):
        self.wallet._grant(5)
        composer = self.compose()
        self.assertEqual(composer.get_credit(-4)["sum"], "1 page, 5 left")


@tagged("post_install", "-at_install")
class TestComposerProviderCover(KeyCase, CreditCase):
    """A cover that the provider draws is charged as well."""

    def test_the_price_is_what_is_reserved(self):
        self.connect()
        self.keyed.write({"cover_by": "provider", "undo_seconds": 0})
        drawn = self.new_number("+15145550179", account_id=self.keyed.id)
        self.company.fax_wallet_id = self.wallet
        self.wallet._grant(88)
        composer = self.compose(self.new_entry(), number_id=drawn.id, has_cover=True)
        preview = composer.action_preview()
        self.assertTrue(preview["provider_cover"])
        self.assertEqual(preview["credit"]["sum"], "2 pages, 88 left")
        self.press_send(composer)
        self.assertUnits(reserved=2, available=86)
