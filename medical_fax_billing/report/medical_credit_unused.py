from odoo import fields, models
from odoo.tools import SQL


class MedicalCreditUnused(models.Model):
    """Unused credits: what the ledger says is left beside what the accounts hold.

    One row a card, one for each purchase that is not paid yet, and one for each other
    line on these accounts, which nothing in the ledger explains.

    The ledger is counted as it was when the books were brought up to date last, with
    the purchases and credit notes since, as these are in the books at once.
    """

    _name = "medical.credit.unused"
    _description = "Unused Credits"
    _auto = False
    _rec_name = "lot_id"
    _order = "wallet_id, lot_id, line_id"
    _depends = {
        "account.account": ["account_type"],
        "account.move.line": [
            "account_id",
            "balance",
            "credit_lot_id",
            "credit_origin_line_id",
            "credit_units",
            "credit_wallet_id",
            "parent_state",
        ],
        "medical.credit.lot": ["account_id", "amount", "granted", "invoice_line_id"],
        "medical.credit.move": ["date", "kind", "line_id", "lot_id", "units"],
        "medical.credit.wallet": ["recognised_until"],
        "res.company": ["credit_liability_account_id", "credit_prepaid_account_id"],
    }

    company_id = fields.Many2one("res.company", "Books of", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    account_id = fields.Many2one("account.account", "Account", readonly=True)
    wallet_id = fields.Many2one("medical.credit.wallet", "Wallet", readonly=True)
    lot_id = fields.Many2one("medical.credit.lot", "Card", readonly=True)
    line_id = fields.Many2one("account.move.line", "Line", readonly=True)
    kind = fields.Selection(
        [
            ("card", "Card"),
            ("waiting", "Invoiced, not paid"),
            ("other", "Other entry on the account"),
        ],
        readonly=True,
    )
    booked_until = fields.Datetime(readonly=True)
    units = fields.Float("Units left", digits="Credit Units", readonly=True)
    price_unit = fields.Float(
        "Price a unit", digits=(16, 6), readonly=True, aggregator=None
    )
    value = fields.Monetary("Worth now", readonly=True)
    unbooked = fields.Monetary(
        "Used, not booked",
        readonly=True,
        help="Used or expired since the last entry; the next one books it.",
    )
    ledger_balance = fields.Monetary(
        "In the ledger", readonly=True, help="Worth now, and what is not booked yet."
    )
    account_balance = fields.Monetary("In the accounts", readonly=True)
    difference = fields.Monetary(readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT r.*,
                   r.ledger_balance - r.value AS unbooked,
                   r.account_balance - r.ledger_balance AS difference
              FROM (%s UNION ALL %s) r
            """,
            self._cards(),
            self._other_lines(),
        )

    def _cards(self):
        return SQL(
            """
            SELECT 2 * lot.id AS id, lot.company_id, company.currency_id,
                   lot.account_id, lot.wallet_id, lot.id AS lot_id,
                   lot.invoice_line_id AS line_id, 'card' AS kind,
                   wallet.recognised_until AS booked_until,
                   entry.units, lot.amount / lot.granted AS price_unit,
                   %(worth_now)s AS value,
                   %(worth_booked)s - entry.credited AS ledger_balance,
                   %(sign)s * COALESCE(book.balance, 0) AS account_balance
              FROM medical_credit_lot lot
              JOIN medical_credit_wallet wallet ON wallet.id = lot.wallet_id
              JOIN res_company company ON company.id = lot.company_id
              JOIN res_currency currency ON currency.id = company.currency_id
              JOIN account_account account ON account.id = lot.account_id
              JOIN LATERAL (
                    SELECT SUM(move.units) AS units,
                           SUM(CASE WHEN move.kind = 'purchase' OR since.booked
                               THEN move.units ELSE 0 END) AS booked_units,
                           SUM(CASE WHEN move.kind = 'refund' AND NOT since.booked
                               THEN ABS(COALESCE(line.balance, 0)) ELSE 0 END)
                               AS credited
                      FROM medical_credit_move move
                      LEFT JOIN account_move_line line ON line.id = move.line_id
                     CROSS JOIN LATERAL (SELECT move.date < COALESCE(
                           wallet.recognised_until, '-infinity') AS booked) since
                     WHERE move.lot_id = lot.id
                   ) entry ON TRUE
              LEFT JOIN LATERAL (
                    SELECT SUM(line.balance) AS balance
                      FROM account_move_line line
                     WHERE line.credit_lot_id = lot.id
                       AND line.account_id = lot.account_id
                       AND line.parent_state = 'posted'
                   ) book ON TRUE
            """,
            worth_now=self._worth(SQL("entry.units")),
            worth_booked=self._worth(SQL("entry.booked_units")),
            sign=self._sign(),
        )

    def _other_lines(self):
        """Lines on these accounts that no card explains; a purchase that waits to be
        paid together with its credit notes."""
        amount = SQL("%s * SUM(line.balance)", self._sign())
        waiting = SQL("BOOL_OR(line.credit_units != 0 AND wallet.id IS NOT NULL)")
        return SQL(
            """
            SELECT 2 * COALESCE(line.credit_origin_line_id, line.id) + 1 AS id,
                   line.company_id, line.company_currency_id AS currency_id,
                   line.account_id, MIN(line.credit_wallet_id) AS wallet_id,
                   NULL::integer AS lot_id, MIN(line.id) AS line_id,
                   CASE WHEN %(waiting)s THEN 'waiting' ELSE 'other' END AS kind,
                   NULL::timestamp AS booked_until,
                   SUM(CASE WHEN line.credit_origin_line_id IS NULL
                       THEN line.credit_units ELSE -line.credit_units END) AS units,
                   NULL::numeric AS price_unit,
                   CASE WHEN %(waiting)s THEN %(amount)s ELSE 0 END AS value,
                   CASE WHEN %(waiting)s THEN %(amount)s ELSE 0 END
                       AS ledger_balance,
                   %(amount)s AS account_balance
              FROM account_move_line line
              JOIN account_account account ON account.id = line.account_id
              JOIN res_company company ON company.id = line.company_id
              LEFT JOIN medical_credit_wallet wallet
                ON wallet.id = line.credit_wallet_id
             WHERE line.parent_state = 'posted' AND line.credit_lot_id IS NULL
               AND line.account_id IN (
                   SELECT company.credit_liability_account_id
                   UNION SELECT company.credit_prepaid_account_id
                   UNION SELECT lot.account_id FROM medical_credit_lot lot
                          WHERE lot.company_id = company.id)
             GROUP BY COALESCE(line.credit_origin_line_id, line.id), line.company_id,
                      line.company_currency_id, line.account_id,
                      account.account_type
            HAVING SUM(line.balance) != 0
            """,
            amount=amount,
            waiting=waiting,
        )

    @staticmethod
    def _worth(units):
        """What units of a card cost, rounded as the company's money is."""
        return SQL(
            "ROUND(lot.amount * %s / lot.granted / currency.rounding)"
            " * currency.rounding",
            units,
        )

    @staticmethod
    def _sign():
        """A liability is kept as credit."""
        return SQL(
            "(CASE WHEN account.account_type LIKE 'liability%%' THEN -1 ELSE 1 END)"
        )
