from odoo import fields, models
from odoo.exceptions import UserError


class FaxFilingUndo(models.TransientModel):
    """Take a filed fax out of a chart, or move it to another patient; why is kept."""

    _name = "fax.filing.undo"
    _description = "Undo the filing of a fax"

    filing_id = fields.Many2one("fax.filing", required=True, readonly=True)
    reason = fields.Char(required=True)
    partner_id = fields.Many2one(
        "res.partner", "Right patient", domain="[('is_company', '=', False)]"
    )

    def action_confirm(self):
        """Undo the filing and, with a patient, file the same pages there."""
        self.ensure_one()
        filing = self.filing_id
        filing.check_access("read")
        if filing.undone_on:
            raise UserError(self.env._("It was undone already."))
        message, pages = filing.message_id, filing.page_indexes
        kept = filing.action_undo(self.reason)["kept"]
        if self.partner_id:
            message.action_file(self.partner_id.id, pages or None)
        text = self.env._("It is in the inbox again.")
        if self.partner_id:
            text = self.env._("It was moved.")
        if kept:
            text = self.env._(
                "%(text)s Somebody has written in the draft that filing had made, so "
                "that it stays, without the pages.",
                text=text,
            )
        return {
            "type": "ir.actions.client",
            "tag": "medical_fax.filing_undone",
            "params": {"message_ids": message.ids, "text": text},
        }
