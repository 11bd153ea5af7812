import contextlib
from collections.abc import Collection

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, LazyTranslate

from ..tools import fax_number
from ..tools.fax_number import FaxNumberError
from ..tools.text import fold, search_words

_lt = LazyTranslate(__name__)

# Counted by the faxes themselves, never by a person.
COUNTERS = ("use_count", "failure_count")
# Computed from what was typed: another value would be dialled than the one shown.
DERIVED = ("number", "number_display", "search_text")

NUMBER_ERRORS = {
    "empty": _lt("The fax number is missing."),
    "invalid": _lt("This is not a fax number that exists. Check each digit."),
    "too_short": _lt(
        "The fax number is too short: the area code or some digits are missing."
    ),
    "too_long": _lt(
        "The fax number has too many digits. A number abroad begins with + and its "
        "country code."
    ),
    "no_country": _lt(
        "Write the fax number with + and its country code, or choose a country."
    ),
    "extension": _lt(
        "A fax cannot dial an extension. Enter the direct number of the fax machine."
    ),
    "several": _lt("Enter one fax number only: these are several."),
    "spreadsheet": _lt(
        "A spreadsheet has shortened this number. Format the column as text and enter "
        "the number again."
    ),
    "emergency": _lt("This is an emergency number. No fax is ever sent to it."),
    "premium": _lt("No fax is sent to premium-rate or personal numbers."),
    "satellite": _lt(
        "No fax is sent to satellite numbers, nor to others outside of any country."
    ),
}


class FaxContact(models.Model):
    """An entry of the address book: a person or an organization with a fax number.

    Several entries may share one number (one machine, several doctors). The same
    name with the same number is one entry.
    """

    _name = "fax.contact"
    _description = "Fax Contact"
    _order = "name, organization, id"

    name = fields.Char(required=True)
    kind = fields.Selection(
        [("person", "Person"), ("organization", "Organization")],
        default="person",
        required=True,
    )
    organization = fields.Char(help="Where the person works: clinic, hospital, firm.")
    number_typed = fields.Char(
        "Fax number",
        required=True,
        help="As you would dial it from your country, or with + and the country code.",
    )
    number = fields.Char(
        "Number dialled", compute="_compute_number", store=True, index=True
    )
    number_display = fields.Char(
        "Fax", compute="_compute_number", store=True, help="In international form"
    )
    number_error = fields.Char(compute="_compute_number_error")
    email = fields.Char()
    phone = fields.Char(help="Whom to call when a fax does not arrive.")
    street = fields.Char()
    street2 = fields.Char()
    zip = fields.Char("ZIP")
    city = fields.Char()
    state_id = fields.Many2one(
        "res.country.state",
        ondelete="restrict",
        domain="[('country_id', '=?', country_id)]",
    )
    country_id = fields.Many2one(
        "res.country",
        ondelete="restrict",
        default=lambda self: self.env.company.country_id,
        help="Also tells how a number without country code is to be read.",
    )
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        help="Language of the cover page. Empty: the company's.",
    )
    note = fields.Text("Notes")
    list_ids = fields.Many2many("fax.contact.list", string="Lists")
    partner_id = fields.Many2one(
        "res.partner",
        "Contact in Odoo",
        ondelete="set null",
        index="btree_not_null",
    )
    company_id = fields.Many2one(
        "res.company",
        index=True,
        default=lambda self: self.env.company,
        help="Empty: shared by all companies. Only a fax manager changes shared ones.",
    )
    active = fields.Boolean(default=True)
    duplicate_id = fields.Many2one(
        "fax.contact", "Entry to use", compute="_compute_same_number"
    )
    also_used_by = fields.Char(compute="_compute_same_number")
    use_count = fields.Integer("Faxes", readonly=True, copy=False)
    failure_count = fields.Integer("Not delivered", readonly=True, copy=False)
    search_text = fields.Char(
        compute="_compute_search_text", store=True, index="trigram"
    )

    # COMPUTE

    @api.depends("number_typed", "country_id")
    def _compute_number(self):
        for contact in self:
            try:
                number = contact._parse_typed()
            except FaxNumberError:
                contact.number = contact.number_display = False
            else:
                contact.number = number.e164
                contact.number_display = number.display

    @api.depends("number_typed", "country_id")
    def _compute_number_error(self):
        for contact in self:
            contact.number_error = False
            if contact.number_typed:
                try:
                    contact._parse_typed()
                except FaxNumberError as error:
                    contact.number_error = self._number_error_text(error)

    @api.depends("name", "organization", "number", "number_typed")
    def _compute_search_text(self):
        for contact in self:
            numbers = {fax_number.digits(contact.number)}
            typed = fax_number.digits(contact.number_typed)
            # 01 99 00 12 34 is dialled as +33199001234, and is looked for both ways.
            if not any(typed in number for number in numbers):
                numbers.add(typed)
            texts = [fold(contact.name), fold(contact.organization), *sorted(numbers)]
            contact.search_text = " ".join(filter(None, texts))

    @api.depends("name", "organization", "kind", "number_display")
    def _compute_display_name(self):
        for contact in self:
            names = [contact.name]
            if contact.kind == "person":
                names.append(contact.organization)
            text = ", ".join(filter(None, names))
            if contact.number_display:
                text = f"{text} ({contact.number_display})"
            contact.display_name = text

    @api.depends("number", "name", "company_id", "active")
    def _compute_same_number(self):
        for contact, same, others in self._with_same_number():
            contact.duplicate_id = same[:1]
            names = others.mapped("name")
            if len(names) > 4:
                contact.also_used_by = self.env._(
                    "%(names)s and %(count)s others",
                    names=", ".join(names[:3]),
                    count=len(names) - 3,
                )
            else:
                contact.also_used_by = ", ".join(names)

    @api.model
    def _search_display_name(self, operator, value):
        """Each word in any part of name, organization or number, without accents."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        if operator in ("like", "ilike"):
            words = search_words(value)
            return Domain.AND(Domain("search_text", "ilike", word) for word in words)
        exact = Domain("name", operator, value) | Domain(
            "number_display", operator, value
        )
        several = isinstance(value, Collection) and not isinstance(value, str)
        texts = [text for text in (value if several else [value]) if text]
        return exact | Domain("id", "in", self._with_display_name(texts).ids)

    # CONSTRAINS
    # No name and no number stands in these messages: Odoo logs them. The form shows
    # beside them which entry is meant.

    @api.constrains("number_typed", "country_id")
    def _check_number(self):
        for contact in self:
            try:
                contact._parse_typed()
            except FaxNumberError as error:
                raise ValidationError(self._number_error_text(error)) from error

    @api.constrains("number_typed", "country_id", "name", "company_id", "active")
    def _check_duplicate(self):
        for _contact, same, _others in self.filtered("active")._with_same_number():
            if same:
                raise ValidationError(
                    self.env._(
                        "This name with this fax number is already in the address "
                        "book (entry no. %(id)s). Use that entry.",
                        id=same[0].id,
                    )
                )

    @api.constrains("company_id")
    def _check_lists(self):
        # sudo: a list of a company that the user does not see counts all the same
        self.sudo().list_ids._check_contacts()

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_protected(vals)
        vals_list = [self._complete(vals) for vals in vals_list]
        return super(FaxContact, self._without_protected_defaults()).create(vals_list)

    def write(self, vals):
        self._check_protected(vals)
        result = super().write(vals)
        if "company_id" in vals:
            # The rules look at an entry before it is changed only: without this a
            # user could hand it to all companies.
            self.check_access("write")
        return result

    def copy_data(self, default=None):
        copies = super().copy_data(default=default)
        if "name" not in (default or {}):
            for contact, vals in zip(self, copies, strict=True):
                vals["name"] = self.env._("%(name)s (copy)", name=contact.name)
        return copies

    @api.model
    def name_create(self, name):
        """Make an entry of what was typed in one line: "Dr Lee 514 555 0199"."""
        name, number = fax_number.split_name(name)
        if not name or not number:
            raise UserError(self.env._("Type a name and a fax number."))
        contact = self._find_or_create({"name": name, "number_typed": number})
        return contact.id, contact.display_name

    def _check_protected(self, vals):
        protected = DERIVED if self.env.su else DERIVED + COUNTERS
        if any(name in vals for name in protected):
            raise UserError(
                self.env._(
                    "Enter the fax number in the field “Fax number”. The number "
                    "dialled and the counters are kept by the system."
                )
            )

    def _without_protected_defaults(self):
        closed = {f"default_{name}" for name in DERIVED + COUNTERS}
        context = {k: v for k, v in self.env.context.items() if k not in closed}
        # Taken away, which keyword arguments cannot do: they only add.
        return self.with_context(context)  # pylint: disable=context-overridden

    @api.model
    def _complete(self, vals):
        """Return the values with a name, which may stand in the organization only.

        What is required is checked here too: the database would write the whole row
        into the log when it refuses one.
        """
        vals = dict(vals)
        for name in ("name", "number_typed"):
            vals[name] = vals.get(name) or self.env.context.get(f"default_{name}")
        if not vals["name"] and vals.get("organization"):
            vals.update(
                name=vals["organization"], organization=False, kind="organization"
            )
        if not vals["name"]:
            raise ValidationError(self.env._("The name is missing."))
        if not vals["number_typed"]:
            raise ValidationError(self._number_error_text(FaxNumberError("empty")))
        return vals

    # BUSINESS

    @api.model
    def _parse_number(self, text, country=None):
        """Return the :class:`FaxNumber` that a person typed.

        :param country: res.country for numbers without a calling code; empty: the
            company's
        :raise UserError: in words that say what is wrong with it
        """
        home = country or self.env.company.country_id
        try:
            return fax_number.parse(text, home.code)
        except FaxNumberError as error:
            raise UserError(self._number_error_text(error)) from error

    @api.model
    def _number_error_text(self, error):
        """Return what a :class:`FaxNumberError` says to a person, translated."""
        if error.code == "country":
            country = self.env["res.country"].search([("code", "=", error.country)])
            return self.env._(
                "Faxing to %(country)s is not enabled. A fax manager can enable it in "
                "the fax account.",
                country=country.name or error.country or "?",
            )
        return self.env._(NUMBER_ERRORS[error.code])

    @api.model
    def _display_number(self, e164):
        """Return a stored number in international form."""
        return fax_number.display(e164)

    def _count_use(self, failed=False):
        """Count a fax that has come to its end.

        In SQL, so that two faxes to one contact that end together are both counted
        and the entry does not show the queue as the one who changed it last.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE fax_contact SET use_count = COALESCE(use_count, 0) + 1, "
                "failure_count = COALESCE(failure_count, 0) + %s WHERE id IN %s",
                int(failed),
                tuple(self.ids) or (0,),
            )
        )
        self.invalidate_recordset(COUNTERS)

    # HELPERS

    def _parse_typed(self):
        home = self.country_id or self.company_id.country_id
        home = home or self.env.company.country_id
        return fax_number.parse(self.number_typed, home.code)

    @api.model
    def _with_display_name(self, texts):
        """Return the entries shown so: "Dr Lee, Heart Clinic (+1 514-555-0199)"."""
        numbers = []
        for text in texts:
            with contextlib.suppress(FaxNumberError):
                number = fax_number.parse(fax_number.split_name(text)[1], None)
                numbers.append(number.e164)
        found = self.search([("number", "in", numbers)])
        return found.filtered(lambda contact: contact.display_name in texts)

    def _with_same_number(self):
        """Yield each entry with those of the same number and name, and of other names.

        Only active entries that the user sees and that share a company are among them.
        """
        numbers = [number for number in self.mapped("number") if number]
        by_number = self.search([("number", "in", numbers)]).grouped("number")
        for contact in self:
            found = by_number.get(contact.number, self.browse()) - contact._origin
            found = found.filtered(contact._meets)
            key = fold(contact.name)
            same = found.filtered(lambda other, key=key: key == fold(other.name))
            yield contact, same, found - same

    def _meets(self, other):
        """Return whether two entries can be seen side by side in some company."""
        return (
            not self.company_id
            or not other.company_id
            or self.company_id._origin == other.company_id._origin
        )
