from odoo.tests import tagged

from .common import LIMITED, PRACTITIONER, FaxChartHttpCommon


@tagged("post_install", "-at_install")
class TestFaxChartTours(FaxChartHttpCommon):
    """Faxing from the chart in a browser, as a practitioner, to the training
    provider. What the tours count is the budget of clicks and letters (F1)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.write({"code": "loopback", "undo_seconds": 30})
        cls.account.action_connect()
        cls.entry = cls.new_entry("Knee examination", date="2026-03-02 15:00:00")

    def tour(self, name, record=None, user=None):
        """Run a tour on a record's form, or on the list of entries."""
        path = {
            "medical.patient": "patients",
            "medical.treatment.plan": "treatment-plans",
        }
        url = f"/odoo/{path.get(record and record._name, 'chart-entries')}"
        if record:
            url = f"{url}/{record.id}"
        user = user or self.doctor
        login = user.login
        self.start_tour(url, f"medical_fax_chart_{name}", login=login)

    def faxes(self):
        """The faxes of the doctor, the oldest first."""
        return self.env["fax.message"].search(
            [("user_id", "=", self.doctor.id)], order="id"
        )

    def test_entry_to_a_new_contact(self):
        """A number nobody knew, and its fate on the chart and in the history."""
        self.tour("new_contact", self.entry)
        fax = self.faxes()
        self.assertRecordValues(
            fax,
            [
                {
                    "state": "queued",
                    "number": "+15145550199",
                    "partner_name": "Dr Mara Kim",
                    "patient_id": self.patient.partner_id.id,
                    "pages": 2,
                }
            ],
        )
        self.assertEqual(fax.contact_id.number, "+15145550199")
        self.make_due(fax)
        self.run_cron("ir_cron_fax_send")
        self.env["fax.loopback.job"].search([]).write(
            {"answers_at": "2026-01-01 10:00:00", "ends_at": "2026-01-01 10:00:01"}
        )
        self.run_cron("ir_cron_fax_poll")
        self.assertEqual(fax.state, "delivered")
        self.tour("history", self.entry)

    def test_range(self):
        """The dates of the charting tab; drafts and private ones stay here."""
        for title, date, values in (
            ("First visit", "2026-03-03 15:00:00", {}),
            ("Unsigned note", "2026-03-06 15:00:00", {"signed": False}),
            ("My secret", "2026-03-07 15:00:00", {"privacy": "private"}),
            (
                "Colleague’s secret",
                "2026-03-08 15:00:00",
                {"privacy": "private", "author": self.other_doctor},
            ),
            ("Second visit", "2026-03-09 15:00:00", {}),
            ("Of April", "2026-04-01 15:00:00", {}),
        ):
            self.new_entry(title, date=date, **values)
        self.tour("range", self.patient)
        fax = self.faxes()
        self.assertEqual(fax.patient_id, self.patient.partner_id)
        printed = " ".join(self.pages(fax))
        for title in ("Knee examination", "Second visit"):
            self.assertIn(title, printed)
        for title in ("First visit", "Unsigned", "secret", "Of April"):
            self.assertNotIn(title, printed)

    def test_plan(self):
        """A plan with a signed and an unsigned entry, to the offered recipient."""
        plan = self.new_plan()
        self.new_entry("First session", plan_id=plan.id)
        self.new_entry("Unsigned session", plan_id=plan.id, signed=False)
        self.tour("plan", plan)
        fax = self.faxes()
        self.assertEqual(fax.contact_id, self.lee)
        models = fax.document_id.source_ids.mapped("res_model")
        self.assertEqual(models, ["medical.treatment.plan", "medical.chart.entry"])

    def test_entries_of_two_patients(self):
        """Two faxes, each with its own patient, pages and recipient."""
        date = "2026-03-01 15:00:00"
        self.new_entry("Okafor visit", patient=self.other_patient, date=date)
        self.tour("two_patients")
        self.assertRecordValues(
            self.faxes(),
            [
                {
                    "patient_id": self.patient.partner_id.id,
                    "contact_id": self.lee.id,
                },
                {
                    "patient_id": self.other_patient.partner_id.id,
                    "contact_id": self.rossi.id,
                },
            ],
        )
        first, second = self.faxes()
        self.assertNotIn("Okafor", " ".join(self.pages(first)))
        self.assertNotIn("Knee", " ".join(self.pages(second)))

    def test_budget(self):
        """Two clicks to who is offered, three and four letters to a known recipient,
        no click at all by keyboard."""
        self.tour("budget", self.entry)
        contacts = [fax.contact_id for fax in self.faxes()]
        self.assertEqual(contacts, [self.lee, self.rossi, self.pharmacy])

    def test_limited(self):
        """Practitioner Limited, who is a practitioner with all rights besides."""
        user = self.new_user("t_limited_all", f"{LIMITED},{PRACTITIONER}")
        self.other_patient.practitioner_id = user
        visit = self.new_entry("Okafor visit", patient=self.other_patient)
        self.tour("limited", visit, user=user)
        self.assertFalse(
            self.env["fax.composer"].search([("create_uid", "=", user.id)])
        )
