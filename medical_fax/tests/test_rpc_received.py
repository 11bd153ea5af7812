from odoo.tests import tagged
from odoo.tools import mute_logger

from . import samples
from .common import OUR_PRIVATE_NUMBER, USER, FaxHttpCommon, RpcError
from .inbox_common import InboxMixin

QUIET = ("odoo.http", "odoo.sql_db", "odoo.addons.base.models.ir_rule")
SECRET = {
    "fax.message": ("received_text", "received_codes", "cover_code"),
    "fax.received.file": ("content",),
    "fax.filing": (),
}


@tagged("post_install", "-at_install")
class TestReceivedThroughRpc(InboxMixin, FaxHttpCommon):
    """Who sees what came in, by each way of asking: whoever may use the number, and
    once it is filed whoever may read where; the file as it came is for managers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        denied = f"{USER},medical_fax.group_fax_denied"
        cls.denied_user = cls.new_user("t_denied_user", denied)
        cls.everybody = cls.user | cls.colleague | cls.manager | cls.denied
        cls.everybody |= cls.denied_user | cls.plain | cls.stranger
        # A list that can be exported can be read: let everybody try.
        export = cls.env.ref("base.group_allow_export")
        for user in cls.everybody:
            user.group_ids |= export

    def setUp(self):
        super().setUp()
        self.hidden = self.other_patient
        self.hidden.write({"ref": "HIDDEN", "user_id": self.user.id})
        self.waiting, self.charted, self.secret = (
            self.receive(samples.pdf(f"Page {number}"), to=OUR_PRIVATE_NUMBER)
            for number in range(3)
        )
        for fax, patient in ((self.charted, self.patient), (self.secret, self.hidden)):
            fax.with_user(self.user).action_file(patient.id)
        self.faxes = self.waiting | self.charted | self.secret
        none = self.faxes.browse()
        self.visible = {
            self.user: self.faxes,
            # A fax user of other numbers, who may read one of the patients.
            self.colleague: self.charted,
            self.manager: self.faxes,
            # A manager who must not fax sees what managers see.
            self.denied: self.faxes,
            # What comes from the number is gone; what comes from the chart stays.
            self.denied_user: self.charted,
            self.plain: none,
            self.stranger: none,
        }

    def of(self, model, faxes):
        return {
            "fax.message": faxes,
            "fax.filing": faxes.filing_ids,
            "fax.received.file": faxes.file_ids,
        }[model]

    def expected(self, user, model):
        if model == "fax.received.file" and user not in self.manager | self.denied:
            return set()
        return set(self.of(model, self.visible[user]).ids)

    def ask(self, model, method, /, *args, **kwargs):
        """What RPC answers; None where it refuses."""
        try:
            with mute_logger(*QUIET):
                return self.call_kw(model, method, *args, **kwargs)
        except RpcError:
            return None

    def id_of(self, row):
        """Of an id, a dict of values, or an id with a name."""
        if isinstance(row, list):
            return row[0]
        return row["id"] if isinstance(row, dict) else row

    def each(self):
        for user in self.visible:
            self.login(user)
            for model in SECRET:
                with self.subTest(user=user.login, model=model):
                    yield user, model, self.of(model, self.faxes).ids

    def test_lists(self):
        """Searched, grouped, and offered by name."""
        for user, model, ids in self.each():
            ours, expected = [["id", "in", ids]], self.expected(user, model)
            fields = ["message_id" if model != "fax.message" else "name"]
            for method, args in (
                ("search", [ours]),
                ("search_read", [ours, fields]),
                ("web_search_read", [ours, {fields[0]: {}}]),
                ("name_search", ["", ours, "ilike", 0]),
            ):
                rows = self.ask(model, method, *args) or []
                rows = rows["records"] if isinstance(rows, dict) else rows
                found = {self.id_of(row) for row in rows}
                self.assertEqual(found, expected, method)
            groups = self.ask(
                model, "formatted_read_group", ours, ["create_uid"], ["__count"]
            )
            count = sum(group["__count"] for group in groups or [])
            self.assertEqual(count, len(expected))
            self.assertEqual(self.ask(model, "search_count", ours) or 0, len(expected))

    def test_by_id(self):
        """Read, exported and named: what is not theirs is refused, one by one."""
        for user, model, ids in self.each():
            expected = self.expected(user, model)
            field = "name" if model == "fax.message" else "message_id"
            for record_id in ids:
                for method, args in (
                    ("read", [[record_id], [field]]),
                    ("web_read", [[record_id], {field: {}}]),
                    ("export_data", [[record_id], [field]]),
                ):
                    answer = self.ask(model, method, *args)
                    self.assertEqual(bool(answer), record_id in expected, method)
                for secret in SECRET[model]:
                    self.assertIsNone(self.ask(model, "read", [record_id], [secret]))
                    exported = self.ask(model, "export_data", [record_id], [secret])
                    self.assertFalse(exported and any(exported["datas"][0]))

    def test_through_other_records(self):
        """A domain is no way round: not even whether there are such ones is told."""
        for user in self.visible:
            self.login(user)
            ids = self.visible[user].ids
            for path in ("received_text", "received_codes", "cover_code"):
                domain = [["id", "in", self.faxes.ids], [path, "ilike", "Page"]]
                with self.subTest(user=user.login, path=path):
                    self.assertFalse(self.ask("fax.message", "search", domain))
            domain = [["message_id", "in", self.faxes.ids]]
            filed = self.ask("fax.filing", "search_read", domain, ["message_id"]) or []
            with self.subTest(user=user.login):
                self.assertLessEqual({row["message_id"][0] for row in filed}, set(ids))

    def test_pages_and_files(self):
        """By their addresses: pages for those who see the fax, bytes for nobody."""
        attachments = self.env["ir.attachment"].search(
            [
                ("res_field", "!=", False),
                "|",
                "&",
                ("res_model", "=", "fax.received.file"),
                ("res_id", "in", self.faxes.file_ids.ids),
                "&",
                ("res_model", "=", "fax.document"),
                ("res_id", "in", self.faxes.document_id.ids),
            ]
        )
        self.assertEqual(len(attachments), 6)
        for user, visible in self.visible.items():
            self.login(user)
            for fax in self.faxes:
                document, file = fax.document_id.id, fax.file_ids.id
                page = f"/medical_fax/document/{document}/page/0?width=100"
                raw = user in self.manager | self.denied
                for path, may in (
                    (page, fax in visible),
                    (f"/medical_fax/message/{fax.id}/raw", raw),
                    (f"/web/content/fax.received.file/{file}/content", False),
                    (f"/web/content/fax.document/{document}/pdf", False),
                    (f"/web/image/fax.received.file/{file}/content", False),
                ):
                    with self.subTest(user=user.login, path=path, fax=fax.name):
                        self.assertEqual(self.shows(path, fax), may)
            for attachment in attachments:
                path = f"/web/content/{attachment.id}"
                with self.subTest(user=user.login, attachment=attachment.res_model):
                    self.assertFalse(self.shows(path, self.faxes))

    def shows(self, path, faxes):
        """Whether the address gives a page, or any of the files."""
        with mute_logger(*QUIET):
            answer = self.url_open(path)
        kind = answer.headers.get("Content-Type", "")
        if path.startswith("/medical_fax/document"):
            return answer.status_code == 200 and kind.startswith("image/")
        contents = {self.provider.files[fax.inbound_id] for fax in faxes}
        return answer.content in contents

    def test_written_by_nobody(self):
        for _user, model, ids in self.each():
            for method, args in (
                ("write", [ids, {"create_uid": self.user.id}]),
                ("unlink", [ids]),
                ("create", [{"message_id": self.waiting.id}]),
                ("web_save", [ids[:1], {"res_id": 1}, {}]),
            ):
                self.assertIsNone(self.ask(model, method, *args), method)
        self.assertEqual(len(self.faxes.exists()), 3)
        self.assertEqual(len(self.faxes.filing_ids.exists()), 2)
        self.assertEqual(len(self.faxes.file_ids.exists()), 3)
