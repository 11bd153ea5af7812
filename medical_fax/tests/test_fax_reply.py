from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from . import samples
from .common import OUR_NUMBER, FaxCommon
from .inbox_common import SENDER, InboxMixin


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
        self.assertTrue(shared.with_user(self.colleague).action_reply())
