from odoo import api, fields, models


def _wallet():
    return fields.Many2one(
        "medical.credit.wallet",
        "Fax wallet",
        ondelete="restrict",
        groups="medical_fax.group_fax_manager,medical_fax_billing.group_credit_buyer",
        help="Faxes are paid from it. Empty: the next in line, from the number over "
        "the sender and the location to the company.",
    )


class FaxNumber(models.Model):
    _inherit = "fax.number"

    wallet_id = _wallet()


class ResUsers(models.Model):
    _inherit = "res.users"

    fax_wallet_id = _wallet()


class ResPartner(models.Model):
    _inherit = "res.partner"

    fax_wallet_id = _wallet()


class ResCompany(models.Model):
    _inherit = "res.company"

    fax_wallet_id = _wallet()


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    fax_wallet_id = fields.Many2one(related="company_id.fax_wallet_id", readonly=False)


class MedicalCreditWallet(models.Model):
    _inherit = "medical.credit.wallet"

    @api.model
    def _payer(self, company, number=None, user=None):
        """The wallet that pays for a fax, or none where faxes are not metered.

        :param number: the fax.number of ours that it leaves from or came to
        :param user: who sends it
        """
        # sudo: who pays is no secret to those who fax, the wallet itself may be
        number = (number or self.env["fax.number"]).sudo()
        user = (user or self.env["res.users"]).sudo()
        found = (
            number.wallet_id
            or user.fax_wallet_id
            or number.location_id.fax_wallet_id
            or company.sudo().fax_wallet_id
        )
        return found.filtered("active")
