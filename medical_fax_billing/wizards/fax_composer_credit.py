from odoo import api, fields, models


class FaxComposer(models.TransientModel):
    """Who pays for the fax, what it costs, and what is left: said while one writes."""

    _inherit = "fax.composer"

    credit = fields.Json(
        compute="_compute_credit",
        help="Who pays, and whether one page to each recipient is paid for: known "
        "before the pages are.",
    )

    @api.depends("company_id", "number_id", "recipients")
    def _compute_credit(self):
        for composer in self:
            composer.credit = composer._credit_offer(1)

    def action_preview(self):
        preview = super().action_preview()
        if preview["pages"]:
            # A cover that the provider draws is none of our pages, and is charged.
            pages = preview["pages"] + bool(preview.get("provider_cover"))
            preview["credit"] = self._credit_offer(pages)
        return preview

    def get_credit(self, pages=1):
        """What stands there of credit, after some may have been bought meanwhile.

        :param pages: of the fax, cover included
        """
        self.ensure_one()
        self._check_mine()
        return self._credit_offer(max(int(pages), 1))

    def action_ask_for_credit(self):
        """Ask those who buy for credit; once, however many ask."""
        self.ensure_one()
        self.env["fax.message"]._check_may_fax()
        self._check_mine()
        return self._payer()._ask_for_credit()

    def _payer(self):
        return self.env["medical.credit.wallet"]._payer(
            self.company_id, self.number_id, self.env.user
        )

    def _credit_offer(self, pages):
        """What the sender is told of the price, or False where pages are counted only.

        :param pages: of the fax to each recipient, cover included
        :return: dict of texts, as static/src/composer/credit_widgets.js shows them
        """
        wallet = self._payer()
        if not wallet or wallet.mode == "counted":
            return False
        recipients = self.recipients or [{}]
        rates = [wallet._page_rate(each.get("number")) for each in recipients]
        units = sum(rates) * pages
        # Not rounded to whole pages: what is free is what a new fax may take.
        left = wallet.available
        is_short = not wallet.is_postpaid and units > left
        return {
            "wallet": wallet.name,
            "sum": wallet._price_text(units),
            "after": wallet._after_text(units),
            "abroad": self._abroad_texts(wallet, recipients, rates),
            "is_short": is_short,
            "is_empty": is_short and left <= 0,
            "short": wallet._short_text(units) if is_short else "",
            "is_asked": is_short and wallet._is_asked(),
            "buy_url": wallet._buy_url() if is_short else "",
        }

    def _abroad_texts(self, wallet, recipients, rates):
        """Recipients whose pages have a price of their own, such as abroad."""
        base = wallet._page_rate("")
        return [
            self.env._(
                "%(recipient)s: %(rate)s a page",
                recipient=each.get("display") or each["number"],
                rate=wallet._units_text(rate),
            )
            for each, rate in zip(recipients, rates, strict=True)
            if each.get("number") and rate != base
        ]
