from contextlib import contextmanager

from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo import api
from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..document import Built
from ..models import guard
from .common import LEE


@tagged("post_install", "-at_install")
class TestResendTwice(TransactionCase):
    """Two people press at once: two real transactions, committed."""

    def setUp(self):
        super().setUp()
        self.uid_admin = self.env.ref("base.user_admin").id
        self.made = {}
        with self._transaction() as env:
            account = env["fax.account"].create({"name": "Twice", "code": "loopback"})
            account.action_connect()
            number = env["fax.number"].create(
                {"name": "Twice", "account_id": account.id, "number": "+15145550172"}
            )
            built = Built(pdf=b"%PDF-1.4", pages=1, page_infos=())
            document = env["fax.document"]._freeze(built, account.company_id, [])
            message = (
                env["fax.message"]
                .sudo()
                ._new(
                    {
                        "company_id": account.company_id.id,
                        "account_id": account.id,
                        "number_id": number.id,
                        "user_id": self.uid_admin,
                        "number": LEE,
                        "document_id": document.id,
                        "pages": 1,
                    }
                )
            )
            guard.opened(message).write({"state": "failed", "failure_kind": "busy"})
            self.fax_id = message.id
            self.made = {
                "fax_message": message.ids,
                "fax_document": document.ids,
                "fax_number": number.ids,
                "fax_account": account.ids,
            }
        self.addCleanup(self._delete)

    @contextmanager
    def _transaction(self):
        """A transaction of its own, which the cursor commits at the end."""
        with db_connect(self.env.cr.dbname).cursor() as cr:
            # Without our own lock one would wait for the other, which is us, for ever.
            cr.execute("SET LOCAL lock_timeout = '5s'")
            yield api.Environment(cr, self.uid_admin, {})

    def _delete(self):
        # By SQL: the ORM, rightly, deletes no fax.
        with self._transaction() as env:
            env.cr.execute(
                "DELETE FROM fax_message WHERE resend_of_id = ANY(%s)",
                [self.made["fax_message"]],
            )
            for table, ids in self.made.items():
                model = table.replace("_", ".")
                for other, column in (
                    ("mail_message", "model"),
                    ("mail_followers", "res_model"),
                    ("mail_activity", "res_model"),
                    ("ir_attachment", "res_model"),
                ):
                    env.cr.execute(
                        f"DELETE FROM {other} WHERE {column} = %s AND res_id = ANY(%s)",
                        [model, ids],
                    )
                env.cr.execute(f"DELETE FROM {table} WHERE id = ANY(%s)", [ids])

    def fax(self, env):
        return env["fax.message"].browse(self.fax_id)

    def count(self):
        with self._transaction() as env:
            return len(self.fax(env).resend_ids)

    def test_while_the_other_one_is_at_it(self):
        with self._transaction() as env:
            self.fax(env).action_resend()
            with self._transaction() as other, self.assertRaises(UserError) as refused:
                self.fax(other).action_resend()
            self.assertIn("at this moment", str(refused.exception))
        self.assertEqual(self.count(), 1)

    def test_right_after_the_other_one(self):
        """Its snapshot is older than the other's fax, so that it cannot see it."""
        with db_connect(self.env.cr.dbname).cursor() as cr:
            late = api.Environment(cr, self.uid_admin, {})
            self.assertFalse(self.fax(late).resend_ids)
            with self._transaction() as env:
                self.fax(env).action_resend()
            with self.assertRaises(SerializationFailure), mute_logger("odoo.sql_db"):
                self.fax(late).action_resend()
            # Odoo runs the request again, and then there is a plain answer.
            cr.rollback()
            late.invalidate_all()
            with self.assertRaises(UserError) as refused:
                self.fax(late).action_resend()
            self.assertIn("sent again already", str(refused.exception))
        self.assertEqual(self.count(), 1)

    def test_where_nothing_is_written_on_the_first(self):
        """It had arrived: only the database's own rule sees both."""
        with self._transaction() as env:
            guard.opened(self.fax(env).sudo()).write({"state": "delivered"})
        with db_connect(self.env.cr.dbname).cursor() as cr:
            late = api.Environment(cr, self.uid_admin, {})
            self.assertFalse(self.fax(late).resend_ids)
            with self._transaction() as env:
                self.fax(env).action_resend()
            with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
                self.fax(late).action_resend()
                late.flush_all()
            cr.rollback()
        self.assertEqual(self.count(), 1)
