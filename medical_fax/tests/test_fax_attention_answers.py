from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_fax_attention import AttentionCase


@tagged("post_install", "-at_install")
class TestDealingWithIt(AttentionCase):
    """Who dealt with a fax and how is kept, and can be taken back."""

    def answer(self, faxes, method, text, button="action_confirm"):
        action = getattr(faxes, method)()
        wizard = faxes.env["fax.answer"].browse(action["res_id"])
        wizard.text = text
        return getattr(wizard, button)()

    def test_called_them(self):
        fax = self.fax_in("failed").with_user(self.colleague)
        action = fax.action_called()
        self.assertEqual(action["params"]["message_ids"], fax.ids)
        self.assertRecordValues(
            fax.sudo(),
            [
                {
                    "acknowledged_by_id": self.colleague.id,
                    "acknowledged_how": "called",
                    "acknowledged_note": False,
                    "state": "failed",
                }
            ],
        )
        self.assertTrue(fax.acknowledged_on)

    def test_nothing_to_do_needs_a_reason(self):
        fax = self.fax_in("failed").with_user(self.user)
        for empty in (False, "", "   "):
            with self.subTest(text=empty), self.assertRaises(UserError):
                self.answer(fax, "action_nothing_to_do", empty)
        self.assertTrue(fax.needs_attention)
        self.answer(fax, "action_nothing_to_do", " Given by hand ")
        self.assertRecordValues(
            fax.sudo(),
            [{"acknowledged_how": "nothing", "acknowledged_note": "Given by hand"}],
        )

    def test_several_at_once(self):
        """What the answer does not fit is left as it is."""
        failed, partial = self.fax_in("failed"), self.fax_in("partial")
        others = self.fax_in("held") | self.fax_in("uncertain")
        faxes = (failed | partial | others).with_user(self.user)
        action = self.answer(faxes, "action_nothing_to_do", "all of it came by mail")
        self.assertEqual(action["params"]["count"], 2)
        self.assertEqual(
            (failed | partial).mapped("acknowledged_how"), ["nothing", "nothing"]
        )
        self.assertFalse(any(others.mapped("acknowledged_on")))

    def test_only_failures_are_put_away(self):
        for state in ("queued", "delivered", "uncertain", "held"):
            fax = self.fax_in(state).with_user(self.user)
            with self.subTest(state=state):
                with self.assertRaises(UserError):
                    fax.action_called()
                with self.assertRaises(UserError):
                    fax.action_nothing_to_do()
                self.assertFalse(fax.acknowledged_on)

    def test_not_twice(self):
        fax = self.fax_in("failed")
        fax.with_user(self.user).action_called()
        with self.assertRaises(UserError):
            fax.with_user(self.colleague).action_called()
        self.assertEqual(fax.acknowledged_by_id, self.user)

    def test_taken_back(self):
        fax = self.fax_in("failed").with_user(self.user)
        fax.action_called()
        fax.with_user(self.colleague).action_take_back()
        self.assertTrue(fax.needs_attention)
        self.assertFalse(fax.acknowledged_by_id)
        self.answer(fax, "action_nothing_to_do", "x")
        fax.action_take_back()
        self.assertTrue(fax.needs_attention)
        self.assertFalse(fax.acknowledged_note)

    def test_sent_again_is_not_taken_back_so(self):
        """What is under way again must be undone first."""
        fax = self.fax_in("failed").with_user(self.user)
        fax.action_resend()
        fax.action_take_back()
        self.assertFalse(fax.needs_attention)

    def test_rights(self):
        fax = self.fax_in("failed", number_id=self.private_number.id)
        for user in self.colleague | self.denied | self.plain | self.stranger:
            theirs = fax.with_user(user)
            for method in ("action_called", "action_nothing_to_do", "action_take_back"):
                with self.subTest(user=user.login, method=method):
                    with self.assertRaises(AccessError):
                        getattr(theirs, method)()
        self.assertTrue(fax.needs_attention)

    # NOT SURE

    def test_it_arrived(self):
        fax = self.fax_in("uncertain").with_user(self.colleague)
        with self.assertRaises(UserError):
            self.answer(fax, "action_arrived", " ")
        self.answer(fax, "action_arrived", "Their front desk")
        self.assertEqual(fax.state, "delivered")
        self.assertRecordValues(
            fax.sudo(),
            [
                {
                    "outcome_by_id": self.colleague.id,
                    "outcome_source": "Their front desk",
                }
            ],
        )
        self.assertFalse(fax.needs_attention)

    def test_it_did_not_send_again(self):
        fax = self.fax_in("uncertain").with_user(self.user)
        action = self.answer(fax, "action_missed", "Dr Lee", "action_send_again")
        self.assertEqual(action["tag"], "medical_fax.sent")
        self.assertEqual(fax.state, "failed")
        self.assertEqual(fax.acknowledged_how, "resent")
        again = fax.sudo().resend_ids
        self.assertEqual(again.ids, action["params"]["message_ids"])
        self.assertEqual(again.state, "queued")

    def test_it_did_not_and_is_left(self):
        fax = self.fax_in("uncertain").with_user(self.user)
        self.answer(fax, "action_missed", False)
        self.assertEqual(fax.state, "failed")
        self.assertFalse(fax.sudo().resend_ids)
        self.assertTrue(fax.needs_attention)

    def test_an_answer_that_came_too_late(self):
        """The provider told meanwhile, while somebody was writing."""
        fax = self.fax_in("uncertain").with_user(self.user)
        action = fax.action_missed()
        wizard = fax.env["fax.answer"].browse(action["res_id"])
        fax.sudo()._set_delivered(fax.pages)
        with self.assertRaises(UserError):
            wizard.action_send_again()
        self.assertEqual(fax.state, "delivered")
        self.assertFalse(fax.sudo().resend_ids)

    def test_sent_again_only_where_it_did_not_arrive(self):
        fax = self.fax_in("uncertain").with_user(self.user)
        with self.assertRaises(UserError):
            self.answer(fax, "action_arrived", "Dr Lee", "action_send_again")
        self.assertEqual(fax.state, "uncertain")

    # ON HOLD

    def test_send_now(self):
        """Several at once; those not held stay as they are."""
        held, failed = self.fax_in("held"), self.fax_in("failed")
        (held | failed).with_user(self.user).action_release()
        self.assertEqual((held.state, failed.state), ("queued", "failed"))
