"""A finished document again: some of its pages, or all as plain pictures."""

import pymupdf
import pytest
from PIL import Image

from document import (
    A4,
    LETTER,
    DocumentError,
    FilePart,
    Limits,
    Section,
    build,
    page_count,
    page_flags,
    plain_copy,
    render_page,
    sandbox,
    select_pages,
)
from unit.document import fax_samples as samples

NAME = "Ann Sample letter.pdf"


@pytest.fixture(scope="module")
def own():
    """A document of ours alone, of several pages."""
    sections = [samples.entry(number) for number in range(1, 9)]
    return build(sections, running=samples.RUNNING)


@pytest.fixture
def mixed(no_child):
    """Our page, and pages of files: text, a photo, a wide one."""
    photo = samples.encode(samples.photo(), "JPEG")
    parts = [FilePart(NAME, samples.letter(842, 595)), FilePart("p", photo)]
    return build([samples.entry()], parts, running=samples.RUNNING)


def dots(pdf, index, trusted=True):
    return render_page(pdf, index, trusted=trusted)


def sizes(pdf):
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        return [(page.rect.width, page.rect.height) for page in document]


def everything(pdf):
    """All objects and unpacked streams of a PDF, whether a page shows them or not."""
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        found = [document.xref_object(x) for x in range(1, document.xref_length())]
        for xref in range(1, document.xref_length()):
            if document.xref_is_stream(xref):
                found.append(document.xref_stream(xref).decode("latin-1"))
        return "\n".join(found)


def title(pdf):
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        return document.metadata["title"]


# --- Some pages ----------------------------------------------------------------------


@pytest.mark.parametrize("indexes", [[0], [1, 2], [2, 0], range(1, 3), [1, 1]])
def test_the_pages_that_are_wanted_as_they_were(own, indexes):
    assert own.pages >= 3
    part = select_pages(own.pdf, indexes, trusted=True)
    assert (part.pages, part.foreign, part.page_infos) == (len(indexes), False, ())
    assert page_count(part.pdf, trusted=True) == len(indexes)
    whole = samples.texts(own.pdf)
    assert samples.texts(part.pdf) == [whole[index] for index in indexes]
    for new, old in enumerate(indexes):
        assert dots(part.pdf, new) == dots(own.pdf, old)


def test_nothing_of_the_other_pages_stays():
    pdf = pymupdf.open()
    for words in ("Wanted", "Secret"):
        letter = pymupdf.open(stream=samples.letter(text=words), filetype="pdf")
        pdf.insert_pdf(letter)
    pdf.set_toc([[1, "Wanted", 1], [1, "Secret", 2]])
    place = pymupdf.Rect(0, 0, 90, 90)
    pdf[0].insert_link({"kind": pymupdf.LINK_GOTO, "page": 1, "from": place})
    pdf[1].insert_image(place, stream=samples.encode(samples.photo()))
    whole = pdf.tobytes()
    traces = ("Secret", b"Secret".hex(), "/Image", "/Link", "/Outlines")
    assert all(trace in everything(whole) for trace in traces)
    part = select_pages(whole, [0], trusted=True)
    assert "Wanted" in samples.texts(part.pdf)[0]
    assert not any(trace in everything(part.pdf) for trace in traces)


def test_actions_and_files_stay_behind(no_child):
    part = select_pages(samples.with_actions(), [0])
    left = everything(part.pdf)
    for word in ("planted", "evil", "calc", "JavaScript", "Launch"):
        assert word not in left, word


def test_pages_share_what_they_shared(own):
    """Two pages are not twice the fonts."""
    one = select_pages(own.pdf, [0], trusted=True)
    all_of_them = select_pages(own.pdf, range(own.pages), trusted=True)
    assert len(all_of_them.pdf) < len(own.pdf) * 1.1
    assert len(one.pdf) < len(own.pdf)


def test_what_a_layer_hides_stays_hidden(no_child):
    hidden = samples.hidden_layer()
    part = select_pages(hidden, [0])
    assert dots(part.pdf, 0) == dots(hidden, 0)
    assert sizes(part.pdf) == sizes(hidden)


@pytest.mark.parametrize("trusted", [True, False])
def test_pages_that_are_not_there(own, trusted):
    for indexes in ([own.pages], [0, 99], [-1]):
        with pytest.raises(DocumentError) as caught:
            select_pages(own.pdf, indexes, trusted=trusted)
        assert caught.value.code == "no_such_page"
    with pytest.raises(DocumentError) as caught:
        select_pages(own.pdf, [], trusted=trusted)
    assert caught.value.code == "empty"


def test_more_pages_than_one_fax_may_have(own):
    with pytest.raises(DocumentError) as caught:
        select_pages(own.pdf, [0] * 4, trusted=True, limits=Limits(max_pages=3))
    assert caught.value.code == "too_many_pages"


# --- Plain copies --------------------------------------------------------------------


PAGES = {
    "ours on A4": lambda: build([samples.entry()], running=samples.RUNNING).pdf,
    "ours on Letter": lambda: (
        build([samples.entry()], running=samples.RUNNING, paper=LETTER).pdf
    ),
    "A5": lambda: samples.letter(420, 595),
    "across": lambda: samples.letter(842, 595),
    "A3": lambda: samples.letter(842, 1191),
    "turned": lambda: samples.letter(rotation=90),
    "turned Letter": lambda: samples.letter(612, 792, rotation=270),
    "cropped": lambda: samples.letter(crop=(50, 60, 500, 700)),
    "odd": lambda: samples.letter(600.3, 777.7),
    "tiny": lambda: samples.letter(100.3, 77.7),
    "layers": samples.hidden_layer,
    "form": samples.filled_form,
}


@pytest.mark.parametrize("name", PAGES)
def test_a_plain_copy_arrives_as_the_original(name, no_child):
    pdf = PAGES[name]()
    copy = plain_copy(pdf)
    assert (copy.pages, copy.foreign) == (1, True)
    assert sizes(copy.pdf) == sizes(pdf)
    assert dots(copy.pdf, 0) == dots(pdf, 0)


def test_a_plain_copy_of_files_and_photos(mixed):
    copy = plain_copy(mixed.pdf)
    assert copy.pages == mixed.pages == 3
    assert sizes(copy.pdf) == [(pytest.approx(A4.width), pytest.approx(A4.height))] * 3
    for index in range(3):
        assert dots(copy.pdf, index) == dots(mixed.pdf, index)
        assert page_flags(copy.pdf, index) <= page_flags(mixed.pdf, index)


def test_a_plain_copy_holds_nothing_but_black_and_white(mixed):
    copy = plain_copy(mixed.pdf)
    assert samples.texts(copy.pdf) == ["", "", ""]
    assert "/Font" not in everything(copy.pdf) and "ICC" not in everything(copy.pdf)
    with pymupdf.open(stream=copy.pdf, filetype="pdf") as document:
        for page in document:
            ((xref, mask, _w, _h, bits, space, *_rest),) = page.get_images()
            assert (mask, bits, space) == (0, 1, "DeviceGray")
            assert document.xref_get_key(xref, "Filter")[1] == "/FlateDecode"
            assert not page.get_drawings() and not list(page.annots())
    assert len(copy.pdf) < 3 * 150_000


def test_a_plain_copy_of_a_plain_copy_changes_nothing(mixed):
    once = plain_copy(mixed.pdf)
    twice = plain_copy(once.pdf)
    for index in range(3):
        assert dots(twice.pdf, index) == dots(mixed.pdf, index)


def test_damaged_bytes_are_an_error_about_a_page_at_most():
    for content in (b"", b"hello", samples.encrypted(), samples.picture_bomb()[:400]):
        for call in (plain_copy, lambda pdf: select_pages(pdf, [0])):
            with pytest.raises(DocumentError):
                call(content)


# --- Both ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call", [plain_copy, lambda pdf, **o: select_pages(pdf, [0], **o)]
)
def test_same_bytes_each_time_and_the_same_reference(own, call):
    first = call(own.pdf, trusted=True)
    assert first == call(own.pdf, trusted=True)
    assert title(first.pdf) == title(own.pdf) == samples.RUNNING.reference
    # The child makes what this process makes; only the trust is another.
    child = call(own.pdf)
    assert child.foreign and child.pdf == first.pdf


def test_foreign_pages_never_reach_the_renderer_of_this_process(monkeypatch):
    def refuse(*_args, **_values):
        raise AssertionError("opened in this process")

    built = build(
        [Section("T")], [FilePart(NAME, samples.letter())], running=samples.RUNNING
    )
    monkeypatch.setattr(pymupdf, "open", refuse)
    monkeypatch.setattr(Image, "open", refuse)
    assert select_pages(built.pdf, [1]).foreign
    assert plain_copy(built.pdf).foreign


def test_our_own_pages_need_no_child(own, monkeypatch):
    monkeypatch.setattr(sandbox, "call", None)
    assert not select_pages(own.pdf, [0], trusted=True).foreign
    assert not plain_copy(own.pdf, trusted=True).foreign


def test_a_child_cannot_say_that_its_pages_are_to_be_trusted(own, monkeypatch):
    lie = build([samples.entry()], running=samples.RUNNING)
    monkeypatch.setattr(sandbox, "call", lambda *args, **values: lie)
    assert not lie.foreign
    assert select_pages(own.pdf, [0]).foreign and plain_copy(own.pdf).foreign


def test_a_page_that_takes_too_long_is_named():
    with pytest.raises(DocumentError) as caught:
        plain_copy(samples.content_bomb(), limits=Limits(child_seconds=1.5))
    assert (caught.value.code, caught.value.page) == ("timeout", 1)
