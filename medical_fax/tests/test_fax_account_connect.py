import json
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import guard
from ..providers import AccountInfo, FailureKind, ProviderError
from ..tools import quiet
from .common import MANAGER, FaxCommon
from .key_provider import (
    GOOD_KEY,
    OTHER_KEY,
    SECRETS,
    WRONG_KEY,
    KeyCase,
    KeyProvider,
)


@tagged("post_install", "-at_install")
class TestConnect(KeyCase, FaxCommon):
    def test_the_form(self):
        form = self.keyed.with_user(self.manager).connect_form()
        self.assertEqual(form["steps"], ["Sign up.", "Make a key."])
        self.assertEqual(form["sign_up_url"], "https://example.com/sign-up")
        key, user = form["credentials"]
        self.assertEqual((key["name"], key["secret"]), ("api_key", True))
        self.assertFalse(user["required"])
        self.assertEqual(form["settings"][0]["value"], "https://one.example.com")
        self.connect(base_url="https://two.example.com")
        form = self.keyed.with_user(self.manager).connect_form()
        self.assertEqual(form["settings"][0]["value"], "https://two.example.com")
        self.assertNotIn(GOOD_KEY, json.dumps(form))

    def test_a_right_key(self):
        told = self.connect(f"  {GOOD_KEY}\n", speed="fast")
        credentials, settings = self.service.seen[0]
        self.assertEqual(credentials["api_key"], GOOD_KEY)
        self.assertEqual(settings["speed"], "fast")
        self.assertEqual(settings["read_seconds"], 10)
        keyed = self.keyed.with_user(self.manager)
        self.assertEqual(keyed.state, "connected")
        self.assertEqual(keyed.credentials_hint, "4f2a")
        self.assertEqual(keyed.credentials_set_by_id, self.manager)
        self.assertIn("4f2a", keyed.key_words)
        self.assertIn(self.manager.name, keyed.key_words)
        self.assertTrue(keyed.sudo().home)
        self.assertFalse(keyed.is_away)
        self.assertNotIn(GOOD_KEY, json.dumps(told))
        client = keyed._provider()
        self.assertEqual(client.credentials["api_key"], GOOD_KEY)
        self.assertEqual(client.credentials["callback_password"], told["password"])
        self.assertEqual(client.settings["speed"], "fast")

    def test_a_wrong_key(self):
        with self.assertRaises(UserError) as caught:
            self.connect(WRONG_KEY)
        words = str(caught.exception)
        self.assertIn("does not accept this key", words)
        self.assertIn("401", words)
        self.assertNotIn("0199", words)
        self.assertNotIn(WRONG_KEY, words)
        self.assertIsNone(caught.exception.__cause__)
        self.assertNothingKept()

    def assertNothingKept(self):
        self.assertEqual(self.keyed.state, "disconnected")
        for name in (*SECRETS, "credentials_hint", "credentials_set_on", "settings"):
            self.assertFalse(self.keyed[name], name)

    def test_each_trouble_has_its_advice(self):
        for kind, code, words in (
            (FailureKind.ACCOUNT_INACTIVE, "403", "plan has ended"),
            (FailureKind.PROVIDER_UNAVAILABLE, "connect", "cannot be reached"),
            (FailureKind.PROVIDER_UNAVAILABLE, "base_url", "https://"),
            (FailureKind.RATE_LIMITED, "429", "Wait a minute"),
            (FailureKind.UNKNOWN, None, "do not understand"),
        ):
            self.service.error = ProviderError(kind, proven_not_sent=True, code=code)
            with self.subTest(kind=kind, code=code):
                with self.assertRaisesRegex(UserError, words):
                    self.connect()
        self.assertNothingKept()

    def test_nothing_is_written_before_the_provider_has_answered(self):
        writes = []
        execute = type(self.env.cr).execute

        def noting(cr, query, *args, **kwargs):
            text = getattr(query, "code", query)
            if text.lstrip().upper().startswith(("UPDATE", "INSERT", "DELETE")):
                writes.append(text)
            return execute(cr, query, *args, **kwargs)

        def verify(client):
            self.assertFalse(writes)
            return AccountInfo()

        self.env.flush_all()
        with patch.object(type(self.env.cr), "execute", noting):
            with patch.object(KeyProvider, "verify", verify):
                self.connect()
        self.assertTrue(writes, "the writing is seen")

    def test_a_secret_is_in_no_statement_that_is_quoted(self):
        """Odoo logs a statement that fails, with its values."""
        loud = []
        execute = type(self.env.cr).execute

        def listening(cr, query, *args, **kwargs):
            if GOOD_KEY.encode() in cr.mogrify(query, *args[:1]):
                loud.append(quiet._spoken(None))
            return execute(cr, query, *args, **kwargs)

        with patch.object(type(self.env.cr), "execute", listening):
            self.connect()
            self.env.flush_all()
        self.assertEqual(loud, [False])

    def test_what_is_typed_is_checked(self):
        for values in (
            {"api_key": ""},
            {"api_key": "  "},
            {"api_key": None},
            {"api_key": ["x"]},
            {"api_key": "x" * 5000},
            {"api_key": GOOD_KEY, "speed": "warp"},
            None,
            [],
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                self.keyed.with_user(self.manager).connect(values)
        self.assertFalse(self.service.seen, "the provider was not asked")
        self.connect(GOOD_KEY, unknown="x", read_seconds="999")
        self.assertNotIn("unknown", self.service.seen[0][1])
        self.assertEqual(self.service.seen[0][1]["read_seconds"], 10)

    def test_a_short_secret_shows_nothing_of_itself(self):
        self.service.keys.add("secret")
        self.connect("secret")
        self.assertFalse(self.keyed.credentials_hint)
        self.assertIn("Entered by", self.keyed.key_words)

    def test_one_key_one_account(self):
        self.connect()
        second = self.new_keyed("Second", self.other_company)
        with self.assertRaisesRegex(UserError, "Keyed account"):
            self.connect(account=second, user=self.stranger)
        self.assertEqual(second.state, "disconnected")
        self.keyed.active = False
        with self.assertRaisesRegex(UserError, "Keyed account"):
            self.connect(account=second, user=self.stranger)
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            with self.env.cr.savepoint():
                second.credentials_digest = self.keyed.credentials_digest
                second.flush_recordset()
        self.connect()  # again on the same one
        self.keyed.action_disconnect()
        self.connect(account=second, user=self.stranger)
        self.assertEqual(second.state, "connected")

    def test_another_key(self):
        """A wrong one leaves the right one in its place."""
        first = self.connect()
        with self.assertRaises(UserError):
            self.connect(WRONG_KEY)
        self.assertEqual(self.keyed._provider().credentials["api_key"], GOOD_KEY)
        self.assertEqual(self.keyed.state, "connected")
        second = self.connect(OTHER_KEY)
        self.assertEqual(self.keyed.credentials_hint, "9b1c")
        self.assertEqual(first, second, "what stands at the provider goes on")

    def test_the_button(self):
        """Training needs a click, a key is asked for, a failed key is tried again."""
        keyed = self.keyed.with_user(self.manager)
        action = keyed.action_connect()
        self.assertEqual(action["tag"], "medical_fax.connect")
        self.assertFalse(self.service.seen)
        self.connect()
        guard.opened(self.keyed).write({"state": "failing"})
        self.assertTrue(keyed.action_connect())
        self.assertEqual(keyed.state, "connected")
        guard.opened(self.keyed).write({"state": "failing"})
        self.service.keys.clear()
        with self.assertRaises(UserError):
            keyed.action_connect()
        self.assertEqual(keyed.state, "failing")
        self.use_training()
        self.assertEqual(self.account.state, "connected")

    def test_disconnect(self):
        self.connect(base_url="https://two.example.com")
        self.keyed.with_user(self.manager).action_disconnect()
        for name in ("credentials", "credentials_digest", "credentials_hint"):
            self.assertFalse(self.keyed[name])
        self.assertFalse(self.keyed.key_words)
        self.assertEqual(self.keyed.state, "disconnected")
        self.assertTrue(self.keyed.callback_token)

    def test_disconnect_says_how_many_wait(self):
        faxes = [self.send() for _each in range(3)]
        self.set_state(faxes[0], "submitted")
        account = self.account.with_user(self.manager)
        action = account.action_ask_disconnect()
        self.assertEqual(action["params"]["waiting"], 2)
        self.assertEqual(action["params"]["under_way"], 1)
        self.assertEqual(self.account.state, "connected")

    def test_held_faxes_go_on_when_connected_again(self):
        fax = self.send()
        self.account.action_disconnect()
        self.run_queue()
        self.assertEqual(fax.state, "held")
        self.account.action_connect()
        self.run_queue()
        self.assertEqual(fax.state, "submitted")

    def test_connected_in_another_database_before(self):
        """What waits in a copy may have left from the original."""
        self.connect()
        self.keyed.action_disconnect()
        fax = self.send()
        guard.opened(fax).write({"account_id": self.keyed.id})
        self.connect()
        self.assertEqual(fax.state, "queued")
        self.keyed.action_disconnect()
        self.keyed.home = "elsewhere"
        self.connect()
        self.assertEqual(fax.state, "held")
        self.assertEqual(fax.hold_kind, "overdue")
        self.assertFalse(self.keyed.is_away)
        self.keyed.home = "elsewhere"
        with self.assertRaises(UserError):
            self.keyed.action_connect()

    def test_another_provider_forgets_the_key(self):
        self.connect(base_url="https://two.example.com")
        self.keyed.with_user(self.manager).code = "loopback"
        self.assertEqual(self.keyed.state, "disconnected")
        for name in ("credentials", "credentials_digest", "settings"):
            self.assertFalse(self.keyed[name], name)

    def test_trouble_is_kept_for_the_administrator(self):
        self.connect()
        error = ProviderError(
            FailureKind.CREDENTIALS,
            proven_not_sent=True,
            code="401",
            text=f"{GOOD_KEY} of (514) 555-0199 refused",
        )
        self.keyed._note_trouble(error)
        self.assertEqual(self.keyed.state, "failing")
        self.assertIn("401", self.keyed.last_error)
        self.assertIn("refused", self.keyed.last_error)
        self.assertNotIn(GOOD_KEY, self.keyed.last_error)
        self.assertNotIn("555", self.keyed.last_error)
        with self.assertRaises(AccessError):
            self.keyed.with_user(self.manager).read(["last_error"])
        self.connect()
        self.assertFalse(self.keyed.last_error)
        self.assertFalse(self.keyed.activity_ids)

    def test_only_managers_of_the_company(self):
        self.connect()
        for user in self.user | self.plain | self.stranger:
            account = self.keyed.with_user(user)
            for method, args in (
                ("connect_form", []),
                ("connect", [{"api_key": GOOD_KEY}]),
                ("callback_form", []),
                ("action_probe_callback", []),
                ("disconnect_form", []),
                ("action_connect", []),
                ("action_enter_key", []),
                ("action_view_callback", []),
                ("action_ask_disconnect", []),
                ("action_disconnect", []),
            ):
                with self.subTest(user=user.login, method=method):
                    with self.assertRaises(UserError):
                        getattr(account, method)(*args)
        self.assertEqual(self.keyed.state, "connected")
        self.assertEqual(len(self.service.seen), 1)


@tagged("post_install", "-at_install")
class TestManagersOfSeveral(KeyCase, FaxCommon):
    def test_a_manager_of_two_companies(self):
        both = self.new_user("t_fax_both", MANAGER)
        both.company_ids |= self.other_company
        account = self.new_keyed("Elsewhere", self.other_company).with_user(both)
        with self.assertRaises(AccessError):
            account.with_context(allowed_company_ids=self.company.ids).connect_form()
        companies = self.company.ids + self.other_company.ids
        account = account.with_context(allowed_company_ids=companies)
        self.assertTrue(account.connect_form())
        self.connect(account=account, user=both)
        self.assertEqual(account.credentials_set_on.date(), fields.Date.today())
