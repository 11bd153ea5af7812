from odoo import models


class MedicalCreditWallet(models.Model):
    """What a subscription gives to people: its buttons, its packages, and what pages
    received cost."""

    _inherit = "medical.credit.wallet"

    # BUTTONS

    def action_subscribe(self):
        """Choose a plan for this wallet."""
        self.ensure_one()
        self.check_access("write")
        wizard = self.env["medical.credit.subscribe"].create({"wallet_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Subscribe to a plan"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [[False, "form"]],
            "target": "new",
            "context": {"dialog_size": "medium"},
        }

    def action_cancel_subscription(self):
        """End the subscription with its period."""
        self.ensure_one()
        self.check_access("write")
        self._cancel_subscription()
        return True

    def action_view_contract(self):
        """Open the subscription and its invoices."""
        self.ensure_one()
        self.check_access("read")
        return self.contract_id.get_formview_action()

    # PACKAGES

    def _packages(self):
        """Of a plan with packages of its own, those."""
        packages = super()._packages()
        # sudo: buyers sell nothing
        return packages & self.plan_id.sudo().package_ids or packages

    # PAGES RECEIVED

    def _charge(self, units, **values):
        """Pages received cost what the plan says."""
        policy = self.plan_id.inbound_policy
        if values.get("service") == "fax_inbound" and policy != "include":
            if policy == "waive":
                return self.env["medical.credit.move"]
            self = self.with_context(credit_skips_included=bool(policy))
        return super()._charge(units, **values)

    def _free_lots(self):
        lots = super()._free_lots()
        if self.env.context.get("credit_skips_included"):
            lots = lots.filtered(lambda lot: not lot.is_included)
        return lots
