import base64
from datetime import timedelta

from odoo.tests import tagged

from ..providers import FailureKind, ProviderError
from . import samples
from .common import OUR_NUMBER, FaxHttpCommon
from .inbox_common import SENDER, InboxMixin


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

    def sign_at(self, size):
        self.user.signature_image = base64.b64encode(samples.picture(size=(240, 80)))
        fax = self.receive(samples.pdf("One", "Two"), to=OUR_NUMBER)
        before = fax.document_id._content()
        self.browser_size = size
        self.run_tour("sign")
        sent = self.env["fax.message"].search([("number", "=", SENDER)]) - fax
        self.assertRecordValues(sent, [{"direction": "out", "pages": 2}])
        self.assertIn(sent.state, ("queued", "submitted"))
        text = samples.text_of(sent.document_id._content())
        self.assertIn("Approved", text)
        self.assertNotEqual(sent.document_id, fax.document_id)
        self.assertEqual(fax.document_id._content(), before)
        self.assertEqual(fax.state, "received", "it is still to be filed")

    def test_sign_and_return(self):
        self.sign_at("1366x768")

    def test_sign_and_return_on_a_tablet(self):
        self.sign_at("820x1180")

    def test_sign_and_return_on_a_phone(self):
        self.sign_at("390x844")

    def test_people(self):
        """Given to a colleague, taken, and routed by what it is."""
        self.number.user_ids = self.user | self.colleague
        fax = self.receive(samples.pdf("One"), to=OUR_NUMBER)
        gone = ProviderError(FailureKind.PROVIDER_UNAVAILABLE, proven_not_sent=True)
        self.offer(gone, to=OUR_NUMBER, pages=2)
        self.look()
        waiting = self.env["fax.unfetched"].search([])
        waiting.missed_at -= timedelta(hours=5)
        self.look()
        self.env["fax.category"].create(
            {
                "name": "Results",
                "user_id": self.colleague.id,
                "company_id": self.company.id,
            }
        )
        fax.with_user(self.colleague).get_inbox_fax()
        self.run_tour("people")
        self.assertEqual(fax.assignee_id, self.colleague)
        self.assertEqual(fax.category_id.name, "Results")
        self.assertEqual(fax.state, "received")
        told = fax.activity_ids.filtered(lambda a: a.user_id == self.colleague)
        self.assertTrue(told)
        self.assertFalse(fax.activity_ids - told, "nobody else is asked any more")
