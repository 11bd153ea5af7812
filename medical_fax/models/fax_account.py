from odoo import api, fields, models
from odoo.exceptions import UserError

from ..document import paper_for_country
from ..providers import PROVIDERS
from ..tools import fax_number
from . import guard


class FaxAccount(models.Model):
    """A connection to a fax provider, of one company.

    - fax_account_key.py: its secrets
    - fax_account_connect.py: connecting and disconnecting
    - fax_account_callback.py: the address that the provider calls back
    - fax_account_expiry.py: keys and trials that end
    - fax_account_failover.py: the account that takes over
    - fax_account_home.py, fax_account_pace.py, fax_account_trouble.py: the queue's
    """

    _name = "fax.account"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Fax Account"
    _order = "sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    code = fields.Selection(
        selection="_selection_code",
        string="Provider",
        required=True,
        default="loopback",
    )
    state = fields.Selection(
        [
            ("disconnected", "Disconnected"),
            ("connected", "Connected"),
            ("failing", "Failing"),
        ],
        required=True,
        default="disconnected",
        readonly=True,
        copy=False,
        tracking=True,
    )
    state_reason = fields.Char(readonly=True, copy=False)

    # What a fax starts with
    cover_page_id = fields.Many2one(
        "fax.cover.page",
        "Default cover",
        help="Used unless the practitioner or the location has its own.",
    )
    default_number_id = fields.Many2one(
        "fax.number", "Default number", domain="[('account_id', '=', id)]"
    )
    number_ids = fields.One2many("fax.number", "account_id", "Numbers")

    # Limits
    undo_seconds = fields.Integer(
        "Undo period (seconds)",
        default=10,
        help="How long a fax waits after Send, so that it can be taken back. 0: off.",
    )
    retry_limit = fields.Integer(
        "Tries at most",
        default=3,
        help="How often a busy or silent line is tried in all. Nothing else is tried "
        "again by itself.",
    )
    concurrent_calls = fields.Integer(
        "Calls at once",
        default=2,
        help="Faxes handed to the provider at the same time.",
    )
    page_limit = fields.Integer(
        "Pages at most", default=200, help="Longest fax accepted, cover included."
    )
    country_ids = fields.Many2many(
        "res.country",
        string="Countries abroad",
        help="Faxes may go to these countries besides the company's own. None: "
        "international faxing is off. Premium-rate and satellite numbers stay off.",
    )
    fallback_group_id = fields.Many2one(
        "res.groups",
        "Told of every failure",
        default=lambda self: self.env.ref(
            "medical_fax.group_fax_manager", raise_if_not_found=False
        ),
        help="Members hear of failed faxes besides the sender.",
    )
    agreement_kind = fields.Selection(
        [
            ("baa", "Business associate agreement"),
            ("dpa", "Data processing agreement"),
        ],
        "Agreement",
    )
    agreement_from = fields.Date("Agreement signed on")
    agreement_until = fields.Date("Agreement ends on")

    _undo_seconds_positive = models.Constraint(
        "CHECK (undo_seconds BETWEEN 0 AND 3600)",
        "The undo period is between 0 and 3600 seconds.",
    )
    _retry_limit_range = models.Constraint(
        "CHECK (retry_limit BETWEEN 1 AND 20)", "A fax is tried 1 to 20 times."
    )
    _concurrent_calls_range = models.Constraint(
        "CHECK (concurrent_calls BETWEEN 1 AND 20)",
        "Between 1 and 20 calls are made at once.",
    )
    _page_limit_positive = models.Constraint(
        "CHECK (page_limit > 0)", "A fax has at least one page."
    )

    @api.model
    def _selection_code(self):
        return [(code, self.env._(each.label)) for code, each in PROVIDERS.items()]

    def _check_manager(self):
        """Refuse whoever does not manage these accounts.

        :raise UserError: no manager, or not of the account's company
        """
        if not self.env.user.has_group("medical_fax.group_fax_manager"):
            raise UserError(self.env._("Only a fax manager connects accounts."))
        self.check_access("write")

    @api.model
    def _guarded_fields(self):
        """Hook: fields that people do not write; buttons do, after asking."""
        return {"state", "state_reason"}

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            guarded = self._guarded_fields()
            vals_list = [
                {name: vals[name] for name in vals if name not in guarded}
                for vals in vals_list
            ]
            defaults = {f"default_{name}" for name in guarded}
            context = self.env.context
            # Without them: a default of False would be written, too.
            # pylint: disable-next=context-overridden
            self = self.with_context(
                {name: context[name] for name in context if name not in defaults}
            )
        return super().create(vals_list)

    def write(self, vals):
        closed = not (self.env.su or guard.is_open(self.env))
        if closed and not self._guarded_fields().isdisjoint(vals):
            raise UserError(
                self.env._(
                    "Connect and disconnect write it, after asking the provider."
                )
            )
        changed = self.filtered(lambda a: a.code != vals.get("code", a.code))
        result = super().write(vals)
        if changed and "state" not in vals:
            # Connected means that this provider was asked.
            changed._set_disconnected()
            guard.opened(changed).write({"settings": False})
        return result

    # The bridge to the provider

    def _capabilities(self):
        """What this account's provider can do."""
        self.ensure_one()
        return PROVIDERS[self.code].capabilities

    def _provider(self):
        """Return the client of this account's provider, with its own session."""
        self.ensure_one()
        return PROVIDERS[self.code](**self._provider_arguments())

    # Numbers and paper

    def _allowed_countries(self):
        """Country codes that this account may fax to."""
        self.ensure_one()
        home = self.company_id.country_id.code or "US"
        return {home, *self.country_ids.mapped("code")}

    def _parse_number(self, text):
        """Return the :class:`FaxNumber` of a typed number that may be dialled.

        :raise FaxNumberError: invalid, premium, satellite or not enabled
        """
        home = self.company_id.country_id.code or "US"
        number = fax_number.parse(text, home)
        fax_number.check_allowed(number, self._allowed_countries())
        return number

    @api.model
    def _paper(self, country_code):
        return paper_for_country(country_code or "")
