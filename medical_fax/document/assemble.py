"""The whole document: cover, entries that run on, foreign pages, heads and feet.

Runs in this process when all content is our own, and in the child otherwise.
"""

import io
from dataclasses import dataclass

import pymupdf

from . import foreign
from .cover import COVER_CSS, cover_tree
from .errors import DocumentError
from .layout import FREE_SIDE, Strips, flow, replay
from .runner import Runner, fill
from .sections import prepare_pictures, section_tree
from .structures import Built, PageInfo


@dataclass
class _Page:
    """One page to be drawn: our own (display) or a foreign one (file, number)."""

    info: PageInfo
    caption: str = ""
    display: object = None
    opened: object = None


def document_files(sections, files):
    """All FileParts in the order of their numbers: the sections' first."""
    return [part for section in sections for part in section.files] + list(files)


def build_here(job):
    """Make the document of a `job.Job` in this process; returns a Built."""
    plan = _Plan(job)
    pages = plan.pages()
    if not pages:
        raise DocumentError("empty")
    pdf = _draw(pages, plan)
    return Built(
        pdf,
        len(pages),
        tuple(page.info for page in pages),
        foreign=any(page.opened for page in pages) or job.needs_child(),
    )


class _Plan:
    """What the job asks for, page by page."""

    def __init__(self, job):
        self.job = job
        self.limits = job.limits
        any_draft = any(section.draft for section in job.sections)
        self.runner = Runner(job.paper, job.running, job.labels, any_draft)
        self.budget = job.limits.max_pages
        self.numbers = self._file_numbers()
        self.file_count = len(document_files(job.sections, job.files))

    def pages(self):
        """All pages in order. The cover comes last in time: it prints their number."""
        pages = []
        for group in self._groups():
            pages += self._take(self._section_pages(group))
            for index, section in group:
                numbers = self.numbers[index]
                for number, part in zip(numbers, section.files, strict=True):
                    drafted = section.draft
                    pages += self._take(self._file_pages(part, number, index, drafted))
        first = self.file_count - len(self.job.files) + 1
        for number, part in enumerate(self.job.files, first):
            pages += self._take(self._file_pages(part, number))
        return self._cover_pages(len(pages)) + pages

    def _take(self, pages):
        self.budget -= len(pages)
        if self.budget < 0:
            raise DocumentError("too_many_pages")
        return pages

    def _file_numbers(self):
        numbers, last = {}, 0
        for index, section in enumerate(self.job.sections):
            numbers[index] = range(last + 1, last + 1 + len(section.files))
            last += len(section.files)
        return numbers

    def _groups(self):
        """Sections that share pages: all of them, or each for itself."""
        pairs = list(enumerate(self.job.sections))
        if self.job.options.newest_first:
            pairs.reverse()
        if self.job.options.page_per_section:
            return [[pair] for pair in pairs]
        return [pairs] if pairs else []

    def _section_pages(self, group):
        if not any(_has_text(section) for _index, section in group):
            return []
        job = self.job
        root, pictures = section_tree(group, job.labels, self.numbers, self.limits)
        box = self.runner.body_box()
        images = prepare_pictures(root, pictures, box.size, self.limits)
        laid = flow(root, box, images=images, budget=self.budget)
        first, last = laid.marks, len(laid.pages) - 1
        pages = []
        for number, display in enumerate(laid.pages):
            shown = [
                (index, section)
                for index, section in group
                if first.get(f"h{index}", 0) <= number <= first.get(f"e{index}", last)
            ]
            pages.append(_Page(_layout_info(shown, number, first), display=display))
        return pages

    def _file_pages(self, part, number, section=None, draft=False):
        opened = foreign.open_part(part, self.limits)
        sections = () if section is None else (section,)
        pages = []
        for page in opened.pages:
            info = PageInfo("file", part.name, page, draft, sections, file=number - 1)
            caption = self._caption(part, number, page, opened.info.pages)
            pages.append(_Page(info, caption, opened=opened))
        return pages

    def _caption(self, part, number, page, pages):
        labels = self.job.labels
        words = fill(labels.attachment, number=number)
        if part.caption:
            words += f" – {part.caption}"
        if pages > 1:
            words += f" ({fill(labels.attachment_page, page=page, pages=pages)})"
        return words

    def _cover_pages(self, others):
        if not self.job.cover:
            return []
        count, wanted = 0, 1
        # The number of pages is printed on the cover and may itself make it longer.
        for _try in range(3):
            displays = self._lay_out_cover(others + wanted)
            count, wanted = wanted, len(displays)
            if count == wanted:
                break
        infos = [PageInfo("cover", "cover", n) for n in range(1, len(displays) + 1)]
        pairs = zip(infos, displays, strict=True)
        return self._take([_Page(info, display=display) for info, display in pairs])

    def _lay_out_cover(self, total):
        box = self.runner.cover_box()
        root, pictures = cover_tree(self.job.cover, self.limits, total)
        images = prepare_pictures(root, pictures, box.size, self.limits)
        budget = max(self.budget, 0)
        return flow(root, box, images=images, budget=budget, css=COVER_CSS).pages


def _has_text(section):
    return bool(
        section.title or section.subtitle or section.html.strip() or section.signature
    )


def _layout_info(shown, number, first):
    """The PageInfo of a page of ours; its number counts from its source's first."""
    sections = tuple(index for index, _section in shown)
    begins = first.get(f"h{sections[0]}", 0) if sections else 0
    return PageInfo(
        "layout",
        str(sections[0]) if sections else "",
        number - begins + 1,
        any(section.draft for _index, section in shown),
        sections,
    )


def _draw(pages, plan):
    """Draw all pages into one PDF; returns its bytes, the same for the same input."""
    pdf = pymupdf.open(stream=_draw_own(pages, plan), filetype="pdf")
    # Before foreign pages come in: their fonts are left as they are.
    pdf.subset_fonts()
    for index, page in enumerate(pages):
        if page.opened:
            box = plan.runner.body_box(page.caption, side=FREE_SIDE)
            number = page.info.page
            foreign.place(pdf[index], page.opened, number, box, plan.limits)
    return finish(pdf, plan.job.running.reference)


def _draw_own(pages, plan):
    runner, total = plan.runner, len(pages)
    headed = [page for page in pages if page.info.kind != "cover"]
    heads = Strips([runner.head(page.caption, page.info.draft) for page in headed])
    feet = Strips([runner.foot(number, total) for number in range(1, total + 1)])
    out = io.BytesIO()
    writer = pymupdf.DocumentWriter(out)
    for page in pages:
        device = writer.begin_page((0, 0, runner.paper.width, runner.paper.height))
        if page.display is not None:
            replay(page.display, device)
        if page.info.kind != "cover":
            heads.draw(device, runner.head_box(page.caption))
        feet.draw(device, runner.foot_box())
        writer.end_page()
    writer.close()
    return out.getvalue()


def finish(pdf, reference):
    """The bytes of an open PDF, without dates, names or random identifiers."""
    pdf.del_xml_metadata()
    pdf.set_metadata({"title": reference} if reference else {})
    return pdf.tobytes(garbage=3, deflate=True, no_new_id=True)
