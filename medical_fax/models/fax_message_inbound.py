import logging
from datetime import timedelta, timezone

from odoo import api, fields, models

from ..document import Built, DocumentError, Limits, check_file
from ..providers import ProviderError
from ..tools import waits
from ..tools.trace import where
from . import guard

_logger = logging.getLogger(__name__)

# How far back a look goes, so that nothing is missed between two of them.
LOOK_BACK = timedelta(days=2)


class FaxMessage(models.Model):
    """Receiving: each fax that the provider lists becomes one row, exactly once."""

    _inherit = "fax.message"

    inbound_id = fields.Char("Provider's id of a received fax", readonly=True)
    received_at = fields.Datetime("Received at", readonly=True)

    _inbound_uniq = models.UniqueIndex(
        "(account_id, inbound_id) WHERE inbound_id IS NOT NULL",
        "This fax was received already.",
    )

    @api.model
    def _cron_receive(self):
        """Fetch what came in, account by account."""
        for account in self._reachable_accounts():
            if not account._capabilities().receive:
                continue
            if not account._turn("receive", waits.seconds(self.env, "receive_pause")):
                continue
            try:
                self._receive_all(account)
            except ProviderError as error:
                # The next round looks again, as far back.
                _logger.warning("Looking at account %s: %s", account.id, error.kind)
            except Exception as error:
                # A bug in one provider's client must not keep the others waiting.
                self.env.cr.rollback()
                _logger.error("Looking at account %s: %s", account.id, where(error))
            self.env["ir.cron"]._commit_progress(remaining=0)

    @api.model
    def _receive_all(self, account):
        # Whatever was called about before this look is answered by it.
        hints = self.env["fax.hint"].search(
            [
                ("account_id", "=", account.id),
                ("inbound", "=", True),
                ("is_done", "=", False),
            ]
        )
        provider = account._provider()
        since = (fields.Datetime.now() - LOOK_BACK).replace(tzinfo=timezone.utc)
        for received in provider.list_received(since):
            known = [
                ("account_id", "=", account.id),
                ("inbound_id", "=", received.provider_id),
            ]
            if not self.search_count(known, limit=1):
                content = provider.fetch_received(received.provider_id)
                self._receive(account, received, content)
                self.env["ir.cron"]._commit_progress()
        hints.is_done = True

    @api.model
    def _receive(self, account, received, content):
        """Keep one received fax; its pages are checked as any foreign file."""
        numbers = account.with_context(active_test=False).number_ids
        number = numbers.filtered(lambda n: n.number == received.to)[:1]
        # The cron sees all companies: another one's address book is not for this one.
        contacts = self.env["fax.contact"].search(
            [
                ("number", "=", received.sender),
                ("company_id", "in", (account.company_id.id, False)),
            ]
        )
        contact = contacts if len(contacts) == 1 else contacts.browse()
        message = guard.opened(self).create(
            {
                "name": self.env["ir.sequence"].next_by_code("fax.message"),
                "direction": "in",
                "state": "received",
                "company_id": account.company_id.id,
                "account_id": account.id,
                "number_id": number.id,
                "inbound_id": received.provider_id,
                "received_at": received.received_at.replace(tzinfo=None),
                "contact_id": contact.id,
                "partner_name": contact.name,
                "partner_organization": contact.organization,
                "number": received.sender,
                "pages": received.pages or 0,
                "document_id": self._received_document(account, content).id,
            }
        )
        return guard.closed(message)

    def _received_document(self, account, content):
        """The frozen file of a received fax, or none where it cannot be shown."""
        try:
            info = check_file("received", content, Limits())
        except DocumentError as error:
            _logger.warning("A received file cannot be shown: %s", error.code)
            return self.env["fax.document"]
        built = Built(pdf=content, pages=info.pages, page_infos=(), foreign=True)
        return self.env["fax.document"]._freeze(built, account.company_id, [])
