import json
import os
from pathlib import Path

from odoo.tests import HttpCase, tagged

from odoo.addons.medical_fax.providers import FailureKind, FaxState
from odoo.addons.medical_fax.tests.common import MANAGER

from .common import BUYER, CreditFixture

SCRIPT = "/medical_fax/static/tests/accessibility/check.js"
CONTENT = ".o_action_manager .o_content"
ROW = ".o_data_row, .o_kanban_record:not(.o_kanban_ghost)"
# What the screens of credit draw themselves
OWN = [".o_credit_usage", ".o_credit_available", ".o_fax_short", ".o_fax_payer"]


def a_page(name, kind, action, wait, own=(), root=CONTENT, **values):
    page = {"name": name, "kind": kind, "action": action, "root": root}
    return {**page, "wait": list(wait), "own": list(own), **values}


@tagged("post_install", "-at_install")
class TestCreditAccessibility(CreditFixture, HttpCase):
    """The screens of credit, judged by axe-core beside Odoo's own, for sideways
    scrolling and for the size of what a finger has to hit."""

    def setUp(self):
        super().setUp()
        if not os.environ.get("AXE_CORE"):
            self.skipTest("AXE_CORE must name axe-core's script: see dev/axe.sh")
        self.judge = self.new_user("t_credit_judge", f"{MANAGER},{BUYER}", name="Noor")
        # Names as people have them: Odoo's own lists and chatter break none.
        self.buyer.name, self.user.name = "Bo Buyer", "Dr Roe"
        self.company.fax_wallet_id = self.wallet
        self.wallet._grant(3, amount=1)
        self.lot = self.wallet._grant(50, amount=5)
        self.wallet._grant(9, is_included=True)
        faxes = self.send() + self.send(recipients=self.rossi)
        self.send(recipients=self.pharmacy)
        self.run_queue()
        self.fake.deliver(faxes[0].attempt_ids)
        self.fake.answer(
            FaxState.FAILED, faxes[1].attempt_ids, failure=FailureKind.QUOTA_EXCEEDED
        )
        self.run_queue()
        self.wallet._charge(20, service="fax_inbound", quantity=20)
        self.empty = self.new_wallet(name="Empty")
        self.empty._owe(2, service="fax_inbound")
        self.empty._ask_for_credit()

    def form(self, name, record, own=()):
        action = {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [[False, "form"]],
        }
        return a_page(name, "form", action, [".o_form_view .o_form_sheet", *own], own)

    def pages(self):
        prefix = "medical_fax_billing"
        usage, available = ".o_credit_usage", ".o_credit_available"
        return [
            a_page(
                "Odoo’s list", "list", "base.action_partner_form", [ROW], isOdoo=True
            ),
            {**self.form("Odoo’s form", self.practice), "isOdoo": True},
            a_page(
                "Usage",
                "list",
                f"{prefix}.usage_action",
                [".o_credit_ring canvas", ".o_credit_log tbody tr"],
                [usage],
                ".o_action_manager .o_credit_usage",
            ),
            a_page("Wallets", "list", f"{prefix}.medical_credit_wallet_action", [ROW]),
            self.form("A wallet", self.wallet, [available]),
            self.form("An empty wallet", self.empty, [available]),
            a_page("Cards", "list", f"{prefix}.medical_credit_lot_action", [ROW]),
            self.form("A card", self.lot),
            a_page("Ledger", "list", f"{prefix}.medical_credit_move_action", [ROW]),
            a_page(
                "Needs attention",
                "list",
                "medical_fax.fax_message_action_attention",
                [ROW],
            ),
            self.composer("A fax that is paid for", [".o_fax_payer"]),
        ]

    def composer(self, name, own):
        call = ["fax.composer", "action_compose", [], {}]
        wait = [".modal .o_fax_page, .modal .o_fax_thumbnail img", *own]
        return a_page(name, "form", None, wait, own, ".modal-content", call=call)

    def run_check(self, size, pages):
        axe = self.env["ir.attachment"].create(
            {
                "name": "axe.js",
                "raw": Path(os.environ["AXE_CORE"]).read_bytes(),
                "mimetype": "application/javascript",
                "public": True,
            }
        )
        params = {"axe": f"/web/content/{axe.id}", "pages": pages, "own": OWN}
        self.browser_size = size
        self.browser_js(
            "/odoo",
            f"import('{SCRIPT}').then((check) => check.run({json.dumps(params)}))",
            "odoo.isReady === true",
            login=self.judge.login,
            timeout=180,
        )

    def judge_at(self, size):
        self.run_check(size, self.pages())
        self.company.fax_wallet_id = self.empty
        short = self.composer("A fax that nobody pays for", [".o_fax_short"])
        self.run_check(size, [*self.pages()[:2], short])

    def test_desk(self):
        self.judge_at("1366x768")

    def test_tablet(self):
        self.judge_at("820x1180")

    def test_phone(self):
        self.judge_at("390x844")
