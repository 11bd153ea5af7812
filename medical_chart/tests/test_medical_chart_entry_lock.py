import base64

from odoo import SUPERUSER_ID, Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from odoo.addons.medical_chart.models.medical_chart_signature_mixin import (
    SIGNATURE_FIELDS,
)

from .common import ChartCase, png


@tagged("post_install", "-at_install")
class TestChartEntryLock(ChartCase):
    def test_sign_copies_the_signature(self):
        entry = self._make_signed()
        self.assertEqual(entry.state, "signed")
        self.assertEqual(entry.signed_by_id, self.doctor)
        self.assertTrue(entry.signed_on)
        self.assertEqual(entry.licence_number, "LIC-4711")
        picture = entry.with_context(bin_size=False).signature_image
        self.assertTrue(picture)
        # The copy stays when the user's own picture changes.
        self.doctor.sudo().signature_image = base64.b64encode(png("green", (60, 20)))
        self.doctor.sudo().licence_number = "LIC-NEW"
        entry.invalidate_recordset()
        self.assertEqual(entry.with_context(bin_size=False).signature_image, picture)
        self.assertEqual(entry.licence_number, "LIC-4711")

    def test_only_the_practitioner_signs(self):
        entry = self._make_entry()
        for user in (self.colleague, self.manager, self.env.ref("base.user_admin")):
            with self.assertRaises(UserError), self.cr.savepoint():
                entry.with_user(user).action_sign()
        with self.assertRaises(UserError):
            entry.with_user(SUPERUSER_ID).action_sign()
        self.assertEqual(entry.state, "draft")

    def test_an_empty_entry_is_not_signed(self):
        soap = self.env.ref("medical_chart.medical_chart_template_soap").body
        for body in (False, "", "<p><br></p>", "<h3> </h3><p>\u00a0</p>", soap):
            with self.assertRaises(UserError), self.cr.savepoint():
                self._make_entry(body=body).action_sign()

    def test_signature_fields_are_never_written(self):
        entry = self._make_entry()
        values = {
            "state": "signed",
            "signed_by_id": self.doctor.id,
            "signed_on": "2026-01-01 10:00:00",
            "signature_image": base64.b64encode(png()),
            "licence_number": "FORGED",
            "content_hash": "0" * 64,
        }
        self.assertEqual(set(values), set(SIGNATURE_FIELDS))
        for name, value in values.items():
            for user in (self.doctor.id, SUPERUSER_ID):
                record = entry.with_user(user)
                with self.assertRaises(UserError, msg=name), self.cr.savepoint():
                    record.write({name: value})
                with self.assertRaises(UserError, msg=name), self.cr.savepoint():
                    self._make_entry(**{name: value})
                with self.assertRaises(UserError, msg=name), self.cr.savepoint():
                    context = {f"default_{name}": value}
                    self.Entry.with_user(user).with_context(**context).create(
                        {"patient_id": self.patient.id, "title": "x"}
                    )
        self.assertEqual(entry.state, "draft")

    def test_stored_defaults_and_imports_do_not_sign(self):
        self.env["ir.default"].set("medical.chart.entry", "state", "signed")
        with self.assertRaises(UserError), self.cr.savepoint():
            self._make_entry()
        self.env["ir.default"].set("medical.chart.entry", "state", "draft")
        fields = ["patient_id/.id", "title", "state"]
        rows = [[str(self.patient.id), "Imported", "Signed"]]
        result = self.Entry.with_user(self.doctor).load(fields, rows)
        self.assertFalse(result["ids"])
        self.assertTrue(result["messages"])
        self.assertFalse(self.Entry.search([("title", "=", "Imported")]))

    def test_the_signing_context_cannot_be_sent(self):
        entry = self._make_entry()
        for token in (True, 1, "object", {}, [entry.id]):
            forged = entry.with_context(medical_chart_signing=token)
            with self.assertRaises(UserError), self.cr.savepoint():
                forged.write({"state": "signed"})
            with self.assertRaises(UserError), self.cr.savepoint():
                forged.create(
                    {"patient_id": self.patient.id, "title": "x", "state": "signed"}
                )

    def test_a_signed_entry_is_locked_for_everybody(self):
        entry = self._make_signed()
        hidden = SIGNATURE_FIELDS | {"id", "display_name", "write_uid", "write_date"}
        changes = {
            "title": "Other",
            "body": "<p>Other</p>",
            "date": "2020-01-01 08:00:00",
            "patient_id": self.other_patient.id,
            "practitioner_id": self.colleague.id,
            "privacy": "private",
            "attachment_ids": [Command.clear()],
            "plan_id": False,
            "template_id": False,
            "amendment_reason": "none",
            "amendment_of_id": False,
        }
        self.assertFalse(hidden & set(changes))
        for user in (self.doctor.id, self.manager.id, SUPERUSER_ID):
            record = entry.with_user(user)
            for name, value in changes.items():
                with self.assertRaises(UserError, msg=name), self.cr.savepoint():
                    record.write({name: value})
            with self.assertRaises(UserError), self.cr.savepoint():
                record.unlink()
            with self.assertRaises(UserError), self.cr.savepoint():
                record.sudo().web_save({"title": "Other"}, {"title": {}})
            with self.assertRaises(UserError), self.cr.savepoint():
                record.action_sign()
        with self.assertRaises(UserError), self.cr.savepoint():
            self.patient.write(
                {"entry_ids": [Command.update(entry.id, {"title": "Other"})]}
            )
        self.assertEqual(entry.title, "Follow-up")
        self.assertEqual(entry.content_hash, entry._content_version())

    def test_conversation_about_a_signed_entry_goes_on(self):
        entry = self._make_signed()
        entry.with_user(self.colleague).message_post(body="Seen, thank you.")
        entry.message_subscribe(self.colleague.partner_id.ids)
        self.assertIn(self.colleague.partner_id, entry.message_partner_ids)

    def test_files_of_a_signed_entry_are_locked(self):
        entry = self._make_entry()
        attachment = self._make_file(entry=entry)
        entry.attachment_ids = attachment
        entry.action_sign()
        loose = self._make_file()
        changes = (
            {"raw": png("green")},
            {"datas": base64.b64encode(png("green"))},
            {"name": "other.png"},
            {"res_id": False},
            {"res_model": False},
            {"public": True},
            {"access_token": "open sesame"},
            {"type": "url", "url": "https://example.org"},
        )
        for user in (self.doctor.id, self.manager.id, SUPERUSER_ID):
            for values in changes:
                with self.assertRaises(UserError, msg=values), self.cr.savepoint():
                    attachment.with_user(user).write(values)
            with self.assertRaises(UserError), self.cr.savepoint():
                attachment.with_user(user).unlink()
            with self.assertRaises(UserError), self.cr.savepoint():
                self._make_file(self.env["res.users"].browse(user), entry)
            with self.assertRaises(UserError), self.cr.savepoint():
                self.env["ir.attachment"].with_user(user).with_context(
                    default_res_model=entry._name, default_res_id=entry.id
                ).create({"name": "smuggled.txt", "raw": b"x"})
            with self.assertRaises(UserError), self.cr.savepoint():
                loose.with_user(SUPERUSER_ID).write(
                    {"res_model": entry._name, "res_id": entry.id}
                )
        with self.assertRaises(UserError), self.cr.savepoint():
            entry.message_post(body="x", attachments=[("late.txt", b"late")])
        self.assertEqual(attachment.raw, png())
        self.assertEqual(entry.attachment_ids, attachment)

    def test_the_signature_picture_is_locked(self):
        entry = self._make_signed()
        picture = self.env["ir.attachment"].search(
            [
                ("res_model", "=", entry._name),
                ("res_id", "=", entry.id),
                ("res_field", "=", "signature_image"),
            ]
        )
        self.assertTrue(picture)
        with self.assertRaises(UserError), self.cr.savepoint():
            picture.write({"raw": png("green")})
        with self.assertRaises(UserError), self.cr.savepoint():
            picture.unlink()

    def test_storage_may_move(self):
        entry = self._make_entry()
        attachment = self._make_file(entry=entry)
        entry.attachment_ids = attachment
        entry.action_sign()
        # What `force_storage` writes when files move between disk and database.
        attachment.sudo().write({"raw": attachment.raw, "mimetype": "image/png"})
        self.assertEqual(attachment.raw, png())

    def test_no_token_opens_a_file(self):
        entry = self._make_entry()
        attachment = self._make_file(entry=entry)
        plain = self._make_file(name="plain.png")
        tokens = (attachment | plain).generate_access_token()
        self.assertEqual(tokens[0], "")
        self.assertTrue(tokens[1])
        self.assertFalse(attachment.access_token)

    def test_content_version(self):
        entry = self._make_entry()
        versions = {entry._content_version()}
        entry.title = "Other title"
        versions.add(entry._content_version())
        entry.body = "<p>Other text</p>"
        versions.add(entry._content_version())
        entry.attachment_ids = self._make_file(entry=entry)
        versions.add(entry._content_version())
        entry.attachment_ids.raw = png("green")
        versions.add(entry._content_version())
        self.assertEqual(len(versions), 5)
        entry.action_sign()
        self.assertEqual(entry.content_hash, entry._content_version())
        # Content behind the ORM's back is noticed.
        self.env.flush_all()
        self.cr.execute(
            "UPDATE medical_chart_entry SET title = 'Forged' WHERE id = %s", [entry.id]
        )
        entry.invalidate_recordset()
        self.assertNotEqual(entry.content_hash, entry._content_version())

    def test_copy_is_a_draft_without_signature(self):
        entry = self._make_entry()
        entry.attachment_ids = self._make_file(entry=entry)
        entry.action_sign()
        copy = entry.copy()
        self.assertEqual(copy.state, "draft")
        self.assertFalse(copy.signed_by_id or copy.signature_image)
        self.assertFalse(copy.attachment_ids)

    def test_form_of_a_signed_entry_is_readonly(self):
        entry = self._make_signed()
        with (
            self.assertRaises(AssertionError),
            Form(entry.with_user(self.doctor)) as form,
        ):
            form.title = "Other"

    def test_drafts_are_deleted_by_their_practitioner(self):
        entry = self._make_entry()
        with self.assertRaises(UserError), self.cr.savepoint():
            entry.with_user(self.colleague).unlink()
        entry.unlink()
        self._make_entry().with_user(self.manager).unlink()
