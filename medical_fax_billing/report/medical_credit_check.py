from odoo import fields, models
from odoo.tools import SQL


class MedicalCreditCheck(models.Model):
    """What a provider counted of each fax beside what the wallet was charged for.

    Faxes appear by their reference only.
    """

    _name = "medical.credit.check"
    _description = "Provider Check"
    _auto = False
    _rec_name = "reference"
    _order = "month desc, reference desc"
    _depends = {
        "fax.attempt": ["account_id", "cost", "ended_at", "message_id", "pages_sent"],
        "fax.message": ["credit_rate", "direction", "wallet_id"],
        "medical.credit.move": ["kind", "message_id", "quantity"],
        "medical.credit.wallet": ["company_id", "practice_company_id"],
    }

    month = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", "Books of", readonly=True)
    practice_company_id = fields.Many2one("res.company", "Practice", readonly=True)
    account_id = fields.Many2one("fax.account", "Account", readonly=True)
    wallet_id = fields.Many2one("medical.credit.wallet", "Wallet", readonly=True)
    reference = fields.Char("Fax", readonly=True)
    provider_pages = fields.Integer("Provider's pages", readonly=True)
    provider_units = fields.Float(
        "Provider's units", digits="Credit Units", readonly=True
    )
    provider_cost = fields.Float("Provider's cost", digits=(16, 4), readonly=True)
    captured_pages = fields.Integer("Pages charged", readonly=True)
    pages_off = fields.Integer(
        "Difference", readonly=True, help="Provider's pages less pages charged."
    )
    differs = fields.Boolean(readonly=True)

    @property
    def _table_query(self):
        """One row a fax and account; what was charged stands with the last one."""
        return SQL(
            """
            SELECT tried.id, message.name AS reference, message.wallet_id,
                   wallet.company_id, wallet.practice_company_id, tried.account_id,
                   DATE_TRUNC('month', total.ended_at AT TIME ZONE 'UTC'
                       AT TIME ZONE COALESCE(partner.tz, 'UTC'))::date AS month,
                   tried.pages AS provider_pages, tried.units AS provider_units,
                   tried.cost AS provider_cost,
                   CASE WHEN tried.last_id = total.last_id THEN charged.pages ELSE 0
                       END AS captured_pages,
                   tried.pages - CASE WHEN tried.last_id = total.last_id
                       THEN charged.pages ELSE 0 END AS pages_off,
                   total.pages != charged.pages AS differs
              FROM fax_message message
              JOIN medical_credit_wallet wallet ON wallet.id = message.wallet_id
              JOIN res_company company ON company.id = wallet.company_id
              JOIN res_partner partner ON partner.id = company.partner_id
              JOIN LATERAL (
                    SELECT SUM(COALESCE(attempt.pages_sent, 0))::integer AS pages,
                           MAX(attempt.id) AS last_id,
                           MAX(attempt.ended_at) AS ended_at
                      FROM fax_attempt attempt
                     WHERE attempt.message_id = message.id
                       AND attempt.state = 'over'
                   ) total ON total.ended_at IS NOT NULL
              JOIN LATERAL (
                    SELECT MIN(attempt.id) AS id, attempt.account_id,
                           MAX(attempt.id) AS last_id,
                           SUM(COALESCE(attempt.pages_sent, 0))::integer AS pages,
                           SUM(COALESCE(attempt.units, 0)) AS units,
                           SUM(COALESCE(attempt.cost, 0)) AS cost
                      FROM fax_attempt attempt
                     WHERE attempt.message_id = message.id
                       AND attempt.state = 'over'
                     GROUP BY attempt.account_id
                   ) tried ON TRUE
              JOIN LATERAL (
                    SELECT COALESCE(SUM(move.quantity), 0)::integer AS pages
                      FROM medical_credit_move move
                     WHERE move.message_id = message.id AND move.kind = 'capture'
                   ) charged ON TRUE
             WHERE message.direction = 'out' AND message.credit_rate > 0
               AND message.state NOT IN ('queued', 'held', 'submitting', 'submitted')
            """
        )
