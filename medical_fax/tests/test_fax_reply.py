import base64

import pymupdf

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from . import samples
from .common import OUR_NUMBER, FaxCommon
from .inbox_common import SENDER, InboxMixin

SIGNED = {"page": 0, "x": 0.5, "y": 0.9, "kind": "signature"}


@tagged("post_install", "-at_install")
class TestReply(InboxMixin, FaxCommon):
    """What came in is answered, or goes on to another one."""

    def setUp(self):
        super().setUp()
        self.fax = self.receive(samples.pdf("One", "Two"))

    def composer(self, method):
        action = getattr(self.fax.with_user(self.user), method)()
        return self.env["fax.composer"].with_user(self.user).browse(action["res_id"])

    def test_reply(self):
        self.fax.with_user(self.user).action_file(self.patient.id)
        composer = self.composer("action_reply")
        self.assertEqual([r["number"] for r in composer.recipients], [SENDER])
        self.assertEqual(composer.number_id, self.private_number)
        self.assertEqual(composer.patient_id, self.patient)
        self.assertFalse(composer.files)
        composer.notes = "Thank you"
        sent = self.press_send(composer)
        self.assertEqual((sent.number, sent.direction), (SENDER, "out"))

    def test_reply_to_a_contact(self):
        contact = self.new_contact("City lab", SENDER)
        self.fax.contact_id = contact
        (recipient,) = self.composer("action_reply").recipients
        self.assertEqual(recipient["contact_id"], contact.id)

    def test_forward(self):
        before = self.fax.document_id._content()
        composer = self.composer("action_forward")
        self.assertFalse(composer.recipients)
        self.assertEqual([file["pages"] for file in composer.files], [2])
        composer.write(
            {
                "has_cover": False,
                "recipients": [composer._contact_recipient(self.lee.sudo())],
            }
        )
        sent = self.press_send(composer)
        self.assertEqual(sent.pages, 2)
        self.assertNotEqual(sent.document_id, self.fax.document_id)
        self.assertEqual(self.fax.document_id._content(), before)
        opened = self.fax.document_id.access_ids
        self.assertIn(self.user, opened.user_id, "the opening is noted")

    def test_sign_and_return(self):
        """A new document, to where it came from; what came in stays as it was."""
        before = self.fax.document_id._content()
        fax = self.fax.with_user(self.user)
        with self.assertRaises(UserError):
            fax.action_sign_and_return([SIGNED])  # has no signature yet
        self.user.signature_image = base64.b64encode(samples.picture())
        self.assertTrue(fax.action_sign()["params"]["signature"])
        marks = [
            SIGNED,
            {"page": 1, "x": 0.2, "y": 0.5, "kind": "text", "text": "Approved"},
            {"page": 0, "x": 0.2, "y": 0.5, "kind": "tick"},
            {"page": 0, "x": 0.6, "y": 0.5, "kind": "date", "text": "1999-01-01"},
        ]
        action = fax.action_sign_and_return(marks)
        composer = (
            self.env["fax.composer"].with_user(self.user).browse(action["res_id"])
        )
        self.assertEqual([r["number"] for r in composer.recipients], [SENDER])
        self.assertFalse(composer.has_cover)
        file = self.env["ir.attachment"].browse(composer.files[0]["id"])
        with pymupdf.open(stream=file.raw, filetype="pdf") as document:
            self.assertIn("Approved", document[1].get_text())
            self.assertNotIn("1999", document[0].get_text())
            self.assertEqual(len(document[0].get_images()), 1)
            self.assertEqual(len(document[0].get_drawings()), 1)
        sent = self.press_send(composer)
        self.assertEqual((sent.number, sent.pages), (SENDER, 2))
        self.assertEqual(self.fax.document_id._content(), before)

    def test_marks_that_cannot_be(self):
        fax = self.fax.with_user(self.user)
        for marks in (
            [],
            [{"page": 0}],
            [{**SIGNED, "kind": "stamp"}],
            [{**SIGNED, "page": 9, "kind": "tick"}],
            [{**SIGNED, "x": "left", "kind": "tick"}],
            ["tick"],
        ):
            with self.subTest(marks=marks), self.assertRaises(UserError):
                fax.action_sign_and_return(marks)

    def test_what_cannot_be(self):
        hidden = self.receive(sender=None)
        with self.assertRaises(UserError):
            hidden.with_user(self.user).action_reply()
        broken = self.receive(b"MZ")
        with self.assertRaises(UserError):
            broken.with_user(self.user).action_forward()
        sent = self.send()
        with self.assertRaises(UserError):
            sent.with_user(self.user).action_reply()

    def test_who_may(self):
        shared = self.receive(to=OUR_NUMBER)
        for user in self.colleague | self.denied | self.plain | self.stranger:
            fax = self.fax.with_user(user)
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    fax.action_reply()
                with self.assertRaises(AccessError):
                    fax.action_forward()
                with self.assertRaises(AccessError):
                    fax.action_sign()
                with self.assertRaises(AccessError):
                    fax.action_sign_and_return([SIGNED])
        self.assertTrue(shared.with_user(self.colleague).action_reply())
