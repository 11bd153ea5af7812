from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

# Contact data that whoever keeps the chart may change on the patient's contact.
ADMINISTRATIVE_FIELDS = (
    "name",
    "street",
    "street2",
    "zip",
    "city",
    "state_id",
    "country_id",
    "phone",
    "email",
    "lang",
    "function",
    "comment",
    "image_1920",
)

# What only a practitioner may write on a patient.
CLINICAL_FIELDS = frozenset({"alert_note"})

# Set once, by the addon.
FIXED_FIELDS = frozenset({"partner_id", "company_id", "is_contact_owned"})


class MedicalPatientContactMixin(models.AbstractModel):
    """How a patient's contact is made, changed and deleted through the chart.

    Chart groups get no right on contacts at large: that right would let them change
    any contact, a colleague's e-mail address included. The patient's contact alone
    is written here, with ``sudo`` and from a fixed list of fields.
    """

    _name = "medical.patient.contact.mixin"
    _description = "Contact of a patient"

    is_contact_owned = fields.Boolean(
        readonly=True,
        copy=False,
        help="The contact was made with the patient and is deleted with it.",
    )

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        """Create patients, each with a contact unless ``partner_id`` names one."""
        self.check_access("create")
        return super().create([self._prepare_patient_vals(v) for v in vals_list])

    def write(self, vals):
        self._check_fixed_fields(vals)
        self._check_clinical_fields(vals)
        contact_vals = {k: v for k, v in vals.items() if k in ADMINISTRATIVE_FIELDS}
        own_vals = {k: v for k, v in vals.items() if k not in contact_vals}
        result = super().write(own_vals) if own_vals or not vals else True
        if contact_vals:
            self._write_contact(contact_vals)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_charted(self):
        # sudo: private entries, too, keep a patient from being deleted.
        if any(patient.entry_ids or patient.plan_ids for patient in self.sudo()):
            raise UserError(
                self.env._("A patient with a chart cannot be deleted: archive instead.")
            )

    def unlink(self):
        # A contact made for the chart would stay behind as an ordinary contact and
        # show the former patient's name to everybody.
        # sudo: chart managers need no right to delete contacts at large.
        contacts = self.filtered("is_contact_owned").partner_id.sudo()
        result = super().unlink()
        contacts.unlink()
        return result

    # Helpers

    def _prepare_create_values(self, vals_list):
        """Override of `base`: leave the contact's own defaults to the contact.

        It exists already, with its defaults; an inherited default (its properties)
        would be written to it again, with the user's rights on contacts.
        """
        result = super()._prepare_create_values(vals_list)
        for given, vals in zip(vals_list, result, strict=True):
            for name in vals.keys() - given.keys():
                field = self._fields.get(name)
                if field and field.inherited:
                    del vals[name]
        return result

    def _prepare_patient_vals(self, vals):
        """Return ``vals`` with a number and a contact; makes the contact."""
        vals = dict(vals)
        given = {name for name in vals if vals[name]}
        given |= {k.removeprefix("default_") for k in self.env.context}
        self._check_clinical_fields(given)
        # The dates of the charting tab of a patient that does not exist yet.
        vals.pop("charting_date_from", None)
        vals.pop("charting_date_to", None)
        context = self.env.context
        company_id = vals.get("company_id") or context.get("default_company_id")
        company = self.env["res.company"].browse(company_id) or self.env.company
        vals["company_id"] = company.id
        if not vals.get("identifier"):
            sequence = self.env["ir.sequence"].with_company(company)
            vals["identifier"] = sequence.next_by_code("medical.patient")
        partner_id = vals.get("partner_id") or context.get("default_partner_id")
        vals["is_contact_owned"] = not partner_id
        if partner_id:
            # A contact that one may not see cannot be turned into a patient.
            self.env["res.partner"].browse(partner_id).check_access("read")
            vals["partner_id"] = partner_id
        else:
            vals["partner_id"] = self._create_contact(vals, company).id
        return vals

    def _create_contact(self, vals, company):
        """Create the contact; takes the contact's data out of ``vals``."""
        contact = {"company_id": company.id, "is_company": False}
        contact |= self.default_get(
            [name for name in ADMINISTRATIVE_FIELDS if name not in vals]
        )
        contact |= {k: vals.pop(k) for k in ADMINISTRATIVE_FIELDS if k in vals}
        # sudo: creating a patient is the right that was checked; see the class.
        return self.env["res.partner"].sudo().create(contact)

    def _write_contact(self, contact_vals):
        """Write a subset of ADMINISTRATIVE_FIELDS on the patients' contacts."""
        self.check_access("write")
        for partner in self.partner_id:
            # sudo: finds archived users too, and users of other companies.
            users = partner.sudo().with_context(active_test=False).user_ids
            if all(user.share for user in users):
                # sudo: see the class; a patient's contact, a fixed list of fields.
                partner = partner.sudo()
            # A colleague's contact stays under the rights that protect users: its
            # e-mail address is where a password reset goes.
            partner.write(contact_vals)
        self.invalidate_recordset(contact_vals.keys())

    def _check_clinical_fields(self, names):
        if not CLINICAL_FIELDS.intersection(names) or self.env.su:
            return
        user = self.env.user
        if not (
            user.has_group("medical_chart.group_practitioner")
            or user.has_group("medical_chart.group_practitioner_limited")
        ):
            raise AccessError(
                self.env._("Alerts of a patient are written by practitioners.")
            )

    def _check_fixed_fields(self, vals):
        for name in vals.keys() & FIXED_FIELDS:
            field = self._fields[name]
            if any(
                field.convert_to_write(patient[name], patient) != vals[name]
                for patient in self
            ):
                raise UserError(
                    self.env._("The contact and the company of a patient are set once.")
                )
