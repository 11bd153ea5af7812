import os
import socket

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import waits

WORKER = socket.gethostname()


class FaxMessage(models.Model):
    """Claiming: which fax may go next, and making it this process's own.

    Safe for any number of callers at once. What two of them must not both do is held
    apart by the unique indexes of fax.attempt, so that the loser of a race gets an
    error and not a second fax.
    """

    _inherit = "fax.message"

    @api.model
    def _due_domain(self):
        return Domain("state", "=", "queued") & Domain("due_at", "<=", waits.now())

    @api.model
    def _claimable(self, limit, skip=()):
        """Faxes that may be claimed now, in the order of their times.

        For each account no more than it has places free, and for each of its numbers
        one, if no submission to that number has an outcome that is not known: so a
        busy number or account does not keep the others waiting.

        :param skip: ids to leave out, of faxes that could not be claimed before
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH in_doubt AS (
                    SELECT account_id, dialled FROM fax_attempt
                    WHERE state != 'over' AND (
                        state IN ('calling', 'resolving')
                        OR (state = 'uncertain' AND lease_until > %(window)s)
                    )
                ), calling AS (
                    SELECT account_id, count(*) AS calls FROM fax_attempt
                    WHERE state = 'calling' GROUP BY account_id
                ), next_of_number AS (
                    SELECT DISTINCT ON (account_id, number)
                           id, account_id, due_at
                    FROM fax_message AS message
                    WHERE state = 'queued' AND due_at <= %(now)s
                      AND id != ALL(%(skip)s) AND NOT EXISTS (
                        SELECT FROM in_doubt
                        WHERE in_doubt.account_id = message.account_id
                          AND in_doubt.dialled = message.number
                    )
                    ORDER BY account_id, number, due_at, id
                ), next_of_account AS (
                    SELECT *, row_number() OVER (
                        PARTITION BY account_id ORDER BY due_at, id
                    ) AS in_line
                    FROM next_of_number
                )
                SELECT message.id
                FROM next_of_account AS message
                JOIN fax_account AS account ON account.id = message.account_id
                LEFT JOIN calling ON calling.account_id = account.id
                LEFT JOIN fax_account_pace AS pace
                    ON pace.account_id = account.id AND pace.kind = 'submit'
                WHERE in_line <= account.concurrent_calls - coalesce(calls, 0)
                  AND coalesce(pace.next_at <= %(now)s, TRUE)
                ORDER BY due_at, id
                LIMIT %(limit)s
                """,
                now=waits.now(),
                window=waits.now() - waits.delta(self.env, "skew"),
                limit=limit,
                skip=list(skip),
            )
        )
        return self.browse(row[0] for row in rows)

    def _claim(self):
        """Take a due fax for this process and return its new attempt, or none.

        The caller commits before the provider is called.
        """
        self.ensure_one()
        if not self.try_lock_for_update(allow_referencing=True):
            return None
        self.invalidate_recordset()
        if not self.filtered_domain(self._due_domain()) or self._number_in_doubt():
            return None
        if self._leave_closed_account():
            self._wake()  # that account has limits and times of its own
            return None
        kind, reason = self._for_sender()._hold_cause()
        if kind:
            self._set_held(kind, reason)
            return None
        place = self._free_place()
        if not place:
            return None
        attempt = self.env["fax.attempt"].create(
            {**self._prepare_attempt(), "place": place}
        )
        self._set_submitting()
        return attempt

    def _prepare_attempt(self):
        """Values of this fax's next try."""
        number = max(self.attempt_ids.mapped("number"), default=0) + 1
        now = waits.now()
        return {
            "message_id": self.id,
            "number": number,
            "reference": f"{self.uuid}-{number}",
            "account_id": self.account_id.id,
            "dialled": self.number,
            "lease_until": now + waits.delta(self.env, "lease"),
            "worker": f"{WORKER}:{os.getpid()}",
            "called_at": now,
        }

    def _free_place(self):
        """The lowest of the account's places where no call is under way, or None."""
        calling = self.env["fax.attempt"].search(
            [("account_id", "=", self.account_id.id), ("state", "=", "calling")]
        )
        taken = set(calling.mapped("place"))
        places = range(1, self.account_id.concurrent_calls + 1)
        return next((place for place in places if place not in taken), None)
