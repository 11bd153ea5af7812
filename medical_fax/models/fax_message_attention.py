from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import waits
from .mail_activity import FAILURE

# Until somebody has dealt with them. On hold comes later, after a while.
TROUBLE = ("failed", "partial", "uncertain")
# What may be put away by saying so. What is not sure needs an answer instead.
PUT_AWAY = ("failed", "partial")
# A counter says "99+".
COUNTED = 100

# Which steps a state allows, the usual one first. The browser has their words.
STEPS = {
    "failed": ("resend", "number", "edit", "called", "nothing"),
    "partial": ("missing", "resend", "number", "edit", "called", "nothing"),
    "uncertain": ("ask", "arrived", "missed"),
    "held": ("release", "undo"),
    "received": ("file",),
}
# Some kinds of failure have a better first step.
BETTER = {
    "invalid_number": "number",
    "not_a_fax": "number",
    "document_rejected": "plain",
}


class FaxMessage(models.Model):
    """What needs somebody: which faxes, what can be done about each, and by whom it
    was dealt with."""

    _inherit = "fax.message"

    needs_attention = fields.Boolean(
        compute="_compute_needs_attention", search="_search_needs_attention"
    )
    next_steps = fields.Char(
        compute="_compute_next_steps",
        help="What the user can do about it now, the usual first.",
    )
    attention_since = fields.Datetime(
        "Since", compute="_compute_attention_since", help="When the trouble came up."
    )
    acknowledged_how = fields.Selection(
        [
            ("called", "Called them"),
            ("nothing", "Nothing to do"),
            ("resent", "Sent again"),
        ],
        "Dealt with how",
        readonly=True,
        copy=False,
    )
    acknowledged_note = fields.Char("Reason given", readonly=True, copy=False)

    _attention_idx = models.Index(
        "(company_id, state) WHERE acknowledged_on IS NULL "
        "AND state IN ('failed', 'partial', 'uncertain', 'held')"
    )

    # COMPUTE

    @api.model
    def _attention_domain(self):
        """Hook: the faxes that need somebody, whoever that is."""
        open_trouble = Domain("state", "in", TROUBLE)
        open_trouble &= Domain("acknowledged_on", "=", False)
        limit = waits.now() - waits.delta(self.env, "hold_notice")
        held = Domain("state", "=", "held")
        held &= Domain("held_at", "=", False) | Domain("held_at", "<=", limit)
        return open_trouble | held

    @api.depends("state", "acknowledged_on", "held_at")
    def _compute_needs_attention(self):
        found = self.filtered_domain(self._attention_domain())
        for message in self:
            message.needs_attention = message in found

    @api.model
    def _search_needs_attention(self, operator, values):
        if operator != "in":
            return NotImplemented
        domain = self._attention_domain()
        asked = [domain if value else ~domain for value in set(values)]
        return Domain.OR(asked)

    @api.depends("state", "done_at", "held_at", "submitted_at", "queued_at")
    def _compute_attention_since(self):
        for message in self:
            since = message.done_at or message.submitted_at or message.queued_at
            if message.state == "held":
                since = message.held_at or since
            if message.direction == "in":
                since = message.received_at
            message.attention_since = since or message.create_date

    @api.depends("state", "failure_kind", "acknowledged_on", "pages_sent", "resend_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_next_steps(self):
        mine = self._may_finish()
        # The pages go with what is written anew, so one must be able to read them.
        readable = mine.document_id._filtered_access("read")
        for message in self:
            steps = message._possible_steps() if message in mine else []
            if message.document_id not in readable:
                steps = [step for step in steps if step != "edit"]
            message.next_steps = " ".join(steps)

    def _may_finish(self):
        """Those of these faxes that the user may send again or put away."""
        user = self.env.user
        if user.has_group("medical_fax.group_fax_denied"):
            return self.browse()
        numbers = self.env["fax.number"].with_context(active_test=False)
        usable = numbers.search(numbers._usable_domain())
        return self.filtered(lambda m: m.user_id == user or m.number_id in usable)

    def _possible_steps(self):
        """Keys of STEPS that apply to this fax, in order."""
        if self.acknowledged_on:
            return []
        steps = list(STEPS.get(self.state, ()))
        if self.state == "partial" and not 0 < self._first_missing() < self.pages:
            steps.remove("missing")
        better = BETTER.get(self.failure_kind)
        if self.state == "failed" and better:
            steps = [better, *(step for step in steps if step != better)]
        return steps

    @api.model
    @api.readonly
    def get_attention_count(self):
        """How many of the faxes that the user sees need somebody; at most COUNTED."""
        if not self.has_access("read"):
            return 0
        return self.search_count(self._attention_domain(), limit=COUNTED)

    # ACTIONS

    def action_file_in_inbox(self):
        """Open a received fax in the inbox."""
        self.ensure_one()
        self._check_may_fax_for_number()
        return {
            "type": "ir.actions.client",
            "tag": "medical_fax.inbox",
            "name": self.env._("Inbox"),
            "params": {"message_id": self.id},
        }

    def action_called(self):
        """The recipient was called, and that settled it.

        :return: the notice with its undo
        """
        return self._put_away("called")

    def action_nothing_to_do(self):
        """Ask for the reason why nothing has to be done."""
        return self._ask("nothing")

    def action_arrived(self):
        """Ask who said that it arrived."""
        return self._ask("arrived")

    def action_missed(self):
        """Ask who said that it did not arrive."""
        return self._ask("missed")

    def action_take_back(self):
        """Somebody put these away by mistake: they need attention again."""
        self._check_may_fax_for_number()
        # sudo: workflow rows are read-only to people; the right was checked
        for message in self.sudo():
            if message.acknowledged_how in ("called", "nothing"):
                message._take_back_acknowledgement()
        return True

    def _ask(self, kind):
        self._check_may_fax_for_number()
        self._fitting(kind)
        wizard = self.env["fax.answer"].create(
            {"kind": kind, "message_ids": [fields.Command.set(self.ids)]}
        )
        return wizard._open()

    # DEALING WITH IT

    def _put_away(self, how, note=False):
        """Mark failures as dealt with; the notice lets it be taken back."""
        self._check_may_fax_for_number()
        fitting = self._fitting(how)
        # sudo: workflow rows are read-only to people; the right was checked
        fitting.sudo()._acknowledge(how, note)
        return {
            "type": "ir.actions.client",
            "tag": "medical_fax.put_away",
            "params": {"message_ids": fitting.ids, "count": len(fitting)},
        }

    def _fitting(self, kind):
        """Those of these faxes to which an answer applies.

        :raise UserError: none
        """
        unsure = kind in ("arrived", "missed")
        states = ("uncertain",) if unsure else PUT_AWAY
        fitting = self.filtered(
            lambda m: m.state in states and (unsure or not m.acknowledged_on)
        )
        if not fitting:
            raise UserError(
                self.env._("What became of it has been entered already.")
                if unsure
                else self.env._(
                    "Only faxes that were not delivered, and that nobody has dealt "
                    "with yet, can be put away so."
                )
            )
        return fitting

    def _acknowledge(self, how, note=False):
        """Write down who dealt with it and how; its notices close."""
        self.write(
            {
                "acknowledged_by_id": self.env.uid,
                "acknowledged_on": waits.now(),
                "acknowledged_how": how,
                "acknowledged_note": note,
            }
        )
        self.notice_ids._refresh_fax_notices()
        failure = self.env.ref(FAILURE)
        # Notices of the time when each fax had its own.
        self.activity_ids.filtered(
            lambda a: a.activity_type_id == failure and not a.fax_cause
        ).action_feedback()
        self._push_attention()

    def _take_back_acknowledgement(self):
        self.write(
            {
                "acknowledged_by_id": False,
                "acknowledged_on": False,
                "acknowledged_how": False,
                "acknowledged_note": False,
            }
        )
        self._tell_failure()
        self._push_attention()

    # WHAT HEARS OF IT

    def _follow_up(self):
        result = super()._follow_up()
        if self.filtered(lambda m: m.told_at or m.state in (*TROUBLE, "held")):
            self._push_attention()
        return result

    def _push_attention(self):
        """Let every open page of those who fax count anew: no fax is named."""
        # sudo: the group is a channel, whoever brought it about
        self.env.ref("medical_fax.group_fax_user").sudo()._bus_send(
            "medical_fax.attention", {}
        )
