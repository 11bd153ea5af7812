from odoo import fields, models


class ProductTemplate(models.Model):
    """A package of credits is an ordinary product with an allotment."""

    _inherit = "product.template"

    credit_units = fields.Float(
        "Fax credits granted",
        digits="Credit Units",
        help="Units that one of this product adds to a wallet; 0: not a package.",
    )
    credit_unit = fields.Selection(
        [("pages", "Pages"), ("credits", "Credits"), ("currency", "Money")],
        default="pages",
        help="A package fits wallets of this unit.",
    )

    _credit_units_positive = models.Constraint(
        "CHECK (credit_units >= 0)", "A package grants zero or more units."
    )
