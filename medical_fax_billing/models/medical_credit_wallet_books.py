from datetime import datetime, time, timezone
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.medical_fax.models import guard

from .res_company import BOOKS


class MedicalCreditWallet(models.Model):
    """The wallet in the books.

    A purchase is booked on an account of unused credits. Once a month one entry for
    each wallet takes from it what was used and what expired. Per card, the entry is
    what brings the account to the value of the units that are left, so that roundings
    do not add up.
    """

    _name = "medical.credit.wallet"
    _inherit = ["medical.credit.wallet", "analytic.mixin"]

    recognised_until = fields.Datetime(
        "Booked until",
        readonly=True,
        copy=False,
        help="What was used and what expired before is in the books.",
    )

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_recognised(vals)
        wallets = super().create(vals_list)
        wallets._make_accounts()
        return wallets

    def write(self, vals):
        self._check_recognised(vals)
        res = super().write(vals)
        if {"mode", "company_id"} & set(vals):
            self._make_accounts()
        return res

    def _check_recognised(self, vals):
        if "recognised_until" in vals and not guard.is_open(self.env):
            raise UserError(
                self.env._("How far the books are follows from its entries.")
            )

    def _make_accounts(self):
        for wallet in self:
            wallet.company_id._make_credit_account(wallet.mode)

    # MONTHS

    def _zone(self):
        """The time zone of the months that are booked."""
        return ZoneInfo(self.company_id.partner_id.tz or "UTC")

    def _utc(self, day):
        """The moment at which a day begins for the books, as the database keeps it."""
        local = datetime.combine(day, time(), tzinfo=self._zone())
        return local.astimezone(timezone.utc).replace(tzinfo=None)

    def _local_date(self, moment):
        """The day of a moment, for the books."""
        return moment.replace(tzinfo=timezone.utc).astimezone(self._zone()).date()

    def _months_to_book(self):
        """First days of the months that are over and not in the books."""
        lots = self.sudo().lot_ids.filtered("account_id")  # sudo: not for every reader
        if not lots:
            return []
        if self.recognised_until:
            month = self._local_date(self.recognised_until)
        else:
            first = self.env["medical.credit.move"].search(
                [("lot_id", "in", lots.ids)], order="date, id", limit=1
            )
            month = self._local_date(first.date).replace(day=1)
        current = self._local_date(fields.Datetime.now()).replace(day=1)
        months = []
        while month < current:
            months.append(month)
            month += relativedelta(months=1)
        return months

    @api.model
    def _cron_recognise(self):
        """Book what the months that are over used of each wallet."""
        for wallet in self.with_context(active_test=False).search([]):
            for month in wallet._months_to_book():
                step = self.env["fax.message"]._step
                name = f"Used credits of wallet {wallet.id}"
                if step(name, wallet._recognise, month) is None:
                    break

    def _recognise(self, month):
        """Book a month of this wallet.

        :param month: its first day
        :return: the entry, or none where there is nothing to book
        """
        self.ensure_one()
        self._serialize()
        wallet = guard.opened(self.sudo())  # sudo: booked by Odoo itself
        end = wallet._utc(month + relativedelta(months=1))
        parts = guard.closed(wallet)._parts_until(end)
        entry = self.env["account.move"]
        if parts:
            entry = guard.closed(wallet)._book_month(month, parts)
        wallet.recognised_until = end
        return entry

    def _parts_until(self, end):
        """What is to be booked of each card: ``{(lot, part): amount}``."""
        parts = {}
        for lot in self.lot_ids.filtered("account_id"):
            for part, amount in lot._parts_until(end).items():
                if not self.currency_id.is_zero(amount):
                    parts[lot, part] = amount
        return parts

    def _book_month(self, month, parts):
        """One entry: from the account of each card to income, or to expense."""
        company = self.company_id
        sign = 1 if self.mode == "resold" else -1
        lines, totals = [], {}
        for (lot, part), amount in parts.items():
            lines.append(
                {
                    "name": self._part_words(part, lot.name),
                    "account_id": lot.account_id.id,
                    "balance": sign * amount,
                    "credit_lot_id": lot.id,
                    "credit_part": part,
                }
            )
            key = part, lot._result_account(part)
            totals[key] = totals.get(key, 0) + amount
        for (part, account), amount in totals.items():
            words = self._part_words(part, self.name)
            balance = -sign * company.currency_id.round(amount)
            lines.append({"name": words, "account_id": account.id, "balance": balance})
        partner = self.partner_id.commercial_partner_id
        common = {
            "partner_id": partner.id,
            "analytic_distribution": self.analytic_distribution,
        }
        moves = self.env["account.move"].with_company(company)
        entry = moves.create(
            {
                "move_type": "entry",
                "journal_id": company._credit_journal().id,
                "company_id": company.id,
                "partner_id": partner.id,
                "credit_wallet_id": self.id,
                "credit_month": month,
                "line_ids": [
                    fields.Command.create({**common, **line}) for line in lines
                ],
            }
        )
        day, note = entry._first_open_day(month + relativedelta(months=1, days=-1))
        ref = self.env._(
            "Fax credits used in %(month)s, %(wallet)s",
            month=format_date(self.env, month, date_format="MMMM y"),
            wallet=self.name,
        )
        entry.write({"date": day, "ref": f"{ref} ({note})" if note else ref})
        entry._post(soft=False)
        return entry

    def _part_words(self, part, name):
        words = {
            "used": self.env._("Used: %(name)s", name=name),
            "expired": self.env._("Expired: %(name)s", name=name),
        }
        return words[part]


class MedicalCreditLot(models.Model):
    """A card's value in the books."""

    _inherit = "medical.credit.lot"

    def _value(self, units):
        """What so many of the card's units cost, in the company's money."""
        return self.currency_id.round(self.amount * units / (self.granted or 1))

    def _parts_until(self, end):
        """What is to be booked so that the account holds the value of what was left
        at a moment: ``{"used": amount, "expired": amount}``, negative where units
        came back."""
        moves = self.move_ids.filtered(lambda move: move.date < end)
        if not moves.filtered(lambda move: move.kind in ("purchase", "adjustment")):
            return {}  # bought later
        left = sum(moves.mapped("units"))
        expired = -sum(moves.filtered(lambda m: m.kind == "expiry").mapped("units"))
        refunds = moves.filtered(lambda move: move.kind == "refund").line_id
        credited = sum(abs(line.balance) for line in refunds)
        booked = self._booked()
        expired = self._value(expired)
        used = self.amount - credited - self._value(left) - expired
        return {
            "used": self.currency_id.round(used - booked["used"]),
            "expired": self.currency_id.round(expired - booked["expired"]),
        }

    def _booked(self):
        """What the entries of earlier months booked of this card."""
        sign = 1 if self.wallet_id.mode == "resold" else -1
        groups = self.env["account.move.line"]._read_group(
            [
                ("credit_lot_id", "=", self.id),
                ("credit_part", "!=", False),
                ("parent_state", "=", "posted"),
            ],
            ["credit_part"],
            ["balance:sum"],
        )
        booked = {part: sign * balance for part, balance in groups}
        return {part: booked.get(part, 0) for part in ("used", "expired")}

    def _result_account(self, part):
        """Income or expense of a card's used or expired units."""
        books, company = BOOKS[self.wallet_id.mode], self.company_id
        chosen = company[books["used"]]
        if part == "expired":
            chosen = company[books["expired"]] or chosen
        line = self.invoice_line_id
        position = line.move_id.fiscal_position_id
        product = line.product_id.with_company(company).product_tmpl_id
        own = product and product._get_product_accounts()[books["product"]]
        account = chosen or own or company[f"{books['product']}_account_id"]
        if not account:
            raise UserError(
                self.env._(
                    "Choose the accounts of used fax credits in the settings of "
                    "%(company)s.",
                    company=company.name,
                )
            )
        return position.map_account(account)
