"""A finished document again: only some of its pages, or all of them as plain pictures.

What was frozen is opened here, never changed: a copy is a document of its own.
"""

import pymupdf

from . import raster
from .assemble import finish
from .errors import DocumentError
from .foreign import hides_layers
from .structures import FINE, Built


def select_pages(document, pages):
    """A Built of some pages of an open PDF; nothing of the others stays in it."""
    copy, hides = pymupdf.open(), hides_layers(document)
    for page in pages:
        if hides:
            _add_plain(copy, page)
        else:
            # final=0: fonts and pictures that pages share come over once.
            number = page.number
            copy.insert_pdf(
                document, from_page=number, to_page=number, links=False, final=0
            )
    return _built(copy, document)


def plain_copy(document, pages):
    """A Built whose pages are fax pages of an open PDF as 1-bit pictures.

    For a provider that could not read the document. Drawn once more it gives the same
    dots: the recipient sees what was frozen.
    """
    copy = pymupdf.open()
    for page in pages:
        _add_plain(copy, page)
    return _built(copy, document)


def _add_plain(copy, page):
    """A page of the same size that holds nothing but the dots of a fax page."""
    size = page.rect
    image = raster.draw(page).black_white
    scale, left = raster.fit(size.width, FINE)
    if left > 0:
        # The fax's line is wider than the paper; what is beside it is not printed.
        image = image.crop((left, 0, image.width - left, image.height))
    # Each dot exactly where the fax has it, or drawing it once more would blur it.
    across, down = FINE.x / 72 * scale, FINE.y / 72 * scale
    x = max(0, -left) / across
    rect = pymupdf.Rect(x, 0, x + image.width / across, image.height / down)
    plain = copy.new_page(width=size.width, height=size.height)
    xref = plain.insert_image(rect, stream=raster.png(image), keep_proportion=False)
    # As plain as can be: no colour profile, and packed in the way that every reader of
    # PDF knows. A fax's own way (Group 4) makes a dithered photo three times as large.
    copy.xref_set_key(xref, "ColorSpace", "/DeviceGray")
    copy.update_stream(xref, copy.xref_stream(xref))
    copy.xref_set_key(xref, "DecodeParms", "null")


def _built(copy, document):
    if not copy.page_count:
        raise DocumentError("empty")
    reference = (document.metadata or {}).get("title", "")
    return Built(finish(copy, reference), copy.page_count, ())
