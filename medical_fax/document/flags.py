"""What is likely to be hard to read on the recipient's paper."""

from PIL import Image, ImageStat

from .structures import FINE, MM

DARKEST = 0.35
SMALLEST_TEXT = 8.0
# Sizes come through matrices: 8 pt may be told as 7.99.
SIZE_TOLERANCE = 0.05
FEW_CHARACTERS = 12
BLANKEST = 0.0003
FAINTEST = 0.6
"""Letters lighter than this (0 black, 1 white) vanish under the threshold."""
DARK_PHOTO = 75
SMALLEST_PHOTO = 0.02
# Our own head and foot are not looked at for blankness: they stand on every page. The
# head ends with a rule across the page, somewhere in the first part of it.
HEAD_ENDS = (12 * MM, 34 * MM)
FOOT = 16 * MM
RULE = 90
"""Mean grey of a row of dots that is a rule, between the margins."""

FLAGS = ("dark", "small_text", "faint_text", "blank", "photo_too_dark")


def page_flags(page, drawn, resolution=FINE):
    """The flags of an open page and its drawing, in the order of FLAGS."""
    found = set()
    picture = drawn.black_white
    if _black_share(picture) > DARKEST:
        found.add("dark")
    if _black_share(_body(picture, resolution)) < BLANKEST:
        found.add("blank")
    if _has_dark_photo(drawn):
        found.add("photo_too_dark")
    small, faint = _letters(page)
    if small >= FEW_CHARACTERS:
        found.add("small_text")
    if faint >= FEW_CHARACTERS:
        found.add("faint_text")
    return tuple(flag for flag in FLAGS if flag in found)


def _black_share(image):
    return image.histogram()[0] / max(1, image.width * image.height)


def _body(picture, resolution):
    """The page below the rule of our head, and above our foot."""
    first, last, foot = (round(edge / 72 * resolution.y) for edge in (*HEAD_ENDS, FOOT))
    if picture.height < 2 * (last + foot):
        return picture
    column = picture.crop((0, 0, picture.width, last)).convert("L")
    rows = column.resize((1, last), Image.Resampling.BOX).tobytes()
    rules = [y for y in range(first, last) if rows[y] < RULE]
    top = rules[-1] + 1 if rules else first
    return picture.crop((0, top, picture.width, picture.height - foot))


def _has_dark_photo(drawn):
    whole = drawn.grey.width * drawn.grey.height
    for box, mask in drawn.photos:
        if mask.histogram()[255] < SMALLEST_PHOTO * whole:
            continue
        grey = drawn.grey.crop(box)
        if ImageStat.Stat(grey, mask.convert("L")).mean[0] < DARK_PHOTO:
            return True
    return False


def _letters(page):
    """How many visible letters are too small, and how many too light."""
    small = faint = 0
    scale = _scale(page)
    for span in page.get_texttrace():
        # Type 3 is the invisible text that scanners lay under a page.
        if span["type"] == 3 or span["opacity"] == 0:
            continue
        letters = sum(1 for char in span["chars"] if chr(char[0]).isalnum())
        if span["size"] * scale < SMALLEST_TEXT - SIZE_TOLERANCE:
            small += letters
        if _lightness(span["color"]) > FAINTEST:
            faint += letters
    return small, faint


def _scale(page):
    """How much a page wider than the fax's line shrinks."""
    line = FINE.width / FINE.x * 72
    return min(1.0, line / page.rect.width) if page.rect.width > line * 1.02 else 1.0


def _lightness(color):
    """0 black to 1 white, as the eye weighs red, green and blue."""
    parts = tuple(color) if isinstance(color, (tuple, list)) else (color,)
    if len(parts) == 3:
        return sum(w * c for w, c in zip((0.299, 0.587, 0.114), parts, strict=True))
    if len(parts) == 4:
        return (1 - parts[3]) * (1 - sum(parts[:3]) / 3)
    return parts[0]
