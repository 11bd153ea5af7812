from datetime import timedelta

from odoo import api, fields, models

KEEP_DAYS = 180


class MedicalChartingRange(models.Model):
    """The dates by which one user last filtered one patient's charting tab.

    A row with two empty dates means "all" was chosen. Nobody reads or writes it
    directly: it tells who looked at whose chart.
    """

    _name = "medical.charting.range"
    _description = "Remembered charting dates"
    _rec_name = "user_id"

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    patient_id = fields.Many2one(
        "medical.patient", required=True, index=True, ondelete="cascade"
    )
    date_from = fields.Date()
    date_to = fields.Date()

    _user_patient_uniq = models.Constraint(
        "UNIQUE (user_id, patient_id)",
        "The charting dates of a user and a patient are kept once.",
    )

    @api.model
    def _get_for(self, patients):
        """Return {patient id: row} of the current user's remembered dates."""
        # sudo: only the current user's own rows, which no group may read at large.
        rows = self.sudo().search(
            [("user_id", "=", self.env.uid), ("patient_id", "in", patients.ids)]
        )
        return {row.patient_id.id: row for row in rows}

    @api.model
    def _remember(self, patient, date_from, date_to):
        """Keep the current user's dates for ``patient`` (inclusive, may be False)."""
        values = {"date_from": date_from, "date_to": date_to}
        row = self._get_for(patient).get(patient.id)
        if row:
            row.write(values)
            return
        # sudo: as above, a row of the current user's own.
        self.sudo().create(
            {"user_id": self.env.uid, "patient_id": patient.id, **values}
        )

    @api.autovacuum
    def _gc_old_ranges(self):
        limit = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        self.search([("write_date", "<", limit)], limit=1000).unlink()
