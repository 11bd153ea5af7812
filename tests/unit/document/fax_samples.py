"""Files and texts for the tests of documents: good ones and hostile ones."""

import io
import zlib
from functools import cache

import pymupdf
from PIL import Image, ImageDraw, ImageFilter

from document import Running, Section, Signature

RUNNING = Running("Park Clinic", "Ann Sample, 1968-03-04", "FAX/2026/00123")
SOAP = (
    "<p><b>S:</b> Follow-up of diabetes, dizzy on standing.</p>"
    "<p><b>O:</b> Blood pressure 132/78 sitting, 118/70 standing.</p>"
    "<table><tr><th>Test</th><th>Result</th><th>Unit</th></tr>"
    "<tr><td>HbA1c</td><td>7.4</td><td>%</td></tr></table>"
    "<p><b>A:</b> Orthostatic dizziness.</p><ul><li>less lisinopril</li></ul>"
    "<p><b>P:</b> Next visit in three months.</p>"
)


def entry(number=1, **values):
    """A signed chart entry; `values` replace its fields."""
    fields = {
        "title": f"Entry number {number}",
        "subtitle": f"{number} March 2026, Dr Jane Lee",
        "html": SOAP,
        "signature": Signature("Dr Jane Lee", "MD-12345", f"{number} March 2026"),
    }
    return Section(**{**fields, **values})


def encode(image, format="PNG", **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def signature_picture():
    image = Image.new("RGBA", (400, 120), (0, 0, 0, 0))
    ImageDraw.Draw(image).line([(10, 100), (200, 10), (390, 100)], "navy", 6)
    return encode(image)


# Made once: the tests only look at them.
@cache
def photo(width=800, height=600, brightness=1.0):
    """A picture full of greys: shades, an edge, a bright and a dark part."""
    image = Image.radial_gradient("L").resize((width, height))
    noise = Image.effect_noise((width // 8, height // 8), 60)
    image = Image.blend(image, noise.resize((width, height)), 0.3)
    draw = ImageDraw.Draw(image)
    draw.ellipse((width // 6, height // 6, width // 2, height // 2), fill=235)
    draw.ellipse((width // 2, height // 2, width - 50, height - 50), fill=30)
    image = image.filter(ImageFilter.GaussianBlur(4))
    return image.point(lambda level: round(level * brightness))


@cache
def scan(paper=240, ink=50, blur=0.7, lines=30):
    """A scanned page of text at 200 dpi: grey paper, soft edges, a little crooked."""
    page = pymupdf.open().new_page(width=420, height=595)
    for line in range(lines):
        words = f"Line {line} of a letter about a patient, typed long ago."
        page.insert_text((40, 60 + line * 16), words, fontsize=11)
    pixmap = page.get_pixmap(dpi=200, colorspace=pymupdf.csGRAY)
    image = Image.frombytes("L", (pixmap.width, pixmap.height), pixmap.samples)
    image = image.point(lambda level: round(ink + (paper - ink) * level / 255))
    image = image.rotate(0.5, Image.Resampling.BICUBIC, fillcolor=paper)
    return image.filter(ImageFilter.GaussianBlur(blur))


@cache
def letter(width=595, height=842, pages=1, text="Letter", rotation=0, crop=None):
    """A PDF whose pages carry `text` and their number, with a mark in each corner."""
    pdf = pymupdf.open()
    for number in range(1, pages + 1):
        page = pdf.new_page(width=width, height=height)
        page.insert_text((60, height / 2), f"{text} {number}", fontsize=24)
        page.draw_rect((20, 20, width * 0.45, height * 0.2), color=0, fill=0)
        page.draw_rect((width - 40, height - 60, width - 20, height - 20), color=0)
        if crop:
            page.set_cropbox(crop)
        page.set_rotation(rotation)
    return pdf.tobytes()


def encrypted(user="secret", owner="owner"):
    method = pymupdf.PDF_ENCRYPT_AES_256
    pdf = pymupdf.open(stream=letter(), filetype="pdf")
    return pdf.tobytes(encryption=method, user_pw=user, owner_pw=owner)


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


def self_drawing_form():
    """A form that draws itself."""
    extra = b"/Type/XObject/Subtype/Form/BBox[0 0 600 900]"
    extra += b"/Resources<</XObject<</F 5 0 R>>>>"
    more = [stream([b"/F Do"], extra)]
    return one_page(b"/F Do", b"/Resources<</XObject<</F 5 0 R>>>>", more=more)


def with_actions():
    """A page with all that must not travel on: scripts, a launch, a file, a link."""
    catalog = (
        b"<</Type/Catalog/Pages 2 0 R"
        b"/OpenAction<</S/JavaScript/JS(app.alert\\('planted'\\))>>"
        b"/Names<</EmbeddedFiles<</Names[(evil.exe)5 0 R]>>>>>>"
    )
    extra = (
        b"/AA<</O<</S/Launch/F(calc.exe)>>>>/Annots[<</Type/Annot/Subtype/Link"
        b"/Rect[0 0 595 842]/A<</S/URI/URI(http://planted.example/)>>>>]"
    )
    more = [
        b"<</Type/Filespec/F(evil.exe)/EF<</F 6 0 R>>>>",
        stream([b"planted bytes"], b"/Type/EmbeddedFile"),
    ]
    return one_page(b"0 0 100 100 re f", extra, more=more, catalog=catalog)


def hidden_layer():
    """A page with a layer that is switched off: a black square nobody sees."""
    pdf = pymupdf.open()
    page = pdf.new_page()
    layer = pdf.add_ocg("hidden", on=False)
    page.draw_rect((100, 300, 400, 600), color=0, fill=0, oc=layer)
    page.insert_text((100, 200), "Visible", fontsize=30)
    return pdf.tobytes()


def filled_form():
    """A page with a filled form field, a free text note and a hidden note."""
    pdf = pymupdf.open()
    page = pdf.new_page()
    page.insert_text((100, 100), "Printed text", fontsize=20)
    page.add_freetext_annot((100, 150, 400, 190), "Written note", fontsize=20)
    hidden = page.add_freetext_annot((100, 250, 400, 290), "Hidden", fontsize=20)
    hidden.set_flags(pymupdf.PDF_ANNOT_IS_HIDDEN)
    field = pymupdf.Widget()
    field.field_name = "name"
    field.field_type = pymupdf.PDF_WIDGET_TYPE_TEXT
    field.field_value = "Field value"
    field.rect = pymupdf.Rect(100, 350, 400, 380)
    page.add_widget(field)
    return pdf.tobytes()


def texts(pdf):
    """The text of each page."""
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        return [page.get_text() for page in document]


def grey_page(pdf, index=0, dpi=50):
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        pixmap = document[index].get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY)
        return Image.frombytes("L", (pixmap.width, pixmap.height), pixmap.samples)
