import dataclasses

from odoo import models

from ..document import code_png, codes

# What the preview shows in its place: as large as the real one, and nobody's.
PREVIEW = "PREVIEW" + "0" * 19


class FaxComposer(models.TransientModel):
    """Each recipient's cover has a code of its own, unless the provider draws it."""

    _inherit = "fax.composer"

    def _cover(self, recipient):
        cover = super()._cover(recipient)
        token = recipient.get("cover_code") or PREVIEW
        if not codes.TOKEN.fullmatch(token):
            token = PREVIEW
        return dataclasses.replace(
            cover, images={**cover.images, "qr": code_png(token)}
        )

    def _freeze_and_queue(self, recipients):
        if self._draws_cover():
            new = self.env["fax.message"]._new_code
            recipients = [{**each, "cover_code": new()} for each in recipients]
        return super()._freeze_and_queue(recipients)

    def _prepare_message(self, recipient, document):
        values = super()._prepare_message(recipient, document)
        # Only what was given out just now: the browser sends recipients, too.
        code = recipient.get("cover_code") if self._draws_cover() else False
        return {**values, "cover_code": code}
