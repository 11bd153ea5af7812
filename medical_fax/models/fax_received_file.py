import hashlib

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from . import guard

RAW = "application/x-received-fax"


class FaxReceivedFile(models.Model):
    """The file of a received fax as the provider gave it, kept aside.

    It is shown to nobody as a page: what is shown was made of it, or it was refused.
    A fax manager may save it, to look at it elsewhere or to complain about it.
    """

    _name = "fax.received.file"
    _description = "Received file"
    _order = "id desc"
    _rec_name = "message_id"

    message_id = fields.Many2one(
        "fax.message", required=True, readonly=True, index=True, ondelete="restrict"
    )
    content = fields.Binary(
        attachment=True, readonly=True, copy=False, groups=fields.NO_ACCESS
    )
    sha256 = fields.Char("SHA-256", required=True, readonly=True)
    size = fields.Integer("Size in bytes", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        if not guard.is_open(self.env):
            raise UserError(self.env._("Received files are kept as they came."))
        return super().create(vals_list)

    def write(self, vals):
        if not guard.is_open(self.env):
            raise UserError(self.env._("Received files are kept as they came."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept(self):
        raise UserError(self.env._("Received files are kept as they came."))

    @api.model
    def _keep(self, message, content):
        """Put a file aside; returns its row."""
        # sudo: people only read workflow rows, and nobody writes these
        files = guard.opened(self.sudo())
        row = files.create(
            {
                "message_id": message.id,
                "sha256": hashlib.sha256(content).hexdigest(),
                "size": len(content),
            }
        )
        row.env["ir.attachment"].create(
            {
                "name": f"{message.name}.raw",
                "raw": content,
                # A type of no meaning: what it may really be, Odoo would open here.
                "mimetype": RAW,
                "res_model": self._name,
                "res_field": "content",
                "res_id": row.id,
            }
        )
        return guard.closed(row)

    def _bytes(self):
        """The file, for those whose right was checked."""
        self.ensure_one()
        # sudo: the field is closed to everyone
        files = self.env["ir.attachment"].sudo()
        domain = [
            ("res_model", "=", self._name),
            ("res_field", "=", "content"),
            ("res_id", "=", self.id),
        ]
        return files.search(domain, limit=1).raw or b""


class FaxMessage(models.Model):
    _inherit = "fax.message"

    file_ids = fields.One2many(
        "fax.received.file",
        "message_id",
        "File as it came",
        groups="medical_fax.group_fax_manager",
    )

    def action_save_file(self):
        """Save the file as it came, for fax managers."""
        self.ensure_one()
        self._check_may_open_raw()
        return self._url_action("raw")

    def _check_may_open_raw(self):
        self.check_access("read")
        if not self.env.user.has_group("medical_fax.group_fax_manager"):
            raise AccessError(
                self.env._("Only a fax manager saves the file of a fax as it came.")
            )

    def _open_raw(self):
        """The file as it came; the opening is noted where there are pages to note it
        with."""
        self.ensure_one()
        self._check_may_open_raw()
        file = self.file_ids[:1]
        if not file:
            raise UserError(self.env._("No file was kept of this fax."))
        # sudo: pages that a manager may not read need not be, to note the opening
        self.sudo().document_id.with_user(self.env.user)._log_access("download")
        return file._bytes()
