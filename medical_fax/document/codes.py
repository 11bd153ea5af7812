"""The code on our covers: a random token as a QR code, drawn and read back.

It holds no data of anybody; only this database knows which fax a token belongs to.
"""

import io
import re

import qrcode

PREFIX = "MFAX1:"
TOKEN = re.compile(r"[A-Z0-9]{26}")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
READ_PAGES = 20
MOST_CODES = 20


def code_png(token):
    """The code of a token as a PNG, large dots and a white edge: it has to survive two
    transmissions."""
    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_Q, box_size=6, border=2
    )
    # Capitals and digits alone make a code of fewer and larger dots.
    code.add_data(f"{PREFIX}{token}")
    code.make(fit=True)
    out = io.BytesIO()
    code.make_image().save(out, "PNG")
    return out.getvalue()


def read_codes(images):
    """Tokens of ours on 1-bit pages, in their order; runs on foreign pages, and so in
    the child process only."""
    import zxingcpp  # here: only a child has use for it

    found = {}
    for image in images:
        for code in zxingcpp.read_barcodes(
            image.convert("L"), formats=zxingcpp.BarcodeFormat.QRCode
        ):
            token = code.text.removeprefix(PREFIX)
            if code.text.startswith(PREFIX) and TOKEN.fullmatch(token):
                found[token] = None
    return tuple(found)[:MOST_CODES]
