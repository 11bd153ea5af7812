from odoo import fields, models

FAILURE = "medical_fax.mail_activity_type_failure"


class MailActivity(models.Model):
    """A notice of faxes that need somebody: one for all that failed of one cause."""

    _inherit = "mail.activity"

    fax_cause = fields.Char(
        readonly=True,
        groups="base.group_system",
        help="What the faxes of this notice have in common.",
    )
    fax_message_ids = fields.Many2many(
        "fax.message",
        "fax_message_notice_rel",
        "activity_id",
        "message_id",
        "Faxes of this notice",
        readonly=True,
        groups="base.group_system",
    )

    _fax_cause_idx = models.Index("(user_id, fax_cause) WHERE fax_cause IS NOT NULL")

    def _refresh_fax_notices(self):
        """Close notices whose faxes were all dealt with; the others name those left.

        A notice hangs on one of its faxes, so it moves on when that one is done.
        """
        for activity in self:
            left = activity._left_faxes()
            if not left:
                activity.action_feedback()
                continue
            summary = left._notice_summary(activity.user_id)
            if activity.summary != summary:
                activity.summary = summary
            if activity.res_id not in left.ids:
                activity.res_id = left[0].id

    def _left_faxes(self):
        """The faxes of a notice that still need somebody, for the same cause."""
        left = self.fax_message_ids.filtered("needs_attention").sorted("id")
        return left.filtered(lambda m: m._notice_cause() == self.fax_cause)
