from datetime import datetime, time, timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

# Up to so many entries the whole chart is shown at first, then the last year.
FEW_ENTRIES = 20

RANGE_FIELDS = frozenset({"charting_date_from", "charting_date_to"})


class MedicalPatientChartingMixin(models.AbstractModel):
    """The charting tab of a patient: entries between two dates, per user.

    The dates are kept for each user and patient, so that a button pressed on the
    form reads on the server what the user sees: ``patient.charting_date_from``.
    """

    _name = "medical.patient.charting.mixin"
    _description = "Charting tab of a patient"

    # The first and last day shown, inclusive, for the current user only.
    charting_date_from = fields.Date(
        string="Charting from",
        compute="_compute_charting_range",
        inverse="_inverse_charting_range",
    )
    charting_date_to = fields.Date(
        string="Charting to",
        compute="_compute_charting_range",
        inverse="_inverse_charting_range",
    )
    charting_entry_ids = fields.One2many(
        "medical.chart.entry",
        string="Chart entries in the chosen dates",
        compute="_compute_charting_entry_ids",
        # As the user: entries that the user may not read are not listed.
        compute_sudo=False,
    )

    # Compute

    @api.depends_context("uid", "tz")
    def _compute_charting_range(self):
        remembered = self.env["medical.charting.range"]._get_for(self._origin)
        counts = dict(
            self.env["medical.chart.entry"]._read_group(
                [("patient_id", "in", self._origin.ids)], ["patient_id"], ["__count"]
            )
        )
        year_ago = fields.Date.context_today(self) - relativedelta(years=1)
        for patient in self:
            row = remembered.get(patient._origin.id)
            few = counts.get(patient._origin, 0) <= FEW_ENTRIES
            default = False if few else year_ago
            patient.charting_date_from = row.date_from if row else default
            patient.charting_date_to = row.date_to if row else False

    def _inverse_charting_range(self):
        ranges = self.env["medical.charting.range"]
        for patient in self:
            ranges._remember(
                patient, patient.charting_date_from, patient.charting_date_to
            )

    @api.depends("charting_date_from", "charting_date_to", "entry_ids.date")
    @api.depends_context("uid", "tz")
    def _compute_charting_entry_ids(self):
        for patient in self:
            if not patient._origin:
                patient.charting_entry_ids = False
                continue
            domain = Domain("patient_id", "=", patient._origin.id)
            domain &= patient._get_charting_domain()
            patient.charting_entry_ids = self.env["medical.chart.entry"].search(domain)

    # CRUD

    def write(self, vals):
        if vals and vals.keys() <= RANGE_FIELDS:
            # Only looking: needs no right to change the patient, leaves no trace on
            # the patient's row, and never collides with a colleague's real change.
            self.check_access("read")
            for patient in self:
                dates = {name: patient[name] for name in RANGE_FIELDS} | vals
                self.env["medical.charting.range"]._remember(
                    patient, dates["charting_date_from"], dates["charting_date_to"]
                )
            self.invalidate_recordset([*RANGE_FIELDS, "charting_entry_ids"])
            return True
        return super().write(vals)

    # Actions

    def action_charting_range(self):
        """Set the dates from a quick range named by the button's context."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        starts = {
            "today": today,
            "30_days": today - timedelta(days=29),
            "this_year": today.replace(month=1, day=1),
        }
        start = starts.get(self.env.context.get("charting_range"), False)
        self.write({"charting_date_from": start, "charting_date_to": start and today})
        return True

    # Helpers

    def _get_charting_domain(self):
        """Return the domain of the entries dated within the user's inclusive days."""
        self.ensure_one()
        first, last = self.charting_date_from, self.charting_date_to
        domain = Domain.TRUE
        if first:
            domain &= Domain("date", ">=", self._local_midnight(first))
        if last:
            after = self._local_midnight(last + timedelta(days=1))
            domain &= Domain("date", "<", after)
        return domain

    def _local_midnight(self, day):
        """Return the start of ``day`` in the user's time zone, as naive UTC."""
        zone = pytz.timezone(self.env.tz.zone if self.env.tz else "UTC")
        local = zone.localize(datetime.combine(day, time.min))
        return local.astimezone(pytz.utc).replace(tzinfo=None)
