"""One order for a document, as it is sent to the child process."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .structures import (
    Cover,
    FilePart,
    Labels,
    Limits,
    Options,
    Paper,
    Running,
    Section,
)

OWN_PICTURE_BYTES = 1_000_000


@dataclass(frozen=True, repr=False)
class Job:
    sections: Sequence[Section]
    files: Sequence[FilePart]
    paper: Paper
    running: Running
    cover: Cover | None = None
    labels: Labels = field(default_factory=Labels)
    limits: Limits = field(default_factory=Limits)
    options: Options = field(default_factory=Options)

    def needs_child(self):
        """Whether anything in it is foreign, or large enough to take long.

        Signature pictures and the cover's are the clinic's own, which Odoo has decoded
        in this process when they were stored; small ones are decoded here again.
        """
        return bool(
            self.files
            or any(_is_foreign(section) for section in self.sections)
            or self.html_bytes() > self.limits.inline_html_bytes
            or self._elements() > self.limits.inline_elements
            or any(len(p) > OWN_PICTURE_BYTES for p in self._own_pictures())
        )

    def html_bytes(self):
        return sum(len(text.encode("utf-8", "replace")) for text in self._texts())

    def _elements(self):
        return sum(text.count("<") for text in self._texts())

    def _texts(self):
        texts = [section.html for section in self.sections]
        return [*texts, self.cover.html] if self.cover else texts

    def foreign_bytes(self):
        parts = [part for section in self.sections for part in section.files]
        pictures = [p for section in self.sections for p in section.images.values()]
        contents = [part.content for part in (*parts, *self.files)]
        return sum(map(len, contents + pictures + list(self._own_pictures())))

    def _own_pictures(self):
        for section in self.sections:
            if section.signature and section.signature.image:
                yield section.signature.image
        if self.cover:
            yield from (picture for picture in self.cover.images.values() if picture)


def _is_foreign(section):
    return bool(
        section.files
        or section.images
        or section.untrusted
        or "data:image" in section.html.lower()
    )
