from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import float_is_zero

# Units are kept to so many decimals; money is rounded once, on an invoice line.
UNIT_DIGITS = 4


def _rounded(units):
    return round(units, UNIT_DIGITS) + 0.0  # never "-0.0"


class MedicalCreditWallet(models.Model):
    """Units that one payer has for faxing, and how it comes by them.

    The ledger (``medical.credit.move``) is the truth and every amount here a sum of
    it. What lowers the available amount stands in medical_credit_wallet_step.py.
    """

    _name = "medical.credit.wallet"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Credit Wallet"
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        "Books of",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        help="The company whose accounting invoices or pays for the units.",
    )
    practice_company_id = fields.Many2one(
        "res.company",
        "Practice",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        help="The company whose faxes are paid from it.",
    )
    mode = fields.Selection(
        [
            ("resold", "Resold: we invoice the practice"),
            ("own", "Own account: we pay the provider"),
            ("counted", "Not metered: pages are counted only"),
        ],
        "Way to pay",
        required=True,
        default="resold",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Invoiced to / paid to",
        help="Resold: the practice or practitioner who is invoiced. Own account: the "
        "provider, whose bills are paid.",
    )
    unit = fields.Selection(
        [("pages", "Pages"), ("credits", "Credits"), ("currency", "Money")],
        required=True,
        default="pages",
        help="Fixed once the wallet is made.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    tariff_id = fields.Many2one(
        "medical.credit.tariff", required=True, ondelete="restrict"
    )
    is_postpaid = fields.Boolean(
        "May go on credit",
        help="What no card covers is invoiced afterwards.",
    )
    serial = fields.Integer(
        readonly=True,
        copy=False,
        help="Counted up by each step that lowers the available amount, so that of "
        "two at once one has to begin anew.",
    )
    lot_ids = fields.One2many("medical.credit.lot", "wallet_id")
    move_ids = fields.One2many("medical.credit.move", "wallet_id")

    balance = fields.Float(
        digits="Credit Units",
        compute="_compute_balance",
        help="Units on the cards, those reserved for faxes on their way included, "
        "without the cards whose payment was taken back.",
    )
    reserved = fields.Float(digits="Credit Units", compute="_compute_balance")
    available = fields.Float(
        digits="Credit Units",
        compute="_compute_balance",
        help="Balance less reserved, on cards that have not expired.",
    )
    due = fields.Float(
        digits="Credit Units",
        compute="_compute_balance",
        help="Units used that could not be refused and are not paid for; the next "
        "purchase pays them first.",
    )
    unbilled = fields.Float(
        "On credit",
        digits="Credit Units",
        compute="_compute_balance",
        help="Used without a card and not invoiced yet.",
    )

    # COMPUTE

    @api.depends(
        "move_ids.units",
        "move_ids.reserved",
        "move_ids.billed_line_id",
        "lot_ids.is_frozen",
    )
    def _compute_balance(self):
        moves = self.env["medical.credit.move"]
        open_lots = Domain("account", "=", "lot") & Domain(
            "lot_id.is_frozen", "=", False
        )
        unbilled = Domain("account", "=", "credit") & Domain(
            "billed_line_id", "=", False
        )
        counted = open_lots | unbilled | Domain("account", "=", "due")
        sums = {
            (wallet.id, account): (units, reserved)
            for wallet, account, units, reserved in moves._read_group(
                Domain("wallet_id", "in", self.ids) & counted,
                ["wallet_id", "account"],
                ["units:sum", "reserved:sum"],
            )
        }
        for wallet in self:
            balance, reserved = sums.get((wallet.id, "lot"), (0, 0))
            on_credit, _reserved = sums.get((wallet.id, "credit"), (0, 0))
            due, _reserved = sums.get((wallet.id, "due"), (0, 0))
            wallet.balance = _rounded(balance)
            wallet.reserved = _rounded(reserved)
            wallet.available = wallet._free_units()
            wallet.unbilled = _rounded(-on_credit)
            wallet.due = _rounded(-due)

    # CHECKS

    @api.constrains("mode", "partner_id", "company_id")
    def _check_partner(self):
        for wallet in self:
            own = wallet.company_id.partner_id.commercial_partner_id
            if wallet.mode == "counted":
                continue
            if not wallet.partner_id:
                raise ValidationError(
                    self.env._("Say who is invoiced, or which provider is paid.")
                )
            if wallet.partner_id.commercial_partner_id == own:
                raise ValidationError(
                    self.env._(
                        "%(company)s cannot be its own customer or provider. Resold "
                        "is for an operator's company that invoices a practice; a "
                        "clinic that pays its provider itself chooses Own account.",
                        company=wallet.company_id.name,
                    )
                )

    def write(self, vals):
        if "unit" in vals and any(wallet.unit != vals["unit"] for wallet in self):
            raise ValidationError(
                self.env._(
                    "A wallet keeps its unit, as all its cards are counted in it. "
                    "Make a new wallet."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.env["medical.credit.move"].search_count(
            [("wallet_id", "in", self.ids)], limit=1
        ):
            raise ValidationError(
                self.env._("A wallet with entries is kept; archive it instead.")
            )

    # WORDS

    def _today(self):
        """The day that decides whether a card has expired."""
        return fields.Date.context_today(self)

    def _units_text(self, units):
        """An amount as people read it: “8 credits”, “4 pages”, “1.20 $”."""
        self.ensure_one()
        if self.unit == "currency":
            return self.currency_id.format(units)
        whole = float_is_zero(units - round(units), precision_digits=UNIT_DIGITS)
        shown = f"{units:.0f}" if whole else f"{units:.4f}".rstrip("0")
        if shown == "1":
            words = {"pages": self.env._("1 page"), "credits": self.env._("1 credit")}
        else:
            words = {
                "pages": self.env._("%(count)s pages", count=shown),
                "credits": self.env._("%(count)s credits", count=shown),
            }
        return words[self.unit]
