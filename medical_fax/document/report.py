"""The transmission report: one page about one fax, its first page in small."""

import io

import pymupdf
from lxml import etree

from .assemble import finish
from .errors import DocumentError
from .layout import CSS, FOOT_BOTTOM, SIDE, Box, flow, height_of, replay
from .structures import MM
from .text import one_line, soft_breaks

TOP = 16 * MM
MOST_ROWS = 24
LONGEST_VALUE = 400
SMALLEST_PICTURE = 60 * MM
LARGEST_PICTURE = 160 * MM
HEADING = 26.0

REPORT_CSS = (
    CSS
    + """
h1{font-size:17pt;margin:0 0 6pt 0}
.fax-fields{width:100%;margin:0 0 6pt 0}
.fax-fields td,.fax-fields th{border:0;border-top:0.75pt solid black;
border-bottom:0.75pt solid black;padding:2.5pt 8pt 2.5pt 0}
"""
)


def report_pdf(title, rows, picture, labels, paper, reference):
    """The PDF of a report.

    rows: ReportRow, printed in order. picture: PNG of the first page as it was sent, or
    None. Raises DocumentError too_large for more rows than fit one page.
    """
    tree = _tree(title, rows)
    width = paper.width - 2 * SIDE
    bottom = paper.height - FOOT_BOTTOM
    used = TOP + height_of(tree, width, REPORT_CSS)
    if len(rows) > MOST_ROWS or used > bottom:
        raise DocumentError("too_large")
    room = min(LARGEST_PICTURE, bottom - used - HEADING)
    if picture and room >= SMALLEST_PICTURE:
        etree.SubElement(tree, "h3").text = one_line(labels.first_page, 80)
    box = Box(SIDE, TOP, paper.width - SIDE, bottom)
    pages = flow(tree, box, images={}, budget=1, css=REPORT_CSS).pages
    pdf = pymupdf.open(stream=_draw(pages[0], paper), filetype="pdf")
    pdf.subset_fonts()
    if picture and room >= SMALLEST_PICTURE:
        _place(pdf[0], picture, used + HEADING, room)
    return finish(pdf, reference)


def _tree(title, rows):
    root = etree.Element("div")
    etree.SubElement(root, "h1").text = soft_breaks(one_line(title), 40, 20)
    table = etree.SubElement(root, "table", {"class": "fax-fields"})
    for row in rows:
        line = etree.SubElement(table, "tr")
        for tag, text in (("th", row.label), ("td", row.value)):
            cell = etree.SubElement(line, tag)
            cell.text = soft_breaks(one_line(text, LONGEST_VALUE), 24, 12)
    return root


def _draw(display, paper):
    out = io.BytesIO()
    writer = pymupdf.DocumentWriter(out)
    device = writer.begin_page((0, 0, paper.width, paper.height))
    replay(display, device)
    writer.end_page()
    writer.close()
    return out.getvalue()


def _place(page, picture, top, height):
    """The picture from `top` downwards, framed, at the left."""
    pixmap = pymupdf.Pixmap(picture)
    width = height * pixmap.width / pixmap.height
    rect = pymupdf.Rect(SIDE, top, SIDE + width, top + height)
    page.insert_image(rect, stream=picture)
    page.draw_rect(rect, color=0, width=0.75)
