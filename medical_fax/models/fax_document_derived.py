import hashlib

from odoo import fields, models

from . import guard


class FaxDocument(models.Model):
    """Documents made of an earlier one's pages: frozen, hashed, of the same sources."""

    _inherit = "fax.document"

    def _derived(self, built):
        """Freeze pages that were made from this document's.

        Whoever may not read what the first was made from may not read this one
        either: the sources are the same, by model and id, whether they still exist
        or not.

        :param built: what :func:`document.select_pages` and the like returned
        """
        self.ensure_one()
        # sudo: people only read workflow rows; the caller checked the right to fax
        origin = guard.opened(self.sudo())
        rows = [
            fields.Command.create(
                {"res_model": s.res_model, "res_id": s.res_id, "version": s.version}
            )
            for s in origin.source_ids
        ]
        sequence = self.env["ir.sequence"].sudo()
        derived = origin.create(
            {
                "name": sequence.next_by_code("fax.document"),
                "company_id": origin.company_id.id,
                "pdf": False,
                "sha256": hashlib.sha256(built.pdf).hexdigest(),
                "pages": built.pages,
                "size": len(built.pdf),
                "trusted": not built.foreign,
                "source_ids": rows,
            }
        )
        return derived._attach(built.pdf).sudo(False)
