import base64
import hashlib

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import consteq, hmac

from ..document import DocumentError, preview_pages

PREVIEW_PAGES = 16  # drawn in one call
PREVIEW_WIDTH = 700  # dots
FAX_WIDTH = 1728  # dots of a fax line


class FaxComposer(models.TransientModel):
    """The pages that would leave, on the screen while one writes.

    They are made while one goes on typing, so they are kept in a row of their own:
    writing the composer's own row would collide with what is saved meanwhile, and
    Send would have to start again.
    """

    _inherit = "fax.composer"

    # Nobody reads it as a field: action_preview_pages hands out pictures.
    preview_pdf = fields.Binary(attachment=True, groups=fields.NO_ACCESS)

    def action_preview(self):
        """Make the pages that would leave, and say what stands on them.

        :return: pages and what each is, or the error in words; nothing is raised, so
            that typing goes on while the preview is made
        """
        self.ensure_one()
        self._check_mine()
        recipient = (self.recipients or [{}])[0]
        try:
            content = self._sections()
            built = self._build(recipient, content)
        except DocumentError as error:
            text = self._document_error_text(error, named=True)
            return {"error": text, "pages": 0, "items": []}
        except UserError as error:
            return {"error": str(error), "pages": 0, "items": []}
        key = hashlib.sha256(built.pdf).hexdigest()[:16]
        if not self._preview_file(key):
            self._keep_preview(key, built)
        return {
            "key": key,
            "pages": built.pages,
            "recipients": len(self.recipients or []),
            "items": [
                {"kind": info.kind, "source": info.source, "page": info.page}
                for info in built.page_infos
            ],
        }

    def action_preview_pages(self, key, indexes, width=PREVIEW_WIDTH):
        """Draw pages of the preview as the other machine will print them.

        All in one go: pages that hold parts of foreign files are drawn in a child
        process, whose start takes longer than the drawing.

        :param key: of the preview that is meant; nothing if there is a newer one
        :param indexes: which pages, from 0, PREVIEW_PAGES at most
        :param width: of the pictures, in dots of a fax line
        :return: list of dicts of index, png (base64) and flags (what is hard to read
            on the page, in words)
        """
        self.ensure_one()
        self._check_mine()
        file = self._preview_file(key)
        if not file:
            return []
        try:
            pages = preview_pages(
                file.raw,
                [int(index) for index in indexes[:PREVIEW_PAGES]],
                width=min(max(int(width), 100), FAX_WIDTH),
                trusted=consteq(file.description or "", self._seal(file.raw)),
            )
        except DocumentError as error:
            raise UserError(self._document_error_text(error)) from error
        texts = self._flag_texts()
        return [
            {
                "index": page.index,
                "png": base64.b64encode(page.png).decode(),
                "flags": [texts.get(flag, flag) for flag in page.flags],
            }
            for page in pages
        ]

    # THE FILE

    def _preview_file(self, key=None):
        """The kept preview, if it is the one with this key; none: whichever it is."""
        self.ensure_one()
        # sudo: the field is closed to everyone, this composer is the user's own
        files = self.env["ir.attachment"].sudo()
        domain = [
            ("res_model", "=", self._name),
            ("res_id", "=", self.id),
            ("res_field", "=", "preview_pdf"),
        ]
        if key:
            domain.append(("name", "=", key))
        return files.search(domain, limit=1)

    def _keep_preview(self, key, built):
        former = self._preview_file()
        former.unlink()
        former.create(
            {
                "name": key,
                "description": False if built.foreign else self._seal(built.pdf),
                "raw": built.pdf,
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
                "res_field": "preview_pdf",
            }
        )
        self.invalidate_recordset(["preview_pdf"])

    def _seal(self, pdf):
        """What only we can write on a PDF of ours that holds nothing foreign: users
        may write attachments, and foreign bytes are opened in a child process only."""
        digest = hashlib.sha256(pdf).hexdigest()
        return hmac(self.env(su=True), "medical_fax.preview", digest)
