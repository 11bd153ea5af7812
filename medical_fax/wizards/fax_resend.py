from odoo import api, fields, models
from odoo.exceptions import UserError


class FaxResend(models.TransientModel):
    """Send a fax again, to another number."""

    _name = "fax.resend"
    _description = "Send to Another Number"

    message_id = fields.Many2one("fax.message", required=True, readonly=True)
    recipient = fields.Char(compute="_compute_recipient")
    old_number = fields.Char(related="message_id.number_display", string="Was sent to")
    voice_phone = fields.Char(related="message_id.voice_phone")
    number_typed = fields.Char("Fax number")
    number_display = fields.Char(compute="_compute_number", string="Will be dialled")
    number_error = fields.Char(compute="_compute_number")
    can_correct = fields.Boolean(compute="_compute_contact")
    shared_with = fields.Char(compute="_compute_contact")
    correct_contact = fields.Boolean(
        "Correct the address book too",
        compute="_compute_correct_contact",
        store=True,
        readonly=False,
    )

    @api.depends("message_id")
    def _compute_recipient(self):
        for wizard in self:
            wizard.recipient = wizard.message_id._recipient_words()

    @api.depends("number_typed", "message_id")
    def _compute_number(self):
        for wizard in self:
            number = wizard._checked_number()
            wizard.number_error = wizard.number_typed and number["error"]
            wizard.number_display = not number["error"] and number["display"]

    def _checked_number(self):
        # sudo: which countries the account may fax to, for a number one may use
        account = self.message_id.sudo().number_id.account_id.sudo(False)
        return self.env["fax.composer"]._check_number(self.number_typed or "", account)

    @api.depends("message_id")
    def _compute_contact(self):
        """Whether the entry is the user's to change, and who else has its number."""
        for wizard in self:
            contact = wizard.message_id.contact_id
            others = contact.browse()
            if contact.number:
                same = contact.search([("number", "=", contact.number)])
                others = same - contact
            wizard.can_correct = bool(contact) and contact.has_access("write")
            wizard.shared_with = ", ".join(others.mapped("display_name"))

    @api.depends("message_id")
    def _compute_correct_contact(self):
        for wizard in self:
            wizard.correct_contact = wizard.can_correct and not wizard.shared_with

    def action_send(self):
        """Send the same pages to the number that was typed.

        :return: the notice with its undo
        """
        self.ensure_one()
        message = self.message_id
        message._check_may_fax_for_number()
        number = self._checked_number()
        if number["error"]:
            raise UserError(number["error"])
        message._check_resend(number["number"])
        if self.correct_contact and self.can_correct:
            # As the user, by the address book's own rules
            message.contact_id.number_typed = number["number"]
        return message._resend(number=number["number"])._sent_action()
