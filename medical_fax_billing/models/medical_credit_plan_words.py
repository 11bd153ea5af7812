from odoo import models


class MedicalCreditPlan(models.Model):
    """What a plan costs, in words and in the plan's currency; prices before or with
    tax as the products' taxes say."""

    _inherit = "medical.credit.plan"

    def _terms_words(self):
        """A sentence for each of its terms that has a price or grants something."""
        words = []
        for plan in self:
            shown = plan._shown_terms()
            sentences = plan._term_sentences()
            words += [sentence % shown for name, sentence in sentences if plan[name]]
        return words

    def _fee_amounts(self, wallet):
        """A month's fee as this wallet will be invoiced: untaxed, and with tax."""
        self.ensure_one()
        # sudo: taxes of who invoices, which may be another company
        product = self.fee_product_id.sudo().with_company(wallet.company_id)
        is_sale = wallet.mode != "own"
        taxes = product.taxes_id if is_sale else product.supplier_taxes_id
        taxes = taxes._filter_taxes_by_company(wallet.company_id)
        positions = self.env["account.fiscal.position"].sudo()
        positions = positions.with_company(wallet.company_id)
        taxes = positions._get_fiscal_position(wallet.partner_id).map_tax(taxes)
        amounts = taxes.compute_all(
            self.fee_price,
            currency=self.currency_id,
            product=product,
            partner=wallet.partner_id,
        )
        return amounts["total_excluded"], amounts["total_included"]

    def _fee_words(self, wallet):
        """The fee before tax and with it, where there is a fee."""
        if not self.fee_price:
            return []
        untaxed, total = self._fee_amounts(wallet)
        return [
            self.env._(
                "The fee: %(untaxed)s a month before tax, %(total)s with tax.",
                untaxed=f"{self._price_text(untaxed)} {self.currency_id.name}",
                total=f"{self._price_text(total)} {self.currency_id.name}",
            )
        ]

    def _term_sentences(self):
        return [
            ("fee_price", self.env._("%(fee)s a month.")),
            ("included_units", self.env._("%(included)s included each month.")),
            ("overage_price", self.env._("%(overage)s for each one beyond.")),
            ("numbers_included", self.env._("%(numbers)s numbers included.")),
            ("number_price", self.env._("%(number)s a month for each further number.")),
            ("porting_price", self.env._("%(porting)s once to port a number in.")),
            ("inbound_policy", self._inbound_words()),
        ]

    def _inbound_words(self):
        return {
            "include": self.env._("Pages received count like pages sent."),
            "charge": self.env._(
                "Pages received are charged, and never from the included ones."
            ),
            "waive": self.env._("Pages received are free."),
        }[self.inbound_policy]

    def _shown_terms(self):
        currency = self.currency_id
        prices = {
            "fee": self.fee_price,
            "overage": self.overage_price,
            "number": self.number_price,
            "porting": self.porting_price,
        }
        shown = {
            name: f"{self._price_text(price)} {currency.name}"
            for name, price in prices.items()
        }
        units = {
            "pages": self.env._("%(count)s pages", count=f"{self.included_units:g}"),
            "credits": self.env._(
                "%(count)s credits", count=f"{self.included_units:g}"
            ),
            "currency": f"{self._price_text(self.included_units)} {currency.name}",
        }
        return {
            **shown,
            "included": units[self.unit],
            "numbers": self.numbers_included,
        }
