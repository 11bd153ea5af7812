from odoo.tests import HttpCase, tagged

from .common import ChartCase


@tagged("post_install", "-at_install")
class TestTours(HttpCase, ChartCase):
    def test_sign_and_amend(self):
        self.start_tour(
            "/odoo/patients", "medical_chart_sign_and_amend", login=self.doctor.login
        )
        patient = self.Patient.search([("name", "=", "Zoé Tour-Patient")])
        self.assertEqual(patient.phone, "+1 514-555-0199")
        amendment, original = patient.entry_ids.sorted("id", reverse=True)
        self.assertEqual(amendment.amendment_of_id, original)
        self.assertEqual(amendment.amendment_reason, "Side was noted wrongly")
        for entry in (original, amendment):
            self.assertEqual(entry.state, "signed")
            self.assertEqual(entry.signed_by_id, self.doctor)
            self.assertEqual(entry.content_hash, entry._content_version())
        self.assertIn("Walks without pain.", original.body)
        self.assertNotIn("right knee", original.body)
