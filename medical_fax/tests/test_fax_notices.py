from odoo.tests import tagged

from ..providers import FailureKind, FaxState
from .common import USER, FaxCommon


@tagged("post_install", "-at_install")
class TestNotices(FaxCommon):
    """A failure always reaches a person, once."""

    def setUp(self):
        super().setUp()
        self.group = self.env["res.groups"].create({"name": "Fallback"})
        self.account.fallback_group_id = self.group
        self.group.user_ids = self.colleague
        self.fax = self.send()

    def refuse(self):
        self.fake.refuse()
        self.run_queue()
        self.assertEqual(self.fax.state, "failed")

    def told(self, fax=None):
        return (fax or self.fax).activity_ids.user_id

    def test_the_sender_and_the_group(self):
        self.refuse()
        self.assertEqual(self.told(), self.user | self.colleague)
        self.assertEqual(len(self.fax.activity_ids), 2)

    def test_one_notice_for_each_person_and_failure(self):
        self.group.user_ids |= self.user
        self.refuse()
        self.run_queue()
        self.assertEqual(len(self.fax.activity_ids), 2)
        self.fax._tell_failure()
        self.assertEqual(len(self.fax.activity_ids), 2)

    def test_each_failing_state_is_told(self):
        partial, unclear = self.send(), self.send()
        self.fake.refuse()
        self.fake.accept()
        self.fake.lose_answer()
        self.run_queue()
        self.fake.answer(
            FaxState.PARTIAL,
            partial.attempt_ids,
            failure=FailureKind.PARTLY_SENT,
            pages_sent=1,
        )
        self.run_queue()
        states = (self.fax | partial | unclear).mapped("state")
        self.assertEqual(states, ["failed", "partial", "uncertain"])
        for fax in self.fax | partial | unclear:
            self.assertEqual(self.told(fax), self.user | self.colleague)

    def test_what_stands_in_it(self):
        self.refuse()
        for activity in self.fax.activity_ids:
            self.assertIn(self.fax.name, activity.summary)
            self.assertIn("Not delivered", activity.summary)
            self.assertNotIn("Lee", activity.summary)

    def test_in_the_language_of_who_is_told(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.colleague.lang = "fr_FR"
        field = self.env["ir.model.fields.selection"].search(
            [("field_id.model", "=", "fax.message"), ("value", "=", "failed")]
        )
        field.with_context(lang="fr_FR").name = "Non remis"
        self.env.registry.clear_cache()
        self.refuse()
        by_user = {a.user_id: a.summary for a in self.fax.activity_ids}
        self.assertIn("Non remis", by_user[self.colleague])
        self.assertIn("Not delivered", by_user[self.user])

    def test_other_companies_and_archived_people_are_not_told(self):
        leaver = self.new_user("t_fax_leaver", USER)
        self.group.user_ids |= self.stranger | leaver
        leaver.active = False
        self.refuse()
        self.assertEqual(self.told(), self.user | self.colleague)

    def test_members_without_rights_to_faxes(self):
        """They are told all the same; what they may open is another matter."""
        self.group.user_ids = self.plain
        self.refuse()
        self.assertEqual(self.told(), self.user | self.plain)

    def test_a_sender_who_lost_the_right(self):
        self.user.group_ids -= self.env.ref("medical_fax.group_fax_user")
        self.refuse()
        self.assertEqual(self.told(), self.user | self.colleague)

    def test_nobody_left_means_the_managers(self):
        """The sender has left and the group is empty: still a person is told."""
        self.user.active = False
        self.group.user_ids = False
        self.refuse()
        self.assertIn(self.manager, self.told())
        self.assertNotIn(self.stranger, self.told())

    def test_no_group_means_the_managers_too(self):
        self.user.active = False
        self.account.fallback_group_id = False
        self.refuse()
        self.assertIn(self.manager, self.told())


@tagged("post_install", "-at_install")
class TestNotes(FaxCommon):
    """The note on the chart follows the fax, and names nobody."""

    def setUp(self):
        super().setUp()
        self.entry = self.new_entry()
        self.fax = self.send(self.entry, subject="Secret subject")

    def body(self):
        self.assertEqual(len(self.fax.note_ids), 1)
        body = self.fax.note_ids.body
        for planted in ("Lee", "0190", "Secret", "Heart"):
            self.assertNotIn(planted, body)
        self.assertIn(self.fax.name, body)
        return body

    def test_follows(self):
        self.assertIn("Waiting", self.body())
        self.run_queue()
        self.assertIn("Handed to provider", self.body())
        self.fake.deliver(self.fax.attempt_ids)
        self.run_queue()
        self.assertIn("Delivered", self.body())
        self.assertNotIn("Waiting", self.body())

    def test_failure(self):
        self.fake.refuse(FailureKind.BUSY)
        self.run_queue()
        self.assertIn("Not delivered", self.body())

    def test_undo(self):
        self.fax.with_user(self.user).action_undo()
        self.assertIn("Cancelled", self.body())

    def test_the_record_hears_of_it_quietly(self):
        """A note sends no mail and notifies nobody."""
        note = self.fax.note_ids
        self.assertFalse(note.notified_partner_ids)
        self.assertEqual(note.subtype_id, self.env.ref("mail.mt_note"))
        self.assertEqual(note.author_id, self.user.partner_id)

    def test_a_deleted_note_stops_nothing(self):
        self.fax.note_ids.unlink()
        self.run_queue()
        self.assertEqual(self.fax.state, "submitted")

    def test_the_language_stays_the_senders(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        selection = self.env["ir.model.fields.selection"].search(
            [("field_id.model", "=", "fax.message"), ("value", "=", "submitted")]
        )
        selection.with_context(lang="fr_FR").name = "Remis au prestataire"
        self.env.registry.clear_cache()
        self.user.lang = "fr_FR"
        self.run_queue()
        self.assertIn("Remis au prestataire", self.body())
