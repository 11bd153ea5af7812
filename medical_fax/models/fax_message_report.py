from odoo import models, tools

from ..document import Labels, ReportRow, merge, transmission_report


class FaxMessage(models.Model):
    """The transmission report: one page that says how a fax ended."""

    _inherit = "fax.message"

    def _transmission_reports(self):
        """One PDF with a page for each of these faxes, as the user may see them."""
        reports = []
        for message in self:
            document = message.document_id
            first_page = b""
            if document and document.has_access("read"):
                first_page = document._open("report")
            reports.append(message._transmission_report(first_page))
        return merge(reports)

    def _transmission_report(self, first_page):
        return transmission_report(
            self.env._("Transmission report"),
            [ReportRow(label, value) for label, value in self._report_rows()],
            first_page,
            Labels(first_page=self.env._("First page")),
        )

    def _report_rows(self):
        """Hook: what stands on the report, as label and value."""
        ended = self.done_at or self.received_at
        to_words = " · ".join(
            filter(
                None,
                [self.partner_name, self.partner_organization, self.number_display],
            )
        )
        ours = self.number_id.number_display or ""
        outbound = self.direction == "out"
        rows = [
            (self.env._("Reference"), self.name),
            (self.env._("Date"), ended and tools.format_datetime(self.env, ended)),
            (self.env._("From"), ours if outbound else to_words),
            (self.env._("To"), to_words if outbound else ours),
            (self.env._("Sent by"), self.user_id.name),
            (self.env._("Pages"), self._report_pages()),
            (self.env._("Result"), self.state_words),
            (self.env._("Advice"), self.failure_advice),
            # sudo: the hash proves the pages, it does not show them
            (self.env._("SHA-256"), self.document_id.sudo().sha256),
        ]
        return [(label, value) for label, value in rows if value]

    def _report_pages(self):
        if self.direction == "in":
            return str(self.pages)
        return self.env._(
            "%(sent)s of %(pages)s", sent=self.pages_sent, pages=self.pages
        )
