import uuid

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from . import guard
from .fax_authorization import PURPOSES

OUTBOUND_STATES = [
    ("draft", "Draft"),
    ("queued", "Waiting"),
    ("held", "On hold"),
    ("submitting", "Sending"),
    ("submitted", "Handed to provider"),
    ("uncertain", "Not sure: check"),
    ("delivered", "Delivered"),
    ("partial", "Partly delivered"),
    ("failed", "Not delivered"),
    ("cancelled", "Cancelled"),
]
INBOUND_STATES = [
    ("received", "Received"),
    ("filed", "Filed"),
    ("archived", "Archived"),
    ("blocked", "Blocked"),
    ("refused", "Refused"),
]
FINAL_STATES = ("delivered", "partial", "failed", "cancelled")


class FaxMessage(models.Model):
    """One fax to one recipient, or one received. One patient or none, never two.

    Rows are read-only to people. Named methods check the right and then write;
    ``state`` is written by the ``_set_<state>`` methods alone (fax_message_state.py),
    and the queue stands in fax_message_queue.py.
    """

    _name = "fax.message"
    _inherit = ["fax.visibility.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Fax"
    _order = "id desc"
    _mail_post_access = "read"

    # Identity
    name = fields.Char("Reference", required=True, readonly=True, copy=False)
    uuid = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: str(uuid.uuid4())
    )
    direction = fields.Selection(
        [("out", "Sent"), ("in", "Received")], required=True, default="out"
    )
    state = fields.Selection(
        OUTBOUND_STATES + INBOUND_STATES, "Status", required=True, default="draft"
    )
    state_words = fields.Char("Fate", compute="_compute_state_words")
    company_id = fields.Many2one("res.company", required=True, index=True)
    account_id = fields.Many2one("fax.account", required=True, ondelete="restrict")
    number_id = fields.Many2one(
        "fax.number", "Our number", index="btree_not_null", ondelete="restrict"
    )
    user_id = fields.Many2one("res.users", "Sent by", index="btree_not_null")
    practitioner_id = fields.Many2one("res.users")

    # The other side, as it was dialled
    contact_id = fields.Many2one(
        "fax.contact", index="btree_not_null", ondelete="set null"
    )
    partner_name = fields.Char("Recipient")
    partner_organization = fields.Char("Organization")
    number = fields.Char("Fax number", index=True)
    number_display = fields.Char(compute="_compute_number_display", string="Number")
    voice_phone = fields.Char(
        related="contact_id.phone", string="Recipient's voice phone"
    )

    # Content
    patient_id = fields.Many2one(
        "res.partner", index="btree_not_null", ondelete="restrict"
    )
    document_id = fields.Many2one("fax.document", index=True, ondelete="restrict")
    pages = fields.Integer(help="Pages of the document, cover included.")
    has_cover = fields.Boolean()
    subject = fields.Char()
    notes = fields.Text()
    reply_number = fields.Char("Reply to fax")
    purpose = fields.Selection(PURPOSES, default="treatment", required=True)
    authorization_id = fields.Many2one("fax.authorization", ondelete="restrict")

    # Fate
    scheduled_at = fields.Datetime("Send at")
    due_at = fields.Datetime(
        help="Not before this time: the schedule or the end of the undo period."
    )
    undo_until = fields.Datetime()
    queued_at = fields.Datetime()
    submitted_at = fields.Datetime("Handed over at")
    done_at = fields.Datetime("Ended at")
    pages_sent = fields.Integer("Pages delivered")
    failure_kind = fields.Selection(
        selection="_selection_failure_kind", string="Reason"
    )
    failure_detail = fields.Char(
        "Provider's code and text", groups="medical_fax.group_fax_manager"
    )
    hold_kind = fields.Selection(
        [
            ("account", "Account off"),
            ("paused", "Sending paused"),
            ("patient", "Patient"),
            ("copy", "Copy of the database"),
            ("overdue", "Waited too long"),
            ("trouble", "Trouble"),
        ],
        "Held because of",
    )
    hold_reason = fields.Char()
    held_at = fields.Datetime("On hold since")
    unsure_reason = fields.Char("Why not sure")
    look_first = fields.Selection(
        [("overdue", "Waited too long"), ("restored", "Database restored")],
        help="Before it is sent the provider is asked whether it has it already.",
    )
    outcome_by_id = fields.Many2one("res.users", "Outcome entered by")
    outcome_source = fields.Char("Who said so")
    acknowledged_by_id = fields.Many2one("res.users", "Dealt with by")
    acknowledged_on = fields.Datetime("Dealt with on")
    attempt_ids = fields.One2many("fax.attempt", "message_id")
    attempt_count = fields.Integer("Tries", compute="_compute_attempt_count")
    resend_of_id = fields.Many2one("fax.message", ondelete="restrict")
    note_ids = fields.Many2many(
        "mail.message",
        string="Notes on the chart",
        help="Notes on the faxed records that follow this fax's status.",
    )
    made_from = fields.Char(
        compute="_compute_made_from",
        search="_search_made_from",
        help="The records it was made from, each as “model,id”.",
    )

    _uuid_uniq = models.Constraint("UNIQUE (uuid)", "A fax has one identity.")
    _due_idx = models.Index("(due_at, id) WHERE state = 'queued'")
    _held_idx = models.Index("(account_id, hold_kind) WHERE state = 'held'")

    # COMPUTE

    @api.model
    def _selection_failure_kind(self):
        return self.env["fax.failure"]._labels()

    @api.depends("number")
    def _compute_number_display(self):
        display = self.env["fax.contact"]._display_number
        for message in self:
            message.number_display = display(message.number)

    @api.depends("attempt_ids")
    def _compute_attempt_count(self):
        for message in self:
            message.attempt_count = len(message.attempt_ids)

    @api.depends(
        "state",
        "pages",
        "pages_sent",
        "failure_kind",
        "hold_reason",
        "scheduled_at",
        "due_at",
    )
    @api.depends_context("lang", "tz")
    def _compute_state_words(self):
        """The fate in the words used everywhere, with what belongs to it."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        reasons = dict(self._fields["failure_kind"]._description_selection(self.env))
        for message in self:
            words = labels[message.state]
            more = message._state_words_more(reasons)
            message.state_words = f"{words} ({more})" if more else words

    def _state_words_more(self, reasons):
        if self.state == "partial":
            return self.env._(
                "%(sent)s of %(pages)s pages", sent=self.pages_sent, pages=self.pages
            )
        if self.state == "uncertain" and self.failure_kind == "unknown":
            return ""  # "not sure" says that much
        if self.state in ("failed", "uncertain", "submitted"):
            return reasons.get(self.failure_kind, "")
        if self.state == "held":
            return self.hold_reason or ""
        if self.state == "queued" and self.failure_kind:
            return self.env._(
                "%(reason)s; tries again at %(time)s",
                reason=reasons.get(self.failure_kind, ""),
                time=self._local(self.due_at, "%H:%M"),
            )
        if self.state == "queued" and self.scheduled_at:
            return self._local(self.scheduled_at, "%Y-%m-%d %H:%M")
        return ""

    def _local(self, moment, form):
        """A time as the user's clock shows it."""
        return fields.Datetime.context_timestamp(self, moment).strftime(form)

    def _compute_made_from(self):
        for message in self:
            # sudo: which records they are; reading them needs their own rights
            sources = message.sudo().document_id.source_ids
            message.made_from = " ".join(f"{s.res_model},{s.res_id}" for s in sources)

    @api.model
    def _search_made_from(self, operator, values):
        if operator != "in":
            return NotImplemented
        sources = Domain.FALSE
        for value in values:
            name, _comma, res_id = (value or "").partition(",")
            if res_id.isdigit():
                row = Domain("res_model", "=", name) & Domain(
                    "res_id", "=", int(res_id)
                )
                sources |= row
        return Domain("document_id", "any!", Domain("source_ids", "any!", sources))

    # VISIBILITY

    @api.model
    def _visible_domain(self):
        return self._concerned_domain()

    @api.model
    def _concerned_domain(self):
        """Faxes all of whose pages concern the user: one's own, those of one's numbers
        and those made from records that one may read."""
        user = self.env.user
        if user.has_group("medical_fax.group_fax_manager"):
            return Domain.TRUE
        domain = Domain("user_id", "=", user.id)
        if not user.has_group("medical_fax.group_fax_denied"):
            numbers = self.env["fax.number"]._usable_domain()
            domain |= Domain("number_id", "any!", numbers)
        for name, query in self._readable_sources():
            source = Domain("res_model", "=", name) & Domain("res_id", "in", query)
            domain |= Domain(
                "document_id", "any!", Domain("source_ids", "any!", source)
            )
        return domain

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        if not guard.is_open(self.env):
            raise UserError(self.env._("Faxes are made by the fax composer."))
        return super().create(vals_list)

    def write(self, vals):
        if "state" in vals and not guard.is_open(self.env):
            raise UserError(self.env._("A fax's status follows what happens to it."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        raise UserError(self.env._("Faxes are kept: they are the record of what left."))

    # RIGHTS

    @api.model
    def _check_may_fax(self):
        """Refuse users who must not fax, before anything else happens.

        :raise AccessError: in the interface and through RPC alike
        """
        user = self.env.user
        denied = user.has_group("medical_fax.group_fax_denied")
        if denied or not user.has_group("medical_fax.group_fax_user"):
            raise AccessError(
                self.env._(
                    "Your access level does not allow faxing. Ask a colleague who may "
                    "fax, or the person who manages access rights."
                )
            )

    def _check_may_fax_for_number(self):
        """Refuse users who may not fax for the numbers of these faxes."""
        self._check_may_fax()
        self.check_access("read")
        numbers = self.env["fax.number"].with_context(active_test=False)
        usable = numbers.search(numbers._usable_domain())
        is_manager = self.env.user.has_group("medical_fax.group_fax_manager")
        # What came to a number that nobody has entered is a manager's to deal with.
        for message in self.filtered("number_id") if is_manager else self:
            if message.user_id != self.env.user and message.number_id not in usable:
                raise AccessError(
                    self.env._(
                        "Only those who may fax for the number of %(name)s can do "
                        "this.",
                        name=message.name,
                    )
                )

    # ACTIONS

    def action_undo(self):
        """Take back faxes that have not left yet.

        Those that have left do not keep the others from being taken back.

        :return: True, or, where some have left, the names of these
        :raise UserError: all have left
        """
        self._check_may_fax_for_number()
        # sudo: workflow rows are read-only to people; the right was checked
        left = self.sudo().filtered(lambda message: not message._try_cancel())
        if left and left == self.sudo():
            raise UserError(
                "\n".join(
                    self.env._(
                        "%(name)s can no longer be taken back: %(state)s.",
                        name=message.name,
                        state=message.state_words,
                    )
                    for message in left
                )
            )
        return left.mapped("name") or True

    def action_release(self):
        """Let held faxes go; what is still in their way holds them again."""
        self._check_may_fax_for_number()
        # sudo: workflow rows are read-only to people; the right was checked
        held = self.sudo().filtered(lambda message: message.state == "held")
        for message in held:
            # Whoever lets it go has decided what its probe was to find out.
            message.attempt_ids.filtered(lambda a: a.state == "resolving")._close()
            message.look_first = False
            message._set_queued()
        held._wake()
        return True

    def action_send_due(self):
        """Wake the queue; called by the page that sent, when undo has ended."""
        self._check_may_fax()
        # sudo: waking the queue sends nothing that is not due already
        self.env["fax.message"].sudo()._wake()
        return True

    def action_view_document(self):
        """Open the frozen pages in the browser."""
        self.check_access("read")
        return self._url_action("pdf")

    def action_transmission_report(self):
        """One page for each fax that has ended: date, numbers, pages, result."""
        self.check_access("read")
        self._check_ended()
        return self._url_action("report")

    def _check_ended(self):
        if any(m.direction == "out" and m.state not in FINAL_STATES for m in self):
            raise UserError(
                self.env._(
                    "A transmission report exists once a fax has ended. Leave out "
                    "those that are still on their way."
                )
            )

    def _url_action(self, kind):
        ids = ",".join(map(str, self.ids))
        return {
            "type": "ir.actions.act_url",
            "url": f"/medical_fax/message/{ids}/{kind}",
            "target": "new",
        }

    def _recipient_words(self):
        """The recipient as one line for the sender's own screen."""
        return self.partner_name or self.partner_organization or self.number_display

    def _provider_cover(self):
        """Hook: the :class:`Cover` that the provider is to draw, or None."""
        return None

    # MAKING ONE

    @api.model
    def _new(self, values):
        """Make an outbound draft; the caller queues it.

        :param values: as ``fax.composer._prepare_message`` gives them
        """
        reference = self.env["ir.sequence"].next_by_code("fax.message")
        drafts = guard.opened(self)
        message = drafts.create(
            {**values, "name": reference, "direction": "out", "state": "draft"}
        )
        return guard.closed(message)
