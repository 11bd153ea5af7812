from datetime import timedelta

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError

from ..tools import waits
from . import guard
from .fax_message import FINAL_STATES

# A final state never changes: sending again is a new message.
_ALLOWED_FROM = {
    # Back from the last three: a try is proven over, and another one follows.
    "queued": {"draft", "held", "submitting", "submitted", "uncertain"},
    "held": {"draft", "queued"},
    "submitting": {"queued"},
    # From held: found at the provider, after a restore.
    "submitted": {"submitting", "uncertain", "held"},
    "uncertain": {"submitting", "submitted", "held"},
    "delivered": {"submitting", "submitted", "uncertain"},
    "partial": {"submitting", "submitted", "uncertain"},
    "failed": {"submitting", "submitted", "uncertain", "queued", "held"},
    "cancelled": {"draft", "queued", "held", "submitted", "uncertain"},
    # What came in: people file it, and take that back.
    "received": {"filed", "archived", "blocked"},
    "filed": {"received", "archived"},
    "archived": {"received"},
    "blocked": {"received"},
}


class FaxMessage(models.Model):
    """The states of an outbound fax and what goes with each of them."""

    _inherit = "fax.message"

    def _set_queued(self, due_at=False, undo_until=False):
        """Hand to the queue, not before ``due_at`` (UTC; none: at once)."""
        now = waits.now()
        self._move(
            "queued",
            due_at=due_at or now,
            undo_until=undo_until,
            queued_at=now,
            hold_kind=False,
            hold_reason=False,
        )

    def _set_waiting(self, kind, detail, seconds):
        """Back to the queue, for another try after a while."""
        due_at = waits.now() + timedelta(seconds=seconds)
        self._move("queued", due_at=due_at, failure_kind=kind, failure_detail=detail)
        self._wake(at=due_at)

    def _set_held(self, kind, reason=None):
        """Keep from the provider.

        :param kind: one of HOLD_KINDS
        :param reason: in words, where the kind's own do not say enough
        """
        values = {
            "hold_kind": kind,
            "hold_reason": reason or self._for_sender()._hold_words(kind),
            "held_at": waits.now(),
        }
        # For another reason now; to have been held before is no reason to forget it.
        self.filtered(lambda message: message.state == "held").write(values)
        self._move("held", **values)

    def _set_submitting(self):
        """Claimed by a worker, which is about to call the provider."""
        self._move("submitting")

    def _set_submitted(self):
        """The provider has it."""
        self._move(
            "submitted",
            submitted_at=waits.now(),
            failure_kind=False,
            failure_detail=False,
            hold_kind=False,
        )

    def _set_uncertain(self, kind="unknown", detail=False, reason=False):
        """Nobody knows whether it left; a person or the provider must tell.

        :param reason: why it could not be found out, in words
        """
        self._move_failed(
            "uncertain",
            failure_kind=kind,
            failure_detail=detail,
            unsure_reason=reason,
            hold_kind=False,
        )

    def _set_delivered(self, pages_sent):
        self._move(
            "delivered",
            pages_sent=pages_sent,
            failure_kind=False,
            failure_detail=False,
            done_at=fields.Datetime.now(),
        )

    def _set_partial(self, pages_sent, detail=False):
        self._move_failed(
            "partial",
            pages_sent=pages_sent,
            failure_kind="partly_sent",
            failure_detail=detail,
            done_at=fields.Datetime.now(),
        )

    def _set_failed(self, kind, detail=False):
        self._move_failed(
            "failed",
            failure_kind=kind,
            failure_detail=detail,
            done_at=fields.Datetime.now(),
        )

    def _set_cancelled(self):
        self._move("cancelled", done_at=fields.Datetime.now())

    def _move_failed(self, state, **values):
        """Write a state that a person must hear of, and tell it.

        Whoever dealt with an earlier trouble of the fax has not seen this one.
        """
        moved = self._move(
            state, acknowledged_by_id=False, acknowledged_on=False, **values
        )
        moved._tell_failure()

    def _move(self, state, **values):
        """Write the state, if it may follow from the present one.

        Repeating a state is no error, so that an answer which comes twice does no
        harm; nothing is written, counted or told then.

        :return: the faxes whose state has changed
        """
        moved = self.browse()
        for message in guard.opened(self):
            if message.state == state:
                continue
            if message.state not in _ALLOWED_FROM[state]:
                raise UserError(
                    self.env._(
                        "%(name)s is %(old)s and cannot become %(new)s.",
                        name=message.name,
                        old=message.state,
                        new=state,
                    )
                )
            message.write({"state": state, **values})
            moved += self.browse(message.id)
        moved._follow_up()
        return moved

    def _try_cancel(self):
        """Cancel what has not been claimed; return whether it was."""
        self.ensure_one()
        # A worker that claims at this moment holds the row: then it is too late.
        if not self.try_lock_for_update(allow_referencing=True):
            return False
        self.invalidate_recordset(["state"])
        if self.state not in ("draft", "queued", "held"):
            return self.state == "cancelled"
        self._set_cancelled()
        return True

    # What hears of a change

    def _follow_up(self):
        """Keep the chart's notes, the open pages and the counters up to date."""
        for message in self:
            message._update_notes()
            if message.contact_id and message.state in FINAL_STATES:
                message.contact_id._count_use(failed=message.state == "failed")
            message._push_status()

    def _for_sender(self):
        """Made to speak as the sender reads: words that are kept or sent to a page
        come from crons as well, which have no language of their own."""
        user = self.user_id[:1]
        return self.with_context(
            lang=user.lang or self.env.lang, tz=user.tz or self.env.context.get("tz")
        )

    def _push_status(self):
        """Tell the sender's open pages: the reference and its words, no content."""
        if self.user_id:
            words = self._for_sender().state_words
            self.user_id._bus_send(
                "medical_fax.status",
                {"id": self.id, "state": self.state, "words": words},
            )

    # Notes on the chart

    def _post_notes(self, records):
        """Put a note on the faxed records that will follow this fax's status.

        The note names the reference only; who may read the chart may not be the
        one who may see the recipient.
        """
        self.ensure_one()
        for record in records:
            if not hasattr(record, "_message_log"):
                continue
            # sudo: who faxes need not be allowed to write the record
            note = record.sudo()._message_log(body=self._note_body())
            self.note_ids = [fields.Command.link(note.id)]

    def _note_body(self):
        """What the note says, in the sender's language whoever's job keeps it up."""
        message = self._for_sender()
        link = message._get_html_link(title=message.name)
        body = message.env._(
            "Fax %(link)s: %(words)s", link="%s", words=message.state_words
        )
        before, _mark, after = body.partition("%s")
        return Markup("%s%s%s") % (before, link, after)

    def _update_notes(self):
        if self.note_ids:
            # sudo: the note is ours, on a record that others own
            self.note_ids.sudo().write({"body": self._note_body()})
