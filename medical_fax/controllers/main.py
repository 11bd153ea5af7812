import io
import zipfile

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

_NO_STORE = [("Cache-Control", "private, no-store")]


class FaxController(http.Controller):
    """Pages of faxes for the browser. Each opening is checked as the user and noted
    in the document's access log; URLs carry ids only."""

    @http.route("/medical_fax/message/<string:ids>/pdf", auth="user", readonly=False)
    def document(self, ids, download=None, **_kwargs):
        """The frozen pages of faxes: to look at and print in one go, or to download,
        several as a ZIP."""
        messages = self._messages(ids).filtered("document_id")
        if not messages:
            raise NotFound()
        kind = "download" if download else "view"
        files = [
            (f"{message.name.replace('/', '-')}.pdf", message.document_id._open(kind))
            for message in messages
        ]
        if len(files) > 1 and not download:
            files = [("faxes.pdf", messages._joined([pdf for _name, pdf in files]))]
        return self._files(files, download)

    @http.route("/medical_fax/message/<string:ids>/report", auth="user", readonly=False)
    def report(self, ids, download=None, **_kwargs):
        """Transmission reports, one page a fax, in one PDF."""
        messages = self._messages(ids)
        content = messages._transmission_reports()
        return self._files([("transmission-report.pdf", content)], download)

    @http.route(
        "/medical_fax/document/<int:document_id>/page/<int:index>",
        auth="user",
        readonly=False,
    )
    def page(self, document_id, index, width=None, **_kwargs):
        """One page as a fax machine prints it."""
        document = request.env["fax.document"].browse(document_id).exists()
        if not document or not 0 <= index < document.pages:
            raise NotFound()
        image = document._page_png(index, self._width(width))
        document._log_turning()
        return self._png(image)

    @http.route(
        "/medical_fax/message/<int:message_id>/raw", auth="user", readonly=False
    )
    def raw(self, message_id, **_kwargs):
        """The file of a received fax as it came, to save; for fax managers."""
        message = self._messages(str(message_id))
        content = message._open_raw()
        headers = [
            ("Content-Type", "application/octet-stream"),
            ("X-Content-Type-Options", "nosniff"),
            (
                "Content-Disposition",
                http.content_disposition(f"{message.name.replace('/', '-')}.bin"),
            ),
        ]
        return request.make_response(content, headers + _NO_STORE)

    def _messages(self, ids):
        numbers = [int(part) for part in ids.split(",") if part.isdigit()]
        messages = request.env["fax.message"].browse(numbers).exists()
        if not messages:
            raise NotFound()
        messages.check_access("read")
        return messages

    def _width(self, text):
        return min(max(int(text), 100), 1728) if text and text.isdigit() else None

    def _png(self, content):
        return request.make_response(
            content, [("Content-Type", "image/png"), *_NO_STORE]
        )

    def _files(self, files, download):
        name, content = files[0]
        mimetype = "application/pdf"
        if len(files) > 1:
            name, mimetype = "faxes.zip", "application/zip"
            content = self._zip(files)
        headers = [("Content-Type", mimetype), ("X-Content-Type-Options", "nosniff")]
        disposition = "attachment" if download or len(files) > 1 else "inline"
        headers.append(
            (
                "Content-Disposition",
                http.content_disposition(name).replace("attachment", disposition, 1),
            )
        )
        return request.make_response(content, headers + _NO_STORE)

    def _zip(self, files):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files:
                archive.writestr(name, content)
        return buffer.getvalue()
