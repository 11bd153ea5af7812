from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FaxAccount(models.Model):
    """The account that takes over where this one's provider does not take a fax.

    It may have one in turn. Which faxes go there, and when, says
    fax_message_failover.py.
    """

    _inherit = "fax.account"

    failover_account_id = fields.Many2one(
        "fax.account",
        "Otherwise by",
        domain="[('company_id', '=', company_id), ('id', '!=', id)]",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        help="When this provider cannot be reached, refuses the key or has the account "
        "switched off, faxes go by that account instead, from a number of its own. A "
        "fax that this provider may have taken never does.",
    )

    @api.constrains("failover_account_id", "company_id", "code")
    def _check_failover(self):
        # sudo: accounts, of other companies too, are only compared
        accounts = self.sudo().with_context(active_test=False)
        for account in accounts | accounts._pointing_here():
            other = account.failover_account_id
            if other and other.company_id != account.company_id:
                raise ValidationError(
                    self.env._("Choose an account of the same company.")
                )
            if other and (account | other)._one_is_training():
                raise ValidationError(
                    self.env._(
                        "The training account cannot stand in for a real one, nor a "
                        "real one for it."
                    )
                )
        if accounts._has_cycle("failover_account_id"):
            raise ValidationError(
                self.env._("These accounts would hand a fax round in a circle.")
            )

    def _one_is_training(self):
        return any(account._capabilities().training for account in self)

    def write(self, vals):
        result = super().write(vals)
        if vals.get("failover_account_id"):
            self._release_held("account")
        return result

    def _pointing_here(self):
        return self.search([("failover_account_id", "in", self.ids)])

    def _leading_here(self):
        """The accounts whose faxes may go by one of these instead."""
        found = self.browse()
        more = self._pointing_here()
        while more - found:
            found |= more
            more = more._pointing_here()
        return found

    def _failovers(self):
        """The accounts that take over from this one, the first one first."""
        self.ensure_one()
        found = self.browse()
        account = self.failover_account_id
        while account and account not in found | self:
            found |= account
            account = account.failover_account_id
        return found

    def _working_failovers(self):
        return self._failovers().filtered(
            lambda account: account.state == "connected" and not account.is_away
        )

    def _release_held(self, *kinds):
        """What is held at an account from which the way leads here may go, too."""
        accounts = self
        if kinds in ((), ("account",)):
            accounts |= self._leading_here()
        return super(FaxAccount, accounts)._release_held(*kinds)

    def _trouble_summary(self):
        other = self._working_failovers()
        if not other:
            return super()._trouble_summary()
        return self.env._(
            "Fax account %(name)s does not work: faxes go by %(other)s",
            name=self.name,
            other=other[0].name,
        )
