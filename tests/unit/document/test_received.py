"""Received files: shown as they came, or refused with a reason."""

import io

import pymupdf
import pytest
from PIL import Image

from document import DocumentError, Limits, arrive, page_count
from unit.document import fax_samples as samples


def tiff(*sizes, dpi=None):
    """A TIFF of black and white pages with a black corner."""
    pages = []
    for size in sizes:
        page = Image.new("1", size, 1)
        page.paste(0, (0, 0, 100, 100))
        pages.append(page)
    out = io.BytesIO()
    options = {"dpi": dpi} if dpi else {}
    pages[0].save(
        out, "TIFF", compression="group4", save_all=True, append_images=pages[1:],
        **options,
    )  # fmt: skip
    return out.getvalue()


def sizes(pdf):
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        return [(round(p.rect.width), round(p.rect.height)) for p in document]


def test_a_pdf_stays_as_it_came():
    content = samples.letter(612, 792)
    arrived = arrive(content)
    assert arrived.pdf == content
    assert arrived.pages == page_count(content)
    with pymupdf.open(stream=content, filetype="pdf") as document:
        assert arrived.text.split() == document[0].get_text().split()
    assert arrived.text.strip()


def test_a_tiff_becomes_a_pdf_of_its_size():
    content = tiff((1728, 2156), (1728, 1078), dpi=(204, 196))
    arrived = arrive(content)
    assert arrived.pages == 2 and arrived.text == ""
    assert sizes(arrived.pdf) == [(610, 792), (610, 396)]
    assert arrived.pdf == arrive(content).pdf, "the same bytes each time"


def test_a_tiff_that_does_not_tell_its_resolution():
    """Fine and standard both make a letter page."""
    arrived = arrive(tiff((1728, 2156), (1728, 1078)))
    assert sizes(arrived.pdf) == [(610, 792), (610, 792)]


def test_the_dots_are_those_that_came():
    with pymupdf.open(stream=arrive(tiff((1728, 2156))).pdf) as document:
        pixmap = document[0].get_pixmap(dpi=204, colorspace=pymupdf.csGRAY)
    assert pixmap.pixel(40, 40) == (0,)
    assert pixmap.pixel(400, 400) == (255,)


def test_a_picture_is_a_page():
    assert arrive(samples.encode(samples.photo(), "JPEG")).pages == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "broken"),
        (b"II*\x00\x08\x00\x00\x00", "broken"),  # what a modem leaves when killed
        (tiff((1728, 2156))[:300], "broken"),
        (b"%PDF-1.7\nnothing", "broken"),
        (b"MZ\x90\x00 a program", "unsupported_type"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "unsupported_type"),
    ],
)
def test_refused(content, code):
    with pytest.raises(DocumentError) as refused:
        arrive(content)
    assert refused.value.code == code


def test_limits():
    content = tiff((1728, 1078), (1728, 1078))
    for limits, code in (
        (Limits(max_pages=1), "too_many_pages"),
        (Limits(max_bytes=100), "too_large"),
        (Limits(max_image_pixels=1000), "image_bomb"),
    ):
        with pytest.raises(DocumentError) as refused:
            arrive(content, limits)
        assert refused.value.code == code
