import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# What subscribers agreed to; another price is another plan.
TERMS = {
    "unit",
    "currency_id",
    "tz",
    "payment",
    "fee_price",
    "fee_timing",
    "included_units",
    "overage_price",
    "numbers_included",
    "number_price",
    "porting_price",
    "inbound_policy",
}


def _product(label):
    return fields.Many2one(
        "product.product",
        label,
        ondelete="restrict",
        help="Gives the invoice line its account and taxes. The price is the plan's.",
    )


class MedicalCreditPlan(models.Model):
    """Terms that wallets subscribe to. They are data: a custom rate is one more
    record.

    Prices are for one, in the plan's currency, before or with tax as the product's
    taxes say. Units are those of the wallet.
    """

    _name = "medical.credit.plan"
    _description = "Credit Plan"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    unit = fields.Selection(
        [("pages", "Pages"), ("credits", "Credits"), ("currency", "Money")],
        required=True,
        default="pages",
        help="It fits wallets of this unit.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    tz = fields.Selection(
        "_selection_tz",
        "Time zone",
        required=True,
        default=lambda self: self.env.user.tz or "UTC",
        help="A period ends at midnight there, and a fax belongs to the one in which "
        "its transmission ended.",
    )
    payment = fields.Selection(
        [
            ("prepaid", "In advance, by packages"),
            ("postpaid", "Afterwards, on an invoice"),
        ],
        "Units are paid",
        required=True,
        default="prepaid",
    )
    tariff_id = fields.Many2one(
        "medical.credit.tariff",
        ondelete="restrict",
        help="What a page costs in units. Empty: the wallet's own.",
    )
    fee_product_id = _product("Fee")
    fee_price = fields.Monetary("Fee a month")
    fee_timing = fields.Selection(
        [("advance", "At the period's start"), ("arrears", "At the period's end")],
        "Fee is invoiced",
        required=True,
        default="advance",
    )
    included_units = fields.Float(
        "Included units",
        digits="Credit Units",
        help="Each period; what is left of them ends with it.",
    )
    overage_product_id = _product("Use")
    overage_price = fields.Float(
        "Price a unit",
        min_display_digits="Product Price",
        help="For each unit beyond the included ones. Rounded once, on the line.",
    )
    numbers_included = fields.Integer("Included numbers", default=1)
    number_product_id = _product("Further number")
    number_price = fields.Monetary("Further number, a month")
    porting_product_id = _product("Porting")
    porting_price = fields.Monetary("Number ported in", help="Once, when it is there.")
    inbound_policy = fields.Selection(
        [
            ("include", "Count like pages sent"),
            ("charge", "Are charged apart, never from the included units"),
            ("waive", "Are free"),
        ],
        "Pages received",
        required=True,
        default="include",
        help="They cannot be refused: what no card covers is due.",
    )
    package_ids = fields.Many2many(
        "product.product",
        string="Packages",
        help="Offered to its subscribers, who pay them in advance.",
    )
    refill_default = fields.Boolean(
        "Refill by itself", help="What the switch says when somebody subscribes."
    )
    refill_package_id = fields.Many2one(
        "product.product",
        "Refill with",
        ondelete="restrict",
        domain="[('id', 'in', package_ids)]",
    )
    refill_trigger = fields.Selection(
        [
            ("below", "When few units are left"),
            ("used", "When a card is 95 % used"),
        ],
        "Refill when",
        required=True,
        default="below",
    )
    refill_threshold = fields.Float("Refill below", digits="Credit Units", default=10)
    daily_cap = fields.Integer("Refills a day, at most", default=3)
    contract_ids = fields.One2many("contract.contract", "credit_plan_id")
    subscription_count = fields.Integer(
        "Subscriptions", compute="_compute_subscription_count"
    )

    _prices_positive = models.Constraint(
        "CHECK (fee_price >= 0 AND overage_price >= 0 AND number_price >= 0"
        " AND porting_price >= 0)",
        "A price is zero or more.",
    )
    _counts_positive = models.Constraint(
        "CHECK (included_units >= 0 AND numbers_included >= 0 AND daily_cap >= 0)",
        "A number of units, numbers or refills is zero or more.",
    )

    @api.model
    def _selection_tz(self):
        return [(zone, zone) for zone in pytz.common_timezones]

    def _compute_subscription_count(self):
        for plan in self:
            plan.subscription_count = len(plan.contract_ids)

    # CHECKS

    @api.constrains(
        "fee_price",
        "fee_product_id",
        "overage_price",
        "overage_product_id",
        "number_price",
        "number_product_id",
        "porting_price",
        "porting_product_id",
    )
    def _check_products(self):
        """An invoice line has its account and its taxes from its product."""
        for plan in self:
            for part in ("fee", "overage", "number", "porting"):
                product = f"{part}_product_id"
                if plan[f"{part}_price"] and not plan[product]:
                    raise ValidationError(
                        self.env._(
                            "Choose the product of “%(part)s”: the line of an "
                            "invoice has its account and taxes from it.",
                            part=plan._fields[product]._description_string(self.env),
                        )
                    )

    @api.constrains("payment", "overage_price", "package_ids", "refill_default")
    def _check_payment(self):
        for plan in self:
            is_prepaid = plan.payment == "prepaid"
            if is_prepaid and plan.overage_price:
                raise ValidationError(
                    self.env._(
                        "Units paid in advance have the price of their package. A "
                        "price a unit is for plans that are invoiced afterwards."
                    )
                )
            if not is_prepaid and not plan.overage_price:
                raise ValidationError(
                    self.env._(
                        "Say what a unit costs that is invoiced afterwards; otherwise "
                        "faxes without end would be free."
                    )
                )
            if not is_prepaid and (plan.package_ids or plan.refill_default):
                raise ValidationError(
                    self.env._(
                        "Packages and refills are for units paid in advance. These "
                        "are invoiced afterwards."
                    )
                )

    @api.constrains("package_ids", "unit", "refill_package_id")
    def _check_packages(self):
        for plan in self:
            for package in plan.package_ids | plan.refill_package_id:
                if not package.credit_units or package.credit_unit != plan.unit:
                    raise ValidationError(
                        self.env._(
                            "%(product)s is no package for this plan: it grants no "
                            "units, or those of another kind.",
                            product=package.display_name,
                        )
                    )
            if plan.refill_package_id - plan.package_ids:
                raise ValidationError(
                    self.env._("The refill is none of the plan's packages.")
                )

    @api.constrains("refill_default", "refill_package_id", "refill_threshold")
    def _check_refill(self):
        for plan in self:
            if plan.refill_default and not plan.refill_package_id:
                raise ValidationError(self.env._("Say with which package to refill."))
            if plan.refill_threshold <= 0:
                raise ValidationError(
                    self.env._("A refill below zero units would never come.")
                )

    def write(self, vals):
        if any(plan.contract_ids and plan._changes(vals) for plan in self):
            raise ValidationError(
                self.env._(
                    "There are subscriptions to these terms. Copy the plan, and "
                    "change the copy."
                )
            )
        return super().write(vals)

    def _changes(self, vals):
        """Whether a term would be another one."""
        stored = self._convert_to_write({name: self[name] for name in TERMS})
        return any(stored[name] != vals[name] for name in TERMS.intersection(vals))

    def copy_data(self, default=None):
        return [
            {**values, "name": self.env._("%(name)s (copy)", name=plan.name)}
            for plan, values in zip(self, super().copy_data(default), strict=True)
        ]

    # WHAT IT CHARGES

    def _charges(self):
        """What is invoiced each period: (charge, product, price, timing) for each.

        Charges without a price are left out.
        """
        received = self.inbound_policy == "charge" and self.payment == "postpaid"
        use = self.overage_product_id, self.overage_price, "arrears"
        charges = [
            ("fee", self.fee_product_id, self.fee_price, self.fee_timing),
            ("usage", *use),
            ("inbound", use[0], use[1] if received else 0, use[2]),
            ("numbers", self.number_product_id, self.number_price, "arrears"),
            ("porting", self.porting_product_id, self.porting_price, "arrears"),
        ]
        return [charge for charge in charges if charge[2]]

    def _price_text(self, price):
        """A price for one, with all its decimals: “3.00”, “0.108”, in yen “8”."""
        digits = self.currency_id.decimal_places
        whole, _point, decimals = f"{price:.6f}".rstrip("0").partition(".")
        decimals = decimals.ljust(digits, "0")
        return f"{whole}.{decimals}" if decimals else whole

    def action_view_subscriptions(self):
        """Open the subscriptions to these plans."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Subscriptions"),
            "res_model": "contract.contract",
            "views": [[False, "list"], [False, "form"]],
            "domain": [("credit_plan_id", "in", self.ids)],
        }
