from datetime import date, timedelta

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..models import guard
from ..models.fax_number_porting import add_business_days
from ..providers import NumberInfo
from .common import FaxCommon
from .number_provider import OURS, NumberCase

PORTED = "+15145550188"


@tagged("post_install", "-at_install")
class TestPorting(NumberCase, FaxCommon):
    """A note about a number on its way, which reminds, and which nobody sends from."""

    def port(self, number=PORTED, **values):
        portings = self.env["fax.number.porting"].with_user(self.manager)
        return portings.create(
            {
                "account_id": self.numbered.id,
                "number": number,
                "carrier": "Old phone company",
                **values,
            }
        )

    def test_business_days(self):
        friday = date(2026, 7, 3)
        self.assertEqual(add_business_days(friday, 1), date(2026, 7, 6))
        self.assertEqual(add_business_days(friday, 10), date(2026, 7, 17))

    def test_on_its_way(self):
        porting = self.port(requested_on="2026-07-03")
        self.assertEqual(porting.expected_on, date(2026, 7, 17))
        number = porting.number_id
        self.assertEqual((number.number, number.status), (PORTED, "pending"))
        self.assertNotIn(number, self.env["fax.number"].with_user(self.user)._usable())
        activity = porting.activity_ids
        self.assertEqual(activity.date_deadline, porting.expected_on)
        self.assertEqual(activity.user_id, self.manager)
        self.assertNotIn("514", activity.summary)
        self.assertEqual(self.service.calls, [], "nothing is sent to the provider")
        # The provider does not list it yet, and that is no loss
        self.as_manager.action_fetch_numbers()
        self.assertEqual(number.status, "pending")
        self.assertFalse(number.can_release)

    def test_late(self):
        today = fields.Date.today()
        porting = self.port(requested_on=today - timedelta(days=20))
        self.assertTrue(porting.is_late)
        porting.expected_on = today + timedelta(days=3)
        self.assertFalse(porting.is_late)
        self.assertEqual(porting.activity_ids.date_deadline, porting.expected_on)

    def test_done(self):
        porting = self.port()
        porting.action_done()
        self.assertEqual(
            (porting.state, porting.done_on), ("done", fields.Date.today())
        )
        self.assertEqual(porting.number_id.status, "manual")
        self.assertFalse(porting.activity_ids)
        usable = self.env["fax.number"].with_user(self.user)._usable()
        self.assertIn(porting.number_id, usable)

    def test_the_provider_lists_it(self):
        porting = self.port()
        self.service.listed[PORTED] = NumberInfo(number=PORTED, provider_id="id-9")
        self.as_manager.action_fetch_numbers()
        self.assertEqual(porting.number_id.status, "active")
        porting.action_done()
        self.assertEqual(porting.number_id.status, "active")

    def test_given_up(self):
        porting = self.port()
        porting.action_drop()
        self.assertEqual(porting.state, "dropped")
        self.assertFalse(porting.number_id.active)
        again = self.port()
        self.assertEqual(again.number_id, porting.number_id)
        self.assertTrue(again.number_id.active)

    def test_not_twice_and_not_ones_own(self):
        self.port()
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            with self.cr.savepoint():
                self.port()
        with self.assertRaises(UserError):
            self.port(OURS)
        with self.assertRaises(ValidationError):
            self.port("911")
        with self.assertRaises(ValidationError):
            self.port(
                "+15145550189", requested_on="2026-07-03", expected_on="2026-07-02"
            )

    def test_not_during_a_trial(self):
        porting = self.port()
        self.assertFalse(porting.in_trial)
        guard.opened(self.numbered).trial_ends_on = fields.Date.today()
        self.assertTrue(porting.in_trial)
        guard.opened(self.numbered).trial_ends_on = fields.Date.today() - timedelta(1)
        self.assertFalse(porting.in_trial)

    def test_what_people_write(self):
        porting = self.port(state="done", done_on="2026-01-01")
        self.assertEqual((porting.state, porting.done_on), ("waiting", False))
        for values in (
            {"state": "done"},
            {"done_on": "2026-01-01"},
            {"number_id": self.ours.id},
            {"number": OURS},
            {"account_id": self.account.id},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                porting.write(values)
        porting.write({"notes": "Ask for Jo", "carrier": "Another"})

    def test_the_form_takes_a_number_as_typed(self):
        portings = self.env["fax.number.porting"].with_user(self.manager)
        form = Form(portings.with_context(default_account_id=self.numbered.id))
        form.number = "514 555 0188"
        form.carrier = "Old phone company"
        self.assertEqual(form.save().number, PORTED)

    def test_roles(self):
        porting = self.port()
        for user in self.user | self.plain | self.stranger:
            theirs = porting.with_user(user)
            for call in (
                lambda: theirs.read(["number"]),  # noqa: B023
                theirs.action_done,
                theirs.action_drop,
                lambda: theirs.write({"notes": "x"}),  # noqa: B023
                lambda: theirs.create(  # noqa: B023
                    {
                        "account_id": self.numbered.id,
                        "number": "+15145550189",
                        "carrier": "x",
                    }
                ),
            ):
                with self.subTest(user=user.login, call=call):
                    with self.assertRaises(UserError):
                        call()
        with self.assertRaises(AccessError):
            porting.unlink()
        self.assertEqual(porting.state, "waiting")
