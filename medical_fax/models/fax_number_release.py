from odoo import fields, models
from odoo.exceptions import UserError

from . import guard

UNFINISHED = ("draft", "queued", "held", "submitting", "submitted")


class FaxNumber(models.Model):
    """Giving a number back to the provider."""

    _inherit = "fax.number"

    can_release = fields.Boolean(compute="_compute_can_release")

    def _compute_can_release(self):
        for number in self:
            account = number.account_id
            number.can_release = (
                number.status in ("active", "pending")
                and account.orders_numbers
                and account.state == "connected"
                and not number._is_ported_in()
            )

    def _check_can_release(self):
        self.ensure_one()
        self.account_id._check_can_order()
        if not self.can_release:
            raise UserError(
                self.env._(
                    "Only a number that the provider lists as this account's can be "
                    "released. Fetch numbers asks for the list."
                )
            )
        # sudo: a number; a manager of the company sees them all
        unfinished = self.env["fax.message"].sudo()
        count = unfinished.search_count(
            [
                ("number_id", "=", self.id),
                ("direction", "=", "out"),
                ("state", "in", UNFINISHED),
            ]
        )
        if count:
            raise UserError(
                self.env._(
                    "%(count)s faxes from this number have not ended. Wait for them, "
                    "or cancel them first.",
                    count=count,
                )
            )

    def action_ask_release(self):
        """Say what it means, and ask for the last four digits."""
        self._check_can_release()
        wizard = self.env["fax.number.release"].create({"number_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Release this number"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [[False, "form"]],
            "target": "new",
            "context": {"dialog_size": "medium"},
        }

    def _release(self, digits):
        """Write the intent down; the queue makes the call.

        :param digits: the last four of the number, as typed
        """
        self._check_can_release()
        if (digits or "").strip() != self.number[-4:]:
            raise UserError(
                self.env._("These are not the last four digits of this number.")
            )
        # sudo: a workflow row; the right was checked
        orders = self.env["fax.number.order"].sudo()
        orders._intend(self.account_id, "release", self.number, number_id=self.id)
        guard.opened(self).write({"status": "releasing"})
