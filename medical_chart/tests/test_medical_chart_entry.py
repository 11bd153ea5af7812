from datetime import date, datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import format_date

from .common import ChartCase, png


@tagged("post_install", "-at_install")
class TestChartEntry(ChartCase):
    def test_amendment(self):
        original = self._make_signed(title="Visit", body="<p>Dose 10 mg</p>")
        version = original._content_version()
        action = original.with_user(self.colleague).action_amend()
        form = Form(
            self.Entry.with_user(self.colleague).with_context(**action["context"])
        )
        self.assertEqual(form.title, "Amendment: Visit")
        form.body = "<p>Dose 100 mg</p>"
        with self.assertRaises(AssertionError):
            form.save()
        form.amendment_reason = "The dose was noted wrongly"
        amendment = form.save()
        self.assertEqual(amendment.amendment_of_id, original)
        self.assertEqual(amendment.patient_id, original.patient_id)
        self.assertEqual(original.amendment_count, 1)
        amendment.action_sign()
        self.assertEqual(original._content_version(), version)
        self.assertEqual(original.body, "<p>Dose 10 mg</p>")
        self.assertEqual(original.action_open_amendments()["res_id"], amendment.id)
        self.assertEqual(amendment.action_open_original()["res_id"], original.id)
        self.assertIn(original, self.Entry.search([("amendment_count", ">", 0)]))

    def test_amendment_needs_a_reason_to_be_signed(self):
        original = self._make_signed()
        amendment = self._make_entry(amendment_of_id=original.id)
        with self.assertRaises(UserError):
            amendment.action_sign()

    def test_amendment_of_what(self):
        draft, signed = self._make_entry(), self._make_signed()
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self._make_entry(amendment_of_id=draft.id)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self._make_entry(amendment_of_id=signed.id, patient=self.other_patient)
        private = self._make_signed(privacy="private")
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self._make_entry(amendment_of_id=private.id)
        self._make_entry(amendment_of_id=private.id, privacy="private")

    def test_amendment_keeps_its_original(self):
        first, second = self._make_signed(), self._make_signed()
        amendment = self._make_entry(amendment_of_id=first.id)
        with self.assertRaises(UserError), self.cr.savepoint():
            amendment.amendment_of_id = second
        with self.assertRaises(UserError), self.cr.savepoint():
            amendment.amendment_of_id = False
        with self.assertRaises(UserError), self.cr.savepoint():
            self._make_entry().amendment_of_id = first

    def test_plan_of_another_patient(self):
        plan = self.env["medical.treatment.plan"].create(
            {"name": "Rehabilitation", "patient_id": self.other_patient.id}
        )
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self._make_entry(plan_id=plan.id)
        entry = self._make_entry(patient=self.other_patient, plan_id=plan.id)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            entry.patient_id = self.patient
        with self.assertRaises(ValidationError), self.cr.savepoint():
            plan.patient_id = self.patient

    def test_limited_moves_nothing_into_a_foreign_chart(self):
        entry = self._make_entry(self.limited, self.other_patient)
        with self.assertRaises(AccessError):
            entry.patient_id = self.patient

    def test_template(self):
        soap = self.env.ref("medical_chart.medical_chart_template_soap")
        phone = self.env.ref("medical_chart.medical_chart_template_phone")
        action = self.patient.with_user(self.doctor).action_new_entry()
        form = Form(self.Entry.with_user(self.doctor).with_context(**action["context"]))
        self.assertEqual(form.template_id, soap)
        self.assertEqual(form.title, soap.name)
        self.assertIn("Objective", form.body)
        # Nothing written yet: another template replaces the first.
        form.template_id = phone
        self.assertNotIn("Objective", form.body)
        # Something written: it stays.
        form.body = "<p>She called at noon.</p>"
        form.template_id = soap
        self.assertIn("She called at noon.", form.body)
        self.assertIn("Objective", form.body)
        form.save()
        # Only people at the screen are offered a template.
        self.assertFalse(self._make_entry().template_id)

    def test_display_name_has_no_patient(self):
        entry = self._make_entry(title="Visit", date=datetime(2026, 3, 1, 3, 0))
        entry = entry.with_context(tz="America/Toronto")
        day = format_date(entry.env, date(2026, 2, 28))
        self.assertEqual(entry.display_name, f"Visit, {day}")
        self.assertNotIn("Hélène", entry.display_name)

    def test_foreign_pictures_are_dropped(self):
        pixel = "data:image/png;base64,iVBORw0KGgo="
        entry = self._make_entry(
            body="<p>Before<img src='https://evil.example/track.png'>after"
            f"<img src='{pixel}'>"
            "<span style='background: url(https://evil.example/x)'>end</span>"
            "<img src='//evil.example/y.png'></p>"
        )
        self.assertNotIn("evil.example", entry.body)
        self.assertIn("Before", entry.body)
        self.assertIn("after", entry.body)
        self.assertIn("end", entry.body)
        self.assertIn(pixel, entry.body)
        entry.body = "<p><img src='http://evil.example/z.png'>text</p>"
        self.assertNotIn("evil.example", entry.body)
        entry.body = "<p>x</p><script>alert(1)</script><form action='/a'>y</form>"
        self.assertNotIn("script", entry.body)
        self.assertNotIn("<form", entry.body)

    def test_files_become_the_entrys_own(self):
        # Uploaded before the entry was saved: moved.
        upload = self._make_file(res_model="medical.chart.entry", res_id=0)
        picture = self._make_file(res_model="medical.chart.entry", res_id=0)
        # Belongs to another entry: copied.
        source = self._make_entry()
        foreign = self._make_file(entry=source, name="foreign.png")
        entry = self._make_entry(
            body=f'<p><img src="/web/image/{picture.id}-abc/x.png?access_token=s3cret">'
            f'<img src="/web/image/{foreign.id}"></p>',
            attachment_ids=[Command.set([upload.id, foreign.id])],
        )
        for file in (upload, picture):
            self.assertEqual((file.res_model, file.res_id), (entry._name, entry.id))
        self.assertIn(upload, entry.attachment_ids)
        self.assertNotIn(foreign, entry.attachment_ids)
        self.assertEqual(len(entry.attachment_ids), 2)
        for file in entry._get_files():
            self.assertEqual(file.res_id, entry.id)
        self.assertNotIn("s3cret", entry.body)
        self.assertNotIn(f"/web/image/{foreign.id}", entry.body)
        self.assertEqual(foreign.res_id, source.id)
        # The copy survives the source.
        entry.action_sign()
        source.unlink()
        self.assertEqual(set(entry._get_files().mapped("raw")), {png()})

    def test_files_that_one_may_not_read_are_refused(self):
        secret = self._make_file(self.colleague, name="secret.png")
        private = self._make_entry(self.colleague, privacy="private")
        hidden = self._make_file(self.colleague, private)
        for file in (secret, hidden):
            with self.assertRaises(AccessError), self.cr.savepoint():
                self._make_entry(attachment_ids=[Command.link(file.id)])
            with self.assertRaises(AccessError), self.cr.savepoint():
                self._make_entry(body=f'<p><img src="/web/image/{file.id}"></p>')

    def test_plan_progress_and_states(self):
        plan = (
            self.env["medical.treatment.plan"]
            .with_user(self.doctor)
            .create(
                {
                    "name": "Rehabilitation",
                    "patient_id": self.patient.id,
                    "planned_visits": 4,
                }
            )
        )
        with self.assertRaises(UserError), self.cr.savepoint():
            plan.action_complete()
        with self.assertRaises(UserError), self.cr.savepoint():
            plan.with_context(medical_plan_state=True).state = "completed"
        with self.assertRaises(UserError), self.cr.savepoint():
            plan.copy({"state": "active"})
        plan.action_start()
        self._make_signed(plan_id=plan.id)
        self._make_entry(plan_id=plan.id)
        original = self._make_signed(plan_id=plan.id)
        amendment = self._make_entry(
            plan_id=plan.id, amendment_of_id=original.id, amendment_reason="Dose"
        )
        amendment.action_sign()
        self.assertEqual(plan.visit_count, 2)
        self.assertEqual(plan.entry_count, 4)
        self.assertEqual(plan.progress, 50.0)
        with self.assertRaises(UserError), self.cr.savepoint():
            plan.with_user(self.manager).unlink()
        plan.action_complete()
        self.assertTrue(plan.date_end)
        plan.action_start()
        plan.action_cancel()
        self.assertEqual(plan.state, "cancelled")
