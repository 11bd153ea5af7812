from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_datetime

from odoo.addons.medical_fax.tools import waits

from .medical_credit_refill import CAP_PERIOD

REFILL = "medical_fax_billing.mail_activity_type_refill"


class MedicalCreditRefill(models.Model):
    """What people read of a refill, and what they are told. No patient's data: package,
    price, card, and the reason of a refusal."""

    _inherit = "medical.credit.refill"

    text = fields.Char(
        "Next refill",
        compute="_compute_text",
        # The words only; cards and products are those of who invoices.
        compute_sudo=True,
    )

    @api.depends_context("lang")
    def _compute_text(self):
        for rule in self:
            rule.text = rule._next_words() if rule.is_on else rule._off_words()

    def _next_words(self):
        if self.is_away:
            return self.env._(
                "This is a copy of the database: nothing is charged. Switch the refill "
                "on again if this is the live one."
            )
        if self.wallet_id.mode != "resold":
            return self.env._(
                "The buyers are told when below %(limit)s", limit=self._limit_text()
            )
        return self.env._(
            "Next refill: %(offer)s, %(when)s",
            offer=self._offer_words(),
            when=self._when_words(),
        )

    def _off_words(self):
        if self.off_reason:
            return self.env._("The refill is off: %(reason)s", reason=self.off_reason)
        return self.env._("The refill is off.")

    def _offer_words(self):
        """“500 pages, $54.00 + tax, card ending 4242”."""
        wallet = self.wallet_id
        return self.env._(
            "%(units)s, %(price)s, %(card)s",
            units=wallet._units_text(self.product_id.credit_units),
            price=wallet._refill_price_text(self.product_id),
            card=self._card_words(),
        )

    def _when_words(self):
        if self.trigger == "used":
            return self.env._("when a card is 95 % used")
        return self.env._("when below %(limit)s", limit=self._limit_text())

    def _limit_text(self):
        return f"{self.threshold:.4f}".rstrip("0").rstrip(".")

    def _card_end(self):
        return (self.token_id.payment_details or "")[-4:]

    def _card_words(self):
        return self.env._("card ending %(digits)s", digits=self._card_end())

    def _consent_words(self):
        """What a buyer agrees to when switching the refill on."""
        return self.env._(
            "%(company)s may charge the saved card for faxes by itself: %(offer)s, "
            "%(when)s, at most %(cap)s packages in 24 hours, until the refill is "
            "switched off.",
            company=self.company_id.name,
            offer=self._offer_words(),
            when=self._when_words(),
            cap=self.daily_cap,
        )

    # TELLING

    def _tell_bought(self, purchase):
        self.wallet_id._close_refill_notices()
        self._mail(
            lambda rule: rule.env._("Fax credits were bought"),
            lambda rule: rule.env._("%(what)s.", what=rule._bought_words(purchase)),
        )

    def _tell_refused(self, purchase):
        def body(rule):
            words = rule.env._(
                "%(what)s was refused: %(reason)s",
                what=rule._bought_words(purchase),
                reason=purchase.reason,
            )
            if purchase.state == "failed":
                return words + " " + rule.env._("The refill is off now.")
            when = format_datetime(rule.env, purchase.next_at)
            return words + " " + rule.env._("Tried again: %(when)s.", when=when)

        self._mail(lambda rule: rule.env._("A fax refill was refused"), body)

    def _stop(self, reason):
        """It is off until a buyer looks at it."""
        self._switch_off(reason)
        self._notice(lambda rule: rule._off_words())

    def _bought_words(self, purchase):
        """“500 pages, $58.37, card ending 4242”: what was charged, with tax."""
        wallet, product = self.wallet_id, purchase.product_id
        return self.env._(
            "%(units)s, %(price)s, card ending %(digits)s",
            units=wallet._units_text(product.credit_units * purchase.quantity),
            price=wallet._money_text(purchase.amount),
            digits=purchase.card or "",
        )

    def _tell_low(self):
        """Own account: what is bought at the provider is bought by a person there."""
        is_low = self.wallet_id.available < self.threshold
        if is_low and not self.low_told:
            self._notice(
                lambda rule: rule.env._(
                    "%(left)s left, below %(limit)s: buy at the fax provider",
                    left=rule.wallet_id._units_text(rule.wallet_id.available),
                    limit=rule._limit_text(),
                )
            )
        if not is_low:
            self.wallet_id._close_refill_notices()
        if is_low != self.low_told:
            self.low_told = is_low

    def _tell_cap(self):
        """The day's packages are used up; told once a day."""
        if self.cap_told_at and self.cap_told_at > waits.now() - CAP_PERIOD:
            return
        self.cap_told_at = waits.now()
        self._notice(
            lambda rule: rule.env._(
                "No more refills today: %(count)s packages were bought in 24 hours",
                count=rule.daily_cap,
            )
        )

    def _ask_person(self, purchases):
        """Nobody but a person can tell what came of these; asked once."""
        asked = purchases.filtered(lambda p: not p.is_asked)
        if not asked:
            return
        asked.is_asked = True
        for rule in asked.refill_id:
            rule._notice(
                lambda rule: rule.env._(
                    "Look at the payment provider's pages: what came of a refill is "
                    "not known here"
                )
            )

    def _notice(self, words):
        """An activity for each buyer.

        :param words: function of the rule, in the reader's language
        """
        for buyer in self.wallet_id._buyers():
            text = words(self.with_context(lang=buyer.lang))
            self.wallet_id._tell_buyer(REFILL, buyer, text)

    def _mail(self, subject, body):
        """E-mail to who is invoiced and to the buyers, each in their language."""
        wallet = self.wallet_id
        people = wallet._buyers().partner_id
        people |= wallet.partner_id.filtered("email")
        for lang, partners in people.grouped("lang").items():
            rule = self.with_context(lang=lang)
            rule.wallet_id.message_notify(
                partner_ids=partners.ids,
                subject=subject(rule),
                body=Markup("<p>%s</p><p>%s</p>") % (wallet.name, body(rule)),
            )


class MedicalCreditWallet(models.Model):
    _inherit = "medical.credit.wallet"

    refill_text = fields.Char("Refill", compute="_compute_refill")
    is_refilled = fields.Boolean("Refills by itself", compute="_compute_refill")
    refill_count = fields.Integer("Refills", compute="_compute_refill")
    refill_declined = fields.Boolean(compute="_compute_refill")

    @api.depends_context("lang")
    def _compute_refill(self):
        for wallet in self:
            # sudo: the words only; cards and products are those of who invoices
            rule = wallet.sudo().refill_ids[:1]
            wallet.refill_text = rule.text
            wallet.is_refilled = rule.is_on
            wallet.refill_count = len(rule.purchase_ids)
            wallet.refill_declined = bool(
                rule.purchase_ids.filtered(lambda p: p.state == "declined")
            )

    def _money_text(self, amount):
        """“$54.00”: without a space between."""
        text, symbol = self.currency_id.format(amount), self.currency_id.symbol or ""
        return text.replace(f"{symbol}\N{NO-BREAK SPACE}", symbol, 1)

    def _refill_price_text(self, product):
        """“$54.00 + tax”: untaxed, unless taxes are included in the price."""
        totals = self._package_totals(product)
        price, total = totals["total_excluded"], totals["total_included"]
        if not self.currency_id.compare_amounts(price, total):
            return self._money_text(price)
        if not self.currency_id.compare_amounts(total, self._package_price(product)):
            return self.env._("%(amount)s with tax", amount=self._money_text(total))
        return self.env._("%(amount)s + tax", amount=self._money_text(price))

    def _close_refill_notices(self):
        # sudo: the others' activities are done as well
        activities = self.sudo()._credit_activities(REFILL)
        if activities:
            activities.action_feedback()

    # BUTTONS

    def action_refill_off(self):
        """Switch the refill off; what is at the bank still comes."""
        self.ensure_one()
        self._check_buyer()
        # sudo: the right was checked
        self.sudo().refill_ids._switch_off()
        return True

    def action_refill_again(self):
        """Try the card that was refused again now."""
        self.ensure_one()
        self._check_buyer()
        # sudo: the right was checked, and is again
        declined = self.sudo().refill_ids.purchase_ids.sudo(False)
        return declined.filtered(lambda p: p.state == "declined").action_try_now()

    def action_view_refills(self):
        """What the refill has bought."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "medical_fax_billing.medical_credit_refill_purchase_action"
        )
        action["domain"] = [("wallet_id", "=", self.id)]
        return action
