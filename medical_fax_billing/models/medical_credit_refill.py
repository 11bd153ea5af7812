from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.medical_fax.tools import waits

# Packages a day, unless the buyer says otherwise.
DAILY_CAP = 3
# "A day" is any 24 hours: a wallet knows no time zone.
CAP_PERIOD = timedelta(hours=24)


class MedicalCreditRefill(models.Model):
    """The rule by which a wallet buys its next package by itself.

    A buyer of the practice makes it in a dialog and agrees to the charges there; what
    was agreed to is kept. Nobody writes it otherwise.
    """

    _name = "medical.credit.refill"
    _description = "Automatic Refill"
    _rec_name = "wallet_id"

    wallet_id = fields.Many2one(
        "medical.credit.wallet", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="wallet_id.company_id", store=True)
    practice_company_id = fields.Many2one(
        related="wallet_id.practice_company_id", store=True
    )
    is_on = fields.Boolean("Refill by itself", readonly=True)
    trigger = fields.Selection(
        [
            ("below", "When few units are left"),
            ("used", "When a card is 95 % used"),
        ],
        required=True,
        default="below",
        readonly=True,
    )
    threshold = fields.Float(
        "Below",
        digits="Credit Units",
        default=10,
        readonly=True,
        help="Bought as soon as fewer units than these are left, those reserved for "
        "faxes on their way not counted.",
    )
    daily_cap = fields.Integer(
        "At most in 24 hours",
        default=DAILY_CAP,
        readonly=True,
        help="Packages that are bought in 24 hours.",
    )
    product_id = fields.Many2one(
        "product.product", "Package", readonly=True, ondelete="restrict"
    )
    token_id = fields.Many2one(
        "payment.token", "Saved card", readonly=True, ondelete="restrict"
    )
    consent_user_id = fields.Many2one("res.users", "Agreed by", readonly=True)
    consent_at = fields.Datetime("Agreed on", readonly=True)
    consent_text = fields.Text("Agreed to", readonly=True)
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    consent_amount = fields.Monetary(
        "Agreed price", readonly=True, help="Of one package, with tax."
    )
    consent_units = fields.Float("Agreed units", digits="Credit Units", readonly=True)
    off_reason = fields.Char("Why it is off", readonly=True)
    home = fields.Char(
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="Identity of the database where it was switched on.",
    )
    is_away = fields.Boolean(
        "In a copy",
        compute="_compute_is_away",
        help="It was switched on in another database than this one, or this one is "
        "neutralized: nothing is charged.",
    )
    serial = fields.Integer(
        readonly=True,
        copy=False,
        help="Counted up by each order and switch, so that of two at once one has to "
        "begin anew.",
    )
    low_told = fields.Boolean(
        readonly=True, help="The buyers know that units run low, since credit came."
    )
    cap_told_at = fields.Datetime(
        readonly=True, help="When the buyers heard that the day's packages are used up."
    )
    purchase_ids = fields.One2many("medical.credit.refill.purchase", "refill_id")

    _wallet_uniq = models.Constraint(
        "UNIQUE (wallet_id)", "A wallet has one rule for its refill."
    )
    _amounts = models.Constraint(
        "CHECK (threshold >= 0 AND daily_cap BETWEEN 1 AND 100)",
        "A refill begins at zero or more units, and buys 1 to 100 packages a day.",
    )
    _complete = models.Constraint(
        "CHECK (NOT is_on OR product_id IS NULL OR (token_id IS NOT NULL"
        " AND consent_at IS NOT NULL AND consent_user_id IS NOT NULL))",
        "A refill charges a card only after somebody agreed to it.",
    )

    @api.depends("home")
    def _compute_is_away(self):
        accounts = self.env["fax.account"]
        identity, neutralized = accounts._identity(), accounts._is_neutralized()
        for rule in self:
            # sudo: compared here and not shown
            rule.is_away = neutralized or rule.sudo().home != identity

    # SWITCHING

    @api.model
    def _switch_on(self, wallet, user, **values):
        """Write what the buyer decided and agreed to.

        :param values: trigger, threshold, daily_cap, product_id, token_id, consent_text
        :raise UserError: the card or the package does not fit the wallet
        """
        rule = self.search([("wallet_id", "=", wallet.id)])
        moved = bool(rule) and rule.is_away
        rule = rule or self.create({"wallet_id": wallet.id})
        rule._count_up()
        if moved:
            rule.purchase_ids._doubt()
        rule._drop_others(values.get("product_id"))
        rule.write(
            {
                **values,
                "is_on": True,
                "off_reason": False,
                "home": self.env["fax.account"]._identity(),
                "consent_user_id": user.id,
                "consent_at": waits.now(),
                "low_told": False,
                "cap_told_at": False,
            }
        )
        if wallet.mode == "resold":
            rule._check_fits()
            rule._note_price()
        wallet._close_refill_notices()
        self._wake()
        return rule

    def _check_fits(self):
        if self.product_id not in self.wallet_id._packages():
            raise UserError(self.env._("This package is not offered any more."))
        if not self.token_id or self.token_id not in self.wallet_id._refill_cards():
            raise UserError(self.env._("Pick a saved card of who is invoiced."))
        if self.wallet_id._package_totals(self.product_id)["total_included"] <= 0:
            raise UserError(self.env._("A package without a price is not refilled."))

    def _note_price(self):
        self.consent_amount = self.wallet_id._package_totals(self.product_id)[
            "total_included"
        ]
        self.consent_units = self.product_id.credit_units

    def _is_as_agreed(self):
        """Whether the package costs no more, and brings no less, than was agreed to."""
        total = self.wallet_id._package_totals(self.product_id)["total_included"]
        dearer = self.currency_id.compare_amounts(total, self.consent_amount) > 0
        return not dearer and self.product_id.credit_units >= self.consent_units

    def _drop_others(self, product_id):
        """What waits for its charge is of another package than is wanted now."""
        waiting = self.purchase_ids.filtered(
            lambda p: p._is_waiting() and p.product_id.id != product_id
        )
        waiting._set_cancelled(self.env._("Another package was chosen."))

    def _switch_off(self, reason=None):
        """:param reason: why, where it was not a person who did it"""
        for rule in self:
            rule._count_up()
            rule.write({"is_on": False, "off_reason": reason})
            rule.purchase_ids.filtered(lambda p: p._is_waiting())._set_cancelled(
                self.env._("The refill was switched off.")
            )

    def _count_up(self):
        """From here on this transaction alone orders for the wallet, or switches.

        :raise psycopg2.errors.SerializationFailure: another one did so since this
            transaction began
        """
        self.ensure_one()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE medical_credit_refill SET serial = serial + 1 WHERE id = %s",
            (self.id,),
        )
        self.env.invalidate_all(flush=False)

    @api.model
    def _wake(self, at=None):
        """Trigger the cron, now or at a time (UTC)."""
        # sudo: nobody may see the queue's actions, and what changes a wallet wakes them
        self.env.ref("medical_fax_billing.ir_cron_credit_refill").sudo()._trigger(at=at)


class MedicalCreditWallet(models.Model):
    _inherit = "medical.credit.wallet"

    refill_ids = fields.One2many("medical.credit.refill", "wallet_id", "Refill rule")

    def _refill_cards(self):
        """Saved cards of who is invoiced, at providers of who invoices."""
        self.ensure_one()
        # sudo: buyers see the last digits of the cards they choose from
        tokens = self.env["payment.token"].sudo()
        payer = self.sudo().partner_id.commercial_partner_id
        return tokens.search(
            [
                ("partner_id", "child_of", payer.id),
                ("company_id", "parent_of", self.sudo().company_id.id),
                ("provider_id.state", "!=", "disabled"),
            ]
        )

    # WHAT CHANGES WHAT IS LEFT

    def _wake_refill(self):
        # sudo: faxes are sent by people who see no wallets
        if any(self.sudo().refill_ids.mapped("is_on")):
            self.env["medical.credit.refill"]._wake()

    def _book(self, values_list):
        entries = super()._book(values_list)
        # Always, and looked at later: of two captures at once neither sees the other.
        self._wake_refill()
        return entries

    def _reserve(self, units, **values):
        entries = super()._reserve(units, **values)
        if not entries:
            self._wake_refill()
        return entries
