from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..providers import FailureKind
from . import samples
from .common import FaxCommon, FaxHttpCommon, RpcError


class AttentionCase(FaxCommon):
    def fax_in(self, state, user=None, **values):
        """A fax that came into a state; ``values`` are written with it."""
        number = values.pop("number_id", self.number.id)
        made_of = {}
        if values.pop("is_file", False):
            made_of["attachment_ids"] = self.upload(samples.pdf()).ids
        fax = self.send(user=user or self.user, number_id=number, **made_of)
        if state in ("failed", "partial", "uncertain"):
            self.set_state(fax, "submitted")
            self.move(fax, state, values)
        elif state == "held":
            fax._set_held("paused")
        else:
            self.set_state(fax, state)
        if values:
            fax.write(values)
        return fax

    def move(self, fax, state, values):
        setters = {
            "failed": lambda: fax._set_failed(values.pop("failure_kind", "busy")),
            "partial": lambda: fax._set_partial(values.pop("pages_sent", 1)),
            "uncertain": lambda: fax._set_uncertain(),
        }
        setters[state]()

    def ago(self, **period):
        return fields.Datetime.now() - timedelta(**period)

    def shown(self, user):
        """What the list shows a user of the faxes that need somebody."""
        faxes = self.env["fax.message"].with_user(user)
        return faxes.search([("needs_attention", "=", True)]).sudo()


@tagged("post_install", "-at_install")
class TestNeedsAttention(AttentionCase):
    """Which faxes stand in the list, for whom, and in which number."""

    def test_trouble_until_dealt_with(self):
        for state in ("failed", "partial", "uncertain"):
            with self.subTest(state=state):
                fax = self.fax_in(state)
                self.assertTrue(fax.needs_attention)
                self.assertIn(fax, self.shown(self.user))
                fax._acknowledge("nothing", "x")
                self.assertFalse(fax.needs_attention)
                self.assertNotIn(fax, self.shown(self.user))

    def test_what_needs_nobody(self):
        for state in ("queued", "submitting", "submitted", "delivered", "cancelled"):
            with self.subTest(state=state):
                fax = self.fax_in(state)
                self.assertFalse(fax.needs_attention)
                self.assertNotIn(fax, self.shown(self.user))

    def test_held_for_a_quarter_of_an_hour(self):
        fax = self.fax_in("held")
        self.assertFalse(fax.needs_attention)
        self.assertFalse(self.shown(self.user))
        fax.held_at = self.ago(minutes=15, seconds=1)
        self.assertTrue(fax.needs_attention)
        self.assertEqual(self.shown(self.user), fax)

    def test_the_time_is_a_setting(self):
        fax = self.fax_in("held", held_at=self.ago(seconds=5))
        self.set_wait("hold_notice_seconds", 2)
        self.assertEqual(self.shown(self.user), fax)

    def test_the_others(self):
        """Searching for those that need nobody finds exactly the rest."""
        faxes = self.fax_in("failed") | self.fax_in("held") | self.fax_in("delivered")
        faxes |= self.fax_in("held", held_at=self.ago(hours=1))
        found = faxes.search([("id", "in", faxes.ids), ("needs_attention", "=", False)])
        self.assertEqual(found, faxes.filtered(lambda fax: not fax.needs_attention))
        self.assertEqual(len(found), 2)
        every = faxes.search(
            [("id", "in", faxes.ids), ("needs_attention", "in", [True, False])]
        )
        self.assertEqual(every, faxes)

    def test_for_whom(self):
        """Of the numbers one may use, and counted as one sees them."""
        ours = self.fax_in("failed")
        private = self.fax_in("failed", number_id=self.private_number.id, is_file=True)
        self.assertEqual(self.shown(self.user), ours | private)
        self.assertEqual(self.shown(self.colleague), ours)
        self.assertFalse(self.shown(self.stranger) & (ours | private))
        messages = self.env["fax.message"]
        for user, count in (
            (self.user, 2),
            (self.colleague, 1),
            (self.manager, 2),
            (self.plain, 0),
        ):
            with self.subTest(user=user.login):
                counted = messages.with_user(user).get_attention_count()
                self.assertEqual(counted, count)

    def test_counting_ends_at_a_hundred(self):
        fax = self.fax_in("failed")
        with patch("odoo.addons.medical_fax.models.fax_message_attention.COUNTED", 1):
            self.fax_in("failed")
            count = fax.with_user(self.user).get_attention_count()
        self.assertEqual(count, 1)

    def test_since_when(self):
        failed = self.fax_in("failed")
        self.assertEqual(failed.attention_since, failed.done_at)
        held = self.fax_in("held", held_at=self.ago(hours=1))
        self.assertEqual(held.attention_since, held.held_at)

    def test_a_new_failure_is_not_dealt_with(self):
        fax = self.fax_in("uncertain")
        fax._acknowledge("nothing", "x")
        fax.with_user(self.user).action_confirm_not_arrived("them")
        self.assertTrue(fax.needs_attention)
        self.assertFalse(fax.acknowledged_how or fax.acknowledged_note)


@tagged("post_install", "-at_install")
class TestNextSteps(AttentionCase):
    """What is offered, the usual first."""

    def steps(self, fax, user=None):
        return fax.with_user(user or self.user).next_steps.split()

    def test_by_state_and_kind(self):
        rest = ["edit", "called", "nothing"]
        for state, values, expected in (
            ("failed", {}, ["resend", "number", *rest]),
            (
                "failed",
                {"failure_kind": "invalid_number"},
                ["number", "resend", *rest],
            ),
            ("failed", {"failure_kind": "not_a_fax"}, ["number", "resend", *rest]),
            (
                "failed",
                {"failure_kind": "document_rejected"},
                ["plain", "resend", "number", *rest],
            ),
            ("partial", {"pages_sent": 1}, ["missing", "resend", "number", *rest]),
            ("partial", {"pages_sent": 0}, ["resend", "number", *rest]),
            ("uncertain", {}, ["ask", "arrived", "missed"]),
            ("held", {}, ["release", "undo"]),
            ("delivered", {}, []),
            ("queued", {}, []),
        ):
            with self.subTest(state=state, **values):
                fax = self.fax_in(state, **values)
                self.assertEqual(self.steps(fax), expected)

    def test_nothing_for_who_may_not_fax_for_the_number(self):
        fax = self.fax_in("failed", number_id=self.private_number.id)
        # Seen through the record it was made from
        self.assertTrue(fax.with_user(self.colleague).has_access("read"))
        self.assertFalse(self.steps(fax, self.colleague))
        self.assertTrue(self.steps(fax, self.manager))
        self.user.group_ids |= self.env.ref("medical_fax.group_fax_denied")
        self.assertFalse(self.steps(fax))

    def test_edit_needs_the_pages(self):
        entry = self.new_entry()
        fax = self.send(entry)
        self.set_state(fax, "failed", failure_kind="busy")
        self.assertIn("edit", self.steps(fax, self.colleague))
        entry.write({"ref": "HIDDEN", "user_id": self.user.id})
        self.env.invalidate_all()
        self.assertIn("edit", self.steps(fax))
        self.assertNotIn("edit", self.steps(fax, self.colleague))
        self.assertIn("resend", self.steps(fax, self.colleague))

    def test_every_step_has_its_method(self):
        """The browser's table is beside this one: what it calls must be there."""
        for method in (
            "action_resend",
            "action_resend_to_number",
            "action_edit_and_send",
            "action_called",
            "action_nothing_to_do",
        ):
            fax = self.fax_in("failed").with_user(self.user)
            with self.subTest(method=method):
                self.assertTrue(getattr(fax, method)())


@tagged("post_install", "-at_install")
class TestAttentionIsHeard(AttentionCase):
    """Open pages of all who fax count anew; nothing about the fax is in it."""

    def sent(self):
        """What went to the fax users' channel and has not been looked at yet."""
        self.env.cr.precommit.run()
        rows = self.env["bus.bus"].search([], order="id")
        found = rows.filtered(lambda row: "medical_fax.attention" in row.message)
        messages = found.mapped("message")
        found.unlink()
        return messages

    def setUp(self):
        super().setUp()
        self.fax = self.send()
        self.sent()

    def test_trouble_comes_and_goes(self):
        self.fake.refuse(FailureKind.NOT_A_FAX)
        self.run_queue()
        self.assertEqual(self.fax.state, "failed")
        self.assertTrue(self.sent())
        self.fax.with_user(self.user).action_called()
        self.assertTrue(self.sent())
        self.fax.with_user(self.user).action_take_back()
        for message in self.sent():
            self.assertNotIn(self.fax.name, message)
            self.assertNotIn("Lee", message)

    def test_success_disturbs_nobody(self):
        self.run_queue()
        self.fake.deliver(self.fax.attempt_ids)
        self.run_queue()
        self.assertEqual(self.fax.state, "delivered")
        self.assertFalse(self.sent())


@tagged("post_install", "-at_install")
class TestAttentionThroughRpc(FaxHttpCommon):
    """A program that logs in may do what its user may, and no more."""

    def setUp(self):
        super().setUp()
        file = self.upload(samples.pdf())
        number = self.private_number.id
        self.fax = self.send(attachment_ids=file.ids, number_id=number)
        self.set_state(self.fax, "failed", failure_kind="busy")

    def refused(self, user, model, method, *args):
        self.login(user)
        with self.assertLogs("odoo.http"), self.assertRaises(RpcError):
            self.call_kw(model, method, *args)

    def test_what_is_written_by_methods_only(self):
        for user in self.user | self.manager:
            for values in (
                {"acknowledged_on": "2026-01-01"},
                {"acknowledged_how": "called"},
                {"acknowledged_note": "x"},
                {"told_at": "2026-01-01"},
                {"resend_of_id": False},
            ):
                with self.subTest(user=user.login, values=values):
                    self.refused(user, "fax.message", "write", self.fax.ids, values)

    def test_private_methods(self):
        for method in ("_acknowledge", "_put_away", "_resend", "_cron_notices"):
            with self.subTest(method=method):
                self.refused(self.manager, "fax.message", method, self.fax.ids)

    def test_a_forged_answer(self):
        """The question's faxes come from the client, and are checked as the user: the
        colleague sees this one through its record, and may not fax for its number."""
        fax = self.send(number_id=self.private_number.id)
        self.set_state(fax, "failed", failure_kind="busy")
        self.login(self.colleague)
        values = {"kind": "nothing", "message_ids": [[6, 0, fax.ids]], "text": "x"}
        wizard = self.call_kw("fax.answer", "create", [values])
        self.refused(self.colleague, "fax.answer", "action_confirm", wizard)
        wizard = self.call_kw("fax.resend", "create", [{"message_id": fax.id}])
        self.call_kw("fax.resend", "write", wizard, {"number_typed": "5145550199"})
        self.refused(self.colleague, "fax.resend", "action_send", wizard)
        fax.invalidate_recordset()
        self.assertFalse(fax.acknowledged_on)
        self.assertFalse(fax.resend_ids)

    def test_the_counter(self):
        for user, count in ((self.user, 1), (self.colleague, 0), (self.plain, 0)):
            self.login(user)
            with self.subTest(user=user.login):
                found = self.call_kw("fax.message", "get_attention_count")
                self.assertEqual(found, count)
