from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.medical_fax.tests.common import MANAGER, USER, RpcError

from .common import LIMITED, PRACTITIONER, FaxChartCommon, FaxChartHttpCommon

GROUPS = {
    "medical_chart.group_practitioner": True,
    "medical_chart.group_front_desk": True,
    "medical_chart.group_manager": True,
    "medical_chart.group_practitioner_limited": False,
    "medical_chart.group_patient_name": False,
    "base.group_user": False,
}


class FaxesFixture:
    """Faxes from the doctor's own line, which nobody else may use: whoever sees one
    sees it because of the record that it was made from."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.private_number.user_ids = cls.doctor
        # Private entries may go here, so that there is a fax of one.
        cls.entry_source.exclusion_ids.filtered(lambda e: "private" in e.name).unlink()
        cls.limited_fax_user = cls.new_user(
            "t_limited_fax", f"{LIMITED},{PRACTITIONER}"
        )
        cls.outsider = cls.new_user("t_outsider", "base.group_user")
        cls.normal = cls.new_entry("Normal visit")
        cls.private = cls.new_entry("Secret visit", privacy="private")
        cls.of_limited = cls.new_entry("Okafor visit", patient=cls.other_patient)

    def fax(self, records, **values):
        return self.send(records, number_id=self.private_number.id, **values)

    def seen_by(self, user, faxes):
        return self.env["fax.message"].with_user(user).search([("id", "in", faxes.ids)])


@tagged("post_install", "-at_install")
class TestFaxGroups(FaxesFixture, FaxChartCommon):
    """Who may fax by working with the chart, and who sees patients' names."""

    def test_implications(self):
        fax_user = self.env.ref("medical_fax.group_fax_user")
        denied = self.env.ref("medical_fax.group_fax_denied")
        for name, may_fax in GROUPS.items():
            implied = self.env.ref(name).all_implied_ids
            with self.subTest(name):
                self.assertEqual(fax_user in implied, may_fax)
        limited = self.env.ref("medical_chart.group_practitioner_limited")
        self.assertIn(denied, limited.all_implied_ids)
        for name in set(GROUPS) - {"medical_chart.group_practitioner_limited"}:
            self.assertNotIn(denied, self.env.ref(name).all_implied_ids)
        for name in ("group_fax_user", "group_fax_manager"):
            implied = self.env.ref(f"medical_fax.{name}").all_implied_ids
            self.assertIn(self.env.ref("medical_chart.group_patient_name"), implied)
            for chart in ("group_practitioner", "group_front_desk"):
                self.assertNotIn(self.env.ref(f"medical_chart.{chart}"), implied)

    def test_patients_names(self):
        """Who faxes sees patients among the contacts, and nothing of their charts."""
        patient = self.patient.partner_id
        for user, sees in (
            (self.new_user("t_only_fax", USER), True),
            (self.new_user("t_only_fax_manager", MANAGER), True),
            (self.doctor, True),
            (self.desk, True),
            (self.outsider, False),
        ):
            partners = self.env["res.partner"].with_user(user)
            with self.subTest(user.login):
                found = partners.search([("id", "=", patient.id)])
                self.assertEqual(bool(found), sees)
                named = partners.name_search("Greta Sandoval")
                self.assertEqual(patient.id in [row[0] for row in named], sees)
        for user in (self.user, self.manager, self.outsider):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.normal.with_user(user).read(["title"])

    def test_faxing_without_a_chart(self):
        """Who only faxes can fax about a patient, and nothing from the chart."""
        composers = self.env["fax.composer"].with_user(self.user)
        patient = self.patient.partner_id
        action = composers.action_compose(patient_id=patient.id)
        composer = composers.browse(action["res_id"])
        self.assertEqual(composer.patient_name, "Greta Sandoval")
        self.assertFalse(composer.recipients, "the circle belongs to the chart")
        with self.assertRaises(AccessError):
            composers.action_compose("medical.chart.entry", self.normal.ids)
        composer.write({"res_model": "medical.chart.entry", "res_ids": self.normal.ids})
        composer.recipients = [composer._contact_recipient(self.lee)]
        with self.assertRaises(AccessError):
            composer.action_send()


@tagged("post_install", "-at_install")
class TestFaxesOfRecords(FaxesFixture, FaxChartCommon):
    """A fax is seen by whoever may read one of the records it was made from."""

    def test_normal_entry(self):
        fax = self.fax(self.normal)
        for user, opens in (
            (self.doctor, True),
            (self.other_doctor, True),
            (self.desk, True),
            (self.manager, False),  # sees every fax, and may not read charts
        ):
            document = fax.document_id.with_user(user)
            with self.subTest(user.login):
                self.assertEqual(self.seen_by(user, fax), fax)
                self.assertEqual(document.has_access("read"), opens)
        for user in (self.user, self.limited_fax_user):
            with self.subTest(user.login):
                self.assertFalse(self.seen_by(user, fax))
                self.assertFalse(fax.with_user(user).has_access("read"))
                self.assertFalse(fax.document_id.with_user(user).has_access("read"))

    def test_private_entry(self):
        """Only its practitioner and chart managers: not colleagues, not the desk."""
        fax = self.fax(self.private)
        for user in (self.doctor, self.chart_manager):
            with self.subTest(user.login):
                self.assertEqual(self.seen_by(user, fax), fax)
                self.assertTrue(fax.document_id.with_user(user).has_access("read"))
        for user in (self.other_doctor, self.desk, self.user):
            with self.subTest(user.login):
                self.assertFalse(self.seen_by(user, fax))
                with self.assertRaises(AccessError):
                    fax.with_user(user).read(["partner_name"])
                self.assertFalse(fax.document_id.with_user(user).has_access("read"))

    def test_private_entry_from_a_shared_line(self):
        """Who may use the line sees that there was a fax, and not its pages."""
        fax = self.send(self.private)
        self.assertEqual(fax.number_id, self.number)
        for user in (self.other_doctor, self.desk, self.user):
            with self.subTest(user.login):
                self.assertEqual(self.seen_by(user, fax), fax)
                self.assertFalse(fax.document_id.with_user(user).has_access("read"))
                with self.assertRaises(AccessError):
                    fax.document_id.with_user(user)._open("view")

    def test_part_of_a_document_is_private(self):
        """One page that may not be read closes the whole document."""
        fax = self.fax(self.normal | self.private)
        self.assertEqual(self.seen_by(self.other_doctor, fax), fax)
        self.assertFalse(
            fax.document_id.with_user(self.other_doctor).has_access("read")
        )
        self.assertTrue(fax.document_id.with_user(self.doctor).has_access("read"))

    def test_limited_sees_those_of_own_patients(self):
        """With a group that may read faxes; from the own patients' records alone."""
        own, others = self.fax(self.of_limited), self.fax(self.normal)
        shared = self.send(self.normal)
        self.other_patient.care_team_ids = self.limited_fax_user.partner_id
        self.assertEqual(
            self.seen_by(self.limited_fax_user, own | others | shared),
            own,
            "a line that everybody may use opens nothing to who must not fax",
        )
        self.assertTrue(
            own.document_id.with_user(self.limited_fax_user).has_access("read")
        )
        # Limited alone has no right to read faxes at all, from whichever record.
        with self.assertRaises(AccessError):
            self.seen_by(self.limited, own)

    def test_plan(self):
        """A plan's fax goes with the plan; its pages need every entry."""
        plan = self.new_plan()
        self.new_entry("Visit of the plan", plan_id=plan.id)
        fax = self.fax(plan)
        self.assertEqual(self.seen_by(self.desk, fax), fax)
        self.assertTrue(fax.document_id.with_user(self.desk).has_access("read"))
        self.new_entry("Secret of the plan", plan_id=plan.id, privacy="private")
        fax = self.fax(plan)
        self.assertEqual(self.seen_by(self.desk, fax), fax)
        self.assertFalse(fax.document_id.with_user(self.desk).has_access("read"))

    def test_smart_buttons_count(self):
        """The domains behind the buttons of entry, plan and patient."""
        plan = self.new_plan()
        visit = self.new_entry("Visit of the plan", plan_id=plan.id)
        of_plan, of_visit = self.fax(plan), self.fax(visit)
        of_both = self.fax(self.normal | self.private)
        patient = self.patient.partner_id
        bare = self.compose(patient_id=patient.id, subject="Please call")
        bare = self.press_send(bare)
        elsewhere = self.fax(self.of_limited)
        for record, faxes in (
            (plan, of_plan),
            (visit, of_plan | of_visit),
            (self.normal, of_both),
            (self.private, of_both),
            (self.of_limited, elsewhere),
            (self.new_entry("Never faxed"), self.env["fax.message"]),
        ):
            with self.subTest(record.display_name):
                domain = [("made_from", "=", f"{record._name},{record.id}")]
                self.assertEqual(self.env["fax.message"].search(domain), faxes)
        messages = self.env["fax.message"]
        of_patient = messages.search([("patient_id", "=", patient.id)])
        self.assertEqual(of_patient, of_plan | of_visit | of_both | bare)
        # Counted as the user: the desk may not know of what is on a private line.
        private = self.fax(self.private)
        domain = [("patient_id", "=", patient.id)]
        seen = messages.with_user(self.desk).search(domain)
        self.assertFalse(seen & private)
        self.assertLess(seen, messages.search(domain))


@tagged("post_install", "-at_install")
class TestFaxesOfRecordsRpc(FaxesFixture, FaxChartHttpCommon):
    """Reading, searching, grouping, exporting and downloading agree."""

    def test_every_way_of_reading(self):
        fax = self.fax(self.private, subject="Very secret")
        export = self.env.ref("base.group_allow_export")
        export.user_ids |= self.doctor | self.other_doctor | self.desk | self.user
        for user, sees in (
            (self.doctor, True),
            (self.other_doctor, False),
            (self.desk, False),
            (self.user, False),
        ):
            self.login(user)
            with self.subTest(user.login):
                self.assertEqual(self.counts(fax), [int(sees)] * 4)
                for method, args in (
                    ("read", [["subject"]]),
                    ("web_read", [{"subject": {}}]),
                    ("export_data", [["subject"]]),
                ):
                    self.assertRead(sees, method, fax.ids, *args)
                self.assertDownload(sees, f"/medical_fax/message/{fax.id}/pdf")
                page = f"/medical_fax/document/{fax.document_id.id}/page/0"
                self.assertDownload(sees, page)

    def counts(self, fax):
        domain = [("id", "=", fax.id)]
        named = [("name", "=", fax.name)]
        grouped = self.call_kw(
            "fax.message", "formatted_read_group", domain, ["state"], ["__count"]
        )
        return [
            self.call_kw("fax.message", "search_count", domain),
            len(self.call_kw("fax.message", "search_read", domain, ["subject"])),
            len(self.call_kw("fax.message", "name_search", "", named)),
            sum(group["__count"] for group in grouped),
        ]

    def assertRead(self, sees, method, *args):
        if sees:
            answer = self.call_kw("fax.message", method, *args)
            self.assertIn("Very secret", str(answer))
        else:
            with self.assertRaises(RpcError) as caught:
                self.call_kw("fax.message", method, *args)
            self.assertEqual(caught.exception.name, "odoo.exceptions.AccessError")

    def assertDownload(self, sees, url):
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200 if sees else 403, url)
