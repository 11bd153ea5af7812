from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from . import guard


class FaxFiling(models.Model):
    """A received fax, or some of its pages, put to a record by a person.

    A filing that was undone stays, with who undid it and why: the chart it was in by
    mistake does not show it any more, and what happened is known.
    """

    _name = "fax.filing"
    _inherit = ["fax.visibility.mixin"]
    _description = "Filed Fax"
    _order = "id desc"
    _rec_name = "message_id"

    message_id = fields.Many2one(
        "fax.message", "Fax", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one(related="message_id.company_id", store=True)
    document_id = fields.Many2one("fax.document", readonly=True, index=True)
    pages = fields.Char(readonly=True, help="Empty: all of them.")
    page_indexes = fields.Json(readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Patient", readonly=True, index="btree_not_null"
    )
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Record", model_field="res_model", required=True, readonly=True
    )
    user_id = fields.Many2one("res.users", "Filed by", required=True, readonly=True)
    create_date = fields.Datetime("Filed on", readonly=True)
    reason = fields.Selection(
        [
            ("code", "A code on our cover"),
            ("sender", "The sender's earlier faxes"),
            ("name", "The name on the page"),
            ("birth", "Name and birth date on the page"),
            ("chosen", "Chosen by hand"),
        ],
        "Why there",
        required=True,
        readonly=True,
    )
    is_made = fields.Boolean(readonly=True, help="Filing made the record.")
    made_version = fields.Char(readonly=True)
    undone_on = fields.Datetime(readonly=True)
    undone_by_id = fields.Many2one("res.users", "Undone by", readonly=True)
    undo_reason = fields.Char("Why undone", readonly=True)

    _record_idx = models.Index("(res_model, res_id) WHERE undone_on IS NULL")

    # VISIBILITY

    @api.model
    def _visible_domain(self):
        messages = self.env["fax.message"]._concerned_domain()
        return Domain("message_id", "any!", messages) | self._readable_domain()

    @api.model
    def _readable_domain(self):
        """Filings to records that the user may read.

        The address book is read by everybody who faxes: that a fax was filed to one
        of its entries opens it to nobody.
        """
        domain = Domain.FALSE
        readable = dict(self._readable_sources())
        partners = self.env["res.partner"]
        if partners.has_access("read"):
            query = partners.with_context(active_test=False)._search([])
            readable["res.partner"] = query
        for name, query in readable.items():
            domain |= Domain("res_model", "=", name) & Domain("res_id", "in", query)
        return domain & Domain("undone_on", "=", False)

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        self._check_ours()
        return super().create(vals_list)

    def write(self, vals):
        self._check_ours()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        raise UserError(self.env._("Filings are kept: undo them instead."))

    def _check_ours(self):
        if not guard.is_open(self.env):
            raise UserError(self.env._("Faxes are filed from the inbox."))

    # ACTIONS

    @api.model
    @api.readonly
    def get_filed(self, model, res_id):
        """The pages filed to a record, for whoever may read both.

        :return: list of dicts with the fax's id and reference, its document and pages
        """
        self.env[model].browse(res_id).check_access("read")
        filings = self.search(
            [
                ("res_model", "=", model),
                ("res_id", "=", res_id),
                ("undone_on", "=", False),
            ]
        )
        readable = filings.document_id._filtered_access("read")
        return [
            {
                "id": filing.id,
                "message_id": filing.message_id.id,
                "name": filing.message_id.name,
                "document_id": filing.document_id.id,
                "pages": filing.document_id.pages,
            }
            for filing in filings
            if filing.document_id in readable
        ]

    def action_ask_undo(self):
        """Ask why, and where it belongs."""
        self.ensure_one()
        self.message_id._check_may_fax_for_number()
        wizard = self.env["fax.filing.undo"]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take out of this chart"),
            "res_model": wizard._name,
            "views": [[False, "form"]],
            "target": "new",
            "context": {"default_filing_id": self.id, "dialog_size": "medium"},
        }

    def action_undo(self, reason):
        """Take pages out of a record they do not belong to, and say why.

        :return: dict of `kept`: references of records that were made by the filing
            and that somebody has written in since, so that they stay
        """
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why it does not belong there."))
        messages = self.message_id
        messages._check_may_fax_for_number()
        # sudo: workflow rows are read-only to people; the right was checked
        kept = self.sudo()._undo(reason, self.env.user)
        return {"kept": kept}

    def _undo(self, reason, user):
        kept = 0
        messages = self.message_id
        messages._lock_to_file()
        for filing in self.filtered(lambda f: not f.undone_on):
            guard.opened(filing).write(
                {
                    "undone_on": fields.Datetime.now(),
                    "undone_by_id": user.id,
                    "undo_reason": reason,
                }
            )
            if filing.is_made and not filing._unmake():
                kept += 1
        messages._sync_filed()
        return kept

    # WHAT FILING MAKES

    def _record(self):
        return self.env[self.res_model].browse(self.res_id).exists()

    def _version(self, record):
        return fields.Datetime.to_string(record.write_date)

    def _unmake(self):
        """Delete the record that the filing made; False where somebody changed it."""
        record = self._record()
        if not record:
            return True
        if self._is_changed(record):
            return False
        try:
            with self.env.cr.savepoint():
                record.unlink()
        except UserError:
            return False
        return True

    def _is_changed(self, record):
        if self._version(record) != self.made_version:
            return True
        mine = [("res_model", "=", self.res_model), ("res_id", "=", self.res_id)]
        if self.env["ir.attachment"].search_count(mine, limit=1):
            return True
        said = [
            ("model", "=", self.res_model),
            ("res_id", "=", self.res_id),
            ("message_type", "=", "comment"),
        ]
        return bool(self.env["mail.message"].search_count(said, limit=1))
