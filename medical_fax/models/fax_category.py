from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .fax_message_unassigned import RECEIVED

MOST_PEOPLE = 100


class FaxCategory(models.Model):
    """What a received fax is, and who takes care of such ones: results, referrals,
    bills."""

    _name = "fax.category"
    _description = "Category of received faxes"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    user_id = fields.Many2one(
        "res.users", "Goes to", help="They are told, and it is theirs to file."
    )


class FaxMessage(models.Model):
    """Giving a received fax to somebody, by hand or by its category."""

    _inherit = "fax.message"

    category_id = fields.Many2one("fax.category", readonly=True, ondelete="set null")

    def action_categorize(self, category_id):
        """Say what this fax is; the category's person gets it."""
        self.ensure_one()
        self._check_may_fax_for_number()
        category = self.env["fax.category"].browse(category_id or []).exists()
        category.check_access("read")
        # sudo: workflow rows are read-only to people; the right was checked
        self.sudo().category_id = category
        if category.user_id:
            self.action_assign(category.user_id.id)
        return True

    def action_assign(self, user_id):
        """Give this fax to a person, who is told; to nobody for False."""
        self.ensure_one()
        self._check_may_fax_for_number()
        user = self.env["res.users"].browse(user_id or []).exists()
        # sudo: workflow rows are read-only to people; the right was checked
        message = self.sudo()
        if message.state != "received":
            raise UserError(self.env._("It is not in the inbox any more."))
        if user and not message._may_be_told(user):
            raise UserError(
                self.env._(
                    "This person may not see the faxes of this number. A fax manager "
                    "can let them, on the number."
                )
            )
        message._close_assignment(force=True)
        message.write({"assignee_id": user.id, "told_at": False})
        if user:
            message.activity_schedule(
                RECEIVED, user_id=user.id, summary=message._notice_summary(user)
            )
        message._follow_up()
        return True

    def _assignable(self):
        """Colleagues whom this fax may be given to: those who may see it by its
        number. Whether they may is asked again when it is given."""
        self.ensure_one()
        # sudo: names of colleagues, and who may use one of our numbers
        users = self.env["res.users"].sudo()
        group = users.env.ref
        domain = Domain("share", "=", False) & Domain("id", "!=", self.env.uid)
        domain &= Domain("company_ids", "in", self.company_id.id)
        denied = group("medical_fax.group_fax_denied")
        # "all_group_ids not in" finds whoever has any group that does not imply it.
        implying = Domain("all_implied_ids", "in", denied.id)
        domain &= Domain("group_ids", "not any", implying)
        managers = Domain(
            "all_group_ids", "in", group("medical_fax.group_fax_manager").id
        )
        number = self.sudo().number_id
        if not number:
            return users.search(domain & managers, order="name", limit=MOST_PEOPLE)
        mine = Domain("all_group_ids", "in", group("medical_fax.group_fax_user").id)
        if number.user_ids:
            mine &= Domain("id", "in", number.user_ids.ids)
        return users.search(domain & (managers | mine), order="name", limit=MOST_PEOPLE)

    def _close_assignment(self, force=False):
        """Who it was given to need not look at it any more, once it is filed."""
        result = super()._close_assignment()
        kind = self.env.ref(RECEIVED)
        for message in self:
            if force or message.state != "received":
                # Notices of several faxes close by themselves.
                message.activity_ids.filtered(
                    lambda a: a.activity_type_id == kind and not a.fax_cause
                ).action_feedback()
        return result

    def _follow_up(self):
        result = super()._follow_up()
        put_away = self.filtered(lambda m: m.state in ("archived", "blocked"))
        put_away._close_assignment()
        return result

    @api.model
    def _inbox_domain(self):
        received = Domain("direction", "=", "in") & Domain("state", "=", "received")
        return received & (
            Domain("assignee_id", "=", False) | Domain("assignee_id", "=", self.env.uid)
        )
