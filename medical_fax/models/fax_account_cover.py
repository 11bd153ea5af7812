from odoo import api, fields, models

from ..providers import PROVIDERS, Cover


class FaxAccount(models.Model):
    """Who draws the cover: we, or a provider that does it itself."""

    _inherit = "fax.account"

    cover_by = fields.Selection(
        [("us", "Our own cover pages"), ("provider", "The provider's cover page")],
        "Cover page drawn by",
        default="us",
        required=True,
        help="Our own covers show everything in full. The provider's has its own look, "
        "and cuts what is longer than its lines.",
    )
    draws_cover = fields.Boolean(compute="_compute_draws_cover")

    @api.depends("code")
    def _compute_draws_cover(self):
        for account in self:
            provider = PROVIDERS.get(account.code)
            account.draws_cover = bool(provider and provider.capabilities.draws_cover)

    def _wants_provider_cover(self):
        """Whether the provider draws the cover of a new fax."""
        return self.draws_cover and self.cover_by == "provider"

    def _cover_limits(self):
        """The limits of the provider's cover; None where it draws none."""
        return self._capabilities().cover

    def _full_cover(self, *, number, user, reply, lang, **texts):
        """What the provider is to print, not cut yet.

        Its cover has no line for where replies go and none for our notice, so both
        follow the notes.

        :param number: ``fax.number`` it is sent from
        :param user: whose fax it is
        :param texts: recipient_name, recipient_organization, subject, notes
        """
        company = self.company_id
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        wanted = (lang, company.partner_id.lang, self.env.lang)
        lang = next((each for each in wanted if each in installed), None)
        env = self.with_context(lang=lang).env
        notes = [texts.pop("notes", "")]
        if reply:
            notes.append(env._("Reply to fax: %s", reply))
        if phone := number.voice_phone or company.phone:
            notes.append(env._("Phone: %s", phone))
        notes.append(self.env["fax.cover.page"]._default_notice(company, lang))
        return Cover(
            sender_name=self._cover_sender(user),
            notes="\n\n".join(filter(None, notes)),
            **{name: text or "" for name, text in texts.items()},
        )

    def _cover_sender(self, user):
        """Person and clinic, or the person alone where both are too long."""
        most = self._cover_limits().sender_name
        both = ", ".join(filter(None, [user.name, self.company_id.name]))
        return both if most is None or len(both) <= most else user.name or both
