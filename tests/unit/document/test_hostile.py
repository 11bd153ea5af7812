"""Files that were made to do harm, and what of ours stands in their way."""

import json
import os
import random
import subprocess
import sys
import time

import pymupdf
import pytest
from PIL import Image

from document import (
    ERRORS,
    DocumentError,
    FilePart,
    Limits,
    Section,
    build,
    check_file,
    page_png,
    preview_pages,
    sandbox,
    to_tiff,
)
from document.codec import CodecError, pack, read
from document.sniff import sniff
from unit.document import fax_samples as samples

NAME = "Ann Sample letter.pdf"


def refusal(content, limits=None):
    """The error that check_file raises for `content`."""
    with pytest.raises(DocumentError) as caught:
        check_file(NAME, content, limits or Limits())
    error = caught.value
    assert error.code in ERRORS
    for text in (str(error), repr(error), error.message, str(error.detail)):
        assert "Ann" not in text and "Sample" not in text
    return error


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
DOCX = b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml" + bytes(100)
ODT = b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.text"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "broken"),
        (b"hello", "unsupported_type"),
        (b"<html><body>x</body></html>", "unsupported_type"),
        (b"GIF89a" + bytes(100), "unsupported_type"),
        (b"PK\x03\x04" + bytes(60), "unsupported_type"),
        (b"MZ" + bytes(100), "unsupported_type"),
        (DOCX, "office"),
        (ODT, "office"),
        (OLE, "office"),
        (b"{\\rtf1 x}", "office"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(60), "heic"),
        (b"x" * 2000 + samples.letter(), "unsupported_type"),
    ],
)
def test_other_types_are_refused_by_their_content(content, code, monkeypatch):
    monkeypatch.setattr(sandbox, "call", None)
    assert refusal(content).code == code


def test_rubbish_before_a_pdf_is_accepted(no_child):
    assert check_file(NAME, b"\r\n\r\n" + samples.letter()).pages == 1


BLANK = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
PICTURE = samples.encode(samples.photo(300, 200))
BROKEN_FILES = {
    "encrypted": ("encrypted", samples.encrypted()),
    "header only": ("broken", b"%PDF-1.7\n"),
    "garbage": ("broken", b"%PDF-1.7\n" + bytes(range(256)) * 40),
    "no pages": ("empty", samples.raw_pdf([samples.CATALOG, b"<</Type/Pages/Kids[]"
                                           b"/Count 0>>"])),
    "no catalogue": ("empty", samples.raw_pdf([b"<<>>"])),
    "page tree loop": ("broken", samples.raw_pdf(
        [samples.CATALOG, b"<</Type/Pages/Kids[2 0 R]/Count 1>>"])),
    "count lies": ("broken", samples.raw_pdf(
        [samples.CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 99999>>", BLANK])),
    "count below zero": ("broken", samples.raw_pdf(
        [samples.CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count -7>>", BLANK])),
    "picture bomb": ("image_bomb", samples.picture_bomb()),
    "half a png": ("broken", PICTURE[: len(PICTURE) // 2]),
    "png header": ("broken", PICTURE[:20]),
    "jpeg header": ("broken", b"\xff\xd8\xff\xe0" + bytes(50)),
    "tiff header": ("broken", b"II*\x00\x08\x00\x00\x00"),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("name", BROKEN_FILES)
def test_broken_files_are_told_by_their_kind(name, no_child):
    code, content = BROKEN_FILES[name]
    error = refusal(content)
    assert (error.code, error.source) == (code, NAME)


STRANGE_FILES = {
    "xref loop": samples.raw_pdf(
        [samples.CATALOG, samples.PAGES, BLANK], prev="itself"
    ),
    "form draws itself": samples.self_drawing_form(),
    "endless box": samples.one_page(b"0 0 9 9 re f", box=b"/MediaBox[0 0 1e9 1e9]"),
    "empty box": samples.one_page(b"0 0 9 9 re f", box=b"/MediaBox[0 0 0 0]"),
    "box of words": samples.one_page(b"0 0 9 9 re f", box=b"/MediaBox[a b c d]"),
    "box turned": samples.one_page(b"0 0 9 9 re f", box=b"/MediaBox[595 842 0 0]"),
    "thin box": samples.one_page(b"0 0 9 9 re f", box=b"/MediaBox[0 0 90000 1]"),
    "no box": samples.one_page(b"0 0 9 9 re f", box=b""),
    "large unit": samples.one_page(b"0 0 9 9 re f", b"/UserUnit 70"),
    "owner's password": samples.encrypted(user=""),
    "odd rotation": samples.one_page(b"0 0 9 9 re f", b"/Rotate 47"),
}


@pytest.mark.parametrize("name", STRANGE_FILES)
def test_strange_files_that_can_be_shown_become_pages_of_ours(name, no_child):
    content = STRANGE_FILES[name]
    assert check_file(NAME, content).pages == 1
    built = build([], [FilePart(NAME, content)], running=samples.RUNNING)
    assert built.pages == 1
    with pymupdf.open(stream=built.pdf, filetype="pdf") as pdf:
        assert round(pdf[0].rect.width) == 595
        pdf[0].get_pixmap(dpi=30)


def test_a_cut_file_is_whole_or_refused(no_child):
    whole = samples.letter(pages=5)
    codes = set()
    for share in range(10, 100, 5):
        cut = whole[: len(whole) * share // 100]
        try:
            assert check_file(NAME, cut).repaired
        except DocumentError as error:
            codes.add(error.code)
            continue
        built = build([], [FilePart(NAME, cut)], running=samples.RUNNING)
        for number, text in enumerate(samples.texts(built.pdf), 1):
            assert f"Letter {number}" in text
        assert built.pages == 5
    assert codes == {"broken"}


def test_damaged_bytes_never_raise_anything_else(no_child):
    dice = random.Random(7)
    whole = samples.letter(pages=2)
    for _try in range(25):
        damaged = bytearray(whole)
        for _byte in range(dice.choice((1, 3, 30))):
            damaged[dice.randrange(8, len(damaged))] = dice.randrange(256)
        try:
            part = FilePart(NAME, bytes(damaged))
            assert build([], [part], running=samples.RUNNING).pages >= 1
        except DocumentError as error:
            assert error.code in ERRORS and "Ann" not in str(error)


def test_a_bad_page_is_named_and_can_be_left_out(no_child):
    pages = b"<</Type/Pages/Kids[3 0 R 5 0 R]/Count 2>>"
    resources = b"/Resources<</XObject<</I 6 0 R>>>>"
    second = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R%b>>"
    picture = b"/Type/XObject/Subtype/Image/ColorSpace/DeviceGray/BitsPerComponent 8"
    content = samples.raw_pdf([
        samples.CATALOG, pages, BLANK, samples.stream([b"/I Do"]),
        second % resources,
        samples.stream([bytes(100)], picture + b"/Width 90000/Height 90000"),
    ])  # fmt: skip
    error = refusal(content)
    assert (error.code, error.source, error.page) == ("image_bomb", NAME, 2)
    part = FilePart(NAME, content, skip_pages=(2,))
    assert build([], [part], running=samples.RUNNING).pages == 1


def test_sizes_are_checked_before_anything_is_opened(monkeypatch):
    monkeypatch.setattr(sandbox, "call", None)
    letter = samples.letter()
    small = Limits(max_bytes=len(letter) - 1)
    assert refusal(letter, small).code == "too_large"
    part = FilePart(NAME, letter)
    for limits in (small, Limits(max_total_bytes=len(letter) * 2 - 1)):
        with pytest.raises(DocumentError) as caught:
            build([], [part, part], running=samples.RUNNING, limits=limits)
        assert caught.value.code == "too_large"


def test_pages_and_dots_have_limits(no_child):
    assert (
        refusal(samples.letter(pages=4), Limits(max_pages=3)).code == "too_many_pages"
    )
    picture = samples.encode(samples.photo(200, 100))
    assert refusal(picture, Limits(max_image_pixels=19_999)).code == "image_bomb"
    assert check_file(NAME, picture, Limits(max_image_pixels=20_000)).pages == 1


# What follows starts real children.


def test_a_child_that_works_too_long_is_ended():
    began = time.monotonic()
    error = refusal(samples.exponential_forms(), Limits(child_seconds=0.6))
    assert error.code == "timeout"
    assert time.monotonic() - began < 4


def test_a_child_that_wants_too_much_memory_is_refused():
    # Within the limit of dots, but four bytes each: 100 MB, and its copies.
    picture = samples.encode(Image.new("RGBA", (5000, 5000)), compress_level=1)
    limits = Limits(child_memory=190 * 1024 * 1024)
    error = refusal(picture, limits)
    assert (error.code, error.source, error.page) == ("too_much_memory", NAME, 1)


def test_foreign_files_never_reach_the_renderer_of_this_process(monkeypatch):
    letter = samples.letter()

    def refuse(*_args, **_values):
        raise AssertionError("opened in this process")

    monkeypatch.setattr(pymupdf, "open", refuse)
    monkeypatch.setattr(Image, "open", refuse)
    built = build([Section("T")], [FilePart(NAME, letter)], running=samples.RUNNING)
    assert built.pages == 2 and built.foreign
    previews = preview_pages(built.pdf, width=300)
    assert [preview.index for preview in previews] == [0, 1]


def test_own_texts_need_no_child(monkeypatch):
    monkeypatch.setattr(sandbox, "call", None)
    built = build([samples.entry()], running=samples.RUNNING)
    assert not built.foreign
    assert page_png(built.pdf, 0, trusted=True).startswith(b"\x89PNG")
    assert to_tiff(built.pdf, trusted=True).startswith(b"II*\x00")


@pytest.mark.parametrize(
    "section",
    [
        Section(html='<img src="data:image/png;base64,AAAA"/>'),
        Section(html="x", images={"a": PICTURE}),
        Section(html="x", untrusted=True),
        Section(html="x" * 200_001),
        Section(html="<br>" * 5001),
        Section(html="x", files=[FilePart("a", samples.letter())]),
    ],
)
def test_what_is_laid_out_in_a_child(section, monkeypatch):
    calls = []
    monkeypatch.setattr(sandbox, "call", lambda *args, **_kw: calls.append(args[0]))
    build([section], running=samples.RUNNING)
    assert calls == ["build"]


def test_the_childs_limits_hold():
    folder = os.path.dirname(sandbox.CHILD)
    code = (
        f"import sys; sys.path.insert(0, {folder!r})\n"
        "import child, resource as r, signal\n"
        "child.limit(1 << 30, 7)\n"
        "names = (r.RLIMIT_CORE, r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_FSIZE)\n"
        "print(*(r.getrlimit(name) for name in names), signal.alarm(0))\n"
        "try: bytearray(2 << 30)\n"
        "except MemoryError: print('no memory')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines() == [
        f"(0, 0) {(1 << 30, 1 << 30)} (7, 7) (0, 0) 12", "no memory"
    ], done.stderr  # fmt: skip


def test_the_child_gets_no_secrets_and_no_foreign_modules(monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "planted")
    monkeypatch.setenv("PYTHONPATH", "/planted")
    assert not {"PGPASSWORD", "PYTHONPATH", "HOME"} & set(sandbox._environment())
    command = sandbox._command(Limits())
    assert command[1] == "-I" and command[2] == sandbox.CHILD


def run_instead(monkeypatch, code):
    """Let a script stand in for the child."""
    script = (
        "import os, struct, sys, time\n"
        "sys.stdin.buffer.read()\n"
        "def say(text, extra=b''):\n"
        "    data = struct.pack('>I', len(text)) + text + extra\n"
        "    sys.stdout.buffer.write(data); sys.stdout.flush()\n"
        "def value(v): say(b'{\"value\":' + v + b',\"blobs\":[]}')\n"
    ) + code
    command = [sys.executable, "-c", script]
    monkeypatch.setattr(sandbox, "_command", lambda limits: command)


STEP = 'value(b\'{"$":"dict","p":[["at",["doc",3]]]}\')\n'


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("os.abort()", "crashed"),
        ("os.kill(os.getpid(), 24)", "timeout"),
        ("sys.exit(0)", "crashed"),
        ("say(b'{]')", "crashed"),
        ("say(b'[1]')", "crashed"),
        ("sys.stdout.buffer.write(b'\\xff' * 8)", "crashed"),
        ('value(b\'{"$":"Popen","f":{}}\')', "crashed"),
        ("time.sleep(30)", "timeout"),
        ("while 1: sys.stdout.buffer.write(bytes(100000))", "too_large"),
    ],
)
def test_whatever_a_child_says_or_does_is_an_error(code, expected, monkeypatch):
    run_instead(monkeypatch, STEP + code)
    limits = Limits(child_seconds=0.4, max_reply_bytes=2_000_000)
    with pytest.raises(DocumentError) as caught:
        sandbox.call("check", limits, content=samples.letter())
    assert caught.value.code == expected
    assert (caught.value.source, caught.value.page) == ("doc", 3)


def test_a_mistake_of_ours_is_not_called_a_broken_file():
    with pytest.raises(sandbox.ChildBug) as caught:
        sandbox.call("check", Limits(), nonsense="Ann Sample")
    assert "TypeError" in str(caught.value) and "Ann" not in str(caught.value)


def test_frames_carry_what_crosses_the_border_and_nothing_else():
    import io

    values = {
        "section": samples.entry(files=[FilePart("a", b"\x00\xff")]),
        "list": [1, 2.5, None, True, "ü张", b""],
        3: {"inner": b"bytes"},
    }
    result = read(io.BytesIO(pack(values)))
    assert result["section"].files[0].content == b"\x00\xff"
    assert result["section"].title == "Entry number 1"
    assert result["list"] == (1, 2.5, None, True, "ü张", b"")
    assert result[3] == {"inner": b"bytes"}
    head = json.dumps({"value": {"$": "object", "f": {}}, "blobs": []}).encode()
    for data in (b"", b"\x00\x00\x00\x05ab", len(head).to_bytes(4, "big") + head):
        with pytest.raises(CodecError):
            read(io.BytesIO(data))


def test_types_are_told_without_opening():
    assert sniff(samples.letter()) == ("application/pdf", None)
    assert sniff(PICTURE) == ("image/png", None)
    assert sniff(b"MM\x00*" + bytes(9)) == ("image/tiff", None)
