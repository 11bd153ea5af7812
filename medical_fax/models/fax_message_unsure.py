from odoo import fields, models
from odoo.exceptions import UserError

from ..tools import waits


class FaxMessage(models.Model):
    """What a person can do about a fax whose fate is open: ask again, have it
    stopped, or say what happened."""

    _inherit = "fax.message"

    cancel_requested_at = fields.Datetime("Asked to stop at", compute="_compute_cancel")
    cancel_answer = fields.Char("Answer to stopping", compute="_compute_cancel")
    can_cancel = fields.Boolean(compute="_compute_cancel")

    def _compute_cancel(self):
        answers = dict(
            self.env["fax.attempt"]
            ._fields["cancel_answer"]
            ._description_selection(self.env)
        )
        for message in self:
            # sudo: the try of a fax that the user sees
            attempts = message.sudo().attempt_ids.filtered("cancel_requested_at")
            message.cancel_requested_at = attempts[:1].cancel_requested_at
            message.cancel_answer = answers.get(attempts[:1].cancel_answer)
            # sudo: what the provider of its account can do is no secret
            message.can_cancel = (
                message.state == "submitted"
                and not attempts.filtered(lambda a: a.cancel_answer != "unknown")
                and message.sudo().account_id._capabilities().cancel
            )

    def action_ask_provider(self):
        """Look now instead of in a while; what comes of it shows by itself."""
        self._check_may_fax_for_number()
        # sudo: asks the provider, and changes no fax by itself
        attempts = self.sudo().attempt_ids.filtered(lambda a: a.state != "over")
        attempts._look_again()
        self.env.ref("medical_fax.ir_cron_fax_poll").sudo()._trigger()  # sudo: as above
        return True

    def action_cancel(self):
        """Ask the provider to stop faxes that it has. It is asked outside of this
        transaction, and its own answer counts.

        :raise UserError: a provider cannot stop faxes, or one has ended already
        """
        self._check_may_fax_for_number()
        for message in self.sudo():  # sudo: workflow rows; the right was checked
            attempt = message.attempt_ids.filtered(lambda a: a.state == "accepted")
            if message.state != "submitted" or not attempt:
                raise UserError(
                    self.env._(
                        "%(name)s cannot be stopped: %(state)s.",
                        name=message.name,
                        state=message.state_words,
                    )
                )
            if not message.account_id._capabilities().cancel:
                raise UserError(
                    self.env._(
                        "This provider cannot stop a fax that it has. Call the "
                        "recipient if it must not be read."
                    )
                )
            if not attempt.cancel_requested_at or attempt.cancel_answer == "unknown":
                attempt.write(
                    {"cancel_requested_at": waits.now(), "cancel_answer": False}
                )
        # sudo: as above
        self.env.ref("medical_fax.ir_cron_fax_poll").sudo()._trigger()
        return True

    def action_confirm_arrived(self, who):
        """Somebody says that a fax which is not sure has arrived.

        :param who: who said so, as the user writes it
        """
        for message in self._unsure(who):
            message._enter_outcome(who)
            message._set_delivered(message.pages)
        return True

    def action_confirm_not_arrived(self, who=None):
        """Somebody says that a fax which is not sure has not arrived; it may be sent
        again then, as a new one."""
        for message in self._unsure(who or ""):
            message._enter_outcome(who)
            message._set_failed("unknown", message.failure_detail)
        return True

    def _unsure(self, who):
        """These faxes, with the right to say what became of them."""
        self._check_may_fax_for_number()
        messages = self.sudo()  # sudo: workflow rows; the right was checked
        if not isinstance(who, str) or any(m.state != "uncertain" for m in messages):
            raise UserError(
                self.env._(
                    "What became of a fax can be entered as long as it is not sure."
                )
            )
        return messages

    def _enter_outcome(self, who):
        """A person decides, and what the provider says later changes nothing."""
        self.attempt_ids.filtered(lambda a: a.state != "over")._close()
        self.write({"outcome_by_id": self.env.uid, "outcome_source": who})
