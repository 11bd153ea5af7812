from odoo import api, models
from odoo.exceptions import UserError


class FaxComposer(models.TransientModel):
    """A fax that came in goes on: an answer to its sender, or its pages to another."""

    _inherit = "fax.composer"

    @api.model
    def _compose_from_received(self, message, to_sender):
        """Open a composer on a received fax.

        :param to_sender: an answer, without the pages; else the pages, to whomever
        """
        composer = self.create({})
        patient = message.patient_id
        if patient and patient.has_access("read"):
            composer._set_patient(patient)
        composer.write(
            {
                "practitioner_id": self.env.uid,
                "number_id": (
                    message.number_id & self.env["fax.number"]._usable()
                    or composer._default_number()
                ).id,
            }
        )
        composer._onchange_number_id()
        if to_sender:
            composer.recipients = [composer._former_recipient(message)]
        else:
            composer._take_pages(message)
        return composer._open()


class FaxMessage(models.Model):
    _inherit = "fax.message"

    def action_reply(self):
        """Write to the number that this fax came from."""
        self._check_received()
        if not self.number:
            raise UserError(self.env._("This fax does not tell who sent it."))
        return self.env["fax.composer"]._compose_from_received(self, to_sender=True)

    def action_forward(self):
        """Fax the pages on to somebody else."""
        self._check_received()
        if not self.document_id:
            raise UserError(self.env._("Its file cannot be shown, nor faxed."))
        self.document_id.check_access("read")
        return self.env["fax.composer"]._compose_from_received(self, to_sender=False)

    def _check_received(self):
        self.ensure_one()
        self._check_may_fax_for_number()
        if self.direction != "in":
            raise UserError(self.env._("This fax was sent, not received."))
