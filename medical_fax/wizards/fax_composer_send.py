from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ..document import DocumentError
from ..tools.text import fold


class FaxComposer(models.TransientModel):
    """Send: check everything once more, freeze the pages, queue one fax for each
    recipient. Nothing is kept if anything is refused, and the dialog stays."""

    _inherit = "fax.composer"

    def action_send(self):
        """Freeze and queue, and return the notice with its undo."""
        self.ensure_one()
        self.env["fax.message"]._check_may_fax()
        self._check_mine()
        recipients = self._checked_recipients()
        self._check_sendable()
        messages = self._freeze_and_queue(recipients)
        # sudo: readonly to the browser
        self.sudo().is_sent = True
        return self._sent_action(messages)

    # CHECKS

    def _check_sendable(self):
        if self.is_sent:
            raise UserError(self.env._("This fax was sent already."))
        usable = self.env["fax.number"]._usable()
        if self.number_id not in usable.filtered(
            lambda number: number.company_id == self.company_id
        ):
            raise UserError(
                self.env._(
                    "There is no number to fax from. A fax manager connects an account "
                    "and its numbers under Fax, Configuration, Accounts."
                )
            )
        if self.patient_id:
            self.patient_id.check_access("read")
        if reason := self._patient_stop():
            raise UserError(reason)
        if self.send_later and not self.scheduled_at:
            raise UserError(self.env._("Choose when to send, or send now."))
        if self.send_later and self.scheduled_at < fields.Datetime.now():
            raise UserError(
                self.env._("The time chosen has passed. Choose a later one.")
            )
        for number, file in enumerate(self.files or [], 1):
            if file.get("error"):
                raise UserError(
                    self.env._(
                        "File %(number)s: %(error)s", number=number, error=file["error"]
                    )
                )

    def _checked_recipients(self):
        """The recipients with numbers that may be dialled, nobody twice.

        Several people at one machine each have a fax, as each has a cover; a number
        without a name that is somebody's in the list is that one's.

        :raise UserError: none, or one whose number must not be dialled
        """
        checked, seen = [], {}
        recipients = self.recipients or []
        for position, recipient in enumerate(recipients, 1):
            if contact_id := recipient.get("contact_id"):
                contact = self.env["fax.contact"].browse(contact_id).exists()
                contact.check_access("read")
                recipient = {**recipient, **self._contact_recipient(contact)}
            text = recipient.get("number") or recipient.get("display") or ""
            number = self._check_number(text, self.account_id)
            if number["error"]:
                # No name and no number: the text of an exception ends in the log.
                raise UserError(
                    number["error"]
                    if len(recipients) == 1
                    else self.env._(
                        "Recipient %(position)s: %(error)s",
                        position=position,
                        error=number["error"],
                    )
                )
            name = fold(recipient.get("name") or recipient.get("organization"))
            names = seen.setdefault(number["number"], set())
            if name in names or (names and not name):
                continue
            names.add(name)
            number.pop("known", None)
            checked.append({**recipient, **number})
        if not checked:
            raise UserError(self.env._("Add a recipient: type a name or a fax number."))
        return checked

    # FREEZING AND QUEUEING

    def _freeze_and_queue(self, recipients):
        content = self._sections()
        messages = self.env["fax.message"]
        frozen, queue = {}, []
        for recipient in recipients:
            try:
                built = self._build(recipient, content)
            except DocumentError as error:
                raise UserError(self._document_error_text(error)) from error
            document = frozen.get(built.pdf)
            if not document:
                document = self.env["fax.document"]._freeze(
                    built, self.company_id, content[1]
                )
                frozen[built.pdf] = document
            queue.append((recipient, document))
        # All pages are there before the first is queued: from then on the transaction
        # is short, as others may wait for what queueing changes.
        for recipient, document in queue:
            messages |= self._queue(recipient, document)
        for message in messages.sudo():  # sudo: notes on charts that others own
            records = self._noted_records(content[1])
            message._post_notes(records)
        messages.sudo()._wake(at=min(messages.mapped("due_at")))
        return messages

    def _noted_records(self, sources):
        return [record for record, _version in sources]

    def _queue(self, recipient, document):
        values = self._prepare_message(recipient, document)
        # sudo: people only read workflow rows; everything above was checked
        message = self.env["fax.message"].sudo()._new(values)
        undo_until = False
        if not self.send_later and self.account_id.undo_seconds:
            seconds = self.account_id.undo_seconds
            undo_until = fields.Datetime.now() + timedelta(seconds=seconds)
        due_at = self.scheduled_at if self.send_later else undo_until
        message._set_queued(due_at=due_at, undo_until=undo_until)
        return message.sudo(False)

    def _prepare_message(self, recipient, document):
        """Hook: values of the fax to one recipient."""
        return {
            "company_id": self.company_id.id,
            "account_id": self.account_id.id,
            "number_id": self.number_id.id,
            "number_is_chosen": self.number_id != self._offered_number(),
            "user_id": self.env.uid,
            "practitioner_id": self.practitioner_id.id,
            "contact_id": self._recipient_contact(recipient).id,
            "partner_name": recipient.get("name"),
            "partner_organization": recipient.get("organization"),
            "number": recipient["number"],
            "patient_id": self.patient_id.id,
            "document_id": document.id,
            "pages": document.sudo().pages,  # sudo: not visible before its fax exists
            "has_cover": self.has_cover,
            "subject": self.subject,
            "notes": self.notes,
            "reply_number": self.reply_number,
            "purpose": self.purpose,
            "authorization_id": self._needed_authorization().id,
            "scheduled_at": self.scheduled_at if self.send_later else False,
        }

    def _recipient_contact(self, recipient):
        """The address book's entry, made now for a recipient with a new number."""
        contacts = self.env["fax.contact"]
        if recipient.get("contact_id"):
            return contacts.browse(recipient["contact_id"])
        if not (recipient.get("name") or recipient.get("organization")):
            return contacts
        partner = self.env["res.partner"]
        if isinstance(recipient.get("partner_id"), int):
            partner = partner.browse(recipient["partner_id"])
            partner.check_access("read")
        return contacts._find_or_create(
            {
                "name": recipient.get("name"),
                "organization": recipient.get("organization"),
                "number_typed": recipient["number"],
                "partner_id": partner.id,
                "company_id": self.company_id.id,
            }
        )

    def _sent_action(self, messages):
        """The notice with its undo, and the next patient's fax, if there is one."""
        waiting = self._siblings().filtered(lambda composer: not composer.is_sent)
        later = self.send_later
        return {
            "type": "ir.actions.client",
            "tag": "medical_fax.sent",
            "params": {
                "message_ids": messages.ids,
                "recipients": [message._recipient_words() for message in messages],
                "pages": messages[0].pages,
                "undo_seconds": 0 if later else self.account_id.undo_seconds,
                "scheduled_at": self._text(self.scheduled_at) if later else "",
                "next": waiting[0]._open() if waiting else False,
            },
        }
