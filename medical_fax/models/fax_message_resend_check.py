from odoo import models
from odoo.exceptions import UserError

from ..tools.fax_number import FaxNumberError
from .fax_message import FINAL_STATES


class FaxMessage(models.Model):
    """Whether a fax may be sent again, checked anew each time and said in words."""

    _inherit = "fax.message"

    def _check_resend(self, number=None):
        if reason := self._resend_refusal(number):
            raise UserError(reason)

    def _resend_refusal(self, number=None, lock=True):
        """Why this fax cannot be sent again now, in words, or False.

        :param number: instead of the one that was dialled
        :param lock: keep others from sending it again at the same time
        """
        self.ensure_one()
        # sudo: states of other faxes, patient and document are only compared
        message = self.sudo()
        return (
            (lock and message._resend_lock_refusal())
            or message._resend_state_refusal()
            or message._resend_pages_refusal()
            or self._resend_number_refusal(number or message.number)
            or message._resend_patient_refusal()
        )

    def _resend_lock_refusal(self):
        """Keep others from sending it again until this transaction is over."""
        if not self.try_lock_for_update(allow_referencing=True):
            return self.env._("Somebody is sending it again at this moment.")
        self.invalidate_recordset()
        return False

    def _resend_state_refusal(self):
        if self.direction != "out":
            return self.env._("It was received, not sent.")
        if self.state == "uncertain":
            return self.env._("First enter whether it arrived.")
        if self.state not in FINAL_STATES:
            return self.env._(
                "It has not ended yet: %(state)s.", state=self.state_words
            )
        if later := self._standing_resend():
            return self.env._(
                "It was sent again already, as %(name)s: %(state)s. Go on with that "
                "one.",
                name=later.name,
                state=later.state_words,
            )
        return False

    def _resend_pages_refusal(self):
        if not self.document_id or self.document_id.purged_on:
            return self.env._("Its pages are not kept any more.")
        return False

    def _resend_number_refusal(self, number):
        if self.number_id not in self.env["fax.number"]._usable():
            return self.env._(
                "Nothing can be sent from its number now: the number or its account "
                "is switched off, or is not yours to use any more. Edit and send as "
                "new lets you choose another one."
            )
        try:
            self.number_id.account_id._parse_number(number)
        except FaxNumberError as error:
            return self.env["fax.contact"]._number_error_text(error)
        return False

    def _resend_patient_refusal(self):
        if self.patient_id.fax_blocked:
            return self.env._("This patient's documents must not be faxed.")
        authorization = self.authorization_id
        if self.patient_id and authorization._is_needed(self.purpose):
            valid = authorization._valid_for(self.patient_id, self.purpose)
            if not authorization & valid:
                return self.env._(
                    "The patient's authorization does not hold any more. Record a new "
                    "one, then use Edit and send as new."
                )
        return False

    def _standing_resend(self):
        """The fax that sends this one again, unless it was taken back, or given up:
        then this one may be sent anew. So nobody goes on from two faxes at once."""
        given_up = self.resend_ids.filtered(
            lambda m: (
                m.state in ("failed", "partial")
                and m.acknowledged_how in ("called", "nothing")
            )
        )
        standing = self.resend_ids - given_up
        return standing.filtered(lambda m: m.state != "cancelled")[:1]
