import re

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, remove_accents

# Letters that carry their mark inside, which decomposition leaves alone.
FOLD = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})


def fold(text):
    """Return ``text`` in lower case, without accents, for comparing names."""
    return remove_accents((text or "").casefold().translate(FOLD))


class MedicalPatient(models.Model):
    """A person with a chart; the contact data are those of a ``res.partner``."""

    _name = "medical.patient"
    _description = "Patient"
    _inherit = [
        "medical.patient.contact.mixin",
        "medical.patient.charting.mixin",
        "medical.chart.thread",
    ]
    _inherits = {"res.partner": "partner_id"}
    _order = "complete_name, id"
    _rec_names_search = ["search_key"]

    # Identity
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact record",
        required=True,
        index=True,
        ondelete="restrict",
    )
    # Own flag: archiving a patient leaves the contact alone, and the reverse.
    active = fields.Boolean(default=True, tracking=True)
    identifier = fields.Char(
        string="Patient number",
        copy=False,
        index=True,
        help="Unique within the company; given by a sequence when left empty.",
    )
    birth_date = fields.Date()
    age = fields.Integer(
        string="Age in years", compute="_compute_age", help="In completed years."
    )
    age_display = fields.Char(string="Age", compute="_compute_age")
    # Administrative gender, with the codes of HL7 FHIR.
    sex = fields.Selection(
        [
            ("male", "Male"),
            ("female", "Female"),
            ("other", "Other"),
            ("unknown", "Unknown"),
        ],
    )
    alert_note = fields.Text(
        string="Alerts",
        help="Allergies and whatever must be seen first. Written by practitioners.",
    )
    search_key = fields.Char(
        compute="_compute_search_key",
        store=True,
        index="trigram",
        help="Name, number, birth date and phone without accents or separators.",
    )

    # Circle
    practitioner_id = fields.Many2one(
        "res.users",
        index=True,
        tracking=True,
        default=lambda self: self._default_practitioner_id(),
        domain=lambda self: self._get_practitioner_domain(),
    )
    referring_doctor_id = fields.Many2one("res.partner", ondelete="restrict")
    family_doctor_id = fields.Many2one("res.partner", ondelete="restrict")
    pharmacy_id = fields.Many2one("res.partner", ondelete="restrict")
    care_team_ids = fields.Many2many(
        "res.partner",
        "medical_patient_care_team_rel",
        "patient_id",
        "partner_id",
        string="Care team",
    )

    # Chart
    entry_ids = fields.One2many("medical.chart.entry", "patient_id", "Chart entries")
    plan_ids = fields.One2many("medical.treatment.plan", "patient_id", "Plans")
    entry_count = fields.Integer(compute="_compute_counts", compute_sudo=False)
    plan_count = fields.Integer(compute="_compute_counts", compute_sudo=False)

    # Technical
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )

    _identifier_uniq = models.Constraint(
        "UNIQUE (identifier, company_id)",
        "Another patient of this company has this number.",
    )
    _partner_uniq = models.Constraint(
        "UNIQUE (partner_id, company_id)",
        "This contact already has a chart.",
    )

    # Defaults

    @api.model
    def _default_practitioner_id(self):
        user = self.env.user
        is_practitioner = user.has_group(
            "medical_chart.group_practitioner"
        ) or user.has_group("medical_chart.group_practitioner_limited")
        return user if is_practitioner else False

    @api.model
    def _get_practitioner_domain(self):
        """Return the domain of the users who may be somebody's practitioner."""
        group_ids = [
            # sudo: the ids of our own groups, for whoever opens the form.
            self.env.ref(f"medical_chart.{name}").sudo().id
            for name in ("group_practitioner", "group_practitioner_limited")
        ]
        return [("all_group_ids", "in", group_ids), ("share", "=", False)]

    # Compute

    @api.depends("birth_date")
    def _compute_age(self):
        today = fields.Date.context_today(self)
        for patient in self:
            born = patient.birth_date
            if not born or born > today:
                patient.age, patient.age_display = 0, False
                continue
            age = relativedelta(today, born)
            patient.age = age.years
            patient.age_display = self._format_age(age, (today - born).days)

    def _format_age(self, age, days):
        """Return an age in the unit that clinicians use for it."""
        if age.years >= 2:
            return self.env._("%(years)d years", years=age.years)
        if days >= 90:
            return self.env._("%(months)d months", months=age.years * 12 + age.months)
        return self.env._("%(weeks)d weeks", weeks=days // 7)

    @api.depends("name", "identifier", "birth_date", "phone")
    def _compute_search_key(self):
        for patient in self:
            born = patient.birth_date
            parts = [fold(patient.name), fold(patient.identifier)]
            if born:
                parts.append(f"{born:%Y-%m-%d} {born:%d/%m/%Y} {born:%m/%d/%Y}")
                # The same in digits alone, apart so that they never run together.
                parts.append(f"{born:%Y%m%d} {born:%d%m%Y} {born:%m%d%Y}")
            parts.append(re.sub(r"[^0-9]", "", patient.phone or ""))
            patient.search_key = " ".join(filter(None, parts))

    @api.depends("name", "identifier", "birth_date")
    @api.depends_context("patient_identity", "lang")
    def _compute_display_name(self):
        """Add birth date and number where a patient is chosen among namesakes."""
        full = self.env.context.get("patient_identity")
        for patient in self:
            parts = [patient.name]
            if full:
                born = format_date(self.env, patient.birth_date)
                parts += [born, patient.identifier]
            patient.display_name = " · ".join(filter(None, parts)) or False

    @api.model
    def _search_display_name(self, operator, value):
        """Find by any part of name, number, birth date or phone.

        Each word must occur, in any order, accents aside; what looks like a number
        or date is also compared without its separators.
        """
        if operator != "ilike" or not isinstance(value, str):
            return super()._search_display_name(operator, value)
        words = [Domain("search_key", "ilike", word) for word in fold(value).split()]
        domain = Domain.AND(words)
        digits = re.sub(r"[^0-9]", "", value)
        if len(digits) >= 4 and not re.search(r"[^\W\d_]", value):
            domain |= Domain("search_key", "ilike", digits)
        return domain

    @api.depends_context("uid")
    def _compute_counts(self):
        # As the user: the count says what the list behind it will show.
        entries = self._count_by_patient("medical.chart.entry")
        plans = self._count_by_patient("medical.treatment.plan")
        for patient in self:
            patient.entry_count = entries.get(patient._origin.id, 0)
            patient.plan_count = plans.get(patient._origin.id, 0)

    def _count_by_patient(self, model):
        groups = self.env[model]._read_group(
            [("patient_id", "in", self._origin.ids)], ["patient_id"], ["__count"]
        )
        return {patient.id: count for patient, count in groups}

    # Constraints

    @api.constrains("birth_date")
    def _check_birth_date(self):
        today = fields.Date.context_today(self)
        if any(p.birth_date and p.birth_date > today for p in self):
            raise ValidationError(self.env._("A birth date cannot be in the future."))

    @api.constrains("partner_id")
    def _check_person(self):
        if any(patient.partner_id.is_company for patient in self):
            raise ValidationError(
                self.env._("A patient is a person: this contact is a company.")
            )

    # Actions

    def action_new_entry(self):
        """Open a new chart entry of this patient."""
        self.ensure_one()
        return self._get_chart_action(
            "medical.chart.entry",
            self.env._("New chart entry"),
            view_mode="form",
            context={"default_patient_id": self.id, "chart_default_template": True},
        )

    def action_open_entries(self):
        """Open the patient's entries as a list of their own."""
        self.ensure_one()
        return self._get_chart_action(
            "medical.chart.entry",
            self.env._("Chart entries"),
            domain=[("patient_id", "=", self.id)],
            context={"default_patient_id": self.id, "chart_default_template": True},
        )

    def action_open_plans(self):
        """Open the patient's treatment plans."""
        self.ensure_one()
        return self._get_chart_action(
            "medical.treatment.plan",
            self.env._("Treatment plans"),
            domain=[("patient_id", "=", self.id)],
            context={"default_patient_id": self.id},
        )

    def action_new_plan(self):
        """Open a new treatment plan of this patient."""
        self.ensure_one()
        return self._get_chart_action(
            "medical.treatment.plan",
            self.env._("New treatment plan"),
            view_mode="form",
            context={"default_patient_id": self.id},
        )

    # Helpers

    def _get_chart_action(self, model, name, view_mode="list,kanban,form", **values):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": view_mode,
            **values,
        }
