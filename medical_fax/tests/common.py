from contextlib import nullcontext
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, TransactionCase, new_test_user

from ..models import guard
from .fake_provider import FakeProvider

USER = "base.group_user,medical_fax.group_fax_user"
MANAGER = "base.group_user,medical_fax.group_fax_manager"
DENIED = f"{MANAGER},medical_fax.group_fax_denied"

# Fictional numbers. Endings 0101 to 0120 are magic at the training provider.
OUR_NUMBER = "+15145550170"
OUR_PRIVATE_NUMBER = "+15145550171"
LEE = "+15145550190"
ROSSI = "+14165550191"
PHARMACY = "+15145550192"

COVER_HTML = """
<h1>FAX</h1>
<p>To: {recipient_name}, {recipient_organization}, {recipient_fax}</p>
<p>From: {clinic}, {practitioner}, {sender_phone}, reply to {reply_fax}</p>
<p>{date}, {pages} pages</p>
<p>{subject}</p>
<p>{notes}</p>
<p>{notice}</p>
"""


class FaxFixture:
    """A clinic of its own, so that demo data and other addons do not disturb it.

    The account is at the fake provider (``cls.fake`` is its service) and has no undo
    period, so that what is sent is due at once. ``use_training()`` changes it to the
    training provider.

    Entries stand in for the chart: contacts below the patient's contact, faxed by a
    ``fax.source`` on res.partner. ``function`` says whether one is a draft or private,
    and what has ``ref`` HIDDEN may be read by nobody but its ``user_id``.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        installed = FakeProvider.installed()
        installed.start()
        cls.addClassCleanup(installed.stop)
        cls._set_pace()
        cls._make_company()
        cls._make_users()
        cls._make_account()
        cls._make_address_book()
        cls._make_source()
        cls._make_patients()

    def setUp(self):
        super().setUp()
        self.fake = FakeProvider.reset()

    @classmethod
    def _set_pace(cls):
        """No pauses, and no threads: inside a test all cursors are one connection."""
        settings = {
            "concurrent_calls": 1,
            "poll_first_seconds": 0,
            "poll_pause_seconds": 0,
            "receive_pause_seconds": 0,
            "fetch_first_seconds": 0,
            "look_first_seconds": 0,
        }
        for name, value in settings.items():
            cls.set_wait(name, value)

    @classmethod
    def set_wait(cls, name, value):
        cls.env["ir.config_parameter"].set_param(f"medical_fax.{name}", str(value))

    # THE CLINIC

    @classmethod
    def _make_company(cls):
        cls.env["res.lang"]._activate_lang("en_US")
        cls.canada = cls.env.ref("base.ca")
        cls.company = cls.env["res.company"].create(
            {
                "name": "Test Clinic",
                "country_id": cls.canada.id,
                "phone": "+1 514-555-0160",
            }
        )
        cls.company.partner_id.lang = "en_US"
        cls.other_company = cls.env["res.company"].create(
            {"name": "Other Clinic", "country_id": cls.canada.id}
        )

    @classmethod
    def _make_users(cls):
        cls.user = cls.new_user("t_fax_user", USER)
        cls.colleague = cls.new_user("t_fax_colleague", USER)
        cls.manager = cls.new_user("t_fax_manager", MANAGER)
        cls.denied = cls.new_user("t_fax_denied", DENIED)
        cls.plain = cls.new_user("t_plain_user", "base.group_user")
        cls.stranger = cls.new_user("t_fax_stranger", MANAGER, cls.other_company)

    @classmethod
    def new_user(cls, login, groups, company=None, **values):
        return new_test_user(
            cls.env,
            login,
            groups=groups,
            company_id=(company or cls.company).id,
            lang="en_US",
            tz="UTC",
            notification_type="inbox",
            **values,
        )

    @classmethod
    def _make_account(cls):
        cls.account = cls.env["fax.account"].create(
            {
                "name": "Test account",
                "code": "fake",
                "company_id": cls.company.id,
                "undo_seconds": 0,
                "retry_limit": 1,
            }
        )
        cls.account.action_connect()
        cls.number = cls.new_number(OUR_NUMBER)
        cls.private_number = cls.new_number(OUR_PRIVATE_NUMBER, user_ids=cls.user.ids)
        cls.account.default_number_id = cls.number
        cls.cover = cls.env["fax.cover.page"].create(
            {
                "name": "Test cover",
                "company_id": cls.company.id,
                "lang": "en_US",
                "body_html": COVER_HTML,
            }
        )
        cls.account.cover_page_id = cls.cover

    @classmethod
    def new_number(cls, number, **values):
        return cls.env["fax.number"].create(
            {
                "name": f"Line {number[-2:]}",
                "account_id": cls.account.id,
                "number": number,
                **values,
            }
        )

    def use_training(self):
        """Let the account's faxes go to the training provider instead."""
        self.account.code = "loopback"
        self.account.action_connect()

    @classmethod
    def _make_address_book(cls):
        cls.lee = cls.new_contact("Dr Ann Lee", LEE, organization="Heart Clinic")
        cls.rossi = cls.new_contact("Dr Ugo Rossi", ROSSI)
        cls.pharmacy = cls.new_contact("Corner Pharmacy", PHARMACY, kind="organization")

    @classmethod
    def new_contact(cls, name, number, **values):
        return cls.env["fax.contact"].create(
            {
                "name": name,
                "number_typed": number,
                "company_id": cls.company.id,
                "country_id": cls.canada.id,
                **values,
            }
        )

    # WHAT IS FAXED

    @classmethod
    def _make_source(cls):
        model = cls.env["ir.model"]._get("res.partner")
        cls.env["fax.source"].search([("model_id", "=", model.id)]).unlink()
        cls.source = cls.env["fax.source"].create(
            {
                "name": "Entries",
                "model_id": model.id,
                "patient_path": "commercial_partner_id",
                "patient_line_paths": "commercial_partner_id.name",
                "date_path": "create_date",
                "author_path": "create_uid",
                "recipient_paths": "user_id.partner_id",
                "circle_paths": "company_id.partner_id",
                "title_path": "name",
                "body_paths": "comment",
                "draft_domain": "[('function', '=', 'draft')]",
                "exclusion_ids": [
                    fields.Command.create(
                        {"name": "private", "domain": "[('function', '=', 'private')]"}
                    )
                ],
            }
        )
        cls.env["ir.rule"].create(
            {
                "name": "Test: hidden entries",
                "model_id": model.id,
                "domain_force": "['|', ('ref', '!=', 'HIDDEN'), "
                "('user_id', '=', user.id)]",
            }
        )

    @classmethod
    def _make_patients(cls):
        cls.patient = cls.new_patient("Greta Sandoval")
        cls.other_patient = cls.new_patient("Tomas Okafor")

    @classmethod
    def new_patient(cls, name, **values):
        values = {"name": name, "company_id": cls.company.id, **values}
        return cls.env["res.partner"].create(values)

    @classmethod
    def new_entry(cls, title="Follow-up", body="<p>Pain is better.</p>", **values):
        """Return an entry of the patient, written by ``cls.user`` unless told else."""
        author = values.pop("author", cls.user)
        patient = values.pop("patient", cls.patient)
        # sudo: fax users need not be allowed to create contacts, and here they do
        return (
            cls.env["res.partner"]
            .with_user(author)
            .sudo()
            .create(
                {
                    "name": title,
                    "comment": body,
                    "parent_id": patient.id,
                    "company_id": cls.company.id,
                    **values,
                }
            )
            .sudo(False)
            .with_env(cls.env)
        )

    def set_created(self, record, moment):
        """Let a record have been made at a time (naive UTC, text or datetime)."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = %s WHERE id = %s", (moment, record.id)
        )
        record.invalidate_recordset(["create_date"])

    def upload(self, content, name="scan.pdf", user=None):
        """Return a file as the browser uploads it: an attachment of the user's own."""
        attachments = self.env["ir.attachment"].with_user(user or self.user)
        return attachments.create(
            {"name": name, "raw": content, "res_model": "fax.composer"}
        )

    # WRITING AND SENDING

    def compose(self, records=None, user=None, recipients=None, **values):
        """Open the composer as a user and fill it in.

        :param records: entries; none: an empty fax
        :param recipients: contacts, or dicts as the browser sends them; none: Dr Lee
        :param values: written as the browser does
        """
        composers = self.env["fax.composer"].with_user(user or self.user)
        if records:
            action = composers.action_compose(model=records._name, ids=records.ids)
        else:
            action = composers.action_compose(
                patient_id=values.pop("patient_id", None),
                attachment_ids=values.pop("attachment_ids", None),
            )
        composer = composers.browse(action["res_id"])
        recipients = self.lee if recipients is None else recipients
        if isinstance(recipients, list):
            chosen = recipients
        else:
            chosen = [composer._contact_recipient(c.sudo()) for c in recipients]
        composer.write({"recipients": chosen, **values})
        return composer

    def send(self, records=None, **values):
        """Compose and send, and return the faxes (as superuser).

        The undo period and a schedule are as the composer makes them; nothing is
        given to the provider before ``run_queue``.
        """
        if records is None and not values.get("attachment_ids"):
            records = self.new_entry()
        return self.press_send(self.compose(records, **values))

    def press_send(self, composer):
        action = composer.action_send()
        return self.env["fax.message"].browse(action["params"]["message_ids"])

    def run_queue(self):
        """Let the crons work, as the server does, in cursors of their own."""
        self.run_cron("ir_cron_fax_send")
        self.run_cron("ir_cron_fax_poll")
        self.run_cron("ir_cron_fax_notices")

    def run_cron(self, name):
        in_test_mode = type(self)._registry_patched
        mode = nullcontext() if in_test_mode else self.enter_registry_test_mode()
        with mode:
            self.env.ref(f"medical_fax.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def make_due(self, messages):
        """Let the undo period, or the schedule, of these faxes be over."""
        messages.write({"due_at": fields.Datetime.now() - timedelta(seconds=1)})

    def set_state(self, message, state, **values):
        """Put a fax into a state as if its past had been another one."""
        guard.opened(message.sudo()).write({"state": state, **values})


class FaxCommon(FaxFixture, TransactionCase):
    """Tests of faxing without a web client."""


class FaxHttpCommon(FaxFixture, HttpCase):
    """Tests of what a browser, or a program through RPC, can do."""

    def call_kw(self, model, method, /, *args, **kwargs):
        """Call a model's method as the user who is logged in, and return its result.

        :raise RpcError: what the client would be told
        """
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            json={"jsonrpc": "2.0", "method": "call", "id": 1, "params": params},
        ).json()
        if error := answer.get("error"):
            raise RpcError(error["data"]["name"], error["data"]["message"])
        return answer["result"]

    def login(self, user):
        """Log a user of the fixture in; nobody for None."""
        login = user.login if user else None
        password = login and login + "x" * (8 - len(login))
        self.authenticate(login, password)


class RpcError(Exception):
    """What a call through RPC was refused with: the exception's name and message."""

    def __init__(self, name, message):
        super().__init__(f"{name}: {message}")
        self.name = name
        self.message = message
