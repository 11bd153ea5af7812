"""The code on a cover is read back from what a fax machine makes of it."""

import io
import random

import pytest
from PIL import Image

from document import FINE, STANDARD, Cover, arrive, build, code_png, codes, to_tiff
from unit.document import fax_samples as samples

TOKEN = "ABCDEFGHIJKLMNOPQRSTUVWX29"
HTML = "<table><tr><td>Clinic</td><td>{qr}</td></tr></table><p>To: {recipient_name}</p>"


@pytest.fixture(scope="module")
def faxed():
    cover = Cover(HTML, {"recipient_name": "Dr X"}, {"qr": code_png(TOKEN)})
    return build([samples.entry()], running=samples.RUNNING, cover=cover)


@pytest.mark.parametrize("resolution", [FINE, STANDARD])
def test_it_comes_back(faxed, resolution):
    """Sent, printed, and faxed back as a TIFF: black and white twice."""
    once = to_tiff(faxed.pdf, resolution, trusted=True)
    assert arrive(once).codes == (TOKEN,)
    twice = to_tiff(arrive(once).pdf, resolution)
    assert arrive(twice).codes == (TOKEN,)


def test_as_a_pdf(faxed):
    assert arrive(faxed.pdf).codes == (TOKEN,)
    assert arrive(samples.letter(612, 792)).codes == ()


def test_codes_of_others_are_none_of_ours():
    import qrcode

    for text in ("https://example.com", "MFAX1:short", "MFAX1:" + "a" * 26):
        out = io.BytesIO()
        qrcode.make(text).save(out, "PNG")
        assert arrive(out.getvalue()).codes == ()


def test_nothing_but_the_token():
    assert codes.TOKEN.fullmatch(TOKEN)
    assert len(codes.ALPHABET) ** 26 > 2**128


@pytest.mark.parametrize("turn", [-3, 1.5, 180.7])
def test_it_comes_back_crooked_and_speckled(faxed, turn):
    """Printed, laid on the glass by hand, and faxed in by a dirty machine."""
    dice = random.Random(11)
    frames = []
    with Image.open(io.BytesIO(to_tiff(faxed.pdf, FINE, trusted=True))) as pages:
        for number in range(pages.n_frames):
            pages.seek(number)
            page = pages.convert("L").rotate(
                turn, Image.Resampling.BILINEAR, fillcolor=255
            )
            for _speck in range(4000):
                at = dice.randrange(page.width), dice.randrange(page.height)
                page.putpixel(at, 255 - page.getpixel(at))
            # A line that a speck on the glass draws down the page.
            page.paste(0, (300, 0, 302, page.height))
            frames.append(page.point(lambda level: 255 if level > 140 else 0, "1"))
    came = samples.encode(
        frames[0], "TIFF", save_all=True, append_images=frames[1:],
        compression="group4", dpi=(204, 196),
    )  # fmt: skip
    assert came != to_tiff(faxed.pdf, FINE, trusted=True)
    assert arrive(came).codes == (TOKEN,)
