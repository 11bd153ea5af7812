from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .books_common import BooksCase


@tagged("post_install", "-at_install")
class TestPurchase(BooksCase):
    """When units are granted, and when they are not any more."""

    def test_granted_when_paid_in_full(self):
        invoice = self.buy()
        self.assertUnits(balance=0)
        self.assertEqual(invoice.invoice_line_ids.account_id, self.unused)
        self.pay(invoice)
        self.assertUnits(balance=100, available=100, due=0)
        lot = self.lot_of(invoice)
        self.assertEqual((lot.granted, lot.amount, lot.price_unit), (100, 12, 0.12))
        self.assertEqual(lot.account_id, self.unused)
        self.assertFalse(invoice.credit_message)

    def test_a_part_payment_grants_nothing_and_says_what_is_open(self):
        invoice = self.buy()
        self.pay(invoice, 5)
        self.assertFalse(self.lot_of(invoice))
        open_amount = invoice.currency_id.format(7)
        words = f"100 pages come when it is paid in full. Open: {open_amount}."
        self.assertEqual(invoice.credit_message, words)
        self.wallet.invalidate_recordset()
        self.assertEqual(self.wallet.purchase_message, f"{invoice.name}: {words}")
        self.pay(invoice, 7)
        self.assertUnits(balance=100)
        self.assertFalse(self.wallet.purchase_message)

    def test_the_hook_comes_empty_and_twice(self):
        invoice = self.buy()
        self.pay(invoice)
        self.env["account.move"]._invoice_paid_hook()
        invoice._invoice_paid_hook()
        invoice._invoice_paid_hook()
        self.assertUnits(balance=100)
        self.assertEqual(len(self.wallet.lot_ids), 1)

    def test_somebody_else_granted_it_meanwhile(self):
        """The other worker's card is not in our snapshot; the index knows it."""
        invoice = self.buy()
        self.pay(invoice)
        lines = self.env.registry["account.move.line"]
        unseen = self.root["medical.credit.lot"]
        with patch.object(lines, "_credit_lots", lambda line: unseen):
            with mute_logger("odoo.sql_db"):
                invoice._invoice_paid_hook()
        self.assertUnits(balance=100)
        self.assertEqual(len(self.wallet.lot_ids), 1)

    def test_several_packages_on_a_line(self):
        invoice = self.buy(quantity=3)
        self.pay(invoice)
        self.assertUnits(balance=300)
        self.assertEqual(self.lot_of(invoice).amount, 36)

    def test_a_package_that_costs_nothing(self):
        self.buy(package=self.new_package(price=0))
        self.assertUnits(balance=100)

    def test_post_paid_when_posted(self):
        wallet = self.new_wallet(is_postpaid=True)
        self.buy(wallet=wallet)
        self.assertUnits(wallet, balance=100)

    def test_an_invoice_by_hand_finds_the_wallet(self):
        invoice = self.init_invoice(
            "out_invoice", partner=self.practice, products=self.package
        )
        self.assertFalse(invoice.invoice_line_ids.credit_wallet_id)
        invoice.action_post()
        line = invoice.invoice_line_ids
        self.assertEqual((line.credit_wallet_id, line.credit_units), (self.wallet, 100))
        self.assertEqual(line.account_id, self.unused)
        self.pay(invoice)
        self.assertUnits(balance=100)

    def test_settled_by_the_credit_note_of_another_invoice(self):
        """Odoo calls that reversed, and its paid hook is silent."""
        first = self.buy()
        self.pay(first)
        note = self.credit_note(first)
        self.assertUnits(balance=0)
        second = self.buy()
        term = (note + second).line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.reconciled
        )
        term.reconcile()
        self.assertEqual(second.payment_state, "reversed")
        self.assertUnits(balance=100)

    # PAYMENT TAKEN BACK

    def take_back(self, payment):
        payment.action_draft()
        payment.action_cancel()

    def test_a_payment_taken_back(self):
        invoice = self.buy()
        payment = self.pay(invoice)
        self.use(30)
        self.take_back(payment)
        lot = self.lot_of(invoice)
        self.assertTrue(lot.is_frozen)
        self.assertUnits(balance=0, available=0, due=30)
        self.assertIn("taken back", invoice.credit_message)
        self.assertFalse(self.wallet._reserve(1))

    def test_paid_again(self):
        invoice = self.buy()
        self.pay(invoice)
        invoice.line_ids.remove_move_reconcile()
        self.assertUnits(available=0, due=0)
        payment = self.pay(invoice)
        self.assertUnits(available=100, due=0)
        self.use(30)
        for _time in range(2):
            self.take_back(payment)
            self.assertUnits(available=0, due=30)
            payment = self.pay(invoice)
            self.assertUnits(balance=70, available=70, due=0)
        invoice._invoice_paid_hook()
        self.assertUnits(balance=70, due=0)

    def test_another_purchase_pays_and_gets_it_back(self):
        invoice = self.buy()
        payment = self.pay(invoice)
        self.use(30)
        self.take_back(payment)
        other = self.bought()
        self.assertUnits(available=70, due=0)
        self.assertEqual(self.kinds(other), [("purchase", 100), ("due", -30)])
        self.pay(invoice)
        self.assertUnits(available=170, balance=170, due=0)
        self.assertEqual(other.left, 100)

    def test_half_of_it_was_paid_by_another(self):
        invoice = self.buy()
        payment = self.pay(invoice)
        self.use(100)
        self.take_back(payment)
        self.assertUnits(due=100)
        other = self.bought(package=self.new_package(40, 5))
        self.assertUnits(due=60, available=0)
        self.pay(invoice)
        self.assertUnits(due=0, available=40)
        self.assertEqual(other.left, 40)

    def test_what_was_on_its_way_becomes_due_later(self):
        invoice = self.buy()
        payment = self.pay(invoice)
        reserves = self.wallet._reserve(10, service="fax_page")
        self.take_back(payment)
        self.assertUnits(due=0)
        reserves._capture(4)
        lot = self.lot_of(invoice)
        for _run in range(2):
            lot._owe_used_later()
            self.assertUnits(due=4)

    def test_one_of_two_payments(self):
        invoice = self.buy()
        self.pay(invoice, 6)
        second = self.pay(invoice, 6)
        self.assertUnits(available=100)
        self.take_back(second)
        self.assertUnits(available=0)
        self.pay(invoice, 6)
        self.assertUnits(available=100)

    # CREDIT NOTES

    def test_a_credit_note_takes_its_card(self):
        first, second = self.buy(), self.buy()
        self.pay(first)
        self.pay(second)
        note = self.credit_note(second)
        self.assertUnits(balance=100)
        self.assertEqual(self.kinds(self.lot_of(first)), [("purchase", 100)])
        lot = self.lot_of(second)
        self.assertEqual(self.kinds(lot), [("purchase", 100), ("refund", -100)])
        refund = lot.move_ids.filtered(lambda move: move.kind == "refund")
        self.assertEqual(refund.line_id, note.invoice_line_ids)
        self.assertEqual(note.invoice_line_ids.account_id, self.unused)
        self.assertEqual(self.balance(self.unused), -12)

    def test_a_credit_note_of_a_part(self):
        invoice = self.buy()
        self.pay(invoice)
        self.use(40)
        self.credit_note(invoice, units=60)
        self.assertUnits(balance=0)

    def test_a_credit_note_of_too_much(self):
        invoice = self.buy()
        self.pay(invoice)
        self.use(40)
        self.wallet._reserve(10)
        note = self.credit_note(invoice, units=51, post=False)
        with self.assertRaisesRegex(UserError, "51 pages, but only 50 pages"):
            note.action_post()
        self.assertEqual(note.state, "draft")
        self.assertIn(note.name, (False, "/"))
        note.invoice_line_ids.quantity = 0.5
        note.action_post()
        self.assertUnits(balance=10, available=0)

    def test_two_credit_notes_of_one_invoice(self):
        invoice = self.buy()
        self.pay(invoice)
        self.credit_note(invoice, units=60)
        with self.assertRaises(UserError):
            self.credit_note(invoice, units=60)
        self.assertUnits(balance=40)

    def test_a_credit_note_before_the_payment(self):
        """What was credited before is not granted when the rest is paid."""
        invoice = self.buy()
        self.credit_note(invoice, units=40)
        self.assertUnits(balance=0)
        self.pay(invoice)
        lot = self.lot_of(invoice)
        self.assertEqual((lot.granted, lot.amount), (60, 7.2))
        self.assertUnits(balance=60)

    def test_all_of_it_credited_before_the_payment(self):
        invoice = self.buy()
        self.credit_note(invoice)
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertFalse(self.lot_of(invoice))
        with self.assertRaises(UserError):
            self.credit_note(invoice, units=1)

    def test_reverse_and_invoice_anew(self):
        invoice = self.buy()
        self.pay(invoice)
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard = wizard.create({"journal_id": invoice.journal_id.id})
        again = self.env["account.move"].browse(wizard.modify_moves()["res_id"])
        self.assertUnits(balance=0, due=0)
        again.action_post()
        self.pay(again)
        self.assertUnits(balance=100, due=0)

    def test_a_credit_note_by_hand_knows_no_card(self):
        self.bought()
        note = self.init_invoice("out_refund", self.practice, products=self.package)
        note.invoice_line_ids.credit_wallet_id = self.wallet
        with self.assertRaisesRegex(UserError, "from the invoice"):
            note.action_post()

    def test_what_was_booked_to_a_card_stays(self):
        invoice = self.buy()
        self.pay(invoice)
        for change in (
            invoice.button_draft,
            invoice.button_cancel,
            lambda: invoice.invoice_line_ids.write({"credit_units": 5}),
        ):
            with self.assertRaisesRegex(UserError, "credit note"):
                change()

    # WHO

    def test_no_company_is_its_own_customer(self):
        own = self.company.partner_id
        child = self.env["res.partner"].create({"name": "Branch", "parent_id": own.id})
        for partner in (own, child):
            with self.assertRaises(ValidationError):
                self.buy(post=False).partner_id = partner
            invoice = self.init_invoice("out_invoice", partner, products=self.package)
            with self.assertRaises(ValidationError):
                invoice.invoice_line_ids.credit_wallet_id = self.wallet

    def test_the_partner_became_ours_meanwhile(self):
        self.practice.parent_id = self.company.partner_id
        with self.assertRaises(ValidationError):
            self.wallet._new_purchase(self.package)

    def test_a_wallet_keeps_its_books(self):
        other = self.setup_other_company()["company"]
        wallet = self.new_wallet(company_id=other.id)
        invoice = self.buy(post=False)
        with self.assertRaises(ValidationError):
            invoice.invoice_line_ids.credit_wallet_id = wallet

    def test_a_package_of_another_unit(self):
        wallet = self.new_wallet(unit="credits")
        with self.assertRaises(UserError):
            wallet._new_purchase(self.package)
        invoice = self.buy(post=False)
        invoice.invoice_line_ids.credit_wallet_id = wallet
        with self.assertRaises(UserError):
            invoice.action_post()

    # OWN ACCOUNT

    def own(self, **values):
        return self.new_wallet(mode="own", partner_id=self.partner_b.id, **values)

    def test_a_bill_grants_when_posted(self):
        wallet = self.own()
        prepaid = self.company.credit_prepaid_account_id
        self.package.standard_price = 11
        bill = self.buy(wallet=wallet, post=False)
        self.assertEqual(bill.move_type, "in_invoice")
        self.assertEqual(bill.invoice_line_ids.account_id, prepaid)
        self.assertUnits(wallet, balance=0)
        bill.action_post()
        self.assertUnits(wallet, balance=100)
        self.assertEqual(self.lot_of(bill).amount, 11)

    def test_a_purchase_at_the_provider(self):
        wallet = self.own(unit="credits")
        today = fields.Date.today()
        bill = wallet._new_provider_purchase(250, 30.5, "IFX-1", today)
        self.assertEqual((bill.state, bill.ref), ("draft", "IFX-1"))
        with self.assertRaisesRegex(UserError, "entered already"):
            wallet._new_provider_purchase(250, 30.5, "IFX-1", today)
        bill.with_env(self.env).action_post()
        self.assertUnits(wallet, balance=250)
        lot = self.lot_of(bill)
        self.assertEqual((lot.granted, lot.amount), (250, 30.5))

    def test_a_bill_for_a_resold_wallet_is_refused(self):
        bill = self.init_invoice("in_invoice", self.partner_b, products=self.package)
        bill.invoice_line_ids.credit_wallet_id = self.wallet
        with self.assertRaises(UserError):
            bill.action_post()

    # TAXES AND ACCOUNTS

    def test_a_fiscal_position_maps_the_account(self):
        mapped = self.unused.copy()
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Abroad",
                "account_ids": [
                    fields.Command.create(
                        {"account_src_id": self.unused.id, "account_dest_id": mapped.id}
                    )
                ],
            }
        )
        self.practice.property_account_position_id = position
        lot = self.bought()
        self.assertEqual(lot.account_id, mapped)
        self.assertEqual(self.balance(mapped), -12)

    def test_the_price_of_a_unit_is_untaxed(self):
        package = self.new_package(taxes_id=self.tax_sale_a.ids)
        invoice = self.buy(package=package)
        self.assertEqual((invoice.amount_untaxed, invoice.amount_total), (12, 13.8))
        self.pay(invoice)
        self.assertEqual(self.lot_of(invoice).amount, 12)
        self.assertEqual(self.balance(self.unused), -12)
