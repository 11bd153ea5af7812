import json
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import guard
from ..providers import AccountInfo, FailureKind, ProviderError
from .common import MANAGER, FaxCommon, FaxHttpCommon, RpcError
from .key_provider import GOOD_KEY, OTHER_KEY, WRONG_KEY, KeyProvider

SECRETS = ("credentials", "credentials_digest", "callback_token", "callback_password")


class KeyCase:
    """An account at a provider that wants a key, not connected yet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        installed = KeyProvider.installed()
        installed.start()
        cls.addClassCleanup(installed.stop)
        cls.keyed = cls.new_keyed("Keyed account")

    def setUp(self):
        super().setUp()
        self.service = KeyProvider.reset()

    @classmethod
    def new_keyed(cls, name, company=None):
        return cls.env["fax.account"].create(
            {"name": name, "code": "keyed", "company_id": (company or cls.company).id}
        )

    def connect(self, key=GOOD_KEY, account=None, user=None, **values):
        account = (account or self.keyed).with_user(user or self.manager)
        return account.connect({"api_key": key, **values})


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
class TestEnds(KeyCase, FaxCommon):
    """Trials and keys that end."""

    def ends_in(self, days, name="key_expires_at"):
        noon = datetime.now(timezone.utc).replace(hour=12)
        self.service.info = AccountInfo(**{name: noon + timedelta(days=days)})

    def check(self):
        guard.opened(self.keyed).checked_on = False
        self.run_cron("ir_cron_fax_account_check")

    def warnings(self):
        return self.keyed.activity_ids.filtered(lambda a: a.user_id == self.manager)

    def test_told_once_14_days_before(self):
        self.ends_in(15)
        self.connect()
        self.check()
        self.assertFalse(self.warnings())
        self.assertFalse(self.keyed.ends_soon)
        for name in ("key_expires_at", "trial_ends_at"):
            with self.subTest(name=name):
                self.ends_in(14, name)
                self.check()
                self.assertTrue(self.keyed.ends_soon)
                self.assertEqual(len(self.warnings()), 1)
                self.warnings().unlink()
                self.check()
                self.assertFalse(self.warnings(), "once")
        self.ends_in(3)
        self.check()
        self.assertEqual(len(self.warnings()), 1, "another end")
        self.ends_in(400)
        self.connect(OTHER_KEY)
        self.assertFalse(self.warnings(), "a new key ends the warning")
        self.assertFalse(self.keyed.ends_soon)

    def test_once_a_day(self):
        self.connect()
        self.run_cron("ir_cron_fax_account_check")
        self.assertEqual(len(self.service.seen), 1, "connecting was the day's check")
        self.check()
        self.run_cron("ir_cron_fax_account_check")
        self.assertEqual(len(self.service.seen), 2)

    def test_ended(self):
        self.ends_in(-1, "trial_ends_at")
        self.connect()
        self.check()
        self.assertEqual(self.keyed.state, "connected", "it still works: a plan?")
        self.service.error = ProviderError(
            FailureKind.ACCOUNT_INACTIVE, proven_not_sent=True, code="403"
        )
        self.check()
        self.assertEqual(self.keyed.state, "failing")
        self.assertIn("403", self.keyed.last_error)
        self.assertTrue(self.warnings())

    def test_not_reached_is_no_failing(self):
        self.ends_in(10)
        self.connect()
        self.service.error = ProviderError(
            FailureKind.PROVIDER_UNAVAILABLE, proven_not_sent=True, code="connect"
        )
        self.check()
        self.assertEqual(self.keyed.state, "connected")
        self.assertEqual(len(self.warnings()), 1)
        self.assertTrue(self.keyed.key_expires_on)

    def test_a_copy_asks_nobody(self):
        self.connect()
        self.keyed.home = "elsewhere"
        self.check()
        self.assertEqual(len(self.service.seen), 1)


@tagged("post_install", "-at_install")
class TestSecrets(KeyCase, FaxHttpCommon):
    """Secrets go in and never come out, whatever one's rights."""

    def setUp(self):
        super().setUp()
        self.connect()
        self.secrets = [
            GOOD_KEY,
            *(self.keyed[name] for name in SECRETS if name != "credentials"),
        ]
        self.admin = self.env.ref("base.user_admin")
        self.admin.company_ids |= self.company
        self.env.flush_all()

    def assertNoSecret(self, text):
        for secret in self.secrets:
            self.assertNotIn(secret, text)

    def ask(self, model, method, /, *args, **kwargs):
        """What a program is told, an error or not."""
        muted = ("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.models")
        with mute_logger(*muted):
            try:
                return json.dumps(self.call_kw(model, method, *args, **kwargs))
            except RpcError as error:
                return f"refused: {error}"

    def test_reading(self):
        for login in (self.user, self.manager, None):
            self.login(login) if login else self.authenticate("admin", "admin")
            ids = self.keyed.ids
            context = {"allowed_company_ids": self.company.ids}
            for name in SECRETS:
                first = [f"{name}:array_agg"]
                for method, args, kwargs in (
                    ("read", [ids, [name]], {}),
                    ("web_read", [ids, {name: {}}], {}),
                    ("search_read", [[("id", "in", ids)], [name]], {}),
                    ("web_search_read", [[("id", "in", ids)], {name: {}}], {}),
                    ("export_data", [ids, [name]], {}),
                    ("formatted_read_group", [[], [name], ["__count"]], {}),
                    ("formatted_read_group", [[], [], first], {}),
                    ("web_read_group", [[], [name]], {}),
                    ("search", [[(name, "!=", False)]], {}),
                    ("search", [[(name, "ilike", "a")]], {}),
                    ("search_count", [[(name, "like", "g%")]], {}),
                    ("search", [[]], {"order": name}),
                    ("onchange", [ids, {name: "x"}, [name], {name: {}}], {}),
                ):
                    with self.subTest(user=login, name=name, method=method, args=args):
                        said = self.ask(
                            "fax.account", method, *args, **kwargs, context=context
                        )
                        self.assertTrue(said.startswith("refused"), said[:300])
                        self.assertNoSecret(said)
            said = self.ask("fax.account", "read", ids, context=context)
            self.assertNoSecret(said)
            for method, args in (
                ("fields_get", []),
                ("default_get", [list(SECRETS)]),
                ("copy_data", [ids]),
                ("name_search", [""]),
            ):
                self.assertNoSecret(self.ask("fax.account", method, *args))

    def test_through_other_models(self):
        """A path to a secret says neither what it is nor whether it begins so."""
        self.new_number("+15145550177", account_id=self.keyed.id)
        self.authenticate("admin", "admin")
        context = {"allowed_company_ids": self.company.ids}
        for name in SECRETS:
            path = f"account_id.{name}"
            for method, args in (
                ("search", [[(path, "!=", False)]]),
                ("search", [[("account_id", "any", [(name, "!=", False)])]]),
                ("formatted_read_group", [[], [path], ["__count"]]),
                ("export_data", [self.number.ids, [f"account_id/{name}"]]),
            ):
                with self.subTest(name=name, method=method):
                    said = self.ask("fax.number", method, *args, context=context)
                    self.assertTrue(said.startswith("refused"), said[:300])
                    self.assertNoSecret(said)

    def test_writing(self):
        """Nobody writes one by hand: settings name where the key is sent."""
        self.authenticate("admin", "admin")
        context = {"allowed_company_ids": self.company.ids}
        evil = {"base_url": "https://evil.example.com"}
        for values in (
            {"credentials": {"api_key": "x"}},
            {"settings": evil},
            {"callback_token": "x"},
            {"callback_password": "x"},
            {"credentials_digest": "x"},
            {"key_expires_on": "2099-01-01"},
        ):
            for method, args in (
                ("write", [self.keyed.ids, values]),
                ("web_save", [self.keyed.ids, values, {}]),
            ):
                with self.subTest(values=values, method=method):
                    said = self.ask("fax.account", method, *args, context=context)
                    self.assertTrue(said.startswith("refused"), said)
            defaults = {f"default_{name}": value for name, value in values.items()}
            new = {"name": "New", "code": "keyed", "company_id": self.company.id}
            made = json.loads(
                self.ask(
                    "fax.account",
                    "create",
                    [{**new, **values}, new],
                    context={**context, **defaults},
                )
            )
            for account in self.env["fax.account"].browse(made):
                for name in values:
                    self.assertFalse(account[name], name)
        self.keyed.invalidate_recordset()
        self.assertEqual(self.keyed._provider().credentials["api_key"], GOOD_KEY)
        self.assertFalse((self.keyed.settings or {}).get("base_url") in evil.values())

    def test_import(self):
        accounts = self.env["fax.account"].with_user(self.manager)
        for name in (*SECRETS, "settings"):
            rows = [[str(self.keyed.id), '{"base_url": "https://evil.example.com"}']]
            result = accounts.load([".id", name], rows)
            self.assertTrue(result["messages"], name)
        self.assertEqual(self.keyed._provider().credentials["api_key"], GOOD_KEY)

    def test_not_in_log_or_mail(self):
        """Neither where it is right nor where it is wrong, nor where storing fails."""
        with self.assertLogs(level="DEBUG") as log:
            self.manager.group_ids |= self.env.ref("base.group_user")
            self.login(self.manager)
            values = {"api_key": OTHER_KEY}
            self.ask("fax.account", "connect", self.keyed.ids, values)
            self.ask("fax.account", "connect", self.keyed.ids, {"api_key": WRONG_KEY})
            with patch.object(
                type(self.keyed), "_set_connected", side_effect=ValueError("broken")
            ):
                values = {"api_key": GOOD_KEY}
                self.ask("fax.account", "connect", self.keyed.ids, values)
        logged = "\n".join(
            f"{record.getMessage()} {record.exc_text}" for record in log.records
        )
        self.secrets += [OTHER_KEY, WRONG_KEY]
        self.assertNoSecret(logged)
        self.keyed.action_disconnect()
        self.env.flush_all()
        self.env.cr.precommit.run()
        for model, names in (
            ("mail.message", ("body", "subject")),
            ("mail.tracking.value", ("old_value_char", "new_value_char")),
            ("mail.activity", ("summary", "note")),
        ):
            rows = self.env[model].search([]).read(list(names))
            self.assertNoSecret(json.dumps(rows, default=str))

    def test_who_sees_the_hint(self):
        for login, told in ((self.manager, True), (self.user, False)):
            self.login(login)
            said = self.ask("fax.account", "read", self.keyed.ids, ["key_words"])
            self.assertEqual("4f2a" in said, told)


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
