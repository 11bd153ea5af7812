from odoo import fields, models
from odoo.exceptions import UserError


class FaxAnswer(models.TransientModel):
    """One question about faxes that need somebody: why nothing has to be done, or
    who said what became of one that is not sure."""

    _name = "fax.answer"
    _description = "Answer about Faxes"

    message_ids = fields.Many2many("fax.message", readonly=True)
    kind = fields.Selection(
        [
            ("nothing", "Nothing to do"),
            ("arrived", "It arrived"),
            ("missed", "It did not arrive"),
        ],
        required=True,
        readonly=True,
    )
    text = fields.Char()

    def _open(self):
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return {
            "type": "ir.actions.act_window",
            "name": kinds[self.kind],
            "res_model": self._name,
            "res_id": self.id,
            "views": [[False, "form"]],
            "target": "new",
            "context": {"dialog_size": "medium"},
        }

    def action_confirm(self):
        """Write the answer down on the faxes."""
        self.ensure_one()
        text = (self.text or "").strip()
        messages = self.message_ids
        if self.kind == "missed":
            messages._fitting("missed").action_confirm_not_arrived(text)
            return self._done()
        if not text:
            raise UserError(
                self.env._("Say why nothing has to be done.")
                if self.kind == "nothing"
                else self.env._("Say who told you that it arrived.")
            )
        if self.kind == "nothing":
            return messages._put_away("nothing", text)
        messages._fitting("arrived").action_confirm_arrived(text)
        return self._done()

    def action_send_again(self):
        """It did not arrive, and is sent again."""
        self.ensure_one()
        if self.kind != "missed":
            raise UserError(self.env._("Only what did not arrive is sent again."))
        messages = self.message_ids._fitting("missed")
        messages.action_confirm_not_arrived((self.text or "").strip())
        return messages.action_resend()

    def _done(self):
        return {
            "type": "ir.actions.client",
            "tag": "medical_fax.changed",
            "params": {"message_ids": self.message_ids.ids},
        }
