import base64

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .access_common import AccessCase
from .common import ChartCase, png


@tagged("post_install", "-at_install")
class TestAccess(AccessCase):
    def test_practitioner(self):
        self._sees(
            self.doctor,
            "doctor signed",
            "doctor draft",
            "doctor private",
            "limited signed",
            "limited draft",
        )
        self._sees(
            self.colleague,
            "doctor signed",
            "doctor draft",
            "limited signed",
            "limited draft",
        )

    def test_limited(self):
        own = ("limited signed", "limited draft", "limited private")
        self._sees(self.limited, *own)
        patients = self.Patient.with_user(self.limited)
        self.assertEqual(patients.search([]) & self.patient, self.Patient)
        self.assertIn(self.other_patient, patients.search([]))
        # Everybody sees the contact of a colleague, but not the chart.
        colleague = self.Patient.create({"partner_id": self.colleague.partner_id.id})
        self.assertFalse(colleague.with_user(self.limited).has_access("read"))
        self.assertTrue(colleague.with_user(self.desk).has_access("read"))
        # In the care team of a patient: that patient's chart, private ones aside.
        self.patient.care_team_ids = self.limited.partner_id
        self._sees(self.limited, *own, "doctor signed", "doctor draft")

    def test_limited_of_an_archived_patient(self):
        self.other_patient.action_archive()
        self._sees(self.limited, "limited signed", "limited draft", "limited private")

    def test_front_desk(self):
        self._sees(self.desk, "doctor signed", "limited signed")
        entry = self.entries["doctor draft"].with_user(self.desk)
        with self.assertRaises(AccessError):
            entry.write({"title": "x"})
        with self.assertRaises(AccessError):
            self._make_entry(self.desk)
        with self.assertRaises(AccessError):
            self._make_file(self.desk, self._make_entry())
        with self.assertRaises(AccessError):
            self.env["medical.treatment.plan"].with_user(self.desk).create(
                {"name": "x", "patient_id": self.patient.id}
            )

    def test_manager(self):
        self._sees(self.manager, *self.entries)

    def test_outsiders(self):
        portal = new_test_user(self.env, "chart_portal", groups="base.group_portal")
        names = new_test_user(
            self.env,
            "chart_names",
            groups="base.group_user,medical_chart.group_patient_name,"
            "base.group_allow_export",
        )
        for user in (self.outsider, self.contacts, portal, names):
            for entry in self.all_entries:
                self._check_one(user, entry, False)
            for model in (
                "medical.patient",
                "medical.chart.entry",
                "medical.treatment.plan",
            ):
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).name_search("a")

    def test_limited_wins_over_every_other_group(self):
        own = ("limited signed", "limited draft", "limited private")
        for groups in (
            "medical_chart.group_practitioner",
            "medical_chart.group_front_desk",
            "medical_chart.group_manager",
            "medical_chart.group_manager,base.group_system,base.group_partner_manager",
        ):
            xml_ids = groups.split(",")
            self.limited.sudo().group_ids = [
                Command.link(self.env.ref(xml_id).id) for xml_id in xml_ids
            ]
            self._sees(self.limited, *own)
            patients = self.Patient.with_user(self.limited).search([])
            self.assertNotIn(self.patient, patients, groups)
            partners = self.env["res.partner"].with_user(self.limited)
            found = partners.search([("name", "=", self.patient.name)])
            self.assertFalse(found, groups)
            with self.assertRaises(AccessError):
                self.patient.with_user(self.limited).write({"phone": "1"})
            with self.assertRaises(AccessError):
                self._make_entry(self.limited, self.patient)

    def test_company(self):
        company = self.env["res.company"].create({"name": "Other clinic"})
        elsewhere = new_test_user(
            self.env,
            "chart_elsewhere",
            groups="medical_chart.group_manager,base.group_allow_export",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self._sees(elsewhere)
        self.assertFalse(
            self.Patient.with_user(elsewhere).search([("id", "=", self.patient.id)])
        )
        partners = self.env["res.partner"].with_user(elsewhere)
        self.assertFalse(partners.search([("id", "=", self.patient.partner_id.id)]))
        # Everybody sees the contact of a colleague; the chart stays in its company.
        colleague = self.Patient.create({"partner_id": self.colleague.partner_id.id})
        self.assertFalse(colleague.with_user(elsewhere).has_access("read"))
        self.assertTrue(colleague.with_user(self.manager).has_access("read"))
        patient = self.Patient.with_user(elsewhere).create({"name": "Elsewhere"})
        self.assertEqual(patient.company_id, company)
        entry = self._make_entry(elsewhere, patient)
        self.assertEqual(entry.company_id, company)
        with self.assertRaises(AccessError):
            entry.with_user(self.manager).read(["title"])

    def test_plans(self):
        plan = self.env["medical.treatment.plan"].create(
            {"name": "Plan", "patient_id": self.patient.id}
        )
        self._make_entry(plan_id=plan.id, privacy="private")
        for user, allowed in (
            (self.doctor, True),
            (self.colleague, True),
            (self.desk, True),
            (self.manager, True),
            (self.limited, False),
            (self.outsider, False),
        ):
            self.assertEqual(plan.with_user(user).has_access("read"), allowed)
        self.assertEqual(plan.with_user(self.doctor).entry_count, 1)
        self.assertEqual(plan.with_user(self.colleague).entry_count, 0)
        self.env.invalidate_all()
        self.assertFalse(plan.with_user(self.colleague).entry_ids)

    def test_signature_picture_of_others(self):
        own = self.doctor.with_user(self.doctor)
        self.assertTrue(own.read(["signature_image"])[0]["signature_image"])
        own.write({"licence_number": "OWN", "signature_image": False})
        self.assertEqual(own.licence_number, "OWN")
        other = self.doctor.with_user(self.colleague)
        with self.assertRaises(AccessError):
            other.read(["signature_image"])
        with self.assertRaises(AccessError):
            other.write({"signature_image": base64.b64encode(png())})
        with self.assertRaises(AccessError):
            other.write({"licence_number": "X"})


@tagged("post_install", "-at_install")
class TestHiddenPartners(ChartCase):
    def setUp(self):
        super().setUp()
        self.partner = self.patient.partner_id
        self.address = self.env["res.partner"].create(
            {"name": "Summer house", "parent_id": self.partner.id, "type": "other"}
        )

    def _assert_visible(self, user, partner, visible):
        model = self.env["res.partner"].with_user(user)
        domain = [("id", "=", partner.id)]
        self.env.invalidate_all()
        self.assertEqual(bool(model.search(domain)), visible, user.login)
        self.assertEqual(bool(model.name_search("", domain)), visible)
        self.assertEqual(bool(model.search_read(domain, ["name"])), visible)
        groups = model.formatted_read_group(domain, ["name"], ["__count"])
        self.assertEqual(bool(groups), visible)
        record = partner.with_user(user)
        ways = [
            lambda: record.read(["name"]),
            lambda: record.web_read({"display_name": {}}),
            lambda: record.display_name,
        ]
        if user.has_group("base.group_allow_export"):
            ways.append(lambda: record.export_data(["name", "display_name"]))
        for way in ways:
            self.env.invalidate_all()
            if visible:
                way()
            else:
                with self.assertRaises(AccessError):
                    way()

    def test_who_sees_patients_among_contacts(self):
        names = new_test_user(
            self.env,
            "chart_names",
            groups="base.group_user,medical_chart.group_patient_name,"
            "base.group_allow_export",
        )
        for user in (self.doctor, self.desk, self.manager, names):
            self._assert_visible(user, self.partner, True)
            self._assert_visible(user, self.address, True)
        for user in (self.outsider, self.contacts):
            self._assert_visible(user, self.partner, False)
            self._assert_visible(user, self.address, False)
        self._assert_visible(self.limited, self.partner, False)
        self._assert_visible(self.limited, self.address, False)
        self.address.parent_id = self.other_patient.partner_id
        self._assert_visible(self.limited, self.address, True)
        self._assert_visible(self.limited, self.other_patient.partner_id, True)

    def test_ordinary_contacts_stay_visible(self):
        contact = self.env["res.partner"].create({"name": "Dr Lee"})
        child = self.env["res.partner"].create(
            {"name": "Office", "parent_id": contact.id}
        )
        for user in (self.outsider, self.contacts, self.limited, self.doctor):
            self._assert_visible(user, contact, True)
            self._assert_visible(user, child, True)

    def test_an_archived_patient_stays_hidden(self):
        self.patient.action_archive()
        self._assert_visible(self.outsider, self.partner, False)

    def test_an_employee_who_is_a_patient(self):
        self.Patient.create({"partner_id": self.colleague.partner_id.id})
        self.assertTrue(self.colleague.partner_id.is_patient)
        self._assert_visible(self.outsider, self.colleague.partner_id, True)
        own = self.colleague.with_user(self.colleague)
        self.assertTrue(own.read(["name", "email"]))

    def test_a_patient_with_a_portal_login(self):
        portal = new_test_user(self.env, "chart_portal", groups="base.group_portal")
        patient = self.Patient.create({"partner_id": portal.partner_id.id})
        address = self.env["res.partner"].create(
            {"name": "Work", "parent_id": portal.partner_id.id}
        )
        self._assert_visible(portal, portal.partner_id, True)
        self._assert_visible(portal, address, True)
        self._assert_visible(self.outsider, portal.partner_id, False)
        self._assert_visible(self.outsider, address, False)
        users = self.env["res.users"].with_user(self.outsider)
        self.assertFalse(users.search([("id", "=", portal.id)]))
        self.assertFalse(users.name_search(portal.name))
        self.assertTrue(patient.partner_id.with_user(portal).read(["name"]))

    def test_searching_by_what_is_hidden_finds_nothing(self):
        model = self.env["res.partner"].with_user(self.contacts)
        for domain in (
            [("name", "ilike", "Łukasiewicz")],
            [("email", "=", self.patient.email)],
            [("is_patient", "=", True)],
            [("child_ids", "in", self.address.ids)],
        ):
            self.assertFalse(model.search(domain) & (self.partner | self.address))
        with self.assertRaises(AccessError):
            model.search([("medical_patient_ids.birth_date", "!=", False)])
        with self.assertRaises(AccessError):
            self.partner.with_user(self.contacts).write({"name": "x"})
        with self.assertRaises(AccessError):
            self.partner.with_user(self.contacts).unlink()

    def test_mentions_and_invitations(self):
        for user, visible in ((self.outsider, False), (self.desk, True)):
            model = self.env["res.partner"].with_user(user)
            found = model.get_mention_suggestions(self.patient.name)
            self.assertEqual(self.patient.name in str(found), visible)
            if not visible:
                found = model.search_for_channel_invite(self.patient.name)
                self.assertNotIn(self.patient.name, str(found))

    def test_followers(self):
        document = self.env["res.partner"].create({"name": "Supplier"})
        document.message_subscribe((self.partner | self.doctor.partner_id).ids)
        domain = [("res_model", "=", "res.partner"), ("res_id", "=", document.id)]
        for user, visible in (
            (self.outsider, False),
            (self.limited, False),
            (self.desk, True),
        ):
            self.env.invalidate_all()
            model = self.env["mail.followers"].with_user(user)
            names = [row["partner_id"][1] for row in model.search(domain).read()]
            self.assertIn(self.doctor.name, str(names))
            self.assertEqual(self.patient.name in str(names), visible)
            seen = document.with_user(user).message_partner_ids
            self.assertEqual(self.partner in seen, visible)
