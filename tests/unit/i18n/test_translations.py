"""Every text of every addon is there in French and Spanish, and fits its place.

After a change of texts run `make i18n`, fill in what it names, and run these again.
"""

import re
from collections import Counter
from pathlib import Path

import polib
import pytest

REPO = Path(__file__).resolve().parents[3]
ADDONS = sorted(path.parent.name for path in REPO.glob("*/__manifest__.py"))
LANGUAGES = ("es", "fr")
FILES = [(addon, language) for addon in ADDONS for language in LANGUAGES]

PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdif]|\{\w*\}")
# Not an address in angle brackets.
TAG = re.compile(r"</?[a-zA-Z][^>@]*>")
# Attributes that are read, not acted on: their values are translated.
READ = re.compile(r'(title|aria-label|placeholder|alt)="[^"]*"')
# What may stand before : ; ! ? » in French, and after «: a space that never breaks.
BAD_FRENCH = re.compile(r"(?<![\u00a0\u202f\s])[:;!?»](?=\s|$)| [:;!?»]|«(?!\u00a0)")
# Lines of a configuration file, copied as they are.
SETTING = re.compile(r"\b[A-Z][a-z]+[A-Z]\w*: ")
# A7: what became of a fax. Two of them in the same words would mislead.
FATES = (
    "Waiting", "On hold", "Sending", "Handed to provider", "Delivered",
    "Partly delivered", "Not delivered", "Not sure: check", "Cancelled", "Received",
)  # fmt: skip


def _read(addon, name):
    path = REPO / addon / "i18n" / name
    return polib.pofile(str(path), check_for_duplicates=True)


@pytest.fixture(scope="module", params=FILES, ids="-".join)
def files(request):
    """The terms of an addon and one translation of them."""
    addon, language = request.param
    return _read(addon, f"{addon}.pot"), _read(addon, f"{language}.po")


def _bad(file, is_bad):
    return [(e.msgid, e.msgstr) for e in file if is_bad(e.msgid, e.msgstr)]


def test_addons_are_found():
    assert {"medical_chart", "medical_fax", "medical_fax_chart"} <= set(ADDONS)


def test_same_terms(files):
    """Odoo takes a translation by its places, so these must agree as well."""
    terms, translation = (
        {entry.msgid: (entry.comment, entry.occurrences) for entry in file}
        for file in files
    )
    assert terms and translation == terms


def test_nothing_left_to_translate(files):
    _terms, translation = files
    assert not [entry.msgid for entry in translation.untranslated_entries()]
    assert not [entry.msgid for entry in translation.fuzzy_entries()]
    assert not [entry.msgid for entry in translation.obsolete_entries()]


def test_same_placeholders(files):
    def places(text):
        return Counter(PLACEHOLDER.findall(text))

    assert not _bad(files[1], lambda text, words: places(text) != places(words))


def test_same_tags(files):
    def tags(text):
        return [READ.sub(r"\1", tag) for tag in TAG.findall(text)]

    assert not _bad(files[1], lambda text, words: tags(text) != tags(words))


def test_same_space_around(files):
    def around(text):
        return re.match(r"\s*", text)[0], re.search(r"\s*$", text)[0]

    assert not _bad(files[1], lambda text, words: around(text) != around(words))


def test_no_dates_in_the_files(files):
    for file in files:
        assert not [name for name in file.metadata if name.endswith("Date")]


@pytest.mark.parametrize("addon", ADDONS)
def test_punctuation_in_french(addon):
    def is_bad(_text, words):
        return BAD_FRENCH.search(SETTING.sub("", TAG.sub("", words)))

    assert not _bad(_read(addon, "fr.po"), is_bad)


@pytest.mark.parametrize("addon", ADDONS)
def test_punctuation_in_spanish(addon):
    def is_bad(_text, words):
        return any(words.count(a) != words.count(b) for a, b in ("¿?", "¡!", "«»"))

    assert not _bad(_read(addon, "es.po"), is_bad)


@pytest.mark.parametrize("language", LANGUAGES)
def test_fates_differ(language):
    entries = _read("medical_fax", f"{language}.po")
    words = {entry.msgid: entry.msgstr for entry in entries}
    assert len({words[fate] for fate in FATES}) == len(FATES)


@pytest.mark.parametrize("language", ["fr", "es"])
@pytest.mark.parametrize("addon", ADDONS)
def test_expressions_stay_expressions(addon, language):
    """The name of a printed file is Python, translated as text."""
    for entry in _read(addon, f"{language}.po"):
        if any("report_name" in place for place, _line in entry.occurrences):
            compile(entry.msgstr, entry.msgid, "eval")
