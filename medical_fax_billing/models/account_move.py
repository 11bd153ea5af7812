from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from .account_move_credit import REFUNDS
from .medical_credit_wallet import UNIT_DIGITS


class AccountMove(models.Model):
    """Units come and go with what becomes of the invoice that bought them.

    All that can change it (posting, payments, their withdrawal) ends in
    ``_sync_credit``, which compares each line with its card and may run as often as
    it likes: account_move_credit.py.
    """

    _inherit = "account.move"

    credit_wallet_id = fields.Many2one(
        "medical.credit.wallet",
        "Credits of wallet",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The wallet whose used credits this entry books.",
    )
    credit_month = fields.Date(
        "Credits used in",
        readonly=True,
        copy=False,
        help="First day of the month whose use this entry books.",
    )
    credit_message = fields.Char("Fax credits", compute="_compute_credit_message")

    _credit_month_uniq = models.UniqueIndex(
        "(credit_wallet_id, credit_month) WHERE credit_month IS NOT NULL"
        " AND state != 'cancel'",
        "The credits that this wallet used in that month are booked already.",
    )

    # COMPUTE

    @api.depends("state", "amount_residual", "invoice_line_ids.credit_units")
    def _compute_credit_message(self):
        """What a purchase waits for."""
        for move in self:
            # sudo: whoever invoices need not see wallets and cards
            lines = move.sudo()._credit_lines()
            move.credit_message = move._credit_words(lines) if lines else False

    def _credit_words(self, lines):
        wallet = lines.credit_wallet_id[:1]
        if self.move_type in REFUNDS:
            return False
        lots = lines._credit_lots()
        if any(lots.mapped("is_frozen")):
            return self.env._(
                "Its payment was taken back: what is left of the card is not used, "
                "and what was used of it is due. Open: %(amount)s.",
                amount=self.currency_id.format(self.amount_residual),
            )
        waiting = lines.filtered(lambda line: not line._credit_lots())
        if not waiting or self.state == "cancel":
            return False
        units = wallet._units_text(sum(waiting.mapped("credit_units")))
        if self.state == "draft":
            return self.env._("%(units)s to come.", units=units)
        return self.env._(
            "%(units)s come when it is paid in full. Open: %(amount)s.",
            units=units,
            amount=self.currency_id.format(self.amount_residual),
        )

    def _credit_lines(self):
        """Lines that buy units or take them back."""
        return self.invoice_line_ids.filtered(lambda line: line._is_credit_line())

    # CHECKS

    @api.constrains("partner_id", "commercial_partner_id", "company_id", "move_type")
    def _check_credit_partner(self):
        """A company is neither its own customer nor its own provider."""
        for move in self:
            own = move.company_id.partner_id.commercial_partner_id
            if move.partner_id.commercial_partner_id == own and move._credit_lines():
                raise ValidationError(
                    self.env._(
                        "%(company)s cannot sell fax credits to itself. A clinic that "
                        "pays its provider itself has a wallet of its own account.",
                        company=move.company_id.name,
                    )
                )

    def _check_credit_post(self):
        """Refuse, before anything has a number, what cannot be booked to cards."""
        self._check_credit_partner()
        for move in self:
            # sudo: whoever invoices need not see wallets and cards
            for line in move.sudo()._credit_lines():
                line._check_credit_fits()
                if move.move_type in REFUNDS:
                    line._check_credit_refund()

    # CRUD

    def button_draft(self):
        """Override of account: cards and their documents agree."""
        self.invoice_line_ids._check_credit_booked()
        return super().button_draft()

    def _post(self, soft=True):
        """Override of account: credit notes take units, and what counts when it is
        posted grants them."""
        self._fill_credit_wallet()
        self._check_credit_post()
        # Decided before: a credit note may pay the rest of an invoice, and the card
        # that this grants is without the credited units already.
        refunds = self.sudo().filtered(lambda move: move.move_type in REFUNDS)  # sudo:
        # whoever invoices need not see the cards
        taking = refunds._credit_lines().filtered(
            lambda line: line.credit_origin_line_id._credit_lots()
        )
        posted = super()._post(soft)
        for line in taking & posted.sudo().invoice_line_ids:
            line._take_credit()
        posted._sync_credit()
        return posted

    def _invoice_paid_hook(self):
        """Override of account."""
        res = super()._invoice_paid_hook()
        self._sync_credit()
        return res

    def _fill_credit_wallet(self):
        """A package on an invoice goes to the customer's wallet, if it has just one
        that fits."""
        wallets = self.env["medical.credit.wallet"].sudo()  # sudo: asked, not shown
        for move in self.filtered(lambda m: m.move_type == "out_invoice"):
            for line in move.invoice_line_ids:
                product = line.product_id
                if line.credit_wallet_id or not product.credit_units:
                    continue
                found = wallets.search(
                    [
                        ("mode", "=", "resold"),
                        ("company_id", "=", move.company_id.id),
                        ("partner_id", "=", move.partner_id.id),
                        ("unit", "=", product.credit_unit),
                    ]
                )
                if len(found) == 1:
                    line.credit_wallet_id = found

    # ENTRIES OF A MONTH

    def _first_open_day(self, day):
        """The day itself, or the first one after it that no lock date closes.

        :return: the day, and the note to put on the entry if it is another one
        """
        self.ensure_one()
        wanted = day
        while locks := self._get_violated_lock_dates(day, False):
            day = fields.Date.add(locks[-1][0], days=1)
        if day == wanted:
            return day, ""
        note = self.env._(
            "for %(wanted)s, dated %(day)s as the books are closed before",
            wanted=format_date(self.env, wanted),
            day=format_date(self.env, day),
        )
        return day, note


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _check_credit_fits(self):
        wallet, move = self.credit_wallet_id, self.move_id
        sales = move.is_sale_document()
        if (wallet.mode, sales) not in (("resold", True), ("own", False)):
            raise UserError(
                self.env._(
                    "Wallet %(wallet)s: resold credits are sold with customer "
                    "invoices, those of an own account come with the provider's bills.",
                    wallet=wallet.name,
                )
            )
        if self.product_id and self.product_id.credit_unit != wallet.unit:
            raise UserError(
                self.env._(
                    "%(product)s is no package for this wallet.",
                    product=self.product_id.name,
                )
            )

    def _check_credit_refund(self):
        """A credit note takes exactly its card, and never more than is unused."""
        origin = self.credit_origin_line_id
        if not origin:
            raise UserError(
                self.env._(
                    "Make the credit note from the invoice that bought the credits, so "
                    "that it takes them from the right card."
                )
            )
        if self.credit_wallet_id != origin.credit_wallet_id:
            raise UserError(
                self.env._("A credit note keeps the wallet of its invoice.")
            )
        lots = origin._credit_lots()
        free = lots.left - lots.reserved if lots else origin._credit_ungranted()
        if round(self.credit_units - free, UNIT_DIGITS) > 0:
            words = self.credit_wallet_id._units_text
            raise UserError(
                self.env._(
                    "The credit note takes back %(units)s, but only %(free)s of this "
                    "purchase are not used. Lower the fax credits, quantity or price "
                    "of its line.",
                    units=words(self.credit_units),
                    free=words(max(free, 0)),
                )
            )
