from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.medical_credit_refill import DAILY_CAP


class MedicalCreditRefillSetup(models.TransientModel):
    """Setting a refill up: package, when, with which card, and agreeing to it."""

    _name = "medical.credit.refill.setup"
    _description = "Set Up Refill"

    wallet_id = fields.Many2one("medical.credit.wallet", required=True, readonly=True)
    mode = fields.Selection(related="wallet_id.mode")
    option_ids = fields.One2many(
        "medical.credit.refill.option", "setup_id", readonly=True
    )
    package_id = fields.Many2one(
        "medical.credit.refill.option",
        domain="[('setup_id', '=', id), ('kind', '=', 'package')]",
    )
    card_id = fields.Many2one(
        "medical.credit.refill.option",
        "Saved card",
        domain="[('setup_id', '=', id), ('kind', '=', 'card')]",
    )
    has_cards = fields.Boolean(compute="_compute_has_cards")
    trigger = fields.Selection(
        [
            ("below", "When few units are left"),
            ("used", "When a card is 95 % used"),
        ],
        "Buy",
        required=True,
        default="below",
    )
    threshold = fields.Float("Below", digits="Credit Units", default=10)
    daily_cap = fields.Integer("Packages in 24 hours, at most", default=DAILY_CAP)
    consent_text = fields.Text("You agree to this", compute="_compute_consent_text")
    agrees = fields.Boolean("I agree")

    @api.depends("option_ids")
    def _compute_has_cards(self):
        for setup in self:
            setup.has_cards = "card" in setup.option_ids.mapped("kind")

    @api.depends("package_id", "card_id", "trigger", "threshold", "daily_cap")
    def _compute_consent_text(self):
        for setup in self:
            setup.consent_text = setup._consent_text()

    def _consent_text(self):
        if self.mode != "resold" or not (self.package_id and self.card_id):
            return False
        # sudo: the words only; cards and products are those of who invoices
        rules = self.env["medical.credit.refill"].sudo()
        return rules.new(self._rule_values())._consent_words()

    def _rule_values(self):
        values = {"wallet_id": self.wallet_id._origin.id, "threshold": self.threshold}
        if self.mode != "resold":
            return values
        # sudo: a buyer chooses among what was offered
        package, card = self.package_id.sudo(), self.card_id.sudo()
        return values | {
            "trigger": self.trigger,
            "daily_cap": self.daily_cap,
            "product_id": package.product_id.id,
            "token_id": card.token_id.id,
        }

    def action_switch_on(self):
        """Switch the refill on, with what was agreed to."""
        self.ensure_one()
        self.wallet_id._check_buyer()
        if self.mode == "resold":
            if not (self.package_id and self.card_id):
                raise UserError(self.env._("Pick a package and a saved card."))
            if (self.package_id | self.card_id).setup_id != self:
                raise UserError(self.env._("Pick a package and a saved card."))
            if not self.agrees:
                raise UserError(self.env._("Say that you agree to the charges."))
        values = self._rule_values() | {"consent_text": self._consent_text()}
        values.pop("wallet_id")
        # sudo: the right was checked
        rules = self.env["medical.credit.refill"].sudo()
        rules._switch_on(self.wallet_id.sudo(), self.env.user, **values)
        return {"type": "ir.actions.act_window_close"}


class MedicalCreditRefillOption(models.TransientModel):
    """A package or a card to choose from; buyers see no more of either."""

    _name = "medical.credit.refill.option"
    _description = "Choice for a Refill"
    _order = "id"

    setup_id = fields.Many2one(
        "medical.credit.refill.setup", required=True, ondelete="cascade"
    )
    kind = fields.Selection([("package", "Package"), ("card", "Card")], required=True)
    name = fields.Char(required=True)
    product_id = fields.Many2one("product.product", groups="base.group_system")
    token_id = fields.Many2one("payment.token", groups="base.group_system")


class MedicalCreditWallet(models.Model):
    _inherit = "medical.credit.wallet"

    def action_refill(self):
        """Open the dialog that switches the refill on or changes it."""
        self.ensure_one()
        self._check_buyer()
        self._check_prepaid()
        # sudo: the right was checked; packages and cards are those of who invoices
        wallet = self.sudo()
        rule = wallet.refill_ids[:1]
        values = {"wallet_id": self.id}
        if rule:
            values |= {
                name: rule[name] for name in ("trigger", "threshold", "daily_cap")
            }
        setup = self.env["medical.credit.refill.setup"].create(values)
        if self.mode == "resold":
            options = wallet._refill_options(setup)
            packages = options.filtered(lambda o: o.kind == "package")
            cards = options - packages
            setup.write(
                {
                    "package_id": (
                        packages.filtered(lambda o: o.product_id == rule.product_id)
                        or packages
                    )[:1].id,
                    "card_id": (
                        cards.filtered(lambda o: o.token_id == rule.token_id) or cards
                    )[:1].id,
                }
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refill"),
            "res_model": setup._name,
            "res_id": setup.id,
            "views": [[False, "form"]],
            "target": "new",
        }

    def _refill_options(self, setup):
        """The packages and cards to choose from."""
        offers = [
            {
                "setup_id": setup.id,
                "kind": "package",
                "name": f"{self._units_text(product.credit_units)}, "
                f"{self._refill_price_text(product)}",
                "product_id": product.id,
            }
            for product in self._packages()
        ]
        cards = [
            {
                "setup_id": setup.id,
                "kind": "card",
                "name": f"{token.payment_method_id.name} •••• "
                f"{(token.payment_details or '')[-4:]}",
                "token_id": token.id,
            }
            for token in self._refill_cards()
        ]
        return self.env["medical.credit.refill.option"].create(offers + cards)
