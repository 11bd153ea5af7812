import hashlib

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models import guard
from . import samples
from .test_fax_document import FrozenCase


@tagged("post_install", "-at_install")
class TestFrozenBytes(FrozenCase):
    """The file of a document keeps its bytes and its owner, whoever asks."""

    def test_hash_is_that_of_the_file(self):
        self.assertEqual(len(self.file), 1)
        digest = hashlib.sha256(self.file.raw).hexdigest()
        self.assertEqual(self.document.sha256, digest)
        self.assertEqual(self.document.size, len(self.file.raw))
        self.assertEqual(self.document._content(), self.file.raw)
        self.assertEqual(self.file.name, f"{self.document.name}.pdf")

    def test_file_is_not_written(self):
        other = self.env["ir.attachment"].create({"name": "x", "raw": samples.pdf()})
        values = {
            "raw": samples.pdf(),
            "datas": "JVBERi0=",
            "db_datas": b"%PDF-",
            "store_fname": other.store_fname,
            "checksum": "0" * 40,
            "mimetype": "text/html",
            "res_model": "res.partner",
            "res_id": self.patient.id,
            "res_field": False,
            "type": "url",
            "url": "/elsewhere",
            "public": True,
            "access_token": "open-sesame",
        }
        before = self.file.raw
        for name, value in values.items():
            with self.subTest(field=name):
                self.assertRefusedToAll(lambda f: f.write({name: value}), self.file)  # noqa: B023
        self.assertEqual(self.file.raw, before)
        self.assertEqual(self.document._content(), before)

    def test_file_is_not_deleted(self):
        self.assertRefusedToAll(lambda file: file.unlink(), self.file)
        self.assertTrue(self.file.exists())

    def test_no_token_opens_the_file(self):
        self.assertRefusedToAll(lambda f: f.generate_access_token(), self.file)
        self.assertFalse(self.file.access_token)

    def test_no_copy_of_the_file(self):
        self.assertRefusedToAll(lambda file: file.copy(), self.file)

    def _second(self, **values):
        return {"name": "FORGED.pdf", "raw": samples.pdf("Forged"), **values}

    def test_no_second_file(self):
        owner = {
            "res_model": "fax.document",
            "res_field": "pdf",
            "res_id": self.document.id,
        }
        files = self.env["ir.attachment"]
        self.assertRefusedToAll(lambda f: f.create(self._second(**owner)), files)
        owner["res_field"] = False
        self.assertRefusedToAll(lambda f: f.create(self._second(**owner)), files)

    def test_no_second_file_through_defaults_of_the_context(self):
        defaults = {
            "default_res_model": "fax.document",
            "default_res_field": "pdf",
            "default_res_id": self.document.id,
        }

        def forge(files):
            files.with_context(**defaults).create(self._second())

        self.assertRefusedToAll(forge, self.env["ir.attachment"])
        self.assertEqual(self.file_of(self.document), self.file)

    def test_no_other_file_becomes_the_documents(self):
        other = self.env["ir.attachment"].create(self._second(public=True))
        values = {
            "res_model": "fax.document",
            "res_field": "pdf",
            "res_id": self.document.id,
        }
        self.assertRefusedToAll(lambda file: file.write(values), other)

    def test_a_forged_key_opens_nothing(self):
        for key in (True, 1, "1", {}, [1]):
            with self.subTest(key=key), self.assertRaises(UserError):
                self.file.with_context(**{guard._KEY: key}).write({"raw": b"x"})
            with self.subTest(key=key), self.assertRaises(UserError):
                self.file.with_context(**{guard._KEY: key}).unlink()
            with self.subTest(key=key), self.assertRaises(UserError):
                document = self.document.with_context(**{guard._KEY: key})
                document.write({"sha256": "0" * 64})

    def test_the_key_does_not_travel_with_the_records(self):
        """What our methods hand out does not carry the permission along."""
        self.assertFalse(guard.is_open(self.fax.env))
        self.assertFalse(guard.is_open(self.document.env))
        built = type("Built", (), {"pdf": b"%PDF-", "pages": 1, "foreign": True})
        document = self.env["fax.document"]._freeze(built, self.company, [])
        self.assertFalse(guard.is_open(document.env))
        values = {"company_id": self.company.id, "account_id": self.account.id}
        fax = self.env["fax.message"]._new(values)
        self.assertFalse(guard.is_open(fax.env))

    def test_other_files_are_as_free_as_before(self):
        other = self.env["ir.attachment"].create(self._second(res_model="res.partner"))
        other.write({"raw": b"changed", "res_id": self.patient.id})
        self.assertEqual(other.raw, b"changed")
        other.unlink()


@tagged("post_install", "-at_install")
class TestChangedBytes(FrozenCase):
    """Bytes that changed behind our back are found, and neither sent nor shown."""

    def setUp(self):
        super().setUp()
        # What somebody with access to the file store could have put there
        other = self.env["ir.attachment"].create({"name": "x", "raw": b"%PDF-forged"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = %s WHERE id = %s",
            (other.store_fname, self.file.id),
        )
        self.env.invalidate_all()
        self.assertEqual(self.file.raw, b"%PDF-forged")

    def test_never_sent(self):
        self.run_queue()
        self.assertFalse(self.fake.submitted)
        self.assertEqual(self.fax.state, "failed")
        self.assertEqual(self.fax.failure_kind, "document_rejected")
        self.assertEqual(self.fax.attempt_ids.state, "over")
        self.assertTrue(self.fax.activity_ids)

    def test_never_shown(self):
        document = self.document.with_user(self.user)
        with self.assertRaises(UserError):
            document._open("view")
        with self.assertRaises(UserError):
            document._page_png(0)

    def test_two_files_are_no_answer(self):
        self.env["ir.attachment"].with_context(**{guard._KEY: guard._TOKEN}).create(
            {
                "name": "second",
                "raw": b"%PDF-second",
                "res_model": "fax.document",
                "res_field": "pdf",
                "res_id": self.document.id,
            }
        )
        with self.assertRaises(UserError):
            self.document._content()

    def test_a_missing_file_is_not_sent(self):
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = 'no/such' WHERE id = %s",
            (self.file.id,),
        )
        self.env.invalidate_all()
        with self.assertLogs("odoo.addons.base.models.ir_attachment"):
            self.run_queue()
        self.assertFalse(self.fake.submitted)
        self.assertEqual(self.fax.state, "failed")
