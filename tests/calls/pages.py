"""Pages for real calls, and how pages that arrived are compared with them.

A call costs a fixed 12 seconds and then 4 for a sparse page, so there is little on
most of them. The second page of `CUT` takes 14 seconds: long enough to break it.
"""

import io
import random

import pymupdf
from PIL import Image, ImageChops

from document import api
from document.structures import STANDARD

# The sending machine writes a line of its own on top of each page.
TAG_LINE = 40
# HylaFAX scales a PDF by 0.3 % to fit the line, and draws edges its own way: a dot
# may lie up to 6 to the side (0.7 mm) and 2 up or down (0.5 mm).
REACH = (6, 2)
LEAST_ALIKE = 0.99  # of the black dots of either page


def sparse(*titles: str, noisy: int | None = None) -> bytes:
    """A PDF with one page for each title; page `noisy` takes long to send."""
    with pymupdf.open() as document:
        for index, title in enumerate(titles):
            page = document.new_page(width=612, height=792)
            page.insert_text((72, 120), title, fontsize=44)
            page.insert_text(
                (72, 160), f"Page {index + 1} of {len(titles)}", fontsize=20
            )
            page.draw_rect((72, 200, 200 + 80 * index, 300), width=3)
            page.draw_line((72, 700), (540, 640 - 40 * index), width=3)
            if index == noisy:
                page.insert_image((72, 320, 540, 470), stream=_noise(400, 130))
        return document.tobytes()


def _noise(width: int, height: int) -> bytes:
    """Dots without any order, which no fax can compress; the same each time."""
    dots = random.Random(7)
    image = Image.new("L", (width, height))
    image.putdata([255 * (dots.random() > 0.25) for _dot in range(width * height)])
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


TWO = sparse("Referral", "Findings")
CUT = sparse("First", "Second", "Third", noisy=1)
ONE = sparse("One page")


def image_of(pdf: bytes, resolution=STANDARD) -> bytes:
    """The TIFF that our preview shows of a PDF."""
    return api.to_tiff(pdf, resolution, trusted=True)


def pages_of(tiff: bytes) -> list[Image.Image]:
    """Pages of a TIFF as images of mode 1, without the line on top."""
    pages = []
    with Image.open(io.BytesIO(tiff)) as image:
        for index in range(image.n_frames):
            image.seek(index)
            page = image.convert("1")
            pages.append(page.crop((0, TAG_LINE, page.width, page.height)))
    return pages


def alike(one: Image.Image, other: Image.Image, reach=REACH) -> float:
    """The share of black dots that the other page has too, within reach; the smaller
    of both directions. 1.0 for two empty pages."""
    size = (min(one.width, other.width), min(one.height, other.height))
    one, other = (ImageChops.invert(each.convert("L")).crop((0, 0, *size))
                  for each in (one, other))  # fmt: skip
    return min(_covered(one, other, reach), _covered(other, one, reach))


def _covered(dots: Image.Image, by: Image.Image, reach) -> float:
    total = dots.histogram()[255]
    lonely = ImageChops.subtract(dots, _grown(by, reach)).histogram()[255]
    return 1.0 - lonely / total if total else 1.0


def _grown(image: Image.Image, reach) -> Image.Image:
    """Each black dot grown by `reach` dots to each side."""
    across, down = reach
    grown = image
    for step in range(-across, across + 1):
        grown = ImageChops.lighter(grown, ImageChops.offset(image, step, 0))
    image = grown
    for step in range(-down, down + 1):
        grown = ImageChops.lighter(grown, ImageChops.offset(image, 0, step))
    return grown
