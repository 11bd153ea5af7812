from odoo.tests import tagged

from .common import LEE, FaxHttpCommon


@tagged("post_install", "-at_install")
class TestAttentionTours(FaxHttpCommon):
    """What went wrong is seen and put right in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.undo_seconds = 30
        cls.lee.phone = "+1 514-555-0181"

    def failed(self, kind="busy", **values):
        fax = self.send(**values)
        self.set_state(fax, "submitted")
        fax._set_failed(kind)
        return fax

    def unsure(self, **values):
        fax = self.send(**values)
        self.set_state(fax, "submitted")
        fax._set_uncertain(reason="Its answer was lost.")
        return fax

    def run_tour(self, name, user=None):
        login = (user or self.user).login
        url = "/odoo/fax-history" if name == "delivered" else "/odoo/faxes"
        self.start_tour(url, f"medical_fax_attention_{name}", login=login)
        self.env.invalidate_all()

    def test_the_number_is_corrected(self):
        """A colleague's fax to a wrong number: seen, corrected, sent, delivered."""
        fax = self.failed("invalid_number")
        self.run_tour("number", self.colleague)
        again = fax.resend_ids
        self.assertRecordValues(
            again,
            [
                {
                    "number": "+15145550199",
                    "document_id": fax.document_id.id,
                    "user_id": self.colleague.id,
                    "state": "queued",
                }
            ],
        )
        self.assertEqual(self.lee.number, "+15145550199")
        self.assertEqual(fax.number, LEE)
        self.make_due(again)
        self.run_queue()
        self.fake.deliver(again.attempt_ids)
        self.run_queue()
        self.assertEqual(again.state, "delivered")
        self.run_tour("delivered", self.colleague)

    def test_the_training_provider_delivers_it(self):
        """Without a provider of one's own, as a clinic tries it out."""
        self.use_training()
        fax = self.failed("invalid_number")
        self.run_tour("number")
        again = fax.resend_ids
        self.make_due(again)
        self.run_queue()
        jobs = self.env["fax.loopback.job"].search([])
        jobs.write({"answers_at": "2020-01-01", "ends_at": "2020-01-02"})
        self.run_queue()
        self.assertEqual(again.state, "delivered")

    def test_undo_of_a_resend(self):
        fax = self.failed(recipients=self.rossi)
        self.run_tour("undo")
        self.assertEqual(fax.resend_ids.state, "cancelled")
        self.assertTrue(fax.needs_attention)
        self.assertFalse(fax.resend_ids.attempt_ids)

    def test_a_person_says_what_became_of_it(self):
        arrived = self.unsure()
        missed = self.unsure(recipients=self.pharmacy)
        self.run_tour("unsure")
        self.assertRecordValues(
            arrived | missed,
            [
                {"state": "delivered", "outcome_source": "Reception"},
                {"state": "failed", "outcome_source": "Pharmacist"},
            ],
        )
        self.assertEqual(missed.resend_ids.state, "queued")

    def test_several_put_away_and_taken_back(self):
        lee = self.failed()
        rossi = self.failed(recipients=self.rossi)
        pharmacy = self.failed(recipients=self.pharmacy)
        self.run_tour("called")
        self.assertEqual(rossi.acknowledged_how, "called")
        self.assertEqual(lee.acknowledged_how, "resent")
        self.assertEqual(lee.resend_ids.contact_id, self.lee)
        self.assertTrue(pharmacy.needs_attention)

    def test_nobody_is_bothered_without_trouble(self):
        """No triangle where nothing needs somebody, nor for who must not fax."""
        self.failed()
        check = (
            "setTimeout(() => console.log("
            "document.querySelector('.o_fax_attention_button')"
            " ? 'shown' : 'test successful'), 1500)"
        )
        for user in self.denied | self.stranger:
            with self.subTest(user=user.login):
                self.browser_js(
                    "/odoo", check, "odoo.isReady === true", login=user.login
                )
