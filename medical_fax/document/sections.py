"""Chart entries and plan parts as html trees for the layout."""

from lxml import etree

from . import images as picturing
from .sanitize import Pictures, parse_length, sanitize
from .text import one_line, soft_breaks
from .trace import foreign

SIGNATURE_BOX = (150.0, 48.0)
LONGEST_HEADING = 300
LARGEST_INLINE = 24.0
CELL_PADDING = 8.0


def section_tree(sections, labels, numbers, limits):
    """One tree of several sections that run on, and the raw pictures they show.

    sections: pairs (index, Section). numbers: index -> numbers of its attachments.
    Ids: h<index> where a section begins, e<index> where it ends.
    """
    root = etree.Element("div")
    pictures = Pictures()
    for position, (index, section) in enumerate(sections):
        with foreign(index):
            pictures.start(index, section.images)
            body = sanitize(section.html, limits, pictures, labels.picture_missing)
        root.append(_heading(index, section, labels, ruled=bool(position)))
        root.append(body)
        _attachments(root, section, labels, numbers.get(index, ()))
        if section.signature:
            root.append(_signature(section.signature, labels, pictures))
        etree.SubElement(root, "div", id=f"e{index}")
    return root, pictures


def _heading(index, section, labels, ruled):
    block = etree.Element("div", {"class": "fax-entry", "id": f"h{index}"})
    if ruled:
        # Inside, so that it goes to the next page with the heading.
        etree.SubElement(block, "hr")
    if section.draft:
        etree.SubElement(block, "p", {"class": "fax-draft"}).text = labels.draft
    for tag, text, class_ in (
        ("h2", section.title, None),
        ("p", section.subtitle, "fax-subtitle"),
    ):
        text = one_line(text, LONGEST_HEADING)
        if text:
            line = etree.SubElement(block, tag, {"class": class_} if class_ else {})
            line.text = soft_breaks(text, 60, 30)
    return block


def _attachments(root, section, labels, numbers):
    if not section.files:
        return
    line = etree.SubElement(root, "p")
    etree.SubElement(line, "b").text = f"{labels.attachments}: "
    names = [
        f"{number} {one_line(part.caption, 120)}".strip()
        for number, part in zip(numbers, section.files, strict=True)
    ]
    line[0].tail = soft_breaks("; ".join(names), 60, 30)


def _signature(signature, labels, pictures):
    """Picture, name, licence number and date, kept together on one page."""
    table = etree.Element("table", {"class": "fax-bare fax-sign"})
    cell = etree.SubElement(etree.SubElement(table, "tr"), "td")
    if signature.image:
        name = pictures.add("signature", signature.image)
        line = etree.SubElement(cell, "p")
        etree.SubElement(line, "img", {"src": name, "class": "fax-signature"})
    line = etree.SubElement(cell, "p")
    line.text = f"{labels.signed_by} "
    etree.SubElement(line, "b").text = one_line(signature.name, 160)
    details = []
    if signature.licence:
        details.append(f"{labels.licence} {one_line(signature.licence, 60)}")
    if signature.signed_on:
        details.append(f"{labels.signed_on}: {one_line(signature.signed_on, 60)}")
    if details:
        etree.SubElement(line, "br").tail = " · ".join(details)
    return table


def prepare_pictures(root, pictures, box_size, limits):
    """Decode, shrink and size the pictures of a tree; returns name -> bytes to show.

    Pillow's decoders run here: what may be foreign must be called in the child.
    """
    ready = {}
    for element in list(root.iter("img")):
        name = element.get("src")
        with foreign(pictures.owners[name]):
            image = picturing.open_image(pictures.used[name], limits)
            room = _room(element, box_size)
            wanted = _wanted_size(element, image, room)
            picture = picturing.picture(image, wanted)
        ready[name] = picture.content
        element.attrib.clear()
        element.set("src", name)
        size = f"width:{picture.width:.1f}pt;height:{picture.height:.1f}pt"
        element.set("style", size)
        if picture.height > LARGEST_INLINE:
            _keep_whole(element)
    return ready


def _keep_whole(image):
    """Put a picture into a table of its own, whose row goes to the next page whole.

    In running text the renderer shrinks it to what is left of the page.
    """
    parent = image.getparent()
    if next(image.iterancestors("td", "th"), None) is not None:
        return
    table = etree.Element("table", {"class": "fax-bare"})
    table.tail, image.tail = image.tail, None
    parent.replace(image, table)
    row = etree.SubElement(table, "tr")
    etree.SubElement(row, "td").append(image)


def _room(element, box_size):
    """(width, height) that a picture may fill: less inside cells and lists."""
    if element.get("class") == "fax-signature":
        return SIGNATURE_BOX
    width, height = box_size[0] - CELL_PADDING, box_size[1]
    for ancestor in element.iterancestors():
        if ancestor.tag == "tr":
            width = width / max(1, len(ancestor)) - CELL_PADDING - 2
        elif ancestor.tag in ("ul", "ol", "dd", "blockquote"):
            width -= 24
    return max(width, 24), height * 0.85


def _wanted_size(element, image, room):
    """The size that the html asks for, within `room`; the shape stays the picture's."""
    natural = picturing.natural_size(image)
    scales = [room[0] / natural[0], room[1] / natural[1]]
    for side, name in enumerate(("width", "height")):
        length = parse_length(element.get(name))
        if length and length[1] == "%" and side == 0:
            scales.append(room[0] * length[0] / 100 / natural[0])
        elif length and length[1] == "pt":
            scales.append(length[0] / natural[side])
    scale = min(scales)
    return natural[0] * scale, natural[1] * scale
