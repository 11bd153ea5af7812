from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..models import guard
from ..models.fax_message_resend import COPIED
from .common import LEE, FaxCommon

NEW_NUMBER = "+15145550199"


class ResendCase(FaxCommon):
    def fail(self, fax, kind="busy", **values):
        self.set_state(fax, "submitted")
        fax._set_failed(kind)
        if values:
            fax.write(values)
        return fax

    def failed(self, *args, **values):
        return self.fail(self.send(*args, **values))

    def again(self, action):
        """The new faxes that an action's notice is about."""
        self.assertEqual(action["tag"], "medical_fax.sent")
        return self.env["fax.message"].browse(action["params"]["message_ids"])

    def assertRefused(self, call, words=""):
        with self.assertRaises(UserError) as refused:
            call()
        self.assertIn(words, str(refused.exception))


@tagged("post_install", "-at_install")
class TestResend(ResendCase):
    """The same pages again, as a new fax that goes on from the first one."""

    def test_what_it_has_in_common(self):
        fax = self.failed(subject="Results", notes="Call me")
        again = self.again(fax.with_user(self.colleague).action_resend())
        self.assertEqual(len(again), 1)
        self.assertEqual(again.resend_of_id, fax)
        for name in COPIED:
            with self.subTest(field=name):
                self.assertEqual(again[name], fax[name])
        self.assertTrue(again.document_id)
        self.assertEqual(again.user_id, self.colleague)
        self.assertNotEqual(again.name, fax.name)
        self.assertNotEqual(again.uuid, fax.uuid)
        self.assertEqual((again.state, again.attempt_count), ("queued", 0))
        self.assertEqual(fax.state, "failed", "a final state never changes")
        self.assertRecordValues(
            fax,
            [
                {
                    "acknowledged_how": "resent",
                    "acknowledged_by_id": self.colleague.id,
                    "needs_attention": False,
                }
            ],
        )

    def test_the_same_bytes_leave(self):
        fax = self.failed()
        again = self.again(fax.with_user(self.user).action_resend())
        self.run_queue()
        self.assertEqual(again.state, "submitted")
        (request,) = self.fake.submitted
        self.assertEqual(request.document, fax.document_id._content())
        self.assertEqual(request.to, LEE)

    def test_a_resend_of_a_resend(self):
        first = self.failed()
        second = self.again(first.with_user(self.user).action_resend())
        self.fail(second)
        self.assertTrue(second.needs_attention)
        third = self.again(second.with_user(self.user).action_resend())
        self.assertEqual(third.resend_of_id, second)
        self.assertFalse(first.needs_attention or second.needs_attention)

    def test_what_arrived_may_be_sent_again(self):
        """They lost the paper. Nothing was to be dealt with."""
        fax = self.send()
        self.set_state(fax, "delivered", pages_sent=fax.pages)
        again = self.again(fax.with_user(self.user).action_resend())
        self.assertEqual(again.state, "queued")
        self.assertFalse(fax.acknowledged_how)

    def test_several(self):
        """Those that cannot be sent do not keep the others, and are named."""
        good = self.failed() | self.failed()
        waiting = self.send()
        faxes = (good | waiting).with_user(self.user)
        action = faxes.action_resend()
        again = self.again(action)
        self.assertEqual(again.resend_of_id, good)
        (refused,) = action["params"]["refused"]
        self.assertIn(waiting.name, refused)
        self.assertFalse(waiting.resend_ids)

    def test_the_undo_period(self):
        self.account.undo_seconds = 60
        fax = self.failed()
        action = fax.with_user(self.user).action_resend()
        again = self.again(action)
        self.assertEqual(action["params"]["undo_seconds"], 60)
        self.assertEqual(action["params"]["recipients"], ["Dr Ann Lee"])
        self.assertEqual(again.due_at, again.undo_until)
        self.run_queue()
        self.assertFalse(self.fake.submitted)

    def test_undone_it_comes_back(self):
        self.account.undo_seconds = 60
        fax = self.failed()
        again = self.again(fax.with_user(self.user).action_resend())
        self.assertFalse(fax.needs_attention)
        again.with_user(self.user).action_undo()
        self.assertEqual(again.state, "cancelled")
        self.assertTrue(fax.needs_attention)
        self.assertFalse(fax.acknowledged_how or fax.acknowledged_by_id)
        # And may be sent again.
        other = self.again(fax.with_user(self.user).action_resend())
        self.assertEqual(other.state, "queued")

    def test_the_charts_note(self):
        entry = self.new_entry()
        fax = self.failed(entry)
        again = self.again(fax.with_user(self.colleague).action_resend())
        self.assertEqual(again.note_ids.mapped("res_id"), entry.ids)
        self.assertIn(again.name, again.note_ids.body)
        self.assertNotIn(again.name, fax.note_ids.body)

    def test_the_chain(self):
        first = self.failed()
        second = self.again(first.with_user(self.user).action_resend())
        mine = (first | second).with_user(self.user)
        self.assertEqual(mine.mapped("resend_count"), [1, 0])
        self.assertEqual(mine[0].action_view_later()["res_id"], second.id)
        self.assertEqual(mine[1].action_view_first()["res_id"], first.id)


@tagged("post_install", "-at_install")
class TestResendIsRefused(ResendCase):
    """Checked anew, and said in words."""

    def refuse(self, fax, words):
        for method in ("action_resend", "action_resend_to_number"):
            with self.subTest(method=method):
                self.assertRefused(getattr(fax.with_user(self.user), method), words)
        self.assertFalse(fax.resend_ids)

    def test_not_ended(self):
        for state in ("queued", "held", "submitting", "submitted"):
            fax = self.send()
            self.set_state(fax, state)
            self.refuse(fax, "not ended")

    def test_not_sure(self):
        fax = self.send()
        self.set_state(fax, "uncertain")
        self.refuse(fax, "whether it arrived")

    def test_received(self):
        fax = self.failed()
        guard.opened(fax).write({"direction": "in", "state": "received"})
        self.refuse(fax, "received")

    def test_already_on_its_way_or_arrived(self):
        fax = self.failed()
        again = self.again(fax.with_user(self.user).action_resend())
        for state in ("queued", "held", "submitting", "submitted", "uncertain"):
            self.set_state(again, state)
            with self.subTest(state=state):
                self.assertRefused(
                    fax.with_user(self.colleague).action_resend, again.name
                )
        self.set_state(again, "delivered")
        self.assertRefused(fax.with_user(self.colleague).action_resend, again.name)
        self.assertEqual(len(fax.resend_ids), 1)

    def test_go_on_from_the_later_one(self):
        """Else two people would go on from two faxes of one thing."""
        fax = self.failed()
        again = self.fail(self.again(fax.with_user(self.user).action_resend()))
        self.assertRefused(fax.with_user(self.colleague).action_resend, again.name)
        again.with_user(self.user).action_called()
        # Given up: then the first one may be sent anew.
        self.again(fax.with_user(self.user).action_resend())

    def test_the_patient(self):
        fax = self.failed()
        self.patient.fax_blocked = True
        self.refuse(fax, "must not be faxed")
        self.patient.fax_blocked = False
        self.again(fax.with_user(self.user).action_resend())

    def test_the_authorization(self):
        authorization = self.env["fax.authorization"].create(
            {"partner_id": self.patient.id, "purpose": "insurer", "date": "2020-01-01"}
        )
        fax = self.failed(purpose="insurer", authorization_id=authorization.id)
        self.assertEqual(fax.authorization_id, authorization)
        authorization.active = False
        self.refuse(fax, "authorization")
        authorization.write({"active": True, "until": "2020-02-01"})
        self.refuse(fax, "authorization")
        authorization.until = False
        again = self.again(fax.with_user(self.user).action_resend())
        self.assertEqual(again.authorization_id, authorization)

    def test_the_country(self):
        """Faxing there was switched off meanwhile."""
        france = self.env.ref("base.fr")
        self.account.country_ids = france
        fax = self.failed(recipients=[{"number": "+33140205050", "name": "Dr Martin"}])
        self.account.country_ids = False
        self.assertRefused(fax.with_user(self.user).action_resend, "France")

    def test_the_account(self):
        fax = self.failed()
        self.account.action_disconnect()
        self.refuse(fax, "switched off")

    def test_the_number_is_not_theirs_any_more(self):
        """One's own fax, from a number that others use now."""
        fax = self.failed(number_id=self.private_number.id)
        self.private_number.user_ids = self.colleague
        self.refuse(fax, "not yours")

    def test_the_number_is_archived(self):
        fax = self.failed()
        self.number.active = False
        self.refuse(fax, "switched off")

    def test_purged_pages(self):
        fax = self.failed()
        fax.document_id._purge()
        self.refuse(fax, "not kept")

    def test_rights(self):
        fax = self.failed(number_id=self.private_number.id)
        for user in self.colleague | self.denied | self.plain | self.stranger:
            theirs = fax.with_user(user)
            for method in (
                "action_resend",
                "action_resend_missing",
                "action_resend_plain",
                "action_resend_to_number",
                "action_edit_and_send",
            ):
                with self.subTest(user=user.login, method=method):
                    with self.assertRaises(AccessError):
                        getattr(theirs, method)()
        self.assertFalse(fax.resend_ids)

    def test_not_the_right_to_read(self):
        """A colleague at the desk finishes it and never sees the pages."""
        entry = self.new_entry(ref="HIDDEN", user_id=self.user.id)
        fax = self.failed(entry)
        theirs = fax.with_user(self.colleague)
        self.assertFalse(theirs.document_id.has_access("read"))
        again = self.again(theirs.action_resend())
        self.assertEqual(again.state, "queued")
        self.assertFalse(again.with_user(self.colleague).document_id.has_access("read"))
        self.fail(again)
        with self.assertRaises(AccessError):
            again.with_user(self.colleague).action_edit_and_send()


@tagged("post_install", "-at_install")
class TestResendToAnotherNumber(ResendCase):
    def setUp(self):
        super().setUp()
        self.fax = self.failed()

    def wizard(self, user=None, **values):
        action = self.fax.with_user(user or self.user).action_resend_to_number()
        wizard = self.env["fax.resend"].with_user(user or self.user)
        wizard = wizard.browse(action["res_id"])
        wizard.write(values)
        return wizard

    def test_the_contact_is_corrected(self):
        wizard = self.wizard(number_typed="514 555 0199")
        self.assertTrue(wizard.correct_contact)
        self.assertEqual(wizard.number_display, "+1 514-555-0199")
        again = self.again(wizard.action_send())
        self.assertEqual(again.number, NEW_NUMBER)
        self.assertEqual(self.lee.number, NEW_NUMBER)
        self.assertEqual(self.fax.number, LEE, "what was dialled stays as it was")

    def test_this_fax_only(self):
        wizard = self.wizard(number_typed="514 555 0199", correct_contact=False)
        again = self.again(wizard.action_send())
        self.assertEqual(again.number, NEW_NUMBER)
        self.assertEqual(self.lee.number, LEE)

    def test_a_shared_machine(self):
        """Others keep the number: nothing is ticked, and it is said whose it is."""
        self.new_contact("Dr Bo Chan", LEE)
        wizard = self.wizard()
        self.assertFalse(wizard.correct_contact)
        self.assertIn("Dr Bo Chan", wizard.shared_with)
        self.assertTrue(wizard.can_correct)

    def test_a_shared_book(self):
        """Entries of all companies are for fax managers to change."""
        self.lee.company_id = False
        wizard = self.wizard(number_typed="514 555 0199", correct_contact=True)
        self.assertFalse(wizard.can_correct)
        wizard.action_send()
        self.assertEqual(self.lee.number, LEE)

    def test_no_contact(self):
        self.fax.contact_id = False
        wizard = self.wizard(number_typed="514 555 0199")
        self.assertFalse(wizard.correct_contact or wizard.can_correct)
        self.assertEqual(self.again(wizard.action_send()).number, NEW_NUMBER)

    def test_bad_numbers(self):
        """In the composer's words, and nothing is sent or changed."""
        composer = self.env["fax.composer"].with_user(self.user)
        for number in ("", "514 555", "911", "+33140205050", "+1 900 555 0199"):
            wizard = self.wizard(number_typed=number)
            words = composer.action_check_number(number, self.number.id)["error"]
            with self.subTest(number=number):
                self.assertTrue(words)
                self.assertEqual(wizard.number_error, number and words)
                self.assertRefused(wizard.action_send, words)
        self.assertEqual(self.lee.number, LEE)
        self.assertFalse(self.fax.resend_ids)

    def test_while_one_types(self):
        wizard = (
            self.env["fax.resend"]
            .with_user(self.user)
            .new({"message_id": self.fax.id, "number_typed": "514 555"})
        )
        self.assertIn("too short", wizard.number_error)
        wizard.number_typed = "514 555 0199"
        self.assertFalse(wizard.number_error)

    def test_somebody_was_faster(self):
        wizard = self.wizard(number_typed="514 555 0199")
        again = self.again(self.fax.with_user(self.colleague).action_resend())
        self.assertRefused(wizard.action_send, again.name)
        self.assertEqual(self.lee.number, LEE, "the contact is not changed either")

    def test_the_contacts_own_rules(self):
        self.new_contact("Dr Ann Lee", NEW_NUMBER)
        wizard = self.wizard(number_typed="514 555 0199")
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            wizard.action_send()
