from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models import fax_message_state
from ..models.fax_message import FINAL_STATES, OUTBOUND_STATES
from .common import FaxCommon

# What each state may follow, written down a second time: the table in the code is
# compared with it, so that nobody widens it unnoticed.
MAY_FOLLOW = {
    "queued": {"draft", "held", "submitting", "submitted", "uncertain"},
    "held": {"draft", "queued"},
    "submitting": {"queued"},
    "submitted": {"submitting", "uncertain", "held"},
    "uncertain": {"submitting", "submitted", "held"},
    "delivered": {"submitting", "submitted", "uncertain"},
    "partial": {"submitting", "submitted", "uncertain"},
    "failed": {"submitting", "submitted", "uncertain", "queued", "held"},
    "cancelled": {"draft", "queued", "held", "submitted", "uncertain"},
    # Received ones
    "received": {"filed", "archived", "blocked"},
    "filed": {"received", "archived"},
    "archived": {"received"},
    "blocked": {"received"},
}


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
            "held": lambda fax: fax._set_held("paused"),
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
