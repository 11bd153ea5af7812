"""Files as they may come in by fax: cut, lying, bombs, of another kind.

HOSTILE names each of them, with the reason why it cannot be shown; all are made here,
when they are asked for. Imports nothing of Odoo and nothing beside it, so that the
tests without Odoo load it as well.
"""

import io
import struct
import zipfile
import zlib
from functools import cache

import pymupdf
from PIL import Image

TAGS = {
    "width": 256, "height": 257, "bits": 258, "compression": 259, "photometric": 262,
    "offsets": 273, "samples": 277, "rows": 278, "counts": 279,
}  # fmt: skip
GROUP4, DEFLATE, NONE = 4, 8, 1


def encode(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@cache
def letter(pages=1):
    """A PDF as a word processor makes them."""
    pdf = pymupdf.open()
    for number in range(1, pages + 1):
        page = pdf.new_page()
        page.insert_text((60, 420), f"Letter {number}", fontsize=24)
        page.draw_rect((20, 20, 260, 160), color=0, fill=0)
    return pdf.tobytes()


def locked():
    pdf = pymupdf.open(stream=letter(), filetype="pdf")
    method = pymupdf.PDF_ENCRYPT_AES_256
    return pdf.tobytes(encryption=method, user_pw="secret", owner_pw="owner")


# PDF BY HAND


def raw_pdf(objects, trailer=b"", prev=None):
    """A PDF from the bytes of its objects 1, 2, ...; object 1 is the catalogue."""
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for offset in offsets:
        out.write(b"%010d 00000 n \n" % offset)
    loop = b"/Prev %d" % start if prev == "itself" else b""
    size = b"%d" % (len(objects) + 1)
    out.write(b"trailer\n<</Size %b/Root 1 0 R%b%b>>\n" % (size, loop, trailer))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def stream(data, extra=b"", level=9):
    """A Flate stream object; `data` may be a list of pieces that are repeated."""
    packer = zlib.compressobj(level)
    packed = b"".join(packer.compress(piece) for piece in data) + packer.flush()
    head = b"<</Length %d/Filter/FlateDecode%b>>" % (len(packed), extra)
    return head + b"\nstream\n" + packed + b"\nendstream"


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
BOX = b"/MediaBox[0 0 595 842]"


def one_page(contents=b"", page_extra=b"", box=BOX, more=(), catalog=CATALOG):
    """A raw PDF of one page; further objects begin at number 5."""
    page = b"<</Type/Page/Parent 2 0 R%b/Contents 4 0 R%b>>" % (box, page_extra)
    return raw_pdf([catalog, PAGES, page, stream([contents]), *more])


def content_bomb(megabytes=2000):
    """A small file whose page content unpacks to gigabytes of drawing."""
    piece = b"0 0 1 1 re f " * 80000
    content = stream([piece] * max(1, megabytes * 1_000_000 // len(piece)))
    page = b"<</Type/Page/Parent 2 0 R%b/Contents 4 0 R>>" % BOX
    return raw_pdf([CATALOG, PAGES, page, content])


def picture_bomb(side=60000):
    """A page with a picture that claims more dots than any memory holds."""
    size = b"/Width %d/Height %d" % (side, side)
    extra = b"/Type/XObject/Subtype/Image/ColorSpace/DeviceGray/BitsPerComponent 8"
    resources = b"/Resources<</XObject<</I 5 0 R>>>>"
    more = [stream([bytes(10000)] * 10, extra + size)]
    return one_page(b"500 0 0 500 0 0 cm /I Do", resources, more=more)


def exponential_forms(levels=40):
    """Forms that draw the next one twice: 2 to the power of `levels` drawings."""
    more = []
    for level in range(levels):
        last = level == levels - 1
        content = b"0 0 9 9 re f" if last else b"/F Do /F Do"
        child = b"" if last else b"/Resources<</XObject<</F %d 0 R>>>>" % (6 + level)
        extra = b"/Type/XObject/Subtype/Form/BBox[0 0 600 900]" + child
        more.append(stream([content], extra))
    return one_page(b"/F Do", b"/Resources<</XObject<</F 5 0 R>>>>", more=more)


# TIFF, PNG AND ARCHIVES BY HAND


def fax(pages=1, height=400):
    """A TIFF as fax servers make them, with something on each page."""
    images = []
    for number in range(pages):
        image = Image.new("1", (1728, height), 1)
        for line in range(20, height - 20, 24):
            image.paste(0, (60 + 7 * number, line, 1200 + line, line + 9))
        images.append(image)
    options = {"compression": "group4", "dpi": (204, 98)}
    return encode(images[0], "TIFF", save_all=True, append_images=images[1:], **options)


def tiff(data=b"\x00" * 64, following=0, **tags):
    """A TIFF by hand, whose directory says what it is told to.

    :param following: where the next directory is; -1: this one itself
    """
    first = 8 + len(data) + len(data) % 2
    values = {
        "width": 1728, "height": 400, "bits": 1, "compression": GROUP4,
        "photometric": 0, "offsets": 8, "samples": 1, "rows": 400,
        "counts": len(data), **tags,
    }  # fmt: skip
    rows = b"".join(
        struct.pack("<HHII", TAGS[name], 4, 1, values[name])
        for name in sorted(values, key=TAGS.get)
    )
    head = struct.pack("<2sHI", b"II", 42, first) + data.ljust(first - 8, b"\x00")
    end = struct.pack("<I", first if following < 0 else following)
    return head + struct.pack("<H", len(values)) + rows + end


def png(width, height, data, depth=1):
    def chunk(kind, body):
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    head = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    parts = chunk(b"IHDR", head), chunk(b"IDAT", data), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def pages_claimed(count, kids=b"3 0 R"):
    tree = b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, count)
    blank = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    return raw_pdf([CATALOG, tree, blank])


def ten_thousand_pages():
    """They are really there."""
    numbers = range(3, 10_003)
    tree = b"<</Type/Pages/Kids[%b]/Count 10000>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    return raw_pdf([CATALOG, tree % kids, *(page for _ in numbers)])


def zipped(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return out.getvalue()


def zip_bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pages.pdf", bytes(30_000_000))
    return out.getvalue()


LAUGHS = b"".join(
    b'<!ENTITY l%d "%b">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10)
)
XML_BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">' + LAUGHS
XML_FILE = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    b"<x>&f;</x>"
)
PICTURE = encode(Image.effect_noise((300, 200), 60), "PNG")
JPEG = encode(Image.effect_noise((300, 200), 60), "JPEG")
GIF = encode(Image.new("P", (20, 20)), "GIF")
BMP = encode(Image.new("1", (20, 20)), "BMP")
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(24)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
DOC = zipped("[Content_Types].xml", "word/document.xml")


def half(content, share=0.5):
    return content[: int(len(content) * share)]


# name: (code of the reason, what makes the file)
HOSTILE = {
    # Cut off
    "nothing at all": ("broken", lambda: b""),
    "one byte": ("unsupported_type", lambda: b"I"),
    "what a killed modem leaves": ("broken", lambda: b"II*\x00\x08\x00\x00\x00"),
    "a tiff's first bytes, the other way": (
        "broken", lambda: b"MM\x00*\x00\x00\x00\x08"
    ),
    "half a tiff": ("broken", lambda: half(fax())),
    "a tiff without its last page": ("broken", lambda: half(fax(3), 0.8)),
    "a tiff without its last bytes": ("broken", lambda: fax()[:-20]),
    "a pdf's first line": ("broken", lambda: b"%PDF-1.7\n"),
    "a tenth of a pdf": ("broken", lambda: half(letter(pages=5), 0.1)),
    "half a pdf": ("broken", lambda: half(letter(pages=5))),
    "half a png": ("broken", lambda: half(PICTURE)),
    "a png's first bytes": ("broken", lambda: PICTURE[:20]),
    "half a jpeg": ("broken", lambda: half(JPEG)),
    "a jpeg's first bytes": ("broken", lambda: JPEG[:20]),
    # Lying about themselves
    "a tiff that follows itself": ("broken", lambda: tiff(following=-1)),
    "a tiff whose dots are elsewhere": ("broken", lambda: tiff(offsets=9_999_999)),
    "a tiff with more dots than bytes": (
        "broken", lambda: tiff(b"\x00" * 30, compression=NONE)
    ),
    "a tiff of no width": ("broken", lambda: tiff(width=0)),
    "a tiff packed in a way that is none": ("broken", lambda: tiff(compression=9999)),
    "a tiff whose zip is rubbish": ("broken", lambda: tiff(compression=DEFLATE)),
    "a pdf in the dress of a tiff": (
        "broken", lambda: b"II*\x00" + letter()
    ),
    "a pdf of rubbish": (
        "broken", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 40
    ),
    "a pdf that claims 10,000 pages": ("broken", lambda: pages_claimed(10_000)),
    "a pdf that claims -7 pages": ("broken", lambda: pages_claimed(-7)),
    "a pdf without pages": ("empty", lambda: pages_claimed(0, b"")),
    "a pdf without a catalogue": ("empty", lambda: raw_pdf([b"<<>>"])),
    "a pdf whose page tree is a ring": (
        "broken", lambda: pages_claimed(1, b"2 0 R")
    ),
    # Closed
    "a pdf with a password": ("encrypted", locked),
    "a pdf locked by rubbish": (
        "broken",
        lambda: raw_pdf(
            [CATALOG, PAGES, b"<</Type/Page>>"],
            b"/Encrypt<</Filter/None>>",
        ),
    ),
    # Bombs
    "a pdf of 10,000 pages": ("too_many_pages", ten_thousand_pages),
    "a tiff of 501 pages": ("too_many_pages", lambda: fax(501, 40)),
    "a pdf with a picture of 3,600 megadots": (
        "image_bomb", picture_bomb
    ),
    "a png of 3,600 megadots": (
        "image_bomb", lambda: png(60_000, 60_000, zlib.compress(bytes(65536)))
    ),
    "a tiff of 4,000 megadots": (
        "image_bomb", lambda: tiff(width=65_535, height=65_535, rows=65_535)
    ),
    "a pdf that unpacks to gigabytes": (
        ("timeout", "too_much_memory"), content_bomb
    ),
    "a pdf that draws 2^40 squares": (
        "timeout", exponential_forms
    ),
    "more bytes than allowed": (
        "too_large", lambda: b"%PDF-1.7\n" + bytes(26 * 1024 * 1024)
    ),
    "a zip of zeros": ("unsupported_type", zip_bomb),
    # Something else
    "a program": ("unsupported_type", lambda: b"MZ\x90\x00" + bytes(200)),
    "a program of another kind": ("unsupported_type", lambda: b"\x7fELF" + bytes(200)),
    "a script": ("unsupported_type", lambda: b"#!/bin/sh\nrm -rf /\n"),
    "a page of the web": (
        "unsupported_type", lambda: b"<html><script>alert(1)</script></html>"
    ),
    "a drawing with a script": (
        "unsupported_type", lambda: b"<svg onload='alert(1)'></svg>"
    ),
    "xml with entities within entities": (
        "unsupported_type", lambda: XML_BOMB + b"]><x>&l9;</x>"
    ),
    "xml that reads a file": ("unsupported_type", lambda: XML_FILE),
    "an error in json": (
        "unsupported_type", lambda: b'{"error":{"code":404,"name":"no such fax"}}'
    ),
    "a gif": ("unsupported_type", lambda: GIF),
    "a bmp": ("unsupported_type", lambda: BMP),
    "a webp": ("unsupported_type", lambda: WEBP),
    "postscript": ("unsupported_type", lambda: b"%!PS-Adobe-3.0\nshowpage\n"),
    "zeros": ("unsupported_type", lambda: bytes(4096)),
    "a zip": ("unsupported_type", lambda: zipped("a.txt")),
    "a document of an office": ("office", lambda: DOC),
    "an old document of an office": ("office", lambda: OLE),
    "rich text": ("office", lambda: b"{\\rtf1 x}"),
    "a photo of a telephone": (
        "heic", lambda: b"\x00\x00\x00\x18ftypheic" + bytes(60)
    ),
    "a pdf after a kilobyte of rubbish": (
        "unsupported_type", lambda: b"x" * 2000 + letter()
    ),
}  # fmt: skip
