from odoo import api, fields, models
from odoo.exceptions import UserError

from ..providers import FAILURES, FailureKind

FIXED_BY = [
    ("sender", "The sender"),
    ("manager", "The fax manager"),
    ("provider", "The fax provider"),
    ("recipient", "The recipient"),
]


class FaxFailure(models.Model):
    """The words for a kind of failure, the same for every provider.

    One row a :class:`FailureKind`, made by the module. A fax manager may change the
    words; what follows from a kind (who can fix it, whether the fax is sent again)
    is read from the Python table, so that no edit can make the queue send twice.
    """

    _name = "fax.failure"
    _description = "Fax Failure Text"
    _order = "id"

    code = fields.Selection(
        selection="_selection_code", required=True, readonly=True, copy=False
    )
    name = fields.Char("Label", required=True, translate=True)
    advice = fields.Text(
        required=True,
        translate=True,
        help="What the sender reads: what happened, and what to do about it.",
    )
    fixed_by = fields.Selection(
        FIXED_BY, "Who can fix it", compute="_compute_facts", readonly=True
    )
    retry_helps = fields.Boolean(
        "Sending again helps",
        compute="_compute_facts",
        help="The same fax, sent again by a person, may arrive.",
    )
    redial = fields.Boolean(
        "Sent again by itself",
        compute="_compute_facts",
        help="It is sent again without asking anyone, as often as the account says.",
    )

    _code_uniq = models.Constraint("UNIQUE (code)", "A kind of failure has one text.")

    @api.model
    def _selection_code(self):
        return [(kind.value, kind.value) for kind in FailureKind]

    @api.depends("code")
    def _compute_facts(self):
        for failure in self:
            # A kind that a later version took away, or a row that is being made.
            known = failure.code in FAILURES
            facts = FAILURES[failure.code] if known else None
            failure.fixed_by = facts and facts.fixed_by.value
            failure.retry_helps = bool(facts and facts.retry_helps)
            failure.redial = bool(facts and facts.redial)

    def write(self, vals):
        # Not even the system turns the words for one kind into those of another.
        if "code" in vals and any(f.code != vals["code"] for f in self):
            raise UserError(self.env._("What a failure text stands for is fixed."))
        return super().write(vals)

    @api.model
    def _for(self, kind):
        """The row of a kind of failure; empty if there is none.

        :param kind: a :class:`FailureKind` or its code
        """
        # sudo: the words are for everybody who hears of a failure
        return self.sudo().search([("code", "=", str(kind))], limit=1)

    @api.model
    def _by_code(self):
        # sudo: the words are for everybody who hears of a failure
        return {failure.code: failure for failure in self.sudo().search([])}

    @api.model
    def _labels(self):
        """Every kind with its label, in the user's language, as a selection."""
        rows = self._by_code()
        return [
            (
                kind.value,
                # Better the code's own words than no reason at all.
                rows[kind].name if kind in rows else kind.replace("_", " "),
            )
            for kind in FailureKind
        ]

    @api.model
    def _words(self, kind):
        """What happened and what to do, as one text to show to a person."""
        failure = self._for(kind)
        label = failure.name or dict(self._labels()).get(str(kind), str(kind))
        if not failure.advice:
            return label
        return self.env._("%(label)s. %(advice)s", label=label, advice=failure.advice)
