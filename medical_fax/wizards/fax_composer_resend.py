from odoo import api, fields, models
from odoo.exceptions import UserError

from ..document import select_pages


class FaxComposer(models.TransientModel):
    """Edit and send as new: the composer on what an earlier fax was made of.

    The records are gathered anew, as they are now and as the user. Files that were
    added by hand are not kept with a fax, so that a fax without records goes on with
    its frozen pages as a file.
    """

    _inherit = "fax.composer"

    resend_of_id = fields.Many2one("fax.message", readonly=True)
    resend_of_name = fields.Char(related="resend_of_id.name", string="Instead of")

    @api.model
    def _compose_again(self, message):
        """Open a composer filled in from a fax whose pages the user may read."""
        message.document_id.check_access("read")
        composer = self.create({})
        composer._set_patient(message.patient_id)
        # sudo: readonly to the browser
        composer.sudo().resend_of_id = message
        composer._take_sources(message)
        composer.write(
            {
                "practitioner_id": message.practitioner_id.id or self.env.uid,
                "purpose": message.purpose,
                "authorization_id": message.authorization_id.id,
                "recipients": [composer._former_recipient(message)],
                "number_id": (
                    message.number_id & self.env["fax.number"]._usable()
                    or composer._default_number()
                ).id,
            }
        )
        composer._onchange_number_id()
        composer.write(
            {
                "has_cover": message.has_cover,
                "subject": message.subject,
                "notes": message.notes,
            }
        )
        return composer._open()

    def _take_sources(self, message):
        """The same records, else the pages themselves."""
        sources = message.document_id.source_ids
        # Records inside others come with them, and those that were left out stay so.
        first = sources[:1].res_model
        ids = sources.filtered(lambda s: s.res_model == first).mapped("res_id")
        if first and first in self.env and self.env[first].browse(ids).exists():
            self.env["fax.source"]._for_model(first)
            self.write({"res_model": first, "res_ids": ids})
            known = {f"{s.res_model},{s.res_id}" for s in sources}
            keys = {f"{record._name},{record.id}" for _s, record in self._candidates()}
            self.excluded_keys = sorted(keys - known)
        else:
            self._take_pages(message)

    def _take_pages(self, message):
        """The frozen pages without their cover, as a file of the user's own."""
        document = message.document_id
        first = int(message.has_cover and not message._provider_cover())
        if document.pages <= first:
            return
        pdf = document._open("view")
        if first:
            pages = range(first, document.pages)
            pdf = select_pages(pdf, pages, trusted=document.trusted).pdf
        self._add_pages(message, pdf)

    def _add_pages(self, message, pdf):
        """Pages of a fax as a file of the user's own."""
        attachment = self.env["ir.attachment"].create(
            {
                "name": f"{message.name.replace('/', '-')}.pdf",
                "raw": pdf,
                "mimetype": "application/pdf",
                "res_model": self._name,
            }
        )
        self.action_add_files(attachment.ids)

    def _former_recipient(self, message):
        """The recipient as it was; the address book's entry as it is now."""
        contact = message.contact_id
        if contact and contact.number == message.number:
            return self._contact_recipient(contact)
        checked = self._check_number(
            # sudo: which account it was written for; its rules are no secret
            message.number,
            message.sudo()._account_of_choice(),
        )
        checked.pop("known", None)
        return {
            "contact_id": False,
            "name": message.partner_name or "",
            "organization": message.partner_organization or "",
            "lang": contact.lang or "",
            **checked,
        }

    def _freeze_and_queue(self, recipients):
        """The first of the new faxes goes on from the earlier one."""
        first = self.resend_of_id
        if first:
            first._check_may_fax_for_number()
            # sudo: states of faxes are only compared
            earlier = first.sudo()
            if reason := (
                earlier._resend_lock_refusal() or earlier._resend_state_refusal()
            ):
                raise UserError(reason)
        messages = super()._freeze_and_queue(recipients)
        if first:
            # sudo: workflow rows are read-only to people; the right was checked
            messages[0].sudo().resend_of_id = first
            earlier._dealt_with_by_resend()
        return messages
