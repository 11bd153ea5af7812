from datetime import timedelta

from odoo import api, fields, models

from ..providers import FailureKind, FindBy
from ..tools import waits
from ..tools.fax_number import FaxNumberError
from .fax_number_provider import UNUSABLE

# Refused so, before it was taken, a fax goes by another account. Of the provider, not
# of the fax or its recipient: the other account need not meet it.
FAILOVER_KINDS = (
    FailureKind.PROVIDER_UNAVAILABLE,
    FailureKind.CREDENTIALS,
    FailureKind.ACCOUNT_INACTIVE,
)
# Why else a fax left its account, as `way_kind` says it.
OFF = "off"


class FaxMessage(models.Model):
    """Going by another account than the one that was chosen.

    Only what is proven not to have left moves: refused before the provider took it, or
    never handed over. A fax whose last try is open, or whose answer is missing, stays.
    The number it was to be sent from stays its number: who sees it, where replies go
    and how it is sent again do not change; each try has the number it was made with.

    Where the last of the accounts does not take it either, the chosen one has its turn
    again, after a pause that grows.
    """

    _inherit = "fax.message"

    way_kind = fields.Char(
        readonly=True, copy=False, help="Why it does not go by the account chosen."
    )
    way_words = fields.Char("Way", compute="_compute_way_words")

    # WHICH WAYS

    def _account_of_choice(self):
        return self.number_id.account_id or self.account_id

    def _ways(self):
        """The accounts by which this fax may go, the chosen one first."""
        chosen = self._account_of_choice()
        # The last one: the way may have led elsewhere when the fax moved.
        return chosen | chosen._failovers() | self.account_id

    def _ways_after(self, account):
        ways = self._ways()
        return ways[ways.ids.index(account.id) + 1 :] if account in ways else ways[:0]

    def _way_after(self, account):
        """The next account by which this fax can go, or none."""
        later = self._ways_after(account)
        return later.filtered(lambda other: not self._way_refusal(other))[:1]

    def _way_refusal(self, account):
        """Why this fax cannot go by an account, in words, or False."""
        usable = account.active and account.state == "connected"
        if not usable or account.is_away or account.company_id != self.company_id:
            return self.env._("it is not connected.")
        if self.cover_by_provider and not account._cover_limits():
            return self.env._(
                "its provider draws no cover page, and the pages of this fax have none."
            )
        try:
            account._parse_number(self.number)
        except FaxNumberError:
            return self.env._("it does not fax to this number.")
        limits = (account.page_limit, account._capabilities().max_pages)
        if self.pages > min(filter(None, limits)):
            return self.env._("it does not send so many pages.")
        if not self._number_at(account):
            return self.env._("it has no number that the sender may fax from.")
        return False

    def _number_at(self, account):
        """The number that this fax is sent from at an account: of the same owner where
        there is one, else the account's default. Never a number of others."""
        chosen = self.number_id
        if account == self._account_of_choice():
            return chosen
        numbers = account.number_ids.filtered(
            lambda number: (
                number.status not in UNUSABLE
                and (not number.user_ids or self.user_id in number.user_ids)
            )
        )
        owner = chosen.practitioner_id or self.practitioner_id
        theirs = numbers.filtered(lambda n: owner and n.practitioner_id == owner)
        numbers = numbers.filtered(lambda n: n.practitioner_id <= owner)
        place = chosen.location_id
        return (
            numbers.filtered(lambda n: n.number == chosen.number)
            or theirs
            or numbers.filtered(lambda n: place and n.location_id == place)
            or numbers & account.default_number_id
            or numbers
        )[:1]

    def _is_open(self):
        """Whether a try is under way, or nobody knows what came of it."""
        return any(attempt.state != "over" for attempt in self.attempt_ids)

    # MOVING

    def _set_way(self, account, kind):
        """Go by this account from now on.

        :param kind: why not by the one chosen: a :class:`FailureKind`'s value, or OFF
        """
        away = account != self._account_of_choice()
        self.write({"account_id": account.id, "way_kind": away and kind})

    def _leave_closed_account(self):
        """Go by another account where this one is off; return whether it does."""
        account = self.account_id
        is_chosen = account == self._account_of_choice()
        if account.state == "connected" and account.active:
            if is_chosen or not self._way_refusal(account):
                return False
        if account.is_away or self.look_first or self._is_open():
            return False
        for other in self._ways() - account:
            if not self._way_refusal(other):
                self._set_way(other, OFF)
                return True
        return False

    def _hold_cause(self):
        kind, reason = super()._hold_cause()
        account = self.account_id
        if not kind and account != self._account_of_choice():
            if refusal := self._way_refusal(account):
                kind, reason = "account", self._refusal_words(account, refusal)
        elif kind == "account":
            words = [reason or self._hold_words(kind), self._no_way_words()]
            reason = " ".join(filter(None, words))
        return kind, reason

    def _prepare_attempt(self):
        number = self._number_at(self.account_id)
        return {**super()._prepare_attempt(), "sent_from_id": number.id}

    # AFTER A RESTORE

    def _start_probe(self):
        """Begin where the fax was meant to go: it may have left by any of its ways."""
        probe = super()._start_probe()
        probe.sent_from_id = False  # nothing is sent
        return probe

    def _probe_account(self):
        return self._account_of_choice()

    # WORDS

    def _refusal_words(self, account, refusal):
        return self.env._(
            "It cannot go by %(account)s: %(why)s", account=account.name, why=refusal
        )

    def _no_way_words(self):
        """Why it does not go by another account, where there is one."""
        for account in self._ways() - self.account_id:
            if refusal := self._way_refusal(account):
                return self._refusal_words(account, refusal)
        return ""

    @api.depends("account_id", "way_kind", "number_id", "attempt_ids", "state")
    @api.depends_context("lang")
    def _compute_way_words(self):
        reasons = dict(self._fields["failure_kind"]._description_selection(self.env))
        for message in self:
            # sudo: the names of accounts; the fax itself is seen
            message.way_words = message.sudo()._way_text(reasons)

    def _way_text(self, reasons):
        chosen, account = self._account_of_choice(), self.account_id
        if self.direction != "out" or account == chosen:
            return False
        return self.env._(
            "By %(account)s, from %(number)s, instead of %(chosen)s: %(reason)s. "
            "Replies go to the number on the fax.",
            account=account.name,
            number=self._our_number().number_display or "",
            chosen=chosen.name,
            reason=reasons.get(self.way_kind) or self.env._("it was not connected"),
        )

    def _our_number(self):
        """The number that it was, or would be, sent from."""
        # sudo: accounts and tries of a fax that the user sees
        message = self.sudo()
        tries = message.attempt_ids.filtered(
            lambda attempt: attempt.account_id == message.account_id
        )
        return tries.sent_from_id[:1] or message._number_at(message.account_id)


class FaxAttempt(models.Model):
    _inherit = "fax.attempt"

    sent_from_id = fields.Many2one(
        "fax.number",
        "Sent from",
        readonly=True,
        ondelete="restrict",
        help="The number of the account, where it is not the fax's own.",
    )

    end_words = fields.Char("What ended it", compute="_compute_end_words")

    @api.depends("end_kind")
    @api.depends_context("lang")
    def _compute_end_words(self):
        labels = dict(self.env["fax.failure"]._labels())
        for attempt in self:
            attempt.end_words = labels.get(attempt.end_kind)

    def _sender(self):
        return self.sent_from_id or self.message_id.number_id

    def _go_another_way(self, kind):
        message = self.message_id
        if kind not in FAILOVER_KINDS or self.provider_id or message._is_open():
            return False
        if other := message._way_after(self.account_id):
            message._set_way(other, kind.value)
            message._set_waiting(kind.value, self._detail(), 0)
            return True
        chosen = message._account_of_choice()
        pause = self._pause_of_round()
        if self.account_id == chosen or pause is None:
            return False
        message._set_way(chosen, kind.value)
        message._set_waiting(kind.value, self._detail(), pause)
        return True

    def _pause_of_round(self):
        """Seconds until the chosen account has its turn again, or None: for too long
        no account has taken it."""
        kinds = [kind.value for kind in FAILOVER_KINDS]
        refused = self.message_id.attempt_ids.filtered(
            lambda a: a.end_kind in kinds and not a.provider_id and not a.is_probe
        )
        longest = waits.delta(self.env, "unreached_longest")
        if waits.now() - min(refused.mapped("called_at")) >= longest:
            return None
        rounds = len(refused.filtered(lambda a: a.account_id == self.account_id))
        pause = waits.seconds(self.env, "retry_first") * 2 ** min(rounds - 1, 20)
        return min(pause, waits.seconds(self.env, "retry_longest"))

    # LOOKING FOR IT EVERYWHERE

    def _adopt(self, provider_id, raw_status=None):
        message = self.message_id
        if self.state != "over" and self.account_id != message.account_id:
            message._set_way(self.account_id, OFF)
        return super()._adopt(provider_id, raw_status)

    def _probe_elsewhere(self):
        """Look for it at the next account by which it may have left.

        :return: whether there is one, or it cannot be asked
        """
        message = self.message_id
        # sudo: a closed field, whether it was ever connected
        later = message._ways_after(self.account_id).filtered(lambda a: a.sudo().home)
        other = later[:1]
        if not other:
            return False
        now = waits.now()
        if (
            other.is_away
            or other.state != "connected"
            or other._capabilities().find is FindBy.NONE
        ):
            self._close()
            message._note_not_there(looked=False)
        elif message._number_in_doubt(other):
            self.next_look_at = now + timedelta(
                seconds=waits.seconds(self.env, "look_first")
            )
        else:
            self.write(
                {
                    "account_id": other.id,
                    "lost_at": now,
                    "missed_at": False,
                    "asked": 0,
                    "next_look_at": now,
                }
            )
        return True
