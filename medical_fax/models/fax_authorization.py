import base64
import datetime
import os

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.mimetypes import guess_mimetype

# Why something is faxed. Treatment is the everyday case and needs no authorization.
PURPOSES = [
    ("treatment", "Treatment"),
    ("payment", "Payment"),
    ("operations", "Health care operations"),
    ("patient_request", "Request of the patient"),
    ("legal", "Legal or court"),
    ("insurer", "Insurer"),
    ("other", "Other"),
]
FREE_PURPOSES = ("treatment",)

FILE_TYPES = ("application/pdf", "image/jpeg", "image/png", "image/tiff")


class FaxAuthorization(models.Model):
    """What a patient has agreed to: documents may be faxed for a purpose, until a day.

    A fax copies purpose and authorization onto itself, so that what applied when it
    was sent stays known.
    """

    _name = "fax.authorization"
    _description = "Authorization to Fax"
    _order = "date desc, id desc"

    partner_id = fields.Many2one(
        "res.partner", "Patient", required=True, index=True, ondelete="restrict"
    )
    purpose = fields.Selection(
        [purpose for purpose in PURPOSES if purpose[0] not in FREE_PURPOSES],
        required=True,
    )
    kind = fields.Selection(
        [("paper", "On paper"), ("verbal", "Verbal"), ("electronic", "Electronic")],
        "Given",
        default="paper",
        required=True,
    )
    date = fields.Date("Valid from", default=fields.Date.context_today, required=True)
    until = fields.Date(help="Last day on which it holds. Empty: until withdrawn.")
    file = fields.Binary("Signed form", attachment=True, copy=False)
    file_name = fields.Char(copy=False)
    note = fields.Text("Notes")
    active = fields.Boolean(
        default=True, help="Archive an authorization that the patient has withdrawn."
    )

    _until_after_date = models.Constraint(
        "CHECK (until IS NULL OR until >= date)",
        "The last day of an authorization is not before its first.",
    )

    @api.depends_context("lang")
    def _compute_display_name(self):
        # Never the person: display names end in logs, mails and lists of others.
        for record in self:
            number = record._origin.id
            record.display_name = (
                f"AUTH/{number:05}" if number else self.env._("New authorization")
            )

    @api.model
    def _search_display_name(self, operator, value):
        if operator not in ("ilike", "like", "=ilike", "=like", "="):
            return NotImplemented
        number = "".join(c for c in value or "" if c.isdecimal())
        if not number:
            return Domain.FALSE if value else Domain.TRUE
        return Domain("id", "=", int(number[-9:]))

    @api.constrains("file")
    def _check_file(self):
        for record in self.with_context(bin_size=False):
            content = base64.b64decode(record.file or b"")
            if content and guess_mimetype(content) not in FILE_TYPES:
                raise ValidationError(
                    self.env._("The signed form must be a PDF, JPEG, PNG or TIFF file.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_neutral_name(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_neutral_name(vals))

    @api.model
    def _with_neutral_name(self, vals):
        """Keep only the type of an uploaded file's name, which may be a person's."""
        if not vals.get("file_name"):
            return vals
        extension = os.path.splitext(vals["file_name"])[1].lower()
        return {**vals, "file_name": f"authorization{extension}"}

    @api.model
    def _is_needed(self, purpose):
        """Return whether faxing for this purpose needs an authorization."""
        return purpose not in FREE_PURPOSES

    @api.model
    def _valid_for(self, partner, purpose, date=None):
        """Return the authorizations that hold, the one that holds longest first.

        :param partner: the patient's res.partner
        :param str purpose: one of PURPOSES
        :param date: the day of faxing, by default today for the user
        """
        day = fields.Date.to_date(date) or fields.Date.context_today(self)
        holds = self.search(
            Domain("partner_id", "=", partner.id)
            & Domain("purpose", "=", purpose)
            & Domain("date", "<=", day)
            & (Domain("until", "=", False) | Domain("until", ">=", day))
        )
        return holds.sorted(lambda record: record.until or datetime.date.max, True)
