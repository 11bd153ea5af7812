import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import waits

OPEN = ("intent", "calling", "unknown")


class FaxNumberOrder(models.Model):
    """Ordering a number, or giving one back: what was meant, and what came of it.

    Both cost money or cannot be undone, so that a button writes down the intent and
    nothing more. The queue makes the call, once; see fax_number_order_queue.py.
    """

    _name = "fax.number.order"
    _description = "Order or release of a fax number"
    _order = "id desc"
    _rec_name = "number"

    account_id = fields.Many2one(
        "fax.account", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    kind = fields.Selection(
        [("order", "Ordering"), ("release", "Releasing")], required=True, readonly=True
    )
    reference = fields.Char(
        required=True, readonly=True, default=lambda self: str(uuid.uuid4())
    )
    country = fields.Char(readonly=True)
    area_code = fields.Char(readonly=True)
    number = fields.Char(required=True, readonly=True)
    number_id = fields.Many2one(
        "fax.number", "Our number", readonly=True, ondelete="restrict"
    )
    user_id = fields.Many2one("res.users", "By", required=True, readonly=True)
    state = fields.Selection(
        [
            ("intent", "Waiting"),
            ("calling", "Asking the provider"),
            ("unknown", "Not sure yet"),
            ("done", "Done"),
            ("failed", "Not done"),
        ],
        required=True,
        readonly=True,
        default="intent",
    )
    reason = fields.Char(readonly=True, help="Why it was not done, in words.")
    answer = fields.Char(
        "Provider's answer",
        readonly=True,
        groups="base.group_system",
        help="The kind and the provider's own code.",
    )
    called_at = fields.Datetime(readonly=True)
    ended_at = fields.Datetime(readonly=True)
    # The queue's own
    lease_until = fields.Datetime(readonly=True)
    next_look_at = fields.Datetime(readonly=True)
    lost_at = fields.Datetime(readonly=True)
    missed_at = fields.Datetime(readonly=True)

    _reference_uniq = models.Constraint(
        "UNIQUE (reference)", "Each order has a reference of its own."
    )
    _open_uniq = models.UniqueIndex(
        "(account_id, number) WHERE state IN ('intent', 'calling', 'unknown')",
        "This number is being ordered or released already.",
    )
    # A list of numbers tells what came of a call only where no other is under way.
    _one_call = models.UniqueIndex(
        "(account_id) WHERE state IN ('calling', 'unknown')",
        "An account orders one number after the other.",
    )

    # INTENT

    @api.model
    def _intend(self, account, kind, number, **values):
        """Write down what shall be done, and wake the queue for it."""
        if self.search_count(
            [
                ("account_id", "=", account.id),
                ("number", "=", number),
                ("state", "in", OPEN),
            ],
            limit=1,
        ):
            raise UserError(
                self.env._("This number is being ordered or released already.")
            )
        order = self.create(
            {
                "account_id": account.id,
                "kind": kind,
                "number": number,
                "user_id": self.env.uid,
                **values,
            }
        )
        self._wake()
        return order

    @api.model
    def _wake(self):
        # sudo: nobody may see the queue's actions, and everybody may wake them
        self.env.ref("medical_fax.ir_cron_fax_numbers").sudo()._trigger()

    # BUTTONS

    def action_look(self):
        """Ask the provider now what came of it."""
        self._check_mine()
        unsure = self.filtered(lambda o: o.state == "unknown")
        # sudo: the right was checked
        unsure.sudo().write({"next_look_at": waits.now(), "lost_at": waits.now()})
        self._wake()
        return True

    def action_cancel(self):
        """Take an order back that the provider was not asked about yet."""
        self._check_mine()
        # sudo: the right was checked
        for order in self.sudo():
            order.lock_for_update()
            order.invalidate_recordset()
            if order.state != "intent":
                raise UserError(
                    self.env._("It is too late: the provider was asked already.")
                )
            order._set_failed(self.env._("Taken back."))
        return True

    def _check_mine(self):
        self.check_access("read")
        for account in self.account_id:
            account._check_manager()

    # STATES

    def _set_done(self, number=None):
        """:param number: the fax.number that there is now"""
        self.ensure_one()
        values = {"state": "done", "ended_at": waits.now(), "next_look_at": False}
        self.write(values | ({"number_id": number.id} if number else {}))
        words = (
            self.env._("%(number)s was ordered by %(user)s.")
            if self.kind == "order"
            else self.env._("%(number)s was released by %(user)s.")
        )
        shown = {"number": self.number_id.number_display, "user": self.user_id.name}
        self.account_id.message_post(body=words % shown)

    def _set_failed(self, reason):
        self.ensure_one()
        self.write(
            {
                "state": "failed",
                "reason": reason,
                "ended_at": waits.now(),
                "next_look_at": False,
            }
        )
        if self.kind == "release":
            self.number_id._note_not_released()

    def _set_unknown(self):
        """Nobody knows what came of the call: it is looked up, never made again."""
        now = waits.now()
        self.write(
            {
                "state": "unknown",
                "lost_at": now,
                "missed_at": False,
                "next_look_at": now + waits.delta(self.env, "look_first"),
            }
        )

    def _tell(self, words):
        """Tell who ordered that it did not go as meant; without the number."""
        person = self.user_id
        self.account_id.activity_schedule(
            "mail.mail_activity_data_warning", user_id=person.id, summary=words
        )

    def _for_person(self):
        """The order in the language of who made it."""
        return self.with_context(lang=self.user_id.lang)
