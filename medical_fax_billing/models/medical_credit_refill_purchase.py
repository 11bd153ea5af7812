import uuid

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.medical_fax.tools import waits

OPEN = ("intent", "calling", "unknown", "pending", "charged", "declined")
# Nothing was charged yet, and whether it will be is ours to decide.
WAITING = ("intent", "declined")
OVER = ("failed", "cancelled")


class MedicalCreditRefillPurchase(models.Model):
    """One purchase of a refill: what was meant, and what came of it.

    intent -> calling -> charged -> done is its way. A refusal leads to ``declined`` and
    back, for three more tries; an answer that was lost to ``unknown``. Each try has a
    transaction of its own whose reference follows from this row, so that nothing is
    charged twice under two names. Queue and calls: medical_credit_refill_charge.py.
    """

    _name = "medical.credit.refill.purchase"
    _description = "Refill Purchase"
    _order = "id desc"
    _rec_name = "uuid"

    uuid = fields.Char(
        "Reference", required=True, readonly=True, default=lambda self: uuid.uuid4().hex
    )
    refill_id = fields.Many2one(
        "medical.credit.refill", required=True, index=True, ondelete="restrict"
    )
    wallet_id = fields.Many2one(
        "medical.credit.wallet", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="wallet_id.company_id", store=True)
    practice_company_id = fields.Many2one(
        related="wallet_id.practice_company_id", store=True
    )
    ordered_at = fields.Datetime(
        "Ordered", required=True, default=lambda self: waits.now()
    )
    product_id = fields.Many2one("product.product", "Package", required=True)
    quantity = fields.Integer("Packages", required=True)
    lot_id = fields.Many2one(
        "medical.credit.lot",
        "Ordered by card",
        index="btree_not_null",
        help="The card that was 95 % used.",
    )
    invoice_id = fields.Many2one("account.move", ondelete="restrict")
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    amount = fields.Monetary("With tax")
    card = fields.Char(help="The last digits of the card that is charged.")
    transaction_id = fields.Many2one("payment.transaction", ondelete="restrict")
    state = fields.Selection(
        [
            ("intent", "To be charged"),
            ("calling", "Being charged"),
            ("unknown", "Not sure yet"),
            ("pending", "At the bank"),
            ("charged", "Charged"),
            ("done", "Bought"),
            ("declined", "Refused, will be tried again"),
            ("failed", "Refused"),
            ("cancelled", "Not bought"),
        ],
        required=True,
        default="intent",
    )
    reason = fields.Char(help="Why it was refused or not bought, in words.")
    tries = fields.Integer(help="How often the card was asked for it.")
    refused_at = fields.Datetime("First refused")
    next_at = fields.Datetime("Next try")
    # The queue's own
    called_at = fields.Datetime()
    lease_until = fields.Datetime()
    looks = fields.Integer(help="How often the outcome of a try was asked for again.")
    is_asked = fields.Boolean(help="A person was asked what came of it.")

    _uuid_uniq = models.Constraint("UNIQUE (uuid)", "A purchase has its own reference.")
    _open_uniq = models.UniqueIndex(
        "(wallet_id) WHERE state IN"
        " ('intent', 'calling', 'unknown', 'pending', 'charged', 'declined')",
        "A wallet buys one refill after the other.",
    )
    _lot_uniq = models.UniqueIndex(
        "(lot_id) WHERE lot_id IS NOT NULL AND state NOT IN ('failed', 'cancelled')",
        "This card has ordered its successor already.",
    )
    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "A refill buys at least one package."
    )

    def _is_open(self):
        return self.state in OPEN

    def _is_waiting(self):
        return self.state in WAITING

    def _counts(self):
        """Whether it is one of the day's packages, and its card's successor."""
        return self.state not in OVER

    # STATES

    def _set_charged(self):
        self.write({"state": "charged", "next_at": waits.now(), "reason": False})

    def _set_done(self):
        """It is paid, booked and granted."""
        for purchase in self.filtered(lambda p: p.state != "done"):
            purchase.write({"state": "done", "next_at": False, "reason": False})
            purchase.refill_id._tell_bought(purchase)

    def _set_unknown(self, next_at):
        """Nobody knows what came of its call.

        :param next_at: when to ask again; False: a person has to say it
        """
        self.write({"state": "unknown", "next_at": next_at, "lease_until": False})

    def _set_declined(self, reason, next_at):
        self.write({"state": "declined", "reason": reason, "next_at": next_at})
        self.refill_id._tell_refused(self)

    def _set_failed(self, reason):
        """Refused for good: no invoice is left, and the refill is off."""
        self.write({"state": "failed", "reason": reason, "next_at": False})
        self._drop_invoice()
        self.refill_id._stop(reason)
        self.refill_id._tell_refused(self)

    def _set_cancelled(self, reason):
        for purchase in self:
            purchase.write({"state": "cancelled", "reason": reason, "next_at": False})
            purchase._drop_invoice()

    def _drop_invoice(self):
        """The draft is not needed; it has no number, so that none is missing."""
        invoices = self.invoice_id.filtered(lambda move: move.state == "draft")
        invoices.button_cancel()

    def _doubt(self):
        """Made in another database: nobody here knows whether it charged them."""
        opened = self.filtered(lambda p: p.state in OPEN)
        for purchase in opened:
            purchase._set_unknown(False)
        self.refill_id._ask_person(opened)

    # BUTTONS

    def action_try_now(self):
        """Charge a card that was refused again now."""
        for purchase in self:
            purchase.wallet_id._check_buyer()
            if purchase.state != "declined" or not purchase.refill_id.is_on:
                raise UserError(self.env._("This purchase does not wait for a try."))
            # sudo: the right was checked
            purchase.sudo().next_at = waits.now()
        self.env["medical.credit.refill"]._wake()
        return True

    def action_was_charged(self):
        """The card was charged, as the payment provider's own pages show."""
        self._check_unsure()
        # sudo: the right was checked
        for purchase in self.sudo():
            transaction = purchase.transaction_id or purchase._new_transaction()
            transaction._set_done()
            purchase._set_charged()
        self.env["medical.credit.refill"]._wake()
        return True

    def action_was_not_charged(self):
        """The card was not charged: nothing is bought now."""
        self._check_unsure()
        # sudo: the right was checked
        for purchase in self.sudo():
            reason = self.env._("It was not charged, as somebody looked up.")
            # Not cancelled: should the provider know better, its word still counts.
            purchase.transaction_id._set_error(reason)
            purchase._set_cancelled(reason)
        self.env["medical.credit.refill"]._wake()
        return True

    def _check_unsure(self):
        """Whoever may register payments says what the provider's pages show."""
        self.check_access("read")
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Only those who invoice can say that."))
        if any(purchase.state != "unknown" for purchase in self):
            raise UserError(self.env._("What came of it is known."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Purchases are kept."))
