from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .res_company import BOOKS


class AccountMoveLine(models.Model):
    """An invoice line that buys units for a wallet, or takes them back."""

    _inherit = "account.move.line"

    credit_wallet_id = fields.Many2one(
        "medical.credit.wallet",
        "Fax wallet",
        index="btree_not_null",
        ondelete="restrict",
        help="The units of this line's package go to this wallet.",
    )
    credit_units = fields.Float(
        "Fax credits",
        digits="Credit Units",
        compute="_compute_credit_units",
        store=True,
        readonly=False,
        precompute=True,
        help="Units that this line adds to the wallet, or that a credit note takes "
        "from the card that the line credits.",
    )
    credit_origin_line_id = fields.Many2one(
        "account.move.line",
        "Credits the line",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
        help="The line of the credited invoice: its card gives the units back.",
    )
    credit_lot_id = fields.Many2one(
        "medical.credit.lot",
        "Fax card",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
        help="The card whose unused credits this line books.",
    )
    credit_part = fields.Selection(
        [("used", "Used"), ("expired", "Expired")],
        "Fax credits booked",
        copy=False,
        readonly=True,
    )

    # COMPUTE

    @api.depends(
        "product_id",
        "quantity",
        "product_uom_id",
        "credit_wallet_id",
        "credit_origin_line_id",
    )
    def _compute_credit_units(self):
        for line in self:
            origin, product = line.credit_origin_line_id, line.product_id
            if not line.credit_wallet_id:
                line.credit_units = 0
            elif origin.quantity:
                line.credit_units = (
                    origin.credit_units * line.quantity / origin.quantity
                )
            elif product:
                line.credit_units = product.credit_units * line._credit_packages()
            else:
                # Entered by hand: units bought at a provider that are no package here.
                line.credit_units = line.credit_units

    def _credit_packages(self):
        """The quantity of this line in the package's own unit of measure."""
        unit = self.product_uom_id
        if not unit or unit == self.product_id.uom_id:
            return self.quantity
        return unit._compute_quantity(
            self.quantity, self.product_id.uom_id, round=False
        )

    @api.depends("credit_wallet_id", "credit_units")
    def _compute_account_id(self):
        """Override of account: a purchase is no income before it is used."""
        res = super()._compute_account_id()
        for line in self.filtered(lambda line: line._is_credit_line()):
            books = BOOKS.get(line.credit_wallet_id.mode)
            account = books and line.company_id[books["unused"]]
            if account:
                position = line.move_id.fiscal_position_id
                line.account_id = position.map_account(account)
        return res

    @api.depends("credit_wallet_id")
    def _compute_analytic_distribution(self):
        """Override of account: the practice's, where its wallet has one."""
        res = super()._compute_analytic_distribution()
        for line in self:
            # sudo: whoever invoices need not see the wallet
            distribution = line.credit_wallet_id.sudo().analytic_distribution
            if distribution and line.display_type == "product":
                line.analytic_distribution = distribution
        return res

    def _is_credit_line(self):
        """Whether this line buys units, or takes them back."""
        self.ensure_one()
        return bool(
            self.credit_wallet_id
            and self.credit_units
            and self.display_type == "product"
            and self.move_id.is_invoice()
        )

    # CHECKS

    @api.constrains("credit_wallet_id", "company_id")
    def _check_credit_wallet(self):
        for line in self:
            wallet = line.credit_wallet_id.sudo()  # sudo: only its company is asked
            if wallet and wallet.company_id != line.company_id:
                raise ValidationError(
                    self.env._(
                        "The wallet is in the books of %(company)s.",
                        company=wallet.company_id.name,
                    )
                )
            line.move_id._check_credit_partner()

    def _frozen_credit_fields(self):
        """Hook: what a line that granted or took units keeps."""
        return {
            "credit_wallet_id",
            "credit_units",
            "credit_origin_line_id",
            "product_id",
            "quantity",
            "price_unit",
            "account_id",
        }

    def write(self, vals):
        """Override of account: a card is the record of its line."""
        if self._frozen_credit_fields() & set(vals):
            self._check_credit_booked()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_credit_booked(self):
        self._check_credit_booked()

    def _check_credit_booked(self):
        # sudo: whoever invoices need not see the ledger
        moves = self.env["medical.credit.move"].sudo()
        if self.ids and moves.search_count([("line_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "The fax credits of this document were booked to a card. Correct "
                    "it with a credit note."
                )
            )

    def _copy_data_extend_business_fields(self, values):
        """Override of account: a reversal names the line, or the card, it reverses."""
        res = super()._copy_data_extend_business_fields(values)
        if self._is_credit_line():
            values["credit_origin_line_id"] = self.id
        elif self.credit_lot_id:
            values["credit_lot_id"] = self.credit_lot_id.id
            values["credit_part"] = self.credit_part
        return res

    # SETTLING

    def _reconcile_post_hook(self, data):
        """Override of account: an invoice settled by the credit note of another one
        is "reversed" for Odoo, and its paid hook is not called."""
        res = super()._reconcile_post_hook(data)
        data["not_paid_invoices"]._sync_credit()
        return res
