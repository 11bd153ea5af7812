"""Foreign files: looked at, then placed on our pages.

Everything here hands hostile bytes to C code and must run in the child process only.
"""

import re
from dataclasses import dataclass, field

import pymupdf

from . import images as picturing
from .errors import DocumentError
from .sniff import PDF, TIFF, sniff
from .structures import FileInfo, FilePart
from .trace import at, foreign

LARGEST_SCALE = 1.42
"""A5 becomes A4; smaller pages are not blown up further."""
RASTER_DPI = (204, 196)
PROBE_PIXELS = 160


@dataclass
class ForeignFile:
    """An opened file: `part`, its real type, and which pages (1-based) are taken."""

    part: object
    mimetype: str
    pages: list
    pdf: object = None
    info: FileInfo = None
    plain: set = field(default_factory=set)


def open_part(part, limits):
    """Open and examine a FilePart; DocumentError says what is wrong with which page."""
    with foreign(part.name):
        if len(part.content) > limits.max_bytes:
            raise DocumentError("too_large")
        mimetype, refusal = sniff(part.content)
        if refusal:
            raise DocumentError(refusal)
        opened = ForeignFile(part, mimetype, [])
        if mimetype == PDF:
            _open_pdf(opened, limits)
        else:
            _open_image(opened, limits)
        return opened


def check(name, content, limits):
    """The FileInfo of a foreign file; see `open_part`."""
    return open_part(FilePart(name, content), limits).info


def _open_pdf(opened, limits):
    document = pymupdf.open(stream=opened.part.content, filetype="pdf")
    if document.needs_pass:
        raise DocumentError("encrypted")
    count = _checked_count(document.page_count, limits)
    repaired = bool(document.is_repaired)
    opened.pages = _taken(opened.part, count)
    if opened.part.rasterize or hides_layers(document) or not _flatten(document):
        opened.plain.update(opened.pages)
    for number in opened.pages:
        at(opened.part.name, number)
        _probe(document, number - 1, limits)
    at(opened.part.name)
    first = document[0].rect
    opened.pdf = document
    opened.info = FileInfo(PDF, count, first.width, first.height, repaired)


def hides_layers(document):
    """Whether layers are switched off: they would show once their switch is left
    behind, as it is where pages alone are copied."""
    return any(not layer["on"] for layer in document.get_ocgs().values())


def _checked_count(count, limits):
    if not count:
        raise DocumentError("empty")
    if count > limits.max_pages:
        raise DocumentError("too_many_pages")
    return count


def _taken(part, count):
    skipped = set(part.skip_pages)
    return [number for number in range(1, count + 1) if number not in skipped]


def _flatten(document):
    """Make annotations and form fields part of their pages; whether that worked."""
    try:
        if document.is_form_pdf or document.has_annots():
            document.bake()
    except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase):
        return False
    return True


def _probe(document, index, limits):
    """Render the page small: a page that cannot be shown must not reach a fax."""
    for image in document.get_page_images(index):
        if image[2] * image[3] > limits.max_image_pixels:
            raise DocumentError("image_bomb")
    page = document.load_page(index)
    if document.is_repaired and not _is_whole(document, page.xref):
        raise DocumentError("broken")
    rect = page.rect
    if rect.is_empty or rect.is_infinite:
        raise DocumentError("broken")
    scale = PROBE_PIXELS / max(rect.width, rect.height)
    page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csGRAY)


def _is_whole(document, xref):
    """Whether what a page draws is there; a file that was cut loses it silently."""
    kind, value = document.xref_get_key(xref, "Contents")
    if document.xref_get_key(xref, "Type") != ("name", "/Page"):
        return False
    numbers = [int(n) for n in re.findall(r"(\d+) \d+ R", value)]
    return kind != "null" and all(document.xref_is_stream(n) for n in numbers)


def _open_image(opened, limits):
    image = picturing.open_image(opened.part.content, limits)
    count = _checked_count(getattr(image, "n_frames", 1), limits)
    if opened.mimetype != TIFF:
        count = 1
    # A PNG is decoded by this already, to find which side is up.
    at(opened.part.name, 1)
    size = picturing.natural_size(image)
    opened.pages = _taken(opened.part, count)
    for number in opened.pages:
        at(opened.part.name, number)
        if number > 1:
            image.seek(number - 1)
        picturing.check_pixels(image, limits)
        # Decoded once and dropped, so that a half transmitted picture is found here.
        image.load()
    at(opened.part.name)
    opened.info = FileInfo(opened.mimetype, count, *size)


def place(page, opened, number, box, limits):
    """Put page `number` of a foreign file on our `page`, upright within `box`."""
    with foreign(opened.part.name, number):
        if opened.pdf is None:
            _place_image(page, opened, number, box, limits)
        elif number in opened.plain:
            _place_raster(page, opened.pdf, number - 1, box)
        else:
            _place_pdf(page, opened.pdf, number - 1, box)


def _fitted(size, box):
    """The rectangle for a page of `size`: centred, at the top, at most A5 to A4."""
    width, height = box.size
    scale = min(width / size[0], height / size[1], LARGEST_SCALE)
    left = box.x0 + (width - size[0] * scale) / 2
    return pymupdf.Rect(left, box.y0, left + size[0] * scale, box.y0 + size[1] * scale)


def _place_pdf(page, source, index, box):
    # Only the page's content and resources are copied: scripts, attached files, links
    # and actions stay behind.
    original = source.load_page(index)
    rect = _fitted((original.rect.width, original.rect.height), box)
    rotation = original.rotation
    # Rotation is undone and applied again while placing, because a crop box of a
    # rotated page would otherwise show the wrong part of it (seen with 1.28).
    original.set_rotation(0)
    try:
        page.show_pdf_page(rect, source, index, rotate=-rotation, overlay=False)
    finally:
        original.set_rotation(rotation)


def _place_raster(page, source, index, box):
    """The page as a grey picture, for files whose structure a fax must not carry."""
    original = source.load_page(index)
    rect = _fitted((original.rect.width, original.rect.height), box)
    x = rect.width / original.rect.width * RASTER_DPI[0] / 72
    y = rect.height / original.rect.height * RASTER_DPI[1] / 72
    pixmap = original.get_pixmap(matrix=pymupdf.Matrix(x, y), colorspace=pymupdf.csGRAY)
    page.insert_image(rect, pixmap=pixmap, keep_proportion=False, overlay=False)


def _place_image(page, opened, number, box, limits):
    image = picturing.open_image(opened.part.content, limits)
    if number > 1:
        image.seek(number - 1)
    picture = picturing.picture(image, box.size)
    left = box.x0 + (box.size[0] - picture.width) / 2
    rect = pymupdf.Rect(left, box.y0, left + picture.width, box.y0 + picture.height)
    page.insert_image(
        rect, stream=picture.content, keep_proportion=False, overlay=False
    )
