"""Received faxes: a PDF stays as it came, a TIFF becomes one of ours.

Everything here hands hostile bytes to C code and must run in the child process only.
"""

import pymupdf

from . import images as picturing
from .assemble import finish
from .codes import READ_PAGES, read_codes
from .foreign import open_part
from .raster import draw, png
from .structures import Arrived, FilePart
from .trace import at, foreign

SOURCE = "received"
LONGEST_TEXT = 20_000
TEXT_PAGES = 20

# Lines of fax machines are 1728 dots at 204 dots an inch, and wider ones for wide
# paper. Some files do not tell, and a page of standard resolution would look squeezed.
FAX_LINES = (1728, 2048, 2432)
FAX_DPI = 204
LEAST_DPI = 50
FINE_ROWS, STANDARD_ROWS = 196, 98
MOST_STANDARD_ROWS = 1300
"""A page of standard resolution, A4 or a little longer, has no more rows."""


def arrive(content, limits):
    """The Arrived of a received file; DocumentError says why it cannot be shown."""
    with foreign(SOURCE):
        opened = open_part(FilePart(SOURCE, content), limits)
        if opened.pdf is not None:
            # Opened anew: looking at it has flattened forms in the first one.
            pdf = content
        else:
            pdf = _from_image(opened, content, limits)
        with pymupdf.open(stream=pdf, filetype="pdf") as document:
            text = _text(document) if pdf is content else ""
            return Arrived(pdf, opened.info.pages, text, _codes(document))


def _codes(document):
    pages = document.pages(0, min(document.page_count, READ_PAGES))
    return read_codes(draw(page).black_white for page in pages)


def _text(document):
    parts, length = [], 0
    for page in document.pages(0, min(document.page_count, TEXT_PAGES)):
        at(SOURCE, page.number + 1)
        parts.append(page.get_text())
        length += len(parts[-1])
        if length >= LONGEST_TEXT:
            break
    at(SOURCE)
    return "\n".join(parts)[:LONGEST_TEXT]


def _from_image(opened, content, limits):
    """Each frame as a page of its own size, dot for dot."""
    image = picturing.open_image(content, limits)
    pdf = pymupdf.open()
    for number in opened.pages:
        at(SOURCE, number)
        if number > 1:
            image.seek(number - 1)
        frame = picturing.upright(image)
        width, height = _size(image, frame)
        page = pdf.new_page(width=width, height=height)
        page.insert_image(page.rect, stream=png(frame), keep_proportion=False)
    at(SOURCE)
    return finish(pdf, "")


def _size(image, frame):
    """Width and height of the paper in points."""
    if frame.width in FAX_LINES and _tells_nothing(image):
        rows = STANDARD_ROWS if frame.height <= MOST_STANDARD_ROWS else FINE_ROWS
        return frame.width / FAX_DPI * 72, frame.height / rows * 72
    return picturing.natural_size(image)


def _tells_nothing(image):
    # Pillow says one dot an inch where a TIFF says nothing.
    return max(image.info.get("dpi") or (0,)) < LEAST_DPI
