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


def test_nothing_is_lost_at_the_edges():
    """What is placed too near to an edge is moved, and a long line written smaller."""
    picture = samples.signature_picture()
    marks = [
        Mark(0, x, y, kind, "A line of many words " * 8 if kind == "text" else "")
        for x, y in ((0, 0), (1, 0), (0, 1), (1, 1))
        for kind in ("text", "tick", "signature")
    ]
    with opened(mark_pages(blank(612, 792), marks, picture)) as document:
        page = document[0]
        boxes = [word[:4] for word in page.get_text("words")]
        boxes += [drawing["rect"] for drawing in page.get_drawings()]
        boxes += [image["bbox"] for image in page.get_image_info()]
        assert len(page.get_image_info()) == len(page.get_drawings()) == 4
        assert len(page.get_text("words")) == 4 * 5 * 8
        for x0, y0, x1, y1 in boxes:
            assert x0 >= 3 and x1 <= 609 and y0 >= 0 and y1 <= 792
