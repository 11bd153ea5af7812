from odoo import api, fields, models
from odoo.fields import Domain


class FaxNumber(models.Model):
    """Where a number is the one that a fax starts with.

    `fax.composer` takes the first of: what this user chose last for the practitioner,
    the practitioner's, the user's own, the location's, the account's default, any.
    """

    _inherit = "fax.number"

    default_for = fields.Char("Faxes start with it", compute="_compute_default_for")

    @api.depends(
        "active",
        "status",
        "account_id.default_number_id",
        "practitioner_id.name",
        "location_id.name",
    )
    @api.depends_context("lang", "uid")
    def _compute_default_for(self):
        for number in self:
            number.default_for = "; ".join(number._default_words())

    def _default_words(self):
        self.ensure_one()
        if not self.active or self.status in ("released", "releasing"):
            return [self.env._("Nowhere: it is not used any more")]
        words = []
        if self.account_id.default_number_id == self:
            words.append(self.env._("for everybody of the account"))
        if self.location_id:
            words.append(
                self.env._("at %(location)s", location=self.location_id.display_name)
            )
        if self.practitioner_id:
            words.append(self.env._("for %(person)s", person=self.practitioner_id.name))
        return words or [self.env._("Only where it is chosen")]


class FaxMessage(models.Model):
    _inherit = "fax.message"

    number_is_chosen = fields.Boolean(
        readonly=True,
        help="The number is another one than the fax started with.",
    )

    @api.model
    def _number_chosen_for(self, practitioner, usable):
        """The number that this user last chose for a practitioner, or none.

        Only a choice is remembered: who always took what was offered shall get a new
        default as well.
        """
        mine = Domain("user_id", "=", self.env.uid)
        theirs = Domain("practitioner_id", "=", practitioner.id)
        last = self.search(
            mine & theirs & Domain("number_id", "in", usable.ids), limit=1
        )
        return last.number_id if last.number_is_chosen else usable.browse()
