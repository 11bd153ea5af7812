from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..providers import PROVIDERS
from ..tools import fax_number
from . import guard

LONGEST_DAYS = 10  # business days that a porting takes at most, as providers say


def add_business_days(day, count):
    """The day that is so many Mondays to Fridays later."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


class FaxNumberPorting(models.Model):
    """A number that is on its way to an account from another carrier.

    No provider lets programs ask for it: this is the clinic's own note, which reminds
    of the day and keeps the number from being used before.
    """

    _name = "fax.number.porting"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Porting of a fax number"
    _order = "done_on desc, expected_on, id"
    _rec_name = "number"

    account_id = fields.Many2one("fax.account", required=True, ondelete="restrict")
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    number = fields.Char(required=True, help="In international form, +15145550100")
    number_id = fields.Many2one("fax.number", "In the account", readonly=True)
    carrier = fields.Char("Current carrier", required=True)
    requested_on = fields.Date(
        "Requested on", required=True, default=fields.Date.context_today, tracking=True
    )
    expected_on = fields.Date(
        "Expected on",
        compute="_compute_expected_on",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        tracking=True,
    )
    done_on = fields.Date("Done on", readonly=True, copy=False, tracking=True)
    notes = fields.Text()
    state = fields.Selection(
        [("waiting", "On its way"), ("done", "Done"), ("dropped", "Given up")],
        required=True,
        readonly=True,
        default="waiting",
        copy=False,
        tracking=True,
    )
    is_late = fields.Boolean(compute="_compute_is_late")
    in_trial = fields.Boolean(compute="_compute_in_trial")
    help_url = fields.Char(compute="_compute_help_url")
    provider = fields.Char(compute="_compute_help_url")

    _waiting_uniq = models.UniqueIndex(
        "(account_id, number) WHERE state = 'waiting'",
        "This number is on its way already.",
    )

    # COMPUTE

    @api.depends("requested_on")
    def _compute_expected_on(self):
        for porting in self:
            start = porting.requested_on
            porting.expected_on = start and add_business_days(start, LONGEST_DAYS)

    @api.depends("expected_on", "state")
    def _compute_is_late(self):
        today = fields.Date.context_today(self)
        for porting in self:
            day = porting.expected_on
            porting.is_late = bool(porting.state == "waiting" and day and day < today)

    @api.depends("account_id.trial_ends_on")
    def _compute_in_trial(self):
        today = fields.Date.context_today(self)
        for porting in self:
            ends = porting.account_id.trial_ends_on
            porting.in_trial = bool(ends and ends >= today)

    @api.depends("account_id.code")
    def _compute_help_url(self):
        for porting in self:
            provider = PROVIDERS.get(porting.account_id.code)
            porting.provider = provider and self.env._(provider.label)
            porting.help_url = provider and provider.form.help_url

    @api.onchange("number", "account_id")
    def _onchange_number(self):
        home = self.account_id.company_id.country_id.code or "US"
        try:
            self.number = self.number and fax_number.parse(self.number, home).e164
        except fax_number.FaxNumberError:
            return  # the number's own check explains it when saving

    # CONSTRAINT

    @api.constrains("requested_on", "expected_on")
    def _check_order_of_dates(self):
        for porting in self:
            if porting.expected_on < porting.requested_on:
                raise ValidationError(
                    self.env._("It cannot be expected before it is requested.")
                )

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        closed = ("state", "done_on", "number_id")
        vals_list = [
            {name: vals[name] for name in vals if name not in closed}
            for vals in vals_list
        ]
        context = self.env.context
        # pylint: disable-next=context-overridden
        self = self.with_context(
            {
                n: context[n]
                for n in context
                if n not in {f"default_{c}" for c in closed}
            }
        )
        portings = super().create(vals_list)
        for porting in portings:
            porting._mark_number()
            porting._remind()
        return portings

    def write(self, vals):
        closed = {"state", "done_on", "number_id"}
        if not guard.is_open(self.env) and not closed.isdisjoint(vals):
            raise UserError(self.env._("The buttons write it."))
        if self and not {"number", "account_id"}.isdisjoint(vals):
            raise UserError(
                self.env._("Give this one up, and enter the right number in a new one.")
            )
        result = super().write(vals)
        if "expected_on" in vals or "requested_on" in vals:
            self._remind()
        return result

    # BUTTONS

    def action_done(self):
        """The number has arrived: faxes may go from it."""
        for porting in self._checked_waiting():
            porting._end("done", fields.Date.context_today(porting))
            number = porting.number_id
            status = "active" if number.provider_id else "manual"
            guard.opened(number).write({"status": status})
            porting.account_id._choose_only_number()

    def action_drop(self):
        """It does not come; what was entered for it is not used."""
        for porting in self._checked_waiting():
            porting._end("dropped", False)
            guard.opened(porting.number_id).write({"status": "manual", "active": False})

    def _checked_waiting(self):
        for account in self.account_id:
            account._check_manager()
        self.check_access("write")
        return self.filtered(lambda porting: porting.state == "waiting")

    def _end(self, state, day):
        guard.opened(self).write({"state": state, "done_on": day})
        self.activity_unlink(["mail.mail_activity_data_todo"])

    # THE NUMBER, AND THE REMINDER

    def _mark_number(self):
        """The number stands in the account as pending, so that nothing is sent from
        it until it has arrived."""
        numbers = self.account_id._all_numbers()
        number = numbers.filtered(lambda n: n.number == self.number)
        if number.status == "active":
            raise UserError(self.env._("This number is in the account already."))
        if not number:
            number = number.create(
                {
                    "name": fax_number.display(self.number),
                    "account_id": self.account_id.id,
                    "number": self.number,
                }
            )
        guard.opened(number).write(
            {
                "status": "pending",
                "active": True,
                "released_at": False,
                "released_by_id": False,
            }
        )
        guard.opened(self).number_id = number

    def _remind(self):
        """An activity for the day on which it should be done, of who asked for it."""
        self.activity_unlink(["mail.mail_activity_data_todo"])
        for porting in self.filtered(lambda each: each.state == "waiting"):
            porting.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=porting.expected_on,
                user_id=porting.create_uid.id or self.env.uid,
                summary=self.env._("Has the fax number arrived? Ask the provider"),
            )


class FaxNumber(models.Model):
    _inherit = "fax.number"

    def _is_ported_in(self):
        """Whether the number is on its way from another carrier."""
        waiting = [("number_id", "=", self.id), ("state", "=", "waiting")]
        # sudo: a yes or no, for whoever may see the number
        portings = self.env["fax.number.porting"].sudo()
        return bool(portings.search_count(waiting, limit=1))


class FaxAccount(models.Model):
    _inherit = "fax.account"

    porting_ids = fields.One2many(
        "fax.number.porting",
        "account_id",
        "Portings",
        groups="medical_fax.group_fax_manager",
    )

    def action_new_porting(self):
        """Enter that a number is to come from another carrier."""
        self.ensure_one()
        self._check_manager()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Port a number"),
            "res_model": "fax.number.porting",
            "views": [[False, "form"]],
            "context": {"default_account_id": self.id},
        }
