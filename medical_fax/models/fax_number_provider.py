from odoo import api, fields, models
from odoo.exceptions import UserError

from . import guard

# What the provider says of a number, which people do not write.
GUARDED = {"status", "provider_id", "released_at", "released_by_id"}
# While it is one of these, nothing is sent from it.
UNUSABLE = ("pending", "missing", "releasing", "released")


class FaxNumber(models.Model):
    """What the provider says of a number.

    A number that is not there any more is kept, since faxes came and went by it.
    """

    _inherit = "fax.number"

    status = fields.Selection(
        [
            ("manual", "Entered by hand"),
            ("active", "In use"),
            ("pending", "Pending"),
            ("missing", "Not at the provider any more"),
            ("releasing", "Being released"),
            ("released", "Released"),
        ],
        required=True,
        readonly=True,
        default="manual",
        copy=False,
        help="Entered by hand: the provider does not list it, or was not asked. "
        "Pending: ordered or on its way from another carrier, not usable yet.",
    )
    provider_id = fields.Char("Id at the provider", readonly=True, copy=False)
    released_at = fields.Datetime("Released on", readonly=True, copy=False)
    released_by_id = fields.Many2one(
        "res.users", "Released by", readonly=True, copy=False
    )

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        if not (self.env.su or guard.is_open(self.env)):
            vals_list = [
                {name: vals[name] for name in vals if name not in GUARDED}
                for vals in vals_list
            ]
            context = self.env.context
            defaults = {f"default_{name}" for name in GUARDED}
            # Without them: a default of False would be written, too.
            # pylint: disable-next=context-overridden
            self = self.with_context(
                {name: context[name] for name in context if name not in defaults}
            )
        return super().create(vals_list)

    def write(self, vals):
        if not (self.env.su or guard.is_open(self.env)):
            self._check_writable(vals)
        return super().write(vals)

    def _check_writable(self, vals):
        if not GUARDED.isdisjoint(vals):
            raise UserError(
                self.env._("The provider says it; Fetch numbers asks again.")
            )
        if vals.get("active") and "released" in self.mapped("status"):
            raise UserError(
                self.env._(
                    "This number was released: it is lost for good. Order another "
                    "one on the form of the account."
                )
            )
        moved = {"number", "account_id"}.intersection(vals)
        if moved and any(
            number.status != "manual" and number._changes(vals) for number in self
        ):
            raise UserError(
                self.env._(
                    "This number is the provider's. Archive it where it is not used "
                    "any more, and add another one."
                )
            )

    def _changes(self, vals):
        """Whether the number or its account would be another one."""
        return (
            vals.get("number", self.number) != self.number
            or vals.get("account_id", self.account_id.id) != self.account_id.id
        )

    # USE

    @api.model
    def _usable(self):
        return super()._usable().filtered(lambda n: n.status not in UNUSABLE)

    # WHAT THE PROVIDER SAYS

    def _take_over_listed(self, info):
        """Keep what the provider says of this number (:class:`NumberInfo`)."""
        self.ensure_one()
        values = {"provider_id": info.provider_id or self.provider_id}
        if self.status not in ("releasing", "released"):
            values["status"] = "pending" if info.pending else "active"
        changed = {name: v for name, v in values.items() if self[name] != v}
        if changed:
            guard.opened(self).write(changed)
        return changed

    def _note_missing(self):
        """The provider does not list it any more."""
        return guard.opened(self).write({"status": "missing"})

    def _note_released(self, user):
        """It was given back: nothing starts with it any more, its history stays."""
        self.ensure_one()
        account = self.account_id
        if account.default_number_id == self:
            account.default_number_id = False
        guard.opened(self).write(
            {
                "active": False,
                "status": "released",
                "released_at": fields.Datetime.now(),
                "released_by_id": user.id,
            }
        )

    def _note_not_released(self):
        """Giving it back did not happen, as far as is known."""
        releasing = self.filtered(lambda n: n.status == "releasing")
        guard.opened(releasing).write({"status": "active"})

    def _note_ordered(self, info):
        """The account has it now; maybe again, after it was given back once."""
        self.ensure_one()
        guard.opened(self).write(
            {
                "active": True,
                "status": "pending" if info.pending else "active",
                "provider_id": info.provider_id,
                "released_at": False,
                "released_by_id": False,
            }
        )
