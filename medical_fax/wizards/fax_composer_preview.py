import base64
import hashlib

from odoo import models
from odoo.exceptions import UserError

from ..document import DocumentError, preview_pages

PREVIEW_PAGES = 16  # drawn in one call
PREVIEW_WIDTH = 700  # dots
FAX_WIDTH = 1728  # dots of a fax line


class FaxComposer(models.TransientModel):
    """The pages that would leave, on the screen while one writes."""

    _inherit = "fax.composer"

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
        if key != self.preview_key:
            # sudo: the field is closed, pages are handed out below only
            self.sudo().write(
                {
                    "preview_pdf": base64.b64encode(built.pdf),
                    "preview_key": key,
                    "preview_trusted": not built.foreign,
                }
            )
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
        if key != self.preview_key:
            return []
        # sudo: the field is closed to everyone, this composer is the user's own
        composer = self.sudo().with_context(bin_size=False)
        try:
            pages = preview_pages(
                base64.b64decode(composer.preview_pdf or b""),
                [int(index) for index in indexes[:PREVIEW_PAGES]],
                width=min(max(int(width), 100), FAX_WIDTH),
                trusted=composer.preview_trusted,
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
