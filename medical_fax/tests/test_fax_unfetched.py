from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..providers import FailureKind, ProviderError
from ..tools import waits
from . import samples
from .common import FaxCommon
from .inbox_common import SENDER, InboxMixin

GONE = ProviderError(FailureKind.PROVIDER_UNAVAILABLE, proven_not_sent=True)
UNFETCHED = "odoo.addons.medical_fax.models.fax_unfetched"


@tagged("post_install", "-at_install")
class TestUnfetched(InboxMixin, FaxCommon):
    """A fax whose pages the provider cannot give is not lost."""

    def look(self):
        with mute_logger(UNFETCHED):
            return super().look()

    def waiting(self):
        return self.env["fax.unfetched"].search([("account_id", "=", self.account.id)])

    def missed(self, content=GONE, hours=5, **values):
        """A fax that was asked for in vain for so long; returns the provider's id."""
        provider_id = self.offer(content, pages=3, **values)
        self.look()
        waiting = self.waiting().filtered(lambda w: w.provider_id == provider_id)
        waiting.missed_at -= timedelta(hours=hours)
        self.look()
        return provider_id

    def row(self, provider_id):
        return self.inbox().filtered(lambda m: m.inbound_id == provider_id)

    def test_it_becomes_a_row_after_a_while(self):
        contact = self.new_contact("City lab", SENDER)
        provider_id = self.offer(GONE, pages=3)
        for _look in range(3):
            self.look()
        self.assertFalse(self.inbox(), "it is asked for again first")
        self.waiting().missed_at -= timedelta(hours=3, minutes=59)
        self.look()
        self.assertFalse(self.inbox())
        self.waiting().missed_at -= timedelta(minutes=1)
        for _look in range(3):
            self.look()
        fax = self.row(provider_id)
        self.assertEqual(len(fax), 1)
        self.assertEqual((fax.state, fax.pages), ("received", 3))
        self.assertEqual((fax.number, fax.contact_id), (SENDER, contact))
        self.assertEqual(fax.number_id, self.private_number)
        self.assertFalse(fax.document_id or fax.file_ids)
        self.assertEqual(fax.file_error, "unfetched")
        self.assertEqual(
            fax.state_words, "Received (The provider could not give the pages.)"
        )
        self.assertTrue(fax.needs_attention)
        shown = fax.with_user(self.user).get_inbox()
        self.assertIn(fax.id, [row["id"] for row in shown])

    def test_pages_that_come_after_all(self):
        fax = self.row(self.missed())
        fax.told_at = waits.now()
        content = samples.pdf("After all", "Two")
        self.provider.files[fax.inbound_id] = content
        self.look()
        self.look()
        self.assertEqual(self.inbox(), fax)
        self.assertEqual((fax.state, fax.pages), ("received", 2))
        self.assertEqual(fax.document_id._content(), content)
        self.assertFalse(fax.file_error or fax.file_error_words)
        self.assertEqual(len(fax.file_ids), 1)
        self.assertEqual(fax.file_ids._bytes(), content)
        self.assertFalse(fax.told_at, "somebody is told that they are here")
        self.assertFalse(self.waiting())
        self.assertEqual(fax.sudo().received_text.split(), ["After", "all", "Two"])

    def test_missed_by_one_while_another_has_it(self):
        """Who comes too late does not have it asked for again, for a month."""
        provider_id = self.offer(samples.pdf("Here"))
        self.look()
        received = self.provider.listed[0]
        self.env["fax.unfetched"]._note(self.account, received)
        self.assertFalse(self.waiting())
        self.assertEqual(self.row(provider_id).state, "received")

    def test_a_bad_file_that_comes_after_all(self):
        fax = self.row(self.missed())
        self.provider.files[fax.inbound_id] = b"MZ"
        self.look()
        self.assertEqual(fax.file_error, "unsupported_type")
        self.assertEqual(fax.file_ids._bytes(), b"MZ")
        self.assertFalse(self.waiting())

    def test_they_come_though_it_is_not_listed_any_more(self):
        early = self.offer(GONE)
        self.look()
        late = self.missed()
        self.provider.listed.clear()
        for provider_id in (early, late):
            self.provider.files[provider_id] = samples.pdf("After all")
        self.look()
        self.assertEqual(len(self.inbox()), 2)
        self.assertTrue(all(fax.document_id for fax in self.inbox()))
        self.assertEqual(set(self.inbox().mapped("number")), {SENDER})

    def test_they_are_pushed_meanwhile(self):
        fax = self.row(self.missed())
        hint = self.push(samples.pdf("Pushed"), provider_id=fax.inbound_id)
        for _time in range(2):
            self.env["fax.message"]._receive_pushed(self.account, [hint])
        self.assertEqual(self.inbox(), fax)
        self.assertEqual(len(fax.file_ids), 1)
        self.assertTrue(fax.document_id)
        self.assertFalse(self.waiting())

    def test_somebody_has_dealt_with_it_meanwhile(self):
        """Pages that nobody has seen come back to the inbox."""
        away, filed, blocked = (
            self.row(self.missed(sender=sender))
            for sender in (SENDER, SENDER, "+15145550177")
        )
        away.with_user(self.user).action_put_away()
        filed.with_user(self.user).action_file(self.patient.id)
        blocked.with_user(self.user).action_block_sender("Advertising")
        self.assertEqual(filed.state, "filed")
        for fax in away | filed | blocked:
            self.provider.files[fax.inbound_id] = samples.pdf("After all")
        self.look()
        self.assertEqual(away.state, "received")
        self.assertEqual(filed.state, "received")
        self.assertEqual(filed._pages_left(), [0])
        self.assertEqual(blocked.state, "blocked")
        self.assertTrue(blocked.document_id)

    def test_asked_for_less_and_less_often(self):
        self.set_wait("fetch_first_seconds", 60)
        provider_id = self.offer(GONE)
        self.look()
        self.look()
        self.assertEqual(self.provider.fetched, [provider_id], "not each minute")
        waiting = self.waiting()
        pauses = []
        for _try in range(8):
            now = waits.now()
            waiting.next_at = now - timedelta(seconds=1)
            self.look()
            pauses.append(round((waiting.next_at - now).total_seconds() / 60))
        self.assertEqual(pauses, [2, 4, 8, 16, 32, 60, 60, 60])
        waiting.missed_at -= timedelta(days=31)
        waiting.next_at = waits.now() - timedelta(seconds=1)
        self.look()
        self.assertFalse(waiting.next_at, "after 30 days a person asks for it")
        self.assertTrue(self.row(provider_id))

    def test_fetch_again(self):
        self.set_wait("fetch_first_seconds", 3600)
        provider_id = self.offer(GONE)
        self.look()
        self.waiting().missed_at -= timedelta(hours=5)
        self.waiting().next_at = waits.now() - timedelta(seconds=1)
        self.look()
        fax = self.row(provider_id)
        self.provider.files[provider_id] = samples.pdf("After all")
        self.look()
        self.assertFalse(fax.document_id, "not before its time")
        for user in (self.colleague, self.stranger, self.plain):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                fax.with_user(user).action_fetch_again()
        fax.with_user(self.user).action_fetch_again()
        self.look()
        self.assertTrue(fax.document_id)
        with self.assertRaises(UserError):
            fax.with_user(self.user).action_fetch_again()

    def test_a_bug_in_the_providers_client(self):
        """It keeps no other fax from coming in, and loses none."""
        provider_id = self.offer(KeyError("+15145550190"))
        other = self.offer()
        with self.assertLogs(UNFETCHED, "ERROR") as logs:
            self.run_cron("ir_cron_fax_receive")
        self.assertNotIn("5550190", "".join(logs.output))
        self.assertTrue(self.row(other))
        self.assertEqual(self.waiting().provider_id, provider_id)

    def test_a_bug_in_looking_at_it(self):
        with patch(
            "odoo.addons.medical_fax.models.fax_message_inbound.arrive",
            side_effect=RuntimeError("planted"),
        ):
            fax = self.receive()
        self.assertEqual((fax.state, fax.file_error), ("received", "crashed"))
        self.assertEqual(fax.file_ids._bytes(), self.provider.files[fax.inbound_id])

    def test_one_that_cannot_be_stored(self):
        """As a bug of ours would have it: it is tried again after it has left the
        list, and stands there without its pages at last."""
        messages = type(self.env["fax.message"])
        prepare = messages._prepare_pages

        def failing(records, account, fetched):
            if fetched.content:
                raise KeyError("planted")
            return prepare(records, account, fetched)

        with (
            patch.object(messages, "_prepare_pages", failing),
            mute_logger("odoo.addons.medical_fax.models.fax_message_queue"),
        ):
            provider_id = self.missed(samples.pdf("Well"))
        self.assertEqual(self.row(provider_id).file_error, "unfetched")
        self.provider.listed.clear()
        self.look()
        self.assertTrue(self.row(provider_id).document_id)

    def test_looks_reach_back_to_the_last_one(self):
        """However long the server was off: what came in meanwhile is listed."""
        asked = []
        listing = self.provider.list_received

        def list_received(provider, since):
            asked.append(since)
            return listing(provider, since)

        with patch.object(self.provider, "list_received", list_received):
            self.look()
            pace = self.env["fax.account.pace"].search(
                [("account_id", "=", self.account.id), ("kind", "=", "receive")]
            )
            off = waits.now() - timedelta(days=9)
            pace.looked_at = off
            self.look()
            with patch.object(self.provider, "list_received", side_effect=GONE):
                pace.looked_at = off
                self.look()
            self.assertEqual(pace.looked_at, off, "a look that failed saw nothing")
        now = datetime.now(timezone.utc)
        self.assertEqual([(now - since).days for since in asked], [2, 11])
