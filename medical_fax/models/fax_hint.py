from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import waits
from ..tools.quiet import quiet_sql

HINTS_AT_ONCE = 500


class FaxHint(models.Model):
    """One callback of a provider: a reason to ask it, never believed by itself.

    Stored by one insert and answered at once; the queue then asks the provider. The
    same event of the same fax is one row, however often it is called back.
    """

    _name = "fax.hint"
    _description = "Fax Callback"
    _order = "id"
    _rec_name = "provider_id"

    account_id = fields.Many2one(
        "fax.account", required=True, readonly=True, ondelete="cascade"
    )
    provider_id = fields.Char(required=True, readonly=True)
    inbound = fields.Boolean(readonly=True)
    event = fields.Char(readonly=True)
    reference = fields.Char(readonly=True)
    to = fields.Char("Fax number", readonly=True)
    pages = fields.Integer(readonly=True)
    is_done = fields.Boolean(readonly=True)
    create_date = fields.Datetime("Received at", readonly=True)

    _event_uniq = models.UniqueIndex(
        "(account_id, provider_id, inbound, event)", "This event is known already."
    )
    _open_idx = models.Index("(id) WHERE is_done IS NOT TRUE")

    @api.model
    def _store(self, account, hints):
        """Keep the hints of a callback and wake the queue; touches no other row.

        :param account: whose address was called
        :param hints: :class:`providers.Hint` objects
        """
        fresh = set()
        for hint in hints:
            # Two calls about one event at the same moment: the later one fails, and
            # Odoo takes it again; the number in the statement is for no log.
            with quiet_sql():
                rows = self.env.execute_query(
                    SQL(
                        """
                        INSERT INTO fax_hint (account_id, provider_id, inbound, event,
                            reference, "to", pages, is_done, create_date, create_uid)
                        VALUES (%s, %s, %s, %s, %s, %s, %s, FALSE, %s, %s)
                        ON CONFLICT DO NOTHING
                        RETURNING inbound
                        """,
                        account.id,
                        hint.provider_id,
                        hint.inbound,
                        hint.event or "",
                        hint.reference or None,
                        hint.to or None,
                        hint.pages or None,
                        waits.now(),
                        self.env.uid,
                    )
                )
            fresh.update(inbound for (inbound,) in rows)
        for inbound in fresh:
            name = "ir_cron_fax_receive" if inbound else "ir_cron_fax_poll"
            # sudo: waking the queue asks the provider, it changes nothing by itself
            self.env.ref(f"medical_fax.{name}").sudo()._trigger()

    @api.model
    def _read_outbound(self):
        """Have the faxes that were called about asked for at once.

        An id that nobody knows may be of a submission whose answer was lost: then
        that is looked up. It is dropped when no such submission is in doubt any more.
        """
        late = waits.now() - waits.delta(self.env, "lease")
        unread = [("is_done", "=", False), ("inbound", "=", False)]
        for hint in self.search(unread, limit=HINTS_AT_ONCE):
            attempts = hint._attempts()
            attempts.filtered(
                lambda a: a.state not in ("calling", "over")
            )._look_again()
            if attempts or hint.create_date < late:
                hint.is_done = True

    def _attempts(self):
        """The submissions that this may be about."""
        attempts = self.env["fax.attempt"]
        mine = [("account_id", "=", self.account_id.id)]
        known = attempts.search([*mine, ("provider_id", "=", self.provider_id)])
        if known:
            return known
        mine.append(("state", "in", ("resolving", "uncertain")))
        if self.reference:
            return attempts.search([*mine, ("reference", "=", self.reference)])
        return attempts.search([*mine, ("dialled", "=", self.to)])

    @api.autovacuum
    def _gc_done(self):
        """Forget what no late repetition will come of."""
        limit = waits.now() - timedelta(days=30)
        self.search([("is_done", "=", True), ("create_date", "<", limit)]).unlink()
