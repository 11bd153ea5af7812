import base64
import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..controllers.callback import MOST_BODY
from ..models import guard
from ..models.fax_account_callback import PATH
from ..providers import AccountInfo, DocumoProvider
from .common import FaxHttpCommon

FAX = {
    "messageId": "0b8f1c1e-8f7e-4a53-9f3c-5e0f7f0c1a11",
    "status": "success",
    "direction": "outbound",
    "faxNumber": "+15145550190",
    "pagesCount": 2,
}
BOUNDARY = "x-boundary-of-theirs"


class CallbackCase(FaxHttpCommon):
    """An account at Documo, connected; nobody is asked."""

    def setUp(self):
        super().setUp()
        self.documo = self.env["fax.account"].create(
            {"name": "Documo", "code": "documo", "company_id": self.company.id}
        )
        self.documo.callback_base_url = self.base_url()
        with patch.object(DocumoProvider, "verify", return_value=AccountInfo()):
            self.form = self.documo.with_user(self.manager).connect(
                {"api_key": "documo-key-0123456789"}
            )
        self.authenticate(None, None)

    def hints(self):
        return self.env["fax.hint"].search([("account_id", "=", self.documo.id)])

    def call_back(self, body=None, address=None, auth=None, **headers):
        """POST as the provider does; gives the answer's status."""
        body = json.dumps(FAX).encode() if body is None else body
        user, password = auth or (self.form["user"], self.form["password"])
        known = base64.b64encode(f"{user}:{password}".encode()).decode()
        headers = {
            "Content-Type": "application/json",
            "x-webhook-event": "fax.v1.outbound.complete",
            "Authorization": f"Basic {known}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        self.env.flush_all()
        with mute_logger("odoo.http", "werkzeug"):
            answer = self.opener.post(
                address or self.form["address"],
                data=body,
                headers={k: v for k, v in headers.items() if v is not None},
                timeout=30,
                allow_redirects=False,
            )
        self.env.invalidate_all()
        # No session; a page that is not there may set the language, as Odoo's own.
        self.assertNotIn("session_id", answer.headers.get("Set-Cookie", ""))
        return answer.status_code

    def legacy(self, data=None, file=b"%PDF-1.4 pages", name="data"):
        data = json.dumps(FAX) if data is None else data
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
            f"\r\n\r\n{data}\r\n".encode(),
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="attachment"; '
            'filename="fax.pdf"\r\nContent-Type: application/pdf\r\n\r\n'.encode(),
            file,
            f"\r\n--{BOUNDARY}--\r\n".encode(),
        ]
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        return {"body": b"".join(parts), "Content_Type": kind, "x_webhook_event": None}


@tagged("post_install", "-at_install")
class TestCallback(CallbackCase):
    def test_stored_and_answered(self):
        self.assertEqual(self.call_back(), 200)
        self.assertRecordValues(
            self.hints(),
            [
                {
                    "provider_id": FAX["messageId"],
                    "inbound": False,
                    "event": "success",
                    "to": "+15145550190",
                    "pages": 2,
                    "is_done": False,
                }
            ],
        )

    def test_doubled(self):
        for _each in range(3):
            self.assertEqual(self.call_back(), 200)
        self.assertEqual(len(self.hints()), 1)
        body = json.dumps({**FAX, "status": "transmitting"}).encode()
        self.assertEqual(self.call_back(body), 200)
        self.assertEqual(len(self.hints()), 2, "another event")

    def test_the_older_form(self):
        """Values and pages as parts of a form; the pages are not looked at."""
        for file in (b"%PDF-1.4", b"\r\n--x\r\n" * 9, b"\x00\xff" * (3 << 20)):
            with self.subTest(size=len(file)):
                self.hints().unlink()
                self.assertEqual(self.call_back(**self.legacy(file=file)), 200)
                self.assertEqual(self.hints().event, "success")
        data = json.dumps({**FAX, "direction": "inbound"})
        self.assertEqual(self.call_back(**self.legacy(data)), 200)
        self.assertTrue(self.hints()[-1].inbound)

    def test_forged(self):
        user, password = self.form["user"], self.form["password"]
        for auth in (
            (user, "wrong"),
            ("wrong", password),
            (user, ""),
            ("", ""),
            (user, password + "x"),
            (user, password[:-1]),
        ):
            with self.subTest(auth=auth):
                self.assertEqual(self.call_back(auth=auth), 401)
        for header in (None, "", "Basic", "Basic !!!", f"Bearer {password}", "x" * 999):
            with self.subTest(header=header):
                self.assertEqual(self.call_back(Authorization=header), 401)
        self.assertEqual(self.call_back(Authorization="", **self.legacy()), 401)
        self.assertFalse(self.hints())

    def test_unknown_addresses(self):
        address = self.form["address"]
        for wrong in (
            address[:-1],
            address + "x",
            address.rpartition("/")[0] + "/%C3%A9%F0%9F%98%80",
            address.rpartition("/")[0] + "/" + "x" * 3000,
            address.rpartition("/")[0] + "/False",
            address.rpartition("/")[0] + "/",
        ):
            with self.subTest(wrong=wrong[:120]):
                self.assertEqual(self.call_back(address=wrong), 404)
        self.assertFalse(self.hints())

    def test_garbage(self):
        for body in (b"", b"x", b"[]", b"null", b"\xff\xfe", b"{" * 5000, b'"a"'):
            with self.subTest(body=body[:20]):
                self.assertEqual(self.call_back(body), 400)
        for kind in ("multipart/form-data", "multipart/form-data; boundary=", "x"):
            with self.subTest(kind=kind):
                self.assertEqual(self.call_back(b"\x00garbage", Content_Type=kind), 400)
        for legacy in (self.legacy("nothing"), self.legacy(name="dat")):
            self.assertEqual(self.call_back(**legacy), 400)
        form = "application/x-www-form-urlencoded"
        self.assertEqual(self.call_back(b"data=1&data=2", Content_Type=form), 400)
        for values in ({"messageId": None}, {"messageId": ["x"]}, {"messageId": "a b"}):
            with self.subTest(values=values):
                self.assertEqual(self.call_back(json.dumps(values).encode()), 200)
        self.assertFalse(self.hints())

    def test_oversized(self):
        body = json.dumps({**FAX, "notes": "x" * MOST_BODY}).encode()
        self.assertEqual(self.call_back(body), 413)
        self.assertFalse(self.hints())

    def test_oversized_forms(self):
        address = self.form["address"]
        self.env.flush_all()
        with mute_logger("odoo.http", "werkzeug"):
            answer = self.opener.post(
                address,
                data=b"",
                headers={
                    "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
                    "Content-Length": str(33 << 20),
                },
                timeout=30,
            )
        self.assertEqual(answer.status_code, 413)
        self.assertFalse(self.hints())

    def test_disconnected(self):
        self.documo.action_disconnect()
        self.assertEqual(self.call_back(), 404)
        self.assertFalse(self.hints())
        with patch.object(DocumoProvider, "verify", return_value=AccountInfo()):
            self.documo.connect({"api_key": "documo-key-0123456789"})
        self.assertEqual(self.call_back(), 200, "what stands at the provider goes on")
        guard.opened(self.documo).write({"state": "failing"})
        self.assertEqual(self.call_back(), 200)

    def test_the_message_is_not_touched(self):
        fax = self.send()
        self.run_queue()
        guard.opened(fax).write({"account_id": self.documo.id})
        fax.attempt_ids.write(
            {"provider_id": FAX["messageId"], "account_id": self.documo.id}
        )
        body = json.dumps({**FAX, "status": "failed"}).encode()
        self.assertEqual(self.call_back(body), 200)
        self.assertEqual(fax.state, "submitted")

    def test_nothing_of_it_in_the_log(self):
        with self.assertLogs(level="DEBUG") as log:
            self.call_back()
            self.call_back(**self.legacy())
            self.call_back(b'{"faxNumber": "+15145550190"')
            self.call_back(auth=("x", "y"))
        logged = "\n".join(f"{r.getMessage()} {r.exc_text}" for r in log.records)
        for text in ("5550190", FAX["messageId"], self.form["password"]):
            self.assertNotIn(text, logged)

    def test_only_get_and_post(self):
        self.env.flush_all()
        for method in ("put", "delete"):
            with mute_logger("odoo.http", "werkzeug"):
                answer = getattr(self.opener, method)(self.form["address"], timeout=30)
            self.assertEqual(answer.status_code, 405)
        for query in (
            "",
            "?probe=",
            "?probe=short",
            "?probe=" + "x" * 65,
            "?probe=a b",
        ):
            with mute_logger("odoo.http", "werkzeug"):
                answer = self.opener.get(self.form["address"] + query, timeout=30)
            self.assertEqual(answer.status_code, 404)


class _Elsewhere(BaseHTTPRequestHandler):
    """Whoever else may have the address: answers as the test says."""

    status, body, headers_sent = 200, b"x", {}

    def log_message(self, *args):
        """Nobody reads it."""

    def do_GET(self):
        self.send_response(self.status)
        for name, value in self.headers_sent.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)


@tagged("post_install", "-at_install")
class TestProbe(CallbackCase):
    def probe(self, base_url=None):
        if base_url is not None:
            self.documo.callback_base_url = base_url
        self.env.flush_all()
        with self.allow_requests(all_requests=True), mute_logger("odoo.http"):
            return self.documo.with_user(self.manager).action_probe_callback()

    def elsewhere(self, status=200, body=b"x", **headers):
        values = {"status": status, "body": body, "headers_sent": headers}
        server = HTTPServer(("127.0.0.1", 0), type("Handler", (_Elsewhere,), values))
        self.addCleanup(server.server_close)
        threading.Thread(target=server.handle_request, daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}"

    def test_arrives(self):
        told = self.probe()
        self.assertTrue(told["arrived"], told["text"])
        self.assertTrue(self.probe(self.base_url() + "/")["arrived"])

    def test_another_database(self):
        """A copy has the same token and the same secret; it is another one still."""
        answer = type(self.documo)._probe_answer

        def elsewhere(account, nonce):
            with patch.object(type(account), "_identity", return_value="a/copy"):
                return answer(account, nonce)

        sides = iter((elsewhere, answer))
        with patch.object(
            type(self.documo),
            "_probe_answer",
            lambda account, nonce: next(sides)(account, nonce),
        ):
            told = self.probe()
        self.assertFalse(told["arrived"])
        self.assertIn("not this database", told["text"])

    def test_in_words(self):
        for status, body, words in (
            (200, b"", "not this database"),
            (200, b"<html>Welcome</html>", "not this database"),
            (200, "é".encode("latin-1"), "not this database"),
            (301, b"", "leads on"),
            (404, b"", "several databases"),
            (401, b"", "refuses the call"),
            (502, b"", "fault of its own"),
        ):
            with self.subTest(status=status, body=body):
                told = self.probe(self.elsewhere(status, body, Location="/x"))
                self.assertFalse(told["arrived"])
                self.assertIn(words, told["text"])

    def test_no_answer(self):
        server = HTTPServer(("127.0.0.1", 0), _Elsewhere)  # never serves
        self.addCleanup(server.server_close)
        port = server.server_address[1]
        with patch(
            "odoo.addons.medical_fax.models.fax_account_callback.PROBE_SECONDS", 1
        ):
            told = self.probe(f"http://127.0.0.1:{port}")
        self.assertIn("no answer in time", told["text"])
        told = self.probe("http://127.0.0.1:9")
        self.assertIn("Nothing answers", told["text"])
        told = self.probe("http://odoo.example.com")
        self.assertIn("https://", told["text"])

    def test_where_we_are(self):
        for url in ("odoo.example.com", "ftp://x.example.com", "https://", "https://a?b",
                    "https://user:secret@example.com", "https://[x"):  # fmt: skip
            with self.subTest(url=url), self.assertRaises(ValidationError):
                self.documo.with_user(self.manager).callback_base_url = url
        self.documo.callback_base_url = False
        self.assertFalse(self.probe()["arrived"])
        new = self.env["fax.account"].create({"name": "New"})
        base = self.env["ir.config_parameter"].get_param("web.base.url")
        self.assertEqual(new.callback_base_url, base)

    def test_the_form(self):
        self.assertIn(f"{PATH}{self.documo.callback_token}", self.form["address"])
        self.assertEqual(self.form, self.documo.with_user(self.manager).callback_form())
        self.assertEqual(len(self.form["steps"]), 4)
        self.assertGreaterEqual(len(self.documo.callback_token), 32)
        for account in self.account, self.documo.copy():
            with self.assertRaises(UserError):
                account.with_user(self.manager).callback_form()

    def test_a_provider_that_sends_no_login_along(self):
        form = replace(DocumoProvider.form, callback_login=False)
        with patch.object(DocumoProvider, "form", form):
            shown = self.documo.with_user(self.manager).callback_form()
        self.assertFalse(shown["user"] or shown["password"])
        self.assertEqual(shown["address"], self.form["address"])
