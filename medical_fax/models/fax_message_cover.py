from odoo import api, fields, models


class FaxMessage(models.Model):
    """A cover that the provider draws: it is no page of the document, and counts."""

    _inherit = "fax.message"

    cover_by_provider = fields.Boolean(
        readonly=True, help="The provider draws the cover; our pages have none."
    )
    cover_recipient = fields.Char(
        "Recipient on the cover",
        readonly=True,
        help="Shorter than name and organization, for the provider's cover.",
    )

    @api.model
    def _new(self, values):
        """A fax sent again has the cover of the first one; and whatever the caller
        counted, the cover that the provider draws is one page more than ours."""
        origin = self.browse(values.get("resend_of_id"))
        drawn = values.get("cover_by_provider", origin.cover_by_provider)
        drawn = bool(drawn and values.get("has_cover"))
        if drawn:
            document = self.env["fax.document"].browse(values["document_id"])
            # sudo: a number; the pages themselves are not looked at
            values = {**values, "pages": document.sudo().pages + 1}
        if origin._is_same_recipient(values):
            values = {"cover_recipient": origin.cover_recipient, **values}
        return super()._new({**values, "cover_by_provider": drawn})

    def _is_same_recipient(self, values):
        names = ("partner_name", "partner_organization")
        return self and all((self[n] or "") == (values.get(n) or "") for n in names)

    def _provider_cover(self):
        # What the account is set to by now does not matter: ours is not in the pages.
        limits = self.account_id._cover_limits() if self.cover_by_provider else None
        return limits.fit(self._full_cover()) if limits else None

    def _full_cover(self):
        name, organization = self.partner_name, self.partner_organization
        return self.account_id._full_cover(
            recipient_name=self.cover_recipient or name,
            recipient_organization="" if self.cover_recipient else organization,
            subject=self.subject,
            notes=self.notes,
            number=self.number_id,
            user=self.practitioner_id or self.user_id,
            reply=self.reply_number,
            lang=self.contact_id.lang,
        )
