from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..tools import waits
from .mail_activity import FAILURE


class FaxMessage(models.Model):
    """Telling people of faxes that need them, grouped by cause.

    Failing only marks a fax as untold and wakes a cron of its own. There the notices
    are made, by one worker at a time: many faxes that fail at once become one notice,
    and two workers that share one never undo each other's record of what happened.
    """

    _inherit = "fax.message"

    told_at = fields.Datetime(
        "People told at", copy=False, help="Empty: nobody knows of its trouble yet."
    )
    notice_ids = fields.Many2many(
        "mail.activity",
        "fax_message_notice_rel",
        "message_id",
        "activity_id",
        "Notices",
        groups="base.group_system",
    )

    def _tell_failure(self):
        """Let people hear of these faxes; the notice comes in a moment."""
        # Whoever dealt with an earlier trouble of the fax has not seen this one.
        self.write(
            {"told_at": False, "acknowledged_how": False, "acknowledged_note": False}
        )
        self._wake_notices()

    def _wake_notices(self):
        # sudo: the cron makes notices only, whoever's button brought it about
        self.env.ref("medical_fax.ir_cron_fax_notices").sudo()._trigger()

    def _follow_up(self):
        """What is no trouble any more closes its notice; being held is told after a
        while, each time anew."""
        result = super()._follow_up()
        self.filtered(lambda m: m.state == "held" and m.told_at).told_at = False
        # Without a look at notice_ids, which others may be writing just now.
        if self.filtered(lambda m: m.told_at and not m.needs_attention):
            self._wake_notices()
        return result

    # THE CRON

    @api.model
    def _cron_notices(self):
        """Tell of what was not told yet, and close what was dealt with."""
        cron = self.env["ir.cron"]
        try:
            untold = self.search(
                Domain("told_at", "=", False) & self._attention_domain(), order="id"
            )
            for messages in untold.grouped(lambda m: m._notice_cause()).values():
                messages._tell()
                cron._commit_progress(remaining=0)
            activities = self.env["mail.activity"].search([("fax_cause", "!=", False)])
            activities._refresh_fax_notices()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # Somebody dealt with one of them at this moment. Next time then.
            self.env.cr.rollback()
            self._wake_notices()

    def _tell(self):
        """Tell each person of those of these faxes, of one cause, that concern them."""
        theirs = {}
        for message in self:
            for user in message._people_to_tell():
                theirs[user] = theirs.get(user, self.browse()) | message
        for user, messages in theirs.items():
            messages._notify(user)
        self.told_at = waits.now()

    def _notify(self, user):
        cause = self[0]._notice_cause()
        recent = waits.now() - waits.delta(self.env, "notice_group")
        notice = self.env["mail.activity"].search(
            [
                ("user_id", "=", user.id),
                ("fax_cause", "=", cause),
                ("create_date", ">=", recent),
            ],
            limit=1,
        )
        if notice:
            notice.fax_message_ids |= self
            notice._refresh_fax_notices()
        else:
            self[0].activity_schedule(
                self[0]._notice_type(),
                user_id=user.id,
                summary=self._notice_summary(user),
                fax_cause=cause,
                fax_message_ids=[fields.Command.set(self.ids)],
            )

    # WHO AND WHAT

    def _notice_type(self):
        """Hook: the external id of the activity type that tells of it."""
        return FAILURE

    def _notice_cause(self):
        """Hook: what faxes of one notice have in common: company, account, what
        happened."""
        kind = self.hold_kind if self.state == "held" else self.failure_kind
        parts = (self.company_id.id, self.account_id.id, self.state, kind or "")
        return ",".join(map(str, parts))

    def _people_to_tell(self):
        """Hook: the sender and the fallback group."""
        return self._or_fallback(self.user_id.filtered("active"), always=True)

    def _or_fallback(self, people, always=False):
        """These people and, if there are none or always, the fallback group; were
        nobody left of them, the company's fallback person, else its fax managers,
        else the administrators: a notice always reaches a person."""

        def members(group):
            return group.all_user_ids.filtered(lambda u: u.active and not u.share)

        def ours(users):
            return users.filtered(
                lambda u: u.active and self.company_id in u.company_ids
            )

        if people and not always:
            return people

        # sudo: membership of the groups, whoever's cron or button runs this
        groups = self.env["res.groups"].sudo()
        account, company = self.account_id.sudo(), self.company_id.sudo()
        fallback = members(groups.browse(account.fallback_group_id.ids))
        managers = members(groups.env.ref("medical_fax.group_fax_manager"))
        people |= ours(fallback)
        return (
            people
            or ours(company.fax_fallback_user_id)
            or ours(managers)
            or members(groups.env.ref("base.group_system"))
        )

    def _notice_summary(self, user):
        """References and words only, in the language of who is told."""
        messages = self.with_context(lang=user.lang)
        first = messages[0]
        if len(messages) == 1:
            return f"{first.name}: {first.state_words}"
        return first.env._(
            "%(name)s and %(count)s more: %(reason)s",
            name=first.name,
            count=len(messages) - 1,
            reason=first._trouble_words(),
        )

    def _trouble_words(self):
        """What is the matter, as short as it goes."""
        states = dict(self._fields["state"]._description_selection(self.env))
        kinds = dict(self._fields["failure_kind"]._description_selection(self.env))
        if self.state == "held":
            return self.hold_reason or states["held"]
        if self.state == "uncertain":
            return states["uncertain"]
        return kinds.get(self.failure_kind) or states[self.state]
