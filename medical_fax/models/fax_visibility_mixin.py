from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class FaxVisibilityMixin(models.AbstractModel):
    """Reading that a record rule cannot say, because rule domains are evaluated
    as superuser while ours ask what the user may read in other models.

    Both ``_search`` (reading, grouping and exporting go through it) and
    ``_check_access`` (opening by id) answer from the same domain, so that they
    cannot disagree.
    """

    _name = "fax.visibility.mixin"
    _description = "Visible to whom the fax concerns"

    def _visible_domain(self) -> Domain:
        """Hook: what the current user may see, apart from company rules."""
        raise NotImplementedError

    @api.model
    def _search(
        self,
        domain,
        offset=0,
        limit=None,
        order=None,
        *,
        active_test=True,
        bypass_access=False,
    ):
        if not (self.env.su or bypass_access):
            domain = Domain(domain) & self._visible_domain()
        return super()._search(
            domain,
            offset,
            limit,
            order,
            active_test=active_test,
            bypass_access=bypass_access,
        )

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su or not any(self._ids):
            return result
        forbidden, make_error = result or (self.browse(), None)
        rest = self - forbidden
        # Nothing to look for where the model itself is closed: a search would raise.
        hidden = rest and rest - rest._visible()
        if not hidden:
            return result
        return forbidden + hidden, make_error or self._make_hidden_error

    def _visible(self):
        """Those of these records which the user may see; flushes what was written
        in this transaction, as any search does."""
        query = self.with_context(active_test=False)._search([("id", "in", self.ids)])
        return self.browse(query) if self.ids else self

    def _make_hidden_error(self):
        return AccessError(
            self.env._(
                "This fax is not among those that you may see: faxes that you sent, "
                "that belong to a number you may use, or that were made from records "
                "you may read. Ask a fax manager if you need it."
            )
        )

    def _readable_sources(self):
        """Return ``[(model name, query of the ids the user may read)]`` for every
        model that faxes are made from."""
        # sudo: which models can be faxed is configuration, not content
        names = self.env["fax.source"].sudo().with_context(active_test=False)
        readable = []
        for name in sorted(set(names.search([]).mapped("model"))):
            model = self.env.get(name)
            if model is not None and model.has_access("read"):
                query = model.with_context(active_test=False)._search([])
                readable.append((name, query))
        return readable
