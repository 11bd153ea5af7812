from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from . import guard

_FROZEN = {"raw", "datas", "db_datas", "store_fname", "checksum", "mimetype"}
_FROZEN |= {"res_model", "res_id", "res_field", "file_size", "type", "url", "public"}
_FROZEN |= {"access_token"}

# Their files are opened by our own code only. Odoo lets administrators read the file
# behind a field that is closed to them, and that opening would leave no trace.
_CLOSED = ("fax.document", "fax.received.file", "fax.loopback.job")
_KEPT = {"fax.document", "fax.received.file"}


class IrAttachment(models.Model):
    """A frozen document's file keeps its bytes and its owner, for everybody, and is
    read through its document, which notes each opening."""

    _inherit = "ir.attachment"

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su:
            return result
        forbidden, make_error = result or (self.browse(), None)
        # sudo: only to see whose file it is, whoever asks
        closed = (self - forbidden).sudo().filtered(lambda a: a.res_model in _CLOSED)
        if not closed:
            return result
        return forbidden + self.browse(
            closed.ids
        ), make_error or self._make_closed_error

    @api.model
    def _search(
        self,
        domain,
        offset=0,
        limit=None,
        order=None,
        *,
        active_test=True,
        bypass_access=False,
    ):
        if not (self.env.su or bypass_access):
            domain = Domain(domain) & Domain("res_model", "not in", _CLOSED)
        return super()._search(
            domain,
            offset,
            limit,
            order,
            active_test=active_test,
            bypass_access=bypass_access,
        )

    def _make_closed_error(self):
        return AccessError(
            self.env._("The pages of a fax are opened from the fax, where it is noted.")
        )

    @api.model_create_multi
    def create(self, vals_list):
        if not guard.is_open(self.env):
            default = self.env.context.get("default_res_model")
            for vals in vals_list:
                model = vals.get("res_model", default)
                self._refuse_frozen(model in _KEPT)
        return super().create(vals_list)

    def write(self, vals):
        if not guard.is_open(self.env) and _FROZEN.intersection(vals):
            # sudo: only to see whose file it is, whoever writes
            frozen = _KEPT.intersection(self.sudo().mapped("res_model"))
            self._refuse_frozen(frozen or vals.get("res_model") in _KEPT)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_fax_document(self):
        if not guard.is_open(self.env):
            # sudo: only to see whose file it is, whoever deletes
            self._refuse_frozen(_KEPT.intersection(self.sudo().mapped("res_model")))

    def _refuse_frozen(self, frozen):
        if frozen:
            raise UserError(
                self.env._(
                    "This file holds the pages of a fax as they were sent. It cannot "
                    "be changed, moved, shared or deleted."
                )
            )
