"""Files and texts for the tests of documents: good ones and hostile ones."""

import importlib.util
import io
from functools import cache
from pathlib import Path

import pymupdf
from PIL import Image, ImageDraw, ImageFilter

from document import Running, Section, Signature

# By its path: the addon's own package of tests imports Odoo.
_path = Path(__file__).resolve().parents[3] / "medical_fax/tests/hostile_files.py"
_spec = importlib.util.spec_from_file_location("hostile_files", _path)
hostile = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(hostile)
CATALOG, PAGES, BOX = hostile.CATALOG, hostile.PAGES, hostile.BOX
raw_pdf, stream, one_page = hostile.raw_pdf, hostile.stream, hostile.one_page
content_bomb, picture_bomb = hostile.content_bomb, hostile.picture_bomb
exponential_forms = hostile.exponential_forms

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
