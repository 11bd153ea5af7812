from odoo import fields, models
from odoo.exceptions import UserError


class MedicalCreditWallet(models.Model):
    """Buying packages: an invoice to the practice, or a bill from the provider."""

    _inherit = "medical.credit.wallet"

    def _new_purchase(self, product, quantity=1):
        """The draft invoice (or vendor bill) of packages for this wallet.

        :param product: the product.product of the package
        :raise UserError: the package is not one of this wallet's unit
        """
        self.ensure_one()
        if not product.credit_units or product.credit_unit != self.unit:
            raise UserError(
                self.env._(
                    "%(product)s is no package for this wallet.", product=product.name
                )
            )
        if self.mode == "counted":
            raise UserError(self.env._("Pages of this wallet are not charged."))
        line = {
            "product_id": product.id,
            "quantity": quantity,
            "credit_wallet_id": self.id,
        }
        # sudo: buyers need not be able to make invoices
        moves = self.env["account.move"].sudo().with_company(self.company_id)
        return moves.create(
            {
                "move_type": "out_invoice" if self.mode == "resold" else "in_invoice",
                "partner_id": self.partner_id.id,
                "company_id": self.company_id.id,
                "invoice_line_ids": [fields.Command.create(line)],
            }
        )
