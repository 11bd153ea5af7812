from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import ChartCase


@tagged("post_install", "-at_install")
class TestPatient(ChartCase):
    def _search(self, text, user=None):
        found = self.Patient.with_user(user or self.doctor).name_search(text)
        return {patient_id for patient_id, _name in found}

    def test_front_desk_creates_and_edits(self):
        desk = self.Patient.with_user(self.desk)
        with Form(desk) as form:
            form.name = "Nguyễn Thị Minh Khai"
            form.birth_date = date(1990, 5, 17)
            form.phone = "+1 514-555-0177"
            form.city = "Montréal"
            form.practitioner_id = self.doctor
        patient = form.record
        self.assertTrue(patient.identifier)
        self.assertTrue(patient.is_contact_owned)
        self.assertTrue(patient.partner_id.is_patient)
        self.assertEqual(patient.partner_id.company_id, self.company)
        with Form(patient) as form:
            form.email = "minh@patients.example"
            form.street = "12 rue des Érables"
        self.assertEqual(patient.partner_id.email, "minh@patients.example")
        self.assertEqual(patient.name_create("Zoë Quick")[1], "Zoë Quick")
        context = {"default_phone": "+1 514-555-0178"}
        patient = desk.with_context(**context).create({"name": "By context"})
        self.assertEqual(patient.phone, "+1 514-555-0178")

    def test_chart_rights_do_not_reach_other_contacts(self):
        contact = self.env["res.partner"].create({"name": "Dr Lee"})
        for user in (self.desk, self.doctor, self.limited):
            patient = self.Patient.with_user(user).create(
                {"name": "Somebody", "practitioner_id": user.id}
            )
            with self.assertRaises(AccessError):
                contact.with_user(user).write({"name": "Dr Who"})
            with self.assertRaises(AccessError):
                self.env["res.partner"].with_user(user).create({"name": "Dr New"})
            with self.assertRaises(AccessError):
                patient.partner_id.write({"name": "Other"})
            # What is not in the list of administrative fields stays behind the
            # rights on contacts.
            for values in (
                {"ref": "X"},
                {"child_ids": [(1, contact.id, {"name": "Dr Who"})]},
                {"bank_ids": [(0, 0, {"acc_number": "123"})]},
                {"parent_id": contact.id},
                {"is_company": True},
            ):
                with self.assertRaises(AccessError, msg=values), self.cr.savepoint():
                    patient.write(values)
                    patient.flush_recordset()
                with self.assertRaises(AccessError, msg=values), self.cr.savepoint():
                    self.Patient.with_user(user).create({"name": "x", **values})
            with self.assertRaises(AccessError):
                patient.unlink()
        self.assertEqual(contact.name, "Dr Lee")

    def test_a_colleague_who_is_a_patient(self):
        """The chart must not be a way to a colleague's e-mail address."""
        partner = self.manager.partner_id
        patient = self.Patient.with_user(self.desk).create(
            {"partner_id": partner.id, "birth_date": "1970-01-01"}
        )
        with self.assertRaises(AccessError), self.cr.savepoint():
            patient.email = "attacker@example.org"
        patient.birth_date = date(1971, 1, 1)
        # Archived users likewise.
        self.manager.sudo().active = False
        with self.assertRaises(AccessError), self.cr.savepoint():
            patient.email = "attacker@example.org"
        self.assertFalse(patient.is_contact_owned)
        patient.with_user(self.env.ref("base.user_admin")).unlink()
        self.assertTrue(partner.exists())

    def test_contact_and_company_are_set_once(self):
        other = self.env["res.partner"].create({"name": "Other"})
        company = self.env["res.company"].create({"name": "Other clinic"})
        for values in (
            {"partner_id": other.id},
            {"company_id": company.id},
            {"is_contact_owned": False},
        ):
            with self.assertRaises(UserError, msg=values), self.cr.savepoint():
                self.patient.write(values)
        self.patient.write({"partner_id": self.patient.partner_id.id})

    def test_alerts_are_clinical(self):
        self.patient.with_user(self.doctor).alert_note = "Penicillin"
        desk = self.Patient.with_user(self.desk)
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.patient.with_user(self.desk).alert_note = False
        with self.assertRaises(AccessError), self.cr.savepoint():
            desk.create({"name": "x", "alert_note": "Latex"})
        with self.assertRaises(AccessError), self.cr.savepoint():
            desk.with_context(default_alert_note="Latex").create({"name": "x"})
        desk.create({"name": "x", "alert_note": False})
        self.assertEqual(self.patient.alert_note, "Penicillin")

    def test_deletion(self):
        partner = self.patient.partner_id
        manager = self.patient.with_user(self.manager)
        entry = self._make_entry(privacy="private")
        with self.assertRaises(UserError), self.cr.savepoint():
            manager.unlink()
        entry.unlink()
        manager.unlink()
        self.assertFalse(partner.exists())
        contact = self.env["res.partner"].create({"name": "Was there before"})
        patient = self.Patient.create({"partner_id": contact.id})
        self.assertTrue(contact.is_patient)
        patient.with_user(self.manager).unlink()
        self.assertTrue(contact.exists())
        self.assertFalse(contact.is_patient)

    def test_is_patient_does_not_drift(self):
        partner = self.patient.partner_id
        self.assertTrue(partner.is_patient)
        self.patient.action_archive()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertTrue(partner.is_patient)
        self.assertTrue(partner.active)
        admin = partner.with_user(self.env.ref("base.user_admin"))
        with self.assertRaises(UserError), self.cr.savepoint():
            admin.write({"is_patient": False})
        with self.assertRaises(UserError), self.cr.savepoint():
            admin.is_patient = False
        contacts = self.env["res.partner"].with_user(self.contacts)
        made = contacts.create({"name": "x", "is_patient": True})
        made |= contacts.with_context(default_is_patient=True).create({"name": "y"})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(made.mapped("is_patient"), [False, False])
        self.assertTrue(partner.is_patient)

    def test_merging_contacts(self):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        contact = self.env["res.partner"].create({"name": "Twice in the book"})
        partners = self.patient.partner_id | contact
        wizard._merge(partners.ids, contact)
        self.env.invalidate_all()
        self.assertEqual(self.patient.partner_id, contact)
        self.assertTrue(contact.is_patient)
        both = self.patient.partner_id | self.other_patient.partner_id
        with self.assertRaises(UserError):
            wizard._merge(both.ids, self.patient.partner_id)
        self.assertTrue(self.other_patient.exists())

    def test_one_chart_a_contact_and_number(self):
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self.Patient.create({"partner_id": self.patient.partner_id.id})
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self.Patient.create({"name": "x", "identifier": self.patient.identifier})
        company = self.env["res.company"].create({"name": "Other clinic"})
        self.Patient.create(
            {
                "name": "x",
                "identifier": self.patient.identifier,
                "company_id": company.id,
            }
        )

    def test_a_company_is_no_patient(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        with self.assertRaises(ValidationError):
            self.Patient.create({"partner_id": firm.id})

    def test_a_contact_that_one_may_not_see(self):
        with self.assertRaises(AccessError):
            self.Patient.with_user(self.limited).create(
                {
                    "partner_id": self.patient.partner_id.id,
                    "practitioner_id": self.limited.id,
                }
            )

    def test_search_by_any_part(self):
        mine = self.patient.id
        for text in (
            "Hélène",
            "helene",
            "LUKASIEWICZ",
            "angstrom hel",
            self.patient.identifier,
            self.patient.identifier.lower()[-4:],
            "1984-02-29",
            "29/02/1984",
            "02/29/1984",
            "29021984",
            "5145550123",
            "514 555 0123",
            "(514) 555-01",
        ):
            self.assertIn(mine, self._search(text), text)
        for text in ("Hélène Schmidt", "1984-03-01", "555-0199", "Νίκος"):
            self.assertNotIn(mine, self._search(text), text)
        self.assertIn(self.other_patient.id, self._search("Παπαδόπουλος"))
        self.assertIn(self.other_patient.id, self._search("παπαδοπουλος"))
        self.patient.with_user(self.desk).phone = "+1 514-555-0188"
        self.assertIn(mine, self._search("5550188"))

    def test_identity_in_the_display_name(self):
        self.assertEqual(self.patient.display_name, self.patient.name)
        full = self.patient.with_context(patient_identity=True)
        self.assertIn(self.patient.identifier, full.display_name)
        self.assertIn("1984", full.display_name)

    @freeze_time("2026-03-01 12:00:00")
    def test_age(self):
        cases = {
            date(1984, 2, 29): (42, "42 years"),
            date(1984, 3, 2): (41, "41 years"),
            date(2025, 1, 10): (1, "13 months"),
            date(2026, 1, 10): (0, "7 weeks"),
            False: (0, False),
        }
        patient = self.patient.with_context(lang="en_US")
        for born, expected in cases.items():
            patient.birth_date = born
            self.assertEqual((patient.age, patient.age_display), expected)
        with self.assertRaises(ValidationError):
            patient.birth_date = date(2026, 3, 9)

    def test_portal_patient_edits_nothing_of_the_chart(self):
        portal = new_test_user(self.env, "chart_portal", groups="base.group_portal")
        patient = self.Patient.create({"partner_id": portal.partner_id.id})
        with self.assertRaises(AccessError):
            patient.with_user(portal).read(["birth_date"])
        patient.with_user(self.desk).phone = "+1 514-555-0190"
        self.assertEqual(portal.partner_id.phone, "+1 514-555-0190")


@tagged("post_install", "-at_install")
class TestCharting(ChartCase):
    def _entries(self, count, start=None):
        start = start or datetime(2024, 1, 15, 12, 0)
        return self.Entry.with_user(self.doctor).create(
            [
                {
                    "patient_id": self.patient.id,
                    "title": f"Visit {index}",
                    "date": start + timedelta(days=30 * index),
                }
                for index in range(count)
            ]
        )

    def test_all_when_few_else_the_last_year(self):
        patient = self.patient.with_user(self.doctor)
        self._entries(20)
        self.assertFalse(patient.charting_date_from)
        self.assertEqual(len(patient.charting_entry_ids), 20)
        self._entries(1, fields.Datetime.now())
        patient.invalidate_recordset()
        today = fields.Date.context_today(patient)
        self.assertEqual(patient.charting_date_from, today - relativedelta(years=1))
        self.assertFalse(patient.charting_date_to)
        self.assertLess(len(patient.charting_entry_ids), 21)

    def test_dates_are_remembered_per_user_and_patient(self):
        entries = self._entries(3)
        patient = self.patient.with_user(self.doctor)
        stamp = patient.write_date
        patient.write({"charting_date_from": "2024-02-01"})
        patient.write({"charting_date_to": "2024-02-29"})
        self.assertEqual(patient.charting_entry_ids, entries[1])
        self.env.invalidate_all()
        self.assertEqual(patient.charting_date_from, date(2024, 2, 1))
        self.assertEqual(patient.charting_date_to, date(2024, 2, 29))
        self.assertEqual(patient.write_date, stamp)
        for other in (
            self.patient.with_user(self.colleague),
            self.other_patient.with_user(self.doctor),
        ):
            self.assertFalse(other.charting_date_from)
            self.assertFalse(other.charting_date_to)
        # "All" is remembered too, and not taken for "nothing chosen yet".
        self._entries(25)
        patient.with_context(charting_range="all").action_charting_range()
        self.env.invalidate_all()
        self.assertFalse(patient.charting_date_from)
        self.assertEqual(len(patient.charting_entry_ids), 28)

    def test_looking_needs_no_right_to_write(self):
        ranges = self.env["medical.charting.range"]
        desk = self.patient.with_user(self.desk)
        desk.with_context(charting_range="this_year").action_charting_range()
        for user in (self.desk, self.doctor, self.manager):
            for operation in ("read", "write", "create", "unlink"):
                self.assertFalse(ranges.with_user(user).has_access(operation))
        with self.assertRaises(AccessError):
            self.patient.with_user(self.limited).write({"charting_date_from": False})
        with self.assertRaises(AccessError):
            self.patient.with_user(self.outsider).write({"charting_date_from": False})

    @freeze_time("2026-03-31 22:00:00")
    def test_quick_ranges_in_the_users_days(self):
        self.doctor.sudo().tz = "Pacific/Auckland"  # already 1 April there
        patient = self.patient.with_user(self.doctor).with_context(
            tz="Pacific/Auckland"
        )
        # Midnight there is 11:00 UTC of the day before.
        early, late = self._entries(2)
        (early | late).sudo().write({"date": "2026-03-31 10:59:59"})
        late.date = datetime(2026, 3, 31, 11, 0, 0)
        patient.with_context(charting_range="today").action_charting_range()
        self.assertEqual(patient.charting_date_from, date(2026, 4, 1))
        self.assertEqual(patient.charting_date_to, date(2026, 4, 1))
        self.assertEqual(patient.charting_entry_ids, late)
        patient.with_context(charting_range="30_days").action_charting_range()
        self.assertEqual(patient.charting_date_from, date(2026, 3, 3))
        self.assertEqual(patient.charting_entry_ids, early | late)
        patient.with_context(charting_range="this_year").action_charting_range()
        self.assertEqual(patient.charting_date_from, date(2026, 1, 1))

    def test_form_filters_at_once_and_keeps_the_dates(self):
        entries = self._entries(3)
        patient = self.patient.with_user(self.doctor)
        with Form(patient) as form:
            self.assertEqual(len(form.charting_entry_ids), 3)
            form.charting_date_from = date(2024, 2, 1)
            self.assertEqual(len(form.charting_entry_ids), 2)
            form.charting_date_to = date(2024, 2, 20)
            self.assertEqual(len(form.charting_entry_ids), 1)
        self.env.invalidate_all()
        self.assertEqual(patient.charting_date_from, date(2024, 2, 1))
        self.assertEqual(patient.charting_entry_ids, entries[1])

    def test_private_entries_are_not_listed_to_others(self):
        private = self._make_entry(privacy="private")
        for user, sees in (
            (self.doctor, True),
            (self.manager, True),
            (self.colleague, False),
        ):
            patient = self.patient.with_user(user)
            self.assertEqual(private in patient.charting_entry_ids, sees, user.login)
            self.assertEqual(patient.entry_count, int(sees))

    def test_old_dates_are_forgotten(self):
        ranges = self.env["medical.charting.range"]
        self.patient.with_user(self.doctor).write({"charting_date_from": "2024-02-01"})
        row = ranges.search([("patient_id", "=", self.patient.id)])
        ranges._gc_old_ranges()
        self.assertTrue(row.exists())
        self.cr.execute(
            "UPDATE medical_charting_range SET write_date = now() - interval '1 year'"
        )
        self.env.invalidate_all()
        ranges._gc_old_ranges()
        self.assertFalse(row.exists())
