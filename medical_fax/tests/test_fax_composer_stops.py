from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_fax_composer_send import SendCase


@tagged("post_install", "-at_install")
class TestStops(SendCase):
    """Do not fax, and purposes that need the patient's authorization."""

    def authorize(self, **values):
        return self.env["fax.authorization"].create(
            {
                "partner_id": self.patient.id,
                "purpose": "legal",
                "date": "2020-01-01",
                **values,
            }
        )

    def test_do_not_fax(self):
        self.patient.write(
            {"fax_blocked": True, "fax_blocked_reason": "Greta asked on Monday"}
        )
        composer = self.compose(self.new_entry())
        self.assertIn("Greta asked on Monday", composer.stop_reason)
        self.assertRefused(composer, "must not be faxed")
        try:
            composer.action_send()
        except UserError as error:
            # The text of an exception ends in the server's log
            self.assertNotIn("Greta", str(error))

    def test_blocked_while_the_fax_waits(self):
        fax = self.send()
        self.patient.fax_blocked = True
        self.run_queue()
        self.assertFalse(self.fake.submitted)
        self.assertEqual(fax.state, "held")
        self.assertTrue(fax.hold_reason)

    def test_treatment_needs_nothing(self):
        composer = self.compose(self.new_entry())
        self.assertFalse(composer.stop_reason)
        self.assertTrue(self.press_send(composer))

    def test_other_purposes_need_an_authorization(self):
        composer = self.compose(self.new_entry(), purpose="legal")
        self.assertIn("authorization", composer.stop_reason)
        self.assertRefused(composer, "authorization")
        authorization = self.authorize()
        composer.authorization_id = authorization
        self.assertFalse(composer.stop_reason)
        fax = self.press_send(composer)
        self.assertEqual(fax.purpose, "legal")
        self.assertEqual(fax.authorization_id, authorization)

    def test_the_one_that_holds_is_offered(self):
        authorization = self.authorize()
        composer = self.compose(self.new_entry())
        composer.purpose = "legal"
        composer._offer_authorization()
        self.assertEqual(composer.authorization_id, authorization)

    def test_authorizations_that_do_not_hold(self):
        yesterday = fields.Date.context_today(self.user) - timedelta(days=1)
        for values in (
            {"until": yesterday},
            {"date": yesterday + timedelta(days=2)},
            {"purpose": "insurer"},
            {"partner_id": self.other_patient.id},
            {"active": False},
        ):
            composer = self.compose(self.new_entry(), purpose="legal")
            composer.authorization_id = self.authorize(**values)
            with self.subTest(values=values):
                self.assertRefused(composer, "authorization")

    def test_it_must_hold_when_the_fax_is_sent(self):
        today = fields.Date.context_today(self.user)
        composer = self.compose(
            self.new_entry(),
            purpose="legal",
            authorization_id=self.authorize(until=today + timedelta(days=2)).id,
            send_later=True,
            scheduled_at=fields.Datetime.now() + timedelta(days=5),
        )
        self.assertTrue(composer.stop_reason)
        self.assertRefused(composer, "authorization")
        composer.scheduled_at = fields.Datetime.now() + timedelta(days=1)
        self.assertTrue(self.press_send(composer))

    def test_withdrawn_while_the_fax_waits(self):
        authorization = self.authorize()
        fax = self.send(purpose="legal", authorization_id=authorization.id)
        authorization.active = False
        self.run_queue()
        self.assertFalse(self.fake.submitted)
        self.assertEqual(fax.state, "held")

    def test_none_is_written_where_none_is_needed(self):
        """Nor one of another patient, sent along by a client."""
        theirs = self.authorize(partner_id=self.other_patient.id)
        fax = self.send(authorization_id=theirs.id)
        self.assertFalse(fax.authorization_id)


@tagged("post_install", "-at_install")
class TestSchedule(SendCase):
    def test_not_before_its_time(self):
        at = fields.Datetime.now() + timedelta(hours=2)
        fax = self.send(send_later=True, scheduled_at=at)
        self.assertEqual((fax.scheduled_at, fax.due_at), (at, at))
        self.assertFalse(fax.undo_until)
        self.run_queue()
        self.assertFalse(self.fake.submitted)
        self.assertEqual(fax.state, "queued")
        self.assertIn(at.strftime("%H:%M"), fax.with_context(tz="UTC").state_words)
        self.make_due(fax)
        self.run_queue()
        self.assertEqual(len(self.fake.submitted), 1)

    def test_taken_back_before_its_time(self):
        at = fields.Datetime.now() + timedelta(hours=2)
        fax = self.send(send_later=True, scheduled_at=at)
        fax.with_user(self.user).action_undo()
        self.make_due(fax)
        self.run_queue()
        self.assertFalse(self.fake.submitted)
        self.assertEqual(fax.state, "cancelled")

    def test_times_that_cannot_be(self):
        composer = self.compose(self.new_entry(), send_later=True)
        self.assertRefused(composer, "Choose when")
        composer.scheduled_at = fields.Datetime.now() - timedelta(minutes=5)
        self.assertRefused(composer, "has passed")

    def test_a_time_without_send_later_counts_for_nothing(self):
        at = fields.Datetime.now() + timedelta(days=1)
        fax = self.send(send_later=False, scheduled_at=at)
        self.assertFalse(fax.scheduled_at)
        self.run_queue()
        self.assertEqual(len(self.fake.submitted), 1)

    def test_undo_period(self):
        self.account.undo_seconds = 30
        before = fields.Datetime.now()
        fax = self.send()
        self.assertGreaterEqual(fax.undo_until, before + timedelta(seconds=30))
        self.assertEqual(fax.due_at, fax.undo_until)
        self.run_queue()
        self.assertFalse(self.fake.submitted)
        self.make_due(fax)
        self.run_queue()
        self.assertEqual(len(self.fake.submitted), 1)
