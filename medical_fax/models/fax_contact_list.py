from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FaxContactList(models.Model):
    """A named list of recipients, for instance all pharmacies of the town."""

    _name = "fax.contact.list"
    _description = "Fax Recipient List"
    _order = "name, id"

    name = fields.Char(required=True)
    contact_ids = fields.Many2many(
        "fax.contact",
        string="Contacts",
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
    )
    contact_count = fields.Integer(
        "Number of contacts", compute="_compute_contact_count"
    )
    company_id = fields.Many2one(
        "res.company",
        index=True,
        default=lambda self: self.env.company,
        help="Empty: shared by all companies, and holds shared contacts only.",
    )
    color = fields.Integer()
    active = fields.Boolean(default=True)

    @api.depends("contact_ids.active")
    def _compute_contact_count(self):
        for record in self:
            record.contact_count = len(record.contact_ids.filtered("active"))

    @api.constrains("contact_ids", "company_id")
    def _check_contacts(self):
        for record in self:
            if record.contact_ids.company_id - record.company_id:
                raise ValidationError(
                    self.env._(
                        "A list holds contacts of its own company and shared ones. A "
                        "shared list holds shared contacts only."
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if "company_id" in vals:
            # The rules look at a list before it is changed only.
            self.check_access("write")
        return result

    def action_open_contacts(self):
        """Open the contacts of the list."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "medical_fax.fax_contact_action"
        )
        return {
            **action,
            "name": self.name,
            "domain": [("list_ids", "in", self.ids)],
            "context": {"default_list_ids": self.ids},
        }
