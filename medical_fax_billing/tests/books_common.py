from datetime import datetime

from freezegun import freeze_time

from odoo import fields
from odoo.tests import new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


class BooksCase(AccountTestInvoicingCommon):
    """A company with a chart of accounts that resells pages to a practice.

    Its own user, an accounting manager, does the invoicing; the ledger is moved by
    Odoo itself.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.root = cls.env(su=True)
        cls.tariff = cls.root["medical.credit.tariff"].create(
            {
                "name": "One unit a page",
                "line_ids": [
                    fields.Command.create({"service": "fax_page", "units": 1})
                ],
            }
        )
        cls.practice = cls.partner_a
        cls.practice.property_payment_term_id = False
        cls.wallet = cls.new_wallet()
        cls.package = cls.new_package()
        cls.unused = cls.company.credit_liability_account_id
        cls.income = cls.company_data["default_account_revenue"]
        cls.buyer = new_test_user(
            cls.root,
            "t_books_buyer",
            groups="base.group_user,medical_fax_billing.group_credit_buyer",
            company_id=cls.company.id,
        )

    @classmethod
    def new_wallet(cls, **values):
        return cls.root["medical.credit.wallet"].create(
            {
                "name": "Practice",
                "company_id": cls.company.id,
                "practice_company_id": cls.company.id,
                "partner_id": cls.practice.id,
                "tariff_id": cls.tariff.id,
                **values,
            }
        )

    @classmethod
    def new_package(cls, units=100, price=12.0, **values):
        taxes = values.pop("taxes_id", [])
        product = cls._create_product(
            name=f"{units} pages",
            type="service",
            lst_price=price,
            taxes_id=taxes,
            supplier_taxes_id=[],
            credit_units=units,
            credit_unit="pages",
            **values,
        )
        return product

    # WHAT HAPPENS

    def buy(self, wallet=None, package=None, quantity=1, post=True):
        """The invoice (or bill) of a package."""
        invoice = (wallet or self.wallet)._new_purchase(
            package or self.package, quantity
        )
        invoice = invoice.with_env(self.env)
        if invoice.move_type == "in_invoice":
            invoice.invoice_date = fields.Date.context_today(invoice)
        if post:
            invoice.action_post()
        return invoice

    def pay(self, invoice, amount=None):
        values = {} if amount is None else {"amount": amount}
        return self._register_payment(invoice, **values)

    def bought(self, **values):
        """A card that is paid."""
        invoice = self.buy(**values)
        self.pay(invoice)
        return self.lot_of(invoice)

    def lot_of(self, invoice):
        lots = self.root["medical.credit.lot"]
        return lots.search([("invoice_line_id", "in", invoice.invoice_line_ids.ids)])

    def use(self, units, wallet=None):
        wallet = wallet or self.wallet
        reserves = wallet._reserve(units, service="fax_page")
        self.assertTrue(reserves)
        return reserves._capture(units, quantity=units)

    def credit_note(self, invoice, units=None, post=True):
        """The credit note of an invoice, of so many of its units."""
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard = wizard.create({"journal_id": invoice.journal_id.id})
        note = self.env["account.move"].browse(wizard.reverse_moves()["res_id"])
        if units is not None:
            line = note.invoice_line_ids
            line.quantity = units / self.package.credit_units
        note.invoice_date = fields.Date.context_today(note)
        if post:
            note.action_post()
        return note

    # WHAT IS EXPECTED

    def kinds(self, lot):
        moves = self.root["medical.credit.move"]
        found = moves.search([("lot_id", "in", lot.ids)], order="id")
        return [(move.kind, move.units) for move in found if move.units]

    def assertUnits(self, wallet=None, **amounts):
        wallet = wallet or self.wallet
        wallet.invalidate_recordset()
        found = {name: wallet[name] for name in amounts}
        self.assertEqual(found, amounts)

    def balance(self, account):
        """What an account holds; debit is positive."""
        groups = self.root["account.move.line"]._read_group(
            [
                ("account_id", "=", account.id),
                ("company_id", "=", self.company.id),
                ("parent_state", "=", "posted"),
            ],
            [],
            ["balance:sum"],
        )
        return round(groups[0][0] or 0, 2) + 0.0

    def at(self, *moment):
        return freeze_time(datetime(*moment))
