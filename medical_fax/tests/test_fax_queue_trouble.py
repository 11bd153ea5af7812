from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..providers import FailureKind, ProviderError
from ..tools import waits
from .common import FaxCommon

LOOK = "odoo.addons.medical_fax.models.fax_attempt_look"


@tagged("post_install", "-at_install")
class TestTrouble(FaxCommon):
    """Trouble with one fax does not stop the others."""

    def setUp(self):
        super().setUp()
        self.faxes = self.send(recipients=self.lee | self.rossi | self.pharmacy)
        self.bad = self.faxes[0]

    def failing(self, model, method, applies):
        """Patch a method so that it fails for the bad fax."""
        original = getattr(type(self.env[model]), method)

        def patched(records, *args, **kwargs):
            if applies(records):
                raise ValueError("Trouble with +15145550190")
            return original(records, *args, **kwargs)

        return patch.object(type(self.env[model]), method, patched)

    def run_in_trouble(self):
        with self.assertLogs("odoo.addons.medical_fax", "ERROR") as logs:
            self.run_queue()
        self.assertNotIn("5550190", "".join(logs.output), "no number in the log")

    def test_in_the_claim(self):
        with self.failing("fax.message", "_claim", lambda m: m.id == self.bad.id):
            self.run_in_trouble()
            self.assertEqual(set(self.faxes[1:].mapped("state")), {"submitted"})
            self.assertEqual(len(self.fake.submitted), 2)
            # It is put aside, and does not come up again every minute.
            self.assertEqual(self.bad.state, "held")
            self.assertTrue(self.bad.hold_reason)

    def test_when_an_answer_is_recorded(self):
        """The answer is lost, so the fax is unclear, and not sent again."""
        bad = self.bad.id
        with self.failing(
            "fax.attempt", "_record_accepted", lambda a: a.message_id.id == bad
        ):
            self.run_in_trouble()
        self.assertEqual(len(self.fake.submitted), 3)
        self.assertEqual(set(self.faxes[1:].mapped("state")), {"submitted"})
        self.assertEqual(self.bad.state, "submitting")
        self.bad.attempt_ids.lease_until = waits.now() - timedelta(seconds=2)
        with mute_logger(LOOK):
            self.run_queue()
        self.assertEqual(self.bad.state, "uncertain")
        self.assertEqual(len(self.fake.submitted), 3)

    def test_when_a_note_cannot_be_kept_up(self):
        bad = self.bad.id
        with self.failing("fax.message", "_update_notes", lambda m: m.id == bad):
            self.run_in_trouble()
        self.assertEqual(set(self.faxes[1:].mapped("state")), {"submitted"})
        self.assertLessEqual(len(self.fake.submitted), 3)

    def test_when_a_status_is_recorded(self):
        self.run_queue()
        self.fake.deliver(*self.faxes.attempt_ids)
        bad = self.bad.id
        with self.failing(
            "fax.attempt", "_record_status", lambda a: a.message_id.id == bad
        ):
            self.run_in_trouble()
        self.assertEqual(set(self.faxes[1:].mapped("state")), {"delivered"})
        self.assertEqual(self.bad.state, "submitted")
        self.run_queue()
        self.assertEqual(self.bad.state, "delivered")

    def test_in_another_account(self):
        """An account whose provider cannot be asked does not keep the others."""
        self.run_queue()
        other = self.env["fax.account"].create(
            {"name": "Second", "code": "fake", "company_id": self.company.id}
        )
        other.action_connect()
        self.bad.attempt_ids.account_id = other
        self.fake.deliver(*self.faxes[1:].attempt_ids)
        fetch_status = self.fake.fetch_status
        bad_id = self.bad.attempt_ids.provider_id

        for error in (
            ProviderError(FailureKind.PROVIDER_UNAVAILABLE, proven_not_sent=True),
            KeyError("+15145550190"),
        ):

            def answer(ids, error=error):
                ids = list(ids)
                if bad_id in ids:
                    raise error
                return fetch_status(ids)

            with self.subTest(error=type(error).__name__):
                self.fake.fetch_status = answer
                with self.assertLogs("odoo.addons.medical_fax", "WARNING") as logs:
                    self.run_cron("ir_cron_fax_poll")
                self.assertNotIn("5550190", "".join(logs.output))
                self.assertEqual(set(self.faxes[1:].mapped("state")), {"delivered"})
                self.assertEqual(self.bad.state, "submitted")
