"""Cover pages: a clean html template whose placeholders are replaced as text.

Never QWeb and never an expression: a template can print these values and nothing else.
"""

import re

from lxml import etree

from .errors import DocumentError
from .layout import CSS
from .sanitize import Pictures, append_text, sanitize
from .text import clean_text, soft_breaks
from .trace import foreign

COVER_PLACEHOLDERS = (
    "recipient_name",
    "recipient_organization",
    "recipient_fax",
    "recipient_phone",
    "recipient_address",
    "sender_name",
    "sender_phone",
    "reply_fax",
    "clinic",
    "clinic_address",
    "practitioner",
    "location",
    "date",
    "pages",
    "subject",
    "notes",
    "notice",
    "reference",
    "logo",
    "qr",
)
PICTURES = {"logo": (220.0, 70.0), "qr": (85.0, 85.0)}
"""Placeholders that are pictures, and the room that each may take in points."""
LONGEST_VALUE = 8000

COVER_CSS = (
    CSS
    + """
h1{font-size:19pt;margin:0 0 2pt 0;line-height:1.15}
.fax-title{font-size:34pt;font-weight:bold;line-height:1.1;margin:10pt 0 6pt 0}
.fax-fields{width:100%;margin:4pt 0 10pt 0;font-size:12pt}
.fax-fields td,.fax-fields th{border:0;border-top:0.75pt solid black;
border-bottom:0.75pt solid black;padding:4pt 8pt 4pt 0}
.fax-boxed{border:1pt solid black;padding:8pt;margin:4pt 0 10pt 0}
.fax-notice{border-top:1.5pt solid black;padding:6pt 0 0 0;margin:14pt 0 0 0;
font-size:9.5pt;line-height:1.25}
"""
)

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")
_BLOCKS = "tr|p|li|h1|h2|h3|h4|h5|h6|blockquote|div|pre".split("|")


def unknown_placeholders(html):
    """Names in braces that no cover fills in, sorted; they would be printed as such."""
    names = set(_PLACEHOLDER.findall(html or ""))
    return sorted(names.difference(COVER_PLACEHOLDERS))


def cover_tree(cover, limits, pages):
    """The cover as a tree, and its raw pictures; `pages` is the number to print."""
    pictures = Pictures()
    with foreign("cover"):
        pictures.start("cover", {})
        root = sanitize(cover.html, limits, pictures)
        values = _values(cover, pages)
        _drop_empty(root, values)
        for element in list(root.iter()):
            _fill(element, values, cover.images, pictures)
    return root, pictures


def _values(cover, pages):
    values = {}
    for name in COVER_PLACEHOLDERS:
        text = "" if name in PICTURES else cover.values.get(name) or ""
        if len(text) > LONGEST_VALUE:
            raise DocumentError("too_large")
        values[name] = clean_text(text).strip()
        if name in PICTURES and cover.images.get(name):
            values[name] = name
    values["pages"] = str(pages)
    return values


def _drop_empty(root, values):
    """Remove rows and paragraphs whose placeholders are all without a value."""
    for block in list(root.iter(*_BLOCKS)):
        if block is root or _is_wrapper(block):
            continue
        names = [n for n in _PLACEHOLDER.findall(_text(block)) if n in values]
        if names and not any(values[name] for name in names):
            _remove(block)
    for table in list(root.iter("table")):
        if next(table.iter("tr"), None) is None:
            _remove(table)


def _is_wrapper(block):
    """Whether this is a plain division around other blocks, which are looked at."""
    if block.tag != "div" or block.get("class"):
        return False
    return next(block.iterdescendants(*_BLOCKS, "table"), None) is not None


def _text(element):
    return "".join(element.itertext())


def _remove(element):
    parent, previous = element.getparent(), element.getprevious()
    if parent is None:
        return
    if element.tail and previous is not None:
        previous.tail = (previous.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _fill(element, values, images, pictures):
    """Replace the placeholders in the text of `element` and behind its children."""
    pieces = [(None, element.text), *((child, child.tail) for child in element)]
    for before, text in pieces:
        if not text or "{" not in text:
            continue
        holder = etree.Element("x")
        # One pass from left to right: a value that looks like a placeholder stays text.
        position = 0
        for match in _PLACEHOLDER.finditer(text):
            name = match.group(1)
            if name not in values:
                continue
            append_text(holder, text[position : match.start()])
            position = match.end()
            if name in PICTURES:
                _add_picture(holder, name, images, pictures)
            else:
                _add_lines(holder, values[name])
        append_text(holder, text[position:])
        _splice(element, before, holder)


def _add_lines(holder, value):
    for number, line in enumerate(value.split("\n")):
        if number:
            etree.SubElement(holder, "br")
        append_text(holder, soft_breaks(line, 24, 12))


def _add_picture(holder, name, images, pictures):
    if images.get(name):
        src = pictures.add(name, images[name])
        width, height = PICTURES[name]
        etree.SubElement(
            holder, "img", src=src, width=f"{width}pt", height=f"{height}pt"
        )


def _splice(element, before, holder):
    """Put what `holder` holds in the place of the text behind `before`."""
    if before is None:
        element.text, index = holder.text, 0
    else:
        before.tail, index = holder.text, element.index(before) + 1
    for offset, child in enumerate(list(holder)):
        element.insert(index + offset, child)
