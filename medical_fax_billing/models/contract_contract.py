import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.medical_fax.models import guard
from odoo.addons.medical_fax.models.fax_message_queue import CONFLICTS

from .medical_credit_plan_time import SETTLING

_logger = logging.getLogger(__name__)


class ContractContract(models.Model):
    """A wallet's subscription to a plan is a contract; what it invoices follows from
    the ledger and from the numbers.

    An invoice, the marks on what it bills, and its posting are one transaction. What
    is to be billed is what is not marked and ended before the period's end: a run that
    dies leaves nothing behind, a second run finds nothing left, and what comes late is
    billed with the next period.
    """

    _inherit = "contract.contract"

    credit_wallet_id = fields.Many2one(
        "medical.credit.wallet",
        "Fax wallet",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    credit_plan_id = fields.Many2one(
        "medical.credit.plan",
        "Fax plan",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    credit_period_ids = fields.One2many("medical.credit.period", "contract_id")

    def copy(self, default=None):
        if self.filtered("credit_wallet_id"):
            raise UserError(
                self.env._("This is a wallet's subscription. Subscribe another wallet.")
            )
        return super().copy(default)

    def _set_partner(self, partner):
        """From now on this one is invoiced."""
        address = partner.address_get(["invoice"])["invoice"]
        self.write({"partner_id": partner.id, "invoice_partner_id": address})

    # DATES

    def _compute_recurring_next_date(self):
        ours = self.filtered("credit_wallet_id")
        for contract in ours:
            lines = contract.contract_line_ids.filtered("recurring_next_date")
            days = lines.filtered(lambda line: not line.is_canceled)
            contract.recurring_next_date = min(
                days.mapped("recurring_next_date"), default=False
            )
        return super(ContractContract, self - ours)._compute_recurring_next_date()

    def _set_end(self, day):
        """End with this day, or go on (False)."""
        self.contract_line_ids.write({"date_end": day})
        self.write({"date_end": day})

    def _runs_today(self):
        today = self.credit_plan_id._today()
        is_over = self.date_end and self.date_end < today
        return self.date_start <= today and not is_over

    # PERIODS

    def _open_periods(self):
        """Make the periods that have begun, each once, with their included units."""
        self.ensure_one()
        plan = self.credit_plan_id
        last = max(self.credit_period_ids.mapped("last_on"), default=False)
        first_on = last + timedelta(days=1) if last else self.date_start
        today = plan._today()
        period = self.env["medical.credit.period"]
        while first_on <= today and not (self.date_end and first_on > self.date_end):
            _first, last_on = plan._period_of(self.date_start, first_on)
            period = self.credit_period_ids.create(
                {
                    "contract_id": self.id,
                    "first_on": first_on,
                    "last_on": last_on,
                    "starts_at": plan._midnight(first_on),
                    "ends_at": plan._midnight(last_on + timedelta(days=1)),
                    "included_units": plan.included_units,
                }
            )
            period._grant_included()
            first_on = last_on + timedelta(days=1)
        if period:
            # sudo: nobody may see the queue's actions; this one begins the next period
            cron = self.env.ref("medical_fax_billing.ir_cron_credit_subscriptions")
            cron.sudo()._trigger(period.ends_at)

    def _close_periods(self):
        """Close the periods that have ended, and whose results are known."""
        settled = self._settled_at()
        ended = self.credit_period_ids.filtered(
            lambda period: not period.is_closed and period.ends_at <= settled
        )
        ended.sorted("first_on")._close()

    def _settled_at(self):
        """The results of what ended before then have been read."""
        return fields.Datetime.now() - SETTLING

    def _pool_domain(self, last_on):
        """Uses until the end of a day that no invoice billed and no card paid, but for
        the cards of the included units."""
        self.ensure_one()
        ends_at = self.credit_plan_id._midnight(last_on + timedelta(days=1))
        included = Domain("lot_id", "in", self.credit_period_ids.lot_id.ids)
        return (
            Domain("wallet_id", "=", self.credit_wallet_id.id)
            & Domain("kind", "in", ("capture", "due", "adjustment"))
            & Domain("used_at", "<", ends_at)
            & Domain("billed_line_id", "=", False)
            & (Domain("account", "=", "credit") | included)
        )

    # INVOICES

    def _prepare_recurring_invoices_values(self, date_ref=False):
        """A period without anything to charge makes no invoice."""
        values_list = []
        for contract in self:
            prepared = super(
                ContractContract, contract
            )._prepare_recurring_invoices_values(date_ref)
            if contract.credit_wallet_id:
                prepared = [v for v in prepared if v["invoice_line_ids"]]
            values_list += prepared
        return values_list

    def _recurring_create_invoice(self, date_ref=False):
        # sudo: who makes the invoices need not see the ledger, nor the numbers
        ours = self.filtered("credit_wallet_id").sudo()._taken()
        self = self.filtered(lambda c: not c.credit_wallet_id or c in ours)
        for contract in ours:
            contract._open_periods()
            contract._close_periods()
        invoices = super()._recurring_create_invoice(date_ref)
        lines = invoices.sudo().invoice_line_ids.filtered(
            lambda line: line.contract_line_id.contract_id in ours
        )
        for line in lines:
            line.contract_line_id._mark_billed(line)
        # A bill of the provider's is compared with the provider's paper first.
        lines.move_id.filtered(lambda move: move.is_sale_document())._post(soft=False)
        return invoices

    def _taken(self):
        """Those of these contracts that no other process is at, for this one alone.

        Those that another one has just billed are newer than this transaction, which
        fails then instead of billing the same days again.
        """
        taken = self.try_lock_for_update(allow_referencing=True)
        taken.contract_line_ids.lock_for_update(allow_referencing=True)
        return taken

    def _record_invoice_generation_error(self, exc, create_type):
        if self.credit_wallet_id and isinstance(exc, CONFLICTS):
            # Another process was faster, which is no failure; should it have failed
            # itself, the hourly action makes this invoice.
            _logger.info("Subscription %s: another process was faster", self.id)
            return None
        return super()._record_invoice_generation_error(exc, create_type)

    def _bill(self):
        """Make the invoices that are due, one for each period.

        :return: the invoices
        """
        self.ensure_one()
        contract = self.with_company(self.company_id)
        today = self.credit_plan_id._today()
        invoices = self.env["account.move"]
        while contract._get_lines_to_invoice(today):
            invoices += contract._recurring_create_invoice(today)
        return invoices

    def _bill_next(self):
        """Make the next invoice that is due.

        A failure is noted on the contract, as by its own action, and tried again.

        :return: whether there may be more
        """
        contract = self.with_company(self.company_id)
        today = self.credit_plan_id._today()
        if not contract._get_lines_to_invoice(today):
            return False
        try:
            if not contract._taken():
                return False
            with self.env.cr.savepoint():
                contract._recurring_create_invoice(today)
            contract._clear_invoice_generation_error()
        except CONFLICTS:
            raise
        except Exception as error:  # whatever it is, the others' invoices are made
            contract._record_invoice_generation_error(error, "invoice")
            return False
        return True

    @api.model
    def _running(self, wallet):
        """The subscription of a wallet that has not ended, the last one first."""
        mine = self.search(
            [("credit_wallet_id", "=", wallet.id)], order="date_start desc, id desc"
        )
        for contract in mine:
            today = contract.credit_plan_id._today()
            if not contract.date_end or contract.date_end >= today:
                return contract
        return mine.browse()


class MedicalCreditMove(models.Model):
    _inherit = "medical.credit.move"

    def _mark_billed(self, line):
        """Note the invoice line that billed these uses."""
        guard.opened(self).write({"billed_line_id": line.id})
