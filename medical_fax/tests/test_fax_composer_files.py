from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from . import samples
from .common import FaxCommon


@tagged("post_install", "-at_install")
class TestExtraFiles(FaxCommon):
    """Files besides the records: PDF, PNG, JPEG, TIFF, in their order."""

    def add(self, composer, content, name="scan.pdf", user=None):
        """Add a file and return what the list says of it."""
        return composer.action_add_files(self.upload(content, name, user).ids)[-1]

    def text_sent(self, fax):
        return samples.text_of(fax.document_id._content())

    def test_good_files(self):
        composer = self.compose(has_cover=False)
        for content, name, pages in (
            (samples.pdf("One", "Two"), "report.pdf", 2),
            (samples.picture("PNG"), "photo.png", 1),
            (samples.picture("JPEG"), "photo.jpg", 1),
            (samples.picture("TIFF"), "scan.tiff", 1),
        ):
            with self.subTest(name=name):
                file = self.add(composer, content, name)
                self.assertEqual((file["pages"], file["error"]), (pages, ""))
        fax = self.press_send(composer)
        self.assertEqual(fax.pages, 5)

    def test_what_a_file_is_counts_not_its_name(self):
        composer = self.compose(has_cover=False)
        file = self.add(composer, samples.picture("PNG"), "report.pdf")
        self.assertEqual((file["pages"], file["error"]), (1, ""))

    def test_order(self):
        composer = self.compose(has_cover=False)
        for text in ("First", "Second", "Third"):
            self.add(composer, samples.pdf(text), f"{text}.pdf")
        first, second, third = composer.files
        composer.files = [third, first, second]
        text = self.text_sent(self.press_send(composer))
        self.assertLess(text.index("Third"), text.index("First"))
        self.assertLess(text.index("First"), text.index("Second"))

    def test_a_file_twice_is_one(self):
        composer = self.compose(has_cover=False)
        attachment = self.upload(samples.pdf())
        composer.action_add_files(attachment.ids)
        composer.action_add_files(attachment.ids)
        self.assertEqual(len(composer.files), 1)

    def test_pages_left_out(self):
        composer = self.compose(has_cover=False)
        file = self.add(composer, samples.pdf("One", "Two", "Three"))
        composer.skipped_pages = {str(file["id"]): [2]}
        fax = self.press_send(composer)
        self.assertEqual(fax.pages, 2)
        text = self.text_sent(fax)
        self.assertIn("One", text)
        self.assertNotIn("Two", text)

    def test_bad_files_are_said_in_the_list(self):
        composer = self.compose()
        for content, words in (
            (samples.encrypted_pdf(), "password"),
            (samples.broken_pdf(), "damaged|no page"),
            (samples.picture_bomb(), "pixels"),
            (samples.office_file(), "Save as PDF first"),
            (b"", "damaged|cannot be faxed|no page"),
            (b"MZ\x90\x00program", "cannot be faxed"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "cannot be faxed"),
        ):
            with self.subTest(words=words):
                file = self.add(composer, content, "Sandoval.docx")
                self.assertRegex(file["error"], words)
                self.assertNotIn("Sandoval", file["error"])
                self.assertEqual(file["pages"], 0)

    def test_a_bad_file_stops_sending_and_nothing_is_lost(self):
        composer = self.compose(subject="Hello", has_cover=False)
        self.add(composer, samples.pdf("Good"))
        self.add(composer, samples.encrypted_pdf(), "Greta Sandoval.pdf")
        files = composer.files
        count = self.env["fax.message"].search_count([])
        with self.assertRaisesRegex(UserError, "password") as caught:
            composer.action_send()
        # The text of an exception ends in the server's log
        self.assertNotIn("Sandoval", str(caught.exception))
        self.assertEqual((composer.files, composer.subject), (files, "Hello"))
        self.assertEqual(self.env["fax.message"].search_count([]), count)
        composer.files = files[:1]
        self.assertTrue(self.press_send(composer))

    def test_an_error_that_a_client_leaves_away(self):
        """The file is looked at once more when the pages are made."""
        for content in (
            samples.encrypted_pdf(),
            samples.broken_pdf(),
            samples.picture_bomb(),
            samples.office_file(),
        ):
            composer = self.compose(has_cover=False)
            file = self.add(composer, content, "Greta Sandoval.pdf")
            composer.files = [{**file, "error": "", "pages": 1}]
            with self.subTest(error=file["error"]):
                with self.assertRaises(UserError) as caught:
                    composer.action_send()
                self.assertNotIn("Sandoval", str(caught.exception))
                self.assertFalse(composer.is_sent)

    def test_the_preview_says_what_is_wrong_too(self):
        composer = self.compose(has_cover=False)
        file = self.add(composer, samples.encrypted_pdf(), "letter.pdf")
        composer.files = [{**file, "error": "", "pages": 1}]
        preview = composer.action_preview()
        self.assertIn("password", preview["error"])
        self.assertIn("letter.pdf", preview["error"])
        self.assertEqual((preview["pages"], preview["items"]), (0, []))

    def test_no_page_at_all(self):
        composer = self.compose(has_cover=False)
        with self.assertRaisesRegex(UserError, "no page to send"):
            composer.action_send()
        self.assertIn("no page", composer.action_preview()["error"])

    def test_more_pages_than_the_account_allows(self):
        self.account.page_limit = 3
        composer = self.compose(has_cover=True)
        self.add(composer, samples.pdf("1", "2", "3"))
        with self.assertRaisesRegex(UserError, "more pages than"):
            composer.action_send()
        composer.has_cover = False
        self.assertEqual(self.press_send(composer).pages, 3)

    def test_a_file_that_one_may_not_read(self):
        private = self.env["ir.attachment"].create(
            {"name": "x.pdf", "raw": samples.pdf("Private")}
        )
        composer = self.compose()
        with self.assertRaises(AccessError):
            composer.action_add_files(private.ids)
        with self.assertRaises(AccessError):
            self.env["fax.composer"].with_user(self.user).action_compose(
                attachment_ids=private.ids
            )
        composer.write({"files": [{"id": private.id, "name": "x.pdf", "error": ""}]})
        with self.assertRaises(AccessError):
            composer.action_send()

    def test_a_file_taken_away_after_composing(self):
        composer = self.compose(has_cover=False)
        file = self.add(composer, samples.pdf())
        self.env["ir.attachment"].browse(file["id"]).unlink()
        with self.assertRaises(UserError):
            composer.action_send()

    def test_the_frozen_pages_of_another_fax_are_no_file(self):
        """The file behind a fax document is opened through the document only."""
        document = self.send(user=self.manager).document_id
        file = self.env["ir.attachment"].search(
            [("res_field", "=", "pdf"), ("res_id", "=", document.id)]
        )
        self.assertEqual(file.res_model, "fax.document")
        composer = self.compose(user=self.manager)
        with self.assertRaises(AccessError):
            composer.action_add_files(file.ids)
        composer.write({"files": [{"id": file.id, "name": "x.pdf", "error": ""}]})
        with self.assertRaises(AccessError):
            composer.action_send()

    def test_only_who_writes_the_fax_adds_files(self):
        composer = self.compose()
        with self.assertRaises(UserError):
            self.add(composer.with_user(self.colleague), samples.pdf())

    def test_a_fax_of_a_file_alone(self):
        fax = self.send(attachment_ids=self.upload(samples.pdf("Lab request")).ids)
        self.assertFalse(fax.patient_id)
        self.assertFalse(fax.document_id.source_ids)
        self.assertFalse(fax.document_id.trusted)
        self.assertIn("Lab request", self.text_sent(fax))

    def test_foreign_pages_are_not_trusted(self):
        self.assertTrue(self.send().document_id.trusted)
        entry = self.new_entry()
        composer = self.compose(entry)
        self.add(composer, samples.pdf())
        self.assertFalse(self.press_send(composer).document_id.trusted)
