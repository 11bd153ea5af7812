"""The code on a cover is read back from what a fax machine makes of it."""

import pytest

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
    import io

    import qrcode

    for text in ("https://example.com", "MFAX1:short", "MFAX1:" + "a" * 26):
        out = io.BytesIO()
        qrcode.make(text).save(out, "PNG")
        assert arrive(out.getvalue()).codes == ()


def test_nothing_but_the_token():
    assert codes.TOKEN.fullmatch(TOKEN)
    assert len(codes.ALPHABET) ** 26 > 2**128
