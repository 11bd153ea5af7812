from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import fax_number


class FaxNumber(models.Model):
    """A number of an account: faxes are sent from it and replies come back to it."""

    _name = "fax.number"
    _description = "Fax Number"
    _order = "sequence, id"
    _rec_names_search = ["name", "number"]

    name = fields.Char("Label", required=True, help="For instance: Front desk")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    account_id = fields.Many2one("fax.account", required=True, ondelete="restrict")
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    number = fields.Char(required=True, help="In international form, +15145550100")
    number_display = fields.Char("Fax number", compute="_compute_number_display")
    header_id = fields.Char(
        "Sender line (TSI)",
        help="Name printed by the provider at the top of each page. Legally required "
        "in many places.",
    )
    voice_phone = fields.Char(
        help="Whom to call about a fax; printed on the cover. Empty: the company's."
    )
    location_id = fields.Many2one(
        "res.partner", "Practice location", domain="[('is_fax_location', '=', True)]"
    )
    practitioner_id = fields.Many2one("res.users")
    user_ids = fields.Many2many(
        "res.users",
        "fax_number_user_rel",
        string="Who may use it",
        help="They send from it and see its faxes. Empty: every fax user of the "
        "company.",
    )
    subscriber_ids = fields.Many2many(
        "res.users",
        "fax_number_subscriber_rel",
        string="Told of received faxes",
    )

    _number_uniq = models.Constraint(
        "UNIQUE (number, account_id)", "This number is already in the account."
    )

    @api.depends("number")
    def _compute_number_display(self):
        for record in self:
            record.number_display = fax_number.display(record.number)

    @api.depends("name", "number")
    def _compute_display_name(self):
        for record in self:
            shown = record.number_display
            is_named = record.name != shown
            record.display_name = f"{record.name} ({shown})" if is_named else shown

    @api.constrains("number", "account_id")
    def _check_number(self):
        for record in self:
            home = record.account_id.company_id.country_id.code or "US"
            try:
                parsed = fax_number.parse(record.number, home)
            except fax_number.FaxNumberError as error:
                raise ValidationError(
                    self.env["fax.contact"]._number_error_text(error)
                ) from error
            if parsed.e164 != record.number:
                raise ValidationError(
                    self.env._(
                        "Write the number in international form: %(number)s",
                        number=parsed.e164,
                    )
                )

    @api.onchange("number", "account_id")
    def _onchange_number(self):
        if not self.number:
            return
        home = self.account_id.company_id.country_id.code or "US"
        try:
            self.number = fax_number.parse(self.number, home).e164
        except fax_number.FaxNumberError:
            return  # the constraint explains it when saving

    @api.model
    def _usable_domain(self):
        """Numbers that the current user may send from and see the faxes of."""
        companies = Domain("company_id", "in", self.env.companies.ids)
        if self.env.user.has_group("medical_fax.group_fax_manager"):
            return companies
        if not self.env.user.has_group("medical_fax.group_fax_user"):
            return Domain.FALSE
        mine = Domain("user_ids", "in", self.env.uid)
        return companies & (mine | Domain("user_ids", "=", False))

    @api.model
    def _usable(self):
        """Active numbers of connected accounts that the current user may use."""
        connected = Domain("account_id.state", "!=", "disconnected")
        return self.search(self._usable_domain() & connected)
