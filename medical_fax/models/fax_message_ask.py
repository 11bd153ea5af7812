import logging
import time
from datetime import datetime

from odoo import api, models
from odoo.fields import Domain

from ..providers import ProviderError
from ..tools import waits
from ..tools.trace import where

_logger = logging.getLogger(__name__)

# A round begins no further account after this, well below `limit_time_real_cron`.
ROUND_SECONDS = 30


class FaxMessage(models.Model):
    """Asking the providers: how faxes went, what came of a lost answer, and whether
    one can still be stopped. None of it sends anything."""

    _inherit = "fax.message"

    @api.model
    def _cron_poll(self):
        """One round; what is not due or not its turn waits for the next one."""
        hints = self.env["fax.hint"]
        self._step("Callbacks", hints._read_outbound)
        self._step("Probes", self._start_probes)
        began = time.monotonic()
        for account in self._reachable_accounts():
            if time.monotonic() - began > ROUND_SECONDS:
                self.env.ref("medical_fax.ir_cron_fax_poll")._trigger()
                break
            # A bug in one provider's client must not keep the others waiting.
            for ask in (account._stop_requested, account._look, account._ask_status):
                try:
                    ask()
                except Exception as error:
                    self.env.cr.rollback()
                    _logger.error("Asking account %s: %s", account.id, where(error))
        if self._claimable(1):
            self._wake()
        # Nothing remains, or it would be called again at once, without any pause.
        self.env["ir.cron"]._commit_progress(remaining=0)

    @api.model
    def _reachable_accounts(self):
        """Accounts whose providers may be asked. A failing one too: it may be well
        again, and faxes that it has already are waiting to be told of."""
        accounts = self.env["fax.account"].search([("state", "!=", "disconnected")])
        # Those that were asked longest ago first: a round may be too short for all.
        turns = dict(
            self.env["fax.account.pace"]._read_group(
                [("kind", "=", "status")], ["account_id"], ["next_at:max"]
            )
        )
        reachable = accounts.filtered(lambda account: not account.is_away)
        return reachable.sorted(lambda account: turns.get(account) or datetime.min)


class FaxAccount(models.Model):
    """The calls that ask, one account at a time."""

    _inherit = "fax.account"

    def _due_attempts(self, *states, extra=Domain.TRUE, limit=None):
        """Attempts in these states whose time to be asked about has come."""
        now = waits.now()
        domain = Domain("account_id", "=", self.id) & Domain("state", "in", states)
        domain &= Domain("next_look_at", "<=", now) & extra
        attempts = self.env["fax.attempt"].search(
            domain, order="next_look_at, id", limit=limit
        )
        # A domain compares whole seconds, and a look too early proves nothing.
        return attempts.filtered(lambda attempt: attempt.next_look_at <= now)

    def _turn(self, kind, pause):
        """Take a turn and commit it, so that it counts whatever comes of the call."""
        step = self.env["fax.message"]._step
        return step(f"Turn of account {self.id}", self._take_turn, kind, pause)

    def _look(self):
        """Look lost submissions up, for as long as it is our turn."""
        capabilities = self._capabilities()
        seen = []
        while True:
            attempts = self._due_attempts(
                "resolving",
                extra=Domain("id", "not in", seen),
                limit=capabilities.looks_at_once,
            )
            seen += attempts.ids
            if not attempts or not self._turn("find", capabilities.look_pause):
                return
            wanted = {}
            for attempt in attempts:
                wanted.update(attempt._wanted())
            provider = self._provider()
            self.env["ir.cron"]._commit_progress()  # no transaction during the call
            try:
                answers = provider.find_all(wanted)
            except ProviderError as error:
                answers = dict.fromkeys(wanted, error)
            for attempt in attempts:
                self.env["fax.message"]._step(
                    f"Look for attempt {attempt.id}",
                    attempt._record_look,
                    answers,
                    done=1,
                )
            self._heed(("find",), answers.values())

    def _ask_status(self):
        """Ask how faxes went that the provider has."""
        capabilities = self._capabilities()
        known = Domain("provider_id", "!=", False)
        attempts = self._due_attempts(
            "accepted", "uncertain", extra=known, limit=capabilities.statuses_at_once
        )
        pause = max(capabilities.status_pause, waits.seconds(self.env, "poll_pause"))
        if not attempts or not self._turn("status", pause):
            return
        by_id = {attempt.provider_id: attempt for attempt in attempts}
        provider = self._provider()
        self.env["ir.cron"]._commit_progress()  # no transaction during the call
        try:
            statuses, error = provider.fetch_status(list(by_id)), None
        except ProviderError as problem:
            statuses, error = {}, problem
            _logger.warning("Asking account %s failed: %s", self.id, problem.kind)
        for provider_id, attempt in by_id.items():
            self.env["fax.message"]._step(
                f"Status of attempt {attempt.id}",
                attempt._record_answer,
                statuses.get(provider_id),
                bool(error),
                done=1,
            )
        self._heed(("status",), [error])

    def _stop_requested(self):
        """Ask the provider to stop faxes that somebody wants stopped."""
        wanted = Domain("cancel_requested_at", "!=", False)
        wanted &= Domain("cancel_answer", "=", False)
        wanted &= Domain("account_id", "=", self.id) & Domain("state", "=", "accepted")
        if not self._capabilities().cancel:
            return
        for attempt in self.env["fax.attempt"].search(wanted):
            if not self._turn("cancel", 0):
                return
            provider = self._provider()
            self.env["ir.cron"]._commit_progress()  # no transaction during the call
            try:
                answer = (
                    "stopped" if provider.cancel(attempt.provider_id) else "too_late"
                )
            except ProviderError:
                answer = "unknown"
            self.env["fax.message"]._step(
                f"Stopping attempt {attempt.id}", attempt._record_stop, answer
            )

    def _heed(self, kinds, answers):
        """Slow down where the provider asked for it, and note trouble with the
        account itself."""
        for error in answers:
            if isinstance(error, ProviderError):
                step = self.env["fax.message"]._step
                for kind in kinds:
                    step(
                        f"Trouble of account {self.id}", self._note_trouble, error, kind
                    )
                return


class FaxAttempt(models.Model):
    _inherit = "fax.attempt"

    def _record_answer(self, status, failed=False):
        """Take over a status, or that the provider said nothing of this fax.

        :param failed: the call itself failed, so that its silence means nothing
        """
        if status:
            self._record_status(status)
            return
        self._ask_later()
        last = self.answered_at or self.called_at
        forgotten = waits.now() - last > waits.delta(self.env, "forgotten")
        if not failed and forgotten and self.state == "accepted":
            self._give_up(
                self._for_sender().env._(
                    "The provider does not know this fax any more."
                )
            )

    def _record_stop(self, answer):
        """What the provider said when asked to stop a fax: its own word counts, so
        that its status is asked for at once."""
        self.write({"cancel_answer": answer})
        self._look_again()
        self.message_id._follow_up()
