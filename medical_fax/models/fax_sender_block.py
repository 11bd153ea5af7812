from odoo import api, fields, models
from odoo.exceptions import UserError

from . import guard


class FaxSenderBlock(models.Model):
    """A number whose faxes do not come into the inbox, who said so and why.

    They are received and kept all the same, under Received.
    """

    _name = "fax.sender.block"
    _description = "Blocked Sender"
    _order = "id desc"
    _rec_name = "number_display"

    number = fields.Char("Fax number", required=True, readonly=True, index=True)
    number_display = fields.Char("Number", compute="_compute_number_display")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Blocked by", required=True, readonly=True)
    reason = fields.Char(required=True, readonly=True)
    create_date = fields.Datetime("Blocked on", readonly=True)

    _number_uniq = models.Constraint(
        "UNIQUE (number, company_id)", "This sender is blocked already."
    )

    @api.depends("number")
    def _compute_number_display(self):
        display = self.env["fax.contact"]._display_number
        for block in self:
            block.number_display = display(block.number)

    @api.model_create_multi
    def create(self, vals_list):
        if not guard.is_open(self.env):
            raise UserError(self.env._("A sender is blocked from one of its faxes."))
        return super().create(vals_list)


class FaxMessage(models.Model):
    _inherit = "fax.message"

    def action_block_sender(self, reason):
        """Keep what this number sends out of the inbox from now on, and put away what
        it sent; a fax manager lets it in again."""
        self.ensure_one()
        self._check_may_fax_for_number()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why this sender is blocked."))
        if not self.number or self.direction != "in":
            raise UserError(self.env._("This fax does not tell who sent it."))
        # sudo: blocks are made by this button alone; the right was checked
        blocks = guard.opened(self.env["fax.sender.block"].sudo())
        if not self._is_blocked(self.company_id, self.number):
            blocks.create(
                {
                    "number": self.number,
                    "company_id": self.company_id.id,
                    "user_id": self.env.uid,
                    "reason": reason,
                }
            )
        # Those of other numbers of ours too, as whoever may see them would.
        theirs = self.sudo().search(
            [
                ("direction", "=", "in"),
                ("state", "=", "received"),
                ("number", "=", self.number),
                ("company_id", "=", self.company_id.id),
            ]
        )
        theirs._move("blocked")
        return True

    @api.model
    def _is_blocked(self, company, number):
        # sudo: whether a number is blocked, whoever receives
        blocks = self.env["fax.sender.block"].sudo()
        domain = [("number", "=", number), ("company_id", "=", company.id)]
        return bool(number and blocks.search_count(domain, limit=1))

    @api.model
    def _prepare_received(self, account, fetched):
        values = super()._prepare_received(account, fetched)
        if self._is_blocked(account.company_id, fetched.received.sender):
            values["state"] = "blocked"
        return values
