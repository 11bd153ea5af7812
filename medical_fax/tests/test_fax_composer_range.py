from datetime import date, datetime, timedelta

import pytz

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_fax_composer_content import ContentCase


@tagged("post_install", "-at_install")
class TestRange(ContentCase):
    """A range means whole days, in the time zone of who faxes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.entry = cls.new_entry("The entry")

    def is_in(self, moment, first, last, tz):
        """Return whether an entry made at a moment (naive UTC) is in the range."""
        self.set_created(self.entry, moment)
        self.user.tz = tz
        composer = self.open_range(first, last)
        return "The entry" in self.titles(composer)

    def test_both_days_are_in_everywhere(self):
        day = date(2026, 3, 10)
        for name in (
            "UTC",
            "America/Los_Angeles",
            "America/St_Johns",
            "Asia/Tokyo",
            "Asia/Kathmandu",
            "Pacific/Auckland",
            "Pacific/Kiritimati",
            "Pacific/Pago_Pago",
        ):
            zone = pytz.timezone(name)
            start = zone.localize(datetime(2026, 3, 10)).astimezone(pytz.UTC)
            start = start.replace(tzinfo=None)
            end = zone.localize(datetime(2026, 3, 10, 23, 59, 59))
            end = end.astimezone(pytz.UTC).replace(tzinfo=None)
            second = timedelta(seconds=1)
            with self.subTest(zone=name):
                self.assertFalse(self.is_in(start - second, day, day, name))
                self.assertTrue(self.is_in(start, day, day, name))
                self.assertTrue(self.is_in(end, day, day, name))
                # The database keeps microseconds of create_date
                late = end.replace(microsecond=999999)
                self.assertTrue(self.is_in(late, day, day, name))
                self.assertFalse(self.is_in(end + second, day, day, name))

    def test_days_on_which_clocks_change(self):
        """(zone, day, first and last second of the day in UTC)"""
        for name, day, first, last in (
            # 23 hours and 25 hours
            (
                "America/Toronto",
                "2026-03-08",
                "2026-03-08 05:00",
                "2026-03-09 03:59:59",
            ),
            (
                "America/Toronto",
                "2026-11-01",
                "2026-11-01 04:00",
                "2026-11-02 04:59:59",
            ),
            # midnight does not exist
            ("Africa/Cairo", "2026-04-24", "2026-04-23 22:00", "2026-04-24 20:59:59"),
            # the hour after midnight, and the one before it, come twice
            (
                "Atlantic/Azores",
                "2026-10-25",
                "2026-10-25 00:00",
                "2026-10-26 00:59:59",
            ),
            ("Africa/Cairo", "2026-10-29", "2026-10-28 21:00", "2026-10-29 21:59:59"),
            # half an hour
            (
                "Australia/Lord_Howe",
                "2026-04-05",
                "2026-04-04 13:00",
                "2026-04-05 13:29:59",
            ),
        ):
            day = fields.Date.to_date(day)
            first, last = datetime.fromisoformat(first), datetime.fromisoformat(last)
            second = timedelta(seconds=1)
            with self.subTest(zone=name, day=day):
                self.assertFalse(self.is_in(first - second, day, day, name))
                self.assertTrue(self.is_in(first, day, day, name))
                self.assertTrue(self.is_in(last, day, day, name))
                self.assertFalse(self.is_in(last + second, day, day, name))

    def test_open_ends(self):
        self.set_created(self.entry, "2026-03-10 12:00:00")
        self.assertIn("The entry", self.titles(self.open_range(False, False)))
        self.assertIn("The entry", self.titles(self.open_range("2026-03-10", False)))
        self.assertIn("The entry", self.titles(self.open_range(False, "2026-03-10")))
        self.assertNotIn("The entry", self.titles(self.open_range("2026-03-11", False)))
        self.assertNotIn("The entry", self.titles(self.open_range(False, "2026-03-09")))

    def test_a_field_of_days(self):
        model = self.env["ir.model"]._get("fax.authorization")
        self.env["fax.source"].create(
            {
                "name": "Authorizations",
                "model_id": model.id,
                "patient_path": "partner_id",
                "date_path": "date",
                "body_paths": "note",
            }
        )
        self.user.tz = "Pacific/Auckland"
        for day in ("2026-03-09", "2026-03-10", "2026-03-11", "2026-03-12"):
            self.env["fax.authorization"].create(
                {"partner_id": self.patient.id, "purpose": "legal", "date": day}
            )
        composer = self.open_range(
            "2026-03-10", "2026-03-11", model="fax.authorization"
        )
        self.assertEqual(len(composer.items), 2)

    def test_oldest_first(self):
        for title, moment in (
            ("B", "2026-03-02"),
            ("C", "2026-03-03"),
            ("A", "2026-03-01"),
        ):
            self.set_created(self.new_entry(title), f"{moment} 12:00:00")
        composer = self.open_range("2026-03-01", "2026-03-03")
        self.assertEqual(self.titles(composer), ["A", "B", "C"])
        text = self.text_sent(self.press_send(composer))
        places = [text.index(f"{title}\n") for title in "ABC"]
        self.assertEqual(places, sorted(places))

    def test_only_this_patients(self):
        self.new_entry("Of another", patient=self.other_patient)
        composer = self.open_range(False, False)
        self.assertNotIn("Of another", self.titles(composer))

    def test_changing_the_days_changes_the_list(self):
        self.set_created(self.entry, "2026-03-10 12:00:00")
        composer = self.open_range("2026-03-09", "2026-03-09")
        self.assertNotIn("The entry", self.titles(composer))
        composer.date_to = "2026-03-10"
        self.assertIn("The entry", self.titles(composer))

    def test_range_of_an_unknown_kind(self):
        with self.assertRaises(UserError):
            self.open_range(False, False, model="res.country")

    def test_range_of_a_patient_that_one_may_not_read(self):
        hidden = self.new_patient("Hidden", ref="HIDDEN")
        with self.assertRaises(AccessError):
            self.open_range(False, False, patient=hidden)
