"""The fonts of our pages.

Noto Sans, from the package `pymupdf-fonts` (SIL Open Font License), is read back from
a fax page better than the sans serif inside MuPDF: Greek 99 % against 97 % by OCR, and
it draws Vietnamese with one font where MuPDF's own mixes in a serif. Arabic and Hebrew
come from FiraGO of the same package, whose strokes survive the threshold where those
of MuPDF's Naskh break. Other scripts (Chinese, Japanese, Korean, Thai, ...) come out
of MuPDF's own fonts, which it picks letter by letter. Nothing is read from the system,
so that the same input gives the same bytes wherever the versions are the same.
"""

from dataclasses import dataclass
from functools import cache

import pymupdf
import pymupdf_fonts

FAMILY = "fax"
MONO = "faxmono"
SEMITIC = "faxsemitic"


@dataclass(frozen=True)
class Face:
    """One font file; it is loaded where one of `signs` stands in the html."""

    code: str
    family: str
    weight: str = "normal"
    style: str = "normal"
    signs: tuple[str, ...] = ("",)

    def css(self):
        return (
            f"@font-face{{font-family:{self.family};font-weight:{self.weight};"
            f"font-style:{self.style};src:url({self.code}.ttf)}}"
        )


_ITALIC = ("<i", "<em", "italic")
FACES = (
    Face("notos", FAMILY),
    Face("notosbo", FAMILY, weight="bold"),
    Face("notosit", FAMILY, style="italic", signs=_ITALIC),
    Face("notosbi", FAMILY, weight="bold", style="italic", signs=_ITALIC),
    Face("cascadia", MONO, signs=("<pre", "<code")),
    Face("figo", SEMITIC, signs=("fax-semitic",)),
    Face("figbo", SEMITIC, weight="bold", signs=("fax-semitic",)),
)


@cache
def font_bytes(code):
    """The font file with the code that pymupdf-fonts gives it."""
    return pymupdf_fonts.fontbuffers[code]()


def load(source, images=None):
    """What a Story of the html `source` needs: (css of the fonts, archive).

    images: name in the html -> bytes; nothing else can be loaded by the html.
    """
    faces = [f for f in FACES if any(sign in source for sign in f.signs)]
    store = pymupdf.Archive()
    for face in faces:
        store.add(font_bytes(face.code), f"{face.code}.ttf")
    for name, content in (images or {}).items():
        store.add(content, name)
    return "".join(face.css() for face in faces), store
