from odoo import api, models
from odoo.exceptions import UserError

ENTRY = "medical.chart.entry"

# What makes the file that was signed; technical columns (index, storage) may move.
PROTECTED = frozenset(
    {
        "name",
        "description",
        "res_model",
        "res_id",
        "res_field",
        "type",
        "url",
        "public",
        "access_token",
        "raw",
        "datas",
        "db_datas",
        "mimetype",
    }
)


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        # Looked at afterwards, so that context and stored defaults count too.
        attachments._chart_check_unlocked()
        return attachments

    def write(self, vals):
        if not self._chart_changes(vals):
            return super().write(vals)
        self._chart_check_unlocked()
        result = super().write(vals)
        if vals.keys() & {"res_model", "res_id"}:
            self._chart_check_unlocked()
        return result

    def unlink(self):
        self._chart_check_unlocked()
        return super().unlink()

    def generate_access_token(self):
        """Override of `base`: files of a chart have no link that opens unasked.

        The editor asks for a token for each picture that it inserts; with an empty
        one the picture is shown to whoever may read the entry, and to nobody else.
        """
        if not any(a._chart_is_owned() for a in self):
            return super().generate_access_token()
        return [
            ""
            if attachment._chart_is_owned()
            else super(IrAttachment, attachment).generate_access_token()[0]
            for attachment in self
        ]

    def _chart_is_owned(self):
        """Tell whether the file belongs to an addon's chart record."""
        return self.res_model in (ENTRY, "medical.treatment.plan", "medical.patient")

    def _chart_changes(self, vals):
        """Tell whether ``vals`` alter an entry's file; moving storage does not."""
        keys = vals.keys() & PROTECTED
        if not keys:
            return False
        # sudo: compares stored values, whoever asks; nothing is returned.
        files = self.sudo().with_context(bin_size=False)
        if ENTRY not in files.mapped("res_model"):
            return vals.get("res_model") == ENTRY or "res_id" in keys
        return any(file[key] != vals[key] for file in files for key in keys)

    def _chart_check_unlocked(self):
        """Refuse for files of signed entries, whoever asks and by whatever way.

        :raise UserError: if one of the files belongs to a signed entry
        """
        # sudo: the lock holds for everybody, also for who may not read the entry.
        entry_ids = {
            file.res_id
            for file in self.sudo()
            if file.res_model == ENTRY and file.res_id
        }
        if not entry_ids:
            return
        entries = self.env[ENTRY].sudo().browse(entry_ids).exists()
        if any(entry.state == "signed" for entry in entries):
            raise UserError(
                self.env._(
                    "A signed chart entry is locked, and so are its files. Add an"
                    " amendment instead."
                )
            )
        entries._serialize_with_signing()
