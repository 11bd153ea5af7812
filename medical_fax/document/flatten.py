"""Tables and lists that do not fit the page, told as plain paragraphs instead.

The renderer cuts what is wider than the page and any table row that is taller than it.
Nothing may be lost, so such a table becomes blocks that can break anywhere: one block
a cell, led by the name of its column.
"""

from lxml import etree

from .sanitize import append_text

CELLS = ("td", "th")


def linearise(element):
    """Turn the table or list `element`, and all inside it, into blocks, in place."""
    for table in reversed(list(element.iter("table"))):
        _flatten_table(table)
    for item in element.iter("ul", "ol", "li", "dl", "dt", "dd", "blockquote"):
        _flatten_item(item)


def _flatten_item(item):
    if item.tag == "li":
        parent = item.getparent()
        ordered = parent is not None and parent.get("class") == "fax-ordered"
        number = 1 + len(list(item.itersiblings("div", preceding=True)))
        item.text = (f"{number}. " if ordered else "• ") + (item.text or "")
    is_ordered = item.tag == "ol"
    item.tag = "div"
    item.attrib.clear()
    if is_ordered:
        item.set("class", "fax-ordered")


def _flatten_table(table):
    rows = list(table.iter("tr"))
    names = _column_names(rows)
    blocks = []
    for row in rows[1:] if names else rows:
        blocks.append(etree.Element("div", {"class": "fax-row"}))
        column = 0
        for cell in row.iterchildren(*CELLS):
            _add_cell(blocks[-1], cell, names.get(column, ""))
            column += int(cell.get("colspan", 1))
    captions = [child for child in table if child.tag == "p"]
    for child in list(table):
        table.remove(child)
    table.tag = "div"
    table.attrib.clear()
    for block in captions + blocks:
        table.append(block)


def _add_cell(block, cell, name):
    """Append the content of `cell` to `block`, unless it is empty."""
    if not len(cell) and not (cell.text or "").strip():
        return
    target = etree.SubElement(block, "div")
    if name:
        label = etree.SubElement(target, "b")
        label.text = f"{name}: "
    append_text(target, cell.text)
    for child in list(cell):
        target.append(child)


def _column_names(rows):
    """Column index -> heading, where the first row holds nothing but headings."""
    if len(rows) < 2 or any(cell.tag != "th" for cell in rows[0]):
        return {}
    names, column = {}, 0
    for cell in rows[0]:
        names[column] = " ".join("".join(cell.itertext()).split())
        column += int(cell.get("colspan", 1))
    return names
