from odoo.tests import tagged

from .common import FaxCommon
from .inbox_common import InboxMixin


@tagged("post_install", "-at_install")
class TestCode(InboxMixin, FaxCommon):
    """A page that comes back with the code of our cover finds its chart."""

    def setUp(self):
        super().setUp()
        self.cover.body_html = "<p>{qr}</p><p>To: {recipient_name}</p>"

    def offers(self, fax):
        offers = fax.with_user(self.user)._filing_candidates()
        return [(offer["partner_id"], offer["reason"]) for offer in offers]

    def test_it_comes_back(self):
        sent = self.send()
        self.assertEqual(sent.patient_id, self.patient)
        self.assertEqual(len(sent.cover_code), 26)
        fax = self.receive(sent.document_id._content(), sender="+15145550155")
        offers = self.offers(fax)
        self.assertEqual(offers[0], (self.patient.id, "code"))
        self.assertFalse(fax.patient_id, "never filed by guess")

    def test_each_fax_has_its_own(self):
        first, second = self.send(recipients=self.lee | self.rossi)
        self.assertNotEqual(first.cover_code, second.cover_code)
        self.assertNotEqual(first.document_id, second.document_id)
        self.assertFalse(self.send(has_cover=False).cover_code)

    def test_no_code_that_a_browser_gives(self):
        composer = self.compose(self.new_entry())
        given = "A" * 26
        composer.recipients = [{**r, "cover_code": given} for r in composer.recipients]
        self.assertTrue(composer.action_preview())
        composer.recipients = [
            {**r, "cover_code": "x" * 9000} for r in composer.recipients
        ]
        self.assertTrue(composer.action_preview())
        self.assertNotEqual(self.press_send(composer).cover_code, given)

    def test_a_patient_whom_one_may_not_read(self):
        sent = self.send()
        self.patient.write({"ref": "HIDDEN", "user_id": self.colleague.id})
        fax = self.receive(sent.document_id._content(), sender="+15145550155")
        self.assertEqual(self.offers(fax), [])
