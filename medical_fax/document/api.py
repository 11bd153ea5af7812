"""The functions that others call; see the package's docstring.

PyMuPDF must not be used by two threads at once, so that all work in this process is
done under one lock. What may be foreign goes to a child process, without the lock.
"""

import dataclasses
import threading

from . import codes, sandbox, worker
from .assemble import document_files
from .errors import DocumentError
from .job import Job
from .raster import for_screen, png
from .sniff import sniff
from .structures import A4, FINE, Labels, Limits, Options

_LOCK = threading.RLock()
_LIMITS = Limits()
# Decoding more dots than this in the parent would cost a worker its memory.
OWN_PICTURE_PIXELS = 12_000_000
REPORT_WIDTH = 864


def build(
    sections,
    files=(),
    *,
    paper=A4,
    running,
    cover=None,
    labels=None,
    limits=_LIMITS,
    options=None,
):
    """Make one PDF of entries, files and a cover; returns a Built.

    The same input gives the same bytes. Raises DocumentError.
    """
    job = Job(
        tuple(sections),
        tuple(files),
        paper,
        running,
        cover,
        labels or Labels(),
        limits,
        options or Options(),
    )
    for part in document_files(job.sections, job.files):
        _check_part(part, limits)
    too_much = job.foreign_bytes() > limits.max_total_bytes
    if too_much or job.html_bytes() > limits.max_html_bytes:
        raise DocumentError("too_large")
    if job.needs_child():
        return sandbox.call("build", limits, job=job)
    pixels = min(limits.max_image_pixels, OWN_PICTURE_PIXELS)
    own = dataclasses.replace(limits, max_image_pixels=pixels)
    return _here("build", job=dataclasses.replace(job, limits=own))


def _check_part(part, limits):
    """What needs no C code is refused at once, before a child is started."""
    if len(part.content) > limits.max_bytes:
        raise DocumentError("too_large", source=part.name)
    _mimetype, refusal = sniff(part.content)
    if refusal:
        raise DocumentError(refusal, source=part.name)


def check_file(name, content, limits=_LIMITS):
    """Look at a foreign file of any kind; returns a FileInfo or raises DocumentError.

    name: only given back as the error's source.
    """
    if len(content) > limits.max_bytes:
        raise DocumentError("too_large", source=name)
    _mimetype, refusal = sniff(content)
    if refusal:
        raise DocumentError(refusal, source=name)
    return sandbox.call("check", limits, name=name, content=content, limits=limits)


def arrive(content, limits=_LIMITS):
    """The pages of a received file, whatever it is; an Arrived or DocumentError."""
    if len(content) > limits.max_bytes:
        raise DocumentError("too_large")
    _mimetype, refusal = sniff(content)
    if refusal:
        raise DocumentError(refusal)
    return sandbox.call("arrive", limits, content=content, limits=limits)


def code_png(token):
    """The code that is printed on a cover, a PNG; a token is 26 capitals and digits."""
    return codes.code_png(token)


def page_count(pdf, *, trusted=False, limits=_LIMITS):
    """The number of pages of a PDF."""
    return _run("page_count", trusted, limits, pdf=pdf)


def render_page(pdf, index, resolution=FINE, *, trusted=False, limits=_LIMITS):
    """Page `index` (from 0) as the fax machine prints it, a Bitmap.

    trusted: the PDF is a Built that is not `foreign`, and is opened in this process.
    """
    return _run("render", trusted, limits, pdf=pdf, index=index, resolution=resolution)


def preview_pages(
    pdf, indexes=None, resolution=FINE, width=None, *, trusted=False, limits=_LIMITS
):
    """PagePreview of the pages `indexes` (None: all), in one go.

    width: of the PNG in dots; None gives every dot of the fax.
    """
    return _run(
        "previews",
        trusted,
        limits,
        pdf=pdf,
        indexes=None if indexes is None else list(indexes),
        resolution=resolution,
        width=width,
    )


def page_png(pdf, index, resolution=FINE, width=None, *, trusted=False, limits=_LIMITS):
    """Page `index` as a PNG for the screen, black and white as it will arrive."""
    (preview,) = preview_pages(
        pdf, [index], resolution, width, trusted=trusted, limits=limits
    )
    return preview.png


def page_flags(pdf, index, *, trusted=False, limits=_LIMITS):
    """What is hard to read on page `index`: a set of names in `flags.FLAGS`."""
    return set(_run("page_flags", trusted, limits, pdf=pdf, index=index))


def to_tiff(pdf, resolution=FINE, *, trusted=False, limits=_LIMITS):
    """All pages as one TIFF (Group 4) at the fax's resolution."""
    return _run("tiff", trusted, limits, pdf=pdf, resolution=resolution)


def stamp(pdf, text, *, trusted=False, limits=_LIMITS):
    """The PDF with `text` in large letters across each page."""
    return _run("stamp", trusted, limits, pdf=pdf, text=text)


def select_pages(pdf, indexes, *, trusted=False, limits=_LIMITS):
    """Only the pages `indexes` (from 0, in this order) of a PDF; returns a Built.

    trusted: as for `render_page`; the Built is `foreign` where it is not. Its pages
    are as they were, heads, feet and page numbers included; `page_infos` is empty.
    """
    wanted = list(indexes)
    if len(wanted) > limits.max_pages:
        raise DocumentError("too_many_pages")
    built = _run("select", trusted, limits, pdf=pdf, indexes=wanted)
    return dataclasses.replace(built, foreign=not trusted)


def plain_copy(pdf, *, trusted=False, limits=_LIMITS):
    """The PDF with each page as the 1-bit picture that the fax machine prints, on
    paper of the same size; returns a Built, as `select_pages` does."""
    built = _run("plain", trusted, limits, pdf=pdf)
    return dataclasses.replace(built, foreign=not trusted)


def mark_pages(pdf, marks, signature=None, *, trusted=False, limits=_LIMITS):
    """The PDF with these Marks on its pages, a Built; `signature` is a picture."""
    placed = list(marks)
    built = _run("mark", trusted, limits, pdf=pdf, placed=placed, signature=signature)
    return dataclasses.replace(built, foreign=not trusted)


def transmission_report(
    title,
    rows,
    pdf_first_page,
    labels=None,
    *,
    paper=A4,
    reference="",
    trusted=False,
    limits=_LIMITS,
):
    """One page about a fax; returns a PDF that may be opened in this process.

    rows: ReportRow. pdf_first_page: the fax's PDF (its first page is shown), or None.
    """
    picture = None
    if pdf_first_page:
        # Only bare dots come back from the child, so that the report is ours alone.
        page = render_page(pdf_first_page, 0, trusted=trusted, limits=limits)
        picture = png(for_screen(page.image(), FINE, REPORT_WIDTH))
    return _here(
        "report",
        title=title,
        rows=tuple(rows),
        picture=picture,
        labels=labels or Labels(),
        paper=paper,
        reference=reference,
    )


def _run(operation, trusted, limits, **arguments):
    if trusted:
        return _here(operation, **arguments)
    return sandbox.call(operation, limits, **arguments)


def _here(operation, **arguments):
    with _LOCK:
        return worker.OPERATIONS[operation](**arguments)
