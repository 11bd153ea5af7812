import logging
from dataclasses import dataclass, field

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.fields import Domain

from ..document import ERRORS, Arrived, Built, DocumentError, Limits, arrive
from ..providers import ProviderError
from ..tools import waits
from ..tools.quiet import quiet_sql
from ..tools.trace import where
from . import guard

_logger = logging.getLogger(__name__)

# The file_error of a fax whose pages the provider could not give.
UNFETCHED = "unfetched"


@dataclass(frozen=True)
class Fetched:
    """A received fax with its file, and the pages made of it or why there are none."""

    received: object
    content: bytes = field(repr=False)
    arrived: Arrived | None = field(repr=False, default=None)
    error: str = ""


class FaxMessage(models.Model):
    """Receiving: each fax that the provider lists, or pushes, becomes one row, once.

    A file is fetched and looked at outside of any transaction. Then one step writes
    the fax, its pages and the file kept aside, all or nothing: whoever dies before
    has written nothing, and the next look finds the fax again. Of two who are at it
    at once the database lets one through.
    """

    _inherit = "fax.message"

    inbound_id = fields.Char("Provider's id of a received fax", readonly=True)
    received_at = fields.Datetime("Received at", readonly=True)
    received_text = fields.Text(
        readonly=True,
        groups=fields.NO_ACCESS,
        help="What the pages say in letters, to find whom they are about.",
    )
    file_error = fields.Char(readonly=True, help="Why the file cannot be shown.")
    file_error_words = fields.Char(compute="_compute_file_error_words")

    _inbound_uniq = models.UniqueIndex(
        "(account_id, inbound_id) WHERE inbound_id IS NOT NULL",
        "This fax was received already.",
    )

    @api.depends("file_error")
    @api.depends_context("lang")
    def _compute_file_error_words(self):
        for message in self:
            error = ERRORS.get(message.file_error)
            message.file_error_words = self.env._(error.what) if error else False
            if message.file_error == UNFETCHED:
                message.file_error_words = self.env._(
                    "The provider could not give the pages."
                )

    @api.depends("file_error")
    def _compute_state_words(self):
        return super()._compute_state_words()

    def _state_words_more(self, reasons):
        if self.file_error:
            return self.file_error_words
        return super()._state_words_more(reasons)

    # BY ASKING

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
        since, began = account._look_since(), waits.now()
        waiting = self.env["fax.unfetched"]._due(account)
        missed = [(each, each._received()) for each in waiting]
        self.env["ir.cron"]._commit_progress()  # no transaction during the call
        for received in provider.list_received(since):
            if not self._is_known(account, received):
                self._fetch(account, provider, received)
        for each, received in missed:
            if each.exists():
                self._fetch(account, provider, received)
        self._step(f"Look at account {account.id}", account._looked, began)
        self._step(f"Hints of account {account.id}", hints._answered)

    @api.model
    def _is_known(self, account, received):
        """Whether a fax stands here, or is waited for in its own time."""
        waiting = self.env["fax.unfetched"]._of(account, received.provider_id)
        return bool(waiting or self._received_as(account, received))

    @api.model
    def _received_as(self, account, received):
        known = [
            ("account_id", "=", account.id),
            ("inbound_id", "=", received.provider_id),
        ]
        return self.search(known, limit=1)

    # BY A CALL

    @api.model
    def _receive_pushed(self, account, hints):
        """Keep faxes whose pages came with a callback, before it is answered: such a
        provider cannot be asked for them. The same call may come several times."""
        for hint in hints:
            if not hint.received or hint.document is None:
                continue
            fetched = self._look_at(hint.received, hint.document)
            try:
                with quiet_sql(), self.env.cr.savepoint():
                    self._receive(account, fetched)
            except UniqueViolation:
                # Another worker has the same call, and stores it.
                _logger.info("A fax for account %s came twice", account.id)

    # KEEPING IT

    @api.model
    def _look_at(self, received, content):
        """Check and convert a file, in a process of its own."""
        try:
            return Fetched(received, content, arrive(content, Limits()))
        except DocumentError as error:
            _logger.warning("A received file cannot be shown: %s", error.code)
            return Fetched(received, content, error=error.code)
        except Exception as error:
            # A bug of ours loses no fax either, and keeps no other from coming in.
            _logger.error("Looking at a received file: %s", where(error))
            return Fetched(received, content, error="crashed")

    @api.model
    def _receive(self, account, fetched):
        """Keep one received fax with its pages and its file; nothing if it is known.

        :param fetched: the :class:`Fetched` fax
        :return: the new fax, or none
        """
        known = self._received_as(account, fetched.received)
        if known:
            known._pages_came(account, fetched)
            return self.browse()
        values = self._prepare_received(account, fetched)
        message = guard.closed(guard.opened(self).create(values))
        if fetched.error != UNFETCHED:
            self.env["fax.received.file"]._keep(message, fetched.content)
        message._arrived()
        return message

    @api.model
    def _prepare_received(self, account, fetched):
        """Hook: values of a fax that came in."""
        received = fetched.received
        numbers = account.with_context(active_test=False).number_ids
        number = numbers.filtered(lambda n: n.number == received.to)[:1]
        contact = self._sender_contact(account.company_id, received.sender)
        return {
            **self._prepare_pages(account, fetched),
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
        }

    @api.model
    def _prepare_pages(self, account, fetched):
        """Hook: values of a fax that come from its pages."""
        document = self._received_document(account, fetched)
        return {
            "pages": document.pages or fetched.received.pages or 0,
            "document_id": document.id,
            "file_error": fetched.error,
            "received_text": fetched.arrived and fetched.arrived.text,
        }

    @api.model
    def _sender_contact(self, company, number):
        """The one entry of the address book with this number; of several none."""
        if not number:
            return self.env["fax.contact"]
        # The cron sees all companies: another one's address book is not for this one.
        contacts = self.env["fax.contact"].search(
            Domain("number", "=", number)
            & Domain("company_id", "in", (company.id, False))
        )
        return contacts if len(contacts) == 1 else contacts.browse()

    @api.model
    def _received_document(self, account, fetched):
        """The frozen pages of a received fax, or none where it cannot be shown."""
        arrived = fetched.arrived
        if not arrived:
            return self.env["fax.document"]
        built = Built(pdf=arrived.pdf, pages=arrived.pages, page_infos=(), foreign=True)
        return self.env["fax.document"]._freeze(built, account.company_id, [])

    def _arrived(self):
        """Hook: a fax has come in; part of its transaction."""
        self._follow_up()


class FaxHint(models.Model):
    _inherit = "fax.hint"

    def _answered(self):
        self.is_done = True
