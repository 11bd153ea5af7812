"""Pages as a fax machine prints them: black or white, 204 dots an inch.

Text and lines are cut at one level of grey, so that their edges stay sharp. Photos are
dithered. A picture of text (a scan) is told from a photo by its grey: in a scan, grey
is found only along the edges of letters, a dot or two wide; in a photo it fills areas.
"""

import io
import struct
from dataclasses import dataclass
from functools import cache

import pymupdf
from PIL import Image, ImageFilter

from .errors import DocumentError
from .structures import FINE, Bitmap

THRESHOLD = 150
"""Greys from here up are white, measured best for reading text back by OCR."""
SCAN_CUT = 0.6
"""Where between ink and paper a scan is cut: letters blurred by a lens stay whole."""
LEAST_CONTRAST = 40
LEAST_SPAN = 24
FRAME_FILLED = 0.5
"""A rectangle this full of grey is one photo, its bright and dark parts included."""
MIDDLE_GREY = (0.22, 0.80)
TILE = 16
MOST_PICTURES = 60
PHOTOMETRIC = 262
CROPPED_COLUMNS = 20
"""Letter paper is 6 dots wider than a fax line; its empty edge is cut, not shrunk."""


@dataclass(frozen=True)
class Drawn:
    """A page as drawn: grey, 1-bit, and the boxes (in dots) that are photos."""

    grey: Image.Image
    black_white: Image.Image
    photos: tuple


def draw(page, resolution=FINE):
    """Draw a page of an open document as a fax page of `resolution`."""
    scale, left = fit(page.rect.width, resolution)
    matrix = pymupdf.Matrix(resolution.x / 72 * scale, resolution.y / 72 * scale)
    grey = _on_line(_grey(page, matrix), left, resolution.width)
    black_white = _cut(grey, THRESHOLD)
    photos = []
    for box in _picture_boxes(page, matrix, left, grey.size):
        region = grey.crop(box)
        mask = photo_mask(region)
        if mask is None:
            black_white.paste(_cut(region, _scan_threshold(region)), box[:2])
        else:
            black_white.paste(region.convert("1"), box[:2], mask)
            photos.append((box, mask))
    return Drawn(grey, black_white, tuple(photos))


def fit(width, resolution):
    """(scale, left margin in dots) that bring a page onto the fax's line."""
    dots = round(width / 72 * resolution.x)
    scale = 1.0
    if dots > resolution.width + CROPPED_COLUMNS:
        scale = resolution.width / dots
        dots = resolution.width
    return scale, (resolution.width - dots) // 2


def _grey(page, matrix):
    pixmap = page.get_pixmap(matrix=matrix, colorspace=pymupdf.csGRAY, alpha=False)
    return Image.frombytes("L", (pixmap.width, pixmap.height), pixmap.samples)


def _on_line(image, left, width):
    line = Image.new("L", (width, image.height), 255)
    line.paste(image, (left, 0))
    return line


@cache
def _table(threshold):
    return bytes(255 if level >= threshold else 0 for level in range(256))


def _cut(image, threshold):
    return image.point(_table(threshold), "1")


def _picture_boxes(page, matrix, left, size):
    boxes = []
    for image in page.get_image_info():
        x0, y0, x1, y1 = pymupdf.Rect(image["bbox"]) * matrix
        box = (
            max(0, int(x0) + left),
            max(0, int(y0)),
            min(size[0], int(x1 + 1) + left),
            min(size[1], int(y1 + 1)),
        )
        if box[2] - box[0] >= TILE and box[3] - box[1] >= TILE:
            boxes.append(box)
    if len(boxes) > MOST_PICTURES:
        # Some programs store a scan as hundreds of stripes: look at it as one.
        columns = list(zip(*boxes, strict=True))
        boxes = [(*map(min, columns[:2]), *map(max, columns[2:]))]
    return boxes


def photo_mask(region):
    """Where a picture is a photo, as an image of mode 1; None where it is a scan."""
    low, high = _levels(region, 0.02, 0.98)
    span = high - low
    if span < LEAST_SPAN:
        # One level of grey: nothing to read. Near white and near black stay as cut.
        flat = 60 <= (low + high) // 2 <= 225
        return Image.new("1", region.size, 1) if flat else None
    dark = low + span * MIDDLE_GREY[0]
    bright = low + span * MIDDLE_GREY[1]
    middle = region.point([255 if dark < v < bright else 0 for v in range(256)])
    # Edges of letters vanish where grey is wanted on all sides (a fast erosion).
    near = middle.reduce(2).filter(ImageFilter.BoxBlur(1))
    solid = near.point([255 if v >= 250 else 0 for v in range(256)])
    tiles = (max(1, region.width // TILE), max(1, region.height // TILE))
    share = solid.resize(tiles, Image.Resampling.BOX)
    grey_tiles = share.point([255 if v > 20 else 0 for v in range(256)])
    if grey_tiles.histogram()[255] < max(2, tiles[0] * tiles[1] * 0.01):
        return None
    mask = _filled(grey_tiles).resize(region.size, Image.Resampling.NEAREST)
    return mask.convert("1")


def _filled(tiles):
    """Grey tiles closed, so that bright and dark parts inside a photo count as well."""
    closed = tiles.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.MinFilter(3))
    frame = closed.getbbox()
    area = (frame[2] - frame[0]) * (frame[3] - frame[1])
    if closed.crop(frame).histogram()[255] > FRAME_FILLED * area:
        closed.paste(255, frame)
    return closed


def _scan_threshold(region):
    """The level between ink and paper of a scan, nearer to the paper."""
    ink, paper = _levels(region, 0.01, 0.6)
    if paper - ink < LEAST_CONTRAST:
        return THRESHOLD
    return round(ink + (paper - ink) * SCAN_CUT)


def _levels(image, *shares):
    """The greys below which these shares of the dots are."""
    levels, count, rest = [], 0, list(shares)
    for level, number in enumerate(image.histogram()):
        count += number
        while rest and count >= rest[0] * image.width * image.height:
            levels.append(level)
            rest.pop(0)
    return levels


def bitmap(page, resolution=FINE):
    """The 1-bit page as a Bitmap."""
    image = draw(page, resolution).black_white
    return Bitmap(image.width, image.height, resolution, image.tobytes())


def for_screen(image, resolution, width=None):
    """The 1-bit image in the shape of the paper; `width` in dots makes it smaller.

    A smaller picture gets greys where dots merge, which is how it looks from afar.
    """
    shape = resolution.x / resolution.y
    if width is None:
        size = (image.width, round(image.height * shape))
        return image.resize(size, Image.Resampling.NEAREST)
    size = (width, round(image.height * shape * width / image.width))
    return image.convert("L").resize(size, Image.Resampling.BOX)


def png(image):
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def tiff(document, resolution=FINE):
    """All pages as one TIFF, Group 4, with the fax's dots an inch."""
    drawn = (draw(page, resolution).black_white for page in document)
    # Inverted here and told in the tag below: fax software expects 0 to be white, and
    # Pillow itself would invert dot by dot in Python.
    pages = (image.point([255] + [0] * 255, "1") for image in drawn)
    first = next(pages, None)
    if first is None:
        raise DocumentError("empty")
    out = io.BytesIO()
    first.save(
        out,
        "TIFF",
        compression="group4",
        dpi=(resolution.x, resolution.y),
        save_all=True,
        append_images=pages,
    )
    return _white_is_zero(bytearray(out.getvalue()))


def _white_is_zero(data):
    """Set PhotometricInterpretation to 0 in every directory of a TIFF."""
    order = "<" if data[:2] == b"II" else ">"
    (offset,) = struct.unpack_from(order + "I", data, 4)
    while offset:
        (count,) = struct.unpack_from(order + "H", data, offset)
        for entry in range(offset + 2, offset + 2 + 12 * count, 12):
            if struct.unpack_from(order + "H", data, entry)[0] == PHOTOMETRIC:
                struct.pack_into(order + "H", data, entry + 8, 0)
        (offset,) = struct.unpack_from(order + "I", data, offset + 2 + 12 * count)
    return bytes(data)
