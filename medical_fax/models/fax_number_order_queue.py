import logging
import time

from odoo import api, models
from odoo.tools import LazyTranslate

from ..providers import Calls, FailureKind, NumberInfo, NumberOrder, ProviderError
from ..tools import waits
from ..tools.trace import where

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

ROUND_SECONDS = 30
WHY = {
    FailureKind.CREDENTIALS: _lt("The provider does not accept our key any more."),
    FailureKind.ACCOUNT_INACTIVE: _lt(
        "The provider's trial or plan has ended, or does not include numbers."
    ),
    FailureKind.INVALID_NUMBER: _lt(
        "The provider does not have this number any more: somebody else was faster."
    ),
    FailureKind.PROVIDER_UNAVAILABLE: _lt("The provider could not be reached."),
    FailureKind.RATE_LIMITED: _lt("The provider was asked too often."),
}
WHY_ELSE = _lt("The provider refused it.")


def order_unless_there(provider, order):
    """Order a number, if the account does not have it yet.

    A database restored from before the call would order again what it has forgotten.
    """
    for info in provider.list_numbers():
        if info.number == order.number:
            return info
    return provider.order_number(order)


def release_if_there(provider, number):
    """Give a number back, if the account still has it."""
    for info in provider.list_numbers():
        if info.number == number:
            return provider.release_number(info)
    return None


class FaxNumberOrder(models.Model):
    """The queue of orders: claim, commit, call, record, commit; as with faxes.

    Each call is made once. What came of one whose answer was lost stands in the
    provider's list of numbers, and is read there.
    """

    _inherit = "fax.number.order"

    @api.model
    def _cron_order(self):
        """Order and release what was asked for; look up what is not sure."""
        step = self.env["fax.message"]._step
        for order in self.search(self._lost_domain()):
            step(f"Lost order {order.id}", order._take_over)
        began = time.monotonic()
        skip = set()
        while time.monotonic() - began < ROUND_SECONDS:
            order = self._next_order(skip)
            self.env["ir.cron"]._commit_progress()
            if not order:
                break
            skip.add(order.id)
            call = step(f"Claim of order {order.id}", order._claim)
            if call:
                outcome = order._call(*call)
                step(
                    f"Outcome of order {order.id}",
                    order._record_outcome,
                    outcome,
                    done=1,
                )
        self._look_all(step)
        if self._next_order(skip):
            self._wake()
        self.env["ir.cron"]._commit_progress(remaining=0)

    def _call(self, function, *arguments):
        """Call in the foreground; no transaction is open meanwhile."""
        calls = Calls(1)
        calls.start(self.id, function, *arguments)
        return calls.next()

    # CALLING

    @api.model
    def _next_order(self, skip=()):
        """The oldest order of an account of which no other is under way."""
        busy = self.search([("state", "in", ("calling", "unknown"))]).account_id
        waiting = [
            ("state", "=", "intent"),
            ("account_id", "not in", busy.ids),
            ("account_id.state", "=", "connected"),
            ("id", "not in", list(skip)),
        ]
        orders = self.search(waiting, order="id")
        return orders.filtered(lambda o: not o.account_id.is_away)[:1]

    def _claim(self):
        """Take an order for this process; the caller commits, then calls.

        :return: function and arguments of the call, as plain values
        """
        if not self.try_lock_for_update(allow_referencing=True):
            return None
        self.invalidate_recordset()
        account = self.account_id
        if self.state != "intent" or account.state != "connected" or account.is_away:
            return None
        now = waits.now()
        if now - self.create_date > waits.delta(self.env, "overdue"):
            # A backup that was restored, or a queue that slept: nobody waits for it.
            env = self._for_person().env
            self._set_failed(env._("It waited for too long. Start again if you like."))
            self._tell(self._failure_words())
            return None
        call = self._prepared_call(account._provider())
        self.write(
            {
                "state": "calling",
                "called_at": now,
                "lease_until": now + waits.delta(self.env, "lease"),
            }
        )
        self.flush_recordset()  # so that of two accounts' workers one is refused here
        return call

    def _prepared_call(self, provider):
        if self.kind == "release":
            return release_if_there, provider, self.number
        order = NumberOrder(
            reference=self.reference,
            country=self.country,
            area_code=self.area_code,
            number=self.number,
        )
        return order_unless_there, provider, order

    def _record_outcome(self, outcome):
        if self.state not in ("calling", "unknown"):
            return
        error = outcome.error
        if outcome.bug:
            _logger.error("Order %s: %s", self.id, where(outcome.bug))
            error = ProviderError(FailureKind.UNKNOWN, proven_not_sent=False)
        if not error:
            self._finish(outcome.value)
            return
        self.answer = " ".join(filter(None, (error.kind.value, error.code)))
        self.account_id._note_trouble(error, "number")
        if error.proven_not_sent:
            self._fail(error)
        else:
            self._set_unknown()

    def _finish(self, info):
        """It is done: the number is here, or gone."""
        account = self.account_id
        if self.kind == "release":
            self.number_id._note_released(self.user_id)
            self._set_done()
            return
        numbers = account._all_numbers().filtered(lambda n: n.number == self.number)
        info = info or NumberInfo(number=self.number)
        number = numbers or account._add_listed_number(info)
        number._note_ordered(info)
        account._choose_only_number()
        self._set_done(number)

    def _fail(self, error):
        env = self._for_person().env
        self._set_failed(env._(WHY.get(error.kind, WHY_ELSE)))
        self._tell(self._failure_words())

    def _failure_words(self):
        env = self._for_person().env
        if self.kind == "order":
            return env._("A fax number was not ordered: see the account's orders")
        return env._("A fax number was not released: see the account's orders")

    # LOOKING

    @api.model
    def _lost_domain(self):
        return [("state", "=", "calling"), ("lease_until", "<", waits.now())]

    def _take_over(self):
        """Its worker is gone; this never calls again."""
        if self.filtered_domain(self._lost_domain()):
            _logger.warning("Order %s lost its worker", self.id)
            self._set_unknown()
            self.next_look_at = waits.now()

    @api.model
    def _look_all(self, step):
        due = [("state", "=", "unknown"), ("next_look_at", "<=", waits.now())]
        for order in self.search(due):
            call = step(f"Look for order {order.id}", order._claim_look)
            if call:
                outcome = order._call(*call)
                step(f"Found of order {order.id}", order._record_look, outcome, done=1)

    def _claim_look(self):
        account = self.account_id
        if account.state == "disconnected" or account.is_away:
            return None
        self.next_look_at = waits.now() + waits.delta(self.env, "lease")
        return (account._provider().list_numbers,)

    def _record_look(self, outcome):
        if self.state != "unknown":
            return
        if outcome.value is None:
            self._record_no_look(outcome)
            return
        listed = {info.number: info for info in outcome.value}
        is_there = self.number in listed
        if is_there == (self.kind == "order"):
            self._finish(listed.get(self.number))
        else:
            self._record_missed()

    def _record_missed(self):
        """It was not done, as a second look proves, later than the provider needs."""
        now = waits.now()
        pause = waits.delta(self.env, "look_pause")
        if not self.missed_at:
            self.write({"missed_at": now, "next_look_at": now + pause})
        elif now - self.missed_at < pause:
            self.next_look_at = self.missed_at + pause
        else:
            env = self._for_person().env
            self._set_failed(
                env._("The provider's list of numbers shows that it was not done.")
            )
            self._tell(self._failure_words())

    def _record_no_look(self, outcome):
        """The list could not be read: that is no look."""
        now = waits.now()
        if outcome.error:
            self.account_id._note_trouble(outcome.error, "number")
        else:
            _logger.error("Look for order %s: %s", self.id, where(outcome.bug))
        longest = waits.delta(self.env, "look_longest")
        if now - self.lost_at < longest:
            self.next_look_at = now + waits.delta(self.env, "look_pause")
            return
        self.next_look_at = False
        env = self._for_person().env
        self._tell(
            env._("Whether a fax number was ordered or released is not known: look")
        )
