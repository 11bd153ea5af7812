from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..models import guard
from ..providers import FailureKind, NumberInfo, ProviderError
from .common import FaxCommon
from .number_provider import OURS, NumberCase, NumberProvider

OTHER = "+15145550178"


@tagged("post_install", "-at_install")
class TestFetchNumbers(NumberCase, FaxCommon):
    """An account's numbers are those that the provider lists."""

    def fetch(self):
        return self.as_manager.action_fetch_numbers()["params"]["message"]

    def listed(self, number, **values):
        self.service.listed[number] = NumberInfo(number=number, **values)

    def test_connecting_brings_them(self):
        self.assertEqual(self.ours.number, OURS)
        self.assertEqual(self.ours.status, "active")
        self.assertEqual(self.ours.provider_id, "id-1")
        self.assertEqual(self.numbered.default_number_id, self.ours)

    def test_connecting_goes_on_without_them(self):
        account = self.env["fax.account"].create(
            {"name": "Other", "code": "numbered", "company_id": self.company.id}
        )
        self.service.list_error = ProviderError(
            FailureKind.PROVIDER_UNAVAILABLE, proven_not_sent=True
        )
        account.with_user(self.manager).action_connect()
        self.assertEqual(account.state, "connected")
        self.assertFalse(account.number_ids)

    def test_a_new_one_that_is_pending(self):
        self.listed(OTHER, pending=True)
        self.assertIn("New: +1 514-555-0178.", self.fetch())
        new = self.numbered.number_ids - self.ours
        self.assertEqual((new.number, new.status), (OTHER, "pending"))
        self.assertNotIn(new, self.env["fax.number"].with_user(self.user)._usable())
        self.listed(OTHER)
        self.assertIn("Changed: +1 514-555-0178.", self.fetch())
        self.assertEqual(new.status, "active")
        self.assertEqual(self.fetch(), "Nothing has changed.")

    def test_one_that_is_gone_is_kept(self):
        self.service.listed.clear()
        self.assertIn("any more, and not used from now on: +1 514", self.fetch())
        self.assertTrue(self.ours.active)
        self.assertEqual(self.ours.status, "missing")
        self.assertNotIn(
            self.ours, self.env["fax.number"].with_user(self.user)._usable()
        )
        self.listed(OURS)
        self.fetch()
        self.assertEqual(self.ours.status, "active")

    def test_one_entered_by_hand_is_left_alone(self):
        """A caller ID that the provider allows need not be a number of the account."""
        hand = self.new_number(OTHER, account_id=self.numbered.id)
        self.assertIn("Entered by hand", self.fetch())
        self.assertEqual(hand.status, "manual")
        self.assertIn(hand, self.env["fax.number"].with_user(self.user)._usable())

    def test_an_archived_one_stays_archived(self):
        self.ours.active = False
        self.fetch()
        self.assertFalse(self.ours.active)
        self.assertEqual(len(self.numbered._all_numbers()), 1)

    def test_nothing_is_written_when_it_cannot_be_asked(self):
        self.service.list_error = ProviderError(
            FailureKind.CREDENTIALS, proven_not_sent=True, code="401", text=OURS
        )
        with self.assertRaises(UserError) as refused:
            self.fetch()
        self.assertNotIn(OURS, str(refused.exception))
        self.assertEqual(self.ours.status, "active")
        self.assertEqual(self.numbered.state, "connected")

    def test_only_where_the_provider_can(self):
        self.assertFalse(self.account.lists_numbers)
        with self.assertRaises(UserError):
            self.account.with_user(self.manager).action_fetch_numbers()
        with NumberProvider.able(numbers=False):
            self.assertFalse(self.numbered._numbers_to_connect())

    def test_not_from_a_copy_nor_unconnected(self):
        guard.opened(self.numbered).home = "elsewhere"
        with self.assertRaisesRegex(UserError, "another database"):
            self.fetch()
        self.numbered.action_disconnect()
        with self.assertRaisesRegex(UserError, "Connect the account first"):
            self.fetch()
        self.assertEqual(self.service.calls, [])

    def test_only_managers_of_the_company(self):
        for user in self.user | self.plain | self.stranger:
            account = self.numbered.with_user(user)
            with self.subTest(user=user.login):
                with self.assertRaises(UserError):
                    account.action_fetch_numbers()
        self.assertEqual(self.service.calls, [])

    def test_what_the_provider_says_is_not_written_by_people(self):
        ours = self.ours.with_user(self.manager)
        for values in (
            {"status": "manual"},
            {"provider_id": "x"},
            {"released_at": "2026-01-01"},
            {"number": OTHER},
            {"account_id": self.account.id},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                ours.write(values)
        made = (
            self.env["fax.number"]
            .with_user(self.manager)
            .with_context(default_status="released", default_provider_id="x")
            .create(
                {
                    "name": "Forged",
                    "number": OTHER,
                    "account_id": self.numbered.id,
                    "status": "active",
                }
            )
        )
        self.assertEqual((made.status, made.provider_id), ("manual", False))
        made.write({"number": "+15145550179"})
        ours.write({"name": "Front desk", "number": OURS})

    def test_the_form(self):
        with Form(self.ours.with_user(self.manager)) as form:
            form.name = "Reception"
            with self.assertRaises(AssertionError):
                form.number = OTHER
        self.assertEqual(self.ours.name, "Reception")


@tagged("post_install", "-at_install")
class TestDefaultWords(NumberCase, FaxCommon):
    def test_where_faxes_start_with_it(self):
        number = self.ours.with_user(self.user)
        self.assertEqual(number.default_for, "for everybody of the account")
        self.numbered.default_number_id = False
        self.assertEqual(number.default_for, "Only where it is chosen")
        location = self.env["res.partner"].create(
            {"name": "North branch", "is_fax_location": True}
        )
        self.ours.write(
            {"practitioner_id": self.colleague.id, "location_id": location.id}
        )
        self.assertEqual(
            number.default_for, f"at North branch; for {self.colleague.name}"
        )
        self.ours.active = False
        self.assertIn("Nowhere", number.default_for)
