import logging
from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..providers import ProviderError, Received
from ..tools import waits
from ..tools.trace import where
from . import guard
from .fax_message_inbound import UNFETCHED, Fetched

_logger = logging.getLogger(__name__)

MOST_DOUBLINGS = 20
# Of the values of a fax that came in, those that its pages make.
OF_PAGES = ("document_id", "pages", "file_error", "received_text", "received_codes")


class FaxUnfetched(models.Model):
    """A fax that the provider has received and whose pages it could not give.

    It is asked for again, with growing pauses, whether it is still listed or not.
    After a while the fax stands in the inbox without its pages, so that a person can
    ask the sender; they are put to it when they come after all.
    """

    _name = "fax.unfetched"
    _description = "Received fax whose pages could not be fetched"
    _order = "next_at, id"
    _rec_name = "provider_id"

    account_id = fields.Many2one(
        "fax.account", required=True, readonly=True, ondelete="cascade"
    )
    provider_id = fields.Char(required=True, readonly=True)
    sender = fields.Char(readonly=True)
    to = fields.Char("Fax number", readonly=True)
    pages = fields.Integer(readonly=True, help="As many as the provider says.")
    received_at = fields.Datetime(required=True, readonly=True)
    missed_at = fields.Datetime("First asked in vain", required=True, readonly=True)
    tries = fields.Integer(readonly=True)
    next_at = fields.Datetime(readonly=True, help="Empty: when a person asks for it.")

    _provider_uniq = models.Constraint(
        "UNIQUE (account_id, provider_id)", "This fax is waited for already."
    )

    @api.model
    def _of(self, account, provider_id):
        domain = [("account_id", "=", account.id), ("provider_id", "=", provider_id)]
        return self.search(domain, limit=1)

    @api.model
    def _due(self, account):
        """Those of an account that may be asked for again now."""
        now = waits.now()
        due = self.search([("account_id", "=", account.id), ("next_at", "<=", now)])
        return due.filtered(lambda waiting: waiting.next_at <= now)

    @api.model
    def _note(self, account, received):
        """Note that the pages of a fax could not be had; after a while it becomes a
        row in the inbox. Done in a step of its own, and again by the next look when
        the worker dies before."""
        now = waits.now()
        waiting = self._of(account, received.provider_id)
        if self._has_come(account, received.provider_id):
            waiting.unlink()  # another worker was faster
            return
        waiting = waiting or self.create(
            {
                "account_id": account.id,
                "provider_id": received.provider_id,
                "sender": received.sender,
                "to": received.to,
                "pages": received.pages or 0,
                "received_at": received.received_at.replace(tzinfo=None),
                "missed_at": now,
            }
        )
        waiting.write({"tries": waiting.tries + 1, "next_at": waiting._next(now)})
        if now - waiting.missed_at >= waits.delta(self.env, "unfetched"):
            fetched = Fetched(received, b"", error=UNFETCHED)
            self.env["fax.message"]._receive(account, fetched)

    @api.model
    def _has_come(self, account, provider_id):
        """Whether the fax is here, and not for want of its pages only."""
        here = [("account_id", "=", account.id), ("inbound_id", "=", provider_id)]
        messages = self.env["fax.message"].search(here)
        return bool(messages.filtered(lambda m: m.file_error != UNFETCHED))

    def _next(self, now):
        if now - self.missed_at > waits.delta(self.env, "fetch_end"):
            return False
        first = waits.seconds(self.env, "fetch_first")
        longest = waits.seconds(self.env, "fetch_longest")
        doublings = min(self.tries, MOST_DOUBLINGS)
        return now + timedelta(seconds=min(first * 2**doublings, longest))

    def _received(self):
        """The fax as the provider listed it."""
        return Received(
            provider_id=self.provider_id,
            to=self.to or "",
            sender=self.sender or None,
            pages=self.pages or None,
            received_at=self.received_at.replace(tzinfo=timezone.utc),
        )


class FaxMessage(models.Model):
    _inherit = "fax.message"

    # FETCHING

    @api.model
    def _fetch(self, account, provider, received):
        """Fetch one fax and keep it, or note that its pages cannot be had: one that
        cannot keeps no other from coming in."""
        self.env["ir.cron"]._commit_progress()  # no transaction during the call
        try:
            content = provider.fetch_received(received.provider_id)
        except ProviderError as error:
            _logger.warning("Fetching for account %s: %s", account.id, error.kind)
        except Exception as error:
            # A bug in the provider's client
            self.env.cr.rollback()
            _logger.error("Fetching for account %s: %s", account.id, where(error))
        else:
            fetched = self._look_at(received, content)
            name = f"Fax for account {account.id}"
            if self._step(name, self._receive, account, fetched) is not None:
                return
        # Also where it could not be stored: it is not listed for ever.
        name = f"Missed fax of account {account.id}"
        self._step(name, self.env["fax.unfetched"]._note, account, received)

    # PAGES THAT COME LATER

    def _pages_came(self, account, fetched):
        """Put the pages to a fax that stands here without them; nothing to another.

        Whatever became of the row meanwhile, somebody has to look at the pages.
        """
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        self.invalidate_recordset(["file_error", "state"])
        waiting = self.env["fax.unfetched"]._of(account, self.inbound_id)
        if self.file_error != UNFETCHED or fetched.error == UNFETCHED:
            if self.file_error != UNFETCHED:
                waiting.unlink()  # it came another way
            return
        values = self._prepare_pages(account, fetched)
        values = {name: value for name, value in values.items() if name in OF_PAGES}
        guard.opened(self).write(values)
        self.env["fax.received.file"]._keep(self, fetched.content)
        waiting.unlink()
        self._sync_filed()
        if self.state == "archived":
            self._move("received", told_at=False)
        elif self.state == "received":
            self.told_at = False
            self._follow_up()

    def _arrived(self):
        result = super()._arrived()
        for message in self.filtered(lambda m: m.file_error != UNFETCHED):
            waiting = self.env["fax.unfetched"]
            waiting._of(message.account_id, message.inbound_id).unlink()
        return result

    # ACTIONS

    def action_fetch_again(self):
        """Ask the provider for the pages now; they come when it has them."""
        self.ensure_one()
        self._check_may_fax_for_number()
        if self.file_error != UNFETCHED:
            raise UserError(self.env._("Its pages are here. Load the page again."))
        # sudo: how often a provider is asked is kept in rows that nobody writes
        message = self.sudo()
        waiting = self.env["fax.unfetched"].sudo()
        waiting._of(message.account_id, message.inbound_id).next_at = waits.now()
        self.env.ref("medical_fax.ir_cron_fax_receive").sudo()._trigger()
        return True
