from odoo.tests import tagged

from . import samples
from .common import OUR_NUMBER, FaxHttpCommon
from .inbox_common import InboxMixin


@tagged("post_install", "-at_install")
class TestInboxTours(InboxMixin, FaxHttpCommon):
    def run_tour(self, name):
        url = "/odoo/fax-inbox"
        self.start_tour(url, f"medical_fax_inbox_{name}", login=self.user.login)
        self.env.invalidate_all()

    def test_five_by_keyboard_and_one_undone(self):
        for number in range(5):
            self.offer(samples.pdf(f"Greta Sandoval, result {number}"), to=OUR_NUMBER)
        self.look()
        self.run_tour("keyboard")
        faxes = self.inbox()
        self.assertEqual(faxes.mapped("state"), ["filed"] * 5)
        self.assertEqual(faxes.patient_id, self.patient)
        filings = faxes.filing_ids
        self.assertEqual(len(filings), 6)
        self.assertEqual(len(filings.filtered("undone_on")), 1)
        self.assertEqual(set(filings.mapped("reason")), {"name"})
        self.assertEqual(filings.user_id, self.user)

    def test_by_hand(self):
        fax = self.receive(samples.pdf("One", "Two"), to=OUR_NUMBER)
        self.run_tour("by_hand")
        self.assertEqual(fax.state, "blocked")
        self.assertEqual(fax.filing_ids.pages, "1")
        self.assertEqual(fax.filing_ids.partner_id, self.other_patient)
