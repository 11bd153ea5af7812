import logging
import os
import socket
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..providers import FailureKind, ProviderError
from ..tools.trace import where
from .fax_attempt import LEASE_SECONDS

_logger = logging.getLogger(__name__)

BATCH = 50


class FaxMessage(models.Model):
    """The queue: claim, commit, call, record, commit; one fax after another.

    A claim commits the state, the attempt and a lease before the provider is
    called. A process that dies in between leaves a fax in ``submitting`` whose lease
    runs out; it then becomes ``uncertain`` and is never sent again by itself.
    """

    _inherit = "fax.message"

    @api.model
    def _wake(self, at=None):
        """Trigger the queue, now or at a time (UTC, to the minute)."""
        self.env.ref("medical_fax.ir_cron_fax_send")._trigger(at=at)

    @api.model
    def _due_domain(self):
        now = fields.Datetime.now()
        return Domain("state", "=", "queued") & Domain("due_at", "<=", now)

    @api.model
    def _cron_send(self):
        """Send what is due."""
        cron = self.env["ir.cron"]
        self._give_up_lost_claims()
        due = self.search(self._due_domain(), order="due_at, id", limit=BATCH)
        # More than a batch: then Odoo calls this again at once.
        cron._commit_progress(remaining=self.search_count(self._due_domain()))
        for message in due:
            if not message._send_one():
                break
        if due:
            self.env.ref("medical_fax.ir_cron_fax_poll")._trigger()

    def _send_one(self):
        """Claim a fax and submit it; trouble with it does not stop the others.

        :return: seconds left for this run of the cron
        """
        cron = self.env["ir.cron"]
        try:
            attempt = self._claim()
            left = cron._commit_progress(1)  # the claim, before anything leaves
            if attempt:
                attempt._submit()
                left = cron._commit_progress()  # the answer, as soon as it is there
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # Somebody wrote the fax at this moment. Not claimed: the next round takes
            # it. Claimed: its lease runs out, and a person decides.
            self.env.cr.rollback()
            left = cron._commit_progress()
        except Exception as error:
            self.env.cr.rollback()
            _logger.error("Fax %s was not sent: %s", self.id, where(error))
            self._put_aside()
            left = cron._commit_progress()
        return left

    def _put_aside(self):
        """Hold a fax that could not be claimed, so that it does not come up again
        every minute. One that was claimed becomes uncertain when its lease is over."""
        if self.state == "queued":
            try:
                with self.env.cr.savepoint():
                    self._set_held(
                        self.env._(
                            "It could not be handed over. If this happens again after "
                            "you release it, tell your administrator its reference."
                        )
                    )
            except Exception as error:
                _logger.error("Fax %s was not held: %s", self.id, where(error))

    def _claim(self):
        """Take a due fax for this process and return its new attempt, or none."""
        self.ensure_one()
        if not self.try_lock_for_update(allow_referencing=True):
            return None
        self.invalidate_recordset()
        if not self.filtered_domain(self._due_domain()):
            return None
        reason = self._hold_reason()
        if reason:
            self._set_held(reason)
            return None
        number = len(self.attempt_ids) + 1
        attempt = self.env["fax.attempt"].create(
            {
                "message_id": self.id,
                "number": number,
                "reference": f"{self.uuid}-{number}",
                "account_id": self.account_id.id,
                "lease_until": fields.Datetime.now() + timedelta(seconds=LEASE_SECONDS),
                "worker": f"{socket.gethostname()}:{os.getpid()}",
                "called_at": fields.Datetime.now(),
            }
        )
        self._set_submitting()
        return attempt

    def _hold_reason(self):
        """Why this fax must not go to its provider now, in words, or False."""
        if self.account_id.state == "disconnected" or not self.account_id.active:
            return self.env._(
                "The fax account is disconnected. Connect it again; the fax then goes "
                "when you release it."
            )
        return self._patient_hold_reason()

    def _patient_hold_reason(self):
        """What has become known about the patient while the fax waited."""
        if self.patient_id.fax_blocked:
            return self.env._("This patient's documents must not be faxed any more.")
        authorization = self.authorization_id
        if authorization and authorization not in authorization._valid_for(
            self.patient_id, self.purpose
        ):
            return self.env._("The patient's authorization does not hold any more.")
        return False

    @api.model
    def _give_up_lost_claims(self):
        """Faxes whose worker died between the claim and the answer."""
        expired = self.env["fax.attempt"].search(
            [
                ("is_open", "=", True),
                ("message_id.state", "=", "submitting"),
                ("lease_until", "<", fields.Datetime.now()),
            ]
        )
        for attempt in expired:
            _logger.warning("Fax %s lost its worker", attempt.reference)
            attempt.message_id._set_uncertain()

    @api.model
    def _cron_poll(self):
        """Ask the providers about faxes that they have not ended yet."""
        pending = self.env["fax.attempt"].search(
            [
                ("is_open", "=", True),
                ("provider_id", "!=", False),
                ("message_id.state", "in", ("submitted", "uncertain")),
            ]
        )
        for account, attempts in pending.grouped("account_id").items():
            try:
                attempts._poll(account)
            except ProviderError as error:
                # The next round asks again; the fax itself is not touched.
                _logger.warning("Asking account %s failed: %s", account.id, error.kind)
            except Exception as error:
                # A bug in one provider's client must not keep the others waiting.
                self.env.cr.rollback()
                _logger.error("Asking account %s: %s", account.id, where(error))
            # A poll reports nothing remaining, or it would be called again at once.
            self.env["ir.cron"]._commit_progress(remaining=0)

    def action_ask_provider(self):
        """Look now instead of in a minute."""
        self._check_may_fax_for_number()
        # sudo: waking the poll reads at the provider, it changes no fax by itself
        self.env.ref("medical_fax.ir_cron_fax_poll").sudo()._trigger()
        return True


class FaxAttempt(models.Model):
    """The calls that the queue makes."""

    _inherit = "fax.attempt"

    def _submit(self):
        """Call the provider for a claimed fax and record its answer."""
        self.ensure_one()
        if self.lease_until <= fields.Datetime.now():
            self.message_id._set_uncertain()
            return
        try:
            request = self._request()
            provider = self.account_id._provider()
        except UserError:
            self._record_not_asked(FailureKind.DOCUMENT_REJECTED)
            return
        except Exception as error:
            _logger.error("Preparing %s: %s", self.reference, where(error))
            self._record_not_asked(FailureKind.UNKNOWN)
            return
        # No transaction is open during the call: it may last, and what others write
        # meanwhile must not keep us from recording the answer.
        self.env["ir.cron"]._commit_progress()
        try:
            submission = provider.submit(request)
        except ProviderError as error:
            self._record_error(error)
        except Exception as error:
            # Whatever else went wrong may have gone wrong after the provider took
            # the fax, so it counts as unknown and a person decides.
            _logger.error("Submitting %s: %s", self.reference, where(error))
            self._record_error(
                ProviderError(FailureKind.UNKNOWN, proven_not_sent=False)
            )
        else:
            self._record_accepted(submission)

    def _record_not_asked(self, kind):
        """Trouble before the call: the provider never heard of this fax."""
        text = "not submitted: its number or its frozen pages are not as they must be"
        self._record_error(ProviderError(kind, proven_not_sent=True, text=text))

    def _poll(self, account):
        by_id = self.grouped("provider_id")
        statuses = account._provider().fetch_status(list(by_id))
        for provider_id, attempt in by_id.items():
            if not (status := statuses.get(provider_id)):
                continue
            try:
                with self.env.cr.savepoint():
                    attempt._record_status(status)
            except Exception as error:
                # The next round asks again; the other faxes are not kept waiting.
                _logger.error("Status of %s: %s", attempt.reference, where(error))
