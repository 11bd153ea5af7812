from datetime import date
from unittest.mock import patch

from odoo.tests import tagged

from .plan_common import PlanCase

LAST = date(2026, 12, 2)
NEXT = date(2026, 12, 3)
BETWEEN = date(2026, 11, 20)


@tagged("post_install", "-at_install")
class TestPlanDocumo(PlanCase):
    """15.00 a month with 500 pages and 3 numbers, 0.08 a page beyond, 3.00 for each
    further number, 15.00 once for one ported in."""

    def month(self, sent, received=0):
        self.subscribe(self.documo)
        self.use_pages(sent, BETWEEN)
        if received:
            self.receive_pages(received, BETWEEN)

    def test_a_month(self):
        """723 pages, of them 31 received and all covers; 40 that failed are free."""
        self.rent(5)
        self.month(692, received=31)
        self.fail_pages(40, BETWEEN)
        invoice = self.run_contracts(NEXT)
        self.assertInvoiced(invoice, 38.84)
        self.assertEqual(
            self.amounts(invoice),
            [
                ("Documo, 2026-11-03 to 2026-12-02", 15.00),
                ("Fax pages 2026-11-03 to 2026-12-02, 223 at 0.08", 17.84),
                ("Further fax numbers 2026-11-03 to 2026-12-02, 2 at 3.00", 6.00),
            ],
        )
        self.assertEqual(invoice.partner_id, self.practice)

    def test_with_a_number_ported_in(self):
        self.rent(4)
        self.month(723)
        porting = self.port(BETWEEN)
        invoice = self.run_contracts(NEXT)
        self.assertInvoiced(invoice, 53.84)
        line = invoice.invoice_line_ids[-1]
        self.assertEqual(
            (line.name, line.price_subtotal),
            ("Fax numbers ported in until 2026-12-02, 1 at 15.00", 15.00),
        )
        self.assertEqual(porting.billed_line_id, line)
        # Once: in the next month it is a number like the others
        self.assertInvoiced(self.run_contracts(date(2027, 1, 3)), 15.00 + 2 * 3.00)

    def test_what_is_included(self):
        self.rent(3)
        self.month(500)
        invoice = self.run_contracts(NEXT)
        self.assertInvoiced(invoice, 15.00)
        self.assertEqual(
            self.amounts(invoice)[1],
            ("Fax pages 2026-11-03 to 2026-12-02, 500 of 500 included", 0),
        )

    def test_one_page_more(self):
        self.rent(3)
        self.month(501)
        self.assertInvoiced(self.run_contracts(NEXT), 15.08)

    def test_a_month_without_use(self):
        self.subscribe(self.documo)
        invoice = self.run_contracts(NEXT)
        self.assertInvoiced(invoice, 15.00)
        self.assertEqual(len(invoice.invoice_line_ids), 1)

    def test_pages_that_failed_later_do_not_make_others_cost(self):
        """While 300 pages were on their way 250 others went beyond the included."""
        self.subscribe(self.documo)
        with self.at(BETWEEN):
            first = self.wallet._reserve(300, service="fax_page")
            second = self.wallet._reserve(250, service="fax_page")
            self.assertEqual(second.mapped("account"), ["lot", "credit"])
            second._capture(250, quantity=250)
            first._release()
        self.assertInvoiced(self.run_contracts(NEXT), 15.00)
        self.assertUnits(unbilled=0)

    def test_everything_billed_is_marked(self):
        self.month(692, received=31)
        self.use_pages(7, NEXT)
        invoice = self.run_contracts(NEXT)
        line = invoice.invoice_line_ids[1]
        rows = self.wallet.move_ids.filtered("billed_line_id")
        self.assertEqual(rows.billed_line_id, line)
        self.assertEqual(sum(rows.mapped("units")), -723)
        self.assertUnits(unbilled=7)

    # DAYS

    def test_the_end_of_the_last_day_belongs_to_the_period(self):
        """23:30 in New York is the next day's 04:30 in UTC."""
        self.subscribe(self.documo)
        self.use_pages(500, BETWEEN)
        self.use_pages(1, LAST, 23, 30)
        self.use_pages(2, LAST, 24, 30)
        first = self.run_contracts(NEXT)
        self.assertInvoiced(first, 15.08)
        self.use_pages(498, date(2026, 12, 20))
        self.assertInvoiced(self.run_contracts(date(2027, 1, 3)), 15.00)

    def test_the_included_card_lasts_until_midnight(self):
        """UTC is a day ahead then, and the expiry action runs."""
        self.subscribe(self.documo)
        with self.at(LAST, 23, 30):
            self.root["medical.credit.wallet"]._cron_expire()
            self.wallet.invalidate_recordset()
            self.assertEqual(self.wallet.available, 500)
        with self.at(LAST, 24, 1):
            self.wallet.lot_ids.invalidate_recordset()
            self.wallet.invalidate_recordset()
            self.assertEqual(self.wallet.available, 0)

    def test_no_invoice_before_the_period_ends_there(self):
        """The action runs by UTC, which is a day ahead in the evening."""
        contract = self.subscribe(self.documo)
        self.assertFalse(self.run_contracts(LAST, 22))
        # Nor by the button, which asks for no date
        with self.at(LAST, 22):
            self.assertFalse(contract.recurring_create_invoice())
        # Results of the last minutes are waited for
        self.assertFalse(self.run_contracts(NEXT, 0))
        self.assertInvoiced(self.run_contracts(NEXT, 2), 15.00)

    def test_a_result_known_later_belongs_to_when_it_ended(self):
        self.subscribe(self.documo)
        self.use_pages(500, BETWEEN)
        at_midnight = self.documo._midnight(NEXT)
        with self.at(NEXT, 0, 20):
            wallet = self.wallet.with_context(credit_used_at=at_midnight)
            wallet._reserve(3, service="fax_page")._capture(3)
            before = at_midnight.replace(minute=0, hour=4, second=59)
            wallet = self.wallet.with_context(credit_used_at=before)
            wallet._reserve(4, service="fax_page")._capture(4)
        self.assertInvoiced(self.run_contracts(NEXT), 15.32)

    def test_what_comes_after_the_invoice_is_billed_with_the_next(self):
        """A result that took hours, of a fax that ended before midnight."""
        self.subscribe(self.documo)
        self.use_pages(500, BETWEEN)
        self.assertInvoiced(self.run_contracts(NEXT), 15.00)
        with self.at(NEXT, 15):
            late = self.documo._midnight(LAST)
            wallet = self.wallet.with_context(credit_used_at=late)
            wallet._reserve(4, service="fax_page")._capture(4)
        self.use_pages(500, date(2026, 12, 20))
        self.assertInvoiced(self.run_contracts(date(2027, 1, 3)), 15.32)

    # AGAIN AND AGAIN

    def test_the_action_twice(self):
        self.month(723)
        self.assertInvoiced(self.run_contracts(NEXT), 32.84)
        self.assertFalse(self.run_contracts(NEXT))
        self.assertFalse(self.run_subscriptions(NEXT))

    def test_months_that_were_missed(self):
        """Nobody ran the action for three months: an invoice each, none twice."""
        self.month(600)
        self.use_pages(510, date(2026, 12, 10))
        self.use_pages(20, date(2027, 1, 10))
        invoices = self.run_subscriptions(date(2027, 2, 4))
        self.assertInvoiced(invoices, 15.00 + 8.00, 15.00 + 0.80, 15.00)
        names = invoices.invoice_line_ids.mapped("name")
        self.assertIn("Fax pages 2026-12-03 to 2027-01-02, 10 at 0.08", names)
        self.assertFalse(self.run_subscriptions(date(2027, 2, 4)))
        self.assertUnits(unbilled=0)

    def test_missed_months_by_the_contracts_action(self):
        """It makes one period a run."""
        self.month(600)
        self.use_pages(510, date(2026, 12, 10))
        day = date(2027, 1, 4)
        self.assertInvoiced(self.run_contracts(day), 23.00)
        self.assertInvoiced(self.run_contracts(day), 15.80)
        self.assertFalse(self.run_contracts(day))

    def test_dying_before_the_marks(self):
        """Invoice and marks are one transaction."""
        contract = self.subscribe(self.documo)
        self.use_pages(723, BETWEEN)
        line_class = self.env.registry["contract.line"]
        moves = self.root["account.move"]
        before = moves.search_count([])
        with (
            patch.object(line_class, "_mark_billed", side_effect=ZeroDivisionError),
            self.at(NEXT),
            self.assertLogs("odoo.addons.contract", "ERROR"),
        ):
            self.root["contract.contract"].cron_recurring_create_invoice()
        self.assertEqual(moves.search_count([]), before)
        self.assertIn("ZeroDivisionError", contract.invoice_generation_error)
        self.assertFalse(self.wallet.move_ids.filtered("billed_line_id"))
        self.assertInvoiced(self.run_contracts(NEXT), 32.84)
        self.assertFalse(contract.invoice_generation_error)

    def test_one_wrong_contract_does_not_stop_the_others(self):
        self.month(501)
        other = self.new_wallet(name="Other")
        broken = self.subscribe(self.documo, wallet=other)
        broken.invoice_partner_id = False
        moves = self.root["account.move"]
        before = moves.search_count([])
        with (
            self.at(NEXT),
            patch.object(type(self.root["ir.cron"]), "_commit_progress"),
            self.assertLogs("odoo.addons.contract", "ERROR"),
        ):
            self.root["medical.credit.wallet"]._cron_subscriptions()
        self.assertEqual(moves.search_count([]), before + 1)
        self.assertTrue(broken.invoice_generation_error)
