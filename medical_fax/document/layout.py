"""From a tree of clean html to laid out pages, and the strips above and below them.

Pages are recorded as display lists first and drawn into the PDF later, when the number
of all pages is known; laying out twice would cost twice.
"""

import re
from dataclasses import dataclass

import pymupdf
from lxml import etree, html
from pymupdf import mupdf

from . import fonts
from .errors import DocumentError
from .flatten import linearise
from .structures import MM

SIDE = 16 * MM
FREE_TOP = 10 * MM
"""Left free on every page: the fax server or provider prints its sender line there."""
FREE_SIDE = 8 * MM
HEAD_TOP = 11 * MM
FOOT_HEIGHT = 14.0
FOOT_BOTTOM = 9 * MM
GAP = 6.0
# A heading that has less than two lines of its text below it goes to the next page.
ORPHAN_ROOM = 38.0
TOLERANCE = 1.5
ROUNDS = 4

CSS = """
body{font-family:fax;font-size:11pt;line-height:1.3;color:#000;margin:0;
overflow-wrap:break-word}
p{margin:0 0 5pt 0}
h1{font-size:16pt;margin:8pt 0 4pt 0} h2{font-size:13.5pt;margin:7pt 0 3pt 0}
h3{font-size:12pt;margin:6pt 0 2pt 0}
h4,h5,h6{font-size:11pt;margin:5pt 0 2pt 0}
ul,ol{margin:0 0 5pt 0;padding-left:20pt} li{margin:0 0 1pt 0}
dl{margin:0 0 5pt 0} dd{margin:0 0 2pt 20pt} blockquote{margin:0 0 5pt 20pt}
table{border-collapse:collapse;margin:2pt 0 6pt 0}
td,th{border:0.75pt solid black;padding:2pt 4pt;text-align:left;overflow-wrap:normal}
pre,code{font-family:faxmono;font-size:10pt;white-space:pre-wrap}
pre{margin:0 0 5pt 0} small,sub,sup{font-size:9pt}
hr{margin:5pt 0;border:0;border-top:0.75pt solid black}
.fax-semitic{font-family:faxsemitic}
.fax-row{border-top:0.75pt solid black;padding-top:2pt;margin:0 0 3pt 0}
.fax-bare,.fax-runner,.fax-head{width:100%;margin:0}
.fax-bare td,.fax-runner td,.fax-head td{border:0;padding:0 6pt 0 0}
.fax-bare td{padding:0}
.fax-runner td.fax-right,.fax-head td.fax-right{padding:0 0 0 6pt}
.fax-runner{font-size:9.5pt;line-height:1.2} .fax-right{text-align:right}
.fax-center{text-align:center} .fax-caption{font-size:10pt;margin:1pt 0 0 0}
.fax-entry{margin:10pt 0 2pt 0} .fax-entry h2{margin:0}
.fax-subtitle{font-size:10.5pt;margin:0 0 4pt 0}
.fax-draft{font-weight:bold;font-size:11pt}
.fax-sign{margin:4pt 0 0 0}
.fax-small{font-size:9.5pt;line-height:1.25}
"""


@dataclass(frozen=True)
class Box:
    """A rectangle in points from the top left corner of the page."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def size(self):
        return self.x1 - self.x0, self.y1 - self.y0

    def rect(self):
        return pymupdf.Rect(self.x0, self.y0, self.x1, self.y1)


@dataclass
class Flow:
    """Laid out pages. marks: element id -> index of the page where it begins."""

    pages: list
    marks: dict


@dataclass(frozen=True)
class _Mark:
    id: str
    rect: tuple


# Arabic (with Hebrew and their kin) runs of letters, spaces between words included.
_SEMITIC = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+"
    "(?:[ \u200b]+[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+)*"
)


def serialize(root):
    """The tree as html; Arabic and Hebrew in the font that a fax keeps readable."""
    source = html.tostring(root, encoding="unicode")
    # The renderer decodes entities twice (seen with 1.28): "&amp;lt;" would show "<".
    source = source.replace("&amp;", "&amp;amp;")
    # Only texts can hold such letters: all attributes are ours.
    return _SEMITIC.sub(r'<span class="fax-semitic">\g<0></span>', source)


def story(source, images=None, css=CSS):
    faces, archive = fonts.load(source, images)
    return pymupdf.Story(html=source, user_css=faces + css, archive=archive)


def flow(root, box, *, images, budget, css=CSS):
    """Lay the tree out in pages whose text stands in `box`.

    budget: pages that may still be made, DocumentError too_many_pages beyond. Tables
    and lists that do not fit are told as paragraphs, so that nothing is cut.
    """
    outer = _number_wide_elements(root)
    for round_ in range(ROUNDS):
        result, misfits = _lay_out(root, box, images, budget, css)
        if not misfits:
            return result
        last_try = round_ == ROUNDS - 2
        for name in list(outer) if last_try else misfits:
            if name in outer:
                linearise(outer.pop(name))
    raise DocumentError("layout")


def _number_wide_elements(root):
    """Give ids to what may not fit; returns id -> outermost table or list."""
    outer, current = {}, {}
    for number, element in enumerate(root.iter("table", "ul", "ol", "dl", "tr")):
        parent = next(element.iterancestors("table", "ul", "ol", "dl"), None)
        name = f"r{number}" if element.tag == "tr" else f"w{number}"
        element.set("id", name)
        current[element] = current.get(parent, element)
        outer[name] = current[element]
    return outer


def _lay_out(root, box, images, budget, css):
    laid = story(serialize(root), images, css)
    result, misfits, more = Flow([], {}), [], True
    while more:
        if len(result.pages) >= budget:
            raise DocumentError("too_many_pages")
        more, marks = _place(laid, box)
        for mark in marks:
            result.marks.setdefault(mark.id, len(result.pages))
            if _sticks_out(mark, box):
                misfits.append(mark.id)
        result.pages.append(_record(laid, box))
    return result, misfits


def _sticks_out(mark, box):
    # Tables and lists go on over pages, but a row of a table is never split.
    too_wide = mark.id[0] in "rw" and mark.rect[2] > box.x1 + TOLERANCE
    return too_wide or mark.id[0] == "r" and mark.rect[3] > box.y1 + TOLERANCE


def _place(laid, box):
    rect = box.rect()
    more, filled = laid.place(rect)
    marks = _marks(laid)
    headings = [m for m in marks if m.id[0] == "h"]
    if more and headings:
        last = headings[-1].rect
        if last[3] > rect.y1 - ORPHAN_ROOM and last[1] > rect.y0 + ORPHAN_ROOM:
            rect.y1 = last[1] - 1
            more, filled = laid.place(rect)
            marks = _marks(laid)
    if more and filled[3] - filled[1] < 1:
        raise DocumentError("layout")
    return more, marks


def _marks(laid):
    found = []

    def note(position):
        if position.id and position.open_close & 1:
            found.append(_Mark(position.id, tuple(position.rect)))

    laid.element_positions(note)
    return found


def _record(laid, box):
    """The page just placed, as a display list."""
    display = mupdf.FzDisplayList(mupdf.FzRect(0, 0, box.x1 * 2, box.y1 * 2))
    device = pymupdf.DeviceWrapper(display)
    laid.draw(device)
    mupdf.fz_close_device(device.this)
    return display


def replay(display, device):
    """Draw a recorded page on `device`."""
    mupdf.fz_run_display_list(
        display,
        device.this,
        mupdf.FzMatrix(),
        mupdf.FzRect(mupdf.FzRect.Fixed_INFINITE),
        mupdf.FzCookie(),
    )


def height_of(element, width, css=CSS):
    """The height that the clean html of `element` takes at a width."""
    _more, filled = story(serialize(element), None, css).place((0, 0, width, 5000))
    return filled[3]


class Strips:
    """Strips of text at the head or foot, one for each page, laid out as one story."""

    def __init__(self, elements):
        root = etree.Element("div")
        for number, element in enumerate(elements):
            if number:
                element.set("style", "page-break-before:always")
            root.append(element)
        self._story = story(serialize(root))
        self._more = bool(len(root))

    def draw(self, device, box):
        """Draw the next strip in `box`, which must be high enough for it."""
        if self._more:
            self._more, _filled = self._story.place(box.rect())
            self._story.draw(device)
