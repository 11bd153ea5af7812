from odoo import models

from ..document import ERRORS, DocumentError, Limits, check_file


class FaxComposer(models.TransientModel):
    """Files besides the records, and what is wrong with files and pages, in words.

    The text of an exception ends in the server's log, and a file's name may be a
    person's: names are only in what is returned, never in what is raised.
    """

    _inherit = "fax.composer"

    # EXTRA FILES

    def action_add_files(self, attachment_ids):
        """Take files into the fax after a check, in the order given.

        :return: the list of files, each with pages or with an error in words
        """
        self._check_mine()
        attachments = self.env["ir.attachment"].browse(attachment_ids)
        attachments.check_access("read")
        known = {file["id"] for file in self.files or []}
        added = [self._checked_file(a) for a in attachments if a.id not in known]
        self.files = (self.files or []) + added
        return self.files

    def _checked_file(self, attachment):
        file = {"id": attachment.id, "name": attachment.name, "pages": 0, "error": ""}
        try:
            info = check_file(str(attachment.id), attachment.raw or b"", Limits())
            file["pages"] = info.pages
        except DocumentError as error:
            # Without the file's name, which stands beside it in the list
            file["error"] = self._document_error_words(error.code)
        return file

    def _extra_files(self):
        ids = [file["id"] for file in self.files or [] if not file.get("error")]
        attachments = self.env["ir.attachment"].browse(ids)
        attachments.check_access("read")
        return attachments

    # WHAT IS WRONG

    def _document_error_words(self, code):
        """What a code means and what to do about it."""
        text = ERRORS[code]
        return f"{self.env._(text.what)} {self.env._(text.advice)}"

    def _document_error_text(self, error, named=False):
        """What is wrong with a document, where, and what to do.

        :param named: with the user's own name of the file; not for exceptions
        """
        text = self._document_error_words(error.code)
        place = self._place(error.source, named)
        if place and error.page:
            return self.env._(
                "%(place)s, page %(page)s: %(text)s",
                place=place,
                page=error.page,
                text=text,
            )
        return (
            self.env._("%(place)s: %(text)s", place=place, text=text) if place else text
        )

    def _place(self, source, named):
        """Which part of the fax an error is about, or an empty string.

        :param source: index of a record, or the name that we gave to a file: its id
        """
        if isinstance(source, int):
            return self.env._("Record %(number)s", number=source + 1)
        if not (source or "").isdigit():
            return ""
        if named:
            return f"“{self.env['ir.attachment'].browse(int(source)).name}”"
        ids = [str(file["id"]) for file in self.files or []]
        if source not in ids:
            return self.env._("A file of the records")
        return self.env._("File %(number)s", number=ids.index(source) + 1)

    def _flag_texts(self):
        return {
            "dark": self.env._("More than a third of the page is black"),
            "small_text": self.env._("Text smaller than 8 pt"),
            "faint_text": self.env._("Pale text that will not show"),
            "blank": self.env._("Nearly blank"),
            "photo_too_dark": self.env._("A photo is too dark"),
        }
