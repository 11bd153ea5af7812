"""PDFs that tell which fax they are: small, and no two alike, not even as dots."""

import hashlib
import struct


def pdf(pages: int, mark: str) -> bytes:
    """A PDF of so many pages with bars on them. `mark` makes its bytes its own, and its
    bars."""
    kids = " ".join(f"{number + 4} 0 R" for number in range(pages))
    bars = _bars(mark)
    page = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << >>"
        " /Contents 3 0 R >>"
    )
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
        f"<< /Length {len(bars)} >>\nstream\n{bars}\nendstream",
        *[page] * pages,
    ]
    body, places = f"%PDF-1.4\n% {mark}\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{text}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    return (
        f"{body}xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {len(places) + 1} /Root 1 0 R >>\n"
        f"startxref\n{len(body)}\n%%EOF\n"
    ).encode()


def _bars(mark: str) -> str:
    """Sixty-four places in a row, each black or white."""
    bits = int.from_bytes(hashlib.sha256(mark.encode()).digest()[:8], "big")
    return " ".join(
        f"{72 + 7 * place} 700 6 20 re f" for place in range(64) if bits >> place & 1
    )


def count_pages(document: bytes) -> int:
    """Pages of one of these, or of a TIFF made of it, without a library that takes
    long to load."""
    if not document.startswith(b"II*\0"):
        return document.count(b"/Type /Page /")
    pages, (place,) = 0, struct.unpack_from("<I", document, 4)
    while place:
        (entries,) = struct.unpack_from("<H", document, place)
        (place,) = struct.unpack_from("<I", document, place + 2 + 12 * entries)
        pages += 1
    return pages
