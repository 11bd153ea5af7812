from datetime import datetime, time

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

# Entries that use units. What was due and is paid later was used once.
USED = Domain("kind", "in", ("capture", "fee")) | (
    Domain("kind", "=", "due")
    & Domain("account", "=", "due")
    & Domain("due_id", "=", False)
)


class MedicalCreditWallet(models.Model):
    """The usage page: what was used in a month, what is left, and where from.

    For the faxes of a clinic without a wallet too: there pages are counted. It names
    faxes by their references only, as buyers see no documents.
    """

    _inherit = "medical.credit.wallet"

    @api.model
    @api.readonly
    def get_usage(self, wallet_id=False, month=False):
        """What the usage page shows.

        :param wallet_id: False: the company's wallet, else the first, or what
            is counted without one
        :param month: as 2026-11; none: this one
        """
        wallet = self._usage_wallet(wallet_id)
        first = self._usage_month(month)
        is_current = first == self._this_month()
        last = first + relativedelta(months=1, days=-1)
        sent, received = wallet._usage_pages(first)
        usage = {
            "wallets": [{"id": each.id, "name": each.name} for each in self.search([])],
            "wallet": wallet._usage_heading(),
            "month": f"{first:%Y-%m}",
            "month_name": format_date(self.env, first, date_format="LLLL y"),
            "former": f"{first - relativedelta(months=1):%Y-%m}",
            "later": "" if is_current else f"{first + relativedelta(months=1):%Y-%m}",
            "days": [
                {"day": day, "sent": sent.get(day, 0), "received": received.get(day, 0)}
                for day in range(1, last.day + 1)
            ],
            "sent": sum(sent.values()),
            "received": sum(received.values()),
            "parts": [],
            "facts": [],
        }
        if wallet and wallet.mode != "counted":
            usage["parts"] = wallet._usage_parts(first, is_current)
            usage["facts"] = wallet._usage_facts() if is_current else []
        return usage

    # WHOSE, AND WHEN

    @api.model
    def _usage_wallet(self, wallet_id):
        """The wallet that is asked for, as the user may see it; none: without one."""
        self.browse().check_access("read")
        if wallet_id:
            wallet = self.browse(int(wallet_id)).exists()
            wallet.check_access("read")
            return wallet
        # sudo: which one it is; whether the user may see it is asked by the search
        payer = self.env.company.sudo().fax_wallet_id
        return self.search([("id", "=", payer.id)]) or self.search([], limit=1)

    @api.model
    def _this_month(self):
        return fields.Date.context_today(self).replace(day=1)

    @api.model
    def _usage_month(self, month):
        """The first day of a month; of this one where it cannot be read or is later."""
        try:
            first = datetime.strptime(month or "", "%Y-%m").date()
        except (TypeError, ValueError):
            return self._this_month()
        return min(first, self._this_month())

    def _usage_bounds(self, first):
        """The month's beginning and end as naive UTC, by the user's clock."""
        zone = pytz.timezone(self.env.user.tz or "UTC")

        def utc(day):
            local = zone.localize(datetime.combine(day, time.min))
            return local.astimezone(pytz.utc).replace(tzinfo=None)

        return utc(first), utc(first + relativedelta(months=1))

    # FIGURES

    def _usage_faxes(self):
        """Domain of the faxes that a wallet pays for, or that none pays for."""
        if self:
            return Domain("wallet_id", "=", self.id)
        companies = self.env.companies.ids
        return Domain("wallet_id", "=", False) & Domain("company_id", "in", companies)

    def _usage_pages(self, first):
        """Pages sent and received by day of the month: two dicts."""
        begin, end = self._usage_bounds(first)
        # sudo: pages are counted, buyers see no faxes
        faxes = self.env["fax.message"].sudo()
        days = []
        for direction, moment, pages in (
            ("out", "done_at", "pages_sent"),
            ("in", "received_at", "pages"),
        ):
            domain = self._usage_faxes() & Domain("direction", "=", direction)
            domain &= Domain(moment, ">=", begin) & Domain(moment, "<", end)
            groups = faxes.with_context(tz=self.env.user.tz or "UTC")._read_group(
                domain, [f"{moment}:day"], [f"{pages}:sum"]
            )
            days.append({day.day: count or 0 for day, count in groups if count})
        return days

    def _usage_units(self, first):
        """Units used in a month."""
        begin, end = self._usage_bounds(first)
        domain = USED & Domain("wallet_id", "=", self.id)
        domain &= Domain("date", ">=", begin) & Domain("date", "<", end)
        [(units,)] = self.env["medical.credit.move"]._read_group(
            domain, [], ["units:sum"]
        )
        return -(units or 0) + 0.0

    def _usage_parts(self, first, is_current):
        """Parts of the chart: used in the month and, of this month, what is on its way
        and what is left, by where it came from."""
        used = self._usage_units(first)
        amounts = [("used", self.env._("Used this month"), used)]
        if not is_current:
            amounts = [("used", self.env._("Used"), used)]
        else:
            amounts.append(
                (
                    "reserved",
                    self.env._("Reserved for faxes on their way"),
                    self.reserved,
                )
            )
            amounts += self._usage_left()
        return [
            {
                "key": key,
                "label": label,
                "value": value,
                "text": self._units_text(value),
            }
            for key, label, value in amounts
        ]

    def _usage_left(self):
        """What is left, by where it came from."""
        words = {
            "start": self.env._("Left of the first purchase"),
            "refill": self.env._("Left of later purchases and refills"),
            "included": self.env._("Left of included pages"),
        }
        sums = dict.fromkeys(words, 0)
        first = self.env["medical.credit.lot"].search(
            [("wallet_id", "=", self.id), ("is_included", "=", False)],
            order="id",
            limit=1,
        )
        for lot in self._free_lots():
            origin = "start" if lot == first else "refill"
            sums["included" if lot.is_included else origin] += lot._free()
        return [(key, words[key], sums[key]) for key in words]

    def _usage_facts(self):
        """What else is worth knowing, as rows of a label and a text.

        Hook: what buys for the wallet by itself adds its row.
        """
        facts = [
            (self.env._("Left now"), self._units_text(self.available)),
            (self.env._("At this rate"), self._run_out_text()),
        ]
        if self.due:
            facts.append((self.env._("Due"), self._units_text(self.due)))
        if self.unbilled:
            facts.append(
                (self.env._("On credit, not invoiced"), self._units_text(self.unbilled))
            )
        return [{"label": label, "text": text} for label, text in facts]

    def _run_out_text(self):
        rate = self._daily_use()
        if not rate:
            return self.env._("No use yet")
        run_out = self._run_out()
        use = self.env._("%(units)s a day", units=self._units_text(round(rate, 1)))
        if not run_out:
            return use
        return self.env._(
            "%(use)s: enough until %(day)s", use=use, day=format_date(self.env, run_out)
        )

    def _usage_heading(self):
        if not self:
            return {"id": False, "name": self.env._("Faxes without a wallet")}
        modes = dict(self._fields["mode"]._description_selection(self.env))
        return {
            "id": self.id,
            "name": self.name,
            "mode": modes[self.mode],
            "is_metered": self.mode != "counted",
            "can_buy": self.can_buy,
        }
