from dataclasses import replace
from unittest.mock import patch

from odoo.tests import tagged

from . import samples
from .common import FaxCommon
from .key_provider import KeyCase, KeyProvider

LONG = "Dr Margaret Featherstonehaugh"
CLINIC = "St Mary’s University Hospital"


@tagged("post_install", "-at_install")
class TestProviderCover(KeyCase, FaxCommon):
    """The provider draws the cover: 40 characters for the recipient, 55 the subject."""

    def setUp(self):
        super().setUp()
        self.connect()
        self.keyed.write({"cover_by": "provider", "undo_seconds": 0})
        self.drawn = self.new_number("+15145550179", account_id=self.keyed.id)
        self.long = self.new_contact(LONG, "+15145550195", organization=CLINIC)

    def compose_there(self, recipients=None, **values):
        """A fax of one page of ours, with the cover of the provider."""
        values = {"number_id": self.drawn.id, "has_cover": True, **values}
        return self.compose(self.new_entry(), recipients=recipients, **values)

    def test_pages_without_our_cover_and_one_more(self):
        composer = self.compose_there(subject="Results", notes="Please call")
        preview = composer.action_preview()
        self.assertEqual((preview["pages"], preview["provider_cover"]), (1, True))
        action = composer.action_send()
        self.assertEqual(action["params"]["pages"], 2)
        fax = self.env["fax.message"].browse(action["params"]["message_ids"])
        self.assertEqual((fax.document_id.pages, fax.pages), (1, 2))
        with samples.pymupdf.open(stream=fax.document_id._content()) as pdf:
            self.assertNotIn("Please call", pdf[0].get_text())

    def test_what_the_provider_gets(self):
        self.company.fax_confidentiality_notice = "Confidential."
        composer = self.compose_there(
            subject="Results of the week " * 4,
            notes="Please call",
            reply_number="+1 514-555-0170",
        )
        fax = self.press_send(composer)
        self.run_queue()
        (request,) = KeyProvider.service.submitted
        self.assertEqual(request.pages, 1)
        cover = request.cover
        self.assertEqual(cover, fax._provider_cover())
        self.assertEqual(cover.recipient_name, "Dr Ann Lee, Heart Clinic")
        self.assertEqual(cover.recipient_organization, "")
        self.assertEqual(len(cover.subject), 55)
        self.assertIn(self.user.name, cover.sender_name)
        self.assertIn("Test Clinic", cover.sender_name)
        for words in ("Please call", "Reply to fax: +1 514-555-0170", "Confidential."):
            self.assertIn(words, cover.notes)
        self.assertNotIn("Sandoval", repr(vars(cover)))

    def test_lines_as_they_will_be_cut(self):
        composer = self.compose_there(self.long | self.lee, subject="s" * 60)
        to, short, _sender, subject = composer.cover_lines
        full = f"{LONG}, {CLINIC}"
        self.assertEqual((to["shown"], to["cut"]), (full[:40], full[40:]))
        self.assertEqual(to["most"], 40)
        self.assertIn(f"{LONG}, St Mary’s", to["shorter"])
        self.assertIn(LONG, to["shorter"])
        self.assertTrue(all(len(line) <= 40 for line in to["shorter"]))
        self.assertEqual((short["cut"], short["shorter"]), ("", []))
        self.assertEqual((subject["shown"], subject["cut"]), ("s" * 55, "s" * 5))
        composer.notes = "n" * 4001
        self.assertEqual(composer.cover_lines[-1]["label"], "Notes")

    def test_shortened(self):
        composer = self.compose_there(self.long)
        (recipient,) = composer.recipients
        shorter = {**recipient, "cover_recipient": f" {LONG}, St Mary’s "}
        composer.recipients = [shorter]
        line = composer.cover_lines[0]
        self.assertEqual((line["shown"], line["cut"]), (f"{LONG}, St Mary’s", ""))
        fax = self.press_send(composer)
        self.assertEqual(fax._provider_cover().recipient_name, f"{LONG}, St Mary’s")
        self.assertEqual((fax.partner_name, fax.partner_organization), (LONG, CLINIC))
        for forged in ("x" * 99, ["x"], {"a": 1}, 7):
            composer = self.compose_there(self.long)
            composer.recipients = [{**recipient, "cover_recipient": forged}]
            fax = self.press_send(composer)
            self.assertLessEqual(len(fax._provider_cover().recipient_name), 40)

    def test_no_cover_and_our_own(self):
        composer = self.compose_there(has_cover=False)
        self.assertFalse(composer.cover_by_provider)
        self.assertFalse(composer.cover_lines)
        fax = self.press_send(composer)
        self.assertEqual(fax.pages, 1)
        self.assertIsNone(fax._provider_cover())
        self.keyed.cover_by = "us"
        composer = self.compose_there()
        self.assertFalse(composer.cover_lines)
        fax = self.press_send(composer)
        self.assertEqual((fax.document_id.pages, fax.pages), (2, 2))
        self.assertIsNone(fax._provider_cover())

    def test_where_the_provider_draws_none(self):
        self.account.cover_by = "provider"
        self.assertFalse(self.account.draws_cover)
        fax = self.send(has_cover=True)
        self.assertEqual((fax.document_id.pages, fax.pages), (2, 2))
        self.assertIsNone(fax._provider_cover())

    def test_frozen_when_composed(self):
        """What the account is set to later changes no fax that was made before."""
        composer = self.compose_there()
        fax = self.press_send(composer)
        self.keyed.cover_by = "us"
        self.assertTrue(fax._provider_cover())
        self.assertEqual(fax.pages, 2)

    def test_counts_within_the_limit(self):
        self.keyed.page_limit = 1
        self.assertIn("error", self.compose_there().action_preview())
        preview = self.compose_there(has_cover=False).action_preview()
        self.assertNotIn("error", preview)

    def test_a_language_that_is_not_installed(self):
        composer = self.compose_there()
        for lang in ("xx_XX", "nonsense", False):
            composer.recipients = [{**composer.recipients[0], "lang": lang}]
            with self.subTest(lang=lang):
                self.assertIn(
                    "Phone", composer._cover_of(composer.recipients[0])[0].notes
                )

    def test_the_button_that_sends_again(self):
        composer = self.compose_there(self.long)
        shorter = {**composer.recipients[0], "cover_recipient": LONG}
        composer.recipients = [shorter]
        fax = self.press_send(composer)
        self.set_state(fax, "failed", failure_kind="busy")
        action = fax.with_user(self.user).action_resend()
        again = self.env["fax.message"].browse(action["params"]["message_ids"])
        self.assertEqual((again.document_id, again.pages), (fax.document_id, 2))
        self.assertEqual(again._provider_cover(), fax._provider_cover())
        self.assertEqual(again._provider_cover().recipient_name, LONG)

    def test_sent_again(self):
        """The cover goes along, and counts whatever the caller counted."""
        fax = self.press_send(self.compose_there())
        values = {
            "company_id": self.company.id,
            "account_id": self.keyed.id,
            "number_id": self.drawn.id,
            "user_id": self.user.id,
            "partner_name": "Dr Other",
            "number": "+15145550196",
            "document_id": fax.document_id.id,
            "pages": 1,
            "has_cover": True,
            "resend_of_id": fax.id,
        }
        again = self.env["fax.message"]._new(values)
        self.assertEqual(again.pages, 2)
        self.assertEqual(again._provider_cover().recipient_name, "Dr Other")
        self.set_state(again, "cancelled")
        self.env.flush_all()
        bare = self.env["fax.message"]._new({**values, "has_cover": False})
        self.assertEqual(bare.pages, 1)
        self.assertIsNone(bare._provider_cover())

    def test_the_providers_copy_keeps_its_cover(self):
        """So it is not sent again to somebody else from there."""
        fax = self.press_send(self.compose_there())
        self.run_queue()
        copied = fax.copy_data()[0]
        for name, expected in (("Dr Ann Lee", True), ("Dr Other", False)):
            values = {**copied, "partner_name": name, "resend_of_id": fax.id}
            again = self.env["fax.message"]._new(values)
            again._set_queued()
            attempt = self.env["fax.attempt"].create(again._prepare_attempt())
            with self.subTest(name=name), self.resending():
                self.assertEqual(bool(attempt._resendable_id()), expected)
            attempt.state = "over"
            self.set_state(again, "cancelled")
            self.env.flush_all()

    def resending(self):
        """The provider keeps what it was sent."""
        able = replace(KeyProvider.capabilities, resend=True)
        return patch.object(KeyProvider, "capabilities", able)
