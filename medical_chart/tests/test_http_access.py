import base64
import json

from odoo.tests import HttpCase, tagged

from .access_common import AccessCase
from .common import png


@tagged("post_install", "-at_install")
class TestHttpAccess(HttpCase, AccessCase):
    def _status(self, url):
        return self.url_open(url, allow_redirects=False).status_code

    def test_download(self):
        entry = self.entries["doctor private"]
        file = entry.attachment_ids
        own = self.entries["limited signed"]
        users = {
            self.doctor: (200, 200),
            self.manager: (200, 200),
            self.colleague: (404, 200),
            self.desk: (404, 200),
            self.limited: (404, 200),
            self.outsider: (404, 404),
        }
        for user, (private, signed) in users.items():
            self.authenticate(user.login, user.login)
            for url in (f"/web/content/{file.id}", f"/web/image/{file.id}"):
                status = self._status(url)
                # An image that may not be seen is a placeholder.
                if "/image/" in url and private != 200:
                    self.assertNotEqual(self.url_open(url).content, png())
                else:
                    self.assertEqual(status, private, f"{user.login} {url}")
            self.assertEqual(
                self._status(f"/web/content/{own.attachment_ids.id}"), signed
            )
            url = f"/web/content/medical.chart.entry/{own.id}/body"
            self.assertIn(self._status(url), (200, 204, 404))

    def test_signature_picture_of_a_colleague(self):
        url = f"/web/image/res.users/{self.doctor.id}/signature_image"
        picture = self.doctor.sudo().with_context(bin_size=False).signature_image
        picture = base64.b64decode(picture)
        self.authenticate(self.doctor.login, self.doctor.login)
        self.assertEqual(self.url_open(url).content, picture)
        for user in (self.colleague, self.manager, self.outsider):
            self.authenticate(user.login, user.login)
            self.assertNotEqual(self.url_open(url).content, picture, user.login)

    def test_chatter_of_a_document_that_a_patient_follows(self):
        document = self.env["res.partner"].create({"name": "Supplier"})
        followers = self.patient.partner_id | self.doctor.partner_id
        document.message_subscribe(followers.ids)
        for user, visible in ((self.outsider, False), (self.desk, True)):
            self.authenticate(user.login, user.login)
            response = self.url_open(
                "/mail/data",
                data=json.dumps(
                    {
                        "jsonrpc": "2.0",
                        "params": {
                            "fetch_params": [
                                [
                                    "mail.thread",
                                    {
                                        "thread_model": "res.partner",
                                        "thread_id": document.id,
                                        "request_list": ["followers"],
                                    },
                                ]
                            ],
                        },
                    }
                ),
                headers={"Content-Type": "application/json"},
            )
            self.assertIn(self.doctor.name, str(response.json()))
            self.assertEqual(self.patient.name in str(response.json()), visible)

    def test_rpc(self):
        """The web client's own end point: lists of others' entries stay closed."""
        self.authenticate(self.limited.login, self.limited.login)
        response = self.url_open(
            "/web/dataset/call_kw/medical.chart.entry/web_search_read",
            data=json.dumps(
                {
                    "jsonrpc": "2.0",
                    "params": {
                        "model": "medical.chart.entry",
                        "method": "web_search_read",
                        "args": [],
                        "kwargs": {
                            "domain": [("id", "in", self.all_entries.ids)],
                            "specification": {"title": {}},
                            "context": {"medical_chart_signing": True},
                        },
                    },
                }
            ),
            headers={"Content-Type": "application/json"},
        ).json()
        titles = {row["title"] for row in response["result"]["records"]}
        self.assertEqual(titles, {"limited signed", "limited draft", "limited private"})
        for method in ("_sign", "_content_version", "_adopt_files", "_remember"):
            response = self.url_open(
                f"/web/dataset/call_kw/medical.chart.entry/{method}",
                data=json.dumps(
                    {
                        "jsonrpc": "2.0",
                        "params": {
                            "model": "medical.chart.entry",
                            "method": method,
                            "args": [self.all_entries.ids],
                            "kwargs": {},
                        },
                    }
                ),
                headers={"Content-Type": "application/json"},
            ).json()
            self.assertIn("error", response)
