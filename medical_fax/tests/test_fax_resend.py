from contextlib import contextmanager

from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo import api
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..document import Built, page_count
from ..models import guard
from ..models.fax_message_resend import COPIED
from . import samples
from .common import LEE, FaxCommon

NEW_NUMBER = "+15145550199"


class ResendCase(FaxCommon):
    def fail(self, fax, kind="busy", **values):
        self.set_state(fax, "submitted")
        fax._set_failed(kind)
        if values:
            fax.write(values)
        return fax

    def failed(self, *args, **values):
        return self.fail(self.send(*args, **values))

    def again(self, action):
        """The new faxes that an action's notice is about."""
        self.assertEqual(action["tag"], "medical_fax.sent")
        return self.env["fax.message"].browse(action["params"]["message_ids"])

    def assertRefused(self, call, words=""):
        with self.assertRaises(UserError) as refused:
            call()
        self.assertIn(words, str(refused.exception))


@tagged("post_install", "-at_install")
class TestResend(ResendCase):
    """The same pages again, as a new fax that goes on from the first one."""

    def test_what_it_has_in_common(self):
        fax = self.failed(subject="Results", notes="Call me")
        again = self.again(fax.with_user(self.colleague).action_resend())
        self.assertEqual(len(again), 1)
        self.assertEqual(again.resend_of_id, fax)
        for name in COPIED:
            with self.subTest(field=name):
                self.assertEqual(again[name], fax[name])
        self.assertTrue(again.document_id)
        self.assertEqual(again.user_id, self.colleague)
        self.assertNotEqual(again.name, fax.name)
        self.assertNotEqual(again.uuid, fax.uuid)
        self.assertEqual((again.state, again.attempt_count), ("queued", 0))
        self.assertEqual(fax.state, "failed", "a final state never changes")
        self.assertRecordValues(
            fax,
            [
                {
                    "acknowledged_how": "resent",
                    "acknowledged_by_id": self.colleague.id,
                    "needs_attention": False,
                }
            ],
        )

    def test_the_same_bytes_leave(self):
        fax = self.failed()
        again = self.again(fax.with_user(self.user).action_resend())
        self.run_queue()
        self.assertEqual(again.state, "submitted")
        (request,) = self.fake.submitted
        self.assertEqual(request.document, fax.document_id._content())
        self.assertEqual(request.to, LEE)

    def test_a_resend_of_a_resend(self):
        first = self.failed()
        second = self.again(first.with_user(self.user).action_resend())
        self.fail(second)
        self.assertTrue(second.needs_attention)
        third = self.again(second.with_user(self.user).action_resend())
        self.assertEqual(third.resend_of_id, second)
        self.assertFalse(first.needs_attention or second.needs_attention)

    def test_what_arrived_may_be_sent_again(self):
        """They lost the paper. Nothing was to be dealt with."""
        fax = self.send()
        self.set_state(fax, "delivered", pages_sent=fax.pages)
        again = self.again(fax.with_user(self.user).action_resend())
        self.assertEqual(again.state, "queued")
        self.assertFalse(fax.acknowledged_how)

    def test_several(self):
        """Those that cannot be sent do not keep the others, and are named."""
        good = self.failed() | self.failed()
        waiting = self.send()
        faxes = (good | waiting).with_user(self.user)
        action = faxes.action_resend()
        again = self.again(action)
        self.assertEqual(again.resend_of_id, good)
        (refused,) = action["params"]["refused"]
        self.assertIn(waiting.name, refused)
        self.assertFalse(waiting.resend_ids)

    def test_the_undo_period(self):
        self.account.undo_seconds = 60
        fax = self.failed()
        action = fax.with_user(self.user).action_resend()
        again = self.again(action)
        self.assertEqual(action["params"]["undo_seconds"], 60)
        self.assertEqual(action["params"]["recipients"], ["Dr Ann Lee"])
        self.assertEqual(again.due_at, again.undo_until)
        self.run_queue()
        self.assertFalse(self.fake.submitted)

    def test_undone_it_comes_back(self):
        self.account.undo_seconds = 60
        fax = self.failed()
        again = self.again(fax.with_user(self.user).action_resend())
        self.assertFalse(fax.needs_attention)
        again.with_user(self.user).action_undo()
        self.assertEqual(again.state, "cancelled")
        self.assertTrue(fax.needs_attention)
        self.assertFalse(fax.acknowledged_how or fax.acknowledged_by_id)
        # And may be sent again.
        other = self.again(fax.with_user(self.user).action_resend())
        self.assertEqual(other.state, "queued")

    def test_the_charts_note(self):
        entry = self.new_entry()
        fax = self.failed(entry)
        again = self.again(fax.with_user(self.colleague).action_resend())
        self.assertEqual(again.note_ids.mapped("res_id"), entry.ids)
        self.assertIn(again.name, again.note_ids.body)
        self.assertNotIn(again.name, fax.note_ids.body)

    def test_the_chain(self):
        first = self.failed()
        second = self.again(first.with_user(self.user).action_resend())
        mine = (first | second).with_user(self.user)
        self.assertEqual(mine.mapped("resend_count"), [1, 0])
        self.assertEqual(mine[0].action_view_later()["res_id"], second.id)
        self.assertEqual(mine[1].action_view_first()["res_id"], first.id)


@tagged("post_install", "-at_install")
class TestResendIsRefused(ResendCase):
    """Checked anew, and said in words."""

    def refuse(self, fax, words):
        for method in ("action_resend", "action_resend_to_number"):
            with self.subTest(method=method):
                self.assertRefused(getattr(fax.with_user(self.user), method), words)
        self.assertFalse(fax.resend_ids)

    def test_not_ended(self):
        for state in ("queued", "held", "submitting", "submitted"):
            fax = self.send()
            self.set_state(fax, state)
            self.refuse(fax, "not ended")

    def test_not_sure(self):
        fax = self.send()
        self.set_state(fax, "uncertain")
        self.refuse(fax, "whether it arrived")

    def test_received(self):
        fax = self.failed()
        guard.opened(fax).write({"direction": "in", "state": "received"})
        self.refuse(fax, "received")

    def test_already_on_its_way_or_arrived(self):
        fax = self.failed()
        again = self.again(fax.with_user(self.user).action_resend())
        for state in ("queued", "held", "submitting", "submitted", "uncertain"):
            self.set_state(again, state)
            with self.subTest(state=state):
                self.assertRefused(
                    fax.with_user(self.colleague).action_resend, again.name
                )
        self.set_state(again, "delivered")
        self.assertRefused(fax.with_user(self.colleague).action_resend, again.name)
        self.assertEqual(len(fax.resend_ids), 1)

    def test_go_on_from_the_later_one(self):
        """Else two people would go on from two faxes of one thing."""
        fax = self.failed()
        again = self.fail(self.again(fax.with_user(self.user).action_resend()))
        self.assertRefused(fax.with_user(self.colleague).action_resend, again.name)
        again.with_user(self.user).action_called()
        # Given up: then the first one may be sent anew.
        self.again(fax.with_user(self.user).action_resend())

    def test_the_patient(self):
        fax = self.failed()
        self.patient.fax_blocked = True
        self.refuse(fax, "must not be faxed")
        self.patient.fax_blocked = False
        self.again(fax.with_user(self.user).action_resend())

    def test_the_authorization(self):
        authorization = self.env["fax.authorization"].create(
            {"partner_id": self.patient.id, "purpose": "insurer", "date": "2020-01-01"}
        )
        fax = self.failed(purpose="insurer", authorization_id=authorization.id)
        self.assertEqual(fax.authorization_id, authorization)
        authorization.active = False
        self.refuse(fax, "authorization")
        authorization.write({"active": True, "until": "2020-02-01"})
        self.refuse(fax, "authorization")
        authorization.until = False
        again = self.again(fax.with_user(self.user).action_resend())
        self.assertEqual(again.authorization_id, authorization)

    def test_the_country(self):
        """Faxing there was switched off meanwhile."""
        france = self.env.ref("base.fr")
        self.account.country_ids = france
        fax = self.failed(recipients=[{"number": "+33140205050", "name": "Dr Martin"}])
        self.account.country_ids = False
        self.assertRefused(fax.with_user(self.user).action_resend, "France")

    def test_the_account(self):
        fax = self.failed()
        self.account.action_disconnect()
        self.refuse(fax, "switched off")

    def test_the_number_is_not_theirs_any_more(self):
        """One's own fax, from a number that others use now."""
        fax = self.failed(number_id=self.private_number.id)
        self.private_number.user_ids = self.colleague
        self.refuse(fax, "not yours")

    def test_the_number_is_archived(self):
        fax = self.failed()
        self.number.active = False
        self.refuse(fax, "switched off")

    def test_purged_pages(self):
        fax = self.failed()
        fax.document_id._purge()
        self.refuse(fax, "not kept")

    def test_rights(self):
        fax = self.failed(number_id=self.private_number.id)
        for user in self.colleague | self.denied | self.plain | self.stranger:
            theirs = fax.with_user(user)
            for method in (
                "action_resend",
                "action_resend_missing",
                "action_resend_plain",
                "action_resend_to_number",
                "action_edit_and_send",
            ):
                with self.subTest(user=user.login, method=method):
                    with self.assertRaises(AccessError):
                        getattr(theirs, method)()
        self.assertFalse(fax.resend_ids)

    def test_not_the_right_to_read(self):
        """A colleague at the desk finishes it and never sees the pages."""
        entry = self.new_entry(ref="HIDDEN", user_id=self.user.id)
        fax = self.failed(entry)
        theirs = fax.with_user(self.colleague)
        self.assertFalse(theirs.document_id.has_access("read"))
        again = self.again(theirs.action_resend())
        self.assertEqual(again.state, "queued")
        self.assertFalse(again.with_user(self.colleague).document_id.has_access("read"))
        self.fail(again)
        with self.assertRaises(AccessError):
            again.with_user(self.colleague).action_edit_and_send()


@tagged("post_install", "-at_install")
class TestResendToAnotherNumber(ResendCase):
    def setUp(self):
        super().setUp()
        self.fax = self.failed()

    def wizard(self, user=None, **values):
        action = self.fax.with_user(user or self.user).action_resend_to_number()
        wizard = self.env["fax.resend"].with_user(user or self.user)
        wizard = wizard.browse(action["res_id"])
        wizard.write(values)
        return wizard

    def test_the_contact_is_corrected(self):
        wizard = self.wizard(number_typed="514 555 0199")
        self.assertTrue(wizard.correct_contact)
        self.assertEqual(wizard.number_display, "+1 514-555-0199")
        again = self.again(wizard.action_send())
        self.assertEqual(again.number, NEW_NUMBER)
        self.assertEqual(self.lee.number, NEW_NUMBER)
        self.assertEqual(self.fax.number, LEE, "what was dialled stays as it was")

    def test_this_fax_only(self):
        wizard = self.wizard(number_typed="514 555 0199", correct_contact=False)
        again = self.again(wizard.action_send())
        self.assertEqual(again.number, NEW_NUMBER)
        self.assertEqual(self.lee.number, LEE)

    def test_a_shared_machine(self):
        """Others keep the number: nothing is ticked, and it is said whose it is."""
        self.new_contact("Dr Bo Chan", LEE)
        wizard = self.wizard()
        self.assertFalse(wizard.correct_contact)
        self.assertIn("Dr Bo Chan", wizard.shared_with)
        self.assertTrue(wizard.can_correct)

    def test_a_shared_book(self):
        """Entries of all companies are for fax managers to change."""
        self.lee.company_id = False
        wizard = self.wizard(number_typed="514 555 0199", correct_contact=True)
        self.assertFalse(wizard.can_correct)
        wizard.action_send()
        self.assertEqual(self.lee.number, LEE)

    def test_no_contact(self):
        self.fax.contact_id = False
        wizard = self.wizard(number_typed="514 555 0199")
        self.assertFalse(wizard.correct_contact or wizard.can_correct)
        self.assertEqual(self.again(wizard.action_send()).number, NEW_NUMBER)

    def test_bad_numbers(self):
        """In the composer's words, and nothing is sent or changed."""
        composer = self.env["fax.composer"].with_user(self.user)
        for number in ("", "514 555", "911", "+33140205050", "+1 900 555 0199"):
            wizard = self.wizard(number_typed=number)
            words = composer.action_check_number(number, self.number.id)["error"]
            with self.subTest(number=number):
                self.assertTrue(words)
                self.assertEqual(wizard.number_error, number and words)
                self.assertRefused(wizard.action_send, words)
        self.assertEqual(self.lee.number, LEE)
        self.assertFalse(self.fax.resend_ids)

    def test_while_one_types(self):
        wizard = (
            self.env["fax.resend"]
            .with_user(self.user)
            .new({"message_id": self.fax.id, "number_typed": "514 555"})
        )
        self.assertIn("too short", wizard.number_error)
        wizard.number_typed = "514 555 0199"
        self.assertFalse(wizard.number_error)

    def test_somebody_was_faster(self):
        wizard = self.wizard(number_typed="514 555 0199")
        again = self.again(self.fax.with_user(self.colleague).action_resend())
        self.assertRefused(wizard.action_send, again.name)
        self.assertEqual(self.lee.number, LEE, "the contact is not changed either")

    def test_the_contacts_own_rules(self):
        self.new_contact("Dr Ann Lee", NEW_NUMBER)
        wizard = self.wizard(number_typed="514 555 0199")
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            wizard.action_send()


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


@tagged("post_install", "-at_install")
class TestResendTwice(TransactionCase):
    """Two people press at once: two real transactions, committed."""

    def setUp(self):
        super().setUp()
        self.uid_admin = self.env.ref("base.user_admin").id
        self.made = {}
        with self._transaction() as env:
            account = env["fax.account"].create({"name": "Twice", "code": "loopback"})
            account.action_connect()
            number = env["fax.number"].create(
                {"name": "Twice", "account_id": account.id, "number": "+15145550172"}
            )
            built = Built(pdf=b"%PDF-1.4", pages=1, page_infos=())
            document = env["fax.document"]._freeze(built, account.company_id, [])
            message = (
                env["fax.message"]
                .sudo()
                ._new(
                    {
                        "company_id": account.company_id.id,
                        "account_id": account.id,
                        "number_id": number.id,
                        "user_id": self.uid_admin,
                        "number": LEE,
                        "document_id": document.id,
                        "pages": 1,
                    }
                )
            )
            guard.opened(message).write({"state": "failed", "failure_kind": "busy"})
            self.fax_id = message.id
            self.made = {
                "fax_message": message.ids,
                "fax_document": document.ids,
                "fax_number": number.ids,
                "fax_account": account.ids,
            }
        self.addCleanup(self._delete)

    @contextmanager
    def _transaction(self):
        """A transaction of its own, which the cursor commits at the end."""
        with db_connect(self.env.cr.dbname).cursor() as cr:
            yield api.Environment(cr, self.uid_admin, {})

    def _delete(self):
        # By SQL: the ORM, rightly, deletes no fax.
        with self._transaction() as env:
            env.cr.execute(
                "DELETE FROM fax_message WHERE resend_of_id = ANY(%s)",
                [self.made["fax_message"]],
            )
            for table, ids in self.made.items():
                model = table.replace("_", ".")
                for other, column in (
                    ("mail_message", "model"),
                    ("mail_followers", "res_model"),
                    ("mail_activity", "res_model"),
                    ("ir_attachment", "res_model"),
                ):
                    env.cr.execute(
                        f"DELETE FROM {other} WHERE {column} = %s AND res_id = ANY(%s)",
                        [model, ids],
                    )
                env.cr.execute(f"DELETE FROM {table} WHERE id = ANY(%s)", [ids])

    def fax(self, env):
        return env["fax.message"].browse(self.fax_id)

    def count(self):
        with self._transaction() as env:
            return len(self.fax(env).resend_ids)

    def test_while_the_other_one_is_at_it(self):
        with self._transaction() as env:
            self.fax(env).action_resend()
            with self._transaction() as other, self.assertRaises(UserError) as refused:
                self.fax(other).action_resend()
            self.assertIn("at this moment", str(refused.exception))
        self.assertEqual(self.count(), 1)

    def test_right_after_the_other_one(self):
        """Its snapshot is older than the other's fax, so that it cannot see it."""
        with db_connect(self.env.cr.dbname).cursor() as cr:
            late = api.Environment(cr, self.uid_admin, {})
            self.assertFalse(self.fax(late).resend_ids)
            with self._transaction() as env:
                self.fax(env).action_resend()
            with self.assertRaises(SerializationFailure), mute_logger("odoo.sql_db"):
                self.fax(late).action_resend()
            # Odoo runs the request again, and then there is a plain answer.
            cr.rollback()
            late.invalidate_all()
            with self.assertRaises(UserError) as refused:
                self.fax(late).action_resend()
            self.assertIn("sent again already", str(refused.exception))
        self.assertEqual(self.count(), 1)

    def test_where_nothing_is_written_on_the_first(self):
        """It had arrived: only the database's own rule sees both."""
        with self._transaction() as env:
            guard.opened(self.fax(env).sudo()).write({"state": "delivered"})
        with db_connect(self.env.cr.dbname).cursor() as cr:
            late = api.Environment(cr, self.uid_admin, {})
            self.assertFalse(self.fax(late).resend_ids)
            with self._transaction() as env:
                self.fax(env).action_resend()
            with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
                self.fax(late).action_resend()
                late.flush_all()
            cr.rollback()
        self.assertEqual(self.count(), 1)
