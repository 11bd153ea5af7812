from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class MedicalCreditWallet(models.Model):
    """Buying packages: an invoice to the practice, or a bill from the provider."""

    _inherit = "medical.credit.wallet"

    purchase_message = fields.Char("Waits for payment", compute="_compute_purchase")

    def _compute_purchase(self):
        """What was ordered and is not paid in full: how many units, how much open."""
        # sudo: a practice does not see the books of who invoices it
        lines = self.env["account.move.line"].sudo()
        for wallet in self:
            found = lines.search(
                [
                    ("credit_wallet_id", "=", wallet.id),
                    ("credit_units", ">", 0),
                    ("parent_state", "=", "posted"),
                    ("move_type", "in", ("out_invoice", "in_invoice")),
                ],
                order="date desc, id desc",
                limit=20,
            )
            words = [
                f"{move.name}: {move.credit_message}"
                for move in found.move_id
                if move.credit_message
            ]
            wallet.purchase_message = "\n".join(words) or False

    # WHO MAY, AND WHAT

    def _check_buyer(self):
        """Refuse whoever does not buy credits for this wallet's practice.

        :raise AccessError: no credit buyer, or of another company
        """
        self.ensure_one()
        self.check_access("read")
        user = self.env.user
        if not (
            user.has_group("medical_fax_billing.group_credit_buyer")
            and self.practice_company_id in user.company_ids
        ):
            raise AccessError(
                self.env._("Only a credit buyer of the practice buys credits for it.")
            )

    def _is_prepaid(self):
        """Whether packages are offered for it: what goes on credit is invoiced
        afterwards, and what is not metered is not charged."""
        return self.mode != "counted" and not self.is_postpaid

    def _check_prepaid(self):
        if self.mode == "counted":
            raise UserError(self.env._("Pages of this wallet are not charged."))
        if not self._is_prepaid():
            raise UserError(
                self.env._("This wallet is on credit: its use is invoiced afterwards.")
            )

    def _packages(self):
        """Packages that fit this wallet, the smallest first."""
        products = self.env["product.product"].sudo()  # sudo: buyers sell nothing
        return products.search(
            [
                ("credit_units", ">", 0),
                ("credit_unit", "=", self.unit),
                ("sale_ok" if self.mode == "resold" else "purchase_ok", "=", True),
                ("company_id", "in", (False, self.company_id.id)),
            ]
        ).sorted(lambda product: (product.credit_units, product.id))

    def _package_price(self, product):
        """The price of a package for this wallet before taxes are applied to it."""
        # sudo: prices and rates of who invoices, which may be another company
        self = self.sudo()  # noqa: PLW0642
        product = product.sudo().with_company(self.company_id)
        price = product.lst_price
        if self.mode == "own":
            price = product.standard_price or price
        return product.currency_id._convert(
            price,
            self.currency_id,
            self.company_id,
            fields.Date.context_today(self),
            round=False,
        )

    # DOCUMENTS

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
        line = {
            "product_id": product.id,
            "quantity": quantity,
            "credit_wallet_id": self.id,
        }
        if self.mode == "own":
            line["price_unit"] = self._package_price(product)
        return self._new_document(line)

    def _new_provider_purchase(self, units, amount, reference=None, date=None):
        """The draft bill of units bought at the provider itself.

        :param amount: untaxed, in the company's money
        :param reference: the provider's, once for each bill
        :raise UserError: not a wallet of the clinic's own account, or known already
        """
        self.ensure_one()
        if self.mode != "own":
            raise UserError(
                self.env._("Only own accounts have purchases made at the provider.")
            )
        if units <= 0 or amount < 0:
            raise UserError(
                self.env._("Say how many units were bought, and the price.")
            )
        # sudo: buyers need not see the bills
        moves = self.env["account.move"].sudo()
        known = reference and moves.search(
            [
                ("company_id", "=", self.company_id.id),
                (
                    "commercial_partner_id",
                    "=",
                    self.partner_id.commercial_partner_id.id,
                ),
                ("move_type", "=", "in_invoice"),
                ("ref", "=", reference),
                ("state", "!=", "cancel"),
            ],
            limit=1,
        )
        if known:
            raise UserError(
                self.env._(
                    "The purchase %(reference)s is entered already.",
                    reference=reference,
                )
            )
        line = {
            "name": self.env._(
                "Bought at the provider: %(units)s", units=self._units_text(units)
            ),
            "quantity": 1,
            "price_unit": amount,
            "credit_wallet_id": self.id,
            "credit_units": units,
        }
        return self._new_document(line, ref=reference, invoice_date=date)

    def _new_document(self, line, **values):
        if self.mode == "counted":
            raise UserError(self.env._("Pages of this wallet are not charged."))
        # sudo: buyers need not be able to make invoices, nor see who makes them
        wallet = self.sudo()
        wallet._check_partner()
        moves = wallet.env["account.move"].with_company(wallet.company_id)
        return moves.create(
            {
                "move_type": "out_invoice" if self.mode == "resold" else "in_invoice",
                "partner_id": wallet.partner_id.id,
                "company_id": wallet.company_id.id,
                "currency_id": wallet.currency_id.id,
                "invoice_line_ids": [fields.Command.create(line)],
                **values,
            }
        )
