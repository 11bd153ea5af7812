import hashlib

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..providers import FailureKind, Hint, ProviderError
from . import samples
from .common import LEE, FaxCommon, FaxHttpCommon
from .inbox_common import INBOUND, InboxMixin, tiff


@tagged("post_install", "-at_install")
class TestReceive(InboxMixin, FaxCommon):
    """What comes in is one row each, with its pages and its file."""

    def test_once(self):
        """Listed again and again, and called about besides."""
        first, second = self.receive(), self.receive()
        self.provider.listed.append(self.provider.listed[0])
        self.env["fax.hint"]._store(
            self.account, [Hint(provider_id="in-1", inbound=True, event="new")]
        )
        self.look()
        self.assertEqual(self.inbox(), first | second)
        self.assertEqual(self.provider.fetched, ["in-1", "in-2"])
        hints = self.env["fax.hint"].search([("account_id", "=", self.account.id)])
        self.assertEqual(hints.mapped("is_done"), [True])

    def test_the_same_id_at_another_account_is_another_fax(self):
        self.receive()
        other = self.account.copy({"name": "Another"})
        other.action_connect()
        self.look()
        count = self.env["fax.message"].search_count([("inbound_id", "=", "in-1")])
        self.assertEqual(count, 2)

    def test_known_meanwhile(self):
        """Another worker stored it after it was listed: nothing is written."""
        fax = self.receive()
        fetched = self.env["fax.message"]._look_at(self.provider.listed[0], b"")
        self.assertFalse(self.env["fax.message"]._receive(self.account, fetched))
        self.assertEqual(self.inbox(), fax)

    def test_a_tiff_is_made_a_document(self):
        content = tiff(3)
        fax = self.receive(content)
        self.assertEqual(fax.pages, 3)
        self.assertEqual(fax.document_id.pages, 3)
        self.assertTrue(fax.document_id._content().startswith(b"%PDF-"))
        self.assertFalse(fax.document_id.trusted)
        # The file as it came is beside it.
        self.assertEqual(fax.file_ids._bytes(), content)
        self.assertEqual(fax.file_ids.sha256, hashlib.sha256(content).hexdigest())

    def test_what_cannot_be_shown(self):
        """It stands in the list with its sender, a reason and its file."""
        contact = self.new_contact("City lab", "+15145550188")
        for content, code in (
            (b"II*\x00\x08\x00\x00\x00", "broken"),
            (samples.encrypted_pdf(), "encrypted"),
            (samples.picture_bomb(), "image_bomb"),
            (samples.broken_pdf(), "empty"),
            (b"MZ\x90\x00", "unsupported_type"),
            (b"", "broken"),
        ):
            fax = self.receive(content)
            with self.subTest(code=code, size=len(content)):
                self.assertEqual(fax.state, "received")
                self.assertEqual(fax.contact_id, contact)
                self.assertFalse(fax.document_id)
                self.assertEqual(fax.file_error, code)
                self.assertTrue(fax.file_error_words)
                self.assertEqual(fax.file_ids.size, len(content))
        self.assertTrue(self.receive().document_id, "and the next one comes in")

    def test_one_that_cannot_be_fetched_keeps_no_other(self):
        gone = ProviderError(FailureKind.PROVIDER_UNAVAILABLE, proven_not_sent=True)
        late = self.offer(gone)
        self.assertTrue(self.receive())
        self.provider.files[late] = samples.pdf("After all")
        self.look()
        self.assertEqual(len(self.inbox()), 2)

    def test_a_hidden_sender(self):
        fax = self.receive(sender=None)
        self.assertFalse(fax.number)
        self.assertFalse(fax.contact_id)

    def test_a_number_that_nobody_entered(self):
        fax = self.receive(to="+15145550999")
        self.assertFalse(fax.number_id)
        self.assertFalse(fax.with_user(self.user).has_access("read"))
        self.assertTrue(fax.with_user(self.manager).has_access("read"))

    def test_pushed_twice(self):
        messages = self.env["fax.message"]
        hint = self.push(samples.pdf("One"), sender=LEE)
        messages._receive_pushed(self.account, [hint, hint])
        messages._receive_pushed(self.account, [hint])
        fax = self.inbox()
        self.assertEqual(len(fax), 1)
        self.assertEqual(fax.contact_id, self.lee)
        self.assertEqual(fax.document_id.pages, 1)

    def test_the_file_is_for_managers_and_stays(self):
        fax = self.receive()
        for user in (self.user, self.colleague, self.plain, self.stranger):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                fax.with_user(user).action_save_file()
        as_manager = fax.with_user(self.manager)
        self.assertIn(str(fax.id), as_manager.action_save_file()["url"])
        self.assertEqual(as_manager._open_raw(), self.provider.files["in-1"])
        noted = fax.document_id.access_ids
        self.assertEqual(noted.mapped("user_id"), self.manager)
        file = fax.file_ids
        with self.assertRaises(UserError):
            file.write({"size": 1})
        with self.assertRaises(UserError):
            file.unlink()
        with self.assertRaises(UserError):
            file.create({"message_id": fax.id, "sha256": "0"})
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", file._name), ("res_field", "=", "content")], limit=1
        )
        with self.assertRaises(UserError):
            attachment.raw = b"other"
        with self.assertRaises(AccessError):
            attachment.with_user(self.manager).read(["raw"])


@tagged("post_install", "-at_install")
class TestReceiveHttp(InboxMixin, FaxHttpCommon):
    def test_pushed(self):
        """The pages are stored before the call is answered."""
        self.provider.pushed = [self.push(tiff(2))]
        url = f"/medical_fax/callback/{self.account.callback_token}"
        for _time in range(2):
            answer = self.url_open(url, data={"xml": "x"})
            self.assertEqual(
                (answer.status_code, answer.text), (200, "Post Successful")
            )
        self.assertEqual(self.inbox().pages, 2)

    def test_the_file_as_it_came(self):
        fax = self.receive(b"MZ\x90\x00 a program")
        self.login(self.user)
        with mute_logger("odoo.http"):
            answer = self.url_open(f"/medical_fax/message/{fax.id}/raw")
        self.assertEqual(answer.status_code, 403)
        self.login(self.manager)
        answer = self.url_open(f"/medical_fax/message/{fax.id}/raw")
        self.assertEqual(answer.content, b"MZ\x90\x00 a program")
        self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
        self.assertIn("attachment", answer.headers["Content-Disposition"])

    def test_nothing_of_a_fax_is_logged(self):
        with self.assertLogs("odoo.addons.medical_fax", "INFO") as logs:
            self.offer(b"MZ SECRET")
            self.run_cron("ir_cron_fax_receive")
        text = "".join(logs.output)
        for secret in ("SECRET", "5550188", "5550171"):
            self.assertNotIn(secret, text)
        self.assertIn(INBOUND, text)
