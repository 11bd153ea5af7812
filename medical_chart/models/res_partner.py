from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.sql import column_exists, create_column


class ResPartner(models.Model):
    _inherit = "res.partner"

    medical_patient_ids = fields.One2many(
        "medical.patient",
        "partner_id",
        string="Patient charts",
        # An archived patient remains a patient: the name stays hidden.
        context={"active_test": False},
        groups="medical_chart.group_patient_name",
    )
    # Computed from the chart itself and never writable, so that it cannot drift.
    # The rule that hides patients' contacts stands on this one column.
    is_patient = fields.Boolean(
        compute="_compute_is_patient",
        store=True,
        index=True,
        help="This contact has a patient chart. Only people with access to patient"
        " names see it.",
    )

    def _auto_init(self):
        # No contact can be a patient before this addon exists: an empty column
        # reads as False, and spares recomputing every contact at installation.
        if not column_exists(self.env.cr, "res_partner", "is_patient"):
            create_column(self.env.cr, "res_partner", "is_patient", "boolean")
        return super()._auto_init()

    @api.depends("medical_patient_ids")
    def _compute_is_patient(self):
        groups = (
            self.env["medical.patient"]
            # sudo: whether a chart exists does not depend on who looks.
            .sudo()
            .with_context(active_test=False)
            ._read_group([("partner_id", "in", self.ids)], ["partner_id"])
        )
        patients = {partner.id for (partner,) in groups}
        for partner in self:
            partner.is_patient = partner._origin.id in patients

    def write(self, vals):
        """Override of `base`: nobody writes ``is_patient``, it is what it is.

        A computed field is readonly on the screen only.
        """
        if "is_patient" in vals and any(
            partner.is_patient != vals["is_patient"] for partner in self
        ):
            raise UserError(
                self.env._("Whether a contact is a patient follows from the chart.")
            )
        return super().write(vals)

    def _recompute_is_patient(self):
        """Compute the flag again after foreign keys were changed by SQL."""
        self.invalidate_recordset(["medical_patient_ids"])
        self.env.add_to_compute(self._fields["is_patient"], self)
        self.flush_recordset(["is_patient"])

    def action_open_patient(self):
        """Open the contact's chart (chart users only)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "medical.patient",
            "res_id": self.medical_patient_ids[:1].id,
            "view_mode": "form",
        }
