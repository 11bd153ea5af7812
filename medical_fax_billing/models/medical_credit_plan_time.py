from datetime import datetime, time, timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

# A later result of a fax that ended before midnight still counts for its period.
SETTLING = timedelta(hours=1)


class MedicalCreditPlan(models.Model):
    """The days of a plan: a period ends at midnight where the plan says."""

    _inherit = "medical.credit.plan"

    def _today(self):
        """Today's date in the plan's time zone."""
        return self._day_of(fields.Datetime.now())

    def _day_of(self, moment):
        """The date of a moment (UTC, naive) in the plan's time zone."""
        zone = pytz.timezone(self.tz)
        return pytz.utc.localize(moment).astimezone(zone).date()

    def _midnight(self, day):
        """When a day begins in the plan's time zone, in UTC without zone, as stored."""
        zone = pytz.timezone(self.tz)
        midnight = datetime.combine(day, time.min)
        local = zone.localize(midnight, is_dst=True)  # the first, if it comes twice
        if zone.normalize(local).date() != day:  # the clock was put past it
            local = zone.localize(midnight, is_dst=False)
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _period_of(self, anchor, day):
        """The period that a day is in, for a subscription that began on ``anchor``.

        Each is counted from the first day, not from the one before: 31 January,
        28 February, 31 March.

        :return: its first and its last day
        """
        months = (day.year - anchor.year) * 12 + day.month - anchor.month
        if anchor + relativedelta(months=months) > day:
            months -= 1
        following = anchor + relativedelta(months=months + 1)
        return anchor + relativedelta(months=months), following - timedelta(days=1)
