from odoo import models


class MedicalCreditWallet(models.Model):
    """What a sender is told of a wallet that he may not open: price and rest."""

    _inherit = "medical.credit.wallet"

    def _page_rate(self, number):
        """Units for a page to a number (E.164); none: to a number not known yet."""
        return self.tariff_id._rate("fax_page", number or "")

    def _amount_text(self, units):
        """An amount without the word of its unit, where that was said just before."""
        if self.unit == "currency":
            return self.currency_id.format(units)
        return f"{round(units, 4):.4f}".rstrip("0").rstrip(".")

    def _price_text(self, units):
        """“8 credits, 88 left”"""
        price = self._units_text(units)
        if self.is_postpaid and units > self.available:
            return self.env._("%(price)s, invoiced afterwards", price=price)
        return self.env._(
            "%(price)s, %(left)s left",
            price=price,
            left=self._amount_text(self.available),
        )

    def _after_text(self, units):
        """What is left once this is sent; nothing where there is not that much."""
        rest = self.available - units
        if rest < 0:
            return ""
        return self.env._("%(left)s after it", left=self._amount_text(rest))

    def _short_text(self, units):
        """That a fax is not paid for, and what becomes of it when it is sent."""
        if self.available <= 0:
            return self.env._("%(wallet)s has no credit left.", wallet=self.name)
        return self.env._(
            "It costs %(price)s, and %(wallet)s has %(left)s left.",
            price=self._units_text(units),
            wallet=self.name,
            left=self._amount_text(self.available),
        )

    def _buy_url(self):
        """Where the user can buy for this wallet, or nothing where he may not."""
        if not (self.can_buy and self.sudo(False).has_access("read")):
            return ""
        action = "medical_fax_billing.medical_credit_wallet_action"
        return f"/odoo/action-{action}/{self.id}"
