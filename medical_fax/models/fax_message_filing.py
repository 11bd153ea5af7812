from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..document import DocumentError, select_pages
from . import guard

REASONS = ("code", "sender", "name", "birth", "chosen")


class FaxMessage(models.Model):
    """Filing what came in: to a patient, some pages each to several, to an entry of
    the address book; and taking it back. Always by a person, never by guess."""

    _inherit = "fax.message"

    filing_ids = fields.One2many("fax.filing", "message_id", "Filed")

    # VISIBILITY

    @api.model
    def _visible_domain(self):
        """Received faxes are seen as well by who may read what they are filed to."""
        filings = self.env["fax.filing"]._readable_domain()
        return super()._visible_domain() | Domain("filing_ids", "any!", filings)

    # ACTIONS

    def action_file(self, partner_id, pages=None, reason="chosen"):
        """Put this fax, or some pages of it, to a patient.

        :param partner_id: the patient's contact
        :param pages: indexes of the pages (from 0); None: all that are left
        :param reason: why this patient was offered, one of REASONS
        :return: dict of the filing's id and whether the whole fax is filed now
        """
        self.ensure_one()
        self._check_may_fax_for_number()
        partner = self.env["res.partner"].browse(partner_id).exists()
        partner.check_access("read")
        if not partner or partner.is_company:
            raise UserError(self.env._("Choose a patient: a person."))
        reason = reason if reason in REASONS else "chosen"
        filing = self._file(partner, pages, reason)
        return {"filing_id": filing.id, "is_done": self.state == "filed"}

    def action_file_contact(self, contact_id):
        """Put this fax to an entry of the address book: it is about no patient."""
        self.ensure_one()
        self._check_may_fax_for_number()
        contact = self.env["fax.contact"].browse(contact_id).exists()
        contact.check_access("read")
        if not contact:
            raise UserError(self.env._("Choose an entry of the address book."))
        # sudo: workflow rows are read-only to people; the right was checked
        message = self.sudo()
        message._lock_to_file()
        indexes = message._pages_to_file(None)
        filing = message._add_filing(contact, None, indexes, "chosen")
        message.write(
            {
                "contact_id": contact.id,
                "partner_name": contact.name,
                "partner_organization": contact.organization,
            }
        )
        message._sync_filed()
        return {"filing_id": filing.id, "is_done": True}

    def action_put_away(self):
        """Nothing has to be filed of it."""
        self._check_may_fax_for_number()
        # sudo: workflow rows are read-only to people; the right was checked
        self.sudo().filtered(lambda m: m.state == "received")._move("archived")
        return True

    def action_take_in(self):
        """Back into the inbox, what was put away or came from a blocked sender."""
        self._check_may_fax_for_number()
        # sudo: workflow rows are read-only to people; the right was checked
        back = self.sudo().filtered(lambda m: m.state in ("archived", "blocked"))
        back._move("received", told_at=False)
        return True

    # FILING

    def _file(self, partner, pages, reason):
        # sudo: workflow rows are read-only to people; the right was checked
        message = self.sudo()
        message._lock_to_file()
        indexes = message._pages_to_file(pages)
        source = self.env["fax.source"]._filing_source()
        made = source._make_filed(partner, self) if source else None
        filing = message._add_filing(
            partner if made is None else made.sudo(False),
            partner,
            indexes,
            reason,
            is_made=made is not None,
        )
        message._sync_filed()
        return filing

    def _lock_to_file(self):
        """One at a time files a fax: of two who press at once the second is told."""
        self.lock_for_update(allow_referencing=True)
        self.invalidate_recordset(["state", "filing_ids"])

    def _active_filings(self):
        return self.filing_ids.filtered(lambda filing: not filing.undone_on)

    def _pages_left(self):
        """Indexes of the pages that are filed nowhere."""
        filed = {i for f in self._active_filings() for i in f.page_indexes or []}
        return [i for i in range(self.document_id.pages) if i not in filed]

    def _pages_to_file(self, pages):
        """The chosen pages, of those that are left.

        :raise UserError: they are filed already, or there are no such pages
        """
        if self.direction != "in" or self.state != "received":
            raise UserError(
                self.env._(
                    "%(name)s is not in the inbox any more. Load the page again to see "
                    "what became of it.",
                    name=self.name,
                )
            )
        left = self._pages_left()
        if pages is None:
            return left
        wanted = [index for index in left if index in pages]
        if not wanted or len(wanted) != len(set(pages)):
            raise UserError(
                self.env._(
                    "Choose among the pages that are not filed yet. To file a page "
                    "elsewhere, undo where it is first."
                )
            )
        return wanted

    def _add_filing(self, record, partner, indexes, reason, is_made=False):
        document = self._filed_document(indexes)
        filings = guard.opened(self.env["fax.filing"])
        filing = filings.create(
            {
                "message_id": self.id,
                "document_id": document.id,
                "pages": self._pages_words(indexes),
                "page_indexes": indexes,
                "partner_id": partner.id if partner else False,
                "res_model": record._name,
                "res_id": record.id,
                "user_id": self.env.uid,
                "reason": reason,
                "is_made": is_made,
            }
        )
        if is_made:
            record.flush_recordset()
            filing.made_version = filing._version(record.sudo())
        return guard.closed(filing)

    def _filed_document(self, indexes):
        """The whole document, or one of these pages alone: who may read one patient's
        record must not see the pages about another."""
        document = self.document_id
        if not document or len(indexes) == document.pages:
            return document
        try:
            built = select_pages(document._content(), indexes, trusted=document.trusted)
        except DocumentError as error:
            words = self.env["fax.composer"]._document_error_words(error.code)
            raise UserError(words) from error
        return document._derived(built)

    def _pages_words(self, indexes):
        """Page numbers as people write them, "1-3, 5"; all of them are not listed."""
        if len(indexes) == self.document_id.pages:
            return False
        runs = []
        for number in (index + 1 for index in indexes):
            if runs and runs[-1][1] == number - 1:
                runs[-1][1] = number
            else:
                runs.append([number, number])
        return ", ".join(
            f"{first}-{last}" if first != last else f"{first}" for first, last in runs
        )

    def _sync_filed(self):
        """Status and patient follow from what is filed where."""
        for message in self:
            active = message._active_filings()
            partners = active.partner_id
            message.patient_id = partners if len(partners) == 1 else False
            is_done = bool(active) and not message._pages_left()
            if is_done:
                message._move("filed")
            elif message.state == "filed":
                message._move("received", told_at=False)
            message._close_assignment()

    def _close_assignment(self):
        """Hook: who it was given to need not look at it any more."""
