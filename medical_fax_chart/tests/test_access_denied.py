from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.medical_fax.tests.common import RpcError

from .common import (
    CHART_MANAGER,
    FRONT_DESK,
    LIMITED,
    PRACTITIONER,
    FaxChartCommon,
    FaxChartHttpCommon,
)

FAX_MANAGER = "medical_fax.group_fax_manager"
# The limited role beside every group that would allow to fax, and all at once.
COMBINATIONS = {
    "alone": LIMITED,
    "practitioner": f"{LIMITED},{PRACTITIONER}",
    "front_desk": f"{LIMITED},{FRONT_DESK}",
    "chart_manager": f"{LIMITED},{CHART_MANAGER}",
    "fax_manager": f"{LIMITED},{FAX_MANAGER}",
    "administrator": f"{LIMITED},{CHART_MANAGER},{FAX_MANAGER},base.group_system",
}
DENIED_TEXT = "Your access level does not allow faxing"


class LimitedFixture:
    """``limited_users``: one for each combination; each may read ``entry``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.limited_users = {
            name: cls.new_user(f"t_limited_{name}", groups)
            for name, groups in COMBINATIONS.items()
        }
        partners = cls.env["res.partner"]
        for user in cls.limited_users.values():
            partners |= user.partner_id
        cls.patient.care_team_ids = partners
        cls.entry = cls.new_entry()
        cls.plan = cls.new_plan()

    def assertNothingMade(self):
        made = self.env["fax.message"].search(
            [("create_uid", "in", [u.id for u in self.limited_users.values()])]
        )
        self.assertFalse(made)


@tagged("post_install", "-at_install")
class TestLimited(LimitedFixture, FaxChartCommon):
    """Practitioner Limited wins over every other group."""

    def test_chart_is_readable(self):
        """What follows fails because of faxing, not because of the chart."""
        for name, user in self.limited_users.items():
            with self.subTest(name):
                self.assertTrue(self.entry.with_user(user).has_access("read"))

    def test_no_way_into_the_composer(self):
        patient = self.patient.partner_id.id
        for name, user in self.limited_users.items():
            composers = self.env["fax.composer"].with_user(user)
            entry, plan = self.entry.with_user(user), self.plan.with_user(user)
            ways = {
                "new": lambda c=composers: c.action_compose(),
                "entry": lambda c=composers, e=entry: c.action_compose(e._name, e.ids),
                "plan": lambda c=composers, p=plan: c.action_compose(p._name, p.ids),
                "range": lambda c=composers: c.action_compose(
                    "medical.chart.entry", patient_id=patient
                ),
                "patient": lambda c=composers: c.action_compose(patient_id=patient),
                "source": lambda e=entry: e.env["fax.source"]._action_fax(e),
            }
            for way, call in ways.items():
                with self.subTest(name, way=way):
                    with self.assertRaisesRegex(AccessError, DENIED_TEXT):
                        call()
        self.assertNothingMade()

    def test_actions_of_the_menu_are_refused(self):
        for xmlid, record in (
            ("action_fax_records_entry", self.entry),
            ("action_fax_records_plan", self.plan),
            ("action_fax_patient", self.patient),
            ("action_fax_range", self.patient),
        ):
            action = self.env.ref(f"medical_fax_chart.{xmlid}")
            context = {"active_model": record._name, "active_id": record.id}
            context["active_ids"] = record.ids
            for name, user in self.limited_users.items():
                with self.subTest(name, action=xmlid), self.assertRaises(AccessError):
                    action.with_user(user).with_context(**context).run()
        self.assertNothingMade()

    def test_a_composer_opened_before_does_not_send(self):
        """Whoever becomes limited while the dialog is open cannot send any more."""
        user = self.new_user("t_becomes_limited", f"{PRACTITIONER},{FAX_MANAGER}")
        composer = self.compose(self.entry, user=user)
        user.group_ids = [Command.link(self.env.ref(LIMITED).id)]
        with self.assertRaisesRegex(AccessError, DENIED_TEXT):
            composer.action_send()

    def test_faxes_of_others_are_left_alone(self):
        fax = self.send(self.entry, send_later=True, scheduled_at="2037-01-01 10:00:00")
        for name, user in self.limited_users.items():
            if name == "alone":
                continue  # sees no fax at all, see test_access_faxes
            for method in ("action_undo", "action_called", "action_send_due"):
                with self.subTest(name, method=method):
                    with self.assertRaisesRegex(AccessError, DENIED_TEXT):
                        getattr(fax.with_user(user), method)()
        self.assertEqual(fax.state, "queued")

    def test_no_button_on_any_form(self):
        """The same views have the buttons for who may fax."""
        for model, buttons in (
            ("medical.chart.entry", ["action_fax_records_entry"]),
            ("medical.treatment.plan", ["action_fax_records_plan"]),
            ("medical.patient", ["action_fax_patient", "action_fax_range"]),
        ):
            ids = [self.env.ref(f"medical_fax_chart.{name}").id for name in buttons]
            for kind in ("form", "list"):
                shown = self.buttons(model, kind, self.doctor)
                if kind == "form":
                    self.assertEqual(shown & set(ids), set(ids), model)
                for name, user in self.limited_users.items():
                    with self.subTest(name, model=model, kind=kind):
                        self.assertFalse(self.buttons(model, kind, user) & set(ids))

    def buttons(self, model, kind, user):
        """Ids of the actions that the view has buttons for."""
        views = self.env[model].with_user(user).get_views([(False, kind)])
        arch = views["views"][kind]["arch"]
        names = etree.fromstring(arch).xpath("//button[@type='action']/@name")
        return {int(name) for name in names}


@tagged("post_install", "-at_install")
class TestLimitedRpc(LimitedFixture, FaxChartHttpCommon):
    """The same through RPC, where a program may call what no button offers."""

    def assertRefused(self, model, method, *args, **kwargs):
        with self.assertRaises(RpcError) as caught:
            self.call_kw(model, method, *args, **kwargs)
        self.assertEqual(caught.exception.name, "odoo.exceptions.AccessError")

    def test_composing_and_sending(self):
        entry, patient = self.entry, self.patient.partner_id.id
        for name, user in self.limited_users.items():
            self.login(user)
            with self.subTest(name):
                compose = ("fax.composer", "action_compose")
                self.assertRefused(*compose)
                self.assertRefused(*compose, entry._name, entry.ids)
                self.assertRefused(*compose, entry._name, patient_id=patient)
                self.assertRefused("fax.composer", "_action_for_records", entry.ids)
                self.assertRefused("fax.source", "_action_fax", entry.ids)
                self.assertRefused("fax.message", "_new", {"number": "+15145550190"})
        self.assertNothingMade()

    def test_a_composer_made_by_hand(self):
        """Creating the dialog's record without opening it does not help."""
        lee = {"name": "Dr Ann Lee", "number": "+15145550190"}
        values = {
            "recipients": [lee],
            "number_id": self.number.id,
            "res_model": self.entry._name,
            "res_ids": self.entry.ids,
        }
        for name, user in self.limited_users.items():
            self.login(user)
            with self.subTest(name):
                if name == "alone":
                    self.assertRefused("fax.composer", "create", values)
                    continue
                composer = self.call_kw("fax.composer", "create", values)
                self.assertRefused("fax.composer", "action_send", [composer])
        self.assertNothingMade()

    def test_making_a_model_faxable_does_not_help(self):
        """A limited fax manager may configure, and still cannot send."""
        user = self.limited_users["administrator"]
        self.login(user)
        action = self.env.ref("medical_fax_chart.action_fax_records_entry")
        context = {"active_model": self.entry._name, "active_ids": self.entry.ids}
        context["active_id"] = self.entry.id
        self.assertRefused("ir.actions.server", "run", action.ids, context=context)
        [entry_source] = self.call_kw(
            "fax.source",
            "search",
            [("model", "=", "medical.chart.entry")],
        )
        self.call_kw("fax.source", "write", [entry_source], {"name": "Mine"})
        self.assertRefused(
            "fax.composer", "action_compose", "medical.chart.entry", self.entry.ids
        )
        self.assertNothingMade()

    def test_who_may_fax_can(self):
        """The calls above are refused for the role, not for the call."""
        self.login(self.doctor)
        action = self.call_kw(
            "fax.composer", "action_compose", self.entry._name, self.entry.ids
        )
        composer = self.env["fax.composer"].browse(action["res_id"])
        self.assertEqual([r["name"] for r in composer.recipients], ["Dr Ann Lee"])
        self.call_kw("fax.composer", "action_send", composer.ids)
        self.assertEqual(
            self.env["fax.message"]
            .search([("user_id", "=", self.doctor.id)])
            .mapped("state"),
            ["queued"],
        )
