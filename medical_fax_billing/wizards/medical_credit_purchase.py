from odoo import api, fields, models
from odoo.exceptions import UserError


class MedicalCreditPurchase(models.TransientModel):
    """Buying a package in two steps: pick one, then confirm what it costs."""

    _name = "medical.credit.purchase"
    _description = "Buy Fax Credits"

    wallet_id = fields.Many2one("medical.credit.wallet", required=True, readonly=True)
    mode = fields.Selection(related="wallet_id.mode")
    step = fields.Selection(
        [("pick", "Package"), ("confirm", "Confirm"), ("done", "Done")],
        default="pick",
        required=True,
        readonly=True,
    )
    option_ids = fields.One2many(
        "medical.credit.purchase.option", "purchase_id", "Packages"
    )
    option_id = fields.Many2one(
        "medical.credit.purchase.option", "Picked", readonly=True
    )
    quantity = fields.Integer("How many", default=1, required=True)
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    payer = fields.Char(compute="_compute_totals", help="Who gets the invoice or bill.")
    package = fields.Char(compute="_compute_totals")
    units_text = fields.Char("You get", compute="_compute_totals")
    amount_untaxed = fields.Monetary("Untaxed", compute="_compute_totals")
    amount_tax = fields.Monetary("Taxes", compute="_compute_totals")
    amount_total = fields.Monetary("Total", compute="_compute_totals")
    due_text = fields.Char("Paid from it first", compute="_compute_totals")
    move_id = fields.Many2one("account.move", readonly=True)
    move_name = fields.Char("Document", compute="_compute_move")
    can_open = fields.Boolean(compute="_compute_move")

    _quantity_positive = models.Constraint(
        "CHECK (quantity BETWEEN 1 AND 100)", "Buy between 1 and 100 packages."
    )

    # COMPUTE

    @api.depends("option_id", "quantity")
    def _compute_totals(self):
        for purchase in self:
            wallet, option = purchase.wallet_id, purchase.option_id
            # sudo: buyers see what they pay, not the products of who invoices them
            product = option.product_id.sudo()
            totals = wallet._package_totals(product, purchase.quantity)
            purchase.payer = wallet.partner_id.sudo().name
            purchase.package = product.name
            purchase.units_text = wallet._units_text(
                product.credit_units * purchase.quantity
            )
            purchase.amount_untaxed = totals["total_excluded"]
            purchase.amount_total = totals["total_included"]
            purchase.amount_tax = purchase.amount_total - purchase.amount_untaxed
            due = wallet.due
            purchase.due_text = wallet._units_text(due) if due else False

    @api.depends("move_id")
    def _compute_move(self):
        for purchase in self:
            # sudo: its number only; the practice does not see these books
            move = purchase.move_id.sudo()
            purchase.move_name = move.name if move.state == "posted" else move.ref
            moves = self.env["account.move"]
            purchase.can_open = bool(
                move
                and moves.has_access("read")
                and purchase.move_id.sudo(False)._filtered_access("read")
            )

    # STEPS

    def _again(self, title=None):
        return {
            "type": "ir.actions.act_window",
            "name": title or self.env._("Buy credits"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _check(self):
        self.ensure_one()
        self.wallet_id._check_buyer()
        self.wallet_id._check_prepaid()

    def action_next(self):
        """Show what the picked package costs."""
        self._check()
        if not self.option_id:
            raise UserError(self.env._("Pick a package first."))
        if not self.move_id:
            self.step = "confirm"
        return self._again()

    def action_back(self):
        """Pick another package."""
        self._check()
        if not self.move_id:
            self.step = "pick"
        return self._again()

    def action_confirm(self):
        """Buy, once: the invoice is posted, or the bill waits for the accountant."""
        self._check()
        if self.move_id:
            return self._again()
        # sudo: a product of who invoices; whether it is offered is asked again
        product = self.option_id.product_id.sudo()
        if product not in self.wallet_id._packages():
            raise UserError(self.env._("This package is not offered any more."))
        move = self.wallet_id._new_purchase(product, self.quantity)
        if self.wallet_id.mode == "resold":
            move._post()
        self.write({"move_id": move.id, "step": "done"})
        return self._again(self.env._("Bought"))

    def action_pay(self):
        """The page on which the invoice is paid."""
        self._check()
        # sudo: who bought it may pay it
        move = self.move_id.sudo()
        if not move or move.state != "posted":
            raise UserError(self.env._("There is nothing to pay yet."))
        return {
            "type": "ir.actions.act_url",
            "url": move.get_portal_url(),
            "target": "self",
        }

    def action_open(self):
        """The invoice or bill, for whoever may see it."""
        self._check()
        self.move_id.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }


class MedicalCreditPurchaseOption(models.TransientModel):
    """A package that is offered, with its price for this wallet."""

    _name = "medical.credit.purchase.option"
    _description = "Package of Fax Credits"
    _order = "id"

    purchase_id = fields.Many2one(
        "medical.credit.purchase", required=True, ondelete="cascade"
    )
    product_id = fields.Many2one("product.product", required=True, readonly=True)
    currency_id = fields.Many2one(related="purchase_id.currency_id")
    name = fields.Char(compute="_compute_price")
    units_text = fields.Char("Units", compute="_compute_price")
    price = fields.Monetary("Untaxed", compute="_compute_price")
    price_taxed = fields.Monetary("With tax", compute="_compute_price")
    price_unit = fields.Char("A unit", compute="_compute_price")
    is_picked = fields.Boolean(compute="_compute_is_picked")

    @api.depends("product_id")
    def _compute_price(self):
        for option in self:
            wallet = option.purchase_id.wallet_id
            # sudo: buyers see what they pay, not the products of who invoices them
            product = option.product_id.sudo()
            totals = wallet._package_totals(product)
            option.name = product.name
            option.units_text = wallet._units_text(product.credit_units)
            option.price = totals["total_excluded"]
            option.price_taxed = totals["total_included"]
            option.price_unit = wallet._price_unit_text(
                option.price / product.credit_units if product.credit_units else 0
            )

    @api.depends("purchase_id.option_id")
    def _compute_is_picked(self):
        for option in self:
            option.is_picked = option.purchase_id.option_id == option

    def action_pick(self):
        self.ensure_one()
        self.purchase_id._check()
        if not self.purchase_id.move_id:
            self.purchase_id.option_id = self
        return self.purchase_id._again()


class MedicalCreditWallet(models.Model):
    _inherit = "medical.credit.wallet"

    can_buy = fields.Boolean(compute="_compute_can_buy")

    @api.depends("mode", "is_postpaid", "practice_company_id")
    @api.depends_context("uid")
    def _compute_can_buy(self):
        buyer = self.env.user.has_group("medical_fax_billing.group_credit_buyer")
        companies = self.env.user.company_ids
        for wallet in self:
            practice = wallet.practice_company_id in companies
            wallet.can_buy = bool(buyer and practice and wallet._is_prepaid())

    def action_buy(self):
        """Offer the packages that fit this wallet."""
        self.ensure_one()
        self._check_buyer()
        self._check_prepaid()
        packages = self._packages()
        if not packages:
            raise UserError(
                self.env._(
                    "No package is offered for this wallet. Packages are products that "
                    "grant fax credits."
                )
            )
        options = [
            fields.Command.create({"product_id": product.id}) for product in packages
        ]
        purchase = self.env["medical.credit.purchase"].create(
            {"wallet_id": self.id, "option_ids": options}
        )
        purchase.option_id = purchase.option_ids[:1]
        return purchase._again()

    def _package_totals(self, product, quantity=1):
        """What packages cost this wallet, as their invoice or bill will say.

        :return: as account.tax's ``compute_all``
        """
        company = self.company_id.sudo()  # sudo: who invoices may be another company
        partner = self.partner_id.sudo()
        product = product.sudo().with_company(company)
        kind = "sale" if self.mode == "resold" else "purchase"
        positions = company.env["account.fiscal.position"].with_company(company)
        position = positions._get_fiscal_position(partner)
        taxes = product.taxes_id if kind == "sale" else product.supplier_taxes_id
        taxes = taxes._filter_taxes_by_company(company)
        price = self._package_price(product)
        if kind == "sale":
            price = product._get_tax_included_unit_price(
                company,
                self.currency_id,
                fields.Date.context_today(self),
                kind,
                product_uom=product.uom_id,
                product_taxes=taxes,
                fiscal_position=position,
            )
        return position.map_tax(taxes).compute_all(
            price, self.currency_id, quantity, product, partner
        )

    def _price_unit_text(self, price):
        """A price a unit as people read it, with as many decimals as it needs."""
        shown = f"{price:.4f}".rstrip("0")
        places = max(len(shown.partition(".")[2]), self.currency_id.decimal_places)
        amount = f"{price:.{places}f}"
        symbol = self.currency_id.symbol
        before = self.currency_id.position == "before"
        amount = f"{symbol}{amount}" if before else f"{amount} {symbol}"
        words = {
            "pages": self.env._("%(amount)s a page", amount=amount),
            "credits": self.env._("%(amount)s a credit", amount=amount),
            "currency": self.env._("%(amount)s for 1", amount=amount),
        }
        return words[self.unit]
