import csv
import io

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common import ACCOUNTANT, CreditCase, CreditFixture

HEADINGS = [
    "Date",
    "Reference",
    "User",
    "Last four digits",
    "Pages",
    "Units",
    "Cost",
]


class CardFixture(CreditFixture):
    def setUp(self):
        super().setUp()
        self.company.fax_wallet_id = self.wallet

    def delivered(self, **values):
        fax = self.send(**values)
        self.run_queue()
        self.fake.deliver(fax.attempt_ids)
        self.run_queue()
        return fax

    def secrets(self):
        return ["Sandoval", "Greta", "Lee", "5145550190", "550190", "Follow-up"]


@tagged("post_install", "-at_install")
class TestCards(CardFixture, CreditCase):
    """A card's activity: every fax billed to it, with user, pages and cost."""

    def test_uses(self):
        lot = self.wallet._grant(100, amount=12)
        fax = self.delivered()
        self.assertEqual(fax.pages, 2)
        use = lot.use_ids
        self.assertRecordValues(
            use,
            [
                {
                    "message_id": fax.id,
                    "user_id": self.user.id,
                    "number_end": "0190",
                    "pages": 2,
                    "used": 2,
                    "cost": 0.24,
                }
            ],
        )
        self.assertEqual(lot.use_count, 1)
        self.assertEqual((lot.granted, lot.left, lot.amount), (100, 98, 12))

    def test_from_two_cards(self):
        """Its pages are those that each card paid; together they are the fax's."""
        first = self.wallet._grant(1, amount=1)
        second = self.wallet._grant(10, amount=5)
        self.delivered()
        self.assertEqual((first.use_ids.pages, second.use_ids.pages), (1, 1))
        self.assertEqual((first.use_ids.cost, second.use_ids.cost), (1, 0.5))

    def test_the_list_from_a_card(self):
        lot = self.wallet._grant(100)
        other = self.wallet._grant(100)
        self.delivered()
        self.wallet._charge(3, service="fax_inbound", quantity=3)
        moves = self.env["medical.credit.move"]
        for user in (self.buyer, self.manager):
            action = lot.with_user(user).action_view_uses()
            found = moves.with_user(user).search(action["domain"])
            self.assertEqual(found, lot.use_ids)
            self.assertEqual(len(found), 2)
        action = (lot + other).with_user(self.buyer).action_view_uses()
        self.assertTrue(action["context"]["search_default_by_lot"])

    def test_who_may_see_a_card(self):
        lot = self.wallet._grant(100)
        for user in (self.user, self.plain, self.stranger):
            for method in ("action_view_uses", "action_export_csv"):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    getattr(lot.with_user(user), method)()

    def test_exports_name_nobody(self):
        """Odoo's own export, read as a buyer and as an accountant, leads to no fax."""
        lot = self.wallet._grant(100)
        self.delivered()
        accountant = self.new_user("t_card_accountant", ACCOUNTANT)
        may_export = self.env.ref("base.group_allow_export")
        for user in (self.buyer, accountant):
            user.group_ids |= may_export
            uses = lot.with_user(user).use_ids
            names = [name for name in uses._fields if name != "message_id"]
            rows = uses.export_data(names)["datas"]
            shown = uses.read(list(uses._fields))
            table = lot.with_user(user).export_data(["name", "left", "use_ids"])
            text = f"{rows} {shown} {table} {list(lot.with_user(user)._csv_rows())}"
            for secret in self.secrets():
                self.assertNotIn(secret, text)
            for path in ("", "patient_id/name", "partner_name", "number", "subject"):
                with self.subTest(path=path), self.assertRaises(AccessError):
                    uses.export_data([f"message_id/{path}".strip("/")])
            with self.assertRaises(AccessError):
                uses.formatted_read_group([], ["message_id.partner_name"], ["__count"])
            with self.assertRaises(AccessError):
                uses.search([("message_id.partner_name", "ilike", "Lee")])


@tagged("post_install", "-at_install")
class TestCardFile(CardFixture, HttpCase):
    """The CSV file of a card."""

    def fetch(self, lot, user):
        password = user.login + "x" * (8 - len(user.login))
        self.authenticate(user.login, password)
        return self.url_open(lot.with_user(user).action_export_csv()["url"])

    def test_the_file(self):
        lot = self.wallet._grant(100, amount=12)
        # Read as a formula by a spreadsheet, were it not for the mark before it
        self.user.name = "=HYPERLINK(1)"
        fax = self.delivered()
        answer = self.fetch(lot, self.buyer)
        self.assertEqual(answer.headers["Content-Type"], "text/csv; charset=utf-8")
        self.assertIn(".csv", answer.headers["Content-Disposition"])
        text = answer.content.decode("utf-8-sig")
        heading, row = csv.reader(io.StringIO(text))
        self.assertEqual(heading, HEADINGS)
        self.assertEqual(
            row[1:], [fax.name, "'=HYPERLINK(1)", "0190", "2", "2", "0.2400"]
        )
        self.assertRegex(row[0], r"^\d{4}-\d\d-\d\d \d\d:\d\d$")
        for secret in self.secrets():
            self.assertNotIn(secret, text + str(answer.headers))

    def test_who_may_not(self):
        lot = self.wallet._grant(100)
        url = lot.action_export_csv()["url"]
        for user in (self.user, self.plain, self.stranger):
            password = user.login + "x" * (8 - len(user.login))
            self.authenticate(user.login, password)
            with self.subTest(user=user.login):
                self.assertEqual(self.url_open(url).status_code, 404)
        self.authenticate(None, None)
        answer = self.url_open(url, allow_redirects=False)
        self.assertEqual(answer.status_code, 303, "to the login page")
