from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..models import guard
from ..providers import FailureKind, ProviderError
from .common import MANAGER, FaxCommon
from .fake_provider import FakeProvider


@tagged("post_install", "-at_install")
class TestFaxAccount(FaxCommon):
    """Connected means: the provider was asked."""

    def test_the_state_is_no_persons_to_write(self):
        admin = self.env.ref("base.user_admin")
        admin.company_ids |= self.company
        self.account.action_disconnect()
        for user in self.user | self.manager | admin:
            for values in ({"state": "connected"}, {"state_reason": "x"}):
                for key in (None, True, "1", {}):
                    context = {guard._KEY: key}
                    account = self.account.with_user(user).with_context(**context)
                    with self.subTest(user=user.login, key=key):
                        with self.assertRaises(UserError):
                            account.write(values)
        self.assertEqual(self.account.state, "disconnected")

    def test_a_new_account_is_disconnected(self):
        accounts = self.env["fax.account"].with_user(self.manager)
        accounts = accounts.with_context(
            default_state="connected", default_state_reason="x"
        )
        account = accounts.create(
            {"name": "New", "code": "fake", "state": "connected", "state_reason": "x"}
        )
        self.assertEqual(account.state, "disconnected")
        self.assertFalse(account.state_reason)
        self.assertEqual(self.account.copy().state, "disconnected")

    def test_import_connects_nothing(self):
        self.account.action_disconnect()
        accounts = self.env["fax.account"].with_user(self.manager)
        accounts.load([".id", "state"], [[str(self.account.id), "connected"]])
        accounts.load(["name", "code", "state"], [["New", "fake", "connected"]])
        self.assertEqual(self.account.state, "disconnected")
        found = accounts.search([("name", "=", "New")])
        self.assertNotIn("connected", found.mapped("state"))

    def test_connect_asks_the_provider(self):
        self.account.action_disconnect()
        error = ProviderError(
            FailureKind.CREDENTIALS, proven_not_sent=True, text="key 4711 is wrong"
        )
        account = self.account.with_user(self.manager)
        with patch.object(FakeProvider, "verify", side_effect=error):
            with self.assertRaises(UserError) as caught:
                account.action_connect()
        self.assertNotIn("4711", str(caught.exception))
        self.assertEqual(account.state, "disconnected")
        account.action_connect()
        self.assertEqual(account.state, "connected")

    def test_another_provider_is_another_connection(self):
        self.account.with_user(self.manager).code = "loopback"
        self.assertEqual(self.account.state, "disconnected")

    def test_only_managers_of_the_company(self):
        for user in self.user | self.plain | self.stranger:
            account = self.account.with_user(user)
            for call in (
                lambda a: a.action_connect(),
                lambda a: a.action_disconnect(),
                lambda a: a.write({"undo_seconds": 0}),
                lambda a: a.unlink(),
            ):
                with self.subTest(user=user.login), self.assertRaises(UserError):
                    call(account)
        self.assertEqual(self.account.state, "connected")

    def test_history_stays(self):
        fax = self.send()
        self.account.with_user(self.manager).action_disconnect()
        self.assertTrue(fax.exists())
        with self.assertRaises(AccessError):
            self.account.with_user(self.manager).unlink()

    def test_defaults(self):
        """The production values, which tests of other things change."""
        account = self.env["fax.account"].create({"name": "Fresh"})
        self.assertEqual(account.undo_seconds, 10)
        self.assertEqual(account.page_limit, 200)
        self.assertFalse(account.country_ids, "international faxing is off")
        self.assertEqual(
            account.fallback_group_id, self.env.ref("medical_fax.group_fax_manager")
        )


@tagged("post_install", "-at_install")
class TestFaxNumber(FaxCommon):
    def test_in_international_form(self):
        with self.assertRaisesRegex(ValidationError, r"\+15145550176"):
            self.new_number("514 555 0176")
        for number in ("+1900555", "+19005550199", "nonsense"):
            with self.subTest(number=number), self.assertRaises(ValidationError):
                self.new_number(number)

    def test_who_may_use_it(self):
        boss = self.new_user("t_fax_boss", MANAGER)
        numbers = self.env["fax.number"]

        def usable(user):
            return numbers.with_user(user)._usable()

        both = self.number | self.private_number
        self.assertEqual(usable(self.user), both)
        self.assertEqual(usable(self.colleague), self.number)
        self.assertEqual(usable(boss), both)
        with self.assertRaises(AccessError):
            usable(self.plain)
        self.assertFalse(usable(self.stranger) & both)
        self.private_number.user_ids = self.colleague
        self.assertEqual(usable(self.user), self.number)
        self.number.active = False
        self.assertFalse(usable(self.user))

    def test_only_managers_change_numbers(self):
        number = self.private_number
        for user in self.user | self.colleague | self.stranger | self.plain:
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                number.with_user(user).write({"user_ids": [(4, user.id)]})
