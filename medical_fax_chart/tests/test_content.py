from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import FaxChartCommon, pdf, photo_png

DRAFT = "draft, not signed yet"
STAMP = "DRAFT – not signed"


def lines(count):
    """Html with so many short paragraphs."""
    return "".join(f"<p>Line {number}</p>" for number in range(count))


@tagged("post_install", "-at_install")
class TestRange(FaxChartCommon):
    """The entries of some days: what is in, what is left out, and what is only
    counted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for title, date, values in (
            ("First visit", "2026-03-02 15:00:00", {}),
            ("Second visit", "2026-03-05 15:00:00", {}),
            ("Unsigned note", "2026-03-06 15:00:00", {"signed": False}),
            ("My secret", "2026-03-07 15:00:00", {"privacy": "private"}),
            (
                "Colleague’s secret",
                "2026-03-08 15:00:00",
                {"privacy": "private", "author": cls.other_doctor},
            ),
            ("Of April", "2026-04-01 15:00:00", {}),
        ):
            cls.new_entry(title, date=date, **values)
        cls.new_entry(
            "Of another", date="2026-03-05 15:00:00", patient=cls.other_patient
        )

    def march(self, user=None):
        return self.compose(user=user, date_from="2026-03-01", date_to="2026-03-31")

    def test_in_and_out(self):
        composer = self.march()
        shown = [(i["title"], i["reason"], i["included"]) for i in composer.items]
        self.assertEqual(
            shown,
            [
                ("First visit", "", True),
                ("Second visit", "", True),
                ("Unsigned note", DRAFT, False),
                ("My secret", "private", False),
            ],
        )

    def test_not_readable_is_counted_and_never_named(self):
        """Not in the dialog, not in its summary, not on the pages, not in the note."""
        for user, count in ((self.doctor, 1), (self.other_doctor, 1), (self.desk, 3)):
            composer = self.march(user)
            with self.subTest(user.login):
                self.assertIn(
                    f"{count} left out: you may not read them", composer.items_summary
                )
                told = f"{composer.items}{composer.items_summary}"
                hidden = self.env["medical.chart.entry"].search(
                    [("patient_id", "=", self.patient.id)]
                )
                hidden -= hidden.with_user(user)._filtered_access("read")
                self.assertEqual(len(hidden), count)
                for entry in hidden:
                    self.assertNotIn(entry.title, told)
                    self.assertNotIn(f"{entry._name},{entry.id}", told)
        fax = self.press_send(self.march(self.desk))
        printed = " ".join(self.pages(fax))
        self.assertIn("Second visit", printed)
        for title in ("Unsigned note", "My secret", "Colleague’s secret"):
            self.assertNotIn(title, printed)
        # What was left out has no note either, nobody can tell from it.
        secret = self.env["medical.chart.entry"].search([("title", "=", "My secret")])
        self.assertFalse(secret.message_ids & fax.note_ids)

    def test_summary(self):
        composer = self.march()
        first = composer.items[0]["key"]
        composer.excluded_keys = [first]
        self.assertEqual(
            composer.items_summary,
            "1 in, 1 left out: draft, not signed yet, 1 left out: private, "
            "1 left out: ticked off, 1 left out: you may not read them",
        )
        printed = " ".join(self.pages(self.press_send(composer)))
        self.assertNotIn("First visit", printed)
        self.assertIn("Second visit", printed)

    def test_ids_sent_by_hand_open_nothing(self):
        """A colleague's private entry, named in the dialog's own list of records."""
        secret = self.env["medical.chart.entry"].search(
            [("title", "=", "Colleague’s secret")]
        )
        composers = self.env["fax.composer"].with_user(self.doctor)
        with self.assertRaises(AccessError):
            composers.action_compose("medical.chart.entry", secret.ids)
        composer = self.compose(self.new_entry())
        composer.write({"res_ids": secret.ids})
        with self.assertRaises(AccessError):
            composer.action_send()

    def test_nothing_left(self):
        composer = self.march()
        composer.write(
            {"excluded_keys": [i["key"] for i in composer.items], "has_cover": False}
        )
        with self.assertRaises(UserError):
            composer.action_send()
        self.assertFalse(
            self.env["fax.message"].search([("user_id", "=", self.doctor.id)])
        )

    def test_charting_tab_hands_its_dates_over(self):
        """The button of the tab reads what the user filtered there, for that user."""
        patient = self.patient.with_user(self.doctor)
        patient.write(
            {"charting_date_from": "2026-03-05", "charting_date_to": "2026-03-06"}
        )
        action = self.env.ref("medical_fax_chart.action_fax_range")

        def composer_of(user):
            run = action.with_user(user).with_context(
                active_model=patient._name, active_id=patient.id, active_ids=patient.ids
            )
            return self.env["fax.composer"].browse(run.run()["res_id"])

        composer = composer_of(self.doctor)
        self.assertEqual(composer.date_from, fields.Date.to_date("2026-03-05"))
        self.assertEqual(composer.date_to, fields.Date.to_date("2026-03-06"))
        titles = [item["title"] for item in composer.items]
        self.assertEqual(titles, ["Second visit", "Unsigned note"])
        self.assertFalse(
            composer_of(self.other_doctor).date_from, "has filtered nothing"
        )


@tagged("post_install", "-at_install")
class TestPages(FaxChartCommon):
    """What stands on the pages of a chart."""

    def test_signed_block(self):
        """Signer, licence number, date and the picture, as they were on signing."""
        entry = self.new_entry(date="2026-03-02 15:00:00")
        # What the doctor changes later does not change what was signed.
        self.doctor.sudo().write({"licence_number": "NEW-1", "signature_image": False})
        fax = self.send(entry, has_cover=False)
        [text] = self.pages(fax)
        self.assertIn("Signed by Dr Ines Quiroga", text)
        self.assertIn("LIC-4711", text)
        self.assertNotIn("NEW-1", text)
        composer = self.env["fax.composer"].with_user(self.doctor)
        signed_on = composer._text(entry.signed_on).replace("\u202f", " ")
        self.assertIn(signed_on, text)
        self.assertNotIn(STAMP, text)
        [page] = self.document(fax)
        [picture] = page.get_images()
        [place] = page.get_image_rects(picture[0])
        self.assertGreater(self.blackness(page, place), 0.03, "the stroke shows")
        below = page.search_for("Signed by")[0]
        self.assertLess(abs(place.y1 - below.y0), 120, "beside the signer's name")

    def blackness(self, page, place):
        """Share of dark dots in a rectangle of a page."""
        pixels = page.get_pixmap(clip=place, dpi=100, colorspace="gray").samples
        return sum(dot < 100 for dot in pixels) / len(pixels)

    def test_whose_page_it_is(self):
        """Clinic and patient stand on each page, the cover names no patient."""
        entry = self.new_entry(body=lines(120))
        cover, *pages = self.pages(self.send(entry))
        self.assertGreater(len(pages), 1)
        for number, text in enumerate(pages, 2):
            self.assertIn("Test Clinic", text)
            self.assertIn("Greta Sandoval", text)
            self.assertIn("P-0815", text)
            self.assertIn(f"Page {number} of {len(pages) + 1}", text)
        for secret in ("Sandoval", "P-0815", "Line 1"):
            self.assertNotIn(secret, cover)

    def test_draft_stamp(self):
        """If a clinic lets drafts go, each of their pages says so; others do not."""
        signed, draft = (
            self.new_entry("Signed one"),
            self.new_entry(
                "Draft one",
                body=lines(120),
                signed=False,
                files={"scan.pdf": pdf("Page of the scan")},
            ),
        )
        with self.assertRaises(UserError):
            self.send(draft, has_cover=False)
        self.entry_source.exclusion_ids.filtered(lambda e: e.name == DRAFT).unlink()
        fax = self.send(signed | draft, has_cover=False, page_per_section=True)
        first, *others = self.pages(fax)
        self.assertIn("Signed one", first)
        self.assertNotIn(STAMP, first)
        self.assertGreater(len(others), 2)
        for text in others:
            self.assertIn(STAMP, text)
        self.assertNotIn("Signed by", " ".join(others))

    def test_attachments(self):
        """Files follow their entries with a caption, PDF and pictures alike."""
        entry = self.new_entry(
            files={
                "report.pdf": pdf("First page of the report", "Second of the report"),
                "wound.png": photo_png(),
            }
        )
        text, report, second, photo = self.pages(self.send(entry, has_cover=False))
        self.assertIn("Pain is better", text)
        self.assertIn("Attachment 1 – report.pdf · Follow-up (page 1 of 2)", report)
        self.assertIn("First page of the report", report)
        self.assertIn("(page 2 of 2)", second)
        self.assertIn("Attachment 2 – wound.png · Follow-up", photo)
        for page in (report, second, photo):
            self.assertIn("Greta Sandoval", page)

    def test_picture_in_the_text(self):
        """Pictures of the entry's own text are printed; others' files are not."""
        photo = self.env["ir.attachment"].with_user(self.doctor)
        photo = photo.create(
            {"name": "in.png", "raw": photo_png(), "res_model": "medical.chart.entry"}
        )
        body = f'<p>See</p><p><img src="/web/image/{photo.id}-abc/in.png"></p>'
        self.doctor.sudo().signature_image = False
        fax = self.send(self.new_entry(body=body), has_cover=False)
        [page] = self.document(fax)
        self.assertEqual(len(page.get_images()), 1)

    def test_fax_stays_as_it_left(self):
        """An amendment is a new entry; the fax keeps hash and version (E15)."""
        entry = self.new_entry()
        fax = self.send(entry)
        before = fax.document_id._content()
        [source] = fax.document_id.source_ids
        self.assertEqual((source.res_model, source.res_id), (entry._name, entry.id))
        self.new_entry(
            "Amendment",
            amendment_of_id=entry.id,
            amendment_reason="Left and right were mixed up",
        )
        self.assertEqual(fax.document_id._content(), before)


@tagged("post_install", "-at_install")
class TestPlan(FaxChartCommon):
    """A plan goes with its entries, but for those that must not go."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.new_plan(goals="<p>Walk without pain.</p>")
        for title, date, values in (
            ("Second session", "2026-03-09 15:00:00", {}),
            ("First session", "2026-03-02 15:00:00", {}),
            ("Unsigned session", "2026-03-16 15:00:00", {"signed": False}),
        ):
            cls.new_entry(title, date=date, plan_id=cls.plan.id, **values)

    def test_entries_of_which_some_are_drafts(self):
        composer = self.compose(self.plan, has_cover=False)
        self.assertEqual(
            [(i["title"], i["reason"]) for i in composer.items],
            [
                ("Knee rehabilitation", ""),
                ("First session", ""),
                ("Second session", ""),
                ("Unsigned session", DRAFT),
            ],
        )
        self.assertEqual(
            composer.items_summary, "3 in, 1 left out: draft, not signed yet"
        )
        fax = self.press_send(composer)
        printed = " ".join(self.pages(fax))
        order = [
            printed.index(text)
            for text in ("Walk without pain", "First session", "Second session")
        ]
        self.assertEqual(order, sorted(order))
        self.assertNotIn("Unsigned session", printed)
        self.assertEqual(fax.patient_id, self.patient.partner_id)
        sources = fax.document_id.source_ids
        self.assertEqual(
            sources.mapped("res_model"),
            ["medical.treatment.plan", "medical.chart.entry", "medical.chart.entry"],
        )

    def test_plan_moved_before_sending(self):
        """The record is of another patient when the pages are frozen: refused."""
        plan = self.new_plan("Shoulder")
        composer = self.compose(plan)
        plan.with_user(self.chart_manager).patient_id = self.other_patient
        with self.assertRaisesRegex(UserError, "same patient"):
            composer.action_send()
        self.assertFalse(composer.is_sent)
        self.assertFalse(
            self.env["fax.message"].search([("user_id", "=", self.doctor.id)])
        )
        self.assertIn("same patient", composer.action_preview()["error"])

    def test_entry_moved_before_sending(self):
        """The same for one entry of several, where drafts may go."""
        self.entry_source.exclusion_ids.unlink()
        draft = self.new_entry("Draft", signed=False)
        composer = self.compose(self.new_entry("Signed") | draft)
        draft.with_user(self.chart_manager).patient_id = self.other_patient
        with self.assertRaisesRegex(UserError, "same patient"):
            composer.action_send()

    def test_patient_merged_with_a_contact(self):
        """The patient's contact becomes another row: it is the same person still."""
        other = self.env["res.partner"].create({"name": "Greta Sandoval"})
        composer = self.compose(self.new_entry())
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge([other.id, self.patient.partner_id.id], other)
        self.env.invalidate_all()
        self.assertEqual(self.patient.partner_id, other)
        fax = self.press_send(composer)
        self.assertEqual(fax.patient_id, other)


@tagged("post_install", "-at_install")
class TestSelection(FaxChartCommon):
    """Entries of several patients never share a fax."""

    def test_one_composer_a_patient(self):
        entries = self.new_entry("A") | self.new_entry("B", patient=self.other_patient)
        entries |= self.new_entry("C")
        composer = self.compose(entries)
        self.assertEqual(
            [fax["name"] for fax in composer.batch_faxes],
            ["Greta Sandoval", "Tomas Okafor"],
        )
        self.assertEqual([item["title"] for item in composer.items], ["A", "C"])
        action = composer.action_send()
        first = self.env["fax.message"].browse(action["params"]["message_ids"])
        following = self.env["fax.composer"].browse(action["params"]["next"]["res_id"])
        following = following.with_user(self.doctor)
        self.assertEqual([item["title"] for item in following.items], ["B"])
        self.assertFalse(following.recipients, "each has a recipient of its own")
        following.recipients = [following._contact_recipient(self.rossi)]
        second = self.press_send(following)
        self.assertEqual(first.patient_id, self.patient.partner_id)
        self.assertEqual(second.patient_id, self.other_patient.partner_id)
        self.assertEqual(first.number, self.lee.number)
        self.assertEqual(second.number, self.rossi.number)
        self.assertNotIn("Okafor", " ".join(self.pages(first)))
        self.assertNotIn("Sandoval", " ".join(self.pages(second)))

    def test_records_exchanged_by_hand(self):
        """The browser's list of records is another patient's: refused."""
        composer = self.compose(self.new_entry())
        other = self.new_entry("Okafor’s", patient=self.other_patient)
        composer.write({"res_ids": other.ids})
        with self.assertRaisesRegex(UserError, "same patient"):
            composer.action_send()


@tagged("post_install", "-at_install")
class TestNotes(FaxChartCommon):
    """The chart hears of the fax, and tells nobody whom it went to."""

    def test_note_follows_the_status(self):
        self.use_training()
        entry = self.new_entry()
        fax = self.send(entry)
        [note] = fax.note_ids
        self.assertEqual((note.model, note.res_id), (entry._name, entry.id))
        self.assertIn(note, entry.message_ids)
        self.assertNoteSays(note, fax, "Waiting")
        self.run_cron("ir_cron_fax_send")
        self.assertNoteSays(note, fax, "Handed to provider")
        self.let_calls_end()
        self.run_cron("ir_cron_fax_poll")
        self.assertEqual(fax.state, "delivered")
        self.assertNoteSays(note, fax, "Delivered")

    def test_note_of_a_failure(self):
        self.use_training()
        busy = self.new_contact("Dr Busy", "+15145550101")
        fax = self.send(self.new_entry(), recipients=busy)
        self.run_cron("ir_cron_fax_send")
        self.let_calls_end()
        self.run_cron("ir_cron_fax_poll")
        self.assertNoteSays(fax.note_ids, fax, "Not delivered")

    def let_calls_end(self):
        jobs = self.env["fax.loopback.job"].search([])
        jobs.write(
            {"answers_at": "2026-01-01 10:00:00", "ends_at": "2026-01-01 10:00:01"}
        )

    def assertNoteSays(self, note, fax, words):
        self.assertIn(fax.name, note.body)
        self.assertIn(words, note.body)
        told = f"{note.body} {note.subject} {note.preview} {note.record_name}"
        for secret in (fax.partner_name, fax.partner_organization, fax.number[-4:]):
            if secret:
                self.assertNotIn(secret, told)
        self.assertFalse(note.partner_ids)
        self.assertFalse(note.notified_partner_ids)

    def test_plan_and_entries_each_have_one(self):
        plan = self.new_plan()
        entry = self.new_entry(plan_id=plan.id)
        left_out = self.new_entry(plan_id=plan.id, signed=False)
        fax = self.send(plan)
        noted = {(note.model, note.res_id) for note in fax.note_ids}
        self.assertEqual(noted, {(plan._name, plan.id), (entry._name, entry.id)})
        self.assertFalse(left_out.message_ids & fax.note_ids)

    def test_front_desk_may_leave_one(self):
        """Who may only read an entry faxes it, and the note is there all the same."""
        entry = self.new_entry()
        fax = self.send(entry, user=self.desk)
        self.assertEqual(fax.note_ids.res_id, entry.id)
        self.assertEqual(fax.note_ids.author_id, self.desk.partner_id)
