from unittest.mock import patch

from odoo.tests import tagged

from ..document import Limits
from .common import FaxCommon
from .hostile_files import HOSTILE
from .inbox_common import INBOUND, InboxMixin

# As in production, but for the two that would take all of their 90 seconds.
LIMITS = Limits(child_seconds=3)


@tagged("post_install", "-at_install")
class TestReceivedHostile(InboxMixin, FaxCommon):
    """Whatever comes in: a row with its sender, the reason, and the file kept aside."""

    def test_all_of_them(self):
        files = {}
        for number, (name, (_codes, make)) in enumerate(HOSTILE.items()):
            sender = f"+1514555{1000 + number}"
            files[self.offer(make(), sender=sender)] = (name, sender)
        good = self.offer()
        with patch(f"{INBOUND}.Limits", return_value=LIMITS):
            self.look()
        faxes = {fax.inbound_id: fax for fax in self.inbox()}
        self.assertEqual(set(faxes), {*files, good}, "none is lost")
        self.assertEqual(len(self.inbox()), len(faxes), "none is here twice")
        self.assertTrue(faxes[good].document_id)
        rows = {r["id"]: r for r in faxes[good].with_user(self.user).get_inbox()}
        for provider_id, (name, sender) in files.items():
            fax, codes = faxes[provider_id], HOSTILE[name][0]
            content = self.provider.files[provider_id]
            with self.subTest(name=name):
                self.assertEqual((fax.state, fax.number), ("received", sender))
                self.assertIn(
                    fax.file_error, codes if type(codes) is tuple else (codes,)
                )
                self.assertTrue(fax.file_error_words)
                self.assertIn(fax.file_error_words, fax.state_words)
                self.assertFalse(fax.document_id)
                self.assertEqual(fax.file_ids._bytes(), content)
                self.assertEqual(rows[fax.id]["number"], fax.number_display)
                self.assertEqual(rows[fax.id]["error"], fax.file_error_words)
