"""What stands at the head and foot of each page."""

from lxml import etree

from .layout import FOOT_BOTTOM, FOOT_HEIGHT, GAP, HEAD_TOP, SIDE, Box, height_of
from .text import one_line, soft_breaks

LONGEST = 160


class Runner:
    """Heads and feet of one document.

    any_draft: some page may say DRAFT, which takes room from clinic and patient.
    """

    def __init__(self, paper, running, labels, any_draft=False):
        self.paper = paper
        self.running = running
        self.labels = labels
        self.any_draft = any_draft
        self._heights = {}

    def head(self, caption="", draft=False):
        """Clinic left, DRAFT in the middle, patient right, a caption below, a rule."""
        block = etree.Element("div")
        row = _runner_row(block)
        _cell(row, self.running.clinic, bold=True)
        if draft:
            _cell(row, self.labels.draft, "fax-center", bold=True)
        _cell(row, self.running.subject, "fax-right")
        if caption:
            line = etree.SubElement(block, "p", {"class": "fax-caption"})
            text = soft_breaks(one_line(caption, 300), 60, 30)
            etree.SubElement(line, "b").text = text
        etree.SubElement(block, "hr")
        return block

    def foot(self, page, pages):
        """Reference left, page x of y right."""
        block = etree.Element("div")
        row = _runner_row(block)
        _cell(row, self.running.reference)
        _cell(row, fill(self.labels.page, page=page, pages=pages), "fax-right")
        return block

    def head_box(self, caption=""):
        """Where the head stands, as high as its text needs."""
        if caption not in self._heights:
            head = self.head(caption, self.any_draft)
            width = self.paper.width - 2 * SIDE
            self._heights[caption] = height_of(head, width) + 1
        bottom = HEAD_TOP + self._heights[caption]
        return Box(SIDE, HEAD_TOP, self.paper.width - SIDE, bottom)

    def foot_box(self):
        bottom = self.paper.height - FOOT_BOTTOM
        return Box(SIDE, bottom - FOOT_HEIGHT, self.paper.width - SIDE, bottom)

    def body_box(self, caption="", side=SIDE):
        """Where a page's own content stands, between head and foot."""
        top = self.head_box(caption).y1 + GAP / 2
        return Box(side, top, self.paper.width - side, self.foot_box().y0 - GAP)

    def cover_box(self):
        """The same for a cover, which has no head: it must not name the patient."""
        bottom = self.foot_box().y0 - GAP
        return Box(SIDE, HEAD_TOP + 4, self.paper.width - SIDE, bottom)


def _runner_row(block):
    table = etree.SubElement(block, "table", {"class": "fax-runner"})
    return etree.SubElement(table, "tr")


def _cell(row, text, class_=None, bold=False):
    cell = etree.SubElement(row, "td", {"class": class_} if class_ else {})
    target = etree.SubElement(cell, "b") if bold else cell
    # A name without a space must not push its neighbour off the page.
    target.text = soft_breaks(one_line(text, LONGEST), 24, 12)


def fill(template, **values):
    """`template` with {name} replaced; a translator's stray brace does no harm."""
    for name, value in values.items():
        template = template.replace("{" + name + "}", str(value))
    return template
