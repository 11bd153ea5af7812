from contextlib import suppress

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import FaxCommon


@tagged("post_install", "-at_install")
class TestFaxMessageActions(FaxCommon):
    """What people do with a fax that was sent."""

    def test_undo_within_the_period(self):
        self.account.undo_seconds = 60
        fax = self.send()
        self.assertTrue(fax.undo_until)
        self.run_queue()
        self.assertFalse(self.fake.submitted)
        fax.with_user(self.user).action_undo()
        self.assertEqual(fax.state, "cancelled")
        self.make_due(fax)
        self.run_queue()
        self.assertFalse(self.fake.submitted)

    def test_undo_after_it_has_left(self):
        fax = self.send()
        self.run_queue()
        with self.assertRaises(UserError):
            fax.with_user(self.user).action_undo()
        self.assertEqual(fax.state, "submitted")

    def test_undo_takes_back_those_that_have_not_left(self):
        """One that has left must not keep the others from being taken back."""
        faxes = self.send(recipients=self.lee | self.rossi | self.pharmacy)
        left, *waiting = faxes
        self.set_state(left, "submitting")
        with self.assertRaises(UserError):
            left.with_user(self.user).action_undo()
        faxes.with_user(self.user).action_undo()
        self.assertEqual(left.state, "submitting")
        self.assertEqual({fax.state for fax in waiting}, {"cancelled"})

    def test_undo_by_a_colleague_of_the_number(self):
        fax = self.send()
        fax.with_user(self.colleague).action_undo()
        self.assertEqual(fax.state, "cancelled")

    def test_undo_is_refused_to_others(self):
        fax = self.send(number_id=self.private_number.id)
        for user in self.colleague | self.denied | self.plain | self.stranger:
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                fax.with_user(user).action_undo()
        self.assertEqual(fax.state, "queued")

    def test_acknowledge(self):
        fax = self.send()
        self.fake.refuse()
        self.run_queue()
        self.assertTrue(fax.activity_ids)
        fax.with_user(self.user).action_called()
        self.assertEqual(fax.acknowledged_by_id, self.user)
        self.assertFalse(fax.activity_ids)

    def test_acknowledging_before_it_fails_hides_no_failure(self):
        fax = self.send()
        with suppress(UserError):  # refusing it is as good
            fax.with_user(self.user).action_called()
        self.fake.refuse()
        self.run_queue()
        self.assertEqual(fax.state, "failed")
        self.assertFalse(fax.acknowledged_by_id)
        self.assertFalse(fax.acknowledged_on)
        self.assertTrue(fax.activity_ids)

    def test_acknowledge_is_refused_to_others(self):
        fax = self.send(number_id=self.private_number.id)
        self.fake.refuse()
        self.run_queue()
        for user in self.colleague | self.denied | self.plain | self.stranger:
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                fax.with_user(user).action_called()
        self.assertFalse(fax.acknowledged_by_id)
        self.assertTrue(fax.activity_ids)

    def test_report_of_a_fax_that_has_ended(self):
        fax = self.send()
        with self.assertRaises(UserError):
            fax.with_user(self.user).action_transmission_report()
        self.fake.refuse()
        self.run_queue()
        action = fax.with_user(self.user).action_transmission_report()
        self.assertEqual(action["url"], f"/medical_fax/message/{fax.id}/report")

    def test_names_are_references(self):
        fax = self.send()
        self.assertRegex(fax.display_name, r"^FAX/\d{4}/\d+$")
        self.assertRegex(fax.document_id.display_name, r"^FAXDOC/\d{4}/\d+$")

    def test_made_from(self):
        entry = self.new_entry()
        fax = self.send(entry)
        self.send()
        found = self.env["fax.message"].search(
            [("made_from", "=", f"res.partner,{entry.id}")]
        )
        self.assertEqual(found, fax)
        self.assertEqual(fax.made_from, f"res.partner,{entry.id}")
