from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    credit_wallet_id = fields.Many2one(
        "medical.credit.wallet",
        "Fax wallet",
        index="btree_not_null",
        ondelete="restrict",
        help="The units of this line's package go to this wallet.",
    )
