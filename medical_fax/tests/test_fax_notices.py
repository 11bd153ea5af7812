from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..providers import FailureKind, FaxState
from .common import USER, FaxCommon


class NoticeCase(FaxCommon):
    def setUp(self):
        super().setUp()
        self.group = self.env["res.groups"].create({"name": "Fallback"})
        self.account.fallback_group_id = self.group
        self.group.user_ids = self.colleague

    def send_many(self, count, **values):
        faxes = self.env["fax.message"]
        for _number in range(count):
            faxes |= self.send(**values)
        return faxes

    def refuse(self, *faxes, kind=FailureKind.BUSY):
        for _fax in faxes:
            self.fake.refuse(kind)
        self.run_queue()
        for fax in faxes:
            self.assertEqual(fax.state, "failed")

    def notices(self, user):
        """The user's notices about faxes, the oldest first."""
        return self.env["mail.activity"].search(
            [("user_id", "=", user.id), ("fax_cause", "!=", False)], order="id"
        )


@tagged("post_install", "-at_install")
class TestNotices(NoticeCase):
    """A failure always reaches a person, once."""

    def setUp(self):
        super().setUp()
        self.fax = self.send()

    def told(self, fax=None):
        return (fax or self.fax).notice_ids.user_id

    def test_the_sender_and_the_group(self):
        self.refuse(self.fax)
        self.assertEqual(self.told(), self.user | self.colleague)
        self.assertEqual(len(self.fax.activity_ids), 2)

    def test_one_notice_for_each_person_and_failure(self):
        self.group.user_ids |= self.user
        self.refuse(self.fax)
        self.run_queue()
        self.assertEqual(len(self.fax.activity_ids), 2)
        self.fax._tell_failure()
        self.run_queue()
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
        unclear._set_uncertain()
        self.run_queue()
        states = (self.fax | partial | unclear).mapped("state")
        self.assertEqual(states, ["failed", "partial", "uncertain"])
        for fax in self.fax | partial | unclear:
            self.assertEqual(self.told(fax), self.user | self.colleague)

    def test_what_stands_in_it(self):
        self.refuse(self.fax)
        self.assertEqual(len(self.fax.activity_ids), 2)
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
        self.refuse(self.fax)
        by_user = {a.user_id: a.summary for a in self.fax.activity_ids}
        self.assertIn("Non remis", by_user[self.colleague])
        self.assertIn("Not delivered", by_user[self.user])

    def test_other_companies_and_archived_people_are_not_told(self):
        leaver = self.new_user("t_fax_leaver", USER)
        self.group.user_ids |= self.stranger | leaver
        leaver.active = False
        self.refuse(self.fax)
        self.assertEqual(self.told(), self.user | self.colleague)

    def test_members_without_rights_to_faxes(self):
        """They are told all the same; what they may open is another matter."""
        self.group.user_ids = self.plain
        self.refuse(self.fax)
        self.assertEqual(self.told(), self.user | self.plain)

    def test_a_sender_who_lost_the_right(self):
        self.user.group_ids -= self.env.ref("medical_fax.group_fax_user")
        self.refuse(self.fax)
        self.assertEqual(self.told(), self.user | self.colleague)

    def test_nobody_left_means_the_managers(self):
        """The sender has left and the group is empty: still a person is told."""
        self.user.active = False
        self.group.user_ids = False
        self.refuse(self.fax)
        self.assertIn(self.manager, self.told())
        self.assertNotIn(self.stranger, self.told())

    def test_the_fallback_person_before_the_managers(self):
        self.user.active = False
        self.account.fallback_group_id = False
        self.company.fax_fallback_user_id = self.colleague
        self.refuse(self.fax)
        self.assertEqual(self.told(), self.colleague)

    def test_a_fallback_person_who_left_stops_nothing(self):
        self.user.active = False
        self.group.user_ids = False
        self.company.fax_fallback_user_id = self.colleague
        self.colleague.active = False
        self.refuse(self.fax)
        self.assertIn(self.manager, self.told())

    def test_no_group_means_the_managers_too(self):
        self.user.active = False
        self.account.fallback_group_id = False
        self.refuse(self.fax)
        self.assertIn(self.manager, self.told())

    def test_told_again_when_it_fails_again(self):
        """Not sure, told; then found not to have arrived: another thing to do."""
        self.run_queue()
        self.fax._set_uncertain()
        self.run_queue()
        before = self.notices(self.user)
        self.fax.with_user(self.user).action_confirm_not_arrived("front desk")
        self.run_queue()
        after = self.notices(self.user)
        self.assertEqual(len(after), 1)
        self.assertNotEqual(after, before)
        self.assertIn("Not delivered", after.summary)


@tagged("post_install", "-at_install")
class TestGroupedNotices(NoticeCase):
    """Failures of one cause are one notice, with a count."""

    def test_many_that_fail_at_once(self):
        faxes = self.send_many(5)
        self.refuse(*faxes)
        for user in self.user | self.colleague:
            notice = self.notices(user)
            self.assertEqual(len(notice), 1)
            self.assertEqual(notice.summary, f"{faxes[0].name} and 4 more: Line busy")
            self.assertEqual(notice.fax_message_ids, faxes)

    def test_one_after_the_other(self):
        first, second = self.send(), self.send(scheduled_at="2037-01-01", send_later=1)
        self.refuse(first)
        self.make_due(second)
        self.refuse(second)
        notice = self.notices(self.user)
        self.assertEqual(notice.summary, f"{first.name} and 1 more: Line busy")

    def test_after_the_time_a_new_one(self):
        first, second = self.send(), self.send(scheduled_at="2037-01-01", send_later=1)
        self.refuse(first)
        long_ago = fields.Datetime.now() - timedelta(seconds=601)
        self.env.cr.execute(
            "UPDATE mail_activity SET create_date = %s WHERE id IN %s",
            [long_ago, tuple(first.notice_ids.ids)],
        )
        self.make_due(second)
        self.refuse(second)
        self.assertEqual(
            self.notices(self.user).mapped("fax_message_ids"), first | second
        )
        self.assertEqual(len(self.notices(self.user)), 2)

    def test_other_causes_are_other_notices(self):
        busy, strange = self.send(), self.send()
        self.fake.refuse(FailureKind.BUSY)
        self.fake.refuse(FailureKind.NOT_A_FAX)
        self.run_queue()
        self.assertNotEqual(busy.notice_ids, strange.notice_ids)
        self.assertEqual(len(self.notices(self.user)), 2)

    def test_each_person_counts_their_own(self):
        mine = self.send_many(2)
        theirs = self.send(user=self.manager)
        self.refuse(*mine, theirs)
        self.assertEqual(self.notices(self.user).fax_message_ids, mine)
        self.assertEqual(self.notices(self.manager).fax_message_ids, theirs)
        self.assertEqual(self.notices(self.colleague).fax_message_ids, mine | theirs)

    def test_it_closes_when_all_were_dealt_with(self):
        first, second = self.send_many(2)
        self.refuse(first, second)
        notice = self.notices(self.user)
        first.with_user(self.user).action_called()
        self.assertTrue(notice.active)
        self.assertEqual(notice.res_id, second.id, "it moves on to the other one")
        self.assertTrue(notice.summary.startswith(f"{second.name}: Not delivered"))
        second.with_user(self.user).action_called()
        self.assertFalse(notice.active)
        self.assertFalse(self.notices(self.colleague))

    def test_it_closes_when_the_trouble_is_over(self):
        """Nobody did anything: the provider answered after all."""
        fax = self.send()
        self.run_queue()
        fax._set_uncertain()
        self.run_queue()
        self.assertTrue(self.notices(self.user))
        fax._set_delivered(fax.pages)
        self.run_queue()
        self.assertFalse(self.notices(self.user))

    def test_put_away_by_hand_before_the_next_failure(self):
        """Whoever ticked the notice off hears of what fails after it."""
        first, second = self.send(), self.send(scheduled_at="2037-01-01", send_later=1)
        self.refuse(first)
        self.notices(self.user).action_feedback()
        self.make_due(second)
        self.refuse(second)
        self.assertEqual(self.notices(self.user).fax_message_ids, second)

    def test_what_was_dealt_with_at_once_is_not_told(self):
        fax = self.send()
        self.fake.refuse()
        self.run_cron("ir_cron_fax_send")
        self.assertEqual(fax.state, "failed")
        fax.with_user(self.user).action_called()
        self.run_queue()
        self.assertFalse(self.notices(self.user))

    def test_taken_back_is_told_again(self):
        fax = self.send()
        self.refuse(fax)
        fax.with_user(self.user).action_called()
        self.assertFalse(self.notices(self.user))
        fax.with_user(self.user).action_take_back()
        self.run_queue()
        self.assertEqual(self.notices(self.user).fax_message_ids, fax)


@tagged("post_install", "-at_install")
class TestNoticesOfHolds(NoticeCase):
    """On hold is told after a while, and each time anew."""

    def hold(self, fax, minutes):
        self.company.fax_paused = True
        self.run_queue()
        self.assertEqual((fax.state, fax.hold_kind), ("held", "paused"))
        self.age(fax, minutes)

    def age(self, fax, minutes):
        fax.held_at = fields.Datetime.now() - timedelta(minutes=minutes)
        self.run_queue()

    def test_not_before_a_quarter_of_an_hour(self):
        fax = self.send()
        self.hold(fax, 14)
        self.assertFalse(self.notices(self.user))
        self.age(fax, 16)
        notice = self.notices(self.user)
        self.assertEqual(notice.fax_message_ids, fax)
        self.assertIn("paused", notice.summary)

    def test_many_are_one(self):
        faxes = self.send_many(3)
        self.hold(faxes[0], 0)
        for fax in faxes:
            fax.held_at = fields.Datetime.now() - timedelta(minutes=16)
        self.run_queue()
        notice = self.notices(self.user)
        self.assertEqual(notice.fax_message_ids, faxes)
        self.assertIn(
            f"{faxes[0].name} and 2 more: All sending is paused", notice.summary
        )

    def test_it_closes_when_sending_goes_on_and_comes_again(self):
        fax = self.send()
        self.hold(fax, 16)
        self.company.fax_paused = False
        self.run_queue()
        self.assertEqual(fax.state, "submitted")
        self.assertFalse(self.notices(self.user))

    def test_held_again_is_told_again(self):
        fax = self.send(scheduled_at="2037-01-01", send_later=1)
        fax._set_held("paused")
        self.age(fax, 16)
        first = self.notices(self.user)
        fax._set_queued(due_at="2037-01-01")
        self.run_queue()
        self.assertFalse(first.active)
        fax._set_held("paused")
        self.age(fax, 16)
        self.assertEqual(self.notices(self.user).fax_message_ids, fax)


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
