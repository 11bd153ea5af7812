import hashlib

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from . import samples
from .common import FaxCommon


class SendCase(FaxCommon):
    def assertRefused(self, composer, words):
        """Assert that Send is refused in these words and leaves all as it was."""
        before = composer.read()[0]
        counts = [self.env[m].search_count([]) for m in ("fax.message", "fax.document")]
        with self.assertRaisesRegex(UserError, words):
            composer.action_send()
        composer.invalidate_recordset()
        self.assertEqual(composer.read()[0], before)
        after = [self.env[m].search_count([]) for m in ("fax.message", "fax.document")]
        self.assertEqual(after, counts)


@tagged("post_install", "-at_install")
class TestSend(SendCase):
    def test_what_a_fax_is_made_of(self):
        entry = self.new_entry()
        fax = self.send(entry, subject="Results", notes="A note", recipients=self.lee)
        expected = {
            "state": "queued",
            "direction": "out",
            "company_id": self.company,
            "account_id": self.account,
            "number_id": self.number,
            "user_id": self.user,
            "practitioner_id": self.user,
            "contact_id": self.lee,
            "partner_name": "Dr Ann Lee",
            "partner_organization": "Heart Clinic",
            "number": "+15145550190",
            "patient_id": self.patient,
            "pages": 2,
            "has_cover": True,
            "subject": "Results",
            "notes": "A note",
            "purpose": "treatment",
        }
        for name, value in expected.items():
            self.assertEqual(fax[name], value, name)
        self.assertFalse(fax.authorization_id)
        self.assertTrue(fax.uuid)

    def test_each_recipient_has_a_fax_and_a_fate(self):
        faxes = self.send(recipients=self.lee | self.rossi | self.pharmacy)
        self.assertEqual(len(faxes), 3)
        self.assertEqual(len(set(faxes.mapped("uuid"))), 3)
        self.assertEqual(faxes.contact_id, self.lee | self.rossi | self.pharmacy)
        self.fake.refuse()
        self.fake.accept()
        self.fake.lose_answer()
        self.run_queue()
        self.assertEqual(faxes.mapped("state"), ["failed", "submitted", "uncertain"])

    def test_the_notice(self):
        self.account.undo_seconds = 10
        action = self.compose(
            self.new_entry(), recipients=self.lee | self.rossi
        ).action_send()
        self.assertEqual(action["tag"], "medical_fax.sent")
        params = action["params"]
        self.assertEqual(params["recipients"], ["Dr Ann Lee", "Dr Ugo Rossi"])
        self.assertEqual((params["pages"], params["undo_seconds"]), (2, 10))
        self.assertEqual(len(params["message_ids"]), 2)

    def test_two_names_at_one_machine(self):
        """Neither is dropped without a word: each has a fax with its own cover."""
        shared = self.new_contact("Dr Bo Shared", "+15145550190")
        faxes = self.send(recipients=self.lee | shared)
        self.assertEqual(faxes.mapped("partner_name"), ["Dr Ann Lee", "Dr Bo Shared"])

    def test_the_same_recipient_twice_is_one(self):
        faxes = self.send(recipients=[*self._recipients(self.lee)] * 2)
        self.assertEqual(len(faxes), 1)

    def _recipients(self, contacts):
        composers = self.env["fax.composer"]
        return [composers._contact_recipient(contact) for contact in contacts]

    def test_sending_twice(self):
        composer = self.compose(self.new_entry())
        composer.action_send()
        with self.assertRaisesRegex(UserError, "sent already"):
            composer.action_send()

    def test_by_someone_else(self):
        composer = self.compose(self.new_entry())
        with self.assertRaises(UserError):
            composer.with_user(self.colleague).action_send()

    def test_refused_to_who_must_not_fax(self):
        entry = self.new_entry()
        for user in self.denied | self.plain:
            with self.subTest(user=user.login):
                composers = self.env["fax.composer"].with_user(user)
                with self.assertRaises(AccessError):
                    composers.action_compose(model="res.partner", ids=entry.ids)
                with self.assertRaises(AccessError):
                    composers.action_compose()
                with self.assertRaises(AccessError):
                    self.env["fax.source"].with_user(user)._action_fax(
                        entry.with_user(user)
                    )

    def test_refused_when_denied_after_composing(self):
        composer = self.compose(self.new_entry())
        self.user.group_ids |= self.env.ref("medical_fax.group_fax_denied")
        with self.assertRaises(AccessError):
            composer.action_send()

    def test_a_company_that_is_not_the_numbers(self):
        """The fax would be the other company's, in the books and on its pages."""
        self.user.company_ids |= self.other_company
        companies = (self.company | self.other_company).ids
        composer = self.compose(self.new_entry())
        composer = composer.with_context(allowed_company_ids=companies)
        composer.write({"company_id": self.other_company.id})
        self.assertRefused(composer, "number")

    def test_pages_are_shared_by_recipients_when_equal(self):
        faxes = self.send(recipients=self.lee | self.rossi, has_cover=False)
        self.assertEqual(len(faxes.document_id), 1)
        faxes = self.send(recipients=self.lee | self.rossi, has_cover=True)
        self.assertEqual(len(faxes.document_id), 2)
        hashes = set(faxes.document_id.mapped("sha256"))
        self.assertEqual(len(hashes), 2)

    def test_the_preview_is_what_leaves(self):
        for values in (
            {"has_cover": True, "subject": "S", "notes": "N"},
            {"has_cover": False},
            {"recipients": [{"name": "Dr New", "number": "514 555 0199"}]},
        ):
            composer = self.compose(self.new_entry(), **values)
            composer.action_add_files(self.upload(samples.pdf("Extra")).ids)
            if "recipients" in values:
                # as the widget does when one leaves the field
                checked = composer.action_check_number("514 555 0199", self.number.id)
                composer.recipients = [{"name": "Dr New", **checked}]
            preview = composer.action_preview()
            shown = composer._preview_file(preview["key"]).raw
            fax = self.press_send(composer)
            digest = hashlib.sha256(shown).hexdigest()
            with self.subTest(values=values):
                self.assertEqual(fax.document_id.sha256, digest)
                self.assertEqual(preview["pages"], fax.pages)
                self.assertEqual(preview["key"], digest[:16])
                self.run_queue()
                self.assertEqual(self.fake.submitted[-1].document, shown)
                self.assertEqual(self.fake.submitted[-1].pages, fax.pages)

    def test_the_preview_follows_the_text(self):
        composer = self.compose(self.new_entry())
        first = composer.action_preview()["key"]
        self.assertEqual(composer.action_preview()["key"], first)
        composer.subject = "Another"
        self.assertNotEqual(composer.action_preview()["key"], first)

    def test_the_preview_is_the_writers_own(self):
        composer = self.compose(self.new_entry())
        composer.action_preview()
        with self.assertRaises(UserError):
            composer.with_user(self.colleague).action_preview()
        for user in self.user | self.colleague | self.manager:
            with self.assertRaises(AccessError):
                composer.with_user(user).read(["preview_pdf"])

    def test_composers_are_their_writers_own(self):
        """Another one must not change the number while somebody writes a fax."""
        composer = self.compose(self.new_entry(), subject="Secret")
        for user in self.colleague | self.manager | self.stranger:
            theirs = composer.with_user(user)
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    theirs.write({"recipients": []})
                with self.assertRaises(AccessError):
                    theirs.read(["subject"])
                self.assertFalse(theirs.search([("id", "=", composer.id)]))

    def test_a_note_on_the_record(self):
        entry = self.new_entry()
        fax = self.send(entry, recipients=self.lee | self.rossi)
        self.assertEqual(len(fax.note_ids), 2)
        for note, message in zip(fax.note_ids.sorted("id"), fax, strict=True):
            self.assertEqual((note.model, note.res_id), ("res.partner", entry.id))
            self.assertIn(message.name, note.body)
            self.assertIn("Waiting", note.body)
            self.assertNotIn("Lee", note.body)
