from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..providers import FailureKind, ProviderError
from ..providers.http import _note_date
from ..providers.values import AccountInfo
from .common import FaxCommon
from .fake_provider import FakeProvider


@tagged("post_install", "-at_install")
class TestEverything(FaxCommon):
    """One button tries all that an account needs, and says what to do."""

    def setUp(self):
        super().setUp()
        for name in ("send", "poll", "receive"):
            self.cron(name).lastcall = fields.Datetime.now()

    def cron(self, name):
        return self.env.ref(f"medical_fax.ir_cron_fax_{name}")

    def open_test(self, user=None):
        account = self.account.with_user(user or self.manager)
        action = account.action_test_all()
        return (
            self.env[action["res_model"]]
            .with_user(user or self.manager)
            .browse(action["res_id"])
        )

    def lines(self):
        return {
            line.name: (line.result, line.text) for line in self.open_test().line_ids
        }

    def answering(self, ahead=None, error=None):
        """Let the provider answer with a clock that is so much ahead (seconds)."""

        def verify(provider):
            if ahead is not None:
                at = datetime.now(timezone.utc) + timedelta(seconds=ahead)
                _note_date({"Date": format_datetime(at, usegmt=True)})
            if error:
                raise error
            return AccountInfo()

        return patch.object(FakeProvider, "verify", verify)

    def test_all_is_well(self):
        with self.answering(ahead=1):
            lines = self.lines()
        self.assertEqual({result for result, _text in lines.values()}, {"ok"})
        names = ["Signing in", "Clock", "Sending", "Asking how faxes went"]
        self.assertEqual(list(lines), [*names, "A number to fax from"])

    def test_refused(self):
        error = ProviderError(FailureKind.CREDENTIALS, proven_not_sent=True, code="401")
        with self.answering(error=error):
            result, text = self.lines()["Signing in"]
        self.assertEqual(result, "fail")
        self.assertIn("does not accept this key", text)
        self.assertEqual(self.account.state, "connected", "it only reads")

    def test_clocks(self):
        for ahead, result, words in (
            (None, "none", "does not tell its time"),
            (-10, "ok", "agree"),
            (-120, "warn", "2 minutes ahead of"),
            (900, "fail", "15 minutes behind"),
        ):
            with self.subTest(ahead=ahead), self.answering(ahead=ahead):
                found = self.lines()["Clock"]
                self.assertEqual(found[0], result)
                self.assertIn(words, found[1])

    def test_scheduled_actions(self):
        self.cron("send").lastcall -= timedelta(hours=1)
        self.cron("poll").active = False
        lines = self.lines()
        self.assertEqual(lines["Sending"][0], "fail")
        self.assertIn("max_cron_threads", lines["Sending"][1])
        self.assertEqual(lines["Asking how faxes went"][0], "fail")
        self.assertIn("switched off", lines["Asking how faxes went"][1])

    def test_only_what_the_provider_can(self):
        self.assertNotIn("Fetching received faxes", self.lines())
        self.assertNotIn("Calls from the provider", self.lines())
        self.account.code = "documo"
        self.account.sudo().state = "connected"
        self.account._set_home()
        self.account._make_callback_secrets()
        self.account.callback_base_url = "https://fax.invalid"
        probe = {"arrived": False, "text": "Nothing answers."}
        with (
            patch.object(
                type(self.account), "_verifier", lambda account: FakeProvider()
            ),
            patch.object(
                type(self.account), "action_probe_callback", lambda account: probe
            ),
        ):
            lines = self.lines()
        self.assertEqual(lines["Calls from the provider"][0], "warn")
        self.assertIn(
            "Nothing answers. Until then we ask", lines["Calls from the provider"][1]
        )
        self.assertIn("Fetching received faxes", lines)

    def test_no_number(self):
        self.account.number_ids.active = False
        self.assertEqual(self.lines()["A number to fax from"][0], "fail")
        test = self.open_test()
        test.number_typed = "+15145550190"
        with self.assertRaisesRegex(UserError, "number to fax from"):
            test.action_send_page()

    def test_a_page_through_the_queue(self):
        test = self.open_test()
        test.own_number_id = self.private_number
        test.action_send_page()
        self.run_queue()
        (request,) = self.fake.submitted
        self.assertEqual((request.to, request.pages), (self.private_number.number, 1))
        self.assertEqual(test.message_id.state, "submitted")
        self.assertTrue(test.message_words)
        with self.assertRaisesRegex(UserError, "already"):
            test.action_send_page()
        self.fake.deliver(test.message_id.sudo().attempt_ids)
        self.run_queue()
        test.action_arrived()
        self.assertEqual(test.answer, "arrived")
        said = self.account.message_ids[0].body
        self.assertIn(test.message_id.name, said)
        self.assertIn("It arrived", said)
        self.assertNotIn("0171", said, "no number")

    def test_a_number_that_must_not_be_dialled(self):
        test = self.open_test()
        test.number_typed = "+33142685300"
        with self.assertRaises(UserError):
            test.action_send_page()
        self.assertFalse(test.message_id)

    def test_who_may(self):
        test = self.open_test()
        for user in (self.user, self.denied, self.plain, self.stranger):
            with self.subTest(user=user.login):
                with self.assertRaises(UserError):
                    self.account.with_user(user).action_test_all()
                for action in ("action_send_page", "action_arrived", "action_refresh"):
                    with self.assertRaises(UserError):
                        getattr(test.with_user(user), action)()

    def test_what_was_found_is_not_written(self):
        test = self.open_test()
        fax = self.send()
        for values in ({"message_id": fax.id}, {"answer": "arrived"}):
            with self.assertRaises(UserError):
                test.write(values)
        with self.assertRaises(AccessError):
            test.create({"account_id": self.account.id})
        with self.assertRaises(AccessError):
            test.line_ids[0].text = "Good"
