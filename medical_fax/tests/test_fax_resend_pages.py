from contextlib import contextmanager

from odoo.tests import tagged

from ..document import page_count
from . import samples
from .common import LEE
from .test_fax_resend import NEW_NUMBER, ResendCase


@tagged("post_install", "-at_install")
class TestResendParts(ResendCase):
    """Pages made from the frozen ones are frozen as well."""

    def partial(self, sent, **values):
        fax = self.send(self.new_entry(body="<p>x</p>" * 200), **values)
        self.assertGreater(fax.pages, 3)
        self.set_state(fax, "submitted")
        fax._set_partial(sent)
        return fax

    def test_what_is_missing(self):
        fax = self.partial(2)
        again = self.again(fax.with_user(self.user).action_resend_missing())
        self.assertEqual(again.pages, fax.pages - 2)
        self.assertFalse(again.has_cover)
        document = again.document_id
        self.assertNotEqual(document, fax.document_id)
        self.assertEqual(document.pages, fax.pages - 2)
        self.assertEqual(document.trusted, fax.document_id.trusted)
        rows = [(s.res_model, s.res_id, s.version) for s in document.source_ids]
        first = [(s.res_model, s.res_id, s.version) for s in fax.document_id.source_ids]
        self.assertEqual(rows, first)
        self.assertEqual(page_count(document._content()), fax.pages - 2)
        self.assertEqual(fax.acknowledged_how, "resent")

    def test_who_may_not_read_the_first_may_not_read_the_rest(self):
        fax = self.partial(2)
        again = self.again(fax.with_user(self.colleague).action_resend_missing())
        self.assertTrue(again.document_id.with_user(self.colleague).has_access("read"))
        # sudo: the entry is hidden after all
        entry = self.env["res.partner"].browse(fax.document_id.source_ids.res_id)
        entry.write({"ref": "HIDDEN", "user_id": self.user.id})
        self.env.invalidate_all()
        self.assertFalse(again.document_id.with_user(self.colleague).has_access("read"))
        self.assertTrue(again.document_id.with_user(self.user).has_access("read"))

    def test_not_known_what_is_missing(self):
        for sent in (0, 99):
            fax = self.partial(sent)
            with self.subTest(sent=sent):
                self.assertRefused(
                    fax.with_user(self.user).action_resend_missing, "not known"
                )
        failed = self.failed()
        self.assertRefused(
            failed.with_user(self.user).action_resend_missing, "not known"
        )

    def test_a_cover_that_the_provider_drew(self):
        """It was the first of the pages that came through, and is not among ours."""
        fax = self.partial(2)
        cls = type(fax)
        with self.patch_method(cls, "_provider_cover", lambda self: object()):
            again = self.again(fax.with_user(self.user).action_resend_missing())
        self.assertEqual(again.pages, fax.pages - 1)

    @contextmanager
    def patch_method(self, cls, name, method):
        self.patch(cls, name, method)
        yield

    def test_a_plain_copy(self):
        fax = self.fail(self.send(), "document_rejected")
        again = self.again(fax.with_user(self.user).action_resend_plain())
        self.assertNotEqual(again.document_id.sha256, fax.document_id.sha256)
        self.assertEqual(again.document_id.pages, fax.pages)
        self.assertEqual(again.has_cover, fax.has_cover)
        self.run_queue()
        self.assertEqual(again.state, "submitted")
        (request,) = self.fake.submitted
        self.assertEqual(request.document, again.document_id._content())


@tagged("post_install", "-at_install")
class TestEditAndSend(ResendCase):
    """The composer opens on what the fax was made of."""

    def edit(self, fax, user=None):
        action = fax.with_user(user or self.user).action_edit_and_send()
        return (
            self.env["fax.composer"]
            .with_user(user or self.user)
            .browse(action["res_id"])
        )

    def test_what_stands_in_it(self):
        entry = self.new_entry()
        fax = self.failed(entry, subject="Results", notes="Soon", has_cover=True)
        composer = self.edit(fax)
        self.assertEqual(composer.patient_id, self.patient)
        self.assertEqual(
            (composer.res_model, composer.res_ids), (entry._name, entry.ids)
        )
        self.assertEqual((composer.subject, composer.notes), ("Results", "Soon"))
        (recipient,) = composer.recipients
        self.assertEqual(recipient["contact_id"], self.lee.id)
        self.assertEqual(composer.number_id, self.number)

    def test_sent_it_goes_on_from_the_first(self):
        fax = self.failed()
        composer = self.edit(fax, self.colleague)
        composer.recipients = [composer._contact_recipient(self.rossi)]
        sent = self.press_send(composer)
        self.assertEqual(sent.resend_of_id, fax)
        self.assertEqual(sent.contact_id, self.rossi)
        self.assertRecordValues(
            fax,
            [{"acknowledged_how": "resent", "acknowledged_by_id": self.colleague.id}],
        )
        self.assertRefused(fax.with_user(self.user).action_resend, sent.name)

    def test_only_looked_at_changes_nothing(self):
        fax = self.failed()
        self.edit(fax)
        self.assertTrue(fax.needs_attention)

    def test_somebody_was_faster(self):
        fax = self.failed()
        composer = self.edit(fax)
        again = self.again(fax.with_user(self.colleague).action_resend())
        self.assertRefused(composer.action_send, again.name)
        self.assertEqual(len(fax.resend_ids), 1)

    def test_what_was_left_out_stays_out(self):
        first, second = self.new_entry("One"), self.new_entry("Two")
        composer = self.compose(first | second)
        composer.excluded_keys = [f"{second._name},{second.id}"]
        fax = self.fail(self.press_send(composer))
        again = self.edit(fax)
        included = [item["title"] for item in again.items if item["included"]]
        self.assertEqual(included, ["One"])

    def test_pages_without_records(self):
        """An uploaded file: the frozen pages go on as a file, without the cover."""
        file = self.upload(samples.pdf("One", "Two"))
        fax = self.failed(attachment_ids=file.ids)
        self.assertEqual(fax.pages, 3)
        composer = self.edit(fax)
        (shown,) = composer.files
        self.assertEqual((shown["pages"], shown["error"]), (2, ""))
        self.assertIn("FAX-", shown["name"])
        self.assertEqual(self.press_send(composer).pages, 3)

    def test_a_number_typed_by_hand(self):
        recipients = [{"number": NEW_NUMBER, "name": ""}]
        fax = self.failed(recipients=recipients)
        composer = self.edit(fax)
        self.assertEqual(composer.recipients[0]["number"], NEW_NUMBER)
        self.assertEqual(self.press_send(composer).number, NEW_NUMBER)

    def test_a_contact_that_was_corrected(self):
        """What was dialled stands there, to be looked at."""
        fax = self.failed()
        self.lee.number_typed = NEW_NUMBER
        (recipient,) = self.edit(fax).recipients
        self.assertEqual(recipient["number"], LEE)
        self.assertEqual(recipient["name"], "Dr Ann Lee")

    def test_several_recipients_are_one_continuation(self):
        fax = self.failed()
        composer = self.edit(fax)
        composer.recipients = [
            composer._contact_recipient(contact) for contact in self.lee | self.rossi
        ]
        sent = self.press_send(composer)
        self.assertEqual(len(sent), 2)
        self.assertEqual(fax.resend_ids, sent[0])
