"""Names of any script show in every place, without empty boxes."""

import pymupdf
import pytest

from document import (
    Cover,
    FilePart,
    Running,
    Section,
    Signature,
    api,
    build,
    fonts,
    worker,
)
from unit.document import fax_samples as samples

NAMES = {
    "Chinese": "张伟 李娜",
    "Japanese": "山田太郎 カタカナ",
    "Korean": "김민준",
    "Arabic": "محمد عبد الله",
    "Hebrew": "דוד כהן",
    "Greek": "Παπαδόπουλος Γιώργος",
    "Cyrillic": "Иванов Пётр",
    "Vietnamese": "Nguyễn Thị Hồng Ngọc",
    "Polish": "Łódź Żółć",
    "Turkish": "İbrahim Çağlar Şükrü",
    "Thai": "สมชาย",
    "Hindi": "राजेश कुमार",
    "Armenian": "Հայկ",
    "Georgian": "ქართველი",
    "signs": "≤ 5 µmol ± ½ ° → ☑ ☐ “x” € …",
}


def everywhere(name):
    """A document that prints `name` in the body, head, foot, caption and cover."""
    section = Section(
        name, name, f"<p>{name} <b>{name}</b> <i>{name}</i></p><table><tr><td>{name}"
        f"</td></tr></table><pre>{name}</pre>",
        signature=Signature(name, name, name),
    )  # fmt: skip
    cover = Cover("<h1>{clinic}</h1><p>{recipient_name}</p>",
                  {"clinic": name, "recipient_name": name})  # fmt: skip
    part = FilePart("a", samples.letter(), name)
    running = Running(name, name, name)
    return build([section], [part], running=running, cover=cover).pdf


# Documents are made for several scripts at once, which is what takes the time.
GROUPS = [
    ("Chinese", "Japanese", "Korean"),
    ("Arabic", "Hebrew", "Greek", "Cyrillic"),
    ("Vietnamese", "Polish", "Turkish", "signs"),
    ("Thai", "Hindi", "Armenian", "Georgian"),
]


@pytest.fixture(scope="module")
def pages():
    """Script -> the document that holds its name everywhere."""
    patch = pytest.MonkeyPatch()
    patch.setattr(
        api.sandbox, "call", lambda op, _limits, /, **kw: worker.OPERATIONS[op](**kw)
    )
    made = {}
    for group in GROUPS:
        pdf = everywhere(" · ".join(NAMES[script] for script in group))
        made.update(dict.fromkeys(group, pdf))
    yield made
    patch.undo()


def glyphs(pdf):
    """(font, letter, glyph, ink box) of every letter that has a shape."""
    with pymupdf.open(stream=pdf, filetype="pdf") as opened:
        for page in opened:
            for span in page.get_texttrace():
                for code, glyph, _origin, box in span["chars"]:
                    if not chr(code).isspace() and code not in (0x200B, 0xFEFF):
                        yield span["font"], chr(code), glyph, box


@pytest.mark.parametrize("script", NAMES)
def test_every_letter_has_a_shape_in_every_place(script, pages):
    seen = {}
    for font, char, glyph, _box in glyphs(pages[script]):
        assert glyph != 0, (font, char)
        seen[char] = seen.get(char, 0) + 1
    if script not in ("Arabic", "Thai", "Hindi"):
        # Where letters are not joined each is found in the cover (twice), the head and
        # foot, the heading, the body, the signature, the caption.
        for char in set(NAMES[script]) - {" "}:
            assert seen[char] >= 12, char


LATIN_LIKE = ["Greek", "Cyrillic", "Vietnamese", "Polish", "Turkish"]


@pytest.mark.parametrize("script", LATIN_LIKE)
def test_a_name_is_never_mixed_of_two_fonts(script, pages):
    letters = {char for char in NAMES[script] if char.isalpha()}
    used = {font for font, char, *_rest in glyphs(pages[script]) if char in letters}
    sans = {font for font in used if font.startswith("Noto Sans ")}
    # The preformatted text has the letters of its own font, which is narrower.
    assert sans and all("Cascadia" in f or "Helvetica" in f for f in used - sans)


@pytest.mark.parametrize("script", ["Arabic", "Hebrew"])
def test_semitic_names_come_in_a_sturdy_sans_serif(script, pages):
    letters = {
        font
        for font, char, *_rest in glyphs(pages[script])
        if 0x590 <= ord(char) <= 0x6FF or ord(char) > 0xFB00
    }
    assert letters and all("FiraGO" in font for font in letters)


def origins(pdf, first, last):
    """Where two letters stand in the first body line that holds both, left edges."""
    with pymupdf.open(stream=pdf, filetype="pdf") as opened:
        for span in opened[1].get_texttrace():
            places = {chr(c): origin[0] for c, _glyph, origin, _box in span["chars"]}
            if first in places and last in places:
                return places[first], places[last]
    raise AssertionError("not found")


def test_hebrew_runs_from_right_to_left(pages):
    dalet, nun = origins(pages["Hebrew"], "ו", "ן")
    assert dalet > nun


def test_arabic_letters_are_joined():
    joined = build([Section("", "", "<p>محمد</p>")], running=Running("x")).pdf
    apart = build([Section("", "", "<p>م ح م د</p>")], running=Running("x")).pdf

    def shapes(pdf):
        return [g for font, _char, g, _box in glyphs(pdf) if "FiraGO" in font]

    assert len(shapes(joined)) == 4 and set(shapes(joined)) != set(shapes(apart))


def test_a_right_to_left_paragraph_stands_at_the_right():
    pdf = build([Section("", "", "<p>دوا: 130/80 جيد</p>")], running=Running("x")).pdf
    with pymupdf.open(stream=pdf, filetype="pdf") as opened:
        words = [w for w in opened[0].get_text("words") if 45 < w[1] < 140]
    assert max(word[2] for word in words) > 500
    assert any(word[4] == "130/80" for word in words)


def test_fonts_come_from_the_package_and_not_from_the_system():
    for face in fonts.FACES:
        assert fonts.font_bytes(face.code)[:4] in (b"\x00\x01\x00\x00", b"OTTO")
    source = "<p>plain</p>"
    css, _archive = fonts.load(source)
    assert "notos.ttf" in css and "cascadia" not in css and "figo" not in css
    assert "cascadia" in fonts.load("<pre>x</pre>")[0]
