"""Text, ticks, dates and a signature placed on the pages of a document.

The marks make another document; the one that they stand on stays as it is.
"""

import pymupdf

from . import fonts, raster
from .assemble import finish
from .errors import DocumentError
from .structures import FINE, Built
from .text import one_line

FONT = "notos"
TEXT_SIZE = 12
TICK_SIZE = 14
SIGNATURE_HEIGHT = 42
LONGEST_TEXT = 200
TICK_WIDTH = 2
EDGE = 6
"""Nothing is placed nearer to the edge: fax machines lose it."""


def mark_pages(document, marks, signature):
    """A Built of an open PDF with these Marks; `signature` is a picture or None."""
    font = None
    for page in document:
        page.remove_rotation()
    for mark in marks:
        if not 0 <= mark.page < document.page_count:
            raise DocumentError("no_such_page")
        page = document[mark.page]
        point = _point(page, mark)
        if mark.kind == "signature":
            _sign(page, point, signature)
        elif mark.kind == "tick":
            _tick(page, point)
        else:
            font = font or pymupdf.Font(fontbuffer=fonts.font_bytes(FONT))
            _write(page, point, one_line(mark.text, LONGEST_TEXT), font)
    reference = (document.metadata or {}).get("title", "")
    return Built(finish(document, reference), document.page_count, ())


def _point(page, mark):
    """Where a mark stands: it was placed on the page as the fax machine prints it,
    whose line is wider or narrower than the paper."""
    rect = page.rect
    scale, left = raster.fit(rect.width, FINE)
    x = (mark.x * FINE.width - left) / (FINE.x / 72 * scale)
    return pymupdf.Point(
        rect.x0 + min(max(x, 0), rect.width), rect.y0 + mark.y * rect.height
    )


def _inside(page, point, width, height):
    """The point moved so that what stands on it is on the page as a whole."""
    rect = page.rect
    x = max(rect.x0 + EDGE, min(point.x, rect.x1 - EDGE - width))
    y = max(rect.y0 + EDGE + height, min(point.y, rect.y1 - EDGE))
    return pymupdf.Point(x, y)


def _sign(page, point, signature):
    if not signature:
        raise DocumentError("empty")
    picture = pymupdf.Pixmap(signature)
    width = SIGNATURE_HEIGHT * picture.width / max(1, picture.height)
    point = _inside(page, point, width, SIGNATURE_HEIGHT)
    rect = pymupdf.Rect(point.x, point.y - SIGNATURE_HEIGHT, point.x + width, point.y)
    page.insert_image(rect, stream=signature)


def _write(page, point, text, font):
    """A line that is longer than the page is wide is written smaller."""
    length = font.text_length(text, TEXT_SIZE)
    scale = min(1.0, (page.rect.width - 2 * EDGE) / max(1.0, length))
    point = _inside(page, point, length * scale, TEXT_SIZE * scale)
    page.insert_font(fontname="mark", fontbuffer=font.buffer)
    page.insert_text(point, text, fontname="mark", fontsize=TEXT_SIZE * scale)


def _tick(page, point):
    point = _inside(page, point, TICK_SIZE, TICK_SIZE)
    places = ((0, -0.45), (0.35, 0), (0.95, -0.95))
    page.draw_polyline(
        [point + (x * TICK_SIZE, y * TICK_SIZE) for x, y in places], width=TICK_WIDTH
    )
