from odoo import api, fields, models
from odoo.fields import Domain

from ..providers import FAILURES, FailureKind, page_at_fault
from .fax_failure import FIXED_BY

# Only these did not go as they should: a fax that waits for its next try is on its way.
_FAILED = ("failed", "partial")


class FaxMessage(models.Model):
    """What is said about a failure, and the search for those that can be helped."""

    _inherit = "fax.message"

    failure_advice = fields.Char(compute="_compute_failure_advice", string="Advice")
    failure_fixed_by = fields.Selection(
        FIXED_BY,
        "Who can fix it",
        compute="_compute_failure_facts",
        search="_search_failure_fixed_by",
    )
    failure_retry_helps = fields.Boolean(
        "Sending again helps",
        compute="_compute_failure_facts",
        search="_search_failure_retry_helps",
    )

    def _failure(self):
        """The kind of failure that counts for what to do now, or None.

        Of a fax that may have arrived only that counts: whatever kept its outcome
        from us, the advice is never to send it again.
        """
        if self.state == "uncertain":
            return FailureKind.UNKNOWN
        if self.state in _FAILED and self.failure_kind in FAILURES:
            return FailureKind(self.failure_kind)
        return None

    @api.depends("state", "failure_kind", "failure_detail", "pages")
    @api.depends_context("lang")
    def _compute_failure_advice(self):
        rows = self.env["fax.failure"]._by_code()
        for message in self:
            kind = message._failure()
            advice = kind in rows and rows[kind].advice
            page = kind is FailureKind.DOCUMENT_REJECTED and message._page_at_fault()
            if advice and page:
                more = self.env._("The provider names page %(page)s.", page=page)
                advice = f"{advice} {more}"
            message.failure_advice = advice

    def _page_at_fault(self):
        # sudo: of the provider's text, which is for managers, only a page number
        return page_at_fault(self.sudo().failure_detail, self.pages)

    @api.depends("state", "failure_kind")
    def _compute_failure_facts(self):
        for message in self:
            kind = message._failure()
            message.failure_fixed_by = kind and kind.facts.fixed_by.value
            # What came out in part or perhaps is never just sent again.
            helps = message.state == "failed" and kind and kind.facts.retry_helps
            message.failure_retry_helps = bool(helps)

    @api.model
    def _search_failure_fixed_by(self, operator, values):
        if operator != "in":
            return NotImplemented
        kinds = [k.value for k, facts in FAILURES.items() if facts.fixed_by in values]
        found = Domain("state", "in", _FAILED) & Domain("failure_kind", "in", kinds)
        if FailureKind.UNKNOWN.facts.fixed_by in values:
            found |= Domain("state", "=", "uncertain")
        if False in values:
            everyone = [by for by, _label in FIXED_BY]
            found |= ~self._search_failure_fixed_by("in", everyone)
        return found

    @api.model
    def _search_failure_retry_helps(self, operator, values):
        if operator != "in":
            return NotImplemented
        kinds = [kind.value for kind, facts in FAILURES.items() if facts.retry_helps]
        helps = Domain("state", "=", "failed") & Domain("failure_kind", "in", kinds)
        return Domain.OR([helps if value else ~helps for value in set(values)])
