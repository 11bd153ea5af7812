from odoo import models
from odoo.exceptions import UserError


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Override of `base`: never fold two charts into one contact.

        The merge rewrites foreign keys by SQL and deletes the rows that clash with
        a unique constraint: two patients would lose one chart silently. The same
        SQL goes past ``is_patient``, which is therefore recomputed afterwards.
        """
        # sudo: the flag decides about a refusal, also for users who may not see
        # the patients among the contacts to merge.
        partners = self.env["res.partner"].sudo().browse(partner_ids).exists()
        if len(partners.filtered("is_patient")) > 1:
            raise UserError(
                self.env._(
                    "Two patients cannot be merged as contacts: each has a chart of"
                    " its own."
                )
            )
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        partners.exists()._recompute_is_patient()
        return result
