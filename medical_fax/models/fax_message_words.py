from odoo import api, fields, models

from .fax_message import FINAL_STATES


class FaxMessage(models.Model):
    """What the form says beside a fax's fate, and the way to its earlier and later
    tellings."""

    _inherit = "fax.message"

    sending_stopped = fields.Char(compute="_compute_sending_stopped")
    stop_words = fields.Char(compute="_compute_stop_words")
    resend_count = fields.Integer("Sent again", compute="_compute_resend_count")

    @api.depends("state", "company_id.fax_paused", "account_id")
    def _compute_sending_stopped(self):
        """Why no fax at all leaves now, for those that have not ended."""
        for message in self:
            message.sending_stopped = False
            if message.direction != "out" or message.state in FINAL_STATES:
                continue
            # sudo: where the account was connected, whoever looks at its fax
            if message.account_id.sudo().is_away:
                message.sending_stopped = self.env._(
                    "This database is not the one in which the fax account was "
                    "connected. Nothing is sent from here until a fax manager says on "
                    "the account whether this is the live one."
                )
            elif message.company_id.fax_paused:
                message.sending_stopped = self.env._(
                    "All sending is paused. Faxes go by themselves when it is switched "
                    "on again in Settings, Fax."
                )

    @api.depends("state", "cancel_requested_at", "cancel_answer", "can_cancel")
    def _compute_stop_words(self):
        """What came of asking the provider to stop it, or that it cannot."""
        for message in self:
            words = False
            if message.state == "submitted" and message.cancel_requested_at:
                words = message.cancel_answer or self.env._(
                    "The provider was asked to stop it and has not answered yet."
                )
            elif message.state == "submitted" and not message.can_cancel:
                words = self.env._(
                    "It cannot be taken back: this provider does not stop a fax that "
                    "it has."
                )
            message.stop_words = words

    @api.depends("resend_ids")
    def _compute_resend_count(self):
        for message in self:
            message.resend_count = len(message.resend_ids)

    def _state_words_more(self, reasons):
        if self.state == "submitted" and self.failure_kind == "quota_exceeded":
            return self.env._(
                "Waiting at the provider: goes on when the account there is topped up, "
                "and is cancelled after 24 hours"
            )
        return super()._state_words_more(reasons)

    def action_view_first(self):
        """Open the fax that this one sends again."""
        self.ensure_one()
        return self._view_action(self.resend_of_id)

    def action_view_later(self):
        """Open what sends this one again."""
        self.ensure_one()
        return self._view_action(self.resend_ids)

    def _view_action(self, messages):
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Sent again"),
            "res_model": self._name,
        }
        if len(messages) == 1:
            return {**action, "res_id": messages.id, "views": [[False, "form"]]}
        domain = [("id", "in", messages.ids)]
        return {**action, "domain": domain, "views": [[False, "list"], [False, "form"]]}
