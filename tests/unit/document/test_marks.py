"""Marks stand where they were placed on the page in view."""

import pymupdf
import pytest

from document import DocumentError, Mark, mark_pages
from unit.document import fax_samples as samples


def blank(width, height, rotation=0):
    document = pymupdf.open()
    document.new_page(width=width, height=height).set_rotation(rotation)
    return document.tobytes()


def opened(built):
    return pymupdf.open(stream=built.pdf, filetype="pdf")


@pytest.mark.parametrize("size", [(612, 792), (595, 842)])
@pytest.mark.parametrize("rotation", [0, 90])
def test_where(size, rotation):
    built = mark_pages(
        blank(*size, rotation),
        [Mark(0, 0.5, 0.25, "text", "Here"), Mark(0, 0, 1, "tick")],
    )
    assert built.foreign and built.pages == 1
    with opened(built) as document:
        page = document[0]
        (word,) = page.get_text("words")
        assert word[0] == pytest.approx(page.rect.width / 2, abs=4)
        assert word[3] == pytest.approx(page.rect.height / 4, abs=6)
        assert len(page.get_drawings()) == 1


def test_the_signature():
    picture = samples.encode(samples.photo(), "PNG")
    pdf = blank(612, 792)
    with opened(mark_pages(pdf, [Mark(0, 0.5, 0.9, "signature")], picture)) as document:
        (image,) = document[0].get_image_info()
        assert image["bbox"][3] == pytest.approx(0.9 * 792, abs=2)
    with pytest.raises(DocumentError):
        mark_pages(pdf, [Mark(0, 0.5, 0.9, "signature")])


def test_pages_that_there_are_not():
    with pytest.raises(DocumentError):
        mark_pages(blank(612, 792), [Mark(1, 0, 0, "tick")])
