import io
import re
from unittest.mock import patch

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open
from odoo.tools.translate import trans_export

from ..document import ERRORS
from ..providers import PROVIDERS, documo_codes
from .common import FaxCommon
from .terms import foreign_fields, own_entries


def our_addons(env):
    """Addons of this project that are installed."""
    ours = env.ref("base.module_medical_fax").author
    return env["ir.module.module"].search(
        [("state", "=", "installed"), ("author", "=", ours)]
    )


def load_languages(env):
    """French and Spanish, where the database does not have them yet."""
    installed = [code for code, _name in env["res.lang"].get_installed()]
    for code in {"fr_FR", "es_ES"}.difference(installed):
        env["res.lang"]._activate_lang(code)
        our_addons(env)._update_translations([code])


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    """The texts that were translated are those of the sources as they are now.

    That each of them has a translation is checked without Odoo, by tests/unit/i18n.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        load_languages(cls.env)

    def _exported(self, addon):
        content = io.BytesIO()
        trans_export(None, [addon], content, "po", self.env)
        entries = polib.pofile(content.getvalue().decode())
        own = own_entries(entries, foreign_fields(self.env, addon))
        return {entry.msgid for entry in own}

    def test_terms_are_current(self):
        addons = our_addons(self.env)
        self.assertIn("medical_fax", addons.mapped("name"))
        for addon in addons:
            committed = self._committed(addon.name)
            exported = self._exported(addon.name)
            with self.subTest(addon=addon.name):
                self.assertFalse(
                    sorted(exported - committed),
                    "Texts without translation: run `make i18n` and translate them.",
                )
                # Texts of demo records are missing from a database without them.
                gone = committed - exported if addon.demo else ()
                self.assertFalse(sorted(gone), "Texts that are gone: run `make i18n`.")

    def _committed(self, addon):
        with file_open(f"{addon}/i18n/{addon}.pot") as file:
            return {entry.msgid for entry in polib.pofile(file.read())}

    def test_texts_of_the_packages_without_odoo(self):
        """Marked where Odoo is not at hand, translated where they are shown."""
        texts = [part for text in ERRORS.values() for part in (text.what, text.advice)]
        for provider in PROVIDERS.values():
            if not provider.__module__.endswith("fake_provider"):
                texts += self._form_texts(provider.form)
                # A name of its own, as InterFAX has, is the same everywhere.
                texts += re.findall(r".*\(\w+ .*", provider.label)
        self.assertFalse(
            sorted(set(texts) - self._committed("medical_fax")),
            "Texts that are not marked by the package's own `_()`.",
        )
        french = self.env(context={"lang": "fr_FR"})
        for text in {"The PDF is protected by a password.", *documo_codes.FORM.steps}:
            self.assertNotEqual(french._(text), text)

    def _form_texts(self, form):
        """What a provider's form shows."""
        fields = form.credentials + form.settings
        choices = [label for each in fields for _value, label in each.choices]
        help_texts = [each.help for each in fields if each.help]
        labels = [each.label for each in fields]
        return [*form.steps, *form.callback_steps, *labels, *help_texts, *choices]

    def test_reasons(self):
        message = self.env["fax.message"]
        reasons = {
            lang: dict(message.with_context(lang=lang)._selection_failure_kind())
            for lang in ("en_US", "fr_FR", "es_ES")
        }
        self.assertEqual(reasons["en_US"]["busy"], "Line busy")
        self.assertEqual(reasons["fr_FR"]["busy"], "Ligne occupée")
        self.assertEqual(reasons["es_ES"]["busy"], "Línea ocupada")
        for kind, label in reasons["en_US"].items():
            self.assertNotEqual(reasons["fr_FR"][kind], label)
            self.assertNotEqual(reasons["es_ES"][kind], label)

    def test_usual_notice_in_the_language_of_the_cover(self):
        company = self.env["res.company"].create({"name": "Clinique des Trois Lacs"})
        notice = self.env["fax.cover.page"]._default_notice
        self.assertIn("confidential health", notice(company, "en_US"))
        self.assertIn("renseignements de santé", notice(company, "fr_FR"))
        self.assertIn("información de salud", notice(company, "es_ES"))

    def test_usual_notice_of_a_company_made_in_french(self):
        env = self.env(context={"lang": "fr_FR"})
        company = env["res.company"].create({"name": "Clinique des Trois Lacs"})
        notice = self.env["fax.cover.page"]._default_notice
        self.assertIn("confidential health", notice(company, "en_US"))
        self.assertIn("información de salud", notice(company, "es_ES"))

    def test_own_notice_stays(self):
        company = self.env["res.company"].create({"name": "Clinique des Trois Lacs"})
        company.with_context(lang="fr_FR").fax_confidentiality_notice = "Avis."
        notice = self.env["fax.cover.page"]._default_notice
        self.assertEqual(notice(company, "fr_FR"), "Avis.")
        self.assertIn("confidential health", notice(company, "en_US"))
        self.assertIn("información de salud", notice(company, "es_ES"))

    def test_settings_show_the_notice_in_the_language_of_the_user(self):
        settings = self.env["res.config.settings"].with_context(lang="fr_FR")
        shown = settings.create({}).fax_confidentiality_notice
        self.assertIn("renseignements de santé", shown)
        settings.create({"fax_confidentiality_notice": "Avis."}).execute()
        notice = self.env["fax.cover.page"]._default_notice
        self.assertEqual(notice(self.env.company, "fr_FR"), "Avis.")
        self.assertIn("confidential health", notice(self.env.company, "en_US"))


@tagged("post_install", "-at_install")
class TestWordsOfCrons(FaxCommon):
    """What a cron writes or sends is in the language of the fax's sender."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        load_languages(cls.env)
        cls.user.lang = "fr_FR"

    def test_reason_of_holding(self):
        self.company.fax_paused = True
        fax = self.send()
        self.run_queue()
        self.assertEqual(fax.state, "held")
        self.assertIn("envois sont en pause", fax.hold_reason)

    def test_reason_about_the_patient(self):
        fax = self.send()
        fax.patient_id.fax_blocked = True
        self.run_queue()
        self.assertIn("ne doivent plus être faxés", fax.hold_reason)

    def test_reason_of_not_being_sure(self):
        fax = self.send()
        fax._set_submitting()
        attempt = self.env["fax.attempt"].create(fax._prepare_attempt())
        attempt.write({"state": "resolving", "lost_at": "2020-01-01", "asked": 9})
        attempt._record_no_look()
        self.assertEqual(fax.state, "uncertain")
        self.assertIn("n'a pas pu être interrogé", fax.unsure_reason)

    def test_words_sent_to_open_pages(self):
        fax = self.send()
        with patch.object(type(self.user), "_bus_send") as sent:
            fax._set_submitting()
        _type, content = sent.call_args.args
        self.assertEqual(content["words"], "En cours d'envoi")
