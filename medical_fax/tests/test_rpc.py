from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import guard
from . import samples
from .common import FaxHttpCommon, RpcError
from .number_provider import FREE, NumberCase

# What JSON can say. None of it is the object that opens the guard.
FORGED_KEYS = (True, 1, "1", {}, [], [1], {"a": 1}, "<object object>", None)


class RpcCase(FaxHttpCommon):
    def setUp(self):
        super().setUp()
        self.fax = self.send()
        self.document = self.fax.document_id

    def assertRefused(self, model, method, /, *args, **kwargs):
        with mute_logger("odoo.http", "odoo.sql_db", "odoo.addons.base.models.ir_rule"):
            with self.assertRaises(RpcError):
                self.call_kw(model, method, *args, **kwargs)

    def as_each(self, *users):
        admin = self.env.ref("base.user_admin")
        admin.company_ids |= self.company
        for user in (*users, self.user, self.manager):
            self.login(user)
            with self.subTest(user=user.login):
                yield user
        self.authenticate("admin", "admin")
        with self.subTest(user="admin"):
            yield admin


@tagged("post_install", "-at_install")
class TestGuardsThroughRpc(RpcCase):
    """What holds for the ORM holds for a program that logs in."""

    def test_faxes(self):
        fax_id = self.fax.id
        values = {
            "name": "FORGED",
            "state": "delivered",
            "company_id": self.company.id,
            "account_id": self.account.id,
            "number": "+15145550199",
        }
        for _user in self.as_each(self.denied, self.plain):
            for key in FORGED_KEYS:
                context = {guard._KEY: key}
                self.assertRefused("fax.message", "create", [values], context=context)
                self.assertRefused(
                    "fax.message",
                    "write",
                    [fax_id],
                    {"state": "delivered"},
                    context=context,
                )
            self.assertRefused("fax.message", "web_save", [fax_id], {"pages": 9}, {})
            self.assertRefused("fax.message", "unlink", [fax_id])
            self.assertRefused("fax.message", "copy", [fax_id])
        self.fax.invalidate_recordset()
        self.assertEqual((self.fax.state, self.fax.pages), ("queued", 2))

    def test_private_methods(self):
        for _user in self.as_each():
            for model, method, args in (
                ("fax.message", "_set_delivered", [self.fax.ids, 1]),
                ("fax.message", "_new", [{}]),
                ("fax.message", "_move", [self.fax.ids, "delivered"]),
                ("fax.message", "_cron_send", []),
                ("fax.document", "_purge", [self.document.ids]),
                ("fax.document", "_content", [self.document.ids]),
                ("fax.document", "_open", [self.document.ids, "view"]),
                ("fax.account", "_provider", [self.account.ids]),
                ("fax.attempt", "_submit", [[]]),
            ):
                self.assertRefused(model, method, *args)
        self.assertEqual(self.fax.state, "queued")

    def test_documents_and_their_files(self):
        file = self.env["ir.attachment"].search(
            [("res_field", "=", "pdf"), ("res_id", "=", self.document.id)]
        )
        owner = {
            "res_model": "fax.document",
            "res_id": self.document.id,
            "res_field": "pdf",
        }
        defaults = {f"default_{name}": value for name, value in owner.items()}
        for _user in self.as_each():
            for key in FORGED_KEYS[:4]:
                context = {guard._KEY: key}
                for model, ids, values in (
                    ("fax.document", self.document.ids, {"sha256": "0" * 64}),
                    ("fax.document", self.document.ids, {"pdf": "JVBERi0="}),
                    ("ir.attachment", file.ids, {"datas": "JVBERi0="}),
                    ("ir.attachment", file.ids, {"public": True}),
                ):
                    self.assertRefused(model, "write", ids, values, context=context)
                self.assertRefused("ir.attachment", "unlink", file.ids, context=context)
            self.assertRefused("fax.document", "unlink", self.document.ids)
            self.assertRefused("ir.attachment", "read", file.ids, ["datas"])
            self.assertRefused("fax.document", "read", self.document.ids, ["pdf"])
            forged = {"name": "x", "datas": "JVBERi0="}
            self.assertRefused("ir.attachment", "create", [{**forged, **owner}])
            self.assertRefused("ir.attachment", "create", [forged], context=defaults)
            self.assertRefused("ir.attachment", "generate_access_token", file.ids)
        self.assertEqual(self.document._content(), file.raw)

    def test_import(self):
        for _user in self.as_each():
            for model, fields, row in (
                ("fax.message", [".id", "state"], [str(self.fax.id), "delivered"]),
                ("fax.document", [".id", "pages"], [str(self.document.id), "9"]),
                ("fax.account", [".id", "state"], [str(self.account.id), "failing"]),
            ):
                try:
                    with mute_logger("odoo.http", "odoo.sql_db"):
                        result = self.call_kw(model, "load", fields, [row])
                except RpcError:
                    continue
                self.assertFalse(result["ids"])
        self.env.invalidate_all()
        self.assertEqual(self.fax.state, "queued")
        self.assertEqual(self.account.state, "connected")

    def test_rows_about_faxes(self):
        self.run_queue()
        attempt = self.fax.attempt_ids
        source = self.document.source_ids
        for _user in self.as_each():
            for record, values in (
                (attempt, {"provider_id": "forged"}),
                (source, {"res_id": self.other_patient.id}),
            ):
                self.assertRefused(record._name, "write", record.ids, values)
                self.assertRefused(record._name, "unlink", record.ids)
                self.assertRefused(record._name, "create", [values])


@tagged("post_install", "-at_install")
class TestFaxingThroughRpc(RpcCase):
    def test_compose_and_send(self):
        """The whole way, as a program would go it."""
        entry = self.new_entry()
        self.login(self.user)
        action = self.call_kw(
            "fax.composer", "action_compose", model="res.partner", ids=entry.ids
        )
        composer_id = action["res_id"]
        (found,) = self.call_kw("fax.composer", "action_suggest", [composer_id], "lee")
        self.call_kw(
            "fax.composer", "web_save", [composer_id], {"recipients": [found]}, {}
        )
        result = self.call_kw("fax.composer", "action_send", [composer_id])
        fax = self.env["fax.message"].browse(result["params"]["message_ids"])
        self.assertEqual(fax.contact_id, self.lee)
        self.assertEqual(fax.user_id, self.user)
        self.assertTrue(self.call_kw("fax.message", "action_undo", fax.ids))
        fax.invalidate_recordset()
        self.assertEqual(fax.state, "cancelled")

    def test_denied_users(self):
        entry = self.new_entry()
        composer = self.compose(entry)
        for user in self.denied | self.plain:
            self.login(user)
            with self.subTest(user=user.login):
                for method, args in (
                    ("action_compose", []),
                    ("action_compose", ["res.partner", entry.ids]),
                    ("action_check_number", ["5145550199"]),
                    ("action_send", [composer.ids]),
                    ("action_preview", [composer.ids]),
                    ("action_add_files", [composer.ids, []]),
                ):
                    self.assertRefused("fax.composer", method, *args)
                for method in (
                    "action_undo",
                    "action_called",
                    "action_release",
                    "action_send_due",
                    "action_ask_provider",
                ):
                    self.assertRefused("fax.message", method, self.fax.ids)
        self.fax.invalidate_recordset()
        self.assertEqual(self.fax.state, "queued")

    def test_denied_users_through_the_external_interface(self):
        for user in self.denied | self.plain:
            password = user.login + "x" * (8 - len(user.login))
            with mute_logger("odoo.http"):
                answer = self.url_open(
                    "/jsonrpc",
                    json={
                        "jsonrpc": "2.0",
                        "method": "call",
                        "id": 1,
                        "params": {
                            "service": "object",
                            "method": "execute_kw",
                            "args": [
                                self.env.cr.dbname,
                                user.id,
                                password,
                                "fax.composer",
                                "action_compose",
                                [],
                                {},
                            ],
                        },
                    },
                ).json()
            with self.subTest(user=user.login):
                self.assertEqual(
                    answer["error"]["data"]["name"], "odoo.exceptions.AccessError"
                )

    def test_a_colleagues_composer(self):
        composer = self.compose(self.new_entry(), subject="Mine")
        self.login(self.colleague)
        for method, args in (
            ("action_send", []),
            ("action_preview", []),
            ("action_suggest", [""]),
            ("action_add_files", [[]]),
            ("action_preview_pages", ["x", [0]]),
            ("write", [{"subject": "Theirs"}]),
            ("read", [["subject"]]),
            ("web_save", [{"recipients": []}, {}]),
        ):
            with self.subTest(method=method):
                self.assertRefused("fax.composer", method, composer.ids, *args)
        composer.invalidate_recordset()
        self.assertEqual(composer.subject, "Mine")

    def test_ids_that_the_user_may_not_read(self):
        hidden = self.new_entry(ref="HIDDEN")
        private = self.env["ir.attachment"].create(
            {"name": "x.pdf", "raw": samples.pdf()}
        )
        self.login(self.user)
        for kwargs in (
            {"model": "res.partner", "ids": hidden.ids},
            {"patient_id": hidden.id},
            {"attachment_ids": private.ids},
            {"model": "res.users", "ids": self.user.ids},
            {"model": "no.such.model", "ids": [1]},
        ):
            with self.subTest(kwargs=kwargs):
                self.assertRefused("fax.composer", "action_compose", **kwargs)


@tagged("post_install", "-at_install")
class TestNumbersThroughRpc(NumberCase, RpcCase):
    """Who is no manager orders nothing; nobody writes what the provider says."""

    def test_roles(self):
        account, ours = self.numbered.id, self.ours.id
        for user in self.as_each(self.denied, self.plain, self.stranger):
            for model, method, args in (
                ("fax.number", "write", [[ours], {"status": "released"}]),
                ("fax.number", "_release", [[ours], "0177"]),
                ("fax.number.order", "create", [{"account_id": account}]),
                ("fax.number.order", "_cron_order", []),
                ("fax.number.order", "_intend", [account, "order", "+15145550180"]),
            ):
                self.assertRefused(model, method, *args)
            if user not in self.manager | self.env.ref("base.user_admin"):
                self.assertRefused("fax.account", "order_number", [account], FREE)
                self.assertRefused("fax.account", "free_numbers", [account], "514")
                self.assertRefused("fax.account", "action_fetch_numbers", [account])
                self.assertRefused("fax.number", "action_ask_release", [ours])
        self.assertEqual(self.ours.status, "active")
        self.assertFalse(self.numbered.number_order_ids)
        self.assertEqual(self.service.calls, [])
        self.login(self.manager)
        self.call_kw("fax.account", "order_number", [account], FREE)
        self.assertEqual(self.numbered.number_order_ids.state, "intent")
