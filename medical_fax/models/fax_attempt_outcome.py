import logging
from datetime import timedelta

from odoo import models

from ..providers import FAILURES, FailureKind, FaxState, ProviderError
from ..tools import waits
from ..tools.trace import where

_logger = logging.getLogger(__name__)

# Trouble with the provider and not with the recipient: no try was made there.
UNREACHED = (FailureKind.PROVIDER_UNAVAILABLE, FailureKind.RATE_LIMITED)
# Trouble with the account: the next fax would meet it too.
ACCOUNT_TROUBLE = (FailureKind.CREDENTIALS, FailureKind.ACCOUNT_INACTIVE)


class FaxAttempt(models.Model):
    """What the provider said, and what follows from it."""

    _inherit = "fax.attempt"

    # THE ANSWER TO A SUBMISSION

    def _record_outcome(self, outcome):
        """Take over what came of the call that submits."""
        if outcome.value is not None:
            self._record_accepted(outcome.value)
        elif outcome.error:
            self._record_error(outcome.error)
        else:
            # Whatever else went wrong may have gone wrong after the provider took
            # the fax, so nobody knows.
            _logger.error("Submitting %s: %s", self.reference, where(outcome.bug))
            self._record_error(
                ProviderError(FailureKind.UNKNOWN, proven_not_sent=False)
            )

    def _record_accepted(self, submission):
        """The provider has it, under this id."""
        self._adopt(submission.provider_id, submission.raw_status)

    def _adopt(self, provider_id, raw_status=None):
        now = waits.now()
        if self.state == "over":
            # Looked for and not found twice, and now there after all. What follows is
            # for a person: another try may be under way.
            _logger.error("Fax %s was taken after all", self.reference)
            self.write({"provider_id": provider_id, "raw_status": raw_status})
            return
        self.write(
            {
                "state": "accepted",
                "place": 0,
                "provider_id": provider_id,
                "raw_status": raw_status,
                "answered_at": now,
                "asked": 0,
                "next_look_at": now + waits.delta(self.env, "poll_first"),
            }
        )
        self.message_id._set_submitted()

    def _record_error(self, error: ProviderError):
        """A refusal ends the try; anything else leaves its outcome unknown."""
        if self.state == "over":
            return
        self.write(
            {
                "raw_code": error.code,
                "raw_text": error.text,
                "answered_at": waits.now(),
            }
        )
        self.account_id._note_trouble(error)
        if error.proven_not_sent:
            self._end(error.kind, error.retry_after or 0, refused=True)
        else:
            self._lose(error.kind)

    def _record_not_asked(self, kind):
        """Trouble before the call: the provider never heard of this fax."""
        text = "not submitted: its number or its frozen pages are not as they must be"
        self._record_error(ProviderError(kind, proven_not_sent=True, text=text))

    # HOW IT WENT

    def _record_status(self, status):
        """Take over what the provider says of a fax that it accepted."""
        if self.state == "over":
            return
        values = {
            "raw_status": status.raw_status,
            "raw_code": status.code,
            "raw_text": status.text,
            "pages_sent": status.pages_sent or 0,
            "units": float(status.units or 0),
            "cost": float(status.cost or 0),
            "answered_at": waits.now(),
        }
        if self.state == "uncertain":
            values["state"] = "accepted"
        self.write(values)
        if self._is_stopped(status):
            self._close()
            self.message_id._set_cancelled()
        elif status.state is FaxState.FAILED:
            self._end(status.failure)
        elif status.state.is_final:
            self._close()
            self._final_setters()[status.state](status)
        else:
            self._ask_later()
            if self.message_id.state == "uncertain":
                self.message_id._set_submitted()
            waiting = status.state is FaxState.WAITING and status.failure
            self.message_id._note_waiting(waiting)

    def _is_stopped(self, status):
        """Whether a failure without any reason is what this provider calls a fax
        that it stopped because we asked."""
        return (
            self.cancel_answer == "stopped"
            and status.state is FaxState.FAILED
            and status.failure is FailureKind.UNKNOWN
            and not status.pages_sent
        )

    def _final_setters(self):
        message = self.message_id
        return {
            FaxState.DELIVERED: lambda status: message._set_delivered(
                status.pages_sent or message.pages
            ),
            FaxState.PARTIAL: lambda status: message._set_partial(
                status.pages_sent or 0, self._detail()
            ),
            FaxState.CANCELLED: lambda status: message._set_cancelled(),
        }

    def _ask_later(self):
        """Ask again after a while, each time after a longer one."""
        first = waits.seconds(self.env, "poll_first")
        longest = waits.seconds(self.env, "poll_longest")
        pause = min(first * 2 ** min(self.asked, 20), longest)
        self.write(
            {
                "asked": self.asked + 1,
                "next_look_at": waits.now() + timedelta(seconds=pause),
            }
        )

    # THE END OF A TRY

    def _close(self, kind=None):
        self.write(
            {
                "state": "over",
                "place": 0,
                "next_look_at": False,
                "ended_at": waits.now(),
                "end_kind": kind and kind.value,
            }
        )

    def _end(self, kind, retry_after=0, refused=False):
        """The try is over and brought no fax: another one, or the end.

        :param kind: why
        :param retry_after: seconds that the provider asks us to wait
        :param refused: it was never taken, as the call itself proved
        """
        self._close(kind)
        if refused and self._go_another_way(kind):
            return
        pause = self._pause_before_next(kind, retry_after)
        if pause is None:
            self.message_id._set_failed(kind.value, self._detail())
        else:
            self.message_id._set_waiting(kind.value, self._detail(), pause)

    def _go_another_way(self, kind):
        """Hook: let the fax go by another account instead; return whether it does."""
        return False

    def _pause_before_next(self, kind, retry_after=0):
        """Seconds until the next try, or None where there is none."""
        if self.by_resend and not self.provider_id:
            return retry_after  # the provider no longer has it: upload it
        if not FAILURES[kind].redial or self.pages_sent:
            return None
        tries = self.message_id.attempt_ids.filtered(
            lambda a: not a.is_probe and a.account_id == self.account_id
        )
        unreached = tries.filtered(lambda a: a.end_kind in UNREACHED)
        if kind in UNREACHED:
            since = min(filter(None, unreached.mapped("called_at")))
            longest = waits.delta(self.env, "unreached_longest")
            again, count = waits.now() - since < longest, len(unreached)
        else:
            count = len(tries - unreached)
            again = count < self.account_id.retry_limit
        first = waits.seconds(self.env, "retry_first")
        longest = waits.seconds(self.env, "retry_longest")
        pause = min(first * 2 ** min(count - 1, 20), longest)
        return max(pause, retry_after) if again else None

    def _detail(self):
        """The provider's own words, for the administrator."""
        return " ".join(filter(None, [self.raw_code, self.raw_text])) or False
