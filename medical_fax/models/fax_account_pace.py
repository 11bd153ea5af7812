from datetime import timedelta, timezone

from odoo import fields, models
from odoo.tools import SQL

from ..tools import waits

# How far a look for received faxes goes back before the last one began.
LOOK_BACK = timedelta(days=2)


class FaxAccountPace(models.Model):
    """When an account's provider may be called next, for each kind of call.

    Kept in the database, so that all workers and everybody who presses "ask now"
    share one limit. A row apart from the account, so that the queue and a manager who
    edits the account do not stand in each other's way.
    """

    _name = "fax.account.pace"
    _description = "When a fax provider may be called next"
    _order = "account_id, kind"

    account_id = fields.Many2one(
        "fax.account", required=True, readonly=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("submit", "Submit"),
            ("status", "Ask how faxes went"),
            ("find", "Look a submission up"),
            ("cancel", "Stop a fax"),
            ("receive", "Fetch received faxes"),
            ("number", "Order and release numbers"),
        ],
        required=True,
        readonly=True,
    )
    next_at = fields.Datetime(required=True, readonly=True)
    looked_at = fields.Datetime(
        readonly=True, help="When the last look began that saw everything."
    )

    _kind_uniq = models.Constraint(
        "UNIQUE (account_id, kind)", "There is one pace for each kind of call."
    )


class FaxAccount(models.Model):
    _inherit = "fax.account"

    def _take_turn(self, kind, pause):
        """Whether a call of this kind may be made now; the next one `pause` seconds
        later. The caller commits before it calls.

        Of two workers who ask at once one is told so by a serialization failure.
        """
        self.ensure_one()
        now = waits.now()
        turns = self.env.execute_query(
            SQL(
                """
                INSERT INTO fax_account_pace AS pace (account_id, kind, next_at)
                VALUES (%(account)s, %(kind)s, %(next)s)
                ON CONFLICT (account_id, kind) DO UPDATE SET next_at = %(next)s
                WHERE pace.next_at <= %(now)s
                RETURNING id
                """,
                account=self.id,
                kind=kind,
                next=now + timedelta(seconds=pause),
                now=now,
            )
        )
        return bool(turns)

    def _slow_down(self, kind, seconds):
        """Make no call of this kind for so long: the provider asked for it."""
        self.ensure_one()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO fax_account_pace AS pace (account_id, kind, next_at)
                VALUES (%(account)s, %(kind)s, %(next)s)
                ON CONFLICT (account_id, kind) DO UPDATE
                SET next_at = greatest(pace.next_at, EXCLUDED.next_at)
                """,
                account=self.id,
                kind=kind,
                next=waits.now() + timedelta(seconds=seconds),
            )
        )

    def _look_since(self):
        """From when on received faxes are listed: well before the last look, however
        long ago that was, so that nothing is missed between two of them."""
        self.ensure_one()
        pace = self.env["fax.account.pace"].search(
            [("account_id", "=", self.id), ("kind", "=", "receive")]
        )
        looked = pace.looked_at or waits.now()
        return (looked - LOOK_BACK).replace(tzinfo=timezone.utc)

    def _looked(self, began):
        """Note that everything received before a look began was seen by it."""
        self.env["fax.account.pace"].search(
            [("account_id", "=", self.id), ("kind", "=", "receive")]
        ).looked_at = began
