from odoo.tests import tagged

from . import samples
from .common import COVER_HTML, FaxCommon

A4 = (595, 842)
LETTER = (612, 792)


@tagged("post_install", "-at_install")
class TestCover(FaxCommon):
    def cover_text(self, fax):
        with samples.pymupdf.open(stream=fax.document_id._content()) as pdf:
            return pdf[0].get_text()

    def last_page_text(self, fax):
        with samples.pymupdf.open(stream=fax.document_id._content()) as pdf:
            return pdf[-1].get_text()

    def translation(self, lang, words):
        self.env["res.lang"]._activate_lang(lang)
        return self.env["fax.cover.page"].create(
            {
                "name": words,
                "company_id": self.company.id,
                "lang": lang,
                "translation_of_id": self.cover.id,
                "body_html": f"<h1>{words}</h1>{COVER_HTML}",
            }
        )

    def test_what_stands_on_it(self):
        fax = self.send(subject="Lab results", notes="Please call back", has_cover=True)
        text = self.cover_text(fax)
        for words in (
            "Dr Ann Lee",
            "Heart Clinic",
            "+1 514-555-0190",
            "Test Clinic",
            "+1 514-555-0170",
            "2 pages",
            "Lab results",
            "Please call back",
        ):
            self.assertIn(words, " ".join(text.split()))
        self.assertNotIn("Sandoval", text)

    def test_off(self):
        fax = self.send(has_cover=False)
        self.assertEqual(fax.pages, 1)
        self.assertNotIn("Dr Ann Lee", self.cover_text(fax))

    def test_placeholders_are_text_and_nothing_else(self):
        fax = self.send(subject="{notes}{clinic} {7*7} <b>bold</b>", notes="{subject}")
        text = self.cover_text(fax)
        self.assertIn("{notes}{clinic} {7*7} <b>bold</b>", text)
        self.assertIn("{subject}", text)

    def test_on_or_off_is_remembered_for_each_account(self):
        entry = self.new_entry()
        self.assertTrue(self.compose(entry).has_cover, "on at first")
        self.send(entry, has_cover=False)
        self.assertFalse(self.compose(entry).has_cover)
        self.assertTrue(self.compose(entry, user=self.colleague).has_cover)
        other = self.env["fax.account"].create(
            {"name": "Second", "code": "fake", "company_id": self.company.id}
        )
        other.action_connect()
        number = self.env["fax.number"].create(
            {"name": "Other", "account_id": other.id, "number": "+15145550175"}
        )
        composer = self.compose(entry)
        composer.number_id = number
        composer._onchange_number_id()
        self.assertTrue(composer.has_cover)

    def test_whose_cover(self):
        """The practitioner's, else the location's, else the account's."""
        location = self.env["res.partner"].create(
            {"name": "North branch", "is_fax_location": True}
        )
        covers = self.env["fax.cover.page"].create(
            [
                {
                    "name": name,
                    "company_id": self.company.id,
                    "body_html": "<p>{clinic}</p>",
                    **values,
                }
                for name, values in (
                    ("Theirs", {"practitioner_ids": self.user.ids}),
                    ("Local", {"location_ids": location.ids}),
                )
            ]
        )
        entry = self.new_entry()
        self.assertEqual(self.compose(entry).cover_page_id, covers[0])
        covers[0].active = False
        self.number.location_id = location
        self.assertEqual(self.compose(entry).cover_page_id, covers[1])
        covers[1].active = False
        self.assertEqual(self.compose(entry).cover_page_id, self.cover)

    def test_language_of_the_recipient(self):
        self.translation("fr_FR", "TELECOPIE")
        self.translation("es_ES", "FAX EN ESPANOL")
        self.lee.lang, self.rossi.lang = "fr_FR", "es_ES"
        faxes = self.send(recipients=self.lee | self.rossi | self.pharmacy)
        french, spanish, english = [self.cover_text(fax) for fax in faxes]
        self.assertIn("TELECOPIE", french)
        self.assertIn("FAX EN ESPANOL", spanish)
        self.assertNotIn("TELECOPIE", english)
        self.assertNotIn("ESPANOL", english)

    def test_words_on_pages_in_the_language_of_the_recipient(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.lee.lang = "fr_FR"
        french, english = [
            self.last_page_text(fax)
            for fax in self.send(recipients=self.lee | self.rossi)
        ]
        self.assertIn("Page 2 sur 2", french)
        self.assertIn("Page 2 of 2", english)

    def test_language_of_the_company_else(self):
        self.translation("fr_FR", "TELECOPIE")
        self.company.partner_id.lang = "fr_FR"
        self.assertIn("TELECOPIE", self.cover_text(self.send()))

    def test_notice_in_the_language_of_the_cover(self):
        self.translation("fr_FR", "TELECOPIE")
        self.company.with_context(
            lang="fr_FR"
        ).fax_confidentiality_notice = "Avis de secret"
        self.lee.lang = "fr_FR"
        fax, english = self.send(recipients=self.lee | self.rossi)
        self.assertIn("Avis de secret", self.cover_text(fax))
        self.assertNotIn("Avis de secret", self.cover_text(english))

    def test_paper_of_the_recipients_country(self):
        self.account.country_ids = self.env.ref("base.fr") | self.env.ref("base.us")
        for number, paper in (
            ("+15145550199", LETTER),
            ("+12125550199", LETTER),
            ("+33199001234", A4),
        ):
            fax = self.send(recipients=[{"name": "", "number": number}])
            sizes = set(samples.page_sizes(fax.document_id._content()))
            self.assertEqual(sizes, {paper}, number)

    def test_a_warning_for_the_patients_name(self):
        composer = self.compose(self.new_entry())
        for subject, notes, warned in (
            ("Results", "Please call", False),
            ("Results of Greta", "", True),
            ("", "about mrs SANDOVAL.", True),
            ("Résultats de Grèta", "", True),
            ("Sandovalia cream", "", False),
        ):
            composer.write({"subject": subject, "notes": notes})
            with self.subTest(subject=subject, notes=notes):
                self.assertEqual(bool(composer.cover_warning), warned)
                self.assertNotIn("Sandoval", composer.cover_warning or "")
        composer.write({"subject": "Greta", "has_cover": False})
        self.assertFalse(composer.cover_warning)
        composer.has_cover = True
        self.company.fax_cover_shows_patient = True
        composer.invalidate_recordset(["cover_warning"])
        self.assertFalse(composer.cover_warning)

    def test_short_names_and_other_scripts_are_warned_of_too(self):
        for name, subject in (
            ("王芳", "关于王芳的报告"),
            ("Li Wu", "About Wu"),
            ("Bo Ng", "ng: results"),
            ("Νίκος Παπαδόπουλος", "για τον ΠΑΠΑΔΟΠΟΥΛΟΣ"),
            ("محمد", "نتائج محمد"),
        ):
            patient = self.new_patient(name)
            composer = self.compose(self.new_entry(patient=patient), subject=subject)
            with self.subTest(name=name):
                self.assertTrue(composer.cover_warning)
        patient = self.new_patient("Ann Lin")
        composer = self.compose(
            self.new_entry(patient=patient), subject="Annual check, clinical line"
        )
        self.assertFalse(composer.cover_warning)

    def test_saved_texts_are_filled_in(self):
        text = self.env["fax.text"].create(
            {
                "name": "Greeting",
                "kind": "notes",
                "user_id": self.user.id,
                "text": "Dear {recipient_name}, from {clinic}",
            }
        )
        composer = self.compose(self.new_entry())
        composer.notes_text_id = text
        composer._onchange_saved_texts()
        self.assertEqual(composer.notes, "Dear Dr Ann Lee, from Test Clinic")
        self.assertFalse(composer.notes_text_id)
