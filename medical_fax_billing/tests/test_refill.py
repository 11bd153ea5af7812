from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import file_open, mute_logger

from .books_common import BooksCase
from .refill_common import RefillFixture

BUYER = "base.group_user,medical_fax_billing.group_credit_buyer"


class RefillCase(RefillFixture, BooksCase):
    @classmethod
    def default_env_context(cls):
        return {}  # mails and activities are made, as everywhere

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_card(cls.company, cls.practice)
        cls.practice.email = "practice@example.com"
        # Only the packages made here are offered.
        offered = cls.root["product.product"].search([("credit_units", ">", 0)])
        offered.write({"credit_units": 0})
        cls.package = cls.new_package(500, 54)
        cls.wallet = cls.wallet.sudo()

    def left(self, units):
        """Bring what is left to so many."""
        self.wallet._adjust(units - self.wallet.available, "Test")
        self.assertUnits(available=units)

    def purchases(self):
        purchases = self.env(su=True)["medical.credit.refill.purchase"]
        return purchases.search([("wallet_id", "=", self.wallet.id)], order="id")


@tagged("post_install", "-at_install")
class TestRefill(RefillCase):
    """A package is bought when few units are left, and never twice."""

    def test_ten_do_not_refill_nine_do(self):
        self.left(10)
        rule = self.new_rule()
        self.run_refill()
        self.assertFalse(self.purchases())
        self.wallet._reserve(1, service="fax_page")
        self.assertUnits(available=9)
        self.run_refill()
        purchase = self.purchases()
        self.assertEqual((purchase.state, purchase.tries), ("done", 1))
        self.assertEqual(self.calls, [(f"FAX-{purchase.uuid}-1", 54.0)])
        self.assertUnits(available=509)
        invoice = purchase.invoice_id
        self.assertEqual((invoice.state, invoice.payment_state), ("posted", "paid"))
        self.assertEqual(self.lot_of(invoice).granted, 500)
        self.run_refill(2)
        self.assertEqual(len(self.calls), 1)
        self.assertFalse(rule._open_purchases())

    def test_what_is_used_wakes_it(self):
        self.left(20)
        triggers = self.env["ir.cron.trigger"].sudo()
        mine = [("cron_id", "=", self.cron.id)]
        triggers.search(mine).unlink()
        reserves = self.wallet._reserve(5, service="fax_page")
        self.assertFalse(triggers.search_count(mine))  # there is no rule
        self.new_rule()
        triggers.search(mine).unlink()
        reserves._capture(5)
        self.assertTrue(triggers.search_count(mine))
        triggers.search(mine).unlink()
        self.assertFalse(self.wallet._reserve(1000, service="fax_page"))
        self.assertTrue(triggers.search_count(mine))

    def test_a_card_orders_its_successor_at_95_once(self):
        """InterFAX: a card of 100.00 buys the next one at 95.00, not at 94.99."""
        lot = self.wallet._grant(100)
        self.new_rule(trigger="used", product_id=self.new_package(100, 100).id)
        self.use(94.99)
        self.wallet._reserve(4, service="fax_page")  # reserves do not count
        self.run_refill()
        self.assertFalse(self.purchases())
        self.use(0.01)
        self.assertEqual(lot.captured, 95)
        self.run_refill()
        self.assertEqual(self.purchases().mapped("lot_id"), lot)
        self.assertEqual(self.calls[0][1], 100)
        self.use(1)  # of the old card, which is not empty
        self.run_refill(2)
        self.assertEqual(len(self.calls), 1)

    def test_a_card_used_up_at_once(self):
        lot = self.wallet._grant(100)
        self.new_rule(trigger="used")
        self.use(100)
        self.run_refill(2)
        self.assertEqual(self.purchases().mapped("lot_id"), lot)
        self.use(475)
        self.run_refill(2)
        self.assertEqual(len(self.calls), 2)

    def test_the_cap(self):
        self.package = self.new_package(5, 1)
        self.left(0)
        self.new_rule(daily_cap=3, threshold=50)
        with self.at(2026, 3, 2, 10):
            self.run_refill(6)
            self.assertEqual(len(self.calls), 3)
            self.assertUnits(available=15)
            notices = self.wallet._credit_activities(
                "medical_fax_billing.mail_activity_type_refill"
            )
            self.assertEqual(notices.user_id, self.wallet._buyers())
        with self.at(2026, 3, 3, 9, 59):
            self.run_refill(2)
            self.assertEqual(len(self.calls), 3)
        with self.at(2026, 3, 3, 10, 1):
            self.run_refill(5)
        self.assertEqual(len(self.calls), 6)

    def test_a_dearer_package_is_not_bought(self):
        """More than was agreed to is never charged; less is."""
        self.left(0)
        rule = self.new_rule()
        self.package.lst_price = 54.01
        self.run_refill()
        self.assertFalse(self.purchases() or self.calls or rule.is_on)
        self.assertIn("agree again", self.wallet.refill_text)
        self.assertTrue(
            self.wallet._credit_activities(
                "medical_fax_billing.mail_activity_type_refill"
            )
        )
        self.new_rule()
        self.package.lst_price = 50
        self.run_refill()
        self.assertEqual([amount for _reference, amount in self.calls], [50])

    def test_another_package(self):
        """What waits for its charge is not what is wanted any more."""
        self.left(0)
        self.answers = [402]
        self.new_rule()
        self.run_refill()
        self.new_rule(product_id=self.new_package(100, 12).id)
        self.run_refill()
        states = self.purchases().mapped("state")
        self.assertEqual(states, ["cancelled", "done"])
        self.assertEqual(self.calls[-1][1], 12)

    def test_off_is_off(self):
        self.left(0)
        self.new_rule()
        self.wallet.with_user(self.buyer).action_refill_off()
        self.run_refill()
        self.assertFalse(self.calls)

    def test_no_more_needed(self):
        """Somebody bought by hand before the card was tried again."""
        self.left(0)
        self.answers = [402]
        self.new_rule()
        self.run_refill()
        purchase = self.purchases()
        self.assertEqual(purchase.state, "declined")
        self.wallet._grant(100)
        purchase.with_user(self.buyer).action_try_now()
        self.run_refill()
        self.assertEqual(purchase.state, "cancelled")
        self.assertEqual(purchase.invoice_id.state, "cancel")
        self.assertEqual(len(self.calls), 1)

    def test_one_open_purchase(self):
        self.left(0)
        rule = self.new_rule()
        rule._place_order(1, self.env["medical.credit.lot"])
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            with self.cr.savepoint():
                rule._place_order(1, self.env["medical.credit.lot"])

    def test_in_a_copy_nothing_is_charged(self):
        self.left(0)
        rule = self.new_rule()
        rule.home = "another"
        self.run_refill()
        self.assertFalse(self.purchases())
        self.assertIn("copy", self.wallet.refill_text)
        rule._place_order(1, self.env["medical.credit.lot"])
        self.run_refill()
        self.assertEqual(self.purchases().state, "intent")
        # Switched on again here: what was under way there nobody here knows.
        self.new_rule()
        self.run_refill(2)
        self.assertEqual(self.purchases().state, "unknown")
        self.assertFalse(self.calls)

    def test_own_account(self):
        """Not bought by itself: the buyers are told, once."""
        wallet = self.new_wallet(mode="own", partner_id=self.partner_b.id)
        self.new_rule(wallet, product_id=False, token_id=False)
        wallet._grant(10)
        self.run_refill()
        kind = "medical_fax_billing.mail_activity_type_refill"
        self.assertFalse(wallet._credit_activities(kind))
        self.use(1, wallet)
        self.run_refill()
        told = wallet._credit_activities(kind)
        self.assertEqual(told.user_id, wallet._buyers())
        self.use(1, wallet)
        told.action_feedback()
        self.run_refill()
        self.assertFalse(wallet._credit_activities(kind))
        self.assertFalse(self.calls)


@tagged("post_install", "-at_install")
class TestRefillRefused(RefillCase):
    """Cards are refused, answers are lost, and money moves once."""

    def last_number(self):
        moves = self.env(su=True)["account.move"]
        posted = [("move_type", "=", "out_invoice"), ("state", "=", "posted")]
        return moves.search(posted, order="sequence_number desc", limit=1).name

    def mails(self, words, subject="A fax refill was refused"):
        mails = self.env(su=True)["mail.message"]
        return mails.search(
            [
                ("model", "=", self.wallet._name),
                ("res_id", "=", self.wallet.id),
                ("subject", "=", subject),
                ("body", "ilike", words),
            ]
        )

    def test_refused(self):
        """Tried again after 1, 24 and 72 hours, then off; no number is missing."""
        self.left(0)
        self.buy()
        before = self.last_number()
        self.answers = [402] * 4
        with self.at(2026, 3, 2, 10):
            rule = self.new_rule()
            self.run_refill(2)
            purchase = self.purchases()
            invoice = purchase.invoice_id
            self.assertEqual((purchase.state, invoice.state), ("declined", "draft"))
            self.assertEqual(purchase.reason, "Your card was declined.")
            told = self.mails("Your card was declined.")
            self.assertIn(self.practice, told.notified_partner_ids)
            self.assertIn("500 pages", told.body)
            self.assertIn("card ending 4242", told.body)
        tries = [((2, 10, 59), 1), ((2, 11, 1), 2), ((3, 9, 59), 2), ((3, 10, 1), 3)]
        tries += [((5, 9, 59), 3), ((5, 10, 1), 4), ((9, 10, 1), 4)]
        for moment, count in tries:
            with self.at(2026, 3, *moment):
                self.run_refill(2)
                self.assertEqual(len(self.calls), count, moment)
        self.assertEqual(len({reference for reference, _amount in self.calls}), 4)
        self.assertEqual((purchase.state, invoice.state), ("failed", "cancel"))
        self.assertFalse(invoice.name and invoice.name != "/")
        self.assertFalse(rule.is_on)
        self.assertIn("Your card was declined.", self.wallet.refill_text)
        kind = "medical_fax_billing.mail_activity_type_refill"
        notices = self.wallet._credit_activities(kind)
        self.assertEqual(notices.user_id, self.wallet._buyers())
        self.assertEqual(len(self.mails("Your card was declined.")), 4)
        self.assertEqual(self.last_number(), before)
        self.assertUnits(balance=0)

    def test_refused_then_bought(self):
        self.left(0)
        self.answers = [402]
        with self.at(2026, 3, 2, 10):
            self.new_rule()
            self.run_refill()
        self.wallet.with_user(self.buyer).action_refill_again()
        self.run_refill()
        self.assertEqual(self.purchases().state, "done")
        self.assertUnits(balance=500)
        bought = self.mails("500 pages, $54.00", "Fax credits were bought")
        self.assertIn(self.practice, bought.notified_partner_ids)

    def test_answer_lost(self):
        """The same request is made again, under the same reference."""
        self.left(0)
        self.answers = [None, 500, 409, 200]
        with self.at(2026, 3, 2, 10):
            self.new_rule()
            self.run_refill()
            self.assertEqual(self.purchases().state, "unknown")
            self.run_refill()
            self.assertEqual(len(self.calls), 1)
        for minute in (2, 5, 10):
            with self.at(2026, 3, 2, 10, minute):
                self.run_refill()
        self.assertEqual(len(self.calls), 4)
        self.assertEqual(len(set(self.calls)), 1)
        self.assertEqual((self.purchases().state, self.purchases().tries), ("done", 1))
        self.assertUnits(balance=500)

    def test_a_repeated_request_is_refused_for_being_repeated(self):
        """That proves nothing about the first one."""
        self.left(0)
        self.answers = [None, 400]
        with self.at(2026, 3, 2, 10):
            self.new_rule()
            self.run_refill()
        with self.at(2026, 3, 2, 10, 2):
            self.run_refill()
        self.assertEqual(self.purchases().state, "unknown")

    def test_nobody_knows(self):
        """A provider that does not know a request again is asked by a person."""
        self.left(0)
        self.repeat_hours = 0
        self.answers = [None]
        with self.at(2026, 3, 2, 10):
            rule = self.new_rule()
            self.run_refill()
        with self.at(2026, 3, 2, 10, 2):
            self.run_refill(2)
        purchase = self.purchases()
        self.assertEqual((purchase.state, purchase.is_asked), ("unknown", True))
        self.assertEqual(len(self.calls), 1)
        kind = "medical_fax_billing.mail_activity_type_refill"
        self.assertTrue(self.wallet._credit_activities(kind))
        with self.assertRaises(AccessError):
            purchase.with_user(self.buyer).action_was_charged()
        purchase.with_user(self.env.user).action_was_charged()
        self.run_refill()
        self.assertEqual(purchase.state, "done")
        self.assertUnits(balance=500)
        self.assertTrue(rule.is_on)

    def test_it_was_not_charged(self):
        self.left(0)
        self.repeat_hours = 0
        self.answers = [None]
        self.new_rule()
        self.run_refill()
        purchase = self.purchases()
        purchase.with_user(self.env.user).action_was_not_charged()
        self.assertEqual(purchase.state, "cancelled")
        self.assertEqual(purchase.invoice_id.state, "cancel")
        self.run_refill()  # it is still needed
        self.assertEqual(self.purchases().mapped("state"), ["cancelled", "done"])

    def test_the_provider_tells_later(self):
        self.left(0)
        self.repeat_hours = 0
        self.answers = [None]
        self.new_rule()
        self.run_refill()
        purchase = self.purchases()
        purchase.transaction_id._set_done()
        self.run_refill()
        self.assertEqual(purchase.state, "done")
        self.assertUnits(balance=500)

    def test_posted_by_odoo_first(self):
        """Odoo's own cron books the charge before ours does: granted once."""
        self.left(0)
        self.answers = [None]
        self.new_rule()
        self.run_refill()
        purchase = self.purchases()
        purchase.transaction_id._set_done()
        purchase.transaction_id._post_process()
        self.assertUnits(balance=500)
        self.run_refill()
        self.assertEqual(purchase.state, "done")
        self.assertUnits(balance=500)

    def test_the_card_is_gone(self):
        self.left(0)
        rule = self.new_rule()
        self.token.active = False
        self.run_refill()
        self.assertEqual(self.purchases().state, "failed")
        self.assertFalse(rule.is_on)
        self.assertFalse(self.calls)


@tagged("post_install", "-at_install")
class TestRefillSetup(RefillCase):
    """A buyer sets it up and agrees; the wallet says what comes next."""

    def dialog(self, user=None, wallet=None):
        wallet = (wallet or self.wallet).sudo(False).with_user(user or self.buyer)
        action = wallet.action_refill()
        setups = wallet.env[action["res_model"]]
        return setups.browse(action["res_id"])

    def test_switched_on(self):
        self.package.taxes_id = self.tax_sale_a
        setup = self.dialog()
        setup.package_id = setup.option_ids.filtered(
            lambda o: o.name.startswith("500 pages")
        )
        self.assertEqual(setup.package_id.name, "500 pages, $54.00 + tax")
        self.assertIn("4242", setup.card_id.name)
        with self.assertRaises(UserError):
            setup.action_switch_on()  # without agreeing
        setup.agrees = True
        setup.action_switch_on()
        rule = self.wallet.refill_ids
        self.assertEqual(
            self.wallet.with_user(self.buyer).refill_text,
            "Next refill: 500 pages, $54.00 + tax, card ending 4242, when below 10",
        )
        self.assertEqual(rule.consent_user_id, self.buyer)
        self.assertTrue(rule.consent_at)
        for part in ("500 pages, $54.00 + tax", "card ending 4242", "3 packages"):
            self.assertIn(part, rule.consent_text)
        self.assertEqual(rule.token_id, self.token)
        # Changed: one rule, agreed to anew.
        setup = self.dialog()
        self.assertEqual(setup.package_id.sudo().product_id, self.package)
        setup.write({"agrees": True, "trigger": "used"})
        setup.action_switch_on()
        self.assertEqual(self.wallet.refill_ids, rule)
        self.assertIn("when a card is 95 % used", rule.consent_text)

    def test_cards_of_others_are_not_offered(self):
        theirs = self.new_token(self.partner_b, "9999")
        self.assertNotIn(theirs, self.wallet._refill_cards())
        with self.assertRaises(UserError):
            self.new_rule(token_id=theirs.id)

    def test_only_buyers(self):
        """Buttons are for buyers, and nobody writes a rule or a purchase by hand."""
        self.left(0)
        self.answers = [402]
        rule = self.new_rule()
        self.run_refill()
        purchase = self.purchases()
        accountant = self.new_user(
            "t_refill_accountant", "account.group_account_invoice"
        )
        plain = self.new_user("t_refill_plain", "base.group_user")
        for user in (accountant, plain):
            wallet = self.wallet.sudo(False).with_user(user)
            for method in ("action_refill", "action_refill_off", "action_refill_again"):
                with self.subTest(user=user.login, method=method):
                    with self.assertRaises(AccessError):
                        getattr(wallet, method)()
            with self.assertRaises(AccessError):
                purchase.sudo(False).with_user(user).action_try_now()
        for record in (rule, purchase):
            for user in (self.buyer, accountant, self.env.user):
                mine = record.sudo(False).with_user(user)
                self.assertTrue(mine.read())
                with self.assertRaises(AccessError):
                    mine.write(
                        {"quantity": 9} if record == purchase else {"is_on": False}
                    )
                with self.assertRaises(AccessError):
                    mine.unlink()
            with self.assertRaises(AccessError):
                record.sudo(False).with_user(plain).read(["wallet_id"])
        with self.assertRaises(UserError):
            purchase.unlink()

    def test_what_came_of_it_is_said_by_those_who_invoice(self):
        self.left(0)
        self.answers = [None]
        self.new_rule()
        self.run_refill()
        mine = self.purchases().sudo(False).with_user(self.buyer)
        for method in ("action_was_charged", "action_was_not_charged"):
            with self.assertRaises(AccessError):
                getattr(mine, method)()

    def test_a_buyer_of_another_company(self):
        self.left(0)
        self.answers = [402]
        self.new_rule()
        self.run_refill()
        other = self.setup_other_company()["company"]
        stranger = self.new_user("t_refill_stranger", BUYER, other)
        with self.assertRaises(AccessError):
            self.dialog(stranger)
        with self.assertRaises(AccessError):
            self.purchases().sudo(False).with_user(stranger).action_try_now()

    def test_the_dialog_is_the_users_own(self):
        """Choices of another dialog are not taken."""
        first, second = self.dialog(), self.dialog()
        first.card_id = second.card_id
        first.agrees = True
        with self.assertRaises(UserError):
            first.action_switch_on()

    def new_user(self, login, groups, company=None):
        return new_test_user(
            self.root, login, groups=groups, company_id=(company or self.company).id
        )

    def test_none_without_consent(self):
        rule = self.new_rule()
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            with self.cr.savepoint():
                rule.consent_at = False
                rule.flush_recordset()

    def test_tax_included(self):
        tax = self.tax_sale_a.copy(
            {"name": "In", "price_include_override": "tax_included"}
        )
        self.package.taxes_id = tax
        self.assertEqual(
            self.wallet._refill_price_text(self.package), "$54.00 with tax"
        )
        self.package.taxes_id = False
        self.assertEqual(self.wallet._refill_price_text(self.package), "$54.00")

    def test_a_postpaid_wallet_has_none(self):
        self.wallet.is_postpaid = True
        with self.assertRaises(UserError):
            self.dialog()

    def test_neutralized(self):
        self.left(0)
        self.answers = [402]
        rule = self.new_rule()
        self.run_refill()
        path = "medical_fax_billing/data/neutralize.sql"
        self.env.flush_all()
        with file_open(path) as script:
            self.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertFalse(rule.is_on or rule.home or self.token.active)
        self.assertEqual(self.purchases().state, "cancelled")
