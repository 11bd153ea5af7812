"""Cover pages: placeholders are text, empty rows vanish, nothing names the patient."""

import io

import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from document import (
    COVER_PLACEHOLDERS,
    Cover,
    DocumentError,
    FilePart,
    Running,
    build,
    unknown_placeholders,
)
from document.cover import cover_tree
from document.structures import Limits
from unit.document import fax_samples as samples

VALUES = {
    name: f"value of {name.replace('_', ' ')}"
    for name in COVER_PLACEHOLDERS
    if name not in ("logo", "qr", "pages")
}


def covered(html, values=None, *sections, **options):
    cover = Cover(html, VALUES if values is None else values, options.pop("images", {}))
    return build(sections, running=samples.RUNNING, cover=cover, **options)


def words(result, page=0):
    return " ".join(samples.texts(result.pdf)[page].split())


def test_every_placeholder_is_filled():
    text = words(covered("".join(f"<p>[{{{name}}}]</p>" for name in VALUES)))
    for name in VALUES:
        assert f"[{VALUES[name]}]" in text


def test_pages_count_all_pages_with_the_cover():
    result = covered("<p>{pages} pages</p>", None, samples.entry())
    assert result.pages == 2 and "2 pages" in words(result)
    assert [info.kind for info in result.page_infos] == ["cover", "layout"]


def test_a_cover_of_two_pages_counts_itself():
    result = covered("<p>{pages} pages</p>" + "<p>line</p>" * 60, None, samples.entry())
    assert result.pages == 3 and "3 pages" in words(result)
    assert [info.page for info in result.page_infos] == [1, 2, 1]


def test_a_cover_alone_is_a_fax():
    assert covered("<p>{notes}</p>").pages == 1


def test_the_cover_shows_neither_the_patient_nor_the_running_head():
    result = covered("<p>Cover</p>", None, samples.entry())
    first, second = samples.texts(result.pdf)
    assert "Ann Sample" not in first and "Park Clinic" not in first
    assert "FAX/2026/00123" in first and "Page 1 of 2" in first
    assert "Ann Sample" in second


def test_rows_and_boxes_without_a_value_vanish():
    html = (
        "<table><tr><th>To</th><td>{recipient_name}</td></tr>"
        "<tr><th>Org</th><td>{recipient_organization}</td></tr>"
        "<tr><th>Static</th><td>stays</td></tr></table>"
        '<div class="fax-boxed"><h3>Notes</h3><p>{notes}</p></div>'
        "<p>Subject: {subject}</p><p>From {sender_name}, {sender_phone}</p>"
        "<table><tr><th>Phone</th><td>{recipient_phone}</td></tr></table>"
    )
    result = covered(html, {"recipient_name": "Dr Lee", "sender_name": "Ann"})
    text = words(result)
    for word in ("Org", "Notes", "Subject", "Phone"):
        assert word not in text
    for word in ("To Dr Lee", "Static stays", "From Ann,"):
        assert word in text
    with pymupdf.open(stream=result.pdf, filetype="pdf") as pdf:
        lowest = max(d["rect"].y1 for d in pdf[0].get_drawings())
        last = max(w[3] for w in pdf[0].get_text("words") if w[4] == "Ann,")
    assert lowest < last


def test_an_empty_placeholder_takes_no_more_than_its_own_block():
    text = words(covered("<p>FAX</p><div>Kept<p>{notes}</p></div>{subject}", {}))
    assert "FAX" in text and "Kept" in text


@pytest.mark.parametrize(
    "value",
    ["<b>bold</b>", "{subject}", "{pages}", "&amp;", "a < b > c", "{{x}}", "%s {0}"],
)
def test_values_are_text_and_nothing_else(value):
    text = words(covered("<p>[{notes}]</p>", {"notes": value, "subject": "S"}))
    assert f"[{value}]" in text


def test_line_breaks_are_kept():
    result = covered("<p>{notes}</p>", {"notes": "first\nsecond\r\nthird"})
    assert "first\nsecond\nthird" in samples.texts(result.pdf)[0]


def test_unknown_placeholders_stay_and_are_reported():
    html = "<p>{subject} {patient_name} {Name} {x-y} { pages }</p>"
    assert unknown_placeholders(html) == ["patient_name"]
    assert unknown_placeholders("") == unknown_placeholders(None) == []
    assert "{patient_name}" in words(covered(html))


def test_placeholders_work_only_in_text():
    html = '<p style="color:{subject}" class="{notes}">x</p><script>{subject}</script>'
    text = words(covered(html))
    assert "value of" not in text


LINES = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=("C", "Z", "M", "L")),
    max_size=30,
)


@settings(max_examples=30, deadline=None)
@given(LINES, LINES)
def test_any_value_comes_through_as_it_is(one, other):
    cover = Cover("<p>[{subject}|{notes}]</p>", {"subject": one, "notes": other})
    root, _pictures = cover_tree(cover, Limits(), 1)
    if one or other:
        text = "".join(root.itertext()).replace("\u200b", "")
        from document.text import clean_text

        assert text.strip() == f"[{clean_text(one)}|{clean_text(other)}]"


@pytest.mark.parametrize("name", [
    "Dr. Wolfeschlegelsteinhausenbergerdorff" * 6,
    "W" * 300,
    "Zentrum für Kardiologie und Gefäßmedizin am Städtischen Klinikum " * 4,
    "张伟" * 100,
    "محمد عبد الله " * 25,
])  # fmt: skip
def test_the_recipient_wraps_and_is_never_cut(name):
    html = "<table><tr><th>To</th><td>{recipient_name}</td></tr></table>"
    result = covered(html, {"recipient_name": name})
    with pymupdf.open(stream=result.pdf, filetype="pdf") as pdf:
        shown = pdf[0].get_text("words")
        letters = sum(len(span["chars"]) for span in pdf[0].get_texttrace())
        right = pdf[0].rect.width - 8 * 72 / 25.4
    assert max(word[2] for word in shown) <= right
    assert letters >= 0.8 * len(name.replace(" ", ""))
    if name.isascii() or "ü" in name:
        text = "".join("".join(w[4] for w in shown).replace("\u200b", "").split())
        assert "".join(name.split()) in text


def test_a_code_and_a_logo_have_their_places():
    code = samples.encode(Image.new("1", (300, 300)))
    html = "<p>{logo}</p><table><tr><td>A</td><td>{qr}</td></tr></table><p>Text</p>"
    result = covered(html, {}, images={"qr": code, "logo": samples.encode(
        samples.photo(400, 100))})  # fmt: skip
    with pymupdf.open(stream=result.pdf, filetype="pdf") as pdf:
        boxes = sorted(
            (round(i["bbox"][2] - i["bbox"][0]), round(i["bbox"][3] - i["bbox"][1]))
            for i in pdf[0].get_image_info()
        )
    assert boxes == [(85, 85), (220, 55)]
    without = covered(html, {})
    with pymupdf.open(stream=without.pdf, filetype="pdf") as pdf:
        assert not pdf[0].get_image_info() and "{qr}" not in pdf[0].get_text()


def test_a_code_keeps_sharp_edges():
    image = Image.new("1", (41, 41), 1)
    for dot in range(0, 41, 2):
        image.paste(0, (dot, 0, dot + 1, 41))
    code = samples.encode(image.resize((410, 410)))
    result = covered("<p>{qr}</p>", {}, images={"qr": code})
    with pymupdf.open(stream=result.pdf, filetype="pdf") as pdf:
        (number, *_rest), *_others = pdf[0].get_images()
        drawn = Image.open(io.BytesIO(pdf.extract_image(number)["image"]))
    assert drawn.convert("L").histogram()[1:255] == [0] * 254


def test_long_values_are_refused():
    with pytest.raises(DocumentError) as caught:
        covered("<p>{notes}</p>", {"notes": "x" * 8001})
    assert (caught.value.code, caught.value.source) == ("too_large", "cover")


def test_a_cover_before_foreign_pages(no_child):
    cover = Cover("<p>{pages} pages</p>", {})
    parts = [FilePart("a", samples.letter(pages=2))]
    result = build([], parts, running=Running("C"), cover=cover)
    assert [info.kind for info in result.page_infos] == ["cover", "file", "file"]
    assert "3 pages" in words(result)
