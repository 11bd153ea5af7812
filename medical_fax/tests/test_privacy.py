import json
import logging
from contextlib import contextmanager
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from ..providers import FailureKind, FaxState, ProviderError
from . import samples
from .common import USER, FaxHttpCommon, RpcError

# Words that stand nowhere else, one for each thing that must not get out.
PLANTED = {
    "patient": "Quillfeather",
    "contact": "Brontovex",
    "organization": "Gnarlwick",
    "subject": "Plumbagor",
    "notes": "Snorvik",
    "text": "Vexlomite",
    "file": "Drumblefest",
    "reason": "Marblewort",
    "new contact": "Zyphorange",
    "number": "5550187",
    "number shown": "555-0187",
    "new number": "5550188",
    "new number shown": "555-0188",
}

# Where they belong: what people typed, what is dialled, and the provider's own words.
ALLOWED = {
    ("res_partner", None),
    ("res_users", None),
    ("fax_contact", None),
    ("fax_composer", None),
    ("fax_hint", "to"),
    ("fax_loopback_job", "to"),
    ("fax_message", "partner_name"),
    ("fax_message", "partner_organization"),
    ("fax_message", "number"),
    ("fax_message", "subject"),
    ("fax_message", "notes"),
    ("fax_message", "failure_detail"),
    ("fax_attempt", "dialled"),
    ("fax_attempt", "raw_text"),
    ("fax_attempt", "raw_code"),
}


class LogRecords(logging.Handler):
    """Keeps what is logged, as it would stand in a log file."""

    def __init__(self):
        super().__init__(logging.INFO)
        self.lines = []
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))

    def emit(self, record):
        self.lines.append(self.format(record))


@tagged("post_install", "-at_install")
class TestPrivacy(FaxHttpCommon):
    """No name, number or text of a fax in a log, an exception, a mail, an activity,
    an address or a file's name: references and links only.

    Names are planted, faxes go every way they can go, and then everything that was
    written is searched: each text column of each table, and all that was logged.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.secret_patient = cls.new_patient(f"Ida {PLANTED['patient']}")
        cls.secret = cls.new_contact(
            f"Dr {PLANTED['contact']}",
            "+15145550187",
            organization=PLANTED["organization"],
        )
        mailed = cls.new_user("t_mailed", USER)
        mailed.notification_type = "email"
        group = cls.env["res.groups"].create({"name": "Fallback"})
        group.user_ids = mailed | cls.manager
        cls.account.fallback_group_id = group
        cls.env.flush_all()

    @contextmanager
    def logged(self):
        """Collect what is logged on any level that a server writes."""
        handler = LogRecords()
        loggers = [logging.getLogger(name) for name in ("", "odoo", "werkzeug")]
        levels = [logger.level for logger in loggers]
        for logger in loggers:
            logger.setLevel(logging.INFO)
        loggers[0].addHandler(handler)
        try:
            yield handler.lines
        finally:
            loggers[0].removeHandler(handler)
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)

    def entry(self, **values):
        return self.new_entry(
            f"Visit {PLANTED['text']}",
            f"<p>{PLANTED['text']} in the left knee</p>",
            patient=self.secret_patient,
            **values,
        )

    def new_fax(self, **values):
        return self.send(
            self.entry(),
            recipients=self.secret,
            subject=f"{PLANTED['subject']} results",
            notes=f"{PLANTED['notes']} remark",
            **values,
        )

    def assertClean(self, texts):
        for text in texts:
            for what, planted in PLANTED.items():
                if planted.lower() in str(text).lower():
                    self.fail(f"{what} found in: {str(text)[:2000]}")

    # Searching the whole database

    def found_in_database(self):
        """Return ``{(table, column): example}`` of planted words out of their place."""
        self.env.flush_all()
        columns = self.env.execute_query(
            SQL(
                """SELECT c.table_name, c.column_name
                FROM information_schema.columns c
                JOIN information_schema.tables t USING (table_schema, table_name)
                WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
                AND c.data_type IN ('character varying', 'text', 'jsonb', 'json')"""
            )
        )
        tables = {}
        for table, column in columns:
            if not {(table, None), (table, column)} & ALLOWED:
                tables.setdefault(table, []).append(column)
        pattern = "|".join(PLANTED.values())
        found = {}
        for table, names in tables.items():
            row = SQL(" || ' ' || ").join(
                SQL("COALESCE(%s::text, '')", SQL.identifier(name)) for name in names
            )
            rows = self.env.execute_query(
                SQL(
                    "SELECT %s FROM %s WHERE %s ~* %s LIMIT 1",
                    row,
                    SQL.identifier(table),
                    row,
                    pattern,
                )
            )
            if rows:
                found[table] = rows[0][0][:500]
        return found

    def assertDatabaseClean(self):
        self.assertEqual(self.found_in_database(), {})

    def test_the_search_finds_what_is_there(self):
        """Else its silence would prove nothing."""
        self.assertDatabaseClean()
        self.patient._message_log(body=f"About {PLANTED['contact']}")
        self.env["ir.config_parameter"].set_param("x", "call 514-555-0187")
        found = set(self.found_in_database())
        self.assertEqual(found, {"mail_message", "ir_config_parameter"})
        with self.logged() as lines:
            logging.getLogger("odoo.addons.medical_fax").info(PLANTED["patient"])
        with self.assertRaises(AssertionError):
            self.assertClean(lines)

    # Every way that a fax can go

    def test_what_is_sent(self):
        with self.logged() as lines:
            self._send_every_way()
        self.assertClean(lines)
        self.assertDatabaseClean()
        self._check_what_people_are_told()

    def _send_every_way(self):
        delivered, partial, failed = self.new_fax(), self.new_fax(), self.new_fax()
        self.run_queue()
        self.fake.deliver(delivered.attempt_ids)
        words = f"+15145550187 {PLANTED['contact']} did not answer"
        self.fake.answer(
            FaxState.PARTIAL,
            partial.attempt_ids,
            failure=FailureKind.PARTLY_SENT,
            pages_sent=1,
            text=words,
        )
        self.fake.answer(
            FaxState.FAILED, failed.attempt_ids, failure=FailureKind.BUSY, text=words
        )
        self.run_queue()
        refused, unclear, crashed, scheduled = (self.new_fax() for _ in range(4))
        scheduled.due_at = fields.Datetime.now() + timedelta(days=1)
        self.fake.refuse(FailureKind.INVALID_NUMBER, text=words)
        self.fake.lose_answer(text=words)
        self.fake.crash(ValueError(words))
        self.run_queue()
        # Another one to that number waits as long as the first could be mixed up.
        earlier = fields.Datetime.now() - timedelta(hours=1)
        self.env["fax.attempt"].search([]).lease_until = earlier
        self.run_queue()
        self.fake.status_error = ProviderError(
            FailureKind.UNKNOWN, proven_not_sent=True, text=words
        )
        self.run_queue()
        self.fake.status_error = KeyError(words)
        self.run_queue()
        scheduled.with_user(self.user).action_undo()
        failed.with_user(self.user).action_called()
        held = self.new_fax()
        self.account.action_disconnect()
        self.run_queue()
        self.account.action_connect()
        held.with_user(self.user).action_release()
        typed = [{"name": f"Dr {PLANTED['new contact']}", "number": "+15145550188"}]
        self.send(self.entry(), recipients=typed)
        faxes = delivered | partial | failed | refused | unclear | crashed | scheduled
        self.assertEqual(
            (faxes | held).mapped("state"),
            ["delivered", "partial", "failed", "failed", "uncertain", "uncertain"]
            + ["cancelled", "queued"],
        )
        self.every_fax = faxes | held

    def _check_what_people_are_told(self):
        """Named one by one, so that what is meant can be read here."""
        faxes = self.every_fax
        self.assertTrue(faxes.activity_ids)
        for activity in faxes.activity_ids:
            self.assertClean([activity.summary, activity.note, activity.res_name])
        mails = self.env["mail.mail"].search([("model", "=", "fax.message")])
        self.assertTrue(mails, "one of those who are told gets mails")
        for mail in mails:
            self.assertClean([mail.subject, mail.body_html, mail.email_to])
        for message in faxes.message_ids | faxes.note_ids:
            self.assertClean([message.subject, message.body])
        self.assertClean(faxes.message_ids.mapped("record_name"))
        for record in (*faxes, *faxes.document_id, *faxes.attempt_ids):
            self.assertClean([record.display_name])
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "fax.document"), ("res_field", "=", "pdf")]
        )
        self.assertClean([files.mapped("name"), files.mapped("index_content")])
        ended = faxes.filtered("done_at").with_user(self.user)
        self.assertClean([ended.action_view_document()])
        self.assertClean([ended.action_transmission_report()])
        requests = self.fake.submitted
        self.assertClean([request.file_name for request in requests])
        self.assertClean([request.reference for request in requests])
        self.assertClean([repr(request) for request in requests])

    def test_what_is_opened(self):
        fax = self.new_fax()
        self.run_queue()
        self.fake.deliver(fax.attempt_ids)
        self.run_queue()
        with self.logged() as lines:
            for user in (self.user, self.stranger, self.plain):
                self.login(user)
                for path in (
                    f"/medical_fax/message/{fax.id}/pdf?download=1",
                    f"/medical_fax/message/{fax.id}/report",
                    f"/medical_fax/document/{fax.document_id.id}/page/0",
                ):
                    response = self.url_open(path)
                    headers = dict(response.headers)
                    self.assertClean([response.url, json.dumps(headers)])
        self.assertClean(lines)
        self.assertDatabaseClean()

    # Every way that sending can be refused

    def test_what_is_refused(self):
        with self.logged() as lines:
            refused = list(self._refusals())
        self.assertTrue(any("odoo.http" in line for line in lines), "they are logged")
        self.assertClean(lines)
        self.assertGreater(len(refused), 10)
        self.assertClean(refused)

    def _refusals(self):
        """Yield the text of each exception, raised through RPC as a browser does."""
        self.login(self.user)
        good = [{"name": PLANTED["new contact"], "number": "+15145550188"}]
        secret = {"name": PLANTED["contact"], "organization": PLANTED["organization"]}
        for values in (
            {"recipients": []},
            {"recipients": [{**secret, "number": "5550187"}]},
            {"recipients": [{**secret, "number": "", "display": "+1 900 555 0187"}]},
            {"recipients": [{**secret, "number": "+33 1 555-0187"}]},
            {"recipients": [*good, {**secret, "number": "555-0187"}]},
            {"recipients": [{**secret, "contact_id": 2**30}]},
            {"recipients": good, "purpose": "legal"},
            {"recipients": good, "send_later": True},
            {"recipients": good, "number_id": False},
        ):
            yield self._refusal(self.entry(), values)
        for content in (samples.encrypted_pdf(), samples.office_file(), b"", b"junk"):
            composer = self.compose(self.entry())
            name = f"{PLANTED['file']}.pdf"
            composer.action_add_files(self.upload(content, name).ids)
            yield self._refused(composer)
            # and where the client leaves the error away
            composer.files = [{**file, "error": ""} for file in composer.files]
            yield self._refused(composer)
        yield from self._refusals_about_records()

    def _refusals_about_records(self):
        moved = self.entry()
        composer = self.compose(moved)
        moved.parent_id = self.patient
        yield self._refused(composer)
        hidden = self.entry()
        composer = self.compose(hidden)
        hidden.ref = "HIDDEN"
        yield self._refused(composer)
        fax = self.new_fax()
        self.set_state(fax, "submitting")
        yield self._rpc_error("fax.message", "action_undo", fax.ids)
        yield self._rpc_error("fax.message", "action_transmission_report", fax.ids)
        self.account.page_limit = 1
        composer = self.compose(self.entry())
        yield self._refused(composer)
        self.account.page_limit = 100
        composer = self.compose(self.entry())
        self.secret_patient.write(
            {"fax_blocked": True, "fax_blocked_reason": f"{PLANTED['reason']} asked"}
        )
        yield self._refused(composer)

    def _refusal(self, entry, values):
        composer = self.compose(entry, **values)
        return self._refused(composer)

    def _refused(self, composer):
        return self._rpc_error("fax.composer", "action_send", composer.ids)

    def _rpc_error(self, model, method, ids):
        try:
            self.call_kw(model, method, ids)
        except RpcError as error:
            return str(error)
        return self.fail(f"{method} was not refused")
