"""Untrusted html -> a small tree of elements that the renderer lays out safely.

The tree is built anew from what the tables below allow, so that nothing unknown can
slip through: no links, no styles but a few, no picture that was not handed in. What is
not allowed loses its tag and keeps its text; what never shows as text is dropped.
Colours, backgrounds and font sizes are dropped on purpose: a fax is black on white.
"""

import base64
import binascii
import re
from dataclasses import dataclass, field

from lxml import etree, html

from .errors import DocumentError
from .text import clean_text, is_right_to_left, soft_breaks

# What is kept under its own name, and what becomes something that we know.
ALLOWED_TAGS = frozenset(
    "p div span h1 h2 h3 h4 h5 h6 b strong i em u s sub sup small br hr ul ol li dl dt "
    "dd table thead tbody tfoot tr td th blockquote pre code img".split()
)
RENAMED_TAGS = {
    "article": "div", "section": "div", "header": "div", "footer": "div",
    "main": "div", "aside": "div", "nav": "div", "figure": "div", "address": "div",
    "center": "div", "details": "div", "summary": "p", "figcaption": "p",
    "fieldset": "div", "legend": "p", "form": "div", "caption": "p",
    "del": "s", "strike": "s", "ins": "u", "tt": "code", "kbd": "code", "samp": "code",
    "listing": "pre", "xmp": "pre", "dir": "ul", "menu": "ul", "cite": "i",
    "var": "i", "dfn": "i", "big": "span", "font": "span", "q": "span",
    "option": "div", "mark": "u",
}  # fmt: skip
DROPPED_TAGS = frozenset(
    "script style head title template iframe frame frameset object embed applet svg "
    "math noscript noframes canvas audio video source track param link meta base "
    "textarea button datalist area map colgroup col".split()
)
BLOCK_TAGS = frozenset(
    "p div h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table thead tbody tfoot tr td th "
    "blockquote pre hr".split()
)
ALLOWED_CLASSES = frozenset(
    "fax-head fax-title fax-fields fax-boxed fax-notice fax-small fax-right".split()
)
ALLOWED_STYLES = {
    "text-align": re.compile("left|right|center|justify"),
    "font-weight": re.compile("bold|bolder|normal|[1-9]00"),
    "font-style": re.compile("italic|normal"),
    "text-decoration": re.compile("underline|line-through|none"),
    "white-space": re.compile("pre-wrap|pre-line|normal"),
    "list-style-type": re.compile(
        "disc|circle|square|decimal|(lower|upper)-(alpha|roman|latin)"
    ),
}
# Only pictures have a length of their own: cells whose width is set overlap each other
# in the renderer, so tables are left to find theirs.
LENGTH_UNITS = {"px": 0.75, "": 0.75, "pt": 1.0, "em": 11.0, "rem": 11.0,
                "cm": 72 / 2.54, "mm": 72 / 25.4, "in": 72.0}  # fmt: skip
LONGEST_LENGTH = 2000.0
CHECK_LIST = "o_checklist"
LONGEST_SPAN = 30
LONGEST_WORD_IN_CELL = 24
STEP_IN_CELL = 12

# The renderer silently loses what is nested deeper than about 95 elements, tables
# counting several times: beyond these depths tags go and their text stays.
DEEPEST = 48
DEEPEST_LIST = 6
DEEPEST_TABLE = 3

_LENGTH = re.compile(r"\s*(\d{1,5}(?:\.\d{1,4})?)\s*(px|pt|r?em|cm|mm|in|%|)\s*$")
_DATA_URI = re.compile(r"data:image/(?:png|jpe?g|gif|webp|bmp|tiff);base64,", re.I)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.I)


@dataclass
class Pictures:
    """The pictures that a document may show, and those that it does show.

    used: name that stands in the cleaned html -> raw bytes. owners: the same name ->
    whose text it stands in, for messages.
    """

    available: dict = field(default_factory=dict)
    used: dict = field(default_factory=dict)
    owners: dict = field(default_factory=dict)
    owner: object = None
    total: int = 0

    def start(self, owner, available):
        """From now on the text of `owner` is read, which may show `available`."""
        self.owner, self.available = owner, available

    def add(self, kind, content):
        """Use a picture of the document's own; returns its name in the html."""
        name = f"{kind}{len(self.used)}"
        self.used[name] = content
        self.owners[name] = self.owner
        return name

    def take(self, src, limits):
        """The new name for `src`, or None where it was not handed in."""
        content = self.available.get(src)
        if content is None and _DATA_URI.match(src or ""):
            content = _decode(src, limits)
        if not content:
            return None
        self.total += len(content)
        if len(content) > limits.max_bytes or self.total > limits.max_total_bytes:
            raise DocumentError("too_large")
        if len(self.used) >= limits.max_images:
            raise DocumentError("too_many_images")
        return self.add("picture", content)


def _decode(src, limits):
    if len(src) > limits.max_bytes * 4 // 3 + 100:
        raise DocumentError("too_large")
    try:
        return base64.b64decode(src.split(",", 1)[1], validate=False)
    except (binascii.Error, ValueError):
        return None


def parse(source, limits):
    """The untrusted html as lxml parses it; DocumentError too_large or too_deep."""
    source = str(source).replace("\x00", "").encode("utf-8", "replace")
    if len(source) > limits.max_html_bytes:
        raise DocumentError("too_large")
    parser = html.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True
    )
    # The wrapper keeps lxml from moving leading text into a paragraph of its own.
    root = html.document_fromstring(b"<div>" + source + b"</div>", parser=parser)
    _check_depth(root, limits.max_depth)
    return root


def _check_depth(root, deepest):
    # libxml2 cuts html at a depth of 256, so a depth below that proves it is whole.
    depth = 0
    for event, _element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > deepest:
            raise DocumentError("too_deep")


def sanitize(source, limits, pictures=None, missing=""):
    """Untrusted html as a clean <div>.

    pictures: where `img` may take its bytes from. missing: text in place of a picture
    that was not handed in. Raises DocumentError (too_large, too_deep,
    too_many_images).
    """
    root = html.Element("div")
    if source and source.strip():
        cleaner = _Cleaner(limits, pictures or Pictures(), missing)
        try:
            cleaner.children(parse(source, limits).body, root, _Place())
        except RecursionError:
            # Called from deep inside another program.
            raise DocumentError("too_deep") from None
    return root


@dataclass(frozen=True)
class _Place:
    """Where in the new tree we are: how deep, and in what."""

    depth: int = 0
    lists: int = 0
    tables: int = 0

    def inside(self, tag, kept=True):
        # A table that lost its tag still counts, so that its rows lose theirs too.
        return _Place(
            self.depth + kept,
            self.lists + (tag in ("ul", "ol")),
            self.tables + (tag == "table"),
        )

    def allows(self, tag):
        if tag == "br":
            return True
        if tag in ("ul", "ol", "li") and self.lists + (tag != "li") > DEEPEST_LIST:
            return False
        in_table = tag in ("table", "thead", "tbody", "tfoot", "tr", "td", "th")
        if in_table and self.tables + (tag == "table") > DEEPEST_TABLE:
            return False
        return self.depth < DEEPEST


class _Cleaner:
    def __init__(self, limits, pictures, missing):
        self.limits = limits
        self.pictures = pictures
        self.missing = missing

    def children(self, old, new, place):
        self.text(new, old.text, place)
        for child in old:
            self.element(child, new, place)
            self.text(new, child.tail, place)

    def text(self, new, text, place):
        if not text:
            return
        text = clean_text(text)
        if place.tables:
            text = soft_breaks(text, LONGEST_WORD_IN_CELL, STEP_IN_CELL)
        else:
            text = soft_breaks(text, self.limits.max_word, 80)
        append_text(new, text)

    def element(self, old, new, place):
        tag = old.tag if isinstance(old.tag, str) else None
        if tag is None or tag in DROPPED_TAGS or _is_hidden(old):
            return
        if tag == "img":
            return self.picture(old, new)
        if tag == "input":
            return append_text(new, _checkbox(old))
        known = RENAMED_TAGS.get(tag, tag)
        if known not in ALLOWED_TAGS or not place.allows(known):
            return self.unwrapped(old, new, place, known)
        child = etree.SubElement(new, known, _attributes(old, known))
        if known in ("br", "hr"):
            return self.unwrapped(old, new, place, "span")
        if known == "li":
            append_text(child, _check_mark(old))
        self.children(old, child, place.inside(known))
        _set_direction(child)

    def unwrapped(self, old, new, place, tag):
        """The content without its tag; blocks stay apart by a line break."""
        is_block = tag in BLOCK_TAGS
        if is_block and (len(new) or (new.text or "").strip()):
            etree.SubElement(new, "br")
        self.children(old, new, place.inside(tag, kept=False))
        if is_block:
            append_text(new, " ")

    def picture(self, old, new):
        name = self.pictures.take(old.get("src", ""), self.limits)
        if name is None:
            append_text(new, clean_text(old.get("alt") or "") or self.missing)
            return
        image = etree.SubElement(new, "img", src=name)
        style = _style(old)
        for side in ("width", "height"):
            length = (style.get(side) or old.get(side) or "")[:20]
            if parse_length(length):
                image.set(side, length)


def append_text(element, text):
    """Append `text` behind all that `element` holds."""
    if not text:
        return
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def parse_length(value):
    """(number, unit) of an allowed length, where px are points already; else None."""
    match = _LENGTH.match(value or "")
    if not match:
        return None
    number, unit = float(match.group(1)), match.group(2)
    if unit == "%":
        return (number, "%") if 0 < number <= 100 else None
    points = number * LENGTH_UNITS[unit]
    return (points, "pt") if 0 < points <= LONGEST_LENGTH else None


def _style(element):
    pairs = (part.split(":", 1) for part in element.get("style", "")[:2000].split(";"))
    return {p[0].strip().lower(): p[1].strip().lower() for p in pairs if len(p) == 2}


def _is_hidden(element):
    return element.get("hidden") is not None or bool(
        _HIDDEN.search(element.get("style", ""))
    )


def _attributes(old, tag):
    attributes = {}
    style = {
        name: value
        for name, value in _style(old).items()
        if name in ALLOWED_STYLES and ALLOWED_STYLES[name].fullmatch(value)
    }
    if CHECK_LIST in old.get("class", "").split():
        style["list-style-type"] = "none"
    align = (old.get("align") or "").lower()
    if old.tag == "center":
        align = "center"
    if align and ALLOWED_STYLES["text-align"].fullmatch(align):
        style.setdefault("text-align", align)
    if style:
        attributes["style"] = ";".join(f"{k}:{v}" for k, v in sorted(style.items()))
    classes = ALLOWED_CLASSES.intersection(old.get("class", "").split())
    if classes:
        attributes["class"] = " ".join(sorted(classes))
    if old.get("dir", "").lower() in ("rtl", "ltr"):
        attributes["dir"] = old.get("dir").lower()
    for name in ("colspan", "rowspan") if tag in ("td", "th") else ():
        number = old.get(name, "")
        if number.isascii() and number.isdigit() and 1 < int(number) <= LONGEST_SPAN:
            attributes[name] = number
    start = old.get("start", "")
    if tag == "ol" and start.isascii() and start.isdigit() and len(start) < 5:
        attributes["start"] = start
    return attributes


def _set_direction(element):
    if element.tag in ("p", "li", "td", "th", "h1", "h2", "h3", "dt", "dd", "div"):
        if "dir" not in element.attrib and is_right_to_left(_own_text(element)):
            element.set("dir", "rtl")


def _own_text(element):
    """The first text of a block itself, not of the blocks inside it."""
    parts = [element.text or ""]
    for child in element:
        if child.tag in BLOCK_TAGS:
            break
        parts.append("".join(child.itertext()))
        parts.append(child.tail or "")
        if len(parts) > 20:
            break
    return "".join(parts)


def _checkbox(element):
    if element.get("type", "").lower() in ("checkbox", "radio"):
        return "☑ " if element.get("checked") is not None else "☐ "
    if element.get("type", "text").lower() == "text":
        return clean_text(element.get("value", "")[:500])
    return ""


def _check_mark(item):
    """The box of a check list as Odoo's editor writes it."""
    parent = item.getparent()
    if parent is None or CHECK_LIST not in parent.get("class", "").split():
        return ""
    return "☑ " if "o_checked" in item.get("class", "").split() else "☐ "
