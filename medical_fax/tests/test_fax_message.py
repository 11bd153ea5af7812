from psycopg2.errors import ForeignKeyViolation, UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import guard
from ..models.fax_message import OUTBOUND_STATES
from .common import FaxCommon

# What the browser, an import or a program might send as the key of the guard. Only
# the module's own object opens it, and no text can stand for that.
FORGED_KEYS = (True, 1, "1", "<object object>", {}, [1], {"_TOKEN": 1}, repr(guard))


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
