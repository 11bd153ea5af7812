"""Foreign pictures made plain: upright, grey or black and white, of a sane size."""

import io
from dataclasses import dataclass

from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, TiffImagePlugin

from .errors import DocumentError

# The plugins are named so that Pillow has loaded these and looks for no others.
FORMATS = tuple(
    plugin.format
    for plugin in (
        PngImagePlugin.PngImageFile,
        JpegImagePlugin.JpegImageFile,
        TiffImagePlugin.TiffImageFile,
    )
)
FAX_DPI = 300
"""More dots than these an inch are lost on a fax anyway."""
BILEVEL_DPI = 600
DEFAULT_DPI = 96


@dataclass(frozen=True)
class Picture:
    """A picture ready for a page; width and height are its natural size in points."""

    content: bytes
    width: float
    height: float


def open_image(content, limits):
    """Open a PNG, JPEG or TIFF whose pixels are within the limits (not yet read)."""
    # Pillow warns at its own limit and refuses twice that; ours is the one that counts.
    Image.MAX_IMAGE_PIXELS = None
    image = Image.open(io.BytesIO(content), formats=FORMATS)
    check_pixels(image, limits)
    return image


def check_pixels(image, limits):
    if image.width * image.height > limits.max_image_pixels:
        raise DocumentError("image_bomb")
    if min(image.size) < 1:
        raise DocumentError("broken")


def natural_size(image):
    """(width, height) in points by the resolution that the picture tells, or 96 dpi."""
    dpi = image.info.get("dpi") or (DEFAULT_DPI, DEFAULT_DPI)
    x, y = (float(v) if 50 <= float(v) <= 2400 else DEFAULT_DPI for v in dpi[:2])
    width, height = image.width / x * 72, image.height / y * 72
    # Pillow turns a TIFF by itself, and tells the size that it has then.
    turned = image.format != "TIFF" and image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    return (height, width) if turned else (width, height)


def picture(image, box):
    """The Picture of the current frame of `image`, to be shown within `box` (w, h).

    It is never shown larger than its natural size, and keeps at most 300 dpi.
    """
    width, height = natural_size(image)
    scale = min(1.0, box[0] / width, box[1] / height)
    width, height = width * scale, height * scale
    bilevel = image.mode == "1"
    dpi = BILEVEL_DPI if bilevel else FAX_DPI
    most = (max(1, round(width / 72 * dpi)), max(1, round(height / 72 * dpi)))
    is_jpeg = image.format in ("JPEG", "MPO")
    if is_jpeg:
        # The decoder itself can leave out detail: less memory for a large photo. The
        # orientation is not applied yet, so both sides get the longer one.
        image.draft("L", (max(most), max(most)))
    plain = _shrunk(_plain(image), most)
    return Picture(_encode(plain, is_jpeg), width, height)


def upright(image):
    """The current frame: upright and grey, or black and white, at all its dots."""
    return _plain(image)


def _plain(image):
    """Upright and grey, or black and white; what is transparent becomes white."""
    image = ImageOps.exif_transpose(image)
    if image.mode == "1":
        return image
    if image.mode.startswith("I"):
        # 16 bits a dot: scaled, where a plain conversion would cut at 255.
        return image.convert("I").point(lambda dot: dot * (1 / 256)).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(image)
        image = white
    return image.convert("L")


def _shrunk(image, most):
    if image.width <= most[0] and image.height <= most[1]:
        return image
    size = (min(image.width, most[0]), min(image.height, most[1]))
    if image.mode == "1":
        image = image.convert("L")
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _encode(image, photo):
    out = io.BytesIO()
    if photo:
        image.save(out, "JPEG", quality=88)
    else:
        image.save(out, "PNG")
    return out.getvalue()
