import hashlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..document import page_png, to_tiff
from . import guard

# Pages of a document that one looks at within this time are one opening.
TURNING = timedelta(minutes=10)


class FaxDocument(models.Model):
    """The frozen bytes of a fax: made once, hashed, never changed.

    Everything that left or arrived is here. The PDF itself is no readable field:
    it is opened through :meth:`_open`, which checks the reader and leaves a row in
    the access log.
    """

    _name = "fax.document"
    _inherit = ["fax.visibility.mixin"]
    _description = "Fax Document"
    _order = "id desc"

    name = fields.Char("Reference", required=True, readonly=True, copy=False)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    pdf = fields.Binary(
        attachment=True,
        readonly=True,
        copy=False,
        # Nobody reads it as a field, so that no opening escapes the access log.
        groups=fields.NO_ACCESS,
    )
    sha256 = fields.Char("SHA-256", required=True, readonly=True, index=True)
    pages = fields.Integer(required=True, readonly=True)
    size = fields.Integer("Size in bytes", readonly=True)
    trusted = fields.Boolean(
        readonly=True,
        help="Made by our own layout only, without pages of a foreign file.",
    )
    purged_on = fields.Datetime(readonly=True)
    source_ids = fields.One2many("fax.document.source", "document_id", readonly=True)
    message_ids = fields.One2many("fax.message", "document_id", readonly=True)
    filing_ids = fields.One2many("fax.filing", "document_id", readonly=True)
    access_ids = fields.One2many(
        "fax.document.access",
        "document_id",
        readonly=True,
        groups="medical_fax.group_fax_manager",
    )

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        if not guard.is_open(self.env):
            raise UserError(self.env._("Fax documents are made by sending a fax."))
        return super().create(vals_list)

    def write(self, vals):
        if not guard.is_open(self.env):
            raise UserError(
                self.env._(
                    "A fax document never changes: it is what was sent. Send a new "
                    "fax instead."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        raise UserError(
            self.env._(
                "A fax document cannot be deleted: it proves what was sent. An "
                "administrator may purge its pages, which keeps the proof."
            )
        )

    def _visible_domain(self):
        """Readable when one of its faxes is visible and every source is readable."""
        manager = self.env.user.has_group("medical_fax.group_fax_manager")
        readable = self._readable_sources()
        hidden = ~Domain("res_model", "in", [name for name, _query in readable])
        for name, query in readable:
            unread = Domain("res_model", "=", name) & Domain("res_id", "not in", query)
            if manager:
                # A deleted source stops a manager no more; one that exists does.
                # sudo: only to know whether the record still exists
                model = self.env[name].sudo().with_context(active_test=False)
                unread &= Domain("res_id", "in", model._search([]))
            hidden |= unread
        # Of a fax that was split over several patients, who reads one's record sees
        # the pages that were filed there, which are a document of their own.
        concerned = self.env["fax.message"]._concerned_domain()
        filed = self.env["fax.filing"]._readable_domain()
        visible = Domain("message_ids", "any", concerned)
        visible |= Domain("filing_ids", "any!", filed)
        # A document of some pages is seen by who may see the whole.
        visible |= Domain("filing_ids", "any", Domain("message_id", "any", concerned))
        return visible & ~Domain("source_ids", "any!", hidden)

    # Freezing and opening

    @api.model
    def _freeze(self, built, company, sources):
        """Keep the built PDF and return its document.

        :param built: what :func:`document.build` returned
        :param sources: list of ``(record, version)`` the pages were made from
        """
        digest = hashlib.sha256(built.pdf).hexdigest()
        rows = [
            fields.Command.create(
                {"res_model": record._name, "res_id": record.id, "version": version}
            )
            for record, version in sources
        ]
        # sudo: people only read workflow rows; the composer checked the right to fax
        documents = guard.opened(self.sudo())
        return (
            documents.create(
                {
                    "name": self.env["ir.sequence"].sudo().next_by_code("fax.document"),
                    "company_id": company.id,
                    "pdf": False,
                    "sha256": digest,
                    "pages": built.pages,
                    "size": len(built.pdf),
                    "trusted": not built.foreign,
                    "source_ids": rows,
                }
            )
            ._attach(built.pdf)
            .sudo(False)
        )

    def _attach(self, content):
        self.env["ir.attachment"].create(
            {
                "name": f"{self.name}.pdf",
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_field": "pdf",
                "res_id": self.id,
            }
        )
        self.invalidate_recordset(["pdf"])
        return guard.closed(self)

    def _content(self):
        """The frozen bytes, verified against their hash; for the sending queue."""
        self.ensure_one()
        # sudo: the field is closed to everyone; callers checked who may see it
        attachment = self.env["ir.attachment"].sudo()
        attachment = attachment.search(
            [
                ("res_model", "=", self._name),
                ("res_field", "=", "pdf"),
                ("res_id", "=", self.id),
            ]
        )
        content = attachment.raw if len(attachment) == 1 else b""
        if hashlib.sha256(content or b"").hexdigest() != self.sudo().sha256:
            raise UserError(
                self.env._(
                    "The pages of %(name)s are not those that were frozen, so they "
                    "are neither shown nor sent. An administrator must look at the "
                    "file store.",
                    name=self.sudo().name,
                )
            )
        return content

    def _open(self, kind):
        """Check the reader, note the opening and return the frozen PDF.

        :param kind: what for: view, download, print or report
        """
        self.check_access("read")
        self._log_access(kind)
        return self._content()

    def _log_access(self, kind):
        # sudo: the access log is written for people, never by them
        log = self.env["fax.document.access"].sudo()
        for document in self:
            log.create(
                {"document_id": document.id, "user_id": self.env.uid, "kind": kind}
            )

    def _log_turning(self):
        """Note that pages are looked at; turning on to others soon is no new row."""
        recent = fields.Datetime.now() - TURNING
        # sudo: the access log is written for people, never by them
        noted = self.env["fax.document.access"].sudo()
        noted = noted.search(
            [
                ("document_id", "in", self.ids),
                ("user_id", "=", self.env.uid),
                ("kind", "=", "view"),
                ("create_date", ">=", recent),
            ]
        )
        (self - noted.document_id.sudo(False))._log_access("view")

    def _page_png(self, index, width=None):
        """A page as the recipient sees it (1-bit), for those who may read it."""
        self.check_access("read")
        return page_png(self._content(), index, width=width, trusted=self.trusted)

    def _tiff(self):
        return to_tiff(self._content(), trusted=self.trusted)

    # Erasure

    def _purge(self):
        """Delete the bytes and keep hash and page count: the one way out.

        The row is written before the bytes go, so that an interrupted purge shows.
        """
        if not self.env.su:
            raise UserError(self.env._("Only the system purges documents."))
        for document in guard.opened(self):
            document.write({"purged_on": fields.Datetime.now()})
            attachment = document.env["ir.attachment"].search(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", "pdf"),
                    ("res_id", "=", document.id),
                ]
            )
            attachment.unlink()


class FaxDocumentSource(models.Model):
    """A record that a document was made from, with its version at that time."""

    _name = "fax.document.source"
    _inherit = ["fax.visibility.mixin"]
    _description = "Fax Document Source"
    _order = "id"

    document_id = fields.Many2one(
        "fax.document", required=True, readonly=True, index=True, ondelete="cascade"
    )
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Record", model_field="res_model", required=True, readonly=True
    )
    version = fields.Char(readonly=True, help="When the record was last changed.")

    _record_idx = models.Index("(res_model, res_id)")

    @api.model
    def _visible_domain(self):
        return Domain("document_id", "any", [])


class FaxDocumentAccess(models.Model):
    """One opening, download or print of a document."""

    _name = "fax.document.access"
    _description = "Fax Document Access"
    _order = "id desc"
    _rec_name = "document_id"

    document_id = fields.Many2one(
        "fax.document", required=True, readonly=True, index=True
    )
    user_id = fields.Many2one("res.users", "Who", required=True, readonly=True)
    kind = fields.Selection(
        [
            ("view", "Viewed"),
            ("download", "Downloaded"),
            ("print", "Printed"),
            ("report", "Transmission report"),
        ],
        required=True,
        readonly=True,
    )
    create_date = fields.Datetime("When", readonly=True)
