from odoo.tests import tagged

from odoo.addons.medical_fax.models import guard
from odoo.addons.medical_fax.tests import samples
from odoo.addons.medical_fax.tests.inbox_common import InboxMixin

from .common import FaxChartCommon


@tagged("post_install", "-at_install")
class TestFiling(InboxMixin, FaxChartCommon):
    """A received fax in the chart: a draft entry that shows its pages."""

    def setUp(self):
        super().setUp()
        self.private_number.user_ids = self.desk | self.doctor
        self.partner = self.patient.partner_id
        self.fax = self.receive(
            samples.pdf("Greta Sandoval, born 1984-02-29", "Another page")
        )

    def file(self, user=None, **values):
        fax = self.fax.with_user(user or self.desk)
        told = fax.action_file(self.partner.id, **values)
        filing = self.env["fax.filing"].browse(told["filing_id"])
        self.assertEqual(filing.res_model, "medical.chart.entry")
        return filing, self.env["medical.chart.entry"].browse(filing.res_id)

    def undo(self, filing):
        return filing.with_user(self.desk).action_undo("Another of that name")["kept"]

    def test_a_draft_entry(self):
        """By the front desk, which does not write in the chart itself."""
        filing, entry = self.file()
        self.assertEqual(entry.patient_id, self.patient)
        self.assertEqual(entry.practitioner_id, self.doctor)
        self.assertEqual((entry.state, entry.title), ("draft", "Received fax"))
        self.assertEqual(self.fax.patient_id, self.partner)
        filed = self.env["fax.filing"].with_user(self.doctor)
        (shown,) = filed.get_filed("medical.chart.entry", entry.id)
        self.assertEqual(shown["document_id"], self.fax.document_id.id)
        self.assertEqual(shown["pages"], 2)

    def test_undo_deletes_what_nobody_changed(self):
        filing, entry = self.file()
        self.assertFalse(self.undo(filing))
        self.assertFalse(entry.exists())
        self.assertFalse(self.fax.patient_id)
        self.assertEqual(self.fax.state, "received")
        self.assertTrue(filing.undone_on)

    def test_undo_keeps_what_somebody_wrote_in(self):
        filing, entry = self.file()
        # As if somebody had written in it later than this second.
        guard.opened(filing).made_version = "2020-01-01 00:00:00"
        self.assertTrue(self.undo(filing))
        self.assertTrue(entry.exists())
        filed = self.env["fax.filing"].with_user(self.doctor)
        self.assertEqual(filed.get_filed(entry._name, entry.id), [])

    def test_undo_keeps_what_was_commented(self):
        filing, entry = self.file()
        entry.with_user(self.doctor).message_post(
            body="Seen", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        self.assertTrue(self.undo(filing))
        self.assertTrue(entry.exists())

    def test_seen_by_who_may_read_the_entry(self):
        fax = self.fax.with_user(self.other_doctor)
        self.assertFalse(fax.has_access("read"))
        _filing, entry = self.file()
        self.assertTrue(entry.with_user(self.other_doctor).has_access("read"))
        self.assertTrue(fax.has_access("read"))
        self.assertTrue(fax.document_id.has_access("read"))
        # Outside the chart nobody sees it, though he faxes.
        self.assertFalse(self.fax.with_user(self.user).has_access("read"))
        entry.privacy = "private"
        self.assertFalse(fax.has_access("read"))
        self.assertFalse(fax.document_id.has_access("read"))

    def test_the_patient_is_offered_with_the_birth_date(self):
        (offer,) = self.fax.with_user(self.desk)._filing_candidates()
        self.assertEqual(offer["partner_id"], self.partner.id)
        self.assertEqual(offer["reason"], "birth")
        self.assertIn("1984", offer["detail"])

    def test_patients_by_what_one_types(self):
        found = self.env["fax.message"].with_user(self.desk).get_patients("sandoval")
        self.assertEqual([row["partner_id"] for row in found], [self.partner.id])
        contacts = self.env["fax.message"].with_user(self.desk).get_patients("Ann Lee")
        self.assertFalse(contacts, "a doctor in the address book is no patient")
