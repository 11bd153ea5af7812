from odoo import api, models
from odoo.fields import Domain

from ..providers import FindBy
from ..tools import waits


class FaxMessage(models.Model):
    """What keeps a fax from its provider, and what lets it go again."""

    _inherit = "fax.message"

    def _hold_cause(self):
        """Why this fax must not go to its provider now: one of the hold kinds, and
        words where the kind's own do not say enough. ``(None, None)``: it may go.

        Hook: called when a fax is claimed; other addons add their causes.
        """
        account = self.account_id
        if account.is_away:
            return "copy", None
        if account.state != "connected" or not account.active:
            return "account", account.state_reason or None
        if self.company_id.fax_paused:
            return "paused", None
        if self.look_first:
            return "overdue", None
        return self._patient_hold_cause()

    def _patient_hold_cause(self):
        """What has become known about the patient while the fax waited."""
        if self.patient_id.fax_blocked:
            return "patient", self.env._(
                "This patient's documents must not be faxed any more."
            )
        authorization = self.authorization_id
        if authorization and authorization not in authorization._valid_for(
            self.patient_id, self.purpose
        ):
            return "patient", self.env._(
                "The patient's authorization does not hold any more."
            )
        return None, None

    @api.model
    def _hold_words(self, kind):
        """What is said of a hold kind, and what to do about it."""
        words = {
            "account": self.env._(
                "The fax account is not connected. It goes by itself when a fax "
                "manager connects the account again."
            ),
            "paused": self.env._(
                "All sending is paused. It goes by itself when sending goes on."
            ),
            "copy": self.env._(
                "This is not the database in which the fax account was connected. A "
                "fax manager must say whether it is the live one."
            ),
            "overdue": self.env._(
                "It should have left long ago. The provider is asked whether it did; "
                "decide then whether to send it now."
            ),
            "trouble": self.env._(
                "It could not be handed over. If this happens again after you release "
                "it, tell your administrator its reference."
            ),
        }
        return words.get(kind, "")

    # WAITED FOR TOO LONG

    @api.model
    def _hold_all_overdue(self, last_round):
        """After the queue slept: hold what was due for long, and ask.

        :param last_round: when the queue ran last (naive UTC), or None
        """
        limit = waits.now() - waits.delta(self.env, "overdue")
        if not last_round or last_round > limit:
            return
        overdue = Domain("state", "=", "queued") & Domain("due_at", "<", limit)
        for message in self.search(overdue):
            message._hold_overdue()

    def _hold_overdue(self, why="overdue"):
        """Hold for a person, and find out meanwhile whether the provider has it."""
        self.look_first = why
        self._set_held("overdue")

    @api.model
    def _look_first_after_restore(self, accounts):
        """Have every outbound fax of these accounts that had not ended looked up.

        What was in the provider's hands goes on being asked about; should another
        try follow, it is looked up first, since it may have been made already.
        """
        unfinished = self.search(
            [
                ("account_id", "in", accounts.ids),
                ("direction", "=", "out"),
                (
                    "state",
                    "in",
                    ("queued", "held", "submitting", "submitted", "uncertain"),
                ),
            ]
        )
        now = waits.now()
        for message in unfinished:
            message.look_first = "restored"
            is_due = message.state == "queued" and message.due_at <= now
            if is_due or message.state == "held":
                message._set_held("overdue")
            message.attempt_ids.filtered(lambda a: a.state == "uncertain")._look_again()
        self._wake()

    @api.model
    def _start_probes(self):
        """Ask the providers about held faxes that may have left already."""
        waiting = self.search(
            [("state", "=", "held"), ("look_first", "!=", False)], order="id", limit=200
        )
        for message in waiting:
            account = message._probe_account()
            if message.attempt_ids.filtered(lambda a: a.state != "over"):
                continue
            if account.is_away or account.state != "connected":
                continue
            if account._capabilities().find is FindBy.NONE:
                message._note_not_there(looked=False)
            elif not message._number_in_doubt(account):
                message._start_probe()

    def _probe_account(self):
        """Hook: the account at which this fax is looked for first."""
        return self.account_id

    def _start_probe(self):
        now = waits.now()
        values = self._prepare_attempt()
        values.update(
            account_id=self._probe_account().id,
            state="resolving",
            is_probe=True,
            called_at=self.queued_at or self.create_date,
            lease_until=now,
            lost_at=now,
            next_look_at=now,
        )
        return self.env["fax.attempt"].create(values)

    def _number_in_doubt(self, account=None):
        """Whether a submission to this fax's number has no known outcome yet.

        :param account: at another account than the one it goes by
        """
        attempts = self.env["fax.attempt"]
        mine = Domain("account_id", "=", (account or self.account_id).id)
        mine &= Domain("dialled", "=", self.number)
        unresolved = Domain("state", "in", ("calling", "resolving"))
        # Its window must be over, or its likeness and the next one's are mixed up.
        window = waits.now() - waits.delta(self.env, "skew")
        unresolved |= Domain("state", "=", "uncertain") & Domain(
            "lease_until", ">", window
        )
        return bool(attempts.search_count(mine & unresolved, limit=1))

    def _note_not_there(self, looked=True):
        """The provider was asked, and does not have this fax."""
        self.look_first = False
        if self.state == "held":
            env = self._for_sender().env
            self.hold_reason = (
                env._(
                    "It should have left long ago, and the provider does not have "
                    "it. Send it now if it is still wanted."
                )
                if looked
                else env._(
                    "It should have left long ago, and this provider cannot tell "
                    "whether it did. Ask the recipient before you send it."
                )
            )

    def _note_waiting(self, kind):
        """Why the provider keeps a fax waiting, or that it does not any more."""
        reason = kind.value if kind else False
        if self.state == "submitted" and (self.failure_kind or False) != reason:
            self.failure_kind = reason
            self._follow_up()
