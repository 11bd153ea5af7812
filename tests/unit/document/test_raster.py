"""Pages as the fax machine prints them, and what is said about them."""

import io
import struct

import pymupdf
import pytest
from PIL import Image, ImageDraw

from document import (
    A4,
    FINE,
    LETTER,
    STANDARD,
    DocumentError,
    FilePart,
    Section,
    build,
    page_count,
    page_flags,
    page_png,
    preview_pages,
    raster,
    render_page,
    to_tiff,
)
from unit.document import fax_samples as samples

pytestmark = pytest.mark.usefixtures("no_child")


def picture_page(image, box=(40, 90, 555, 780), **options):
    pdf = pymupdf.open()
    pdf.new_page().insert_image(box, stream=samples.encode(image, **options))
    return pdf.tobytes()


def text_page(
    size=11, lines=20, color=0, text="A line of text on this page", **options
):
    pdf = pymupdf.open()
    page = pdf.new_page()
    for line in range(lines):
        words = text
        where = (60, 120 + 14 * line)
        page.insert_text(where, words, fontsize=size, color=color, **options)
    return pdf.tobytes()


def drawn(pdf, resolution=FINE):
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        return raster.draw(document[0], resolution)


@pytest.mark.parametrize(
    ("paper", "resolution", "height"),
    [(A4, FINE, 2292), (A4, STANDARD, 1146), (LETTER, FINE, 2156)],
)
def test_dots_of_a_page(paper, resolution, height):
    built = build([samples.entry()], running=samples.RUNNING, paper=paper)
    bitmap = render_page(built.pdf, 0, resolution)
    assert (bitmap.width, bitmap.height) == (1728, height)
    assert len(bitmap.data) == 1728 // 8 * height
    image = bitmap.image()
    assert image.mode == "1"
    left, top, right, bottom = image.convert("L").point(lambda v: 255 - v).getbbox()
    assert left > 8 / 25.4 * 204 and right < 1728 - 8 / 25.4 * 204
    assert top >= 10 / 25.4 * resolution.y


def test_text_is_cut_at_its_level_and_nothing_is_dithered():
    page = drawn(build([samples.entry()], running=samples.RUNNING).pdf)
    cut = page.grey.point(lambda v: 255 if v >= 150 else 0).convert("1")
    assert page.black_white.tobytes() == cut.tobytes() and not page.photos


def test_a_photo_is_dithered():
    page = drawn(picture_page(samples.photo()))
    assert page.photos
    x0, y0, x1, y1 = (300, 600, 1200, 1400)
    grey = page.grey.crop((x0, y0, x1, y1)).resize((30, 30), Image.Resampling.BOX)
    dots = page.black_white.crop((x0, y0, x1, y1)).convert("L")
    dots = dots.resize((30, 30), Image.Resampling.BOX)
    pairs = zip(grey.tobytes(), dots.tobytes(), strict=True)
    assert sum(abs(a - b) for a, b in pairs) / 900 < 12


@pytest.mark.parametrize(("paper", "ink", "blur"), [(245, 30, 0.5), (135, 40, 1)])
def test_a_scan_is_cut_even_on_grey_paper(paper, ink, blur):
    page = drawn(picture_page(samples.scan(paper, ink, blur)))
    assert not page.photos
    body = page.black_white.crop((200, 400, 1500, 2000))
    share = body.histogram()[0] / (body.width * body.height)
    assert 0.02 < share < 0.2


def test_a_photo_within_a_scan_is_dithered_alone():
    page = samples.scan().copy()
    photo = samples.photo(500, 400)
    page.paste(photo, (300, 1000))
    result = drawn(picture_page(page))
    ((box, mask),) = result.photos
    left, top, right, bottom = mask.getbbox()
    scale = 515 / 72 * 204 / page.width
    assert abs((box[0] + left) - (40 / 72 * 204 + 300 * scale)) < 80
    assert abs((right - left) - 500 * scale) < 120
    assert mask.histogram()[255] < 0.35 * mask.width * mask.height


def test_letters_beside_a_photo_are_not_dithered():
    pdf = pymupdf.open()
    page = pdf.new_page()
    page.insert_image((60, 400, 500, 700), stream=samples.encode(samples.photo()))
    page.insert_text((60, 200), "Grey text", fontsize=60, color=0.45)
    result = drawn(pdf.tobytes())
    letters = result.black_white.crop((0, 400, 1728, 600))
    cut = result.grey.crop((0, 400, 1728, 600)).point(lambda v: 255 * (v >= 150), "1")
    assert letters.tobytes() == cut.tobytes() and result.photos


def test_many_stripes_are_one_picture():
    pdf = pymupdf.open()
    page = pdf.new_page()
    photo = samples.photo(150, 400)
    for stripe in range(80):
        part = photo.crop((0, stripe * 5, 150, stripe * 5 + 5))
        top = 90 + stripe * 8
        page.insert_image((50, top, 500, top + 8), stream=samples.encode(part))
    assert len(drawn(pdf.tobytes()).photos) == 1


def test_a_page_wider_than_paper_is_shrunk_and_letter_is_not():
    wide = drawn(samples.letter(1200, 800)).black_white
    assert wide.width == 1728 and wide.height == round(800 / 1200 * 1728 * 196 / 204)
    letter = drawn(samples.letter(612, 792)).black_white
    assert letter.size == (1728, 2156)


def test_preview_has_the_shape_of_the_paper():
    pdf = build([samples.entry()], running=samples.RUNNING).pdf
    for resolution in (FINE, STANDARD):
        full = Image.open(io.BytesIO(page_png(pdf, 0, resolution)))
        assert full.mode == "1" and full.width == 1728
        small = Image.open(io.BytesIO(page_png(pdf, 0, resolution, width=600)))
        assert small.width == 600
        for image in (full, small):
            assert (
                abs(image.height / image.width - A4.height / (1728 / 204 * 72)) < 0.01
            )


def test_preview_shows_the_very_dots():
    pdf = build([samples.entry()], running=samples.RUNNING).pdf
    shown = Image.open(io.BytesIO(page_png(pdf, 0, STANDARD)))
    image = render_page(pdf, 0, STANDARD).image()
    rows = [shown.crop((0, y, 1728, y + 1)).tobytes() for y in range(shown.height)]
    last = image.height - 1
    for y in range(0, shown.height, 97):
        row = min(last, int((y + 0.5) * image.height / shown.height))
        assert rows[y] == image.crop((0, row, 1728, row + 1)).tobytes()


def test_previews_of_some_pages_with_their_flags():
    parts = [FilePart("a", text_page(size=5)), FilePart("b", text_page())]
    built = build([samples.entry()], parts, running=samples.RUNNING)
    previews = preview_pages(built.pdf, [2, 1], width=200)
    assert [(p.index, p.flags) for p in previews] == [(2, ()), (1, ("small_text",))]
    assert len(preview_pages(built.pdf, width=100)) == built.pages == 3
    assert page_count(built.pdf) == 3


@pytest.mark.parametrize("index", [-1, 1, 99])
def test_a_page_that_is_not_there(index):
    pdf = build([samples.entry()], running=samples.RUNNING).pdf
    with pytest.raises(DocumentError) as caught:
        render_page(pdf, index)
    assert caught.value.code == "no_such_page"


@pytest.mark.parametrize("resolution", [FINE, STANDARD])
def test_tiff_has_all_pages_bit_by_bit(resolution):
    entries = [samples.entry(html=samples.SOAP * 4) for _number in range(3)]
    built = build(entries, running=samples.RUNNING)
    content = to_tiff(built.pdf, resolution)
    with Image.open(io.BytesIO(content)) as image:
        assert image.n_frames == built.pages > 1
        for number in range(built.pages):
            image.seek(number)
            tags = image.tag_v2
            # Group 4; white is 0, as fax software expects; dots an inch.
            assert (tags[259], tags[262], tags[296]) == (4, 0, 2)
            assert (tags[282], tags[283]) == (resolution.x, resolution.y)
            page = render_page(built.pdf, number, resolution)
            assert image.convert("1").tobytes() == page.data


def test_tiff_is_the_same_each_time():
    pdf = build([samples.entry()], running=samples.RUNNING).pdf
    assert to_tiff(pdf) == to_tiff(pdf)
    assert struct.unpack("<H", to_tiff(pdf)[2:4]) == (42,)


FLAGGED = {
    "good": (text_page(), set()),
    "8 points": (text_page(size=8), set()),
    "7 points": (text_page(size=7), {"small_text"}),
    "pale": (text_page(color=0.75), {"faint_text", "blank"}),
    "yellow": (text_page(color=(1, 1, 0)), {"faint_text", "blank"}),
    "dark grey": (text_page(color=0.4), set()),
    "invisible": (text_page(size=5, render_mode=3), {"blank"}),
    "blank": (samples.one_page(b""), {"blank"}),
    "a speck": (samples.one_page(b"300 400 4 4 re f"), {"blank"}),
    "one line": (text_page(lines=1), set()),
    "black": (samples.one_page(b"0 0 595 842 re f"), {"dark"}),
    "a third black": (samples.one_page(b"0 100 595 270 re f"), set()),
    "photo": (picture_page(samples.photo()), set()),
    "dark photo": (picture_page(samples.photo(brightness=0.3),
                                (60, 120, 300, 400)), {"photo_too_dark"}),
    "page of a dark photo": (picture_page(samples.photo(600, 800, 0.3)),
                             {"dark", "photo_too_dark"}),
    "only a number": (text_page(lines=1, text="Page 3"), {"blank"}),
}  # fmt: skip


@pytest.mark.parametrize("name", FLAGGED)
def test_flags(name):
    pdf, flags = FLAGGED[name]
    assert page_flags(pdf, 0) == flags


def test_flags_count_what_arrives_not_what_was_in_the_file():
    # 11 points on a sheet twice as large arrive as 5.
    source = pymupdf.open()
    page = source.new_page(width=1190, height=1684)
    for line in range(20):
        page.insert_text((90, 120 + 30 * line), "A line of a large sheet", fontsize=11)
    part = FilePart("a", source.tobytes())
    built = build([], [part], running=samples.RUNNING)
    assert page_flags(built.pdf, 0) == {"small_text"}


def test_our_running_head_does_not_hide_a_blank_page():
    part = FilePart("a", samples.one_page(b""), "Caption")
    built = build([], [part], running=samples.RUNNING)
    assert page_flags(built.pdf, 0) == {"blank"}


def test_our_own_pages_are_never_flagged():
    section = Section("Short", "", "<p>One line.</p>")
    built = build([section], running=samples.RUNNING)
    assert page_flags(built.pdf, 0) == set()


def test_thin_lines_survive():
    pdf = pymupdf.open()
    page = pdf.new_page()
    for number in range(10):
        page.draw_line(
            (60, 100.3 + number * 20), (500, 100.3 + number * 20), width=0.75
        )
    page_drawn = drawn(pdf.tobytes())
    column = page_drawn.black_white.crop((900, 0, 901, 2292)).convert("L").tobytes()
    runs = sum(1 for a, b in zip(column, column[1:], strict=False) if a > b)
    assert runs == 10


def test_a_flat_picture_keeps_its_grey():
    image = Image.new("L", (300, 300), 128)
    page = drawn(picture_page(image, (100, 200, 400, 500)))
    ((box, _mask),) = page.photos
    region = page.black_white.crop(box)
    share = region.histogram()[0] / (region.width * region.height)
    assert 0.4 < share < 0.6


def test_a_code_is_cut_and_stays_readable():
    code = Image.new("1", (210, 210), 1)
    draw = ImageDraw.Draw(code)
    for dot in range(0, 210, 20):
        draw.rectangle((dot, dot, dot + 9, dot + 9), fill=0)
    assert not drawn(picture_page(code, (400, 40, 490, 130))).photos
