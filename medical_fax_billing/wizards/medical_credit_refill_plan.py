from odoo import models


class MedicalCreditWallet(models.Model):
    _inherit = "medical.credit.wallet"

    def action_refill(self):
        """The dialog of a first refill starts with what the plan says."""
        action = super().action_refill()
        # sudo: the right was checked; buyers see neither products nor rules
        wallet = self.sudo()
        plan = wallet.plan_id
        if plan.refill_package_id and not wallet.refill_ids and self.mode == "resold":
            setup = wallet.env[action["res_model"]].browse(action["res_id"])
            package = setup.option_ids.filtered(
                lambda option: option.product_id == plan.refill_package_id
            )
            setup.write(
                {
                    "package_id": (package or setup.package_id).id,
                    "trigger": plan.refill_trigger,
                    "threshold": plan.refill_threshold,
                    "daily_cap": plan.daily_cap,
                }
            )
        return action
