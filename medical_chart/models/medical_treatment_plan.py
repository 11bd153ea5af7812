from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

# Held by identity in the context while a button changes the state; no caller from
# outside can send it.
_STATE_CHANGE = object()


class MedicalTreatmentPlan(models.Model):
    """A course of treatment: goals, a span of time and the entries that record it."""

    _name = "medical.treatment.plan"
    _description = "Treatment plan"
    _inherit = ["medical.chart.thread"]
    _order = "date_start desc, id desc"
    _rec_names_search = ["name", "patient_id"]

    # Identity
    name = fields.Char(required=True)
    patient_id = fields.Many2one(
        "medical.patient", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="patient_id.company_id", store=True, index=True, precompute=True
    )
    practitioner_id = fields.Many2one(
        "res.users",
        required=True,
        index=True,
        tracking=True,
        default=lambda self: self.env.user,
        domain=lambda self: self.env["medical.patient"]._get_practitioner_domain(),
    )

    # Content
    goals = fields.Html()
    date_start = fields.Date(
        string="Start", required=True, default=fields.Date.context_today
    )
    date_end = fields.Date(string="End")
    planned_visits = fields.Integer(
        help="How many visits the plan foresees; the progress is counted against it."
    )

    # Relations
    entry_ids = fields.One2many(
        "medical.chart.entry", "plan_id", string="Chart entries"
    )
    entry_count = fields.Integer(compute="_compute_progress", compute_sudo=False)
    visit_count = fields.Integer(
        string="Visits done",
        compute="_compute_progress",
        compute_sudo=False,
        help="Signed entries; amendments are not visits.",
    )
    progress = fields.Float(
        compute="_compute_progress",
        compute_sudo=False,
        help="Visits done of those planned, in percent.",
    )

    # State
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("active", "Active"),
            ("completed", "Completed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )

    _planned_visits_positive = models.Constraint(
        "CHECK (planned_visits >= 0)", "The number of planned visits is not negative."
    )
    _dates_ordered = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start)",
        "A treatment plan cannot end before it starts.",
    )

    # Compute

    @api.depends("entry_ids.state", "planned_visits")
    @api.depends_context("uid")
    def _compute_progress(self):
        # Counted by a search, which knows what the user may read; cached relations
        # do not.
        entries = self.env["medical.chart.entry"]
        domain = Domain("plan_id", "in", self._origin.ids)
        visits = Domain([("state", "=", "signed"), ("amendment_of_id", "=", False)])
        counts, done = (
            dict(entries._read_group(found, ["plan_id"], ["__count"]))
            for found in (domain, domain & visits)
        )
        for plan in self:
            plan.entry_count = counts.get(plan._origin, 0)
            plan.visit_count = done.get(plan._origin, 0)
            share = plan.visit_count / plan.planned_visits if plan.planned_visits else 0
            plan.progress = 100.0 * min(1.0, share)

    # Constraints

    @api.constrains("patient_id")
    def _check_patient(self):
        # Constraints run as superuser: private entries count too.
        for plan in self:
            if plan.entry_ids.patient_id - plan.patient_id:
                raise ValidationError(
                    self.env._("The plan has chart entries of another patient.")
                )

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        plans = super().create(vals_list)
        # Looked at afterwards: context and stored defaults are in.
        if any(plan.state != "draft" for plan in plans):
            raise UserError(self.env._("A treatment plan starts as a draft."))
        return plans

    def write(self, vals):
        if (
            "state" in vals
            and self.env.context.get("medical_plan_state") is not _STATE_CHANGE
        ):
            raise UserError(
                self.env._("The state of a plan is changed by its buttons.")
            )
        if "patient_id" in vals:
            # Rights are checked before a write: nothing is moved into a chart that
            # one may not open.
            patients = self.env["medical.patient"].browse(vals["patient_id"])
            patients.check_access("read")
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_charted(self):
        # sudo: private entries count too, whether or not the user sees them.
        if any(plan.entry_ids for plan in self.sudo()):
            raise UserError(
                self.env._("A plan with chart entries is kept: cancel it instead.")
            )

    # Actions

    def action_start(self):
        """Begin the plan, or go on with one that was closed."""
        self._set_state("active", {"draft", "completed", "cancelled"})

    def action_complete(self):
        """Close the plan as carried out; ends today unless it has an end."""
        self._set_state("completed", {"active"})
        for plan in self.filtered(lambda p: not p.date_end):
            today = fields.Date.context_today(self)
            plan.date_end = max(today, plan.date_start)

    def action_cancel(self):
        """Close the plan as not carried out."""
        self._set_state("cancelled", {"draft", "active"})

    def action_new_entry(self):
        """Open a new chart entry within this plan."""
        self.ensure_one()
        action = self.patient_id.action_new_entry()
        action["context"] = dict(action["context"], default_plan_id=self.id)
        return action

    # Helpers

    def _set_state(self, state, sources):
        if any(plan.state not in sources for plan in self):
            raise UserError(
                self.env._("This cannot be done with a plan in its present state.")
            )
        self.with_context(medical_plan_state=_STATE_CHANGE).write({"state": state})
