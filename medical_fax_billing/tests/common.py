from odoo import fields
from odoo.tests import TransactionCase

from odoo.addons.medical_fax.tests.common import MANAGER, FaxFixture

BUYER = "base.group_user,medical_fax_billing.group_credit_buyer"
ACCOUNTANT = "base.group_user,account.group_account_user"


class CreditFixture(FaxFixture):
    """The fax clinic, with an operator's company that resells pages to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tariff = cls.env["medical.credit.tariff"].create(
            {
                "name": "One unit a page",
                "line_ids": [
                    fields.Command.create({"service": "fax_page", "units": 1}),
                    fields.Command.create({"service": "fax_inbound", "units": 1}),
                    fields.Command.create(
                        {"service": "fax_page", "prefix": "+44", "units": 4}
                    ),
                ],
            }
        )
        cls.practice = cls.env["res.partner"].create({"name": "A practice"})
        cls.buyer = cls.new_user("t_credit_buyer", BUYER)
        cls.wallet = cls.new_wallet()

    @classmethod
    def new_wallet(cls, **values):
        return cls.env["medical.credit.wallet"].create(
            {
                "name": "Practice",
                "company_id": cls.company.id,
                "practice_company_id": cls.company.id,
                "partner_id": cls.practice.id,
                "tariff_id": cls.tariff.id,
                **values,
            }
        )

    def assertUnits(self, wallet=None, **amounts):
        """The wallet's sums, by the names of its fields."""
        wallet = wallet or self.wallet
        wallet.invalidate_recordset()
        found = {name: wallet[name] for name in amounts}
        self.assertEqual(found, amounts)

    def kinds(self, records):
        """Kinds and amounts of the entries of a wallet, card or fax, in order."""
        moves = self.env["medical.credit.move"].search(
            [("id", "in", records.ids)], order="id"
        )
        return [(move.kind, move.units, move.reserved) for move in moves]


class CreditCase(CreditFixture, TransactionCase):
    """Tests of credits inside Odoo; those of several processes are in tests/."""


__all__ = ["ACCOUNTANT", "BUYER", "MANAGER", "CreditCase", "CreditFixture"]
