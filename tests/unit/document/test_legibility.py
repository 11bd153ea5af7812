"""Faxed pages are read back by OCR: what a machine can read, a clinician can.

Each page is laid out, made 1-bit at the fax's resolution, and read by Tesseract; the
similarity is that of Levenshtein between all words on the page and what was read.
"""

import io
import os
import re
import shutil
import subprocess

import pymupdf
import pytest
from PIL import Image
from rapidfuzz.distance import Levenshtein

from document import FINE, STANDARD, Labels, Running, Section, Signature, build
from document.raster import draw, for_screen

MISSING = shutil.which("tesseract") is None
pytestmark = [
    pytest.mark.ocr,
    pytest.mark.skipif(
        MISSING and not os.environ.get("CI"), reason="tesseract-ocr is not installed"
    ),
]

ENGLISH = (
    Labels(),
    Running(
        "Park Clinic, Dr Jane Lee", "Anna Novak, born 4 March 1968", "FAX/2026/00123"
    ),
    Section(
        "Consultation",
        "12 March 2026, Dr Jane Lee",
        """<p><b>S:</b> Mrs Novak, 58 years, is seen for the follow-up of type 2
diabetes
and hypertension. She reports two episodes of dizziness on standing, no chest
pain and no shortness of breath. She sleeps well and walks for half an hour
every day.</p>
<p><b>O:</b> Blood pressure 132/78 mmHg sitting, 118/70 mmHg standing, pulse 72
and regular, weight 81.4 kg. Haemoglobin A1c 7.4 %, creatinine 0.94 mg/dL,
potassium 4.3 mmol/L. Examination of the feet: monofilament felt at all points,
pulses palpable.</p>
<p><b>A:</b> Orthostatic dizziness, probably caused by the medication. Diabetes
well controlled for her age.</p>
<ul><li>The dose of lisinopril is reduced from 10 mg to 5 mg in the
morning.</li>
<li>Metformin 1000 mg twice daily and atorvastatin 20 mg at night go
on.</li></ul>
<p><b>P:</b> Home measurements for two weeks, referral to ophthalmology for the
yearly examination of the retina, next visit in three months with laboratory
results.</p>""",
        signature=Signature("Dr Jane Lee", "MD-48213", "12 March 2026"),
    ),
)
FRENCH = (
    Labels(
        page="Page {page} sur {pages}",
        signed_by="Signé par",
        licence="Numéro de licence",
        signed_on="Date",
    ),
    Running(
        "Clinique du Parc, Dr Hélène Lévêque",
        "Zoé Lefèvre, née le 4 mars 1968",
        "FAX/2026/00123",
    ),  # fmt: skip
    Section(
        "Consultation",
        "Le 12 mars 2026, Dr Hélène Lévêque",
        """<p>Madame Lefèvre, 58 ans, est vue pour le suivi d’un diabète de type 2
et d’une
hypertension artérielle. Elle signale deux épisodes de vertige au lever, sans
douleur thoracique ni gêne respiratoire. Elle dort bien et marche une demi-heure
chaque jour.</p>
<p>Tension artérielle 132/78 mmHg assise, 118/70 mmHg debout, pouls 72 et
régulier, poids 81,4 kg. Hémoglobine glyquée 7,4 %, créatinine 9,4 mg/L,
potassium 4,3 mmol/L. Examen des pieds : sensibilité conservée, pouls bien
perçus des deux côtés.</p>
<p>Vertiges orthostatiques, probablement liés au traitement. Diabète bien
équilibré.</p>
<ul><li>La dose de lisinopril est réduite de 10 mg à 5 mg le matin.</li>
<li>Metformine 1000 mg deux fois par jour et atorvastatine 20 mg le
soir.</li></ul>
<p>Mesures à domicile pendant deux semaines, examen annuel de la rétine chez
l’ophtalmologue, prochaine visite dans trois mois avec un bilan biologique.</p>""",
        signature=Signature("Dr Hélène Lévêque", "10004821", "12 mars 2026"),
    ),
)
RUSSIAN = (
    Labels(
        page="Страница {page} из {pages}",
        signed_by="Подписал",
        licence="Номер лицензии",
        signed_on="Дата",
    ),
    Running(
        "Клиника у парка, врач Елена Соколова",
        "Анна Новикова, 4 марта 1968 года",
        "2026/00123",
    ),  # fmt: skip
    Section(
        "Консультация",
        "12 марта 2026 года, врач Елена Соколова",
        """<p>Пациентка Новикова, 58 лет, осмотрена в связи с сахарным диабетом второго
типа и артериальной гипертензией. Отмечает два эпизода головокружения при
вставании, боли в груди и одышки нет. Сон хороший, каждый день гуляет по
полчаса.</p>
<p>Артериальное давление 132/78 сидя, 118/70 стоя, пульс 72 ритмичный, вес 81,4
кг. Гликированный гемоглобин 7,4 %, креатинин 83 мкмоль/л, калий 4,3 ммоль/л.
Осмотр стоп: чувствительность сохранена, пульсация сосудов хорошая.</p>
<p>Ортостатическое головокружение, вероятно вследствие лечения. Диабет
компенсирован.</p>
<ul><li>Доза лизиноприла уменьшена с 10 мг до 5 мг утром.</li>
<li>Метформин 1000 мг два раза в день, аторвастатин 20 мг на ночь.</li></ul>
<p>Измерение давления дома в течение двух недель, ежегодный осмотр сетчатки у
офтальмолога, следующий приём через три месяца, анализы сдать заранее.</p>""",
        signature=Signature("Елена Соколова", "48213", "12 марта 2026 года"),
    ),
)
GREEK = (
    Labels(
        page="Σελίδα {page} από {pages}",
        signed_by="Υπογραφή",
        licence="Αριθμός άδειας",
        signed_on="Ημερομηνία",
    ),
    Running(
        "Ιατρείο του Πάρκου, Ελένη Γεωργίου",
        "Άννα Παπαδοπούλου, 4 Μαρτίου 1968",
        "2026/00123",
    ),  # fmt: skip
    Section(
        "Επίσκεψη",
        "12 Μαρτίου 2026, Ελένη Γεωργίου",
        """<p>Η κυρία Παπαδοπούλου, 58 ετών, προσέρχεται για παρακολούθηση σακχαρώδους
διαβήτη και αρτηριακής υπέρτασης. Αναφέρει δύο επεισόδια ζάλης κατά την έγερση,
χωρίς πόνο στο στήθος και χωρίς δύσπνοια. Κοιμάται καλά και περπατά μισή ώρα
κάθε μέρα.</p>
<p>Αρτηριακή πίεση 132/78 σε καθιστή θέση και 118/70 σε όρθια θέση, σφύξεις 72
και ρυθμικές, βάρος 81,4 κιλά. Η κρεατινίνη είναι 0,94 και το κάλιο 4,3. Εξέταση
των ποδιών: η αισθητικότητα είναι φυσιολογική και οι σφύξεις ψηλαφητές.</p>
<p>Ορθοστατική ζάλη, πιθανώς λόγω της αγωγής. Ο διαβήτης είναι καλά
ρυθμισμένος.</p>
<ul><li>Η δόση της λισινοπρίλης μειώνεται από 10 σε 5 το πρωί.</li>
<li>Μετφορμίνη δύο φορές την ημέρα και ατορβαστατίνη το βράδυ.</li></ul>
<p>Μέτρηση της πίεσης στο σπίτι για δύο εβδομάδες, ετήσια εξέταση του
αμφιβληστροειδούς, επόμενη επίσκεψη σε τρεις μήνες με εργαστηριακές
εξετάσεις.</p>""",
        signature=Signature("Ελένη Γεωργίου", "48213", "12 Μαρτίου 2026"),
    ),
)
TEXTS = {"eng": ENGLISH, "fra": FRENCH, "rus": RUSSIAN, "ell": GREEK}
GREY_DPI = 300


def wanted(language):
    """All that stands on the page, in the order of its lines."""
    labels, running, section = TEXTS[language]
    signature = section.signature
    body = re.sub(r"<li>", " • ", section.html)
    parts = [
        running.clinic,
        running.subject,
        section.title,
        section.subtitle,
        re.sub(r"<[^>]+>", " ", body),
        f"{labels.signed_by} {signature.name}",
        f"{labels.licence} {signature.licence} · {labels.signed_on}:",
        signature.signed_on,
        running.reference,
        labels.page.replace("{page}", "1").replace("{pages}", "1"),
    ]
    return plain(" ".join(parts))


def plain(text):
    """Without what OCR tells in several ways: spaces, bullets, kinds of apostrophe."""
    text = re.sub("[’‘`´]", "'", text)
    return " ".join(re.sub("[•·*«»|_—-]", " ", text).split())


def recognised(image, language, dpi):
    out = io.BytesIO()
    image.convert("L").save(out, "PNG", dpi=(dpi, dpi))
    command = ["tesseract", "-", "-", "-l", language, "--dpi", str(dpi), "--psm", "6"]
    done = subprocess.run(
        command, input=out.getvalue(), capture_output=True, check=True, timeout=120,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )  # fmt: skip
    return plain(done.stdout.decode())


def similarity(image, language, dpi=204):
    """Percent; 100 where every character was read as it stands on the page."""
    read = recognised(image, language, dpi)
    return 100 * Levenshtein.normalized_similarity(wanted(language), read)


@pytest.fixture(scope="module", params=TEXTS)
def page(request):
    """(language, open page, its similarity in grey at 300 dpi)."""
    labels, running, section = TEXTS[request.param]
    built = build([section], running=running, labels=labels)
    assert built.pages == 1
    with pymupdf.open(stream=built.pdf, filetype="pdf") as pdf:
        pixmap = pdf[0].get_pixmap(dpi=GREY_DPI, colorspace=pymupdf.csGRAY)
        grey = Image.frombytes("L", (pixmap.width, pixmap.height), pixmap.samples)
        yield request.param, pdf[0], similarity(grey, request.param, GREY_DPI)


FLOORS = {
    "fine": {"eng": 99, "fra": 99, "rus": 99, "ell": 95},
    "standard": {"eng": 98, "fra": 98, "rus": 98, "ell": 93},
}


@pytest.mark.parametrize("resolution", [FINE, STANDARD], ids=lambda r: r.name)
def test_the_faxed_page_is_read_back(page, resolution):
    language, opened, grey = page
    image = draw(opened, resolution).black_white
    # Lines are doubled at the standard resolution, as receivers show them.
    score = similarity(for_screen(image, resolution), language)
    print(f"{language} {resolution.name}: {score:.2f} %, grey {GREY_DPI}: {grey:.2f} %")
    assert score >= FLOORS[resolution.name][language]
    assert score >= grey - 2


def test_the_measure_tells_a_page_that_cannot_be_read():
    labels, running, section = ENGLISH
    built = build([section], running=running, labels=labels)
    with pymupdf.open(stream=built.pdf, filetype="pdf") as pdf:
        image = draw(pdf[0], FINE).black_white.convert("L")
    # As if faxed at a fifth of the size: 11 points become about 2.
    small = image.resize((image.width // 5, image.height // 5), Image.Resampling.BOX)
    small = small.point([255 if v >= 150 else 0 for v in range(256)])
    assert similarity(small.resize(image.size), "eng") < 90
