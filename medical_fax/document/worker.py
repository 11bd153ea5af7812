"""What the package can do, by name: called in this process or in the child.

Each operation takes and gives only what `codec` can pack.
"""

import contextlib

import pymupdf

from . import (
    assemble,
    copies,
    flags,
    foreign,
    marks,
    raster,
    received,
    report,
    stamp,
    trace,
)
from .errors import DocumentError
from .structures import FINE, PagePreview

# The renderer prints its complaints, which quote the file, to the standard output.
pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)

SOURCE = "document"


def build(job):
    return assemble.build_here(job)


def check(name, content, limits):
    return foreign.check(name, content, limits)


def arrive(content, limits):
    return received.arrive(content, limits)


def page_count(pdf):
    with _opened(pdf) as document:
        return document.page_count


def render(pdf, index, resolution):
    with _opened(pdf) as document:
        return raster.bitmap(_page(document, index), resolution)


def previews(pdf, indexes, resolution, width):
    """PagePreview of the pages; indexes None for all. width None: dots of the fax."""
    result = []
    with _opened(pdf) as document:
        wanted = range(document.page_count) if indexes is None else indexes
        for index in wanted:
            page = _page(document, index)
            drawn = raster.draw(page, resolution)
            screen = raster.for_screen(drawn.black_white, resolution, width)
            found = flags.page_flags(page, drawn, resolution)
            result.append(PagePreview(index, raster.png(screen), found))
    return result


def page_flags(pdf, index):
    with _opened(pdf) as document:
        page = _page(document, index)
        return flags.page_flags(page, raster.draw(page, FINE), FINE)


def tiff(pdf, resolution):
    with _opened(pdf) as document:
        return raster.tiff(document, resolution)


def select(pdf, indexes):
    with _opened(pdf) as document:
        pages = (_page(document, index) for index in indexes)
        return copies.select_pages(document, pages)


def plain(pdf):
    with _opened(pdf) as document:
        pages = (_page(document, index) for index in range(document.page_count))
        return copies.plain_copy(document, pages)


def mark(pdf, placed, signature):
    with _opened(pdf) as document:
        return marks.mark_pages(document, placed, signature)


def stamped(pdf, text):
    with _opened(pdf) as document:
        return stamp.stamp_document(document, text)


def report_page(title, rows, picture, labels, paper, reference):
    return report.report_pdf(title, rows, picture, labels, paper, reference)


@contextlib.contextmanager
def _opened(pdf):
    """The open document; whatever its content provokes becomes a DocumentError."""
    with trace.foreign(SOURCE), pymupdf.open(stream=pdf, filetype="pdf") as document:
        if document.needs_pass:
            raise DocumentError("encrypted")
        yield document


def _page(document, index):
    trace.at(SOURCE, index + 1)
    if not 0 <= index < document.page_count:
        raise DocumentError("no_such_page")
    return document[index]


OPERATIONS = {
    "build": build,
    "check": check,
    "arrive": arrive,
    "page_count": page_count,
    "render": render,
    "previews": previews,
    "page_flags": page_flags,
    "tiff": tiff,
    "select": select,
    "plain": plain,
    "mark": mark,
    "stamp": stamped,
    "report": report_page,
}
