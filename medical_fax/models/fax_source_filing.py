from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class FaxSource(models.Model):
    """What filing a received fax makes in a model, and who the patients are."""

    _inherit = "fax.source"

    filing_makes = fields.Boolean(
        "Filing makes one",
        help="A received fax that is filed to a patient makes a record here, a draft "
        "that shows its pages.",
    )
    filing_title = fields.Char(
        "Its title", translate=True, default=lambda self: self.env._("Received fax")
    )
    filing_author_path = fields.Char(
        "Its author", help="From the patient's record to a user. Empty: who files it."
    )

    @api.constrains("filing_makes", "patient_path", "author_path", "title_path")
    def _check_filing(self):
        for source in self.filtered("filing_makes"):
            paths = (source.patient_path, source.title_path, source.author_path)
            patient, title, author = ((path or "").split(".") for path in paths)
            if len(patient) > 2 or len(title) != 1 or len(author) > 1:
                raise ValidationError(
                    self.env._(
                        "Filing makes a record only where patient, title and author "
                        "are fields of the model itself."
                    )
                )

    @api.model
    def _filing_source(self):
        """The configuration of what filing makes, or none."""
        # sudo: configuration, readable to managers only
        return self.sudo().search([("filing_makes", "=", True)], limit=1)

    def _make_filed(self, partner, message):
        """Make the record that shows a received fax; none where the partner is no
        patient of this model.

        :return: the record as superuser, or None
        """
        model, partner_field, _birth = self._patients()
        patient = partner
        if partner_field:
            patient = self.env[model].search(
                [
                    (partner_field, "=", partner.id),
                    ("company_id", "in", (message.company_id.id, False)),
                ]
                if "company_id" in self.env[model]._fields
                else [(partner_field, "=", partner.id)],
                limit=1,
            )
            if not patient:
                return None
        author = self.env.user
        if self.filing_author_path:
            author = self._follow(patient, self.filing_author_path) or author
        values = {
            self.patient_path.split(".")[0]: patient.id,
            self.title_path: self.filing_title or self.env._("Received fax"),
        }
        if self.author_path:
            values[self.author_path] = author.id
        # sudo: who files need not be allowed to write in the chart; the draft says
        # nothing but that a fax came in
        return self.env[self.model].sudo().create(values)

    def _patients(self):
        """Where the patients are: (model, field to the contact, field of the birth
        date), the last two None where there are none."""
        first, _dot, rest = (self.patient_path or "").partition(".")
        if not rest or "." in rest:
            return "res.partner", None, None
        model = self.env[self.model]._fields[first].comodel_name
        births = [
            path.removeprefix(f"{first}.")
            for path in self._split("patient_line_paths")
            if path.startswith(f"{first}.")
        ]
        fields_ = self.env[model]._fields
        births = [b for b in births if b in fields_ and fields_[b].type == "date"]
        return model, rest, births[0] if births else None

    @api.model
    def _patient_models(self):
        """Each place where patients are, once; those that the user may read."""
        # sudo: configuration, readable to managers only
        sources = self.sudo().search([("patient_path", "!=", False)])
        places = dict.fromkeys(source._patients() for source in sources)
        places = places or {("res.partner", None, None): None}
        by_model = {}
        for model, partner, birth in places:
            if self.env[model].has_access("read"):
                by_model.setdefault(model, (model, partner, birth))
        # Contacts in general only where nothing tells who is a patient.
        if len(by_model) > 1:
            by_model.pop("res.partner", None)
        return list(by_model.values())

    @api.model
    def _find_patients(self, domain, limit, text=None):
        """Patients that the user may read, as (contact, birth date).

        :param domain: on the contact
        :param text: instead of a domain, what a person types
        """
        found = {}
        for model, partner_field, birth in self._patient_models():
            records = self.env[model]
            if text is not None:
                wanted = Domain("display_name", "ilike", text)
            elif partner_field:
                wanted = Domain(partner_field, "any", domain)
            else:
                wanted = Domain(domain)
            if not partner_field:
                wanted &= Domain("is_company", "=", False)
            for record in records.search(wanted, limit=limit):
                partner = record[partner_field] if partner_field else record
                found.setdefault(partner, record[birth] if birth else None)
        return list(found.items())[:limit]
