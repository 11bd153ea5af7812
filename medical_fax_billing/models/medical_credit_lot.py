from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.medical_fax.models import guard

from .medical_credit_wallet import UNIT_DIGITS


class MedicalCreditLot(models.Model):
    """Units that came at once and at one price; users know it as a card.

    A lot never changes. What is left of it is a sum of the ledger.
    """

    _name = "medical.credit.lot"
    _description = "Credit Card"
    # First in, first out; included pages go first, as they end with their period.
    _order = "is_included desc, granted_on, id"

    name = fields.Char(required=True, readonly=True, copy=False)
    wallet_id = fields.Many2one(
        "medical.credit.wallet", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="wallet_id.company_id", store=True)
    practice_company_id = fields.Many2one(
        related="wallet_id.practice_company_id", store=True
    )
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    granted_on = fields.Date(required=True, readonly=True)
    expires_on = fields.Date(
        readonly=True, help="Last day on which its units can be used."
    )
    granted = fields.Float("Units", digits="Credit Units", readonly=True, required=True)
    amount = fields.Monetary(
        "Paid", readonly=True, help="Untaxed, for all of its units."
    )
    price_unit = fields.Float(
        "Price a unit",
        digits=(16, 6),
        compute="_compute_price_unit",
        help="Untaxed amount paid for one unit.",
    )
    is_included = fields.Boolean(
        readonly=True, help="Included in a plan: at no price, until the period ends."
    )
    invoice_line_id = fields.Many2one(
        "account.move.line",
        "Invoice line",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    account_id = fields.Many2one(
        "account.account",
        "Account of what is unused",
        readonly=True,
        ondelete="restrict",
        groups="account.group_account_readonly,account.group_account_invoice",
        help="Empty: the purchase went to income or expense at once.",
    )
    is_frozen = fields.Boolean(
        readonly=True, help="Its payment was taken back: nothing more is used of it."
    )
    move_ids = fields.One2many("medical.credit.move", "lot_id")
    left = fields.Float(
        "Balance", digits="Credit Units", compute="_compute_left", help="Not used yet."
    )
    reserved = fields.Float(digits="Credit Units", compute="_compute_left")
    captured = fields.Float("Used", digits="Credit Units", compute="_compute_left")
    state = fields.Selection(
        [
            ("open", "Open"),
            ("used", "Used up"),
            ("expired", "Expired"),
            ("frozen", "Payment taken back"),
        ],
        compute="_compute_state",
    )

    _invoice_line_uniq = models.UniqueIndex(
        "(invoice_line_id) WHERE invoice_line_id IS NOT NULL",
        "The units of this invoice line were granted already.",
    )

    @api.depends("amount", "granted")
    def _compute_price_unit(self):
        for lot in self:
            lot.price_unit = lot.amount / lot.granted if lot.granted else 0

    @api.depends("move_ids.units", "move_ids.reserved")
    def _compute_left(self):
        moves = self.env["medical.credit.move"]
        groups = moves._read_group(
            [("lot_id", "in", self.ids)],
            ["lot_id", "kind"],
            ["units:sum", "reserved:sum"],
        )
        sums = {}
        for lot, kind, units, reserved in groups:
            left, held, captured = sums.get(lot.id, (0, 0, 0))
            used = -units if kind in ("capture", "fee", "due") else 0
            sums[lot.id] = left + units, held + reserved, captured + used
        for lot in self:
            amounts = sums.get(lot.id, (0, 0, 0))
            lot.left, lot.reserved, lot.captured = (
                round(amount, UNIT_DIGITS) + 0.0 for amount in amounts
            )

    @api.depends("is_frozen", "expires_on", "left")
    def _compute_state(self):
        for lot in self:
            if lot.is_frozen:
                lot.state = "frozen"
            elif lot.expires_on and lot.expires_on < lot.wallet_id._today():
                lot.state = "expired"
            else:
                lot.state = "open" if lot.left > 0 else "used"

    def _free(self):
        """Units of this lot that may be used now: not reserved, frozen or expired."""
        self.ensure_one()
        usable = self.state in ("open", "used")
        return max(round(self.left - self.reserved, UNIT_DIGITS), 0) if usable else 0

    # GUARDS

    @api.model_create_multi
    def create(self, vals_list):
        self._check_guard()
        return super().create(vals_list)

    def write(self, vals):
        self._check_guard()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Cards are kept: they are the record of a payment."))

    def _check_guard(self):
        if not guard.is_open(self.env):
            raise UserError(self.env._("Cards come from purchases and never change."))
