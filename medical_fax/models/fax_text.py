import datetime

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..tools.text import placeholders, replace_placeholders

# All that a saved text may hold in braces. None of them can name the patient.
PLACEHOLDERS = ("clinic", "practitioner", "date", "recipient_name")


class FaxText(models.Model):
    """A saved subject or note for cover pages, personal or shared."""

    _name = "fax.text"
    _description = "Saved Fax Text"
    _order = "sequence, name, id"

    name = fields.Char(required=True)
    kind = fields.Selection(
        [("subject", "Subject"), ("notes", "Notes")], default="notes", required=True
    )
    text = fields.Text(
        required=True,
        help="{clinic}, {practitioner}, {date} and {recipient_name} are filled in.",
    )
    sequence = fields.Integer(default=10)
    user_id = fields.Many2one(
        "res.users",
        "Belongs to",
        default=lambda self: self.env.user,
        ondelete="cascade",
        index=True,
        help="Empty: shared. Only a fax manager changes shared texts.",
    )
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for all companies."
    )
    active = fields.Boolean(default=True)

    @api.constrains("text", "kind")
    def _check_text(self):
        for record in self:
            unknown = placeholders(record.text) - set(PLACEHOLDERS)
            if unknown:
                raise ValidationError(
                    self.env._(
                        "Not known: %(unknown)s. A text may hold %(known)s.",
                        unknown=", ".join(f"{{{name}}}" for name in sorted(unknown)),
                        known=", ".join(f"{{{name}}}" for name in PLACEHOLDERS),
                    )
                )
            if record.kind == "subject" and "\n" in (record.text or "").strip():
                raise ValidationError(self.env._("A subject is one line."))

    def write(self, vals):
        result = super().write(vals)
        if {"user_id", "company_id"} & set(vals):
            # The rules look at a text before it is changed only: without this a user
            # could make it a shared one.
            self.check_access("write")
        return result

    def _fill(self, values):
        """Return the text with its placeholders filled in, as plain text.

        :param dict values: by the names of PLACEHOLDERS; missing ones become empty,
            a date is written as in the user's language
        """
        self.ensure_one()
        known = {name: values.get(name) for name in PLACEHOLDERS}
        if isinstance(known["date"], datetime.date):
            known["date"] = format_date(self.env, known["date"])
        return replace_placeholders(self.text, known).strip()
