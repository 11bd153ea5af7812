"""The real type of a file, by its first bytes, in pure Python."""

import re

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
TIFF = "image/tiff"

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00", TIFF),
    (b"MM\x00+", TIFF),
)
_OFFICE_IN_ZIP = re.compile(
    rb"\[Content_Types\]\.xml|mimetypeapplication/vnd|word/|xl/|ppt/|Index/Document\.iwa"
)
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1", b"avif")


def sniff(content):
    """The media type of `content`, or the code of the reason why it is refused.

    Returns (mimetype, None) or (None, code); codes are keys of `errors.ERRORS`.
    """
    head = bytes(content[:4096])
    if not head:
        return None, "broken"
    for magic, mimetype in _MAGIC:
        if head.startswith(magic):
            return mimetype, None
    # Readers accept rubbish before the header; the specification allows 1024 bytes.
    if b"%PDF-" in head[:1024]:
        return PDF, None
    return None, _refusal(head)


def _refusal(head):
    is_zip = head.startswith(b"PK\x03\x04")
    is_ole = head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    if is_ole or head.startswith(b"{\\rtf") or is_zip and _OFFICE_IN_ZIP.search(head):
        return "office"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return "heic"
    return "unsupported_type"
