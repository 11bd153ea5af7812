from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import OUR_NUMBER, FaxCommon
from .inbox_common import InboxMixin


@tagged("post_install", "-at_install")
class TestAssign(InboxMixin, FaxCommon):
    """A received fax is given to a colleague who may see it, or taken."""

    def people(self, fax, user=None):
        people = fax.with_user(user or self.user).get_inbox_fax()["people"]
        return {person["id"] for person in people}

    def test_who_is_offered(self):
        """By the number; never whoever must not fax, and never oneself."""
        mine = self.new_user("t_denied_desk", "medical_fax.group_fax_user")
        mine.group_ids |= self.env.ref("medical_fax.group_fax_denied")
        private, shared = self.receive(), self.receive(to=OUR_NUMBER)
        unknown = self.receive(to="+15145550999")
        ours = (self.user | self.colleague | self.manager | self.denied | mine).ids
        self.assertEqual(self.people(private) & set(ours), {self.manager.id})
        expected = {self.manager.id, self.colleague.id}
        self.assertEqual(self.people(shared) & set(ours), expected)
        self.assertFalse(self.people(unknown, self.manager) & set(ours))
        self.assertNotIn(self.stranger.id, self.people(shared))
        for fax in private | shared:
            for user in self.env["res.users"].browse(self.people(fax)):
                fax.with_user(self.user).action_assign(user.id)
                self.assertEqual(fax.assignee_id, user)

    def test_of_a_number_that_nobody_entered(self):
        """A fax manager deals with it; nobody else sees it."""
        fax = self.receive(to="+15145550999")
        rows = fax.with_user(self.manager).get_inbox()
        self.assertIn(fax.id, [row["id"] for row in rows])
        for user in self.user | self.denied | self.stranger | self.plain:
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                fax.with_user(user).action_file(self.patient.id)
        fax.with_user(self.manager).action_assign(self.manager.id)
        fax.with_user(self.manager).action_file(self.patient.id)
        self.assertEqual(fax.state, "filed")

    def test_given_taken_and_given_back(self):
        fax = self.receive(to=OUR_NUMBER).with_user(self.user)
        fax.action_assign(self.colleague.id)
        self.assertNotIn(fax.id, [row["id"] for row in fax.get_inbox()])
        fax.with_user(self.colleague).action_assign(self.colleague.id)
        fax.action_assign(self.user.id)
        (row,) = (row for row in fax.get_inbox() if row["id"] == fax.id)
        self.assertTrue(row["mine"])
        fax.action_assign(False)
        self.assertFalse(fax.assignee_id)
        self.assertTrue(fax.needs_attention, "somebody has to")
        self.assertFalse(fax.sudo().activity_ids.filtered(lambda a: not a.fax_cause))

    def test_who_may_not(self):
        fax = self.receive()
        with self.assertRaises(UserError):
            fax.with_user(self.user).action_assign(self.colleague.id)
        for user in self.colleague | self.denied | self.plain | self.stranger:
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                fax.with_user(user).action_assign(self.user.id)
        fax.with_user(self.user).action_put_away()
        with self.assertRaises(UserError):
            fax.with_user(self.user).action_assign(self.user.id)
