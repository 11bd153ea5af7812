from odoo.exceptions import AccessError
from odoo.tests import tagged

from . import samples
from .common import USER, FaxCommon


class RoleCase(FaxCommon):
    """One fax for each way of being allowed to see one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.denied_user = cls.new_user(
            "t_denied_user", f"{USER},medical_fax.group_fax_denied"
        )
        everybody = cls.user | cls.colleague | cls.manager | cls.denied
        everybody |= cls.denied_user | cls.plain | cls.stranger
        # A list that can be exported can be read: let everybody try.
        export = cls.env.ref("base.group_allow_export")
        for user in everybody:
            user.group_ids |= export
        cls.everybody = everybody

    def setUp(self):
        super().setUp()
        # of a number that only the sender may use
        self.private = self._send_file(number_id=self.private_number.id)
        # of a number that each fax user may use
        self.open = self._send_file(user=self.colleague)
        # of the first kind, made from a record that others may read
        self.charted = self.send(number_id=self.private_number.id)
        self.faxes = self.private | self.open | self.charted
        self.run_queue()
        self.visible = {
            self.user: self.faxes,
            self.colleague: self.open | self.charted,
            self.manager: self.faxes,
            # Managers who must not fax see what managers see.
            self.denied: self.faxes,
            # What comes from being allowed to use a number is gone.
            self.denied_user: self.charted,
            self.plain: self.faxes.browse(),
            self.stranger: self.faxes.browse(),
        }

    def _send_file(self, **values):
        user = values.get("user", self.user)
        file = self.upload(samples.pdf("A file"), user=user)
        return self.send(attachment_ids=file.ids, **values)

    def of(self, model, faxes):
        """The records of a model that belong to faxes."""
        return {
            "fax.message": faxes,
            "fax.document": faxes.document_id,
            "fax.attempt": faxes.attempt_ids,
            "fax.document.source": faxes.document_id.source_ids,
        }[model]


@tagged("post_install", "-at_install")
class TestWhatOneSees(RoleCase):
    """Those one sent, those of numbers one may use, those from records one may read,
    all of the company for a manager; the same by each way of asking."""

    MODELS = {
        "fax.message": "name",
        "fax.document": "name",
        "fax.attempt": "reference",
        "fax.document.source": "res_model",
    }

    def assertSame(self, user, model, ids, expected):
        """Of the faxes of this test, those with these ids are the expected ones."""
        ours = set(self.of(model, self.faxes).ids)
        self.assertEqual(set(ids) & ours, set(self.of(model, expected).ids))

    def cases(self):
        for user, expected in self.visible.items():
            for model, field in self.MODELS.items():
                if user == self.plain:
                    continue  # refused as a whole: test_plain_users
                with self.subTest(user=user.login, model=model):
                    yield user, self.env[model].with_user(user), field, expected

    def test_search(self):
        for user, records, _field, expected in self.cases():
            name = records._name
            self.assertSame(user, name, records.search([]).ids, expected)
            ours = [("id", "in", self.of(name, self.faxes).ids)]
            self.assertSame(user, name, records.search(ours).ids, expected)
            self.assertEqual(records.search_count(ours), len(self.of(name, expected)))

    def test_search_read(self):
        for user, records, field, expected in self.cases():
            for rows in (
                records.search_read([], [field]),
                records.web_search_read([], {field: {}})["records"],
            ):
                self.assertSame(user, records._name, [r["id"] for r in rows], expected)

    def test_name_search(self):
        for user, records, _field, expected in self.cases():
            ids = [row[0] for row in records.name_search("", limit=None)]
            self.assertSame(user, records._name, ids, expected)

    def test_groups(self):
        for _user, records, _field, expected in self.cases():
            ours = [("id", "in", self.of(records._name, self.faxes).ids)]
            groups = records.formatted_read_group(ours, ["create_uid"], ["__count"])
            count = sum(group["__count"] for group in groups)
            self.assertEqual(count, len(self.of(records._name, expected)))
            groups = records.formatted_read_group(ours, [], ["__count", "id:array_agg"])
            self.assertSame(
                _user, records._name, groups[0]["id:array_agg"] or [], expected
            )

    def test_reading_by_id(self):
        for _user, records, field, expected in self.cases():
            expected = self.of(records._name, expected)
            for record in self.of(records._name, self.faxes):
                record.invalidate_recordset()
                theirs = records.browse(record.id)
                for call in (
                    lambda r, f=field: r.read([f]),
                    lambda r, f=field: r.web_read({f: {}}),
                    lambda r, f=field: r.export_data([f]),
                    lambda r, f=field: r.mapped(f),
                    lambda r: r.check_access("read"),
                ):
                    record.invalidate_recordset()
                    if record in expected:
                        call(theirs)
                    else:
                        with self.assertRaises(AccessError):
                            call(theirs)

    def test_access_and_search_agree(self):
        for _user, records, _field, _expected in self.cases():
            ours = records.browse(self.of(records._name, self.faxes).ids)
            found = records.search([("id", "in", ours.ids)])
            self.assertEqual(ours._filtered_access("read"), ours & found)

    def test_plain_users(self):
        for model in (*self.MODELS, "fax.account", "fax.number", "fax.contact"):
            records = self.env[model].with_user(self.plain)
            with self.subTest(model=model):
                for call in (
                    lambda r: r.search([]),
                    lambda r: r.search_read([], ["id"]),
                    lambda r: r.name_search(""),
                    lambda r: r.formatted_read_group([], [], ["__count"]),
                ):
                    with self.assertRaises(AccessError):
                        call(records)

    def test_plain_users_and_the_fields_on_contacts(self):
        patient = self.patient.with_user(self.plain)
        self.patient.fax_blocked_reason = "asked"
        for name in (
            "fax_blocked",
            "fax_blocked_reason",
            "fax_authorization_ids",
            "fax_contact_ids",
        ):
            with self.subTest(field=name):
                with self.assertRaises(AccessError):
                    patient.read([name])
                with self.assertRaises(AccessError):
                    patient.search([(name, "!=", False)])

    def test_no_subject_is_found_by_searching_for_it(self):
        """A domain tells nothing of faxes that one may not see."""
        self.private.subject = "Quokka"
        colleague = self.colleague
        for model, path in (
            ("fax.message", "subject"),
            ("fax.document", "message_ids.subject"),
            ("fax.attempt", "message_id.subject"),
        ):
            records = self.env[model].with_user(colleague)
            with self.subTest(model=model):
                self.assertFalse(records.search([(path, "=", "Quokka")]))
                mine = self.env[model].with_user(self.user)
                self.assertTrue(mine.search([(path, "=", "Quokka")]))

    def test_a_number_that_is_opened_and_closed(self):
        colleague = self.private.with_user(self.colleague)
        self.assertFalse(colleague.has_access("read"))
        self.private_number.user_ids |= self.colleague
        self.assertTrue(colleague.has_access("read"))
        self.private_number.user_ids -= self.colleague
        self.assertFalse(colleague.has_access("read"))
        self.private_number.user_ids = False  # everybody's
        self.assertTrue(colleague.has_access("read"))
        # closed to the one who sent from it: one's own faxes stay
        self.private_number.user_ids = self.colleague
        self.assertTrue(self.private.with_user(self.user).has_access("read"))

    def test_who_has_no_access_to_faxes_at_all_is_told_no(self):
        """Asked, not refused: whoever draws a page for all asks first."""
        fax = self.private.with_user(self.plain)
        self.assertFalse(fax.has_access("read"))
        self.assertFalse(fax._filtered_access("read"))

    def test_records_that_are_opened_and_closed(self):
        colleague = self.charted.with_user(self.colleague)
        entry = self.env["res.partner"].browse(
            self.charted.document_id.source_ids.res_id
        )
        entry.ref = "HIDDEN"
        self.assertFalse(colleague.has_access("read"))
        self.assertFalse(colleague.search([("id", "=", colleague.id)]))
        entry.user_id = self.colleague
        self.assertTrue(colleague.has_access("read"))

    def test_companies(self):
        """Also one who works for both sees the faxes of those that are switched on."""
        self.manager.company_ids |= self.other_company
        fax = self.private.with_user(self.manager)
        here = fax.with_context(allowed_company_ids=self.company.ids)
        there = fax.with_context(allowed_company_ids=self.other_company.ids)
        for each in (here, here.document_id, here.attempt_ids):
            self.assertTrue(each.has_access("read"))
        for record in (there, self.private.document_id, self.private.attempt_ids):
            record = record.with_env(there.env)
            self.assertFalse(record.has_access("read"))
            self.assertFalse(record.search([("id", "=", record.id)]))

    def test_notes_and_activities_of_a_fax(self):
        self.private._message_log(body="A note on the fax")
        note = self.private.message_ids.filtered(lambda m: "A note on" in m.body)
        self.assertTrue(note.with_user(self.user).has_access("read"))
        for user in self.colleague | self.plain | self.stranger:
            note.invalidate_recordset()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                note.with_user(user).read(["body"])

    def test_the_access_log_is_for_managers(self):
        document = self.open.document_id
        document.with_user(self.colleague)._open("view")
        row = document.access_ids
        self.assertTrue(row.with_user(self.manager).has_access("read"))
        for user in self.user | self.colleague | self.plain | self.stranger:
            self.assertFalse(row.with_user(user).has_access("read"))

    def test_the_training_providers_books(self):
        """They hold numbers and pages of all companies: no person reads them."""
        self.use_training()
        self.send()
        self.run_queue()
        job = self.env["fax.loopback.job"].search([], limit=1)
        for user in self.user | self.manager | self.plain | self.stranger:
            self.assertFalse(job.with_user(user).has_access("read"), user.login)
