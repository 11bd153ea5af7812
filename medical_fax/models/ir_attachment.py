from odoo import api, models
from odoo.exceptions import UserError

from . import guard

_FROZEN = {"raw", "datas", "db_datas", "store_fname", "checksum", "mimetype"}
_FROZEN |= {"res_model", "res_id", "res_field", "file_size", "type", "url", "public"}
_FROZEN |= {"access_token"}


class IrAttachment(models.Model):
    """A frozen document's file keeps its bytes and its owner, for everybody."""

    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        if not guard.is_open(self.env):
            for vals in vals_list:
                self._refuse_frozen(vals.get("res_model") == "fax.document")
        return super().create(vals_list)

    def write(self, vals):
        if not guard.is_open(self.env) and _FROZEN.intersection(vals):
            # sudo: only to see whose file it is, whoever writes
            frozen = "fax.document" in self.sudo().mapped("res_model")
            self._refuse_frozen(frozen or vals.get("res_model") == "fax.document")
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_fax_document(self):
        if not guard.is_open(self.env):
            # sudo: only to see whose file it is, whoever deletes
            self._refuse_frozen("fax.document" in self.sudo().mapped("res_model"))

    def _refuse_frozen(self, frozen):
        if frozen:
            raise UserError(
                self.env._(
                    "This file holds the pages of a fax as they were sent. It cannot "
                    "be changed, moved, shared or deleted."
                )
            )
