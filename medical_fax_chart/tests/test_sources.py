from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import FaxChartCommon

REPORT = """
<t t-name="medical_fax_chart.test_report">
    <t t-call="web.html_container">
        <t t-foreach="docs" t-as="entry">
            <t t-call="web.external_layout">
                <div class="page">
                    <h2>Certificate of <t t-esc="entry.patient_id.name"/></h2>
                    <p t-field="entry.title"/>
                    <div t-field="entry.body"/>
                    <table><tr><td>Weight</td><td>70 kg</td></tr></table>
                    <script>document.write("never printed")</script>
                </div>
            </t>
        </t>
    </t>
</t>
"""


@tagged("post_install", "-at_install")
class TestReportSource(FaxChartCommon):
    """Entries printed by a report instead of our own layout, in this process."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        view = cls.env["ir.ui.view"].create(
            {"name": "test_report", "type": "qweb", "arch": REPORT}
        )
        cls.env["ir.model.data"].create(
            {
                "module": "medical_fax_chart",
                "name": "test_report",
                "model": view._name,
                "res_id": view.id,
            }
        )
        view.key = "medical_fax_chart.test_report"
        cls.report = cls.env["ir.actions.report"].create(
            {
                "name": "Certificate",
                "model": "medical.chart.entry",
                "report_type": "qweb-pdf",
                "report_name": view.key,
            }
        )

    def use_report(self):
        self.entry_source.write({"render": "report", "report_id": self.report.id})

    def test_report_needs_one(self):
        with self.assertRaisesRegex(UserError, "Choose the report"):
            self.entry_source.render = "report"

    def test_printed_by_the_report(self):
        self.use_report()
        entry = self.new_entry("Fit for work", body="<p>No limits &amp; no pain.</p>")
        fax = self.send(entry, has_cover=False)
        [text] = self.pages(fax)
        self.assertIn("Certificate of Greta Sandoval", text)
        self.assertIn("No limits & no pain.", text)
        self.assertIn("70 kg", text)
        self.assertNotIn("never printed", text)
        self.assertIn("Page 1 of 1", text)

    def test_each_entry_prints_itself(self):
        self.use_report()
        entries = self.new_entry("One") | self.new_entry("Two")
        printed = " ".join(self.pages(self.send(entries, has_cover=False)))
        self.assertEqual(printed.count("Certificate of Greta Sandoval"), 2)

    def test_private_stays_out(self):
        self.use_report()
        secret = self.new_entry("Secret", privacy="private")
        with self.assertRaises(UserError):
            self.send(secret, has_cover=False)

    def test_report_that_fails(self):
        """A broken report is a sentence in the dialog, not a lost fax."""
        self.report.report_name = "medical_fax_chart.gone"
        self.use_report()
        composer = self.compose(self.new_entry())
        with self.assertRaises(UserError):
            composer.action_send()
        self.assertIn("error", composer.action_preview())


@tagged("post_install", "-at_install")
class TestInstalledSources(FaxChartCommon):
    """The records of this addon are right, and remain the clinic's to change."""

    def test_paths_are_checked(self):
        for source in (self.entry_source, self.plan_source):
            source._check_paths()
            self.assertTrue(source.has_action)

    def test_offered_recipients(self):
        """The referring doctor stands there; the circle follows, in its order."""
        doctor = self.env["res.partner"].create({"name": "Dr Family"})
        nurse = self.env["res.partner"].create({"name": "Nurse Team"})
        self.patient.write(
            {
                "family_doctor_id": doctor.id,
                "care_team_ids": [Command.set(nurse.ids)],
            }
        )
        for record in (self.new_entry(), self.new_plan()):
            composer = self.compose(record)
            composer.recipients = False
            composer._start()
            [offered] = composer.recipients
            self.assertEqual(offered["contact_id"], self.lee.id)
            self.assertTrue(offered["offered"])
            suggested = [(r["group"], r["name"]) for r in composer.action_suggest("")][
                :4
            ]
            self.assertEqual(
                suggested,
                [
                    ("source", "Dr Ann Lee"),
                    ("circle", "Dr Family"),
                    ("circle", "Corner Pharmacy"),
                    ("circle", "Nurse Team"),
                ],
            )

    def fax_actions(self):
        """How often Fax stands in the Action menu of entries."""
        bindings = self.env["ir.actions.actions"].with_user(self.doctor)
        found = bindings.get_bindings("medical.chart.entry").get("action", [])
        return [action["name"] for action in found].count("Fax")

    def test_action_can_be_taken_away(self):
        """Fax leaves the Action menu and comes back; the form's button stays."""
        source = self.entry_source.with_user(self.manager)
        action = self.env.ref("medical_fax_chart.action_fax_records_entry")
        self.assertEqual((self.fax_actions(), source.has_action), (1, True))
        source.action_remove_action()
        self.assertEqual((self.fax_actions(), source.has_action), (0, False))
        entry = self.new_entry()
        run = action.with_user(self.doctor).with_context(
            active_model=entry._name, active_id=entry.id, active_ids=entry.ids
        )
        self.assertEqual(run.run()["res_model"], "fax.composer")
        source.action_create_action()
        self.assertEqual((self.fax_actions(), source.has_action), (1, True))
        self.assertEqual(source.sudo().action_id, action)

    def test_archived(self):
        """Nothing of the model can be faxed, and no menu offers it."""
        source = self.entry_source.with_user(self.manager)
        source.active = False
        self.assertEqual(self.fax_actions(), 0)
        with self.assertRaisesRegex(UserError, "cannot be faxed yet"):
            self.compose(self.new_entry())
        source.active = True
        self.assertEqual(self.fax_actions(), 1)
        self.compose(self.new_entry())

    def test_deleted(self):
        """The action behind the form's button belongs to the addon."""
        action = self.env.ref("medical_fax_chart.action_fax_records_entry")
        self.entry_source.with_user(self.manager).unlink()
        self.assertTrue(action.exists())
        self.assertEqual(self.fax_actions(), 0)

    def test_another_model(self):
        """An action made by the button goes with its source."""
        model = self.env["ir.model"]._get("medical.chart.template")
        source = self.env["fax.source"].with_user(self.manager)
        source = source.create({"name": "Templates", "model_id": model.id})
        source.action_create_action()
        action = source.sudo().action_id
        self.assertEqual(action.binding_model_id, model)
        source.unlink()
        self.assertFalse(action.exists())
