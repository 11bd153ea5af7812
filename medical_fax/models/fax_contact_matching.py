from odoo import api, models
from odoo.exceptions import UserError

from ..tools.text import fold


class FaxContact(models.Model):
    """Matching before creating: import, composer and partners use what is there."""

    _inherit = "fax.contact"

    @api.model
    def get_import_templates(self):
        return [
            {
                "label": self.env._("Import Template for the Address Book"),
                "template": "/medical_fax/static/xls/fax_contact_import.csv",
            }
        ]

    @api.model
    def _find_or_create(self, vals):
        """Return the entry with this number and name, made if there is none.

        An archived one is put back to use. Other values of an existing entry stay.

        :param vals: at least name (or organization) and number_typed
        :raise UserError: the number is none to fax to, in words
        """
        vals = self._complete(vals)
        contact = self._find(self._key(vals))
        if contact.active:
            return contact
        if contact and contact.has_access("write"):
            contact.action_unarchive()
            return contact
        return self.create(vals)

    @api.model
    def _for_partner(self, partner, raise_if_invalid=False):
        """Return the entry of a partner, made on first use from its fax number.

        The field `fax` exists on partners where OCA's partner_fax is installed. The
        number that stands there now wins over that of an older entry.

        :param raise_if_invalid: raise a UserError in words for a wrong number of the
            partner, instead of returning no entry
        :return: one entry, or none
        """
        entries = self.search([("partner_id", "=", partner.id)])
        fax = partner["fax"] if "fax" in partner._fields else False
        if not fax:
            return entries[:1]
        try:
            number = self._parse_number(fax, partner.country_id)
        except UserError:
            if raise_if_invalid:
                raise
            return self.browse()
        current = entries.filtered(lambda entry: entry.number == number.e164)[:1]
        if current:
            return current
        contact = self._find_or_create(self._partner_vals(partner, number))
        if not contact.partner_id and contact.has_access("write"):
            contact.partner_id = partner
        return contact

    @api.model
    def _partner_vals(self, partner, number):
        parent = partner.commercial_partner_id - partner
        copied = ("email", "phone", "street", "street2", "zip", "city", "lang")
        return {
            "name": partner.name or parent.name or number.display,
            "kind": "organization" if partner.is_company else "person",
            "organization": parent.name,
            "number_typed": number.display,
            "state_id": partner.state_id.id,
            "country_id": partner.country_id.id or self.env.company.country_id.id,
            "partner_id": partner.id,
            "company_id": partner.company_id.id or self.env.company.id,
            **{name: partner[name] for name in copied},
        }

    # IMPORT

    @api.model
    def _load_records_create(self, vals_list):
        """Override of the base model: a row with the number and name of an entry
        corrects that entry. Empty cells change nothing, an archived entry returns."""
        if "_import_current_module" not in self.env.context:
            return super()._load_records_create(vals_list)  # an addon's own data
        try:
            keys, found, new = self._match(vals_list)
            created = super()._load_records_create(list(new.values()))
        except UserError as error:
            if len(vals_list) == 1:
                raise
            # `load` blames the first row of a batch for a UserError of any row. After
            # any other exception it goes row by row, and blames the right one.
            raise ValueError(str(error)) from error
        found.update(zip(new, created, strict=True))
        return self.browse([found[key].id for key in keys])

    def _match(self, vals_list):
        """Correct the entries that the rows match.

        :return: the rows' keys, the entry (or none) of each key, and the values of the
            entries to make, by key
        """
        rows = [self._complete(vals) for vals in vals_list]
        keys = [self._key(vals) for vals in rows]
        found = {key: self._find(key) for key in dict.fromkeys(keys)}
        new = {}
        for key, vals in zip(keys, rows, strict=True):
            filled = {name: value for name, value in vals.items() if value}
            if found[key]:
                found[key]._check_may_correct()
                found[key]._load_records_write({"active": True, **filled})
            else:  # the same entry twice in the file is one entry
                new.setdefault(key, vals).update(filled)
        return keys, found, new

    def _check_may_correct(self):
        if not self.has_access("write"):
            raise UserError(
                self.env._(
                    "This entry is shared by all companies. Only a fax manager "
                    "changes it."
                )
            )

    @api.model
    def _key(self, vals):
        """Return what an entry is recognized by: number, folded name, company id."""
        company = self.env.company
        if "company_id" in vals:
            company = company.browse(vals["company_id"] or [])
        country = self.env["res.country"].browse(vals.get("country_id") or [])
        if "country_id" not in vals:
            country = self.env.company.country_id
        number = self._parse_number(vals["number_typed"], country or company.country_id)
        return number.e164, fold(vals["name"]), company.id

    @api.model
    def _find(self, key):
        """Return the entry of this key, an active one before an archived one."""
        number, name, company_id = key
        domain = [("number", "=", number)]
        if company_id:
            domain.append(("company_id", "in", (company_id, False)))
        found = self.with_context(active_test=False).search(domain)
        same = found.filtered(lambda contact: fold(contact.name) == name)
        return same.sorted(lambda c: (not c.active, not c.company_id))[:1]
