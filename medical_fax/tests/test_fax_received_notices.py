from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import OUR_NUMBER, OUR_PRIVATE_NUMBER, FaxCommon
from .inbox_common import InboxMixin


@tagged("post_install", "-at_install")
class TestReceivedNotices(InboxMixin, FaxCommon):
    """Who hears of a received fax, and that it says nothing about anybody."""

    def setUp(self):
        super().setUp()
        self.group = self.env["res.groups"].create({"name": "Fallback"})
        self.account.fallback_group_id = self.group
        self.group.user_ids = self.manager
        self.private_number.subscriber_ids = self.user
        self.new_contact("Doctor Secret", "+15145550188")

    def notices(self, user):
        return self.env["mail.activity"].search(
            [("user_id", "=", user.id), ("res_model", "=", "fax.message")], order="id"
        )

    def tell(self):
        self.run_cron("ir_cron_fax_notices")

    def test_subscribers(self):
        fax = self.receive()
        self.tell()
        (notice,) = self.notices(self.user)
        self.assertEqual(notice.res_id, fax.id)
        self.assertIn(fax.name, notice.summary)
        self.assertIn("514-555-0171", notice.summary)
        self.assertNotIn("Secret", f"{notice.summary} {notice.note}")
        self.assertNotIn("0188", notice.summary)
        self.assertFalse(self.notices(self.manager))
        self.assertFalse(self.notices(self.colleague))

    def test_each_user_subscribes(self):
        numbers = self.number | self.private_number
        numbers.with_user(self.user).action_subscribe()
        self.assertEqual(self.number.subscriber_ids, self.user)
        self.number.with_user(self.colleague).action_subscribe()
        numbers.with_user(self.user).action_subscribe(False)
        self.assertEqual(numbers.subscriber_ids, self.colleague)
        for user in self.colleague | self.denied | self.plain | self.stranger:
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.private_number.with_user(user).action_subscribe()
        self.assertFalse(self.private_number.subscriber_ids)

    def test_several_are_one_notice(self):
        for _number in range(3):
            self.offer()
        self.look()
        self.tell()
        (notice,) = self.notices(self.user)
        self.assertIn("and 2 more", notice.summary)

    def test_nobody_subscribes(self):
        self.receive(to=OUR_NUMBER)
        self.tell()
        self.assertEqual(len(self.notices(self.manager)), 1)
        self.assertFalse(self.notices(self.user))

    def test_a_subscriber_who_may_not_see_it(self):
        """Nobody is told of what he cannot open."""
        self.private_number.subscriber_ids = self.colleague
        self.receive()
        self.tell()
        self.assertFalse(self.notices(self.colleague))
        self.assertEqual(len(self.notices(self.manager)), 1)

    def test_left_lying(self):
        """Four working hours later the fallback group is told as well, once."""
        # A Friday afternoon: three hours of work are left, the fourth is on Monday.
        with freeze_time("2026-03-06 14:00"):
            fax = self.receive()
            self.tell()
        calendar = self.company.resource_calendar_id
        calendar.tz = "UTC"
        due = calendar.plan_hours(4, datetime(2026, 3, 6, 14, tzinfo=None))
        self.assertEqual(due.weekday(), 0)
        with freeze_time("2026-03-08 12:00"):
            self.tell()
            self.assertFalse(fax.escalated_at, "nobody works on a Sunday")
        with freeze_time("2026-03-09 17:00"):
            self.tell()
            self.assertTrue(fax.escalated_at)
            self.assertEqual(len(self.notices(self.manager)), 1)
            self.tell()
        self.assertEqual(len(self.notices(self.manager)), 1)

    def test_they_need_attention_until_somebody_takes_them(self):
        count = self.env["fax.message"].with_user(self.user).get_attention_count
        before = count()
        fax = self.receive()
        self.tell()
        self.assertTrue(fax.needs_attention)
        self.assertEqual(fax.attention_since, fax.received_at)
        self.assertEqual(count(), before + 1)
        self.assertEqual(
            self.env["fax.message"].search([("needs_attention", "=", True)]) & fax, fax
        )
        fax._move("archived")
        self.tell()
        self.assertFalse(fax.needs_attention)
        self.assertEqual(count(), before)
        self.assertFalse(self.notices(self.user), "closed with it")

    def test_numbers_of_others_are_not_counted(self):
        count = self.env["fax.message"].with_user(self.colleague).get_attention_count
        before = count()
        self.receive(to=OUR_PRIVATE_NUMBER)
        self.assertEqual(count(), before)
        self.receive(to=OUR_NUMBER)
        self.assertEqual(count(), before + 1)
