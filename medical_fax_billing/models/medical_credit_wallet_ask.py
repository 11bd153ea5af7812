from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

ASKED = "medical_fax_billing.mail_activity_type_credit_asked"
LOW = "medical_fax_billing.mail_activity_type_credit_low"


class MedicalCreditWallet(models.Model):
    """Asking those who buy for credit. They are asked once until there is some."""

    _inherit = "medical.credit.wallet"

    asked_at = fields.Datetime(
        "Credit asked for", readonly=True, copy=False, help="When last."
    )

    def _buyers(self):
        """Who can buy for this wallet: the practice's buyers, else those of the books,
        else the administrators; asking always reaches a person."""
        # sudo: membership of groups, whoever asks
        groups = self.env["res.groups"].sudo()
        buyers = groups.env.ref("medical_fax_billing.group_credit_buyer").all_user_ids
        buyers = buyers.filtered(lambda user: user.active and not user.share)

        def of(company):
            return buyers.filtered(lambda user: company in user.company_ids)

        administrators = groups.env.ref("base.group_system").all_user_ids
        return (
            of(self.practice_company_id)
            or of(self.company_id)
            or administrators.filtered("active")
        )

    def _credit_activities(self, *types):
        types = [self.env.ref(name).id for name in types]
        return self.activity_ids.filtered(lambda a: a.activity_type_id.id in types)

    def _is_asked(self):
        return bool(self._credit_activities(ASKED))

    def _ask_for_credit(self):
        """Ask the buyers, unless they were asked already.

        :return: the notice for who asks
        """
        if not self:
            raise UserError(self.env._("Nobody has to pay for this fax."))
        # sudo: who faxes may ask for credit and see nothing of the wallet
        for wallet in self.sudo():
            if not wallet._is_asked():
                wallet._ask_buyers()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "Those who buy credit have been asked. Faxes that are held go by "
                    "themselves when there is some."
                ),
            },
        }

    def _ask_buyers(self):
        # Of two who ask at once the later one begins anew, and finds them asked.
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                "UPDATE medical_credit_wallet SET asked_at = %s WHERE id = %s"
                " RETURNING id",
                fields.Datetime.now(),
                self.id,
            )
        )
        self.invalidate_recordset(["asked_at"])
        for buyer in self._buyers():
            wallet = self.with_context(lang=buyer.lang)
            summary = wallet.env._(
                "Credit is asked for: %(wallet)s, %(left)s left",
                wallet=self.name,
                left=wallet._units_text(self.available),
            )
            self._tell_buyer(ASKED, buyer, summary)

    def _tell_buyer(self, kind, buyer, summary):
        """One activity of a kind for a buyer; one that stands already says the news."""
        standing = self._credit_activities(kind)
        standing = standing.filtered(lambda a: a.user_id == buyer)
        if standing:
            standing.summary = summary
        else:
            self.activity_schedule(kind, user_id=buyer.id, summary=summary)

    def _credit_arrived(self):
        """There is credit: what was asked for has been done."""
        result = super()._credit_arrived()
        # sudo: whoever buys, the others' activities are done as well
        wallet = self.sudo()
        wallet.invalidate_recordset()
        if wallet.available > 0 or wallet.is_postpaid:
            wallet._credit_activities(ASKED, LOW).action_feedback()
        return result
