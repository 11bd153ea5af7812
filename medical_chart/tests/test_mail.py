from odoo import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import ChartCase

NAME = "Hélène Łukasiewicz-Ångström"


@tagged("post_install", "-at_install")
class TestChartMail(ChartCase):
    """Nothing of a chart leaves the database by mail, push or an access link."""

    def setUp(self):
        super().setUp()
        self.colleague.sudo().write(
            {"notification_type": "email", "email": "colleague@clinic.example"}
        )
        self.stranger = self.env["res.partner"].create(
            {"name": "Stranger", "email": "stranger@example.org"}
        )

    def _post(self, record, **values):
        values.setdefault("body", "Secret finding: melanoma")
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            return record.with_user(self.doctor).message_post(
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=(self.colleague.partner_id | self.stranger).ids,
                **values,
            )

    def test_mails_are_neutral(self):
        plan = self.env["medical.treatment.plan"].create(
            {"name": "Secret plan", "patient_id": self.patient.id}
        )
        entry = self._make_entry(title="Secret title")
        for record in (self.patient, entry, plan):
            record.message_subscribe(self.stranger.ids)
            before = self.env["mail.mail"].search([], order="id desc", limit=1).id
            self._post(
                record,
                subject=f"About {NAME}",
                attachments=[("secret.txt", b"secret")],
            )
            mails = self.env["mail.mail"].search([("id", ">", before or 0)])
            self.assertEqual(len(mails), 1, record._name)
            self.assertEqual(mails.recipient_ids, self.colleague.partner_id)
            self.assertFalse(mails.attachment_ids)
            self.assertIn("/mail/view", mails.body_html)
            content = f"{mails.subject} {mails.body_html} {mails.email_to}"
            for word in ("Hélène", "Łukasiewicz", "ecret", "melanoma"):
                self.assertNotIn(word, content)

    def test_only_internal_users_are_notified(self):
        portal = new_test_user(
            self.env, "chart_portal", groups="base.group_portal", email="p@example.org"
        )
        self.patient.message_subscribe((portal.partner_id | self.stranger).ids)
        message = self._post(self.patient)
        notified = message.sudo().notification_ids.res_partner_id
        self.assertFalse(notified & (portal.partner_id | self.stranger))
        recipients = self.patient._notify_get_recipients(message)
        self.assertEqual({r["id"] for r in recipients}, {self.colleague.partner_id.id})

    def test_push_is_neutral(self):
        message = self._post(self.patient)
        payload = self.patient._notify_by_web_push_prepare_payload(message)
        text = f"{payload['title']} {payload['options']['body']}"
        self.assertNotIn("Hélène", text)
        self.assertNotIn("melanoma", text)

    def test_the_patient_is_not_proposed_as_recipient(self):
        self.assertFalse(self.patient._mail_get_partner_fields())
        proposed = self.patient._message_get_suggested_recipients()
        self.assertNotIn(
            self.patient.partner_id.id, {p["partner_id"] for p in proposed}
        )

    def test_tracking_holds_no_content(self):
        entry = self._make_entry(title="Secret title")
        self.env.flush_all()
        self.cr.precommit.run()
        entry.body = "<p>Secret body</p>"
        entry.title = "Secret again"
        self.patient.write({"alert_note": "Secret alert", "name": "Secret Name"})
        entry.action_sign()
        self.env.flush_all()
        self.cr.precommit.run()
        values = self.env["mail.tracking.value"].search(
            [
                (
                    "mail_message_id.model",
                    "in",
                    ("medical.chart.entry", "medical.patient"),
                )
            ]
        )
        for row in values:
            texts = (row.old_value_char, row.new_value_char)
            texts += (row.old_value_text, row.new_value_text)
            self.assertNotIn("Secret", " ".join(filter(None, texts)))
        messages = self.env["mail.message"].search(
            [
                ("model", "in", ("medical.chart.entry", "medical.patient")),
                ("res_id", "in", (entry.id, self.patient.id)),
            ]
        )
        self.assertTrue(messages)
        for message in messages:
            self.assertNotIn("Secret", f"{message.subject} {message.body}")
        self.assertIn("state", values.field_id.mapped("name"))

    def test_notes_on_what_one_may_not_read(self):
        entry = self._make_entry(privacy="private")
        message = self._post(entry)
        messages = self.env["mail.message"].with_user(self.desk)
        self.assertFalse(messages.search([("id", "=", message.id)]))
        self.colleague.sudo().group_ids = [Command.clear()]
        self.assertFalse(entry.with_user(self.desk).has_access("read"))
