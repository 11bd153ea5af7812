from contextlib import contextmanager
from unittest.mock import patch

from psycopg2.errors import ForeignKeyViolation, UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import fax_message_state, guard
from ..models.fax_message import FINAL_STATES, OUTBOUND_STATES
from .common import FaxCommon

# What the browser, an import or a program might send as the key of the guard. Only
# the module's own object opens it, and no text can stand for that.
FORGED_KEYS = (True, 1, "1", "<object object>", {}, [1], {"_TOKEN": 1}, repr(guard))

# What each state may follow, written down a second time: the table in the code is
# compared with it, so that nobody widens it unnoticed.
MAY_FOLLOW = {
    "queued": {"draft", "held"},
    "held": {"draft", "queued"},
    "submitting": {"queued"},
    "submitted": {"submitting", "uncertain"},
    "uncertain": {"submitting", "submitted"},
    "delivered": {"submitting", "submitted", "uncertain"},
    "partial": {"submitting", "submitted", "uncertain"},
    "failed": {"submitting", "submitted", "uncertain", "queued", "held"},
    "cancelled": {"draft", "queued", "held", "submitted", "uncertain"},
}


@tagged("post_install", "-at_install")
class TestFaxMessageGuards(FaxCommon):
    """Rows of the workflow are written by our own methods, whoever asks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fax_values = {
            "name": "FAX/FORGED",
            "company_id": cls.company.id,
            "account_id": cls.account.id,
            "number_id": cls.number.id,
            "number": "+15145550199",
            "user_id": cls.user.id,
        }

    def setUp(self):
        super().setUp()
        self.fax = self.send()

    def _everybody(self):
        """Each kind of user, the administrator, and our own code as superuser."""
        admin = self.env.ref("base.user_admin")
        admin.company_ids |= self.company
        people = self.user | self.manager | self.denied | self.plain | admin
        yield from (self.env(user=user) for user in people)
        yield self.env(user=admin, su=True)

    def test_nobody_creates_a_fax(self):
        for env in self._everybody():
            for state in (False, "draft", "delivered"):
                values = dict(self.fax_values)
                if state:
                    values["state"] = state
                with self.subTest(user=env.user.login, state=state):
                    with self.assertRaises(UserError):
                        env["fax.message"].create(values)

    def test_nobody_writes_the_state(self):
        for env in self._everybody():
            fax = self.fax.with_env(env)
            for state, _label in OUTBOUND_STATES:
                with self.subTest(user=env.user.login, state=state):
                    with self.assertRaises(UserError):
                        fax.write({"state": state})
        self.assertEqual(self.fax.state, "queued")

    def test_people_write_no_field_at_all(self):
        admin = self.env.ref("base.user_admin")
        admin.company_ids |= self.company
        values = {
            "uuid": "forged",
            "number": "+19005550199",
            "patient_id": self.other_patient.id,
            "document_id": False,
            "pages_sent": 99,
            "acknowledged_by_id": self.user.id,
            "user_id": self.colleague.id,
            "due_at": False,
            "attempt_ids": [Command.create({"number": 9, "reference": "forged"})],
        }
        for user in self.user | self.manager | self.denied | self.plain | admin:
            for name, value in values.items():
                with self.subTest(user=user.login, field=name):
                    with self.assertRaises(AccessError):
                        self.fax.with_user(user).write({name: value})

    def test_a_forged_key_opens_nothing(self):
        for key in FORGED_KEYS:
            forged = self.env["fax.message"].with_context(**{guard._KEY: key})
            with self.subTest(key=key):
                with self.assertRaises(UserError):
                    forged.create(dict(self.fax_values))
                with self.assertRaises(UserError):
                    forged.browse(self.fax.id).write({"state": "delivered"})

    def test_defaults_from_the_context_open_nothing(self):
        """A new fax begins as a draft, whatever the context of a request says."""
        context = {"default_state": "delivered", "default_direction": "in"}
        composer = self.compose(self.new_entry()).with_context(**context)
        fax = self.press_send(composer)
        self.assertEqual(fax.state, "queued")
        self.assertEqual(fax.direction, "out")

    def test_defaults_from_the_context_reach_no_other_field(self):
        forged = {
            "default_uuid": "forged",
            "default_pages_sent": 99,
            "default_acknowledged_by_id": self.user.id,
            "default_resend_of_id": self.fax.id,
            "default_submitted_at": "2020-01-01 00:00:00",
            "default_failure_kind": "busy",
            "default_inbound_id": "forged",
        }
        composer = self.compose(self.new_entry()).with_context(**forged)
        fax = self.press_send(composer)
        self.assertNotEqual(fax.uuid, "forged")
        for key in list(forged)[1:]:
            name = key.removeprefix("default_")
            with self.subTest(field=name):
                self.assertFalse(fax[name])

    def test_import_makes_and_changes_nothing(self):
        fields = ["name", "state", "number", "company_id/.id", "account_id/.id"]
        row = ["X", "delivered", "+15145550199", str(self.company.id)]
        row.append(str(self.account.id))
        for user in self.user | self.manager:
            messages = self.env["fax.message"].with_user(user)
            count = messages.sudo().search_count([])
            with mute_logger("odoo.sql_db"):
                result = messages.load(fields, [row])
                self.assertFalse(result["ids"])
                result = messages.load([".id", "state"], [[str(self.fax.id), "failed"]])
                self.assertFalse(result["ids"])
            self.assertEqual(messages.sudo().search_count([]), count)
            self.assertEqual(self.fax.state, "queued")

    def test_copy_is_refused(self):
        for user in self.user | self.manager:
            with self.assertRaises(UserError):
                self.fax.with_user(user).copy()
        with self.assertRaises(UserError):
            self.fax.copy()

    def test_nobody_deletes_a_fax(self):
        for env in self._everybody():
            with self.subTest(user=env.user.login):
                with self.assertRaises(UserError):
                    self.fax.with_env(env).unlink()

    def test_a_patient_with_faxes_is_not_deleted(self):
        with self.assertRaises(ForeignKeyViolation), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                self.patient.unlink()

    def test_identity_is_unique(self):
        other = self.send()
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                other.write({"uuid": self.fax.uuid})

    def test_attempts_and_their_books_are_read_only_to_people(self):
        self.run_queue()
        attempt = self.fax.attempt_ids
        values = {"message_id": self.fax.id, "number": 2, "reference": "forged"}
        for user in self.user | self.manager:
            with self.assertRaises(AccessError):
                attempt.with_user(user).write({"provider_id": "forged"})
            with self.assertRaises(AccessError):
                attempt.with_user(user).unlink()
            with self.assertRaises(AccessError):
                self.env["fax.attempt"].with_user(user).create(values)


@tagged("post_install", "-at_install")
class TestFaxMessageStates(FaxCommon):
    """Each state follows from those it may follow from, and from no other."""

    def setUp(self):
        super().setUp()
        self.fax = self.send()

    @contextmanager
    def _unheard(self):
        """Without what hears of a change, which has tests of its own."""
        with patch.object(type(self.fax), "_follow_up", lambda self: None):
            with patch.object(type(self.fax), "_tell_failure", lambda self: None):
                yield

    def _setters(self):
        return {
            "queued": lambda fax: fax._set_queued(),
            "held": lambda fax: fax._set_held("a reason"),
            "submitting": lambda fax: fax._set_submitting(),
            "submitted": lambda fax: fax._set_submitted(),
            "uncertain": lambda fax: fax._set_uncertain(),
            "delivered": lambda fax: fax._set_delivered(1),
            "partial": lambda fax: fax._set_partial(1),
            "failed": lambda fax: fax._set_failed("busy"),
            "cancelled": lambda fax: fax._set_cancelled(),
        }

    def test_table(self):
        self.assertEqual(fax_message_state._ALLOWED_FROM, MAY_FOLLOW)

    def test_every_pair_of_states(self):
        states = [state for state, _label in OUTBOUND_STATES]
        with self._unheard():
            for old in states:
                for new, setter in self._setters().items():
                    with self.subTest(old=old, new=new):
                        self._try(old, new, setter)

    def _try(self, old, new, setter):
        self.set_state(self.fax, old)
        if old in MAY_FOLLOW[new] or old == new:
            setter(self.fax)
            self.assertEqual(self.fax.state, new)
        else:
            with self.assertRaises(UserError):
                setter(self.fax)
            self.assertEqual(self.fax.state, old)

    def test_a_final_state_never_changes(self):
        for final in FINAL_STATES:
            self.set_state(self.fax, final)
            for new, setter in self._setters().items():
                if new != final:
                    with self.subTest(old=final, new=new):
                        with self.assertRaises(UserError):
                            setter(self.fax)
                        self.assertEqual(self.fax.state, final)

    def test_repeating_a_state_does_nothing(self):
        """An answer that comes twice is counted and told once."""
        self.set_state(self.fax, "submitted")
        self.fax._set_failed("busy", "first")
        done_at = self.fax.done_at
        self.fax.activity_ids.action_feedback()
        self.fax._set_failed("no_answer", "second")
        self.assertEqual(self.fax.failure_kind, "busy")
        self.assertEqual(self.fax.done_at, done_at)
        self.assertFalse(self.fax.activity_ids)
        self.assertEqual(self.lee.use_count, 1)
        self.assertEqual(self.lee.failure_count, 1)

    def test_use_of_a_contact_is_counted_when_a_fax_ends(self):
        other = self.send()
        self.set_state(self.fax, "submitted")
        self.assertEqual(self.lee.use_count, 0)
        self.fax._set_delivered(1)
        self.set_state(other, "submitted")
        other._set_failed("busy")
        self.assertEqual((self.lee.use_count, self.lee.failure_count), (2, 1))

    def test_words(self):
        words = {
            "queued": "Waiting",
            "submitting": "Sending",
            "submitted": "Handed to provider",
            "delivered": "Delivered",
            "cancelled": "Cancelled",
        }
        for state, expected in words.items():
            self.set_state(self.fax, state)
            self.assertEqual(self.fax.state_words, expected)
        self.set_state(self.fax, "partial", pages_sent=2, pages=3)
        self.assertEqual(self.fax.state_words, "Partly delivered (2 of 3 pages)")
        self.set_state(self.fax, "failed", failure_kind="busy")
        self.assertIn("Not delivered (", self.fax.state_words)
        self.set_state(self.fax, "uncertain", failure_kind="unknown")
        self.assertIn("Not sure: check", self.fax.state_words)
        self.set_state(self.fax, "held", hold_reason="account off")
        self.assertEqual(self.fax.state_words, "On hold (account off)")

    def test_every_failure_has_words_and_advice(self):
        kinds = dict(self.fax._fields["failure_kind"]._description_selection(self.env))
        for kind in kinds:
            self.set_state(self.fax, "failed", failure_kind=kind)
            self.assertTrue(self.fax.failure_advice, kind)


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
        fax.with_user(self.user).action_acknowledge()
        self.assertEqual(fax.acknowledged_by_id, self.user)
        self.assertFalse(fax.activity_ids)

    def test_acknowledging_before_it_fails_hides_no_failure(self):
        fax = self.send()
        try:
            fax.with_user(self.user).action_acknowledge()
        except UserError:
            pass  # refusing it is as good
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
                fax.with_user(user).action_acknowledge()
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
