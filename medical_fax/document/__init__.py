"""Documents for fax machines, made without Odoo.

`build` makes one PDF of chart entries (html), foreign files and a cover; `check_file`
looks at an upload; `arrive` makes a document of a received file; `preview_pages`,
`render_page`, `page_flags` and `to_tiff` show the pages as they will arrive;
`select_pages` and `plain_copy` make another document of a finished one's pages; `stamp`
and `transmission_report` complete the set.

Whatever opens foreign bytes happens in a child process with limits of memory and time
(`sandbox`, `child`); pages made only of our own text are laid out in this process.
"""

from .api import (
    arrive,
    build,
    check_file,
    code_png,
    mark_pages,
    page_count,
    page_flags,
    page_png,
    plain_copy,
    preview_pages,
    render_page,
    select_pages,
    stamp,
    to_tiff,
    transmission_report,
)
from .assemble import document_files
from .cover import COVER_PLACEHOLDERS, unknown_placeholders
from .errors import ERRORS, DocumentError, ErrorText
from .flags import FLAGS
from .structures import (
    A4,
    FINE,
    LETTER,
    STANDARD,
    Arrived,
    Bitmap,
    Built,
    Cover,
    FileInfo,
    FilePart,
    Labels,
    Limits,
    Mark,
    Options,
    PageInfo,
    PagePreview,
    Paper,
    ReportRow,
    Resolution,
    Running,
    Section,
    Signature,
    paper_for_country,
)

__all__ = [
    "A4",
    "COVER_PLACEHOLDERS",
    "ERRORS",
    "FINE",
    "FLAGS",
    "LETTER",
    "STANDARD",
    "Arrived",
    "Bitmap",
    "Built",
    "Cover",
    "DocumentError",
    "ErrorText",
    "FileInfo",
    "FilePart",
    "Labels",
    "Limits",
    "Mark",
    "Options",
    "PageInfo",
    "PagePreview",
    "Paper",
    "ReportRow",
    "Resolution",
    "Running",
    "Section",
    "Signature",
    "arrive",
    "build",
    "check_file",
    "code_png",
    "document_files",
    "mark_pages",
    "page_count",
    "page_flags",
    "page_png",
    "paper_for_country",
    "plain_copy",
    "preview_pages",
    "render_page",
    "select_pages",
    "stamp",
    "to_tiff",
    "transmission_report",
    "unknown_placeholders",
]
