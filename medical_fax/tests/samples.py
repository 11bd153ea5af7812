"""Files for tests, made in memory: good ones, and hostile ones."""

import io
import struct
import zlib

import pymupdf
from PIL import Image


def pdf(*texts, size=(595, 842)):
    """Return a PDF with a page for each text."""
    document = pymupdf.open()
    for text in texts or ("A page",):
        page = document.new_page(width=size[0], height=size[1])
        page.insert_text((60, 100), text)
    return document.tobytes()


def encrypted_pdf():
    document = pymupdf.open()
    document.new_page().insert_text((60, 100), "Secret")
    return document.tobytes(
        encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="open", owner_pw="own"
    )


def broken_pdf():
    """A PDF that was cut off in the middle of a download."""
    return (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n" + b"\x00" * 99
    )


def picture(kind="PNG", size=(40, 60), color="white"):
    """Return a small picture in a format of Pillow's: PNG, JPEG or TIFF."""
    buffer = io.BytesIO()
    Image.new("RGB", size, color).save(buffer, kind)
    return buffer.getvalue()


def picture_bomb(side=60000):
    """A few bytes that say they are a picture of 3.6 thousand million pixels."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            chunk(b"IDAT", zlib.compress(b"\x00" * 65536)),
            chunk(b"IEND", b""),
        ]
    )


def office_file():
    """The first bytes of a word processor's file, as far as anyone looks."""
    buffer = io.BytesIO()
    import zipfile

    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
    return buffer.getvalue()


def text_of(content):
    """Return the text on all pages of a PDF."""
    with pymupdf.open(stream=content, filetype="pdf") as document:
        return "\n".join(page.get_text() for page in document)


def page_sizes(content):
    """Return width and height of each page of a PDF, in whole points."""
    with pymupdf.open(stream=content, filetype="pdf") as document:
        return [(round(page.rect.width), round(page.rect.height)) for page in document]
