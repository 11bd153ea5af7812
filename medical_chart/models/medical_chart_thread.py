from markupsafe import Markup

from odoo import models


class MedicalChartThread(models.AbstractModel):
    """A chatter that never carries a chart out of the database.

    Colleagues are notified inside Odoo; who asked for e-mail, and every browser
    push, gets a neutral sentence with a link. Outsiders who follow get nothing.
    """

    _name = "medical.chart.thread"
    _description = "Chatter of a chart"
    _inherit = ["mail.thread"]

    def _track_get_fields(self):
        """Override of `mail`: never repeat the contact's name and e-mail in a note."""
        names = super()._track_get_fields()
        return {name for name in names if not self._fields[name].inherited}

    def _mail_get_partner_fields(self, introspect_fields=False):
        """Override of `mail`: never propose the patient as a recipient."""
        return []

    def _message_get_suggested_recipients_batch(self, *args, **kwargs):
        """Override of `mail`: a note on a chart proposes nobody."""
        return {record.id: [] for record in self}

    def _message_compute_subject(self):
        """Override of `mail`: a subject leaves the database, a name must not."""
        return self.env._("A note on a patient's chart")

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Override of `mail`: notify internal users only."""
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        return [data for data in recipients if data["uid"] and not data["share"]]

    def _notify_thread_by_email(self, message, recipients_data, **kwargs):
        """Override of `mail`: one neutral mail with a link, no body, no file."""
        partner_ids = [r["id"] for r in recipients_data if r["notif"] == "email"]
        if not partner_ids:
            return True
        subject = self._message_compute_subject()
        link = Markup('<p>%s</p><p><a href="%s">%s</a></p>') % (
            self.env._("A colleague wrote a note on a chart that you follow."),
            self._notify_get_action_link("view"),
            self.env._("Open the chart"),
        )
        # sudo: notification mails are created by the system for the author, as in
        # `mail`; the values hold nothing of the chart.
        self.env["mail.mail"].sudo().create(
            {
                "subject": subject,
                "body_html": link,
                "recipient_ids": partner_ids,
                "auto_delete": True,
            }
        ).send_after_commit()
        return True

    def _notify_by_web_push_prepare_payload(self, message, *args, **kwargs):
        """Override of `mail`: a push crosses the browser vendor's servers."""
        payload = super()._notify_by_web_push_prepare_payload(message, *args, **kwargs)
        payload["title"] = self._message_compute_subject()
        payload["options"]["body"] = ""
        return payload
