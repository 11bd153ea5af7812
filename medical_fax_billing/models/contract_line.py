from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import float_compare

from odoo.addons.medical_fax.models import guard

from .medical_credit_wallet import UNIT_DIGITS


class ContractLine(models.Model):
    """One charge of a subscription: the fee, the use beyond what is included, further
    numbers, numbers ported in.

    Its periods are counted from the first day of the subscription.
    """

    _inherit = "contract.line"

    credit_charge = fields.Selection(
        [
            ("fee", "Fee"),
            ("usage", "Use"),
            ("inbound", "Pages received"),
            ("numbers", "Further numbers"),
            ("porting", "Numbers ported in"),
        ],
        "Fax charge",
        readonly=True,
        copy=False,
    )

    # DATES

    def _compute_next_period_date_end(self):
        ours = self.filtered("credit_charge")
        for line in ours:
            line.next_period_date_end = line._next_last_day()
        return super(ContractLine, self - ours)._compute_next_period_date_end()

    @api.depends("credit_charge")
    def _compute_recurring_next_date(self):
        ours = self.filtered("credit_charge")
        for line in ours:
            day = line.next_period_date_start
            if day and line.recurring_invoicing_type == "post-paid":
                day = line._next_last_day() + timedelta(days=1)
            line.recurring_next_date = day
        return super(ContractLine, self - ours)._compute_recurring_next_date()

    def _next_last_day(self):
        """The last day of the next period to invoice, or False after the end."""
        first_on = self.next_period_date_start
        plan = self.contract_id.credit_plan_id
        return first_on and plan._period_of(self.date_start, first_on)[1]

    def _get_period_to_invoice(
        self, last_date_invoiced, recurring_next_date, stop_at_date_end=True
    ):
        if not self.credit_charge:
            return super()._get_period_to_invoice(
                last_date_invoiced, recurring_next_date, stop_at_date_end
            )
        period = self.next_period_date_start, self.next_period_date_end
        return *period, recurring_next_date

    def _can_be_invoiced(self, date_ref):
        can = super()._can_be_invoiced(date_ref)
        return can and (not self.credit_charge or self._is_over())

    def _is_over(self):
        """Whether the period has ended where the plan counts its days, and the results
        of its last faxes were read. The first fee in advance waits for nothing."""
        contract = self.contract_id
        is_first = (
            self.recurring_invoicing_type == "pre-paid" and not self.last_date_invoiced
        )
        moment = fields.Datetime.now() if is_first else contract._settled_at()
        return contract.credit_plan_id._midnight(self.recurring_next_date) <= moment

    # INVOICE LINE

    def _prepare_invoice_line(self):
        values = super()._prepare_invoice_line()
        if not self.credit_charge:
            return values
        first_on, last_on = self.next_period_date_start, self.next_period_date_end
        quantity = values["quantity"]
        if not quantity and not (self._is_use() and self._uses(last_on)):
            return {}
        values["name"] = self._credit_words(first_on, last_on, quantity)
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        if float_compare(round(quantity, digits), quantity, UNIT_DIGITS):
            # Money is rounded once, on the line: its quantity must not be before.
            values.update(quantity=1, price_unit=quantity * self.price_unit)
        return values

    def _get_quantity_to_invoice(
        self, period_first_date, period_last_date, invoice_date
    ):
        if not self.credit_charge:
            return super()._get_quantity_to_invoice(
                period_first_date, period_last_date, invoice_date
            )
        contract = self.contract_id
        if self.credit_charge == "fee":
            return 1
        if self.credit_charge == "porting":
            return len(self._portings(period_last_date))
        period = contract.credit_period_ids.filtered(
            lambda period: period.first_on == period_first_date
        )
        if self.credit_charge == "numbers":
            included = contract.credit_plan_id.numbers_included
            return max(period.number_count - included, 0)
        used = self._used(period_last_date)
        if self.credit_charge == "usage":
            used -= period.included_units
        return max(round(used, UNIT_DIGITS), 0)

    def _is_use(self):
        return self.credit_charge in ("usage", "inbound")

    def _uses(self, last_on):
        """The entries of the ledger that this line bills."""
        contract = self.contract_id
        # sudo: who makes invoices need not see the ledger of another company
        moves = self.env["medical.credit.move"].sudo()
        rows = moves.search(contract._pool_domain(last_on))
        is_apart = contract.credit_plan_id.inbound_policy == "charge"
        inbound = self.credit_charge == "inbound"
        return rows.filtered(
            lambda row: (is_apart and row.service == "fax_inbound") == inbound
        )

    def _used(self, last_on):
        return -sum(self._uses(last_on).mapped("units")) + 0.0

    def _portings(self, last_on):
        wallet = self.contract_id.credit_wallet_id
        return wallet._portings_to_bill(self.date_start, last_on)

    def _mark_billed(self, line):
        """Note on what was billed that this invoice line did it."""
        self.ensure_one()
        if self._is_use():
            self._uses(self.last_date_invoiced)._mark_billed(line)
        elif self.credit_charge == "porting":
            portings = self._portings(self.last_date_invoiced)
            guard.opened(portings).write({"billed_line_id": line.id})

    # WORDS

    def _credit_words(self, first_on, last_on, quantity):
        """What the invoice line says; nothing of any fax."""
        contract = self.contract_id
        plan = contract.credit_plan_id
        line = self.with_context(lang=contract.invoice_partner_id.lang)
        shown = {
            "plan": plan.with_context(lang=contract.invoice_partner_id.lang).name,
            "first": first_on.isoformat(),
            "last": last_on.isoformat(),
            "count": f"{quantity:.{UNIT_DIGITS}f}".rstrip("0").rstrip("."),
            "price": plan._price_text(self.price_unit),
        }
        if self.credit_charge == "usage" and not quantity:
            used = self._used(last_on)
            shown["used"] = f"{used:.{UNIT_DIGITS}f}".rstrip("0").rstrip(".")
            shown["included"] = f"{plan.included_units:g}"
            return line._included_words(shown)
        return line._charge_words()[self.credit_charge] % shown

    def _charge_words(self):
        pages = self.env._("Fax pages %(first)s to %(last)s, %(count)s at %(price)s")
        if self.contract_id.credit_plan_id.unit != "pages":
            pages = self.env._("Fax use %(first)s to %(last)s, %(count)s at %(price)s")
        return {
            "fee": self.env._("%(plan)s, %(first)s to %(last)s"),
            "usage": pages,
            "inbound": self.env._(
                "Fax pages received %(first)s to %(last)s, %(count)s at %(price)s"
            ),
            "numbers": self.env._(
                "Further fax numbers %(first)s to %(last)s, %(count)s at %(price)s"
            ),
            "porting": self.env._(
                "Fax numbers ported in until %(last)s, %(count)s at %(price)s"
            ),
        }

    def _included_words(self, shown):
        if self.contract_id.credit_plan_id.unit == "pages":
            words = self.env._(
                "Fax pages %(first)s to %(last)s, %(used)s of %(included)s included"
            )
        else:
            words = self.env._(
                "Fax use %(first)s to %(last)s, %(used)s of %(included)s included"
            )
        return words % shown
