from datetime import date, datetime

from freezegun import freeze_time
from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CreditCase

REPORT = "medical_fax_billing.report_credit_statement"


@tagged("post_install", "-at_install")
class TestStatement(CreditCase):
    """The statement of a wallet."""

    def setUp(self):
        super().setUp()
        with self.at(2026, 2, 20):
            self.wallet._grant(100, amount=12)
            self.use(10)

    def at(self, year, month, day, hour=12):
        return freeze_time(datetime(year, month, day, hour))

    def use(self, units, service="fax_page"):
        reserves = self.wallet._reserve(units, service=service)
        reserves._capture(units, quantity=units)

    def statement(self, user=None, **values):
        values = {"date_from": date(2026, 3, 1), "date_to": date(2026, 3, 31)} | values
        statements = self.env["medical.credit.statement"].with_user(user or self.buyer)
        return statements.create({"wallet_id": self.wallet.id, **values})

    def printed(self, statement):
        """The text of the statement's cells by their class, and the lines of use."""
        action = statement.action_print()
        self.assertEqual(action["report_name"], REPORT)
        reports = self.env["ir.actions.report"].with_user(statement.env.user)
        content, kind = reports._render_qweb_html(REPORT, statement.ids)
        self.assertEqual(kind, "html")
        page = html.fromstring(content)
        sums = {}
        for name in ("opening", "used", "closing", "due", "credit"):
            cells = page.xpath(f"//td[contains(@class, 'o_{name}')]")
            if cells:
                sums[name] = cells[0].text_content().strip()
        rows = page.xpath("//table[contains(@class, 'o_credit_days')]/tbody/tr")
        days = [[cell.text_content().strip() for cell in row] for row in rows]
        return sums, days, " ".join(page.text_content().split())

    def test_a_month(self):
        with self.at(2026, 3, 3):
            self.use(5)
            self.use(2, "fax_inbound")
        with self.at(2026, 3, 4):
            lot = self.wallet._grant(500, amount=54)
            self.use(1)
        with self.at(2026, 4, 1):
            self.use(50)
        sums, days, text = self.printed(self.statement())
        self.assertEqual(
            sums, {"opening": "90 pages", "used": "-8 pages", "closing": "582 pages"}
        )
        self.assertEqual(
            days,
            [
                ["03/03/2026", "Fax page received", "2", "2 pages"],
                ["03/03/2026", "Fax page sent", "5", "5 pages"],
                ["03/04/2026", "Fax page sent", "1", "1 pages"],
            ],
        )
        self.assertIn(lot.name, text)
        self.assertIn("54.00", text)

    def test_due_and_paid_later(self):
        with self.at(2026, 3, 3):
            self.wallet._charge(95, service="fax_inbound", quantity=95)
        sums, days, _text = self.printed(self.statement())
        self.assertEqual(
            sums,
            {
                "opening": "90 pages",
                "used": "-90 pages",
                "closing": "0 pages",
                "due": "5 pages",
            },
        )
        self.assertEqual(days[0][3], "95 pages")
        with self.at(2026, 4, 3):
            self.wallet._grant(10)
        april = {"date_from": date(2026, 4, 1), "date_to": date(2026, 4, 30)}
        sums, days, _text = self.printed(self.statement(**april))
        self.assertEqual(
            sums, {"opening": "0 pages", "used": "-5 pages", "closing": "5 pages"}
        )
        self.assertFalse(days)

    def test_on_credit(self):
        self.wallet.is_postpaid = True
        with self.at(2026, 3, 3):
            self.use(100)
        sums, _days, _text = self.printed(self.statement())
        self.assertEqual((sums["used"], sums["credit"]), ("-90 pages", "10 pages"))

    def test_days_are_local(self):
        self.company.partner_id.tz = "America/Montreal"
        with self.at(2026, 3, 1, 3):
            self.use(5)
        sums, days, _text = self.printed(self.statement())
        self.assertEqual((sums["opening"], days), ("85 pages", []))

    def test_nothing_happened(self):
        empty = {"date_from": date(2026, 5, 1), "date_to": date(2026, 5, 31)}
        sums, _days, text = self.printed(self.statement(**empty))
        self.assertEqual(sums["opening"], sums["closing"])
        self.assertIn("Nothing was used.", text)

    def test_the_last_month_is_offered(self):
        with self.at(2026, 3, 12):
            action = self.wallet.with_user(self.buyer).action_statement()
            statement = self.env[action["res_model"]].with_context(**action["context"])
            statement = statement.create({})
        self.assertEqual(statement.wallet_id, self.wallet)
        self.assertEqual(
            (statement.date_from, statement.date_to),
            (date(2026, 2, 1), date(2026, 2, 28)),
        )

    def test_the_wrong_way_round(self):
        with self.assertRaises(UserError):
            self.statement(date_from=date(2026, 4, 1)).action_print()

    def test_who_may(self):
        statement = self.statement()
        for user in (self.user, self.plain, self.stranger):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    self.wallet.with_user(user).action_statement()
                with self.assertRaises(AccessError):
                    statement.with_user(user).action_print()
        foreign = self.statement(self.stranger)
        reports = self.env["ir.actions.report"].with_user(self.stranger)
        with self.assertRaises(AccessError):
            foreign.action_print()
        with self.assertRaises(AccessError):
            reports._render_qweb_html(REPORT, foreign.ids)
