"""The TEST stamp and the transmission report."""

import pymupdf
import pytest

from document import (
    A4,
    LETTER,
    DocumentError,
    FilePart,
    Labels,
    ReportRow,
    build,
    render_page,
    sandbox,
    stamp,
    transmission_report,
)
from document.raster import draw
from unit.document import fax_samples as samples

ROWS = [
    ReportRow("Date", "12 March 2026, 14:02"),
    ReportRow("To", "Dr Lee, +1 415 555 0134"),
    ReportRow("Pages", "2 of 3"),
    ReportRow("Result", "Partly delivered"),
    ReportRow("Reference", "FAX/2026/00123"),
]


@pytest.fixture
def document(no_child):
    parts = [FilePart("a", samples.letter(842, 595))]
    return build([samples.entry()], parts, running=samples.RUNNING)


def black(pdf, index=0):
    with pymupdf.open(stream=pdf, filetype="pdf") as opened:
        return draw(opened[index]).black_white


def test_the_stamp_is_large_on_every_page_and_hides_nothing(document):
    stamped = stamp(document.pdf, "TEST")
    texts = samples.texts(stamped)
    assert len(texts) == document.pages
    for number, (before, after) in enumerate(
        zip(samples.texts(document.pdf), texts, strict=True)
    ):
        # Letters stand along the slope and are told one by one.
        assert set(before.split()) <= set(after.split())
        old, new = black(document.pdf, number), black(stamped, number)
        assert new.histogram()[0] > old.histogram()[0]
        changed = [a & ~b & 255 for a, b in zip(old.tobytes(), new.tobytes(),
                                                strict=True)]  # fmt: skip
        assert not any(b & ~a for a, b in zip(old.tobytes(), new.tobytes(),
                                              strict=True))  # fmt: skip
        rows = [y for y in range(new.height)
                if any(changed[y * 216 : (y + 1) * 216])]  # fmt: skip
        assert (rows[-1] - rows[0]) / new.height > 0.3
        share = sum(bin(byte).count("1") for byte in changed) / (1728 * new.height)
        assert share < 0.02


def test_the_stamp_keeps_the_reference_and_is_the_same_each_time(document):
    stamped = stamp(document.pdf, "TEST")
    assert stamped == stamp(document.pdf, "TEST")
    with pymupdf.open(stream=stamped, filetype="pdf") as pdf:
        assert pdf.metadata["title"] == "FAX/2026/00123"


@pytest.mark.parametrize("text", ["TEST", "ESSAI", "PRUEBA", "A LONGER WORD"])
def test_the_stamp_fits_the_page(no_child, text):
    stamped = stamp(samples.one_page(b"", box=b"/MediaBox[0 0 612 792]"), text)
    image = black(stamped)
    left, top, right, bottom = image.convert("L").point(lambda v: 255 - v).getbbox()
    assert left > 60 and right < 1668 and top > 80 and bottom < image.height - 80


def test_a_report_is_one_page_with_its_rows_and_the_first_page(document):
    report = transmission_report("Transmission report", ROWS, document.pdf)
    (text,) = samples.texts(report)
    for row in ROWS:
        assert row.label in text and row.value in text
    assert "Transmission report" in text and "First page" in text
    with pymupdf.open(stream=report, filetype="pdf") as pdf:
        (image,) = pdf[0].get_image_info()
        x0, y0, x1, y1 = image["bbox"]
        assert y1 - y0 > 250 and y1 < A4.height - 20
        assert abs((y1 - y0) / (x1 - x0) - A4.height / A4.width) < 0.05
        below = max(w[3] for w in pdf[0].get_text("words") if w[4] == "page")
        assert below <= y0 + 2


def test_a_report_without_pages_and_with_other_words(no_child):
    labels = Labels(first_page="Première page")
    report = transmission_report("Rapport", ROWS, None, labels, paper=LETTER)
    (text,) = samples.texts(report)
    assert "Première" not in text and "Rapport" in text
    with pymupdf.open(stream=report, filetype="pdf") as pdf:
        assert round(pdf[0].rect.width) == 612


def test_a_report_with_long_rows_stays_one_page(document):
    rows = [ReportRow(f"Row {n}", "long value " * 20) for n in range(12)]
    report = transmission_report("Report", rows, document.pdf)
    (text,) = samples.texts(report)
    assert text.count("long") == 12 * 20
    with pytest.raises(DocumentError):
        transmission_report("Report", rows * 4, document.pdf)


def test_the_report_is_ours_alone_and_needs_no_child_later(document, monkeypatch):
    report = transmission_report("Report", ROWS, document.pdf, reference="FAX/1")
    assert report == transmission_report(
        "Report", ROWS, document.pdf, reference="FAX/1"
    )
    monkeypatch.setattr(sandbox, "call", None)
    assert render_page(report, 0, trusted=True).width == 1728
    with pymupdf.open(stream=report, filetype="pdf") as pdf:
        assert pdf.metadata["title"] == "FAX/1"
