from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from . import samples
from .common import FaxCommon


@tagged("post_install", "-at_install")
class TestFaxSourceChecks(FaxCommon):
    """Paths are checked when saved, and the message says what is missing."""

    def assertRefused(self, words, **values):
        with self.subTest(values=values):
            with self.assertRaisesRegex(ValidationError, words):
                with self.env.cr.savepoint():
                    self.source.write(values)

    def test_a_field_that_does_not_exist(self):
        self.assertRefused("no field “nope”", patient_path="nope")
        self.assertRefused("no field “nope”", patient_path="parent_id.nope")
        self.assertRefused("no field “x”", body_paths="comment, name.x")

    def test_the_message_names_the_field_and_the_path(self):
        with self.assertRaises(ValidationError) as caught:
            self.source.author_path = "user_id.nope"
        for words in ("Practitioner", "user_id.nope", "nope"):
            self.assertIn(words, str(caught.exception))

    def test_fields_of_another_kind(self):
        self.assertRefused("of type char", patient_path="name")
        self.assertRefused("leads to", patient_path="country_id")
        self.assertRefused("leads to", author_path="parent_id")
        self.assertRefused("of type", date_path="name")
        self.assertRefused("leads to", recipient_paths="parent_id, country_id")
        self.assertRefused("of type", child_path="parent_id")
        self.assertRefused("of type", body_paths="color")
        self.assertRefused("leads to", attachment_path="child_ids")
        self.assertRefused("of type", signature_path="name")

    def test_paths_that_hold(self):
        self.source.write(
            {
                "patient_path": "parent_id.commercial_partner_id",
                "date_path": "write_date",
                "author_path": "parent_id.user_id",
                "recipient_paths": "user_id.partner_id, child_ids",
                "circle_paths": "parent_id",
                "child_path": "child_ids",
                "body_paths": "comment, name",
                "signature_path": "image_128",
                "licence_path": "ref",
            }
        )

    def test_a_fax_is_about_one_patient(self):
        """A path through several records would name several patients."""
        self.assertRefused("one only", patient_path="child_ids.parent_id")
        self.assertRefused("one only", author_path="child_ids.user_id")

    def test_the_date_is_the_records_own(self):
        self.assertRefused("another record", date_path="parent_id.create_date")

    def test_conditions(self):
        for text in ("nonsense", "[('nope', '=', 1)]", "[('name', '~', 1)]", "[1, 2]"):
            self.assertRefused("condition", draft_domain=text)
            exclusion = [fields.Command.create({"name": "x", "domain": text})]
            self.assertRefused("condition", exclusion_ids=exclusion)

    def test_conditions_are_never_code(self):
        self.assertRefused(
            "condition", draft_domain="[('name', '=', __import__('os').name)]"
        )

    def test_a_report_must_be_chosen(self):
        self.assertRefused("report", render="report", report_id=False)

    def test_one_entry_for_a_model(self):
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                self.source.copy()

    def test_only_managers_configure(self):
        for user in self.user | self.plain:
            source = self.source.with_user(user)
            for call in (
                lambda s: s.write({"name": "x"}),
                lambda s: s.unlink(),
                lambda s: s.read(["name"]),
                lambda s: s.action_create_action(),
                lambda s: s.action_remove_action(),
                lambda s: s.create({"name": "x", "model_id": self.source.model_id.id}),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    call(source)


@tagged("post_install", "-at_install")
class TestFaxSourceAction(FaxCommon):
    """Fax in the Action menu of the model, as mail templates do it."""

    def bindings(self, user):
        actions = self.env["ir.actions.actions"].with_user(user)
        found = actions.get_bindings("res.partner").get("action", [])
        return [action["id"] for action in found]

    def test_in_the_menu_of_those_who_fax(self):
        self.source.with_user(self.manager).action_create_action()
        action = self.source.action_id
        self.assertTrue(self.source.has_action)
        self.assertEqual(action.binding_view_types, "form,list,kanban")
        self.assertIn(action.id, self.bindings(self.user))
        self.assertNotIn(action.id, self.bindings(self.plain))

    def test_opens_the_composer(self):
        self.source.action_create_action()
        entry = self.new_entry()
        result = (
            self.source.action_id.with_user(self.user)
            .with_context(
                active_model="res.partner",
                active_id=entry.id,
                active_ids=entry.ids,
            )
            .run()
        )
        self.assertEqual(result["res_model"], "fax.composer")
        composer = self.env["fax.composer"].browse(result["res_id"])
        self.assertEqual(composer.res_ids, entry.ids)

    def test_is_refused_to_others(self):
        self.source.action_create_action()
        entry = self.new_entry()
        for user in self.plain | self.denied:
            action = self.source.action_id.with_user(user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                action.with_context(
                    active_model="res.partner",
                    active_id=entry.id,
                    active_ids=entry.ids,
                ).run()

    def test_goes_and_comes_back(self):
        self.source.action_create_action()
        action = self.source.action_id
        self.source.action_remove_action()
        self.assertNotIn(action.id, self.bindings(self.user))
        self.source.action_create_action()
        self.assertEqual(self.source.action_id, action, "made once")
        self.source.active = False
        self.assertNotIn(action.id, self.bindings(self.user))
        self.source.active = True
        self.assertIn(action.id, self.bindings(self.user))

    def test_goes_with_the_source(self):
        self.source.action_create_action()
        action = self.source.action_id
        self.source.unlink()
        self.assertFalse(action.exists())

    def test_archived_sources_are_not_faxed(self):
        self.source.active = False
        with self.assertRaisesRegex(UserError, "cannot be faxed"):
            self.compose(self.new_entry())

    def test_faxes_of_an_archived_source_stay_visible(self):
        fax = self.send(number_id=self.private_number.id)
        self.assertTrue(fax.with_user(self.colleague).has_access("read"))
        self.source.active = False
        self.assertTrue(fax.with_user(self.colleague).has_access("read"))


@tagged("post_install", "-at_install")
class TestFaxSourceReport(FaxCommon):
    """A report of another addon, made as the user who faxes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.ui.view"].create(
            {
                "name": "test_fax_report",
                "key": "medical_fax.test_fax_report",
                "type": "qweb",
                "arch": """
<t t-name="medical_fax.test_fax_report">
    <div t-foreach="docs" t-as="doc">
        <p>Report of <t t-out="doc.name"/></p>
        <p t-foreach="doc.env['res.partner'].search([('ref', '=', 'HIDDEN')])" t-as="x">
            Found <t t-out="x.name"/>
        </p>
        <p t-if="doc.parent_id">Parent <t t-out="doc.parent_id.name"/></p>
    </div>
</t>""",
            }
        )
        report = cls.env["ir.actions.report"].create(
            {
                "name": "Test report",
                "model": "res.partner",
                "report_name": "medical_fax.test_fax_report",
            }
        )
        cls.source.write({"render": "report", "report_id": report.id})

    def test_pages_of_the_report(self):
        fax = self.send(self.new_entry("The entry"), has_cover=False)
        text = samples.text_of(fax.document_id._content())
        self.assertIn("Report of The entry", text)
        self.assertFalse(fax.document_id.trusted, "not our own layout")

    def test_never_with_more_rights_than_the_user(self):
        self.new_entry("Never seen", ref="HIDDEN")
        fax = self.send(self.new_entry(), has_cover=False)
        text = samples.text_of(fax.document_id._content())
        self.assertNotIn("Never seen", text)

    def test_records_the_report_may_not_read(self):
        entry = self.new_entry()
        self.source.patient_path = self.source.patient_line_paths = False
        composer = self.compose(entry, has_cover=False)
        self.patient.ref = "HIDDEN"
        self.env.invalidate_all()
        with self.assertRaises(UserError):
            composer.action_send()
        self.assertIn("error", composer.action_preview())
