import json
import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..providers.efax_tokens import store_of_process
from .common import OUR_NUMBER, FaxCommon

TESTS = Path(__file__).parents[2] / "tests"
SENDER = "+15145550177"

# What a manager types for each provider, as its simulator knows it, and the secret
# that is typed wrongly first.
LOGINS = {
    "documo": ({"api_key": "documo-key"}, "api_key"),
    "interfax": ({"username": "clinic", "password": "open sesame"}, "password"),
    "efax": (
        {
            "app_id": "efax-app",
            "api_key": "efax-key",
            "user_id": "11111111-2222-3333-4444-555555555555",
        },
        "api_key",
    ),
    "efax_developer": (
        {
            "account_id": "5145550177",
            "user_name": "efax-user",
            "password": "efax <password> & more",
        },
        "password",
    ),
    "hylafax": ({"user": "clinic", "password": "sesame"}, "password"),
}
SIMULATORS = {"hylafax": "hfaxd"}
# Those that cannot, are not asked: lines that there are besides these.
ALWAYS = {"Signing in", "Clock", "Sending", "Asking how faxes went"}
NO_CLOCK = {"hylafax"}  # no HTTP
# What a wrong secret is answered with is not known of it.
SAYS_LITTLE = {"efax_developer"}


@tagged("post_install", "-at_install")
class TestEachProvider(FaxCommon):
    """Connect, test everything, send a page, disconnect: at each provider, which is a
    process beside."""

    def setUp(self):
        super().setUp()
        # Tokens are kept in transactions of their own, which a test has not.
        stores = patch.object(
            type(self.env["fax.token"]), "_stores", lambda tokens: store_of_process
        )
        stores.start()
        self.addCleanup(stores.stop)

    def start(self, code):
        """Run the simulator; gives its settings as a manager enters them."""
        if not (TESTS / "simulators").is_dir():
            self.skipTest("The simulators are in the repository, not in the addon")
        name = SIMULATORS.get(code, code)
        process = subprocess.Popen(
            [sys.executable, "-m", f"simulators.{name}"],
            env=os.environ | {"PYTHONPATH": str(TESTS)},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, 10)
        self.addCleanup(process.terminate)
        url = json.loads(process.stdout.readline())["url"]
        if code == "hylafax":
            parts = urlsplit(url)
            port = str(parts.port)
            return {"host": "127.0.0.1", "port": port, "number": SENDER}
        return {"base_url": url}

    def connect(self, code):
        settings = self.start(code)
        account = self.env["fax.account"].create(
            {
                "name": f"At {code}",
                "code": code,
                "company_id": self.company.id,
                "undo_seconds": 0,
            }
        )
        login, secret = LOGINS[code]
        account = account.with_user(self.manager)
        with self.assertRaises(UserError) as refused:
            account.connect({**login, secret: "wrong", **settings})
        self.assertEqual(account.state, "disconnected")
        self.assertNotIn("wrong", str(refused.exception))
        if code not in SAYS_LITTLE:
            named = "user and password" if secret == "password" else "key"
            self.assertIn(f"does not accept this {named}", str(refused.exception))
        account.connect({**login, **settings})
        self.assertEqual(account.state, "connected")
        return account

    def try_all(self, account):
        for name in ("send", "poll", "receive"):
            cron = self.env.ref(f"medical_fax.ir_cron_fax_{name}")
            cron.lastcall = fields.Datetime.now()
        action = account.action_test_all()
        test = self.env[action["res_model"]].with_user(self.manager)
        return test.browse(action["res_id"])

    def run_through(self, code):
        account = self.connect(code)
        if not account.number_ids:
            self.env["fax.number"].create(
                {"name": "Desk", "account_id": account.id, "number": SENDER}
            )
        test = self.try_all(account)
        found = {line.name: line.result for line in test.line_ids}
        self.assertLessEqual(ALWAYS, set(found))
        can = account._capabilities()
        self.assertEqual("Fetching received faxes" in found, can.receive)
        self.assertEqual("Calls from the provider" in found, can.callbacks)
        clock = "none" if code in NO_CLOCK else "ok"
        self.assertEqual(found.pop("Clock"), clock)
        found.pop("Calls from the provider", None)  # nobody serves pages here
        self.assertEqual(set(found.values()), {"ok"})
        test.number_typed = OUR_NUMBER
        test.action_send_page()
        self.run_cron("ir_cron_fax_send")
        self.assertEqual(test.message_id.state, "submitted")
        test.action_arrived()
        account.action_disconnect()
        self.assertEqual(account.state, "disconnected")
        self.assertFalse(account.sudo().credentials)

    def test_documo(self):
        self.run_through("documo")

    def test_interfax(self):
        self.run_through("interfax")

    def test_efax(self):
        self.run_through("efax")

    def test_efax_developer(self):
        self.run_through("efax_developer")

    def test_hylafax(self):
        self.run_through("hylafax")
