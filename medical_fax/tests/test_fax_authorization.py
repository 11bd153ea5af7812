import base64
from datetime import date, timedelta

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import TransactionCase, freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.fax_authorization import FREE_PURPOSES, PURPOSES

TODAY = date(2026, 5, 15)
DAY = timedelta(days=1)
PDF = base64.b64encode(b"%PDF-1.4\n%%EOF\n")


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestFaxAuthorization(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "clerk", groups="base.group_user,medical_fax.group_fax_user"
        )
        cls.patient = cls.env["res.partner"].create({"name": "Zacharias Quimby"})
        cls.model = cls.env["fax.authorization"].with_user(cls.user)

    def _new(self, purpose="insurer", **vals):
        return self.model.create(
            {"partner_id": self.patient.id, "purpose": purpose, "date": TODAY, **vals}
        )

    def _valid(self, purpose="insurer", **kwargs):
        return self.model._valid_for(self.patient, purpose, **kwargs)

    def test_holds_from_its_first_to_its_last_day(self):
        record = self._new(until=TODAY + 2 * DAY)
        self.assertEqual(self._valid(), record)
        self.assertEqual(self._valid(date=TODAY + 2 * DAY), record)
        self.assertEqual(self._valid(date="2026-05-17"), record)
        self.assertFalse(self._valid(date=TODAY - DAY))
        self.assertFalse(self._valid(date=TODAY + 3 * DAY))

    def test_only_for_its_purpose_and_its_patient(self):
        self._new()
        self.assertFalse(self._valid("legal"))
        self.assertFalse(self._valid("treatment"))
        other = self.patient.copy()
        self.assertFalse(self.model._valid_for(other, "insurer"))
        self.assertFalse(self.model._valid_for(other.browse(), "insurer"))

    def test_withdrawn_holds_no_more(self):
        record = self._new()
        record.action_archive()
        self.assertFalse(self._valid())

    def test_the_longest_comes_first(self):
        short = self._new(until=TODAY)
        endless = self._new()
        long = self._new(until=TODAY + DAY)
        self.assertEqual(self._valid().ids, [endless.id, long.id, short.id])

    def test_only_treatment_needs_none(self):
        needing = [key for key, _label in PURPOSES if self.model._is_needed(key)]
        self.assertEqual(set(dict(PURPOSES)) - set(needing), {"treatment"})
        offered = dict(self.model._fields["purpose"].selection)
        self.assertEqual(set(offered), set(needing))
        self.assertEqual(FREE_PURPOSES, ("treatment",))

    def test_last_day_before_the_first_is_refused(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            self._new(until=TODAY - DAY).flush_recordset()

    def test_display_name_is_a_reference(self):
        record = self._new()
        self.assertEqual(record.display_name, f"AUTH/{record.id:05}")
        self.assertNotIn("Quimby", record.display_name)
        self.assertEqual(self.model.name_search(record.display_name)[0][0], record.id)
        self.assertFalse(self.model.name_search("Quimby"))
        self.assertFalse(self.model.name_search("9" * 30))

    def test_file(self):
        record = self._new(file=PDF, file_name="Zacharias Quimby.PDF")
        self.assertEqual(record.file_name, "authorization.pdf")
        record.write({"file": PDF, "file_name": "Quimby consent"})
        self.assertEqual(record.file_name, "authorization")
        with self.assertRaises(ValidationError):
            record.file = base64.b64encode(b"MZ\x90\x00 program")

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_model")
    def test_roles(self):
        record = self._new()
        self.assertFalse(record.has_access("unlink"), "it is archived, not deleted")
        manager = new_test_user(
            self.env, "boss", groups="base.group_user,medical_fax.group_fax_manager"
        )
        self.assertTrue(record.with_user(manager).has_access("write"))
        nobody = new_test_user(self.env, "nobody", groups="base.group_user")
        for operation in ("read", "write", "create", "unlink"):
            self.assertFalse(record.with_user(nobody).has_access(operation))
        partner = self.patient.with_user(nobody)
        for name in ("fax_blocked", "fax_blocked_reason", "fax_authorization_ids"):
            with self.subTest(name), self.assertRaises(AccessError):
                partner.read([name])
        page = "//page[@name='fax']"
        for user, shown in ((self.user, True), (nobody, False)):
            arch = partner.with_user(user).get_view(view_type="form")["arch"]
            self.assertEqual('name="fax_blocked"' in arch, shown, page)

    def test_of_another_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        record = self._new()
        self.patient.company_id = company
        self.assertFalse(record.has_access("read"))
