import json
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import FaxHttpCommon, RpcError
from .key_provider import GOOD_KEY, OTHER_KEY, SECRETS, WRONG_KEY, KeyCase


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
