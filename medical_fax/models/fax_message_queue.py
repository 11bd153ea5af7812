import logging
import time

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import config

from ..providers import Calls, FailureKind
from ..tools import waits
from ..tools.quiet import quiet_sql
from ..tools.trace import where

_logger = logging.getLogger(__name__)

CONFLICTS = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, UniqueViolation)
STEP_TRIES = 6
# Calls in flight at once, of all accounts together; a setting of that name.
CONCURRENT_CALLS = 4
# A round claims for this long at most (seconds), then the next one goes on.
ROUND_SECONDS = 30


class FaxMessage(models.Model):
    """The queue: claim, commit, call, record, commit.

    A claim commits the state, the attempt and a lease before the provider is called.
    A process that dies in between leaves a lease that runs out; whoever takes over
    then finds out what happened, and never sends before that is known.
    """

    _inherit = "fax.message"

    @api.model
    def _wake(self, at=None):
        """Trigger the queue, now or at a time (UTC, to the minute)."""
        self.env.ref("medical_fax.ir_cron_fax_send")._trigger(at=at)

    # STEPS

    @api.model
    def _step(self, name, function, *arguments, done=0):
        """Do one step in a transaction of its own, and commit it.

        Done again from the start when another worker was faster: a step reads before
        it writes, and calls nobody. When it fails for another reason the others go
        on; what it was about stays as it was.

        :param name: for the log, without any content
        :param done: how much of the round's work this was: three workers in a row that
            die without having done anything count as a failure of the action
        :return: what the function returned, or None if it failed
        """
        cron = self.env["ir.cron"]
        for tries_left in reversed(range(STEP_TRIES)):
            try:
                with quiet_sql():
                    result = function(*arguments)
                    cron._commit_progress(done)
                return result
            except CONFLICTS:
                self.env.cr.rollback()
                if not tries_left:
                    _logger.info("%s: others were faster each time", name)
                time.sleep(0.01 * (STEP_TRIES - tries_left))
            except Exception as error:
                self.env.cr.rollback()
                _logger.error("%s: %s", name, where(error))
                break
        return None

    # SENDING

    @api.model
    def _cron_send(self):
        """Send what is due."""
        self._step(
            "Overdue faxes", self._hold_all_overdue, self.env.context.get("lastcall")
        )
        self._take_over_all()
        began = time.monotonic()
        calls = Calls(self._concurrent_calls())
        stuck = set()
        sent = 0
        while True:
            if time.monotonic() - began < self._round_seconds():
                self._fill(calls, stuck)
            if not calls:
                break
            outcome = calls.next()
            attempt = self.env["fax.attempt"].browse(outcome.key)
            self._step(
                f"Outcome of attempt {outcome.key}",
                attempt._record_outcome,
                outcome,
                done=1,
            )
            sent += 1
        if sent:
            self.env.ref("medical_fax.ir_cron_fax_poll")._trigger()
        if self._claimable(1, stuck):
            self._wake()
        # Nothing remains: called again at once it would never let the others work.
        self.env["ir.cron"]._commit_progress(remaining=0)

    @api.model
    def _concurrent_calls(self):
        # sudo: settings of the system, no content
        text = (
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("medical_fax.concurrent_calls", "")
        )
        return max(int(text), 1) if text.isdigit() else CONCURRENT_CALLS

    @api.model
    def _round_seconds(self):
        """How long to claim, so that the last call is over well before Odoo kills a
        worker whose scheduled action takes too long."""
        limit = config["limit_time_real_cron"]
        if limit < 0:
            limit = config["limit_time_real"]
        if not limit:
            return ROUND_SECONDS
        return max(min(limit - waits.seconds(self.env, "call") - 20, ROUND_SECONDS), 1)

    @api.model
    def _take_over_all(self):
        attempts = self.env["fax.attempt"]
        for attempt in attempts.search(attempts._lost_domain()):
            self._step(f"Lost attempt {attempt.id}", attempt._take_over)

    @api.model
    def _fill(self, calls, stuck):
        """Claim faxes and start their calls until all places are taken.

        :param stuck: ids of faxes that cannot be claimed in this round; added to
        """
        while calls.free:
            candidates = self._claimable(calls.free, stuck)
            # The snapshot of a long transaction would not show what others do.
            self.env["ir.cron"]._commit_progress()
            if not candidates:
                return
            for message in candidates:
                message._start(calls)
                if message.state == "queued":
                    stuck.add(message.id)

    def _start(self, calls):
        """Claim one fax and start its call; a hold may be all that comes of it."""
        attempt = self._step(f"Claim of fax {self.id}", self._claim_or_put_aside)
        if not attempt:
            return
        call = self._step(f"Request of attempt {attempt.id}", attempt._prepared_call)
        if call:
            calls.start(attempt.id, *call)

    def _claim_or_put_aside(self):
        """A fax that cannot be claimed is held, so that it does not come up again
        every minute and keep others from its place."""
        try:
            return self._claim()
        except CONFLICTS:
            raise
        except Exception as error:
            self.env.cr.rollback()
            _logger.error("Fax %s was not claimed: %s", self.id, where(error))
            self._set_held("trouble")
            return None


class FaxAttempt(models.Model):
    _inherit = "fax.attempt"

    def _prepared_call(self):
        """The call that submits this fax, as plain values: function and arguments.

        :return: None if it cannot be made; then the try has ended
        """
        if self.lease_until <= waits.now() or self.state != "calling":
            return None  # it will be taken over
        try:
            request = self._request()
            provider = self.account_id._provider()
        except UserError:
            self._record_not_asked(FailureKind.DOCUMENT_REJECTED)
            return None
        except CONFLICTS:
            raise
        except Exception as error:
            _logger.error("Preparing %s: %s", self.reference, where(error))
            self._record_not_asked(FailureKind.UNKNOWN)
            return None
        earlier = self._resendable_id()
        if earlier:
            self.by_resend = True
            return provider.resend, earlier, request
        return provider.submit, request

    def _resendable_id(self):
        """The provider's id of the fax that this one repeats, if the provider may
        send again what it still has; only in the first try, so that what it has
        forgotten is uploaded in the second."""
        message, origin = self.message_id, self.message_id.resend_of_id
        can_resend = self.account_id._capabilities().resend and self.number == 1
        # Pages, sender and cover are those of then.
        same = all(
            message[name] == origin[name]
            for name in (
                "document_id",
                "number_id",
                "has_cover",
                "pages",
                "subject",
                "notes",
            )
        )
        if not (origin and can_resend and same):
            return None
        tries = origin.attempt_ids.filtered(lambda a: a.account_id == self.account_id)
        tries = tries.filtered(lambda a: a._sender() == self._sender())
        return tries.filtered("provider_id")[:1].provider_id
