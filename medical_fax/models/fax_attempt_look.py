import logging
from dataclasses import replace
from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from ..providers import FailureKind, FindBy, ProviderError
from ..tools import waits

_logger = logging.getLogger(__name__)

# A person decides only after so many looks that failed, however long it took: the
# server may have been off meanwhile.
LEAST_ASKED = 3


class FaxAttempt(models.Model):
    """Finding out what came of a call whose answer nobody has.

    By reference where the provider can, else by fingerprint: same number, pages and
    time, and an id that is not known to us. One match is ours. None, in two looks
    with a pause between them, means that the fax was never taken. Several, or no way
    to look: a person decides, and until then nothing is sent again.
    """

    _inherit = "fax.attempt"

    # BEGINNING

    def _lose(self, kind=FailureKind.UNKNOWN):
        """Nobody knows what came of the call."""
        now = waits.now()
        first = waits.delta(self.env, "look_first")
        self.write(
            {
                "state": "resolving",
                "place": 0,
                "lost_at": now,
                "lost_kind": kind.value,
                "missed_at": False,
                "asked": 0,
                "next_look_at": now + first,
            }
        )
        if self.account_id._capabilities().find is FindBy.NONE:
            self._give_up(self._for_sender().env._("This provider cannot look it up."))

    @api.model
    def _lost_domain(self):
        """Calls whose worker is gone."""
        expired = Domain("lease_until", "<", waits.now())
        return Domain("state", "=", "calling") & expired

    def _take_over(self):
        """Take over from a worker that is gone; this never sends."""
        self.ensure_one()
        if self.filtered_domain(self._lost_domain()):
            _logger.warning("Fax %s lost its worker", self.reference)
            self._lose()
            if self.state == "resolving":
                self.next_look_at = waits.now()

    def _look_again(self):
        """Look at once: somebody asks, or the provider called about such a fax."""
        now = waits.now()
        for attempt in self:
            if attempt.provider_id:
                attempt.write({"next_look_at": now, "asked": 0})
            elif attempt.state == "resolving":
                attempt.next_look_at = now
            elif attempt.state == "uncertain" and not attempt._number_is_taken():
                attempt.write(
                    {
                        "state": "resolving",
                        "lost_at": now,
                        "missed_at": False,
                        "next_look_at": now,
                    }
                )

    def _number_is_taken(self):
        """Whether another submission to this number has no known outcome."""
        others = [
            ("account_id", "=", self.account_id.id),
            ("dialled", "=", self.dialled),
            ("state", "in", ("calling", "resolving")),
            ("id", "!=", self.id),
        ]
        return bool(self.search_count(others, limit=1))

    # WHAT WAS FOUND

    def _wanted(self):
        """Everything this look is about: ``{reference: fingerprint}``.

        A restored database may have forgotten later tries, so a probe asks for the
        references of those too, the latest first.
        """
        fingerprint = self._fingerprint()
        numbers = [self.number]
        if self.is_probe and self.account_id._capabilities().find is FindBy.REFERENCE:
            ways = self.message_id._ways()
            last = self.number + sum(ways.mapped("retry_limit"))
            numbers = range(last, self.number - 1, -1)
        uuid = self.message_id.uuid
        later = replace(fingerprint, resent=False)  # is uploaded, with its reference
        return {
            f"{uuid}-{number}": fingerprint if number == self.number else later
            for number in numbers
        }

    def _maybe_resent(self):
        """Whether the provider was asked to send again what it had, or may have been
        before a restore: a call that carries no reference."""
        return self.by_resend or (self.is_probe and bool(self._resendable_id()))

    def _record_look(self, answers):
        """Take over what a look brought.

        :param answers: for each reference of `_wanted` what was found, or an error
        """
        if self.state != "resolving":
            return
        for reference in self._wanted():
            answer = answers.get(reference)
            if answer is None or isinstance(answer, ProviderError):
                self._record_no_look(answer)
                return
            if answer:
                self._record_found(reference, answer)
                return
        self._record_missed()

    def _record_found(self, reference, found):
        if len(found) > 1:
            self._give_up(
                self._for_sender().env._(
                    "The provider has %(count)s faxes like it, and cannot tell which "
                    "is this one.",
                    count=len(found),
                )
            )
            return
        doubt = self._doubt_about_likeness()
        if doubt:
            self._give_up(doubt)
            return
        if reference != self.reference:
            self.write(
                {"reference": reference, "number": int(reference.rpartition("-")[2])}
            )
        self.message_id.look_first = False
        self._adopt(found[0].provider_id, found[0].raw_status)

    def _doubt_about_likeness(self):
        """Why one fax that is like this one need not be this one, or None.

        Otherwise it is, since no other one to that number was on its way meanwhile,
        as far as this database knows.
        """
        message = self.message_id
        by_reference = self.account_id._capabilities().find is FindBy.REFERENCE
        if by_reference and not self._maybe_resent():
            return None
        if message.look_first == "overdue":
            # This database never sent it: somebody else's is as likely.
            return self._for_sender().env._("The provider has a fax like it already.")
        if self._has_twin():
            return self._for_sender().env._(
                "The provider has a fax like it, and cannot tell whether it is this "
                "one or another one that is like both."
            )
        return None

    def _has_twin(self):
        """Whether what is like this one may as well be another fax of ours: one that
        is not sure either or, after a restore, that may have left already."""
        message = self.message_id
        accounts = self.account_id | self.account_id._leading_here()
        alike = Domain("account_id", "in", accounts.ids)
        alike &= Domain("number", "=", self.dialled)
        alike &= Domain("pages", "=", message.pages) & Domain("id", "!=", message.id)
        states = Domain("state", "=", "uncertain")
        if message.look_first:
            maybe = Domain("state", "in", ("queued", "held", "submitting", "submitted"))
            states |= maybe & Domain("look_first", "!=", False)
        return bool(message.search_count(alike & states, limit=1))

    def _record_missed(self):
        """The provider has no such fax; proven only by a second look, later."""
        now = waits.now()
        pause = waits.delta(self.env, "look_pause")
        if not self.missed_at:
            self.write({"missed_at": now, "next_look_at": now + pause})
        elif now - self.missed_at < pause:
            self.next_look_at = self.missed_at + pause
        elif self.is_probe:
            if self._probe_elsewhere():
                return
            self._close()
            self.message_id._note_not_there()
        else:
            _logger.info("Fax %s was not taken", self.reference)
            self._end(FailureKind.PROVIDER_UNAVAILABLE)

    def _record_no_look(self, error=None):
        """The provider could not be asked: that is no look."""
        now = waits.now()
        if error:
            self.account_id._note_trouble(error)
        too_long = now - self.lost_at > waits.delta(self.env, "look_longest")
        if too_long and self.asked >= LEAST_ASKED - 1:
            self._give_up(
                self._for_sender().env._(
                    "The provider could not be asked in all this time."
                )
            )
            return
        pause = (error and error.retry_after) or 0
        base = waits.seconds(self.env, "look_first") * 2 ** min(self.asked, 5)
        pause = max(pause, min(base, waits.seconds(self.env, "look_pause")))
        self.write(
            {
                "asked": self.asked + 1,
                "next_look_at": now + timedelta(seconds=pause),
            }
        )

    def _for_sender(self):
        return self.with_env(self.message_id._for_sender().env)

    def _give_up(self, reason):
        """Nobody but a person can tell; nothing is sent again meanwhile."""
        self.write({"state": "uncertain", "place": 0, "next_look_at": False})
        self.message_id._set_uncertain(
            self.lost_kind or FailureKind.UNKNOWN.value, self._detail(), reason
        )
