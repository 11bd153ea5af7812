from contextlib import contextmanager

from psycopg2.errors import SerializationFailure

from odoo import Command, api
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .common import png


@tagged("post_install", "-at_install")
class TestConcurrency(TransactionCase):
    """Signing against changing a file: two real transactions, committed."""

    def setUp(self):
        super().setUp()
        self.uid_admin = self.env.ref("base.user_admin").id
        with self._transaction() as env:
            patient = env["medical.patient"].create({"name": "Concurrency"})
            entry = env["medical.chart.entry"].create(
                {"patient_id": patient.id, "title": "x", "body": "<p>x</p>"}
            )
            entry.attachment_ids = [
                Command.create(
                    {
                        "name": "x.png",
                        "raw": png("red"),
                        "res_model": entry._name,
                        "res_id": entry.id,
                    }
                )
            ]
            self.entry_id = entry.id
            self.file_id = entry.attachment_ids.id
            self.patient_id, self.partner_id = patient.id, patient.partner_id.id
        self.addCleanup(self._delete)

    @contextmanager
    def _transaction(self):
        """A transaction of its own, which the cursor commits at the end."""
        with db_connect(self.env.cr.dbname).cursor() as cr:
            yield api.Environment(cr, self.uid_admin, {})

    def _delete(self):
        # By SQL: the ORM, rightly, deletes no signed entry.
        with self._transaction() as env:
            for table, model, ids in (
                ("ir_attachment", "medical.chart.entry", [self.entry_id]),
                ("mail_message", "medical.chart.entry", [self.entry_id]),
                ("mail_followers", "medical.chart.entry", [self.entry_id]),
                ("mail_message", "medical.patient", [self.patient_id]),
                ("mail_followers", "medical.patient", [self.patient_id]),
                ("mail_message", "res.partner", [self.partner_id]),
                ("mail_followers", "res.partner", [self.partner_id]),
            ):
                column = "model" if table == "mail_message" else "res_model"
                env.cr.execute(
                    f"DELETE FROM {table} WHERE {column} = %s AND res_id = ANY(%s)",
                    [model, ids],
                )
            for table, id_ in (
                ("medical_chart_entry", self.entry_id),
                ("medical_patient", self.patient_id),
                ("res_partner", self.partner_id),
            ):
                env.cr.execute(f"DELETE FROM {table} WHERE id = %s", [id_])

    def test_a_file_changes_while_one_signs(self):
        with db_connect(self.env.cr.dbname).cursor() as cr:
            signing = api.Environment(cr, self.uid_admin, {})
            entry = signing["medical.chart.entry"].browse(self.entry_id)
            entry._content_version()  # the snapshot is taken
            with self._transaction() as env:
                env["ir.attachment"].browse(self.file_id).raw = png("green")
            with self.assertRaises(SerializationFailure), mute_logger("odoo.sql_db"):
                entry.action_sign()
                entry.flush_recordset()
            cr.rollback()

    def test_one_signs_while_a_file_changes(self):
        with db_connect(self.env.cr.dbname).cursor() as cr:
            changing = api.Environment(cr, self.uid_admin, {})
            file = changing["ir.attachment"].browse(self.file_id)
            self.assertEqual(file.raw, png("red"))  # the snapshot is taken
            with self._transaction() as env:
                env["medical.chart.entry"].browse(self.entry_id).action_sign()
            for change in (
                lambda: file.write({"raw": png("green")}),
                file.unlink,
            ):
                with (
                    self.assertRaises(SerializationFailure),
                    mute_logger("odoo.sql_db"),
                    cr.savepoint(),
                ):
                    change()
        with self._transaction() as env:
            entry = env["medical.chart.entry"].browse(self.entry_id)
            self.assertEqual(entry.content_hash, entry._content_version())
