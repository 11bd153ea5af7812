import hashlib
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from . import samples
from .common import FaxCommon


class FrozenCase(FaxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.ref("base.user_admin")
        cls.admin.company_ids |= cls.company

    def setUp(self):
        super().setUp()
        self.fax = self.send()
        self.document = self.fax.document_id
        self.file = self.file_of(self.document)

    def file_of(self, document):
        return self.env["ir.attachment"].search(
            [
                ("res_model", "=", "fax.document"),
                ("res_field", "=", "pdf"),
                ("res_id", "=", document.id),
            ]
        )

    def everybody(self):
        """Each kind of user, the administrator, and our own code as superuser."""
        people = self.user | self.manager | self.denied | self.plain | self.admin
        yield from (self.env(user=user) for user in people)
        yield self.env(user=self.admin, su=True)

    def assertRefusedToAll(self, call, records):
        """Assert that a call on records is refused to everybody."""
        for env in self.everybody():
            with self.subTest(user=env.user.login, su=env.su):
                with self.assertRaises(UserError):
                    call(records.with_env(env))


@tagged("post_install", "-at_install")
class TestFaxDocument(FrozenCase):
    def test_nobody_makes_a_document(self):
        values = {
            "name": "FORGED",
            "company_id": self.company.id,
            "sha256": "0" * 64,
            "pages": 1,
        }
        documents = self.env["fax.document"]
        self.assertRefusedToAll(lambda d: d.create(dict(values)), documents)
        self.assertRefusedToAll(lambda d: d.copy(), self.document)

    def test_nobody_changes_a_document(self):
        values = {
            "sha256": "0" * 64,
            "pages": 99,
            "pdf": "JVBERi0=",
            "trusted": True,
            "company_id": self.other_company.id,
            "source_ids": [fields.Command.clear()],
            "access_ids": [fields.Command.clear()],
            "purged_on": fields.Datetime.now(),
        }
        for name, value in values.items():
            with self.subTest(field=name):
                self.assertRefusedToAll(
                    lambda d: d.write({name: value}),  # noqa: B023
                    self.document,
                )

    def test_nobody_deletes_a_document(self):
        self.assertRefusedToAll(lambda d: d.unlink(), self.document)

    def test_import_is_refused(self):
        for user in self.manager | self.admin:
            documents = self.env["fax.document"].with_user(user)
            result = documents.load(
                [".id", "sha256"], [[str(self.document.id), "0" * 64]]
            )
            self.assertFalse(result["ids"])

    def test_rows_about_it_are_read_only_to_people(self):
        self.document.with_user(self.user)._open("view")
        source, access = self.document.source_ids, self.document.access_ids
        self.assertTrue(source and access)
        for user in self.user | self.manager | self.admin:
            for rows, values in (
                (source, {"res_id": self.other_patient.id}),
                (access, {"user_id": self.colleague.id}),
            ):
                rows = rows.with_user(user)
                with self.assertRaises(AccessError):
                    rows.write(values)
                with self.assertRaises(AccessError):
                    rows.unlink()
                with self.assertRaises(AccessError):
                    rows.create({"document_id": self.document.id, **values})

    def test_pages_are_no_field_that_can_be_read(self):
        for user in self.user | self.manager | self.admin:
            document = self.document.with_user(user)
            for call in (
                lambda d: d.pdf,
                lambda d: d.read(["pdf"]),
                lambda d: d.web_read({"pdf": {}}),
                lambda d: d.search_read([("id", "=", d.id)], ["pdf"]),
                lambda d: d.export_data(["pdf"]),
            ):
                # A user who may not export is refused by a UserError.
                with self.subTest(user=user.login), self.assertRaises(UserError):
                    call(document)
            self.assertNotIn("pdf", document.read()[0])
            self.assertNotIn("pdf", document.fields_get())

    def test_the_file_is_read_by_nobody_past_the_log(self):
        """An administrator too opens pages through the document, which is noted."""
        for user in self.user | self.manager | self.plain | self.admin:
            file = self.file.with_user(user)
            for call in (
                lambda f: f.raw,
                lambda f: f.datas,
                lambda f: f.index_content,
                lambda f: f.read(["raw"]),
                lambda f: f.web_read({"datas": {}}),
                lambda f: f.export_data(["datas"]),
                lambda f: f.check_access("read"),
            ):
                file.invalidate_recordset()
                with self.subTest(user=user.login), self.assertRaises(UserError):
                    call(file)
            found = file.search([("res_field", "!=", False), ("id", "=", file.id)])
            self.assertFalse(found)

    def test_each_opening_is_noted(self):
        document = self.document.with_user(self.user)
        for kind in ("view", "download", "print", "report"):
            document._open(kind)
        self.document.with_user(self.manager)._open("download")
        rows = self.document.access_ids.sorted("id")
        kinds = [(row.user_id, row.kind) for row in rows]
        expected = [(self.user, k) for k in ("view", "download", "print", "report")]
        self.assertEqual(kinds, expected + [(self.manager, "download")])

    def test_who_may_not_read_opens_nothing(self):
        fax = self.send(number_id=self.private_number.id, attachment_ids=self._file())
        document = fax.document_id
        for user in self.colleague | self.plain | self.stranger:
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    document.with_user(user)._open("view")
                with self.assertRaises(AccessError):
                    document.with_user(user)._page_png(0)
        self.assertFalse(document.access_ids)

    def _file(self):
        return self.upload(samples.pdf("A lab request")).ids

    def test_sources_and_their_versions(self):
        entries = self.new_entry("First") | self.new_entry("Second")
        document = self.send(entries).document_id
        rows = {(s.res_model, s.res_id, s.version) for s in document.source_ids}
        self.assertEqual(
            rows, {("res.partner", e.id, str(e.write_date)) for e in entries}
        )

    def test_later_changes_of_the_chart_change_nothing(self):
        entry = self.new_entry(body="<p>As it was</p>")
        fax = self.send(entry)
        entry.comment = "<p>As it is now</p>"
        self.run_queue()
        sent = self.fake.submitted[-1].document
        self.assertIn("As it was", samples.text_of(sent))
        self.assertNotIn("As it is now", samples.text_of(sent))
        digest = hashlib.sha256(sent).hexdigest()
        self.assertEqual(digest, fax.document_id.sha256)

    def test_readable_only_with_every_source(self):
        """A fax is seen by who may read one of its records, its pages by who may
        read all of them."""
        entries = self.new_entry("Open") | self.new_entry("Hidden", ref="HIDDEN")
        entries[1].user_id = self.user
        fax = self.send(entries, number_id=self.private_number.id)
        colleague = fax.with_user(self.colleague)
        self.assertTrue(colleague.has_access("read"))
        self.assertFalse(colleague.document_id.has_access("read"))
        self.assertTrue(fax.with_user(self.user).document_id.has_access("read"))
        entries[1].ref = False
        self.assertTrue(colleague.document_id.has_access("read"))

    def test_a_deleted_source_leaves_it_to_managers(self):
        entry = self.new_entry()
        fax = self.send(entry)
        mine = fax.with_user(self.user).document_id
        self.assertTrue(mine.has_access("read"))
        entry.unlink()
        self.assertFalse(mine.has_access("read"))
        self.assertTrue(fax.with_user(self.manager).document_id.has_access("read"))

    def test_a_hidden_source_stops_a_manager_too(self):
        entry = self.new_entry(ref="HIDDEN", user_id=self.user.id)
        fax = self.send(entry)
        self.assertTrue(fax.with_user(self.manager).has_access("read"))
        self.assertFalse(fax.with_user(self.manager).document_id.has_access("read"))

    def test_search_and_access_agree(self):
        self.send(number_id=self.private_number.id, attachment_ids=self._file())
        self.send(self.new_entry(ref="HIDDEN", user_id=self.user.id))
        for name in ("fax.message", "fax.document"):
            every = self.env[name].search([])
            for user in self.user | self.colleague | self.manager | self.stranger:
                records = every.with_user(user)
                found = records.search([])
                self.assertEqual(records._filtered_access("read"), found & records)


@tagged("post_install", "-at_install")
class TestPurge(FrozenCase):
    """The one way out of the file store, and it leaves the proof."""

    def test_only_the_system_purges(self):
        for user in self.user | self.manager | self.admin:
            with self.subTest(user=user.login), self.assertRaises(UserError):
                self.document.with_user(user)._purge()
        self.assertTrue(self.file.exists())

    def test_proof_remains(self):
        digest, pages = self.document.sha256, self.document.pages
        self.document.sudo()._purge()
        self.assertFalse(self.file.exists())
        self.assertTrue(self.document.purged_on)
        self.assertEqual((self.document.sha256, self.document.pages), (digest, pages))
        with self.assertRaises(UserError):
            self.document._content()

    def test_its_row_is_written_before_the_bytes_go(self):
        def interrupted(files):
            raise MemoryError

        with patch.object(type(self.file), "unlink", interrupted):
            with self.assertRaises(MemoryError):
                with self.env.cr.savepoint():
                    self.document.sudo()._purge()
        written = []
        unlink = type(self.file).unlink

        def observed(files):
            if "fax.document" in files.mapped("res_model"):
                written.append(bool(self.document.purged_on))
            return unlink(files)

        with patch.object(type(self.file), "unlink", observed):
            self.document.sudo()._purge()
        self.assertEqual(written, [True])

    def test_a_purged_document_is_not_sent(self):
        self.document.sudo()._purge()
        self.run_queue()
        self.assertFalse(self.fake.submitted)
        self.assertEqual(self.fax.state, "failed")
