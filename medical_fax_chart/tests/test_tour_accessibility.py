import json
import os
from datetime import datetime, timezone
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.medical_fax.providers import AccountInfo, DocumoProvider, Received

from .common import PRACTITIONER, FaxChartHttpCommon, pdf, photo_png

FAX_MANAGER = "medical_fax.group_fax_manager"
SCRIPT = "/medical_fax/static/tests/accessibility/check.js"
CONTENT = ".o_action_manager .o_content"
RECIPIENT = ".modal .o_fax_recipient_input input"
SUGGESTIONS = ".o_fax_recipients [role=listbox] [role=option]"
BAD_NUMBER = ".o_fax_recipients .o_fax_field_error i"


def a_list(name, action, own=(), **values):
    """A page that lists records: a list, or cards on a phone."""
    row = ".o_data_row, .o_kanban_record:not(.o_kanban_ghost)"
    return a_page(name, "list", action, [row], own, **values)


def a_form(name, record, own=(), wait=(), **values):
    action = {
        "type": "ir.actions.act_window",
        "res_model": record._name,
        "res_id": record.id,
        "views": [[False, "form"]],
    }
    wait = [".o_form_view .o_form_sheet", *wait]
    return a_page(name, "form", action, wait, own, **values)


def a_page(name, kind, action, wait, own, root=CONTENT, **values):
    page = {"name": name, "kind": kind, "action": action, "root": root}
    return {**page, "wait": list(wait), "own": list(own), **values}


def a_composer(name, own, *args, typed=(), **kwargs):
    """The composer's dialog, on what action_compose is called with."""
    parts = [".o_fax_recipients", ".o_fax_files", ".o_fax_saved_text", ".o_fax_send"]
    call = ["fax.composer", "action_compose", list(args), kwargs]
    wait = [".modal .o_fax_thumbnail img, .modal .o_fax_page", *own]
    parts += [".o_fax_pages", ".o_fax_page_count", *own]
    page = a_page(name, "form", None, wait, parts, ".modal-content", call=call)
    return {**page, "typed": typed} if typed else page


def a_dialog(name, record, method, wait=()):
    """What a button of a fax opens."""
    call = [record._name, method, record.ids, {}]
    wait = [".modal .o_form_view", *wait]
    return a_page(name, "form", None, wait, (), ".modal-content", call=call)


def a_connection(name, method, account, own):
    """A page of the dialog that connects an account."""
    call = ["fax.account", method, account.ids]
    own = [".o_fax_connect", own]
    return a_page(name, "form", None, own, own, ".modal-content", call=call)


@tagged("post_install", "-at_install")
class TestAccessibility(FaxChartHttpCommon):
    """Our views, judged by axe-core beside Odoo's own list and form of contacts, which
    set the measure in the same run (F9). Nothing scrolls sideways, and our own
    components are large enough for a finger on tablet and phone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.write({"code": "loopback", "undo_seconds": 30})
        cls.account.action_connect()
        cls.documo = cls.env["fax.account"].create(
            {"name": "Documo", "code": "documo", "company_id": cls.company.id}
        )
        with patch.object(DocumoProvider, "verify", return_value=AccountInfo()):
            cls.documo.connect({"api_key": "not-asked"})
        cls.judge = cls.new_user(
            "t_accessibility",
            f"{PRACTITIONER},{FAX_MANAGER},base.group_partner_manager",
            name="Dr Noor Haddad",
        )
        files = {"report.pdf": pdf("A report"), "wound.png": photo_png()}
        cls.entry = cls.new_entry("Knee examination", files=files)
        cls.draft = cls.new_entry("Draft", signed=False, author=cls.judge)
        cls.new_entry("Okafor visit", patient=cls.other_patient)
        cls.plan = cls.new_plan()
        cls.new_entry("Session", plan_id=cls.plan.id)
        cls.new_entry("Unsigned session", plan_id=cls.plan.id, signed=False)
        cls.blocked = cls.new_patient("Mona Block", fax_blocked=True)

    def setUp(self):
        super().setUp()
        if not os.environ.get("AXE_CORE"):
            self.skipTest("AXE_CORE must name axe-core's script: see dev/axe.sh")
        self.delivered = self.send(self.entry)
        self.failed = self.send(self.plan)
        self.set_state(self.delivered, "delivered", pages_sent=self.delivered.pages)
        self.set_state(self.failed, "failed", failure_kind="busy")
        self.lee.phone = "+1 514-555-0181"
        self.unsure = self.send(self.entry)
        self.set_state(self.unsure, "uncertain", unsure_reason="Its answer was lost.")
        self.env["fax.category"].create(
            {
                "name": "Results",
                "user_id": self.doctor.id,
                "company_id": self.company.id,
            }
        )
        self.arrived = self.arrive(pdf("Greta Sandoval, result"))
        with mute_logger("odoo.addons.medical_fax.models.fax_message_inbound"):
            self.unshown = self.arrive(b"MZ")

    def arrive(self, content):
        received = Received(
            provider_id=f"judged-{len(content)}",
            to=self.number.number,
            sender="+15145550188",
            received_at=datetime.now(timezone.utc),
        )
        messages = self.env["fax.message"]
        fetched = messages._look_at(received, content)
        return messages._receive(self.account, fetched)

    def inbox_at(self, fax):
        return {
            "type": "ir.actions.client",
            "tag": "medical_fax.inbox",
            "params": {"message_id": fax.id},
        }

    def pages_to_judge(self):
        entry = self.entry
        everything = {
            "model": entry._name,
            "patient_id": self.patient.partner_id.id,
        }
        both = entry.search([("title", "in", ("Knee examination", "Okafor visit"))])
        faxes = [".o_fax_status"]
        button = [".o_fax_smart_button", ".o_fax_systray"]
        return [
            a_list("Odoo’s contacts", "base.action_partner_form", isOdoo=True),
            a_form("Odoo’s contact", self.drugstore, isOdoo=True),
            a_list("Faxes", "medical_fax.fax_message_action", faxes),
            a_form(
                "A delivered fax",
                self.delivered,
                [".o_fax_pages"],
                [".o_fax_pages .o_fax_thumbnail img"],
            ),
            a_form("A failed fax", self.failed),
            a_list(
                "Needs attention",
                "medical_fax.fax_message_action_attention",
                [".o_fax_steps", ".o_fax_call", ".o_fax_attention_button"],
            ),
            a_form("A fax that is not sure", self.unsure),
            a_dialog("Another number", self.failed, "action_resend_to_number"),
            a_dialog("It did not arrive", self.unsure, "action_missed"),
            a_dialog(
                "Edit and send as new",
                self.failed,
                "action_edit_and_send",
                [".o_fax_again", ".o_fax_thumbnail img"],
            ),
            a_list("Address book", "medical_fax.fax_contact_action"),
            a_form("A fax contact", self.lee),
            a_form("A training account", self.account),
            a_form("An account", self.documo),
            a_list("Patients", "medical_chart.medical_patient_action"),
            a_form("A patient", self.patient, button),
            a_list("Chart entries", "medical_chart.medical_chart_entry_action"),
            a_form("A signed entry", entry, button),
            a_form("A draft", self.draft),
            a_form("A plan", self.plan, button),
            a_composer("Composer of an entry", [], entry._name, entry.ids),
            a_composer("Composer of dates", [".o_fax_items"], **everything),
            a_composer("Composer of two", [".o_fax_batch"], entry._name, both.ids),
            a_composer("Suggestions", [SUGGESTIONS], typed=[RECIPIENT, "ross", False]),
            a_composer("A bad number", [BAD_NUMBER], typed=[RECIPIENT, "514 55", True]),
            a_page(
                "What was sent",
                "form",
                None,
                [],
                [".o_fax_notice .o_fax_undo"],
                ".o_fax_notices",
                notice={
                    "message_ids": self.delivered.ids,
                    "recipients": ["Dr Ann Lee"],
                    "pages": 2,
                    "undo_seconds": 600,
                },
            ),
            a_page(
                "The inbox",
                "list",
                self.inbox_at(self.arrived),
                [".o_fax_inbox_pages img.o_fax_page", ".o_fax_offer"],
                [".o_fax_inbox", ".o_fax_file", ".o_fax_take", "#o_fax_inbox_category"],
                ".o_fax_inbox",
            ),
            a_page(
                "A fax that cannot be shown",
                "list",
                self.inbox_at(self.unshown),
                [".o_fax_inbox_pages .alert"],
                [".o_fax_inbox"],
                ".o_fax_inbox",
            ),
            a_page(
                "Sign and return",
                "form",
                None,
                [".o_fax_sign_page > img"],
                [".o_fax_sign"],
                ".o_fax_sign",
                call=["fax.message", "action_sign", self.arrived.ids],
            ),
            a_connection(
                "The key of an account",
                "action_enter_key",
                self.documo,
                ".o_fax_connect_submit",
            ),
            a_connection(
                "What a provider calls back",
                "action_view_callback",
                self.documo,
                ".o_fax_connect_test",
            ),
        ]

    def judge_at(self, size):
        content = Path(os.environ["AXE_CORE"]).read_bytes()
        axe = self.env["ir.attachment"].create(
            {
                "name": "axe.js",
                "raw": content,
                "mimetype": "application/javascript",
                "public": True,
            }
        )
        params = {"axe": f"/web/content/{axe.id}", "pages": self.pages_to_judge()}
        self.browser_size = size
        self.browser_js(
            "/odoo",
            f"import('{SCRIPT}').then((check) => check.run({json.dumps(params)}))",
            "odoo.isReady === true",
            login=self.judge.login,
            timeout=180,
        )

    def test_desk(self):
        self.judge_at("1366x768")

    def test_tablet(self):
        self.judge_at("820x1180")

    def test_phone(self):
        self.judge_at("390x844")
