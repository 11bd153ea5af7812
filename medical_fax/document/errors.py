"""What can go wrong with a document, said without its content."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ErrorText:
    """One failure in plain English; the Odoo side translates both sentences.

    what: what happened. advice: what the user can do about it.
    """

    what: str
    advice: str


ERRORS = {
    "empty": ErrorText(
        "There is no page to send.",
        "Choose an entry, write a text or attach a file.",
    ),
    "encrypted": ErrorText(
        "The PDF is protected by a password.",
        "Open it, save a copy without a password, and attach the copy.",
    ),
    "broken": ErrorText(
        "The file is damaged and cannot be read completely.",
        "Open it and save it again, or print it to a new PDF.",
    ),
    "unsupported_type": ErrorText(
        "This type of file cannot be faxed.",
        "Attach a PDF, a PNG, a JPEG or a TIFF.",
    ),
    "office": ErrorText(
        "This is a file of an office program.",
        "Save as PDF first, then attach the PDF.",
    ),
    "heic": ErrorText(
        "This photo is in the HEIC or AVIF format, which cannot be faxed.",
        "Save it as JPEG first, then attach the JPEG.",
    ),
    "too_large": ErrorText(
        "The file or text is larger than allowed.",
        "Split it, or save it in a smaller size.",
    ),
    "too_many_pages": ErrorText(
        "There are more pages than one fax may have.",
        "Leave out pages, or send them as several faxes.",
    ),
    "image_bomb": ErrorText(
        "A picture has more pixels than allowed.",
        "Save the picture in a smaller size and attach it again.",
    ),
    "too_many_images": ErrorText(
        "The text holds more pictures than allowed.",
        "Remove some pictures, or attach them as a PDF.",
    ),
    "too_deep": ErrorText(
        "The text is nested too deeply to be laid out.",
        "Copy the text without its formatting and try again.",
    ),
    "layout": ErrorText(
        "The text cannot be fitted to the page.",
        "Simplify its tables, or attach it as a PDF.",
    ),
    "timeout": ErrorText(
        "Preparing the pages took too long and was stopped.",
        "Send fewer pages at once, or print the file to a new PDF.",
    ),
    "too_much_memory": ErrorText(
        "Preparing the pages needed more memory than allowed.",
        "Send fewer pages at once, or print the file to a new PDF.",
    ),
    "crashed": ErrorText(
        "The file made the page renderer stop.",
        "Print the file to a new PDF and attach that.",
    ),
    "no_such_page": ErrorText(
        "The document has no such page.",
        "Reload the document and try again.",
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
