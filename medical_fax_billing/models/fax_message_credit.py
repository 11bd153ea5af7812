from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

QUOTA = "quota_exceeded"


class FaxMessage(models.Model):
    """What people can do about a fax that credit is lacking for: ours, or that of the
    account with the provider."""

    _inherit = "fax.message"

    # WHAT CAN BE DONE

    def _possible_steps(self):
        steps = super()._possible_steps()
        if self.state == "held" and self.hold_kind == "credit":
            # sudo: who pays; whether the user may buy for it is asked as the user
            can_buy = self.sudo().wallet_id._buy_url()
            return ["buy_credit" if can_buy else "ask_credit", *steps]
        if self.state == "failed" and self.failure_kind == QUOTA and "resend" in steps:
            return ["resend_quota", *steps]
        return steps

    # ACTIONS

    def action_ask_for_credit(self):
        """Ask those who buy for credit; once, however many ask."""
        self._check_may_fax_for_number()
        # sudo: who pays; asking shows nothing of the wallet
        wallets = self.sudo()._short_of_credit().wallet_id
        if not wallets:
            raise UserError(self.env._("These faxes do not wait for credit."))
        return wallets._ask_for_credit()

    def action_buy_credit(self):
        """Buy what these faxes wait for."""
        self._check_may_fax_for_number()
        # sudo: who pays; buying checks the right to
        wallet = self.sudo()._short_of_credit().wallet_id[:1].sudo(False)
        if not wallet:
            raise UserError(self.env._("These faxes do not wait for credit."))
        return wallet.action_buy()

    def action_resend_quota(self):
        """Send again all that were refused as the same provider's account had no
        credit; each of them once.

        :return: the notice with its undo
        """
        self._check_may_fax_for_number()
        refused = Domain("state", "=", "failed") & Domain("failure_kind", "=", QUOTA)
        refused &= Domain("acknowledged_on", "=", False)
        refused &= Domain("account_id", "in", self.account_id.ids)
        faxes = self.search(refused, order="id")._may_finish()
        if not faxes:
            raise UserError(self.env._("All of these were sent again already."))
        return faxes.action_resend()

    def _short_of_credit(self):
        return self.filtered(lambda m: m.state == "held" and m.hold_kind == "credit")
