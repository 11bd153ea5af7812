from odoo import fields, models

# The accounts of a wallet's way to pay. Resold credits that are not used yet are owed
# to the customer; those bought at a provider are paid in advance.
BOOKS = {
    "resold": {
        "unused": "credit_liability_account_id",
        "used": "credit_income_account_id",
        "expired": "credit_breakage_account_id",
        "product": "income",
        "type": "liability_current",
        "code": "250000",
    },
    "own": {
        "unused": "credit_prepaid_account_id",
        "used": "credit_expense_account_id",
        "expired": "credit_loss_account_id",
        "product": "expense",
        "type": "asset_prepayments",
        "code": "140000",
    },
}


def _account(string, text):
    return fields.Many2one(
        "account.account", string, check_company=True, ondelete="restrict", help=text
    )


class ResCompany(models.Model):
    """The accounts that credits are booked on."""

    _inherit = "res.company"

    credit_liability_account_id = _account(
        "Unused credits sold", "Liability: what customers paid and have not used yet."
    )
    credit_income_account_id = _account(
        "Income of used credits", "Empty: the income account of the package."
    )
    credit_breakage_account_id = _account(
        "Income of expired credits", "Empty: the same as of used credits."
    )
    credit_prepaid_account_id = _account(
        "Unused credits bought", "Asset: what was paid to a provider and is not used."
    )
    credit_expense_account_id = _account(
        "Expense of used credits", "Empty: the expense account of the package."
    )
    credit_loss_account_id = _account(
        "Expense of expired credits", "Empty: the same as of used credits."
    )
    credit_journal_id = fields.Many2one(
        "account.journal",
        "Journal of used credits",
        check_company=True,
        domain="[('type', '=', 'general')]",
        ondelete="restrict",
        help="For the entry of each wallet and month. Empty: the first journal of "
        "miscellaneous entries.",
    )

    def _make_credit_account(self, mode):
        """Make the account of unused credits where the books have none yet; the
        accountant may choose another one at any time."""
        self.ensure_one()
        books = BOOKS.get(mode)
        company = self.sudo()  # sudo: whoever makes a wallet need not keep the books
        if not books or company[books["unused"]] or not company.chart_template:
            return
        accounts = company.env["account.account"].with_company(company)
        like = accounts.search(
            [
                *accounts._check_company_domain(company),
                ("account_type", "=", books["type"]),
            ],
            limit=1,
        )
        names = {
            "resold": self.env._("Unused fax credits sold"),
            "own": self.env._("Unused fax credits bought"),
        }
        company[books["unused"]] = accounts.create(
            {
                "name": names[mode],
                "account_type": books["type"],
                "code": accounts._search_new_account_code(like.code or books["code"]),
                "company_ids": [fields.Command.set(company.ids)],
            }
        )

    def _credit_journal(self):
        company = self.sudo()  # sudo: read for an entry that Odoo makes by itself
        if company.credit_journal_id:
            return company.credit_journal_id
        journals = company.env["account.journal"]
        return journals.search(
            [*journals._check_company_domain(company), ("type", "=", "general")],
            limit=1,
        )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    credit_liability_account_id = fields.Many2one(
        related="company_id.credit_liability_account_id", readonly=False
    )
    credit_income_account_id = fields.Many2one(
        related="company_id.credit_income_account_id", readonly=False
    )
    credit_breakage_account_id = fields.Many2one(
        related="company_id.credit_breakage_account_id", readonly=False
    )
    credit_prepaid_account_id = fields.Many2one(
        related="company_id.credit_prepaid_account_id", readonly=False
    )
    credit_expense_account_id = fields.Many2one(
        related="company_id.credit_expense_account_id", readonly=False
    )
    credit_loss_account_id = fields.Many2one(
        related="company_id.credit_loss_account_id", readonly=False
    )
    credit_journal_id = fields.Many2one(
        related="company_id.credit_journal_id", readonly=False
    )
