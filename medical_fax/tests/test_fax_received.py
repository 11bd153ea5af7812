import hashlib
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OUR_NUMBER, OUR_PRIVATE_NUMBER, FaxCommon

INBOUND = "odoo.addons.medical_fax.models.fax_message_inbound"


@tagged("post_install", "-at_install")
class TestReceived(FaxCommon):
    """In the training account a fax to one's own number comes in."""

    def setUp(self):
        super().setUp()
        self.use_training()

    def receive(self, to=OUR_PRIVATE_NUMBER, content=None):
        """Fax to one of our numbers, let it arrive, and return what came in."""
        sent = self.send(recipients=[{"name": "Ourselves", "number": to}])
        self.run_cron("ir_cron_fax_send")
        self.assertEqual(sent.state, "submitted")
        job = self.env["fax.loopback.job"].search(
            [("reference", "=", f"{sent.uuid}-1")]
        )
        now = fields.Datetime.now()
        job.write({"answers_at": now - timedelta(1), "ends_at": now - timedelta(1)})
        if content is not None:
            file = self.env["ir.attachment"].search(
                [("res_field", "=", "content"), ("res_id", "=", job.id)]
            )
            self.assertEqual(file.res_model, "fax.loopback.job")
            file.raw = content
        return self.look(job)

    def look(self, job):
        with mute_logger(INBOUND):
            self.run_cron("ir_cron_fax_receive")
        return self.env["fax.message"].search(
            [("inbound_id", "=", f"in-{job.provider_id}")]
        )

    def test_once(self):
        fax = self.receive()
        self.assertEqual(len(fax), 1)
        self.assertEqual((fax.direction, fax.state), ("in", "received"))
        self.assertEqual(fax.number_id, self.private_number)
        self.assertEqual(fax.number, OUR_NUMBER)
        self.assertEqual(fax.company_id, self.company)
        self.assertFalse(fax.patient_id, "never filed by guess")
        count = self.env["fax.message"].search_count([("direction", "=", "in")])
        self.run_cron("ir_cron_fax_receive")
        again = self.env["fax.message"].search_count([("direction", "=", "in")])
        self.assertEqual(count, again)

    def test_pages_are_frozen_and_not_trusted(self):
        document = self.receive().document_id
        content = document._content()
        self.assertEqual(hashlib.sha256(content).hexdigest(), document.sha256)
        self.assertFalse(document.trusted)
        self.assertEqual(document.pages, 2)

    def test_the_sender_is_recognized_when_there_is_one(self):
        one = self.new_contact("Our own desk", OUR_NUMBER)
        self.assertEqual(self.receive().contact_id, one)
        self.new_contact("Our other desk", OUR_NUMBER)
        fax = self.receive()
        self.assertFalse(fax.contact_id, "one of two is a guess")
        self.assertFalse(fax.partner_name)

    def test_contacts_of_other_companies_are_not_looked_at(self):
        self.new_contact("A stranger", OUR_NUMBER, company_id=self.other_company.id)
        self.assertFalse(self.receive().contact_id)

    def test_seen_by_those_of_the_number(self):
        fax = self.receive()
        self.assertTrue(fax.with_user(self.user).has_access("read"))
        self.assertTrue(fax.with_user(self.manager).has_access("read"))
        for user in self.colleague | self.stranger:
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                fax.with_user(user).read(["number"])
            self.assertFalse(fax.document_id.with_user(user).has_access("read"))
        self.assertTrue(
            self.receive(OUR_NUMBER).with_user(self.colleague).has_access("read")
        )

    def test_a_file_that_cannot_be_shown(self):
        """The fax stands in the list all the same, and keeps no others from coming."""
        bad = self.receive(content=b"MZ\x90\x00 no fax at all")
        self.assertEqual(bad.state, "received")
        self.assertFalse(bad.document_id)
        self.assertTrue(self.receive())

    def test_an_account_in_trouble_keeps_no_other_waiting(self):
        accounts = self.env["fax.account"]
        trouble = accounts.create(
            {"name": "Trouble", "code": "loopback", "company_id": self.company.id}
        )
        trouble.action_connect()
        trouble.sequence = -5
        provider = type(accounts)._provider

        def failing(account):
            if account == trouble:
                raise KeyError("+15145550190")
            return provider(account)

        self.patch(type(accounts), "_provider", failing)
        sent = self.send(recipients=[{"name": "Us", "number": OUR_PRIVATE_NUMBER}])
        self.run_cron("ir_cron_fax_send")
        job = self.env["fax.loopback.job"].search(
            [("reference", "=", f"{sent.uuid}-1")]
        )
        now = fields.Datetime.now()
        job.write({"answers_at": now - timedelta(1), "ends_at": now - timedelta(1)})
        with self.assertLogs(INBOUND, "ERROR") as logs:
            self.run_cron("ir_cron_fax_receive")
        self.assertNotIn("5550190", "".join(logs.output))
        self.assertTrue(self.look(job))
