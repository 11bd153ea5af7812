"""The dataclasses that cross the border of this package.

Everything is plain and frozen, so that it can be sent to the child process and
compared in tests. Lengths are in points (1/72 inch) unless a name says otherwise.
What holds names or content has no repr, so that no log or traceback can print it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

MM = 72 / 25.4
"""Points in a millimetre."""


@dataclass(frozen=True)
class Limits:
    """What one document may cost; the defaults are the production values."""

    max_pages: int = 500
    """Pages of the whole document, and of one foreign file."""
    max_bytes: int = 25 * 1024 * 1024
    """Bytes of one foreign file or picture."""
    max_total_bytes: int = 80 * 1024 * 1024
    """Bytes of all foreign files and pictures of one document."""
    max_image_pixels: int = 100_000_000
    """Pixels of one picture, also of one inside a PDF."""
    max_images: int = 200
    """Pictures in the texts of one document."""
    max_html_bytes: int = 4 * 1024 * 1024
    """Bytes of html of one document."""
    inline_html_bytes: int = 200_000
    """Above this the html is laid out in the child process."""
    inline_elements: int = 5000
    """The same for elements: layout time grows with their square."""
    max_depth: int = 200
    """Nested elements of html."""
    max_word: int = 500
    """Characters without a break, longer words get soft breaks."""
    child_memory: int = 1536 * 1024 * 1024
    """Address space of the child process, in bytes."""
    child_seconds: float = 90.0
    """Wall clock and processor time of the child process."""
    max_reply_bytes: int = 400 * 1024 * 1024
    """Bytes accepted from the child process."""


@dataclass(frozen=True)
class Paper:
    name: str
    width: float
    height: float


A4 = Paper("A4", 210 * MM, 297 * MM)
LETTER = Paper("Letter", 612.0, 792.0)


def paper_for_country(code):
    """The paper in the recipient's machine; `code` is ISO 3166 alpha-2 or empty."""
    return LETTER if (code or "").upper() in ("US", "CA") else A4


@dataclass(frozen=True)
class Resolution:
    """Dots per inch of a fax page, and the width of its lines in dots."""

    name: str
    x: int
    y: int
    width: int = 1728


FINE = Resolution("fine", 204, 196)
STANDARD = Resolution("standard", 204, 98)


@dataclass(frozen=True)
class Labels:
    """Every word that we print ourselves; {page}, {pages}, {number} are filled in."""

    page: str = "Page {page} of {pages}"
    draft: str = "DRAFT – not signed"
    signed_by: str = "Signed by"
    licence: str = "Licence no."
    signed_on: str = "Date"
    attachments: str = "Attachments"
    attachment: str = "Attachment {number}"
    attachment_page: str = "page {page} of {pages}"
    picture_missing: str = "[picture not included]"
    first_page: str = "First page"


@dataclass(frozen=True)
class Options:
    """newest_first: the caller's order is oldest first, and is turned round.

    page_per_section: each section begins a page, and its files follow it.
    """

    newest_first: bool = False
    page_per_section: bool = False


@dataclass(frozen=True, repr=False)
class Signature:
    """Who signed; all strings localized. image: PNG or JPEG bytes, or None."""

    name: str
    licence: str = ""
    signed_on: str = ""
    image: bytes | None = None


@dataclass(frozen=True, repr=False)
class FilePart:
    """A foreign file (PDF, PNG, JPEG, TIFF) whose pages join the document.

    caption: printed at the head of its pages. skip_pages: 1-based pages left out.
    rasterize: send its pages as plain pictures, for files that a provider refused.
    """

    name: str
    content: bytes
    caption: str = ""
    skip_pages: Sequence[int] = ()
    rasterize: bool = False


@dataclass(frozen=True, repr=False)
class Section:
    """One chart entry, or one part of a plan.

    html: untrusted, sanitized here. images: what its `src` may show, else nothing is.
    draft: not signed. untrusted: html made by another addon, laid out in the child.
    """

    title: str = ""
    subtitle: str = ""
    html: str = ""
    images: Mapping[str, bytes] = field(default_factory=dict)
    signature: Signature | None = None
    draft: bool = False
    files: Sequence[FilePart] = ()
    untrusted: bool = False


@dataclass(frozen=True, repr=False)
class Running:
    """What stands on each page: clinic left, subject right, reference at the foot.

    The cover page shows only the reference: it must not name the patient.
    """

    clinic: str
    subject: str = ""
    reference: str = ""


@dataclass(frozen=True, repr=False)
class Cover:
    """A cover template with its values; see `cover.COVER_PLACEHOLDERS`.

    images: PNG or JPEG bytes for the placeholders `logo` and `qr`.
    """

    html: str
    values: Mapping[str, str] = field(default_factory=dict)
    images: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class PageInfo:
    """What one page of the result is.

    kind: cover, layout or file. source: for a layout the index of its first section
    as the caller gave them, for a file its name. page: 1-based page in the source.
    sections: indices of all sections on the page. file: index in `document_files`.
    """

    kind: str
    source: str = field(repr=False)
    page: int
    draft: bool = False
    sections: tuple[int, ...] = ()
    file: int | None = None


@dataclass(frozen=True)
class Built:
    """The finished document.

    foreign: it holds parts of foreign files, so that only the child may open it.
    """

    pdf: bytes = field(repr=False)
    pages: int
    page_infos: tuple[PageInfo, ...]
    foreign: bool = False


@dataclass(frozen=True)
class Mark:
    """Something to place on a page: kind is text, date, tick or signature.

    x, y: where its lower left corner stands, as shares of the page in view.
    """

    page: int
    x: float
    y: float
    kind: str
    text: str = field(repr=False, default="")


@dataclass(frozen=True)
class Arrived:
    """The pages of a received fax, as a PDF.

    text: what the PDF says in letters; a picture of letters says nothing.
    codes: tokens of our own covers that came back on its pages.
    """

    pdf: bytes = field(repr=False)
    pages: int
    text: str = field(repr=False, default="")
    codes: tuple[str, ...] = field(repr=False, default=())


@dataclass(frozen=True)
class FileInfo:
    """A foreign file that was found good; width and height of its first page in points.

    repaired: its structure was damaged and had to be guessed, so look at its pages.
    """

    mimetype: str
    pages: int
    width: float
    height: float
    repaired: bool = False


@dataclass(frozen=True)
class Bitmap:
    """A page as the fax machine prints it: rows of packed bits, 1 is white."""

    width: int
    height: int
    resolution: Resolution
    data: bytes = field(repr=False)

    def image(self):
        """The page as a Pillow image of mode 1."""
        from PIL import Image

        return Image.frombytes("1", (self.width, self.height), self.data)


@dataclass(frozen=True)
class PagePreview:
    """A page for the screen: PNG of the 1-bit page, and what is wrong with it."""

    index: int
    png: bytes = field(repr=False)
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class ReportRow:
    """One line of the transmission report; both localized."""

    label: str
    value: str
