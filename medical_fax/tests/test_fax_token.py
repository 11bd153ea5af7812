from datetime import datetime, timedelta, timezone

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..providers.efax_tokens import Token
from .common import FaxCommon

NOW = datetime(2026, 11, 25, 12, 0, 0, 250000, tzinfo=timezone.utc)
TOKEN = Token(
    value="secret-1", owner="a", obtained_at=NOW, expires_at=NOW + timedelta(hours=1)
)


@tagged("post_install", "-at_install")
class TestTokens(FaxCommon):
    """Where clients keep a token that all workers share."""

    def setUp(self):
        super().setUp()
        mode = self.enter_registry_test_mode()
        mode.__enter__()
        self.addCleanup(mode.__exit__, None, None, None)
        self.store = self.env["fax.token"]._stores()("key")

    def test_the_last_one_put(self):
        self.assertIsNone(self.store.get())
        self.store.put(TOKEN)
        self.assertEqual(self.store.get(), TOKEN)
        busy = Token(**{**vars(TOKEN), "value": "secret-2", "busy_until": NOW})
        with self.store.lock(1):
            self.store.put(busy)
        self.assertEqual(self.store.get(), busy)
        self.assertIsNone(self.env["fax.token"]._stores()("another").get())

    def test_nobody_reads_it(self):
        self.store.put(TOKEN)
        tokens = self.env["fax.token"].search([])
        admin = self.env.ref("base.user_admin")
        for user in (self.user, self.manager, admin):
            with self.assertRaises(AccessError):
                tokens.with_user(user).read(["key"])
            with self.assertRaises(AccessError):
                tokens.with_user(user).read(["value"])

    def test_accounts_have_it(self):
        self.account.code = "efax"
        arguments = self.account._provider_arguments()
        self.assertEqual(arguments["token_stores"]("key")._key, "key")
