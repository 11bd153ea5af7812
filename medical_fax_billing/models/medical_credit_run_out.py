from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# The rate is that of so many days; a wallet that is used since fewer is not judged by
# a lucky or busy first day.
RATE_DAYS = 28
LEAST_DAYS = 7


class MedicalCreditWallet(models.Model):
    """On which day the credit runs out, at the rate at which it is used."""

    _inherit = "medical.credit.wallet"

    def _daily_use(self):
        """Units used a day, over the last 28 days; 0: no use yet."""
        self.ensure_one()
        now = fields.Datetime.now()
        used = Domain("wallet_id", "=", self.id) & Domain("kind", "=", "capture")
        moves = self.env["medical.credit.move"]
        since = now - timedelta(days=RATE_DAYS)
        [(units,)] = moves._read_group(
            used & Domain("date", ">=", since), [], ["units:sum"]
        )
        if not units:
            return 0
        first = moves.search(used, order="date, id", limit=1).date
        days = (now - first).days + 1
        return -units / min(max(days, LEAST_DAYS), RATE_DAYS)

    def _run_out(self):
        """The day on which nothing is left, or False: no use yet, or not in sight."""
        rate = self._daily_use()
        if not rate or self.is_postpaid:
            return False
        days = self.available / rate
        if days > 3650:
            return False
        return fields.Date.context_today(self) + timedelta(days=int(days))

    def _share_used(self, lot):
        """How much is used of what there was when a card came, from 0 to 1.

        :param lot: the newest card
        """
        query = SQL(
            """SELECT -COALESCE(SUM(units), 0) FROM medical_credit_move
                WHERE wallet_id = %(wallet)s AND account = 'lot'
                  AND kind IN ('capture', 'fee', 'due')
                  AND id > (SELECT MIN(id) FROM medical_credit_move
                             WHERE lot_id = %(lot)s)""",
            wallet=self.id,
            lot=lot.id,
        )
        self.env["medical.credit.move"].flush_model()
        [(used,)] = self.env.execute_query(query)
        total = used + self.balance
        return used / total if total > 0 else 1.0
