from odoo import api, fields, models
from odoo.exceptions import ValidationError

# What can cost units, each with the name that people read. Other addons add theirs
# with selection_add on the tariff's line and on the ledger.
SERVICES = [
    ("fax_page", "Fax page sent"),
    ("fax_inbound", "Fax page received"),
    ("number_month", "Number, a month"),
]


class MedicalCreditTariff(models.Model):
    """How many units of a wallet each service costs."""

    _name = "medical.credit.tariff"
    _description = "Credit Tariff"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    line_ids = fields.One2many("medical.credit.tariff.line", "tariff_id")

    @api.constrains("line_ids")
    def _check_fax_page(self):
        """A fax to a place that the tariff forgot would leave unpaid."""
        for tariff in self:
            if not tariff.line_ids.filtered(
                lambda line: line.service == "fax_page" and not line.prefix
            ):
                raise ValidationError(
                    self.env._(
                        "A tariff needs a price for a fax page to any destination."
                    )
                )

    def _rate(self, service, number=""):
        """Units for one of a service; 0 where the tariff does not name it.

        :param number: the other side in E.164; the longest prefix of it decides
        """
        lines = self.line_ids.filtered(
            lambda line: (
                line.service == service and (number or "").startswith(line.prefix or "")
            )
        )
        longest = max(lines, key=lambda line: len(line.prefix or ""), default=lines)
        return longest.units


class MedicalCreditTariffLine(models.Model):
    """The price of one service, to all destinations or to those of a prefix."""

    _name = "medical.credit.tariff.line"
    _description = "Credit Tariff Line"
    _order = "service, prefix nulls first, id"

    tariff_id = fields.Many2one(
        "medical.credit.tariff", required=True, ondelete="cascade", index=True
    )
    service = fields.Selection(SERVICES, required=True, default="fax_page")
    prefix = fields.Char(
        "Destination",
        help="Beginning of the number in international form, such as +44. The "
        "longest that fits decides; empty: every number.",
    )
    units = fields.Float(digits="Credit Units", required=True, default=1)

    _units_positive = models.Constraint(
        "CHECK (units >= 0)", "A price is zero or more."
    )
    _prefix_uniq = models.UniqueIndex(
        "(tariff_id, service, coalesce(prefix, ''))",
        "A tariff has one price for a service and destination.",
    )

    @api.constrains("prefix")
    def _check_prefix(self):
        for line in self:
            prefix = line.prefix or "+"
            if not (prefix.startswith("+") and prefix[1:].isdigit() or prefix == "+"):
                raise ValidationError(
                    self.env._("Write a destination in international form: +44")
                )
