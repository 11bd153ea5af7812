"""Terms of the addons, and their translations.

`make i18n` exports `<addon>/i18n/<addon>.pot` with Odoo's own command from a copy of
the prepared database and brings `fr.po` and `es.po` up to it: what is translated
stays, what is gone is dropped, what is new takes the words that another of our addons,
or Odoo itself, has for it, and is left empty and named otherwise. Nothing is marked
fuzzy, and no file holds a date, so that a diff shows words and nothing else.

tests/unit/i18n looks at the translations, medical_fax/tests/test_translations.py
whether the pot files are current.
"""

import importlib.util
import sys
import tempfile
from pathlib import Path

import polib

import database
import odoo_process
from clone import addon_folders, clone_id

# Language of the po file (it serves every country of that language): plural forms.
LANGUAGES = {
    "es": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
}
# Odoo's own addons with words that ours share: fields of contacts and chatter.
STOCK_ADDONS = ("base", "mail", "web", "phone_validation", "base_setup")


def _metadata(language=None):
    metadata = {
        "Project-Id-Version": "Medical Fax for Odoo 19.0",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }
    if language:
        metadata |= {"Language": language, "Plural-Forms": LANGUAGES[language]}
    return metadata


def _save(entries, path, addon, language=None):
    """Write a file in the order of its terms, unless it is there as it should be."""
    file = polib.POFile()
    file.header = f"Translation of the addon {addon}."
    file.metadata = _metadata(language)
    file.extend(sorted(entries, key=lambda entry: entry.msgid))
    text = f"{file}\n"
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


OWN_TERMS = """
import polib
from odoo.addons.medical_fax.tests.terms import foreign_fields, own_entries
for addon, path in {paths!r}.items():
    terms = polib.pofile(path)
    terms[:] = own_entries(terms, foreign_fields(env, addon))
    terms.save(path)
"""


def export(name, addons):
    """The addons' own terms as Odoo finds them in a database: {addon: terms}."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {addon: str(Path(folder) / f"{addon}.pot") for addon in addons}
        for addon, path in paths.items():
            odoo_process.run("i18n", "export", "-d", name, "-o", path, addon)
        script = OWN_TERMS.format(paths=paths)
        odoo_process.run("shell", "-d", name, "--no-http", script=script)
        return {addon: polib.pofile(path) for addon, path in paths.items()}


def _words(path):
    """What a po file has a translation for, where there is such a file."""
    if not path.exists():
        return {}
    entries = polib.pofile(str(path)).translated_entries()
    return {entry.msgid: entry.msgstr for entry in entries}


def _stock_words(language):
    odoo = Path(importlib.util.find_spec("odoo").submodule_search_locations[0])
    words = {}
    for addon in STOCK_ADDONS:
        words = _words(odoo / "addons" / addon / "i18n" / f"{language}.po") | words
    return words


def _translated(entry, words):
    return polib.POEntry(
        msgid=entry.msgid,
        msgstr=words.get(entry.msgid, ""),
        comment=entry.comment,
        occurrences=entry.occurrences,
    )


def merge(terms):
    """Bring the po files of all addons up to their terms.

    :param terms: {folder of an addon: its terms}
    :return: {path of a po file: terms that have no translation}
    """
    missing = {}
    for language in LANGUAGES:
        paths = {folder: folder / "i18n" / f"{language}.po" for folder in terms}
        own = {folder: _words(path) for folder, path in paths.items()}
        shared = _stock_words(language)
        for words in own.values():
            shared |= words
        for folder, path in paths.items():
            words = shared | own[folder]
            entries = [_translated(entry, words) for entry in terms[folder]]
            _save(entries, path, folder.name, language)
            missing[path] = [entry.msgid for entry in entries if not entry.msgstr]
    return missing


def main():
    """Export, merge, and say what is left to translate."""
    name = database.copy(f"medical_fax_test_{clone_id()}_i18n")
    try:
        installed = set(database.installed_addons(name))
        folders = [folder for folder in addon_folders() if folder.name in installed]
        exported = export(name, [folder.name for folder in folders])
        terms = {folder: exported[folder.name] for folder in folders}
    finally:
        database.drop(name)
    for folder, entries in terms.items():
        _save(entries, folder / "i18n" / f"{folder.name}.pot", folder.name)
    missing = {path: texts for path, texts in merge(terms).items() if texts}
    for path, texts in missing.items():
        print(f"{path}: translate (msgstr is empty)")
        print(*(f"    {text!r}" for text in texts), sep="\n")
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
