import pytz

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import waits

RECEIVED = "medical_fax.mail_activity_type_received"


class ResCompany(models.Model):
    _inherit = "res.company"

    fax_unassigned_hours = fields.Float(
        "Working hours until a received fax must be filed",
        default=4,
        help="By the company's working times. Later the fallback group is told.",
    )

    _fax_unassigned_hours_positive = models.Constraint(
        "CHECK (fax_unassigned_hours > 0)", "More than no time at all."
    )


class FaxMessage(models.Model):
    """Received faxes that nobody has taken care of: who hears of them.

    They need attention until they are filed, given to a person, or put away. Whoever
    subscribed to the number is told, or the fallback group where nobody did, and the
    group as well when it takes long. What is told is a reference, our number and the
    time: who faxed, and about whom, is seen by opening the fax.
    """

    _inherit = "fax.message"

    assignee_id = fields.Many2one(
        "res.users", "Given to", readonly=True, index="btree_not_null"
    )
    escalated_at = fields.Datetime(
        "Fallback group told at",
        readonly=True,
        help="Nobody had taken care of it in time.",
    )

    _unassigned_idx = models.Index(
        "(company_id, received_at) WHERE state = 'received' AND assignee_id IS NULL"
    )

    @api.model
    def _unassigned_domain(self):
        received = Domain("direction", "=", "in") & Domain("state", "=", "received")
        return received & Domain("assignee_id", "=", False)

    @api.model
    def _attention_domain(self):
        return super()._attention_domain() | self._unassigned_domain()

    @api.depends("direction", "assignee_id")
    def _compute_needs_attention(self):
        return super()._compute_needs_attention()

    def _follow_up(self):
        result = super()._follow_up()
        if self.filtered(lambda m: m.direction == "in"):
            self._push_attention()
            self._wake_notices()
        return result

    # TELLING

    @api.model
    def _cron_notices(self):
        self._step("Faxes that nobody took", self._escalate_all)
        return super()._cron_notices()

    def _notice_type(self):
        return RECEIVED if self.direction == "in" else super()._notice_type()

    def _notice_cause(self):
        """Faxes to one number that come in together are one notice; those that were
        left lying are another."""
        if self.direction != "in":
            return super()._notice_cause()
        late = "late" if self.escalated_at else "new"
        parts = (self.company_id.id, self.account_id.id, "received", self.number_id.id)
        return ",".join(map(str, (*parts, late)))

    def _people_to_tell(self):
        if self.direction != "in":
            return super()._people_to_tell()
        # sudo: who subscribed, whoever's cron or button runs this
        number = self.number_id.sudo()
        subscribers = number.subscriber_ids.filtered(self._may_be_told)
        return self._or_fallback(subscribers, always=bool(self.escalated_at))

    def _may_be_told(self, user):
        """Whoever cannot open the fax is not asked to."""
        return (
            user.active
            and self.company_id in user.company_ids
            and self.with_user(user).with_company(self.company_id).has_access("read")
        )

    def _notice_summary(self, user):
        """A reference, our number and the time; no sender, and nothing of a page."""
        if self[0].direction != "in":
            return super()._notice_summary(user)
        messages = self.with_context(lang=user.lang, tz=user.tz)
        first = messages[0]
        # sudo: one of our own numbers
        number = first.sudo().number_id.number_display or ""
        time = first._local(first.received_at, "%Y-%m-%d %H:%M")
        if len(self) > 1:
            return first.env._(
                "%(name)s and %(count)s more, received at %(number)s since %(time)s",
                name=first.name,
                count=len(self) - 1,
                number=number,
                time=time,
            )
        return first.env._(
            "%(name)s, received at %(number)s, %(time)s",
            name=first.name,
            number=number,
            time=time,
        )

    # LEFT LYING

    @api.model
    def _escalate_all(self):
        """What nobody took in so many working hours goes to the fallback group."""
        lying = self._unassigned_domain() & Domain("escalated_at", "=", False)
        late = self.search(lying).filtered(lambda m: m._is_late())
        # Told anew: to the fallback group as well, in a notice of its own.
        late.write({"escalated_at": waits.now(), "told_at": False})

    def _is_late(self):
        """Whether more working hours have passed than it may lie."""
        company, now = self.company_id, waits.now()
        hours = company.fax_unassigned_hours
        if (now - self.received_at).total_seconds() < hours * 3600:
            return False
        calendar = company.resource_calendar_id
        due = calendar and calendar.plan_hours(
            hours, pytz.utc.localize(self.received_at), compute_leaves=True
        )
        # Without working times to count by, hours are hours.
        return not due or pytz.utc.localize(now) >= due
