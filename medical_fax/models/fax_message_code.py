import secrets

from odoo import api, fields, models

from ..document import codes


class FaxMessage(models.Model):
    """A code on our own covers: a page that comes back with it finds its chart."""

    _inherit = "fax.message"

    cover_code = fields.Char(
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        help="Random, printed on the cover; says nothing to anybody else.",
    )
    received_codes = fields.Json(
        readonly=True, groups=fields.NO_ACCESS, help="Codes found on the pages."
    )

    _cover_code_uniq = models.UniqueIndex(
        "(cover_code) WHERE cover_code IS NOT NULL", "Each code is one fax's."
    )

    @api.model
    def _new_code(self):
        return "".join(secrets.choice(codes.ALPHABET) for _sign in range(26))

    @api.model
    def _prepare_pages(self, account, fetched):
        values = super()._prepare_pages(account, fetched)
        found = fetched.arrived.codes if fetched.arrived else ()
        return {**values, "received_codes": list(found)}

    def _candidates_by_code(self):
        """The patient of the fax whose cover came back; whoever faxed it: that the
        patient may be read by the user is checked with all offers."""
        # sudo: closed fields, compared only
        found = self.sudo().received_codes
        if not found:
            return
        faxes = self.sudo().search(
            [
                ("cover_code", "in", found),
                ("company_id", "=", self.company_id.id),
                ("patient_id", "!=", False),
            ]
        )
        for partner in faxes.patient_id.sudo(False).with_env(self.env):
            if partner.has_access("read"):
                yield partner, self._birth(partner), "code"
