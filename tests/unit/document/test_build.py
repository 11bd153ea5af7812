"""The layout of entries: what stands where, and that it is the same every time."""

import re

import pymupdf
import pytest

import document
from document import (
    A4,
    LETTER,
    DocumentError,
    FilePart,
    Limits,
    Options,
    Running,
    Section,
    Signature,
    build,
    paper_for_country,
)
from document.structures import MM
from unit.document import fax_samples as samples

pytestmark = pytest.mark.usefixtures("no_child")


def built(*sections, **options):
    return build(sections, running=samples.RUNNING, **options)


def spans(pdf):
    with pymupdf.open(stream=pdf, filetype="pdf") as opened:
        return [(page.number, span) for page in opened for span in page.get_texttrace()]


def long_entry(number=1, **values):
    return samples.entry(number, html="<p>A line of the text.</p>" * 70, **values)


def test_an_entry_is_one_page_with_all_that_belongs_on_it():
    result = built(samples.entry(3))
    (text,) = samples.texts(result.pdf)
    for words in (
        "Park Clinic",
        "Ann Sample, 1968-03-04",
        "FAX/2026/00123",
        "Page 1 of 1",
        "Entry number 3",
        "3 March 2026, Dr Jane Lee",
        "Blood pressure 132/78",
        "HbA1c",
        "Signed by Dr Jane Lee",
        "Licence no. MD-12345",
        "Date: 3 March 2026",
    ):
        assert words in text
    assert "DRAFT" not in text
    assert (result.pages, result.foreign) == (1, False)
    (info,) = result.page_infos
    assert (info.kind, info.source, info.page, info.sections) == (
        "layout", "0", 1, (0,)
    )  # fmt: skip


def test_nothing_to_send_is_an_error():
    for sections in ([], [Section()]):
        with pytest.raises(DocumentError) as caught:
            built(*sections)
        assert caught.value.code == "empty"


def test_entries_run_on_and_can_begin_a_page_each():
    entries = [samples.entry(number) for number in (1, 2, 3)]
    (together,) = built(*entries).page_infos
    assert together.sections == (0, 1, 2)
    apart = built(*entries, options=Options(page_per_section=True))
    assert apart.pages == 3
    assert [info.sections for info in apart.page_infos] == [(0,), (1,), (2,)]


def test_order_is_the_callers_and_can_be_turned_round():
    entries = [samples.entry(number) for number in (1, 2, 3)]

    def order(**options):
        text = " ".join(samples.texts(built(*entries, **options).pdf))
        return re.findall(r"Entry number (\d)", text)

    assert order() == ["1", "2", "3"]
    assert order(options=Options(newest_first=True)) == ["3", "2", "1"]


def test_running_lines_are_on_every_page():
    result = built(long_entry(), long_entry(2))
    assert result.pages > 3
    for number, text in enumerate(samples.texts(result.pdf), 1):
        assert "Park Clinic" in text and "Ann Sample, 1968-03-04" in text
        assert f"Page {number} of {result.pages}" in text
        assert "FAX/2026/00123" in text


def test_draft_stands_on_each_page_of_an_unsigned_entry_and_on_no_other():
    draft = long_entry(2, draft=True, signature=None)
    result = built(long_entry(1), draft, long_entry(3))
    texts = samples.texts(result.pdf)
    carried = [info.draft for info in result.page_infos]
    assert carried == ["DRAFT – not signed" in text for text in texts]
    assert carried == [1 in info.sections for info in result.page_infos]
    assert carried[0] is False and carried[-1] is False and sum(carried) >= 2


def test_a_mark_for_draft_stays_on_the_last_page_where_only_its_end_is():
    for lines in range(40, 48, 3):
        html = "<p>A line.</p>" * lines
        result = built(Section("Note", "", html, draft=True), long_entry())
        texts = samples.texts(result.pdf)
        for text, info in zip(texts, result.page_infos, strict=True):
            assert ("A line.\n" in text) <= info.draft


def test_the_signature_picture_is_printed():
    signature = Signature("Dr Lee", "1", "today", samples.signature_picture())
    with pymupdf.open(
        stream=built(samples.entry(signature=signature)).pdf, filetype="pdf"
    ) as pdf:
        (image,) = pdf[0].get_image_info()
    x0, y0, x1, y1 = image["bbox"]
    assert 100 < x1 - x0 <= 151 and abs((x1 - x0) / (y1 - y0) - 400 / 120) < 0.1


def test_a_signature_is_never_torn_apart_by_a_page():
    signature = Signature("Dr Whole", "77", "today", samples.signature_picture())
    for lines in range(33, 45, 4):
        note = Section("Note", "", "<p>A line.</p>" * lines, signature=signature)
        with pymupdf.open(stream=built(note).pdf, filetype="pdf") as pdf:
            pages = [page for page in pdf if page.get_image_info()]
            assert len(pages) == 1
            text = pages[0].get_text()
            assert "Signed by Dr Whole" in text and "Licence no. 77" in text
            x0, y0, x1, y1 = pages[0].get_image_info()[0]["bbox"]
            assert x1 - x0 > 100


def test_a_heading_is_never_the_last_line_of_a_page():
    for lines in range(32, 37):
        first = Section("First", "", "<p>A line.</p>" * lines)
        result = built(first, Section("Second", "its date", "<p>Body.</p>" * 30))
        for text in samples.texts(result.pdf):
            assert ("Second" in text) == ("its date" in text)
            if "its date" in text:
                assert text.count("Body.") >= 1


@pytest.mark.parametrize("paper", [A4, LETTER])
def test_margins_and_sizes_of_letters(paper):
    html = samples.SOAP + "<h1>H</h1><small>small</small><pre>pre</pre>H<sub>2</sub>O"
    result = built(long_entry(), samples.entry(html=html, draft=True), paper=paper)
    sizes = set()
    for _number, span in spans(result.pdf):
        x0, y0, x1, y1 = span["bbox"]
        assert x0 >= 8 * MM and x1 <= paper.width - 8 * MM
        assert y0 >= 10 * MM and y1 <= paper.height - 5 * MM
        assert span["color"] == (0.0,) or set(span["color"]) == {0.0}
        sizes.add(round(span["size"], 1))
    assert min(sizes) >= 9
    with pymupdf.open(stream=result.pdf, filetype="pdf") as pdf:
        assert {(round(p.rect.width), round(p.rect.height)) for p in pdf} == {
            (round(paper.width), round(paper.height))
        }
        fonts = {font[3].split("+")[1] for page in pdf for font in page.get_fonts()}
    assert "Noto Sans Regular" in fonts


def test_body_is_11_points_in_a_sans_serif():
    result = built(samples.entry())
    body = [
        span
        for _number, span in spans(result.pdf)
        if "Orthostatic" in "".join(chr(char[0]) for char in span["chars"])
    ]
    assert [round(span["size"], 2) for span in body] == [11.0]
    assert body[0]["font"] == "Noto Sans Regular"


def test_colours_and_fills_of_the_text_are_not_printed():
    html = (
        '<p style="color:#999;background:#000;font-size:4pt">pale</p>'
        '<table bgcolor="black"><tr style="background-color:black"><td>cell</td></tr>'
        "</table>"
    )
    result = built(samples.entry(html=html))
    for _number, span in spans(result.pdf):
        assert set(span["color"]) == {0.0} and span["size"] >= 9
    with pymupdf.open(stream=result.pdf, filetype="pdf") as pdf:
        for drawing in pdf[0].get_drawings():
            rect = drawing["rect"]
            assert min(rect.width, rect.height) < 2


def test_paper_by_country():
    assert [paper_for_country(code) for code in ("US", "ca", "FR", "", None)] == [
        LETTER, LETTER, A4, A4, A4
    ]  # fmt: skip


def test_nothing_that_holds_content_can_be_printed():
    picture = samples.signature_picture()
    entry = samples.entry(files=[FilePart("Ann.pdf", samples.letter(), "Ann's")])
    signature = Signature("Ann", image=picture)
    cover = document.Cover("Ann", {"subject": "Ann"})
    result = built(entry)
    for thing in (entry, entry.files[0], signature, cover, samples.RUNNING, result):
        assert "Ann" not in repr(thing) and len(repr(thing)) < 600


def test_metadata_hold_the_reference_and_nothing_else():
    pdf = built(samples.entry()).pdf
    with pymupdf.open(stream=pdf, filetype="pdf") as opened:
        told = {key: value for key, value in opened.metadata.items() if value}
    assert told == {"format": "PDF 1.7", "title": "FAX/2026/00123"}
    for word in (b"Ann", b"CreationDate", b"ModDate", b"/ID", b"<?xpacket"):
        assert word not in pdf


def test_pages_beyond_the_limit_are_refused_while_laying_out():
    with pytest.raises(DocumentError) as caught:
        built(long_entry(), limits=Limits(max_pages=1))
    assert caught.value.code == "too_many_pages"
    parts = [FilePart("scan", samples.letter(pages=3))]
    with pytest.raises(DocumentError) as caught:
        build(
            [samples.entry()],
            parts,
            running=samples.RUNNING,
            limits=Limits(max_pages=3),
        )
    assert caught.value.code == "too_many_pages"


def test_a_table_wider_than_the_page_loses_nothing():
    heads = "".join(f"<th>Head{n}</th>" for n in range(20))
    cells = "".join(f"<td>value{n}</td>" for n in range(20))
    html = f"<p>Before</p><table><tr>{heads}</tr><tr>{cells}</tr></table><p>After</p>"
    result = built(samples.entry(html=html))
    text = " ".join(samples.texts(result.pdf))
    for number in range(20):
        assert f"Head{number}: value{number}\n" in text
    for _number, span in spans(result.pdf):
        assert span["bbox"][2] <= A4.width - 8 * MM


def test_a_cell_taller_than_the_page_loses_nothing():
    words = " ".join(f"word{number}" for number in range(3000))
    html = f"<table><tr><td>{words}</td><td>beside</td></tr></table>"
    text = " ".join(samples.texts(built(samples.entry(html=html)).pdf))
    assert set(re.findall(r"word\d+", text)) == set(words.split())
    assert "beside" in text


def test_a_long_word_breaks_and_loses_nothing():
    word = "".join(chr(97 + number % 26) for number in range(1500))
    for html in (f"<p>{word}</p>", f"<table><tr><td>{word}</td></tr></table>"):
        text = "".join(samples.texts(built(samples.entry(html=html)).pdf))
        assert word in re.sub(r"[\s\u200b]", "", text)


def test_long_names_in_the_head_wrap_and_keep_apart():
    running = Running("Very long name of a clinic " * 5, "Patient " * 15, "FAX/1")
    result = build([samples.entry()], running=running)
    (text,) = samples.texts(result.pdf)
    assert text.count("Patient") == 15 and text.count("clinic") == 5
    with pymupdf.open(stream=result.pdf, filetype="pdf") as pdf:
        words = pdf[0].get_text("words")
    head = [w for w in words if w[4] in ("Patient", "clinic", "Very")]
    title = next(w for w in words if w[4] == "Entry")
    assert max(w[3] for w in head) < title[1]
    assert max(w[2] for w in head if w[4] == "clinic") < min(
        w[0] for w in head if w[4] == "Patient"
    )


def test_attachments_are_numbered_captioned_and_follow_their_entries():
    ecg = FilePart("ecg.pdf", samples.letter(pages=2, text="ECG"), "ECG of Monday")
    foot = FilePart("foot.png", samples.encode(samples.photo()), "Left foot")
    extra = FilePart("extra.pdf", samples.letter(text="Extra"))
    entries = [samples.entry(1, files=[ecg]), samples.entry(2, files=[foot])]
    result = build(entries, [extra], running=samples.RUNNING)
    texts = samples.texts(result.pdf)
    assert "Attachments: 1 ECG of Monday" in texts[0].replace("\n", " ")
    assert "Attachments: 2 Left foot" in " ".join(texts[:2]).replace("\n", " ")
    kinds = [(info.kind, info.source, info.page, info.file)
             for info in result.page_infos]  # fmt: skip
    assert [kind for kind in kinds if kind[0] == "file"] == [
        ("file", "ecg.pdf", 1, 0),
        ("file", "ecg.pdf", 2, 0),
        ("file", "foot.png", 1, 1),
        ("file", "extra.pdf", 1, 2),
    ]
    *_entries, first, second, third, last = texts
    assert "Attachment 1 – ECG of Monday (page 1 of 2)" in first
    assert "Attachment 1 – ECG of Monday (page 2 of 2)" in second
    assert "Attachment 2 – Left foot" in third and "(page" not in third
    assert "Attachment 3" in last and "Extra 1" in last
    for text in texts:
        assert "Park Clinic" in text and f"of {result.pages}" in text
    assert result.foreign
    parts = document.document_files(entries, [extra])
    assert [part.name for part in parts] == ["ecg.pdf", "foot.png", "extra.pdf"]


def test_with_a_page_each_the_files_follow_their_own_entry():
    file = FilePart("a.pdf", samples.letter())
    entries = [samples.entry(1, files=[file]), samples.entry(2)]
    result = build(
        entries, running=samples.RUNNING, options=Options(page_per_section=True)
    )
    assert [info.kind for info in result.page_infos] == ["layout", "file", "layout"]


def test_pages_can_be_left_out():
    file = FilePart("a.pdf", samples.letter(pages=4), skip_pages=(2, 4))
    result = build([], [file], running=samples.RUNNING)
    assert [info.page for info in result.page_infos] == [1, 3]
    texts = samples.texts(result.pdf)
    assert "Letter 1" in texts[0] and "Letter 3" in texts[1]
    assert "Page 2 of 2" in texts[1]


def test_pictures_of_an_entry_come_only_from_those_handed_in():
    html = (
        '<p>See <img src="/web/image/7" width="200"/></p>'
        '<p><img src="/web/image/8"/><img src="http://x.example/a" alt="chart"/></p>'
        '<p><img src="file:///etc/hostname"/></p>'
    )
    images = {"/web/image/7": samples.encode(samples.photo(), "JPEG")}
    result = built(samples.entry(html=html, images=images))
    with pymupdf.open(stream=result.pdf, filetype="pdf") as pdf:
        (image,) = pdf[0].get_image_info()
        text = pdf[0].get_text()
    assert abs(image["bbox"][2] - image["bbox"][0] - 150) < 1
    assert text.count("[picture not included]") == 2 and "chart" in text
    assert result.foreign


def test_a_picture_at_the_foot_of_a_page_is_not_shrunk():
    images = {"a": samples.encode(samples.photo(400, 300))}
    for lines in (20, 30):
        html = "<p>A line.</p>" * lines + '<p><img src="a" width="400"/></p>'
        result = built(samples.entry(html=html, images=images))
        with pymupdf.open(stream=result.pdf, filetype="pdf") as pdf:
            boxes = [i["bbox"] for page in pdf for i in page.get_image_info()]
        assert [round(x1 - x0) for x0, _y0, x1, _y1 in boxes] == [300]


def test_a_broken_picture_names_its_entry():
    entries = [samples.entry(), samples.entry(html='<img src="a">', images={"a": b"?"})]
    with pytest.raises(DocumentError) as caught:
        built(*entries)
    assert (caught.value.code, caught.value.source) == ("broken", 1)
