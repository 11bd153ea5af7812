from datetime import datetime, time

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.medical_fax.models import guard


class FaxNumber(models.Model):
    """When a number was rented: from its order, its porting or since it is here, until
    it was given back."""

    _inherit = "fax.number"

    def _is_rented(self, starts_at, ends_at):
        """Whether it was rented at any time of a period that ends before `ends_at`."""
        return any(
            begun < ends_at and (not ended or ended > starts_at)
            for begun, ended in self._rentals()
        )

    def _rentals(self):
        """The times in which it was rented: (begin, end or None) for each."""
        self.ensure_one()
        events = self._rental_events()
        rentals, begun = [], None
        for moment, is_begin in events:
            if is_begin:
                begun = begun or moment
            elif begun:
                rentals.append((begun, moment))
                begun = None
        if begun and self._is_held():
            rentals.append((begun, None))
        return rentals

    def _is_held(self):
        """Whether it is rented now, as far as is known: when it vanished from the
        provider's list, or was archived by hand, nobody noted the day."""
        if self.status == "manual":
            return self.active
        return self.status not in ("missing", "released")

    def _rental_events(self):
        """Begins and ends in the order of time: (moment, whether it began)."""
        done = [("number_id", "=", self.id), ("state", "=", "done")]
        # sudo: days only, for whoever may count the numbers
        orders = self.env["fax.number.order"].sudo().search(done)
        portings = self.env["fax.number.porting"].sudo().search(done)
        events = [(order.ended_at, order.kind == "order") for order in orders]
        events += [(datetime.combine(p.done_on, time.min), True) for p in portings]
        if self.released_at:
            events.append((self.released_at, False))
        events.sort()
        began_before_all = not events or not events[0][1]
        if began_before_all and not self._is_ported_in():
            events.insert(0, (self.create_date, True))
        return events


class FaxNumberPorting(models.Model):
    _inherit = "fax.number.porting"

    billed_line_id = fields.Many2one(
        "account.move.line",
        "Invoiced by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="account.group_account_readonly,account.group_account_invoice",
    )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_not_billed(*vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_not_billed(vals)
        return super().write(vals)

    def _check_not_billed(self, *vals_list):
        is_named = any("billed_line_id" in vals for vals in vals_list)
        if is_named and not guard.is_open(self.env):
            raise UserError(self.env._("The invoice that charges it writes it."))


class MedicalCreditWallet(models.Model):
    _inherit = "medical.credit.wallet"

    def _numbers(self):
        """The numbers that this wallet pays for, those given back included."""
        # sudo: who pays for a number is found for all of them
        numbers = self.env["fax.number"].sudo().with_context(active_test=False)
        mine = (
            Domain("wallet_id", "=", self.id)
            | Domain("location_id.fax_wallet_id", "=", self.id)
            | Domain("company_id.fax_wallet_id", "=", self.id)
        )
        return numbers.search(mine).filtered(
            lambda number: self._payer(number.company_id, number) == self
        )

    def _numbers_rented(self, starts_at, ends_at):
        """Those of its numbers that were rented at any time of a period."""
        return self._numbers().filtered(lambda n: n._is_rented(starts_at, ends_at))

    def _portings_to_bill(self, first_on, last_on):
        """Numbers ported in on these days that no invoice charged."""
        # sudo: as with the numbers
        return (
            self.env["fax.number.porting"]
            .sudo()
            .search(
                [
                    ("number_id", "in", self._numbers().ids),
                    ("state", "=", "done"),
                    ("done_on", ">=", first_on),
                    ("done_on", "<=", last_on),
                    ("billed_line_id", "=", False),
                ]
            )
        )
