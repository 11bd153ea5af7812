"""What can go wrong with a document, said without its content."""

from dataclasses import dataclass

# pylint: disable=prefer-env-translation  # there is no env in this package


def _(text):
    """Mark a text for the translation catalogue; who shows it translates it."""
    return text


@dataclass(frozen=True)
class ErrorText:
    """One failure in plain English; the Odoo side translates both sentences.

    what: what happened. advice: what the user can do about it.
    """

    what: str
    advice: str


ERRORS = {
    "empty": ErrorText(
        _("There is no page to send."),
        _("Choose an entry, write a text or attach a file."),
    ),
    "encrypted": ErrorText(
        _("The PDF is protected by a password."),
        _("Open it, save a copy without a password, and attach the copy."),
    ),
    "broken": ErrorText(
        _("The file is damaged and cannot be read completely."),
        _("Open it and save it again, or print it to a new PDF."),
    ),
    "unsupported_type": ErrorText(
        _("This type of file cannot be faxed."),
        _("Attach a PDF, a PNG, a JPEG or a TIFF."),
    ),
    "office": ErrorText(
        _("This is a file of an office program."),
        _("Save as PDF first, then attach the PDF."),
    ),
    "heic": ErrorText(
        _("This photo is in the HEIC or AVIF format, which cannot be faxed."),
        _("Save it as JPEG first, then attach the JPEG."),
    ),
    "too_large": ErrorText(
        _("The file or text is larger than allowed."),
        _("Split it, or save it in a smaller size."),
    ),
    "too_many_pages": ErrorText(
        _("There are more pages than one fax may have."),
        _("Leave out pages, or send them as several faxes."),
    ),
    "image_bomb": ErrorText(
        _("A picture has more pixels than allowed."),
        _("Save the picture in a smaller size and attach it again."),
    ),
    "too_many_images": ErrorText(
        _("The text holds more pictures than allowed."),
        _("Remove some pictures, or attach them as a PDF."),
    ),
    "too_deep": ErrorText(
        _("The text is nested too deeply to be laid out."),
        _("Copy the text without its formatting and try again."),
    ),
    "layout": ErrorText(
        _("The text cannot be fitted to the page."),
        _("Simplify its tables, or attach it as a PDF."),
    ),
    "timeout": ErrorText(
        _("Preparing the pages took too long and was stopped."),
        _("Send fewer pages at once, or print the file to a new PDF."),
    ),
    "too_much_memory": ErrorText(
        _("Preparing the pages needed more memory than allowed."),
        _("Send fewer pages at once, or print the file to a new PDF."),
    ),
    "crashed": ErrorText(
        _("The file made the page renderer stop."),
        _("Print the file to a new PDF and attach that."),
    ),
    "no_such_page": ErrorText(
        _("The document has no such page."),
        _("Reload the document and try again."),
    ),
}


class DocumentError(Exception):
    """A document could not be made or read.

    code: a key of ERRORS. message: safe English text, never content nor a name.
    source: the section index or file name that the caller gave, or None.
    page: 1-based page at fault inside the source, or None.
    detail: for the log: kind and place of the failure in our code, never content.
    """

    def __init__(self, code, message=None, source=None, page=None, detail=None):
        # Only the message reaches str() and repr(): a file name may be a person's.
        super().__init__(message or ERRORS[code].what)
        self.code = code
        self.source = source
        self.page = page
        self.detail = detail

    @property
    def message(self):
        return self.args[0]
