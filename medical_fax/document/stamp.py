"""A large word across each page, for faxes that are not real."""

import pymupdf

from . import fonts
from .assemble import finish
from .errors import DocumentError
from .text import one_line

ANGLE = 55
DIAGONAL_SHARE = 0.7
LARGEST = 190.0
OUTLINE = 0.008
"""Width of the outline, as a share of the letters' size."""
FONT = "notosbo"


def stamp_document(pdf, text):
    """The bytes of the open `pdf` with `text` (TEST, say) outlined across each page."""
    if not pdf.page_count:
        raise DocumentError("empty")
    reference = (pdf.metadata or {}).get("title", "")
    stamps = {}
    for page in pdf:
        page.remove_rotation()
        size = (round(page.rect.width), round(page.rect.height))
        if size not in stamps:
            stamps[size] = _stamp(size, one_line(text, 24))
        page.show_pdf_page(page.rect, stamps[size], 0)
    return finish(pdf, reference)


def _stamp(size, text):
    """A PDF of one page that holds nothing but the word."""
    stamp = pymupdf.open()
    page = stamp.new_page(width=size[0], height=size[1])
    page.insert_font(fontname="stamp", fontbuffer=fonts.font_bytes(FONT))
    font = pymupdf.Font(fontbuffer=fonts.font_bytes(FONT))
    diagonal = (size[0] ** 2 + size[1] ** 2) ** 0.5
    height = diagonal * DIAGONAL_SHARE / max(0.1, font.text_length(text, 1))
    height = min(LARGEST, height)
    middle = pymupdf.Point(size[0] / 2, size[1] / 2)
    start = middle + (-font.text_length(text, height) / 2, height * 0.36)
    # Outlined, so that what is written below stays readable.
    page.insert_text(
        start,
        text,
        fontname="stamp",
        fontsize=height,
        render_mode=1,
        border_width=OUTLINE,
        morph=(middle, pymupdf.Matrix(ANGLE)),
    )
    stamp.subset_fonts()
    return stamp
