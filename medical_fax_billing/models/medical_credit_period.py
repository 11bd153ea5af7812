from odoo import api, fields, models
from odoo.fields import Domain


class MedicalCreditPeriod(models.Model):
    """A month of a subscription: its days, its included units, what was used in it.

    Made when it begins, once; that is also what grants its included units once.
    """

    _name = "medical.credit.period"
    _description = "Credit Period"
    _order = "first_on desc, id desc"
    _rec_name = "first_on"

    contract_id = fields.Many2one(
        "contract.contract", required=True, index=True, ondelete="restrict"
    )
    wallet_id = fields.Many2one(
        related="contract_id.credit_wallet_id", store=True, index=True
    )
    company_id = fields.Many2one(related="wallet_id.company_id", store=True)
    practice_company_id = fields.Many2one(
        related="wallet_id.practice_company_id", store=True
    )
    first_on = fields.Date("First day", required=True)
    last_on = fields.Date("Last day", required=True)
    starts_at = fields.Datetime(required=True)
    ends_at = fields.Datetime(required=True, help="From then on it is the next one.")
    included_units = fields.Float("Included", digits="Credit Units")
    lot_id = fields.Many2one("medical.credit.lot", "Card of the included units")
    used_units = fields.Float("Used", digits="Credit Units", compute="_compute_used")
    included_left = fields.Float(
        "Included left", digits="Credit Units", compute="_compute_used"
    )
    number_count = fields.Integer(
        "Numbers", help="Rented at any time of the period, each counted once."
    )
    is_closed = fields.Boolean(
        "Closed", help="It has ended, and its numbers are counted."
    )

    _first_uniq = models.UniqueIndex(
        "(contract_id, first_on)", "This period has begun already."
    )

    @api.depends("included_units", "is_closed")
    def _compute_used(self):
        moves = self.env["medical.credit.move"]
        for period in self:
            spent = moves._read_group(
                [
                    ("wallet_id", "=", period.wallet_id.id),
                    ("kind", "in", ("capture", "due")),
                    ("due_id", "=", False),
                    ("used_at", ">=", period.starts_at),
                    ("used_at", "<", period.ends_at),
                ],
                aggregates=["units:sum"],
            )[0][0]
            period.used_units = -(spent or 0) + 0.0
            pooled = Domain("used_at", ">=", period.starts_at)
            rows = moves.search(
                pooled & period.contract_id._pool_domain(period.last_on)
            )
            left = period.included_units + sum(rows.mapped("units"))
            # Afterwards nothing of it can be used any more
            period.included_left = 0 if period.is_closed else max(left, 0)

    # BEGIN AND END

    def _grant_included(self):
        """The included units, as a card that ends with the period."""
        if self.included_units and self.last_on >= self.wallet_id._today():
            self.lot_id = self.wallet_id._grant(
                self.included_units,
                is_included=True,
                granted_on=self.first_on,
                expires_on=self.last_on,
            )

    def _close(self):
        """Count the numbers, and charge those that cost units: they cannot be refused,
        so that what no card covers is due."""
        for period in self:
            wallet = period.wallet_id
            numbers = wallet._numbers_rented(period.starts_at, period.ends_at)
            period.write({"number_count": len(numbers), "is_closed": True})
            rate = wallet.tariff_id._rate("number_month")
            plan = period.contract_id.credit_plan_id
            further = max(len(numbers) - plan.numbers_included, 0)
            if rate and further:
                # Used in the period that it closes, not in the one that is now
                wallet = wallet.with_context(credit_used_at=period._last_moment())
                wallet._charge(further * rate, service="number_month", quantity=further)

    def _last_moment(self):
        return fields.Datetime.subtract(self.ends_at, seconds=1)
