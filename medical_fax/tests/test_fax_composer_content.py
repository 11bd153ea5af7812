from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from . import samples
from .common import FaxCommon


class ContentCase(FaxCommon):
    def open_range(self, first, last, user=None, patient=None, model="res.partner"):
        """Open the composer on a patient's entries between two days."""
        composers = self.env["fax.composer"].with_user(user or self.user)
        action = composers.action_compose(
            model=model,
            patient_id=(patient or self.patient).id,
            date_from=first,
            date_to=last,
        )
        composer = composers.browse(action["res_id"])
        composer.recipients = [composer._contact_recipient(self.lee)]
        return composer

    def titles(self, composer, included=True):
        return [i["title"] for i in composer.items or [] if i["included"] == included]

    def text_sent(self, fax):
        return samples.text_of(fax.document_id._content())


@tagged("post_install", "-at_install")
class TestLeftOut(ContentCase):
    """What is left out is said, with the reason; what may not be read is counted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.new_entry("Seen", "<p>Seen text</p>")
        cls.new_entry("Kept back", "<p>Private text</p>", function="private")
        cls.new_entry("Unreadable", "<p>Hidden text</p>", ref="HIDDEN")
        cls.new_entry("Unfinished", "<p>Draft text</p>", function="draft")

    def test_reasons(self):
        composer = self.open_range(False, False)
        items = {item["title"]: item for item in composer.items}
        self.assertEqual(items["Kept back"]["reason"], "private")
        self.assertFalse(items["Kept back"]["included"])
        self.assertTrue(items["Seen"]["included"])
        self.assertTrue(items["Unfinished"]["draft"])
        self.assertFalse(items["Seen"]["draft"])

    def test_the_unreadable_is_counted_and_never_named(self):
        composer = self.open_range(False, False)
        self.assertNotIn("Unreadable", str(composer.items))
        self.assertIn("1 left out: you may not read them", composer.items_summary)
        self.assertIn("1 left out: private", composer.items_summary)
        self.assertNotIn("Unreadable", composer.items_summary)

    def test_who_may_read_has_it(self):
        unreadable = self.env["res.partner"].search([("name", "=", "Unreadable")])
        unreadable.user_id = self.user
        composer = self.open_range(False, False)
        self.assertIn("Unreadable", self.titles(composer))
        self.assertNotIn("may not read", composer.items_summary)

    def test_pages_hold_what_is_in_and_nothing_else(self):
        text = self.text_sent(self.press_send(self.open_range(False, False)))
        self.assertIn("Seen text", text)
        self.assertIn("Draft text", text)
        self.assertNotIn("Private text", text)
        self.assertNotIn("Hidden text", text)

    def test_drafts_say_so_on_their_pages(self):
        text = self.text_sent(self.press_send(self.open_range(False, False)))
        self.assertIn("DRAFT", text)
        done = self.new_entry("Signed")
        self.assertNotIn("DRAFT", self.text_sent(self.send(done)))

    def test_ticked_off(self):
        composer = self.open_range(False, False)
        key = next(i["key"] for i in composer.items if i["title"] == "Seen")
        composer.excluded_keys = [key]
        self.assertNotIn("Seen", self.titles(composer))
        self.assertIn("1 left out: ticked off", composer.items_summary)
        fax = self.press_send(composer)
        self.assertNotIn("Seen text", self.text_sent(fax))
        self.assertNotIn(key, fax.made_from)

    def test_a_reason_cannot_be_ticked_away(self):
        """No key sent by a client puts in what is to stay out."""
        composer = self.open_range(False, False)
        composer.excluded_keys = []
        composer.write({"items": [{**i, "included": True} for i in composer.items]})
        self.assertNotIn("Private text", self.text_sent(self.press_send(composer)))

    def test_all_ticked_off_is_no_page(self):
        composer = self.open_range(False, False)
        composer.excluded_keys = [item["key"] for item in composer.items]
        composer.has_cover = False
        with self.assertRaisesRegex(UserError, "no page to send"):
            composer.action_send()
        self.assertFalse(composer.is_sent)

    def test_records_inside_that_may_not_be_read_are_counted(self):
        """A plan with entries: the plan may be read, one of its entries not."""
        self.source.child_path = "child_ids"
        plan = self.new_entry("Plan")
        for title, values in (("Inside", {}), ("Inside hidden", {"ref": "HIDDEN"})):
            entry = self.new_entry(title, f"<p>{title} text</p>", **values)
            entry.parent_id = plan
        self.env.invalidate_all()
        composer = self.compose(plan)
        self.assertEqual(self.titles(composer), ["Plan", "Inside"])
        self.assertIn("1 left out: you may not read them", composer.items_summary)
        text = self.text_sent(self.press_send(composer))
        self.assertIn("Inside text", text)
        self.assertNotIn("Inside hidden", text)


@tagged("post_install", "-at_install")
class TestOnePatient(ContentCase):
    """A fax is about one patient, when composing and again when freezing."""

    def test_two_patients_are_two_faxes(self):
        mine = self.new_entry("Mine")
        theirs = self.new_entry("Theirs", patient=self.other_patient)
        composer = self.compose(mine | theirs)
        first, second = composer._siblings()
        self.assertEqual(first.patient_id, self.patient)
        self.assertEqual(second.patient_id, self.other_patient)
        self.assertEqual((first.res_ids, second.res_ids), (mine.ids, theirs.ids))
        shown = [(fax["name"], fax["current"]) for fax in first.batch_faxes]
        self.assertEqual(shown, [("Greta Sandoval", True), ("Tomas Okafor", False)])

    def test_the_next_one_comes_after_the_first(self):
        entries = self.new_entry() | self.new_entry(patient=self.other_patient)
        first, second = self.compose(entries)._siblings()
        action = first.action_send()
        self.assertEqual(action["params"]["next"]["res_id"], second.id)
        second.recipients = [second._contact_recipient(self.rossi)]
        action = second.action_send()
        self.assertFalse(action["params"]["next"])
        faxes = self.env["fax.message"].search([], limit=2, order="id desc")
        patients = {(fax.patient_id, fax.contact_id) for fax in faxes}
        self.assertEqual(
            patients, {(self.patient, self.lee), (self.other_patient, self.rossi)}
        )

    def test_a_colleagues_composers_are_not_in_the_batch(self):
        composer = self.compose(self.new_entry())
        other = self.compose(self.new_entry(), user=self.colleague)
        other.sudo().batch = composer.batch
        self.assertEqual(composer._siblings(), composer)

    def test_a_record_moved_to_another_patient_is_refused(self):
        entry = self.new_entry()
        composer = self.compose(entry)
        composer.action_preview()
        entry.parent_id = self.other_patient
        with self.assertRaisesRegex(UserError, "same patient"):
            composer.action_send()
        self.assertIn("error", composer.action_preview())
        self.assertFalse(composer.is_sent)

    def test_records_of_another_patient_slipped_in_are_refused(self):
        mine = self.new_entry()
        theirs = self.new_entry(patient=self.other_patient)
        composer = self.compose(mine)
        composer.write({"res_ids": (mine | theirs).ids})
        with self.assertRaisesRegex(UserError, "same patient"):
            composer.action_send()

    def test_another_patient_slipped_in_is_refused(self):
        composer = self.compose(self.new_entry())
        composer.write({"patient_id": self.other_patient.id})
        with self.assertRaises(UserError):
            composer.action_send()

    def test_every_page_tells_whose_it_is(self):
        fax = self.send(self.new_entry(body="<p>text</p>" * 150))
        self.assertGreater(fax.pages, 3)
        with samples.pymupdf.open(stream=fax.document_id._content()) as pdf:
            cover, *pages = [page.get_text() for page in pdf]
        for page in pages:
            self.assertIn("Greta Sandoval", page)
            self.assertIn("Test Clinic", page)
        self.assertNotIn("Greta", cover)


@tagged("post_install", "-at_install")
class TestIdsFromTheClient(ContentCase):
    """Ids are checked as the user when composing, and again when sending."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hidden = cls.new_entry("Hidden", "<p>Hidden text</p>", ref="HIDDEN")

    def test_when_composing(self):
        composers = self.env["fax.composer"].with_user(self.user)
        with self.assertRaises(AccessError):
            composers.action_compose(model="res.partner", ids=self.hidden.ids)
        with self.assertRaises(AccessError):
            composers.action_compose(patient_id=self.hidden.id)

    def test_when_sending(self):
        composer = self.compose(self.new_entry())
        composer.write({"res_ids": self.hidden.ids})
        with self.assertRaises(AccessError):
            composer.action_send()

    def test_that_became_hidden_after_composing(self):
        entry = self.new_entry()
        composer = self.compose(entry)
        entry.ref = "HIDDEN"
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            composer.action_send()

    def test_models_that_are_not_faxable(self):
        composers = self.env["fax.composer"].with_user(self.user)
        with self.assertRaises(UserError):
            composers.action_compose(model="res.users", ids=self.user.ids)
        composer = self.compose(self.new_entry())
        composer.write({"res_model": "res.users", "res_ids": self.user.ids})
        with self.assertRaises(UserError):
            composer.action_send()

    def test_models_that_do_not_exist(self):
        composers = self.env["fax.composer"].with_user(self.user)
        with self.assertRaises(UserError):
            composers.action_compose(model="no.such.model", ids=[1])
        with self.assertRaises(UserError):
            composers.action_compose(model="no.such.model", patient_id=self.patient.id)

    def test_records_that_are_gone(self):
        entry = self.new_entry()
        composer = self.compose(entry, has_cover=False)
        entry.unlink()
        with self.assertRaises(UserError):
            composer.action_send()

    def test_nothing_selected(self):
        with self.assertRaises(UserError):
            self.env["fax.source"].with_user(self.user)._action_fax(
                self.env["res.partner"]
            )
