import io

import pypdf

from odoo import models, tools

from ..document import Labels, ReportRow, transmission_report


class FaxMessage(models.Model):
    """The transmission report: one page that says how a fax ended."""

    _inherit = "fax.message"

    def _transmission_reports(self):
        """One PDF with a page for each of these faxes, as the user may see them.

        :raise UserError: one of them has not ended
        """
        self._check_ended()
        return self._joined([message._transmission_report() for message in self])

    def _joined(self, pdfs):
        """PDFs of ours one after another, to print many at once; in pure Python."""
        writer = pypdf.PdfWriter()
        for pdf in pdfs:
            writer.append(io.BytesIO(pdf))
        content = io.BytesIO()
        writer.write(content)
        return content.getvalue()

    def _transmission_report(self):
        """The report's PDF; without the first page for whom may not read it."""
        document = self.document_id
        readable = document and document.has_access("read")
        return transmission_report(
            self.env._("Transmission report"),
            [ReportRow(label, value) for label, value in self._report_rows()],
            document._open("report") if readable else None,
            Labels(first_page=self.env._("First page")),
            paper=self.account_id._paper(self.company_id.country_id.code),
            reference=self.name,
            trusted=bool(readable and document.trusted),
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
        outbound = self.direction == "out"
        ours = self._our_number() if outbound else self.number_id
        ours = ours.number_display or ""
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
