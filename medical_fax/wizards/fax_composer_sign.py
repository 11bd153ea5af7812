import base64

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..document import DocumentError, Mark, mark_pages

KINDS = ("text", "tick", "date", "signature")
MOST_MARKS = 200


class FaxMessage(models.Model):
    """Sign and return: one's own signature, text, ticks and the date on the pages of a
    fax that came in, sent back as a new document. What came in never changes."""

    _inherit = "fax.message"

    def action_sign(self):
        """Open the pages to place marks on."""
        self._check_signable()
        return {
            "type": "ir.actions.client",
            "tag": "medical_fax.sign",
            "params": {
                "message_id": self.id,
                "document_id": self.document_id.id,
                "pages": self.document_id.pages,
                "number": self.number_display,
                "date": format_date(self.env, fields.Date.context_today(self)),
                # One's own, so that it is seen where it will stand.
                "signature": (self.env.user.signature_image or b"").decode(),
            },
        }

    def action_sign_and_return(self, marks):
        """Make the signed pages and open the composer to the sender's number, where
        they are looked at, and the number confirmed, before they leave.

        :param marks: list of dicts of page, x, y (shares of the page), kind and text
        """
        self._check_signable()
        placed = self._marks(marks)
        signature = None
        if any(mark.kind == "signature" for mark in placed):
            # One's own, whatever is asked for.
            signature = base64.b64decode(self.env.user.signature_image or b"")
            if not signature:
                raise UserError(
                    self.env._(
                        "You have no signature picture yet. Add it in your preferences."
                    )
                )
        document = self.document_id
        try:
            built = mark_pages(
                document._open("view"), placed, signature, trusted=document.trusted
            )
        except DocumentError as error:
            words = self.env["fax.composer"]._document_error_words(error.code)
            raise UserError(words) from error
        return self.env["fax.composer"]._compose_signed(self, built)

    def _check_signable(self):
        self._check_received()
        if not self.document_id or not self.number:
            raise UserError(
                self.env._(
                    "Only a fax whose pages can be shown and whose sender is known can "
                    "be signed and returned."
                )
            )
        self.document_id.check_access("read")

    def _marks(self, marks):
        """The marks as the browser sent them, checked."""
        today = format_date(self.env, fields.Date.context_today(self))
        try:
            placed = [
                Mark(
                    page=int(mark["page"]),
                    x=min(max(float(mark["x"]), 0.0), 1.0),
                    y=min(max(float(mark["y"]), 0.0), 1.0),
                    kind=KINDS[KINDS.index(mark["kind"])],
                    text=today if mark["kind"] == "date" else mark.get("text") or "",
                )
                for mark in marks[:MOST_MARKS]
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(self.env._("These marks cannot be placed.")) from error
        if not placed:
            raise UserError(self.env._("Place your signature or a mark first."))
        return placed


class FaxComposer(models.TransientModel):
    _inherit = "fax.composer"

    def _compose_signed(self, message, built):
        """Open a composer with these pages, to where the fax came from."""
        action = self._compose_from_received(message, to_sender=True)
        composer = self.browse(action["res_id"])
        composer._add_pages(message, built.pdf)
        composer.has_cover = False
        return action
