from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """A demo file that fails is rolled back and only logged: look at the result."""

    def setUp(self):
        super().setUp()
        module = self.env["ir.module.module"].search([("name", "=", "medical_chart")])
        if not module.demo:
            self.skipTest("This database has no demo data.")

    def _demo(self, model):
        data = self.env["ir.model.data"].search(
            [("module", "=", "medical_chart"), ("model", "=", model)]
        )
        return self.env[model].browse(data.mapped("res_id")).exists()

    def test_the_clinic_is_complete(self):
        patients = self._demo("medical.patient")
        entries = self._demo("medical.chart.entry")
        self.assertGreaterEqual(len(patients), 12)
        self.assertGreaterEqual(len(entries), 60)
        self.assertGreaterEqual(len(self._demo("medical.treatment.plan")), 5)
        self.assertTrue(all(patients.mapped("partner_id.is_patient")))
        self.assertTrue(entries.filtered("amendment_of_id"))
        self.assertTrue(entries.filtered(lambda e: e.privacy == "private"))
        self.assertTrue(entries.filtered(lambda e: e.state == "draft"))
        kinds = set(entries.attachment_ids.mapped("mimetype"))
        self.assertLessEqual({"image/jpeg", "image/png", "application/pdf"}, kinds)

    def test_signed_entries_are_intact(self):
        signed = self._demo("medical.chart.entry").filtered(
            lambda e: e.state == "signed"
        )
        self.assertTrue(signed)
        for entry in signed:
            self.assertEqual(entry.signed_by_id, entry.practitioner_id)
            self.assertTrue(entry.signature_image)
            self.assertGreater(entry.signed_on, entry.date)
            self.assertEqual(entry.content_hash, entry._content_version())
            for file in entry.attachment_ids:
                self.assertEqual(file.res_id, entry.id)
