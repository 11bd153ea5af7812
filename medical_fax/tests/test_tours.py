from odoo.tests import tagged

from .common import FaxHttpCommon


@tagged("post_install", "-at_install")
class TestFaxTours(FaxHttpCommon):
    """The composer in a browser, as someone who may fax and owns no chart."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.undo_seconds = 30

    def faxes(self):
        """The faxes of the tour's user, the oldest first."""
        return self.env["fax.message"].search(
            [("user_id", "=", self.user.id)], order="id"
        )

    def test_pdf_to_new_contact(self):
        """An uploaded PDF to a number nobody knew: one field more, and it is kept."""
        self.start_tour("/odoo", "medical_fax_new_contact", login=self.user.login)
        fax = self.faxes()
        self.assertRecordValues(
            fax,
            [
                {
                    "state": "queued",
                    "number": "+15145550199",
                    "partner_name": "Dr Mara Kim",
                    "pages": 3,
                    "patient_id": False,
                }
            ],
        )
        self.assertEqual(fax.contact_id.name, "Dr Mara Kim")
        self.assertEqual(fax.contact_id.number, "+15145550199")
        self.assertTrue(fax.undo_until, "it could have been taken back")

    def test_keyboard_alone(self):
        """No click at all, and four letters for a known recipient."""
        self.start_tour("/odoo", "medical_fax_keyboard", login=self.user.login)
        self.assertRecordValues(
            self.faxes(),
            [{"state": "queued", "contact_id": self.lee.id, "subject": "Hi"}],
        )

    def test_undo(self):
        """Undo takes the fax back before anything left."""
        self.start_tour("/odoo", "medical_fax_undo", login=self.user.login)
        fax = self.faxes()
        self.assertEqual(fax.state, "cancelled")
        self.assertFalse(fax.attempt_ids)

    def test_bad_number_loses_nothing(self):
        """Errors stand beside their field; what was typed goes with the fax."""
        self.start_tour("/odoo", "medical_fax_bad_number", login=self.user.login)
        self.assertRecordValues(
            self.faxes(),
            [{"state": "queued", "number": "+15145550199", "subject": "Results"}],
        )

    def test_scheduled_to_two(self):
        """A time instead of now; each recipient has a fax of their own."""
        self.start_tour("/odoo", "medical_fax_scheduled", login=self.user.login)
        faxes = self.faxes()
        self.assertEqual(faxes.contact_id, self.lee | self.pharmacy)
        self.assertEqual(set(faxes.mapped("state")), {"queued"})
        self.assertTrue(all(fax.due_at == fax.scheduled_at for fax in faxes))
        self.assertEqual(len(faxes.document_id), 2, "each has its own cover")

    def test_denied_user_sees_no_way_in(self):
        """Who must not fax is not offered to."""
        self.browser_js(
            "/odoo",
            "setTimeout(() => console.log(document.querySelector('.o_fax_new')"
            " ? 'offered' : 'test successful'), 1500)",
            "odoo.isReady === true",
            login=self.denied.login,
        )
