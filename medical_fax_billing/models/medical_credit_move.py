from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.medical_fax.models import guard

from .medical_credit_tariff import SERVICES

KINDS = [
    ("purchase", "Purchase"),
    ("reserve", "Reserved"),
    ("capture", "Used"),
    ("release", "Released"),
    ("refund", "Refund"),
    ("expiry", "Expired"),
    ("adjustment", "Adjustment"),
    ("fee", "Fee"),
    ("due", "Due"),
]


class MedicalCreditMove(models.Model):
    """One entry of the ledger. Entries are added, never changed and never deleted.

    ``units`` is what the entry does to the balance, ``reserved`` what it does to the
    part of it that faxes on their way hold: a reserve of 8 is (0, +8), its capture of
    6 (-6, -6), and the release of the rest (0, -2).
    """

    _name = "medical.credit.move"
    _description = "Credit Entry"
    _order = "id desc"
    _rec_name = "kind"

    wallet_id = fields.Many2one(
        "medical.credit.wallet", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="wallet_id.company_id", store=True)
    practice_company_id = fields.Many2one(
        related="wallet_id.practice_company_id", store=True
    )
    account = fields.Selection(
        [("lot", "Card"), ("credit", "On credit"), ("due", "Due")],
        required=True,
        help="Where the units are from: a card; credit that is invoiced afterwards; "
        "or use that could not be refused.",
    )
    lot_id = fields.Many2one(
        "medical.credit.lot", "Card", index="btree_not_null", ondelete="restrict"
    )
    kind = fields.Selection(KINDS, required=True)
    service = fields.Selection(SERVICES)
    date = fields.Datetime(required=True, default=fields.Datetime.now, index=True)
    units = fields.Float(digits="Credit Units", required=True, default=0)
    reserved = fields.Float(digits="Credit Units", required=True, default=0)
    quantity = fields.Float(
        digits="Credit Units", help="Pages, segments, minutes or months used."
    )
    reserve_id = fields.Many2one(
        "medical.credit.move",
        "Reserved by",
        index="btree_not_null",
        ondelete="restrict",
    )
    due_id = fields.Many2one(
        "medical.credit.move", "Pays", index="btree_not_null", ondelete="restrict"
    )
    message_id = fields.Many2one(
        "fax.message", "Fax", index="btree_not_null", ondelete="restrict"
    )
    user_id = fields.Many2one("res.users")
    number_end = fields.Char("Number", help="The last four digits of the other side.")
    reason = fields.Char(help="Why, where a person or a rule decided it.")
    line_id = fields.Many2one(
        "account.move.line",
        "Accounting line",
        index="btree_not_null",
        ondelete="restrict",
        help="The line that bought, took back or charged these units.",
    )
    billed_line_id = fields.Many2one(
        "account.move.line",
        "Invoiced by",
        index="btree_not_null",
        ondelete="restrict",
        help="The invoice line that billed this use on credit.",
    )

    _answer_uniq = models.UniqueIndex(
        "(reserve_id, kind) WHERE reserve_id IS NOT NULL",
        "This reservation was answered already.",
    )
    _due_uniq = models.UniqueIndex(
        "(message_id, service) WHERE kind = 'due' AND due_id IS NULL"
        " AND message_id IS NOT NULL",
        "What this fax owes is booked already.",
    )
    _lot_or_not = models.Constraint(
        "CHECK ((account = 'lot') = (lot_id IS NOT NULL))",
        "An entry names its card, or is on credit or due.",
    )
    _signs = models.Constraint(
        """CHECK (CASE kind
            WHEN 'purchase' THEN units > 0 AND reserved = 0
            WHEN 'reserve' THEN units = 0 AND reserved > 0
            WHEN 'capture' THEN units < 0 AND reserved = units
            WHEN 'release' THEN units = 0 AND reserved < 0
            WHEN 'refund' THEN units < 0 AND reserved = 0
            WHEN 'expiry' THEN units < 0 AND reserved = 0
            WHEN 'adjustment' THEN units != 0 AND reserved = 0
            WHEN 'fee' THEN units < 0 AND reserved = 0
            ELSE reserved = 0 END)""",
        "An entry's amounts do not fit its kind.",
    )

    # GUARDS

    @api.model_create_multi
    def create(self, vals_list):
        if not guard.is_open(self.env):
            raise UserError(self.env._("Entries follow from what happens, by itself."))
        return super().create(vals_list)

    def write(self, vals):
        # The one thing that is added later: which invoice billed it.
        if not guard.is_open(self.env) or set(vals) != {"billed_line_id"}:
            raise UserError(self.env._("Entries never change. Make an adjustment."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Entries are never deleted. Make an adjustment."))
