import io
import json
import zipfile

from odoo import http
from odoo.tests import tagged
from odoo.tools import mute_logger

from . import samples
from .common import FaxHttpCommon

MISSING = 2**30


class PagesCase(FaxHttpCommon):
    def setUp(self):
        super().setUp()
        file = self.upload(samples.pdf("Page one", "Page two"))
        self.private = self.send(
            attachment_ids=file.ids, number_id=self.private_number.id
        )
        self.open = self.send()
        self.document = self.private.document_id

    def open_as(self, user, path, **kwargs):
        """Open a page as a user; what is refused is logged, and that is not meant."""
        self.login(user)
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_rule"):
            return self.url_open(path, **kwargs)

    def others(self):
        return self.colleague | self.plain | self.stranger

    def assertRefused(self, response, secret=None):
        self.assertIn(response.status_code, (403, 404), response.url)
        self.assertNotIn(b"%PDF", response.content)
        self.assertNotIn(b"PNG", response.content[:8])


@tagged("post_install", "-at_install")
class TestPages(PagesCase):
    """Each opening is checked as the user and noted; addresses carry ids only."""

    def pdf(self, *faxes):
        ids = ",".join(str(fax.id) for fax in faxes)
        return f"/medical_fax/message/{ids}/pdf"

    def log(self, document=None):
        document = (document or self.document).sudo()
        document.invalidate_recordset()
        return [(row.user_id, row.kind) for row in document.access_ids.sorted("id")]

    def test_the_frozen_pages(self):
        response = self.open_as(self.user, self.pdf(self.private))
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.content, self.document._content())
        headers = response.headers
        self.assertEqual(headers["Content-Type"], "application/pdf")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("no-store", headers["Cache-Control"])
        self.assertTrue(headers["Content-Disposition"].startswith("inline"))
        self.assertIn(
            self.private.name.replace("/", "-"), headers["Content-Disposition"]
        )
        self.assertEqual(self.log(), [(self.user, "view")])

    def test_download(self):
        response = self.open_as(self.user, self.pdf(self.private) + "?download=1")
        disposition = response.headers["Content-Disposition"]
        self.assertTrue(disposition.startswith("attachment"))
        self.assertEqual(self.log(), [(self.user, "download")])

    def test_several_to_print(self):
        response = self.open_as(self.user, self.pdf(self.private, self.open))
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        pages = self.private.pages + self.open.pages
        self.assertEqual(len(samples.page_sizes(response.content)), pages)
        self.assertEqual(self.log(), [(self.user, "view")])
        self.assertEqual(self.log(self.open.document_id), [(self.user, "view")])

    def test_several_to_keep(self):
        both = self.pdf(self.private, self.open) + "?download=1"
        response = self.open_as(self.user, both)
        self.assertEqual(response.headers["Content-Type"], "application/zip")
        with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
            self.assertEqual(len(archive.namelist()), 2)
            for name in archive.namelist():
                self.assertRegex(name, r"^FAX-\d{4}-\d+\.pdf$")
        self.assertEqual(self.log(), [(self.user, "download")])
        self.assertEqual(self.log(self.open.document_id), [(self.user, "download")])

    def test_others_get_nothing(self):
        for user in self.others():
            with self.subTest(user=user.login):
                self.assertRefused(self.open_as(user, self.pdf(self.private)))
                # Nor as one of several
                both = self.pdf(self.open, self.private)
                self.assertRefused(self.open_as(user, both))
        self.assertFalse(self.log())

    def test_nobody_without_login(self):
        for path in (
            self.pdf(self.private),
            f"/medical_fax/message/{self.private.id}/report",
            f"/medical_fax/document/{self.document.id}/page/0",
        ):
            response = self.open_as(None, path, allow_redirects=False)
            self.assertEqual(response.status_code, 303)
            self.assertIn("/web/login", response.headers["Location"])
        self.assertFalse(self.log())

    def test_addresses_that_lead_nowhere(self):
        for path in (
            f"/medical_fax/message/{MISSING}/pdf",
            "/medical_fax/message/x/pdf",
            "/medical_fax/message/-1/pdf",
            "/medical_fax/message/,/report",
            f"/medical_fax/document/{MISSING}/page/0",
            f"/medical_fax/document/{self.document.id}/page/99",
        ):
            with self.subTest(path=path):
                self.assertEqual(self.open_as(self.user, path).status_code, 404)

    def test_one_page(self):
        path = f"/medical_fax/document/{self.document.id}/page"
        response = self.open_as(self.user, f"{path}/0?width=300")
        self.assertEqual(response.headers["Content-Type"], "image/png")
        self.assertTrue(response.content.startswith(b"\x89PNG"))
        self.assertIn("no-store", response.headers["Cache-Control"])
        for user in self.others():
            for index in (0, 1):
                self.assertRefused(self.open_as(user, f"{path}/{index}"))
        for width in ("x", "-5", "0", "999999", "1e9"):
            response = self.open_as(self.user, f"{path}/0?width={width}")
            self.assertEqual(response.status_code, 200)

    def test_no_page_is_opened_without_a_trace(self):
        """Neither the first nor, skipping it, a later one; turning pages is one row."""
        path = f"/medical_fax/document/{self.document.id}/page"
        self.open_as(self.user, f"{path}/1")
        self.assertEqual(self.log(), [(self.user, "view")])
        for index in (0, 1, 2):
            self.open_as(self.user, f"{path}/{index}")
        self.assertEqual(self.log(), [(self.user, "view")])
        self.open_as(self.manager, f"{path}/2")
        self.assertEqual(self.log(), [(self.user, "view"), (self.manager, "view")])

    def test_report(self):
        path = f"/medical_fax/message/{self.private.id}/report"
        self.run_queue()
        self.fake.deliver(self.private.attempt_ids)
        self.run_queue()
        response = self.open_as(self.user, path)
        self.assertEqual(response.status_code, 200)
        text = samples.text_of(response.content)
        for words in (self.private.name, "Delivered", "+1 514-555-0190", "Dr Ann Lee"):
            self.assertIn(words, text)
        self.assertEqual(self.log(), [(self.user, "report")])
        for user in self.others():
            self.assertRefused(self.open_as(user, path))

    def test_report_without_the_pages(self):
        """Who may see the fax but not all it was made from gets no first page."""
        entries = self.new_entry("Seen", "<p>Seen words</p>")
        entries |= self.new_entry(
            "Hidden", "<p>Hidden words</p>", ref="HIDDEN", user_id=self.user.id
        )
        fax = self.send(entries, has_cover=False)
        self.set_state(fax, "failed", failure_kind="busy")
        path = f"/medical_fax/message/{fax.id}/report"
        response = self.open_as(self.colleague, path)
        self.assertEqual(response.status_code, 200)
        self.assertNotIn("Hidden words", samples.text_of(response.content))
        self.assertRefused(self.open_as(self.colleague, self.pdf(fax)))
        self.assertFalse(self.log(fax.document_id))

    def test_report_of_one_that_has_not_ended(self):
        path = f"/medical_fax/message/{self.private.id}/report"
        response = self.open_as(self.user, path)
        self.assertNotEqual(response.status_code, 200)

    def test_changed_bytes_are_not_shown(self):
        other = self.env["ir.attachment"].create({"name": "x", "raw": b"%PDF-forged"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = %s WHERE res_field = 'pdf' "
            "AND res_model = 'fax.document' AND res_id = %s",
            (other.store_fname, self.document.id),
        )
        self.env.invalidate_all()
        response = self.open_as(self.user, self.pdf(self.private))
        self.assertNotEqual(response.status_code, 200)
        self.assertNotIn(b"forged", response.content)


@tagged("post_install", "-at_install")
class TestOtherWays(PagesCase):
    """Odoo's own addresses for files and pictures lead to no page of a fax."""

    def test_files(self):
        admin = self.env.ref("base.user_admin")
        admin.company_ids |= self.company
        file = self.env["ir.attachment"].search(
            [("res_field", "=", "pdf"), ("res_id", "=", self.document.id)]
        )
        self.assertEqual(file.res_model, "fax.document")
        composer = self.compose(self.new_entry())
        composer.action_preview()
        preview = composer._preview_file()
        self.assertTrue(preview)
        paths = [
            f"/web/content/{file.id}",
            f"/web/content/fax.document/{self.document.id}/pdf",
            f"/web/content?model=fax.document&id={self.document.id}&field=pdf",
            f"/web/image/fax.document/{self.document.id}/pdf",
            f"/web/image/{file.id}",
            f"/web/content/fax.composer/{composer.id}/preview_pdf",
            f"/web/content/{file.id}?access_token=False",
            f"/web/content/{file.id}?access_token=",
        ]
        for user in (self.user, self.manager, self.colleague, self.plain, None):
            for path in [*paths, f"/web/content/{preview.id}"]:
                with self.subTest(user=user and user.login, path=path):
                    response = self.open_as(user, path)
                    self.assertNotIn(b"%PDF", response.content)
        self.login(admin)
        for path in paths[:5]:
            with self.subTest(user="admin", path=path):
                with mute_logger("odoo.http"):
                    response = self.url_open(path)
                self.assertNotIn(b"%PDF", response.content)
        self.assertFalse(self.document.access_ids)

    def test_zip_of_attachments(self):
        """The download of several files at once, which takes ids as they come."""
        file = self.env["ir.attachment"].search(
            [("res_field", "=", "pdf"), ("res_id", "=", self.document.id)]
        )
        for user in (self.user, self.manager):
            response = self.open_as(
                user,
                "/mail/attachment/zip",
                data={"file_ids": str(file.id), "zip_name": "x.zip"},
            )
            self.assertNotIn(b"%PDF", response.content)

    def test_export(self):
        self.user.group_ids |= self.env.ref("base.group_allow_export")
        data = {
            "model": "fax.document",
            "fields": [{"name": "pdf", "label": "pdf"}],
            "ids": self.document.ids,
            "domain": [],
            "import_compat": False,
        }
        for user in (self.user, self.manager):
            self.login(user)
            with mute_logger("odoo.http", "odoo.addons.web.controllers.export"):
                response = self.url_open(
                    "/web/export/csv",
                    data={
                        "data": json.dumps(data),
                        "csrf_token": http.Request.csrf_token(self),
                    },
                )
            with self.subTest(user=user.login):
                self.assertNotEqual(response.status_code, 200)
                self.assertNotIn(b"JVBERi", response.content)
