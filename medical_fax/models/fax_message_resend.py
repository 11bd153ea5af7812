from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ..document import DocumentError, plain_copy, select_pages

# What a fax that is sent again has in common with the first one.
COPIED = (
    "company_id",
    "account_id",
    "number_id",
    "practitioner_id",
    "contact_id",
    "partner_name",
    "partner_organization",
    "number",
    "patient_id",
    "document_id",
    "pages",
    "has_cover",
    "subject",
    "notes",
    "reply_number",
    "purpose",
    "authorization_id",
)


class FaxMessage(models.Model):
    """Sending again: a new fax of the same frozen pages, linked to the first one.

    It needs the right to fax for the number, not the right to read the pages: who
    finishes a colleague's fax sends on what was frozen and sees none of it.
    """

    _inherit = "fax.message"

    resend_of_id = fields.Many2one(string="Sent again from", index="btree_not_null")
    resend_ids = fields.One2many("fax.message", "resend_of_id", "Sent again as")

    # Of two people who press at once, neither may see the other's new fax in time;
    # the database sees both.
    _one_resend = models.UniqueIndex(
        "(resend_of_id) WHERE resend_of_id IS NOT NULL "
        "AND state NOT IN ('cancelled', 'failed', 'partial')",
        "This fax was sent again already.",
    )

    # ACTIONS

    def action_resend(self):
        """Send the same pages again to the same numbers; those that cannot be sent
        do not keep the others from it.

        :return: the notice with its undo
        :raise UserError: none can be sent, in words
        """
        self._check_may_fax_for_number()
        sent, refused = self.browse(), []
        for message in self:
            if reason := message._resend_refusal():
                refused.append(f"{message.name}: {reason}" if self[1:] else reason)
            else:
                sent |= message._resend()
        if not sent:
            raise UserError("\n".join(refused))
        return sent._sent_action(refused=refused)

    def action_resend_missing(self):
        """Send the pages that did not come through, as a fax of their own."""
        self.ensure_one()
        self._check_may_fax_for_number()
        self._check_resend()
        first, document = self._first_missing(), self.document_id
        # sudo: how many pages there are, not what is on them
        count = document.sudo().pages
        if self.state != "partial" or not 0 < first < count:
            raise UserError(
                self.env._("It is not known which pages are missing. Send all of it.")
            )
        indexes = range(first, count)
        return self._resend_derived(
            lambda pdf, trusted: select_pages(pdf, indexes, trusted=trusted),
            has_cover=False,
        )

    def action_resend_plain(self):
        """Send each page as a plain picture, where the provider refused the file."""
        self.ensure_one()
        self._check_may_fax_for_number()
        self._check_resend()
        return self._resend_derived(
            lambda pdf, trusted: plain_copy(pdf, trusted=trusted)
        )

    def action_resend_to_number(self):
        """Ask for the other number."""
        self.ensure_one()
        self._check_may_fax_for_number()
        if reason := self._resend_refusal(lock=False):
            raise UserError(reason)
        wizard = self.env["fax.resend"].create({"message_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send to another number"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [[False, "form"]],
            "target": "new",
        }

    def action_edit_and_send(self):
        """Open the composer on what this fax was made of."""
        self.ensure_one()
        self._check_may_fax_for_number()
        # sudo: states of faxes are only compared
        if reason := self.sudo()._resend_state_refusal():
            raise UserError(reason)
        return self.env["fax.composer"]._compose_again(self)

    # SENDING

    def _resend(self, **changes):
        """Make and queue the new fax; the first one counts as dealt with."""
        # sudo: people only read workflow rows; the callers checked the right to fax
        first = self.sudo()
        message = first._new({**first._prepare_resend(), **changes})
        message._queue_with_undo()
        message._post_notes(first._noted_records())
        first._dealt_with_by_resend()
        return message.sudo(False)

    def _prepare_resend(self):
        """Hook: values of the fax that sends this one again."""
        values = {name: self[name] for name in COPIED}
        values = {
            name: value.id if isinstance(value, models.BaseModel) else value
            for name, value in values.items()
        }
        account = self.number_id.account_id
        return {
            **values,
            "account_id": account.id,
            "user_id": self.env.uid,
            "resend_of_id": self.id,
        }

    def _resend_derived(self, make, **changes):
        """Send pages made from the frozen ones.

        :param make: gets the PDF and whether it is ours alone, returns a Built
        """
        document = self.document_id
        try:
            # sudo: whether it is ours alone; the pages themselves are shown to nobody
            built = make(document._content(), document.sudo().trusted)
        except DocumentError as error:
            words = self.env["fax.composer"]._document_error_words(error.code)
            raise UserError(words) from error
        derived = document._derived(built)
        sent = self._resend(document_id=derived.id, pages=built.pages, **changes)
        return sent._sent_action()

    def _first_missing(self):
        """Index of the first page that did not come through.

        A cover that the provider drew counts among its pages, and is not in ours.
        """
        return self.pages_sent - bool(self._provider_cover())

    def _queue_with_undo(self):
        """Queue for when the account's undo period has passed."""
        seconds = self.account_id.undo_seconds
        undo_until = False
        if seconds:
            undo_until = fields.Datetime.now() + timedelta(seconds=seconds)
        self._set_queued(due_at=undo_until, undo_until=undo_until)
        self._wake(at=self.due_at)

    def _noted_records(self):
        """The records on which a note follows this fax."""
        for note in self.note_ids:
            if note.model in self.env and note.res_id:
                yield from self.env[note.model].browse(note.res_id).exists()

    def _sent_action(self, undo_seconds=None, refused=(), **params):
        """The notice of what was sent, with its undo.

        :param undo_seconds: by default what all of their accounts allow
        :param refused: in words, what was not sent
        """
        if undo_seconds is None:
            # sudo: a setting of the accounts
            undo_seconds = min(self.sudo().account_id.mapped("undo_seconds"))
        return {
            "type": "ir.actions.client",
            "tag": "medical_fax.sent",
            "params": {
                "message_ids": self.ids,
                "recipients": [message._recipient_words() for message in self],
                "pages": self[0].pages,
                "undo_seconds": undo_seconds,
                "scheduled_at": "",
                "next": False,
                "refused": list(refused),
                # What somebody was told of, and need not look at any more
                "instead_of": self.resend_of_id.ids,
                **params,
            },
        }

    # WHAT BECOMES OF THE FIRST ONE

    def _dealt_with_by_resend(self):
        if self.state in ("failed", "partial"):
            self._acknowledge("resent")

    def _follow_up(self):
        """A resend that was taken back brings the first fax back."""
        result = super()._follow_up()
        for message in self.filtered(lambda m: m.state == "cancelled"):
            first = message.resend_of_id
            if first.acknowledged_how == "resent":
                first._take_back_acknowledgement()
        return result
