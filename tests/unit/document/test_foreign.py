"""Foreign files on our pages: upright, whole, and without what must not travel."""

import io

import pymupdf
import pytest
from PIL import Image, ImageChops, ImageStat

from document import A4, LETTER, FilePart, build, check_file
from document.structures import MM
from unit.document import fax_samples as samples

pytestmark = pytest.mark.usefixtures("no_child")


def faxed(content, paper=A4, **options):
    part = FilePart("file", content, "Caption", **options)
    return build([], [part], running=samples.RUNNING, paper=paper)


def placed(pdf, index=0):
    """Where the foreign page stands on ours, in points, from the dark dots there."""
    grey = samples.grey_page(pdf, index, dpi=72)
    body = grey.crop((0, 70, grey.width, grey.height - 48))
    box = body.point(lambda level: 255 if level < 128 else 0).getbbox()
    return box[0], box[1] + 70, box[2], box[3] + 70


def likeness(one, other):
    """Mean difference in grey of two pages, cut to their ink, of one size."""
    cut = []
    for image in (one, other):
        image = image.crop(image.point(lambda v: 255 if v < 128 else 0).getbbox())
        cut.append(image.resize((120, 120), Image.Resampling.BOX))
    return ImageStat.Stat(ImageChops.difference(*cut)).mean[0]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (10, 10, 400, 700)])
@pytest.mark.parametrize("size", [(595, 842), (842, 595)])
def test_a_page_looks_as_in_its_own_file(rotation, crop, size):
    if crop and size[0] > size[1]:
        crop = (10, 10, 700, 400)
    source = samples.letter(*size, rotation=rotation, crop=crop)
    result = faxed(source)
    here = samples.grey_page(result.pdf, dpi=60)
    here = here.crop((0, 70, here.width, here.height - 40))
    there = samples.grey_page(source, dpi=60)
    assert likeness(there, here) < 6
    turned = there.rotate(180)
    assert likeness(turned, here) > 12


@pytest.mark.parametrize("paper", [A4, LETTER])
@pytest.mark.parametrize("size", [(595, 842), (842, 595), (298, 420), (1684, 2384)])
def test_pages_of_any_size_keep_clear_of_the_edges_and_of_our_lines(paper, size):
    source = pymupdf.open()
    source.new_page(width=size[0], height=size[1]).draw_rect(
        (0, 0, *size), color=0, fill=0
    )
    result = faxed(source.tobytes(), paper)
    x0, y0, x1, y1 = placed(result.pdf)
    assert x0 >= 8 * MM - 1 and x1 <= paper.width - 8 * MM + 1
    assert y1 < paper.height - 9 * MM - 14
    assert abs((x1 - x0) / (y1 - y0) - size[0] / size[1]) < 0.02
    with pymupdf.open(stream=result.pdf, filetype="pdf") as pdf:
        words = pdf[0].get_text("words")
        assert max(w[3] for w in words if w[4] == "Caption") < y0 + 1
        assert {(round(p.rect.width), round(p.rect.height)) for p in pdf} == {
            (round(paper.width), round(paper.height))
        }


def test_small_pages_are_not_blown_up():
    result = faxed(samples.letter(200, 120))
    x0, _y0, x1, _y1 = placed(result.pdf)
    assert x1 - x0 < 200 * 1.43


def test_form_fields_and_notes_are_printed_and_hidden_ones_not():
    source = samples.filled_form()
    result = faxed(source)
    with pymupdf.open(stream=result.pdf, filetype="pdf") as pdf:
        text = pdf[0].get_text()
        assert not list(pdf[0].annots()) and not list(pdf[0].widgets())
    for words in ("Printed text", "Written note", "Field value"):
        assert words in text
    assert "Hidden" not in text


def test_what_was_switched_off_stays_invisible():
    result = faxed(samples.hidden_layer())
    assert samples.grey_page(result.pdf).getextrema()[0] == 0
    body = samples.grey_page(result.pdf, dpi=72).crop((100, 280, 500, 600))
    assert body.getextrema()[0] > 200


def test_scripts_files_links_and_actions_stay_behind():
    result = faxed(samples.with_actions())
    with pymupdf.open(stream=result.pdf, filetype="pdf") as pdf:
        plain = pdf.tobytes(expand=255, no_new_id=True)
        assert pdf.embfile_count() == 0 and not pdf[0].get_links()
    for word in (
        b"planted", b"JavaScript", b"/JS", b"OpenAction", b"/AA", b"Launch",
        b"EmbeddedFile", b"evil", b"/URI", b"/Annots",
    ):  # fmt: skip
        assert word not in plain
    assert b"planted" in samples.with_actions()


def test_a_file_can_be_sent_as_plain_pictures():
    result = faxed(samples.letter(pages=2), rasterize=True)
    with pymupdf.open(stream=result.pdf, filetype="pdf") as pdf:
        assert [len(page.get_images()) for page in pdf] == [1, 1]
        assert "Letter" not in pdf[0].get_text()
    assert (
        likeness(
            samples.grey_page(samples.letter(), dpi=60),
            samples.grey_page(result.pdf, dpi=60).crop((0, 70, 496, 660)),
        )
        < 6
    )


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF"])
def test_photos_stand_upright(orientation, format):
    upright = Image.new("L", (400, 200), 255)
    upright.paste(0, (0, 0, 100, 50))
    turns = {1: 0, 3: 180, 6: 90, 8: 270}
    stored = upright.rotate(turns[orientation], expand=True)
    exif = Image.Exif()
    exif[0x0112] = orientation
    result = faxed(samples.encode(stored, format, exif=exif))
    x0, _y0, x1, _y1 = placed(result.pdf)
    with pymupdf.open(stream=result.pdf, filetype="pdf") as pdf:
        box = pymupdf.Rect(pdf[0].get_image_info()[0]["bbox"])
    assert abs(box.width / box.height - 2) < 0.05
    assert abs(x0 - box.x0) < 3 and (x1 - x0) < box.width / 3


def test_all_pages_of_a_tiff_with_the_shape_that_its_resolution_tells():
    pages = [Image.new("1", (1728, 1100), 1) for _page in range(3)]
    for number, page in enumerate(pages):
        page.paste(0, (100, 100, 300 + 200 * number, 200))
    content = samples.encode(
        pages[0], "TIFF", save_all=True, append_images=pages[1:],
        compression="group4", dpi=(204, 98),
    )  # fmt: skip
    info = check_file("scan", content)
    assert (info.mimetype, info.pages) == ("image/tiff", 3)
    assert abs(info.width - 1728 / 204 * 72) < 1
    assert abs(info.height - 1100 / 98 * 72) < 1
    result = faxed(content, skip_pages=(2,))
    assert [page.page for page in result.page_infos] == [1, 3]
    widths = [placed(result.pdf, n)[2] - placed(result.pdf, n)[0] for n in (0, 1)]
    assert 2.5 < widths[1] / widths[0] < 3.5


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_pictures_of_every_kind_are_white_where_they_are_empty(mode):
    format = "TIFF" if mode == "CMYK" else "PNG"
    if mode in ("LA", "RGBA"):
        image = Image.new(mode, (300, 300), 0)
    elif mode == "CMYK":
        image = Image.new(mode, (300, 300), (0, 0, 0, 0))
    elif mode == "P":
        image = Image.new("P", (300, 300), 0)
        image.putpalette([255, 255, 255] * 256)
    else:
        image = Image.new(mode, (300, 300), "white" if mode != "I;16" else 65535)
    result = faxed(samples.encode(image, format))
    grey = samples.grey_page(result.pdf, dpi=72)
    assert grey.crop((50, 100, 550, 700)).getextrema()[0] > 250


def test_a_large_photo_becomes_small_and_grey():
    content = samples.encode(samples.photo(3000, 2000).convert("RGB"), "JPEG")
    result = faxed(content)
    with pymupdf.open(stream=result.pdf, filetype="pdf") as pdf:
        (image,) = pdf[0].get_images()
        drawn = Image.open(io.BytesIO(pdf.extract_image(image[0])["image"]))
    assert drawn.mode == "L" and drawn.width <= 2600
    assert len(result.pdf) < 1_500_000


def test_one_file_twice_is_embedded_once():
    content = samples.encode(samples.photo(600, 400))
    once = build([], [FilePart("a", content)], running=samples.RUNNING)
    twice = build([], [FilePart("a", content)] * 2, running=samples.RUNNING)
    assert len(twice.pdf) < 1.2 * len(once.pdf)


def test_what_a_file_is_by_its_content():
    for content, mimetype, size in (
        (samples.letter(612, 792, 2), "application/pdf", (612, 792)),
        (samples.encode(Image.new("L", (96, 192))), "image/png", (72, 144)),
        (samples.encode(Image.new("L", (96, 96)), "JPEG", dpi=(96, 96)),
         "image/jpeg", (72, 72)),
    ):  # fmt: skip
        info = check_file("name.doc", content)
        assert info.mimetype == mimetype
        assert (round(info.width), round(info.height)) == size
        assert info.pages == (2 if "pdf" in mimetype else 1)
        assert not info.repaired
