import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_date, html2plaintext, is_html_empty

PREVIEW_LENGTH = 180
HEADING = re.compile(r"<h[1-6]\b.*?</h[1-6]>", re.DOTALL)


class MedicalChartEntry(models.Model):
    """What a practitioner wrote about a patient on one occasion."""

    _name = "medical.chart.entry"
    _description = "Chart entry"
    # Signature before files: on the way down the lock is checked first.
    _inherit = [
        "medical.chart.signature.mixin",
        "medical.chart.files.mixin",
        "medical.chart.thread",
    ]
    _order = "date desc, id desc"
    _rec_name = "title"
    _rec_names_search = ["title", "patient_id"]

    # Identity
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
    date = fields.Datetime(
        required=True, index=True, copy=False, default=fields.Datetime.now
    )
    privacy = fields.Selection(
        [("normal", "Normal"), ("private", "Private")],
        required=True,
        default="normal",
        tracking=True,
        help="Private: only the entry's practitioner and chart managers see it.",
    )

    # Content
    template_id = fields.Many2one(
        "medical.chart.template",
        ondelete="set null",
        default=lambda self: self._default_template_id(),
        domain="[('company_id', 'in', [False, company_id])]",
    )
    title = fields.Char(required=True)
    body = fields.Html(string="Text", sanitize_form=True)
    preview = fields.Char(compute="_compute_preview")
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "medical_chart_entry_attachment_rel",
        "entry_id",
        "attachment_id",
        string="Attachments",
        copy=False,
        # Every one belongs to the entry (see the files mixin): who may read the
        # entry may read its files.
        bypass_search_access=True,
    )
    attachment_count = fields.Integer(
        string="Files", compute="_compute_attachment_count"
    )

    # Relations
    plan_id = fields.Many2one(
        "medical.treatment.plan",
        string="Treatment plan",
        index=True,
        ondelete="restrict",
        domain="[('patient_id', '=', patient_id)]",
    )
    amendment_of_id = fields.Many2one(
        "medical.chart.entry",
        string="Amends",
        index=True,
        copy=False,
        readonly=True,
        ondelete="restrict",
    )
    amendment_reason = fields.Char(string="Reason of the amendment", copy=False)
    amendment_ids = fields.One2many(
        "medical.chart.entry", "amendment_of_id", string="Amendments"
    )
    amendment_count = fields.Integer(
        compute="_compute_amendment_count",
        compute_sudo=False,
        search="_search_amendment_count",
    )

    # The patient at a glance: whose chart this is must be unmistakable.
    patient_birth_date = fields.Date(related="patient_id.birth_date")
    patient_age = fields.Char(related="patient_id.age_display", string="Age")
    patient_identifier = fields.Char(related="patient_id.identifier")
    patient_alert_note = fields.Text(related="patient_id.alert_note")

    # Defaults

    @api.model
    def _default_template_id(self):
        """Offer the first template where a person starts an entry on the screen."""
        if not self.env.context.get("chart_default_template"):
            return False
        return self.env["medical.chart.template"].search(
            [("company_id", "in", [False, self.env.company.id])], limit=1
        )

    # Compute

    @api.depends("title", "date")
    @api.depends_context("tz", "lang")
    def _compute_display_name(self):
        for entry in self:
            day = format_date(self.env, fields.Date.context_today(entry, entry.date))
            entry.display_name = ", ".join(filter(None, [entry.title, day])) or False

    @api.depends("body")
    def _compute_preview(self):
        for entry in self:
            # The headings of a template say nothing about this entry.
            body = HEADING.sub(" ", str(entry.body or ""))
            text = html2plaintext(body, include_references=False)
            text = " ".join(text.replace("*", " ").split())
            entry.preview = (
                text[:PREVIEW_LENGTH] + "…" if len(text) > PREVIEW_LENGTH else text
            )

    @api.depends("attachment_ids")
    def _compute_attachment_count(self):
        for entry in self:
            entry.attachment_count = len(entry.attachment_ids)

    @api.depends("amendment_ids")
    @api.depends_context("uid")
    def _compute_amendment_count(self):
        # Counted by a search, which knows the user; cached relations do not.
        counts = dict(
            self._read_group(
                [("amendment_of_id", "in", self._origin.ids)],
                ["amendment_of_id"],
                ["__count"],
            )
        )
        for entry in self:
            entry.amendment_count = counts.get(entry._origin, 0)

    @api.model
    def _search_amendment_count(self, operator, value):
        if operator != ">" or value != 0:
            return NotImplemented
        return [("amendment_ids", "!=", False)]

    # Constraints

    @api.constrains("patient_id", "plan_id", "amendment_of_id", "privacy")
    def _check_same_patient(self):
        for entry in self:
            # Constraints run as superuser: they hold whether or not the user sees
            # the plan or the original.
            plan, original = entry.plan_id, entry.amendment_of_id
            if plan and plan.patient_id != entry.patient_id:
                raise ValidationError(
                    self.env._("The treatment plan belongs to another patient.")
                )
            if not original:
                continue
            if original.patient_id != entry.patient_id or original.state != "signed":
                raise ValidationError(
                    self.env._("An amendment amends a signed entry of its patient.")
                )
            if original.privacy == "private" and entry.privacy != "private":
                raise ValidationError(
                    self.env._("The amendment of a private entry is private, too.")
                )

    # Onchange

    @api.onchange("template_id")
    def _onchange_template_id(self):
        """Fill in title and text; text already written is kept above."""
        template = self.template_id
        if not template:
            return
        if not self.title:
            self.title = template.name
        if is_html_empty(self.body) or self._is_untouched_template():
            self.body = template.body
        else:
            self.body = self.body + template.body

    def _is_untouched_template(self):
        """Tell whether the text is a template's, as it stands."""
        plain = html2plaintext(self.body or "").strip()
        bodies = self.env["medical.chart.template"].search([]).mapped("body")
        return plain in {html2plaintext(body).strip() for body in bodies}

    # CRUD

    def write(self, vals):
        if "patient_id" in vals:
            # Rights are checked before a write: nothing is moved into a chart that
            # one may not open.
            patients = self.env["medical.patient"].browse(vals["patient_id"])
            patients.check_access("read")
        if "amendment_of_id" in vals and any(
            entry.amendment_of_id.id != vals["amendment_of_id"] for entry in self
        ):
            raise UserError(
                self.env._(
                    "Which entry is amended is settled when the amendment is made."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_own(self):
        if self.env.su or self.env.user.has_group("medical_chart.group_manager"):
            return
        if any(entry.practitioner_id != self.env.user for entry in self):
            raise AccessError(
                self.env._("A draft is deleted by its practitioner or a manager.")
            )

    # Actions

    def action_amend(self):
        """Open a new entry that corrects this signed one."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Amendment"),
            "res_model": self._name,
            "view_mode": "form",
            "context": {
                "default_amendment_of_id": self.id,
                "default_patient_id": self.patient_id.id,
                "default_plan_id": self.plan_id.id,
                "default_privacy": self.privacy,
                "default_title": self.env._("Amendment: %(title)s", title=self.title),
            },
        }

    def action_open_original(self):
        """Open the entry that this one amends."""
        self.ensure_one()
        return self.amendment_of_id.action_open()

    def action_open_amendments(self):
        """Open the amendment, or the list of them."""
        self.ensure_one()
        if len(self.amendment_ids) == 1:
            return self.amendment_ids.action_open()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Amendments"),
            "res_model": self._name,
            "view_mode": "list,kanban,form",
            "domain": [("amendment_of_id", "=", self.id)],
        }

    def action_open(self):
        """Open the entry's own form."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }
