"""The package as others use it: names, borders, the cover pages that come with it."""

import ast
import dataclasses
import hashlib
import importlib.util
import inspect
import pathlib
import re
import subprocess
import sys

import pytest
from lxml import etree

import document
from document import ERRORS, FLAGS, Cover, Labels, Limits, build, unknown_placeholders
from unit.document import fax_samples as samples

FOLDER = pathlib.Path(document.__file__).parent
COVERS = FOLDER.parent / "data" / "fax_cover_page_data.xml"


def modules():
    return sorted(FOLDER.glob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.name)
def test_no_module_knows_odoo_and_all_are_small(path):
    source = path.read_text()
    assert len(source.splitlines()) <= 400
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
            own = names[0].split(".")[0] == "document"
            assert node.level == 1 or not own
        else:
            continue
        assert not any(name.split(".")[0] in ("odoo", "pickle") for name in names)


def sample_digest(package):
    """The hash of a document with several scripts and faces, made by `package`."""
    html = samples.SOAP + "<p>张伟 محمد Иван <i>i</i></p><pre>pre</pre>"
    fields = {"title": "Title", "html": html, "draft": True}
    sections = [package.Section(**fields), package.Section("Second")]
    running = package.Running("Clinic", "Patient", "FAX/1")
    return hashlib.sha256(package.build(sections, running=running).pdf).hexdigest()


def test_same_bytes_in_another_process_under_another_name():
    source = "\n".join([
        "import hashlib, importlib.util, sys",
        f"SOAP = {samples.SOAP!r}",
        "class samples: SOAP = SOAP",
        f"folder = {str(FOLDER)!r}",
        "spec = importlib.util.spec_from_file_location('other', folder + "
        "'/__init__.py', submodule_search_locations=[folder])",
        "module = importlib.util.module_from_spec(spec)",
        "sys.modules['other'] = module",
        "spec.loader.exec_module(module)",
        inspect.getsource(sample_digest),
        "known = [name in sys.modules for name in ('odoo', 'document')]",
        "print(sample_digest(module), *known)",
    ])  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True
    )
    assert done.stdout.split() == [sample_digest(document), "False", "False"], (
        done.stderr
    )


def test_every_code_that_is_raised_is_explained():
    raised = set()
    for path in modules():
        raised |= set(re.findall(r'(?:DocumentError|_failure)\(\s*"(\w+)"',
                                 path.read_text()))  # fmt: skip
    assert raised and raised <= set(ERRORS)
    for text in ERRORS.values():
        assert text.what.endswith(".") and text.advice.endswith(".")


def test_production_limits():
    limits = dataclasses.asdict(Limits())
    assert limits == {
        "max_pages": 500,
        "max_bytes": 25 * 2**20,
        "max_total_bytes": 80 * 2**20,
        "max_image_pixels": 100_000_000,
        "max_images": 200,
        "max_html_bytes": 4 * 2**20,
        "inline_html_bytes": 200_000,
        "inline_elements": 5000,
        "max_depth": 200,
        "max_word": 500,
        "child_memory": 1536 * 2**20,
        "child_seconds": 90.0,
        "max_reply_bytes": 400 * 2**20,
    }


def test_names_that_others_import():
    for name in document.__all__:
        assert hasattr(document, name)
    assert set(FLAGS) == {"dark", "small_text", "faint_text", "blank", "photo_too_dark"}


def test_labels_can_all_be_translated():
    words = {field.name: f"<{field.name}>" for field in dataclasses.fields(Labels)}
    words["page"] = "{page} von {pages}"
    labels = Labels(**words)
    sections = [samples.entry(), samples.entry(draft=True, signature=None)]
    text = samples.texts(build(sections, running=samples.RUNNING, labels=labels).pdf)[0]
    for name in ("draft", "signed_by", "licence", "signed_on"):
        assert f"<{name}>" in text
    assert "1 von 1" in text and "Page" not in text and "DRAFT" not in text


def covers():
    return [
        {field.get("name"): field for field in record}
        for record in etree.parse(COVERS).iter("record")
    ]


def body(fields):
    inner = fields["body_html"]
    return "".join(etree.tostring(child, encoding="unicode") for child in inner)


def test_a_cover_for_each_language():
    languages = [fields["lang"].text for fields in covers()]
    assert languages == ["en_US", "fr_FR", "es_ES"]
    assert etree.parse(COVERS).getroot().get("noupdate") == "1"


@pytest.mark.parametrize("index", [0, 1, 2])
def test_covers_use_what_is_known_and_name_no_patient(index):
    fields = covers()[index]
    html = body(fields)
    assert unknown_placeholders(html) == []
    used = set(re.findall(r"{(\w+)}", html))
    assert {
        "recipient_name", "recipient_organization", "recipient_fax", "sender_name",
        "sender_phone", "reply_fax", "clinic", "practitioner", "location", "date",
        "pages", "subject", "notes", "notice", "qr", "logo",
    } <= used  # fmt: skip
    assert "patient" not in html.lower()
    assert etree.fromstring(html).tag == "div"
    sample = build([], running=samples.RUNNING, cover=Cover(
        html, {name: f"value of {name}" for name in used - {"pages", "qr", "logo"}}
    ))  # fmt: skip
    assert sample.pages == 1
    (text,) = samples.texts(sample.pdf)
    assert "value of notice" in text and "Page 1 of 1" in text


def test_the_child_imports_nothing_of_ours_before_its_limits():
    tree = ast.parse((FOLDER / "child.py").read_text())
    imported = {
        alias.name.split(".")[0]
        for node in tree.body
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert imported <= set(sys.stdlib_module_names)
    assert importlib.util.find_spec("document.child")
