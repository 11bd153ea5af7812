from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..document import COVER_PLACEHOLDERS, unknown_placeholders


class FaxCoverPage(models.Model):
    """A cover template in one language.

    Its html is sanitized, and placeholders from a fixed list are replaced as text.
    Nothing in it is ever evaluated.
    """

    _name = "fax.cover.page"
    _description = "Fax Cover Page"
    _order = "sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: offered in every company.")
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        default=lambda self: self.env.lang,
        help="A recipient's cover comes in the recipient's language where one exists.",
    )
    translation_of_id = fields.Many2one(
        "fax.cover.page",
        "Same cover as",
        help="The cover this is the translation of.",
        ondelete="cascade",
    )
    translation_ids = fields.One2many("fax.cover.page", "translation_of_id")
    body_html = fields.Html(
        "Cover",
        required=True,
        sanitize_style=True,
        sanitize_overridable=False,
        translate=False,
    )
    practitioner_ids = fields.Many2many(
        "res.users",
        string="Practitioners",
        help="Faxes of these practitioners start with this cover.",
    )
    location_ids = fields.Many2many(
        "res.partner",
        string="Locations",
        domain="[('is_fax_location', '=', True)]",
        help="Faxes from these locations start with this cover.",
    )
    placeholders = fields.Char(compute="_compute_placeholders")

    def _compute_placeholders(self):
        names = " ".join(f"{{{name}}}" for name in COVER_PLACEHOLDERS)
        self.placeholders = names

    @api.constrains("body_html")
    def _check_placeholders(self):
        for cover in self:
            unknown = unknown_placeholders(cover.body_html or "")
            if unknown:
                raise ValidationError(
                    self.env._(
                        "The cover names fields that do not exist: %(names)s. Use "
                        "those listed below the cover.",
                        names=", ".join(f"{{{name}}}" for name in sorted(unknown)),
                    )
                )

    def _in_language(self, lang):
        """This cover in a language, or itself where there is no translation."""
        self.ensure_one()
        family = self | self.translation_of_id | self.translation_ids
        family |= self.translation_of_id.translation_ids
        return family.filtered(lambda cover: cover.lang == lang)[:1] or self

    @api.model
    def _default_for(self, practitioner, location, account):
        """The practitioner's cover, else the location's, else the account's."""
        company = account.company_id or self.env.company
        covers = self.search([("company_id", "in", [False, company.id])])
        own = covers.filtered(
            lambda cover: practitioner and practitioner in cover.practitioner_ids
        )
        local = covers.filtered(
            lambda cover: location and location in cover.location_ids
        )
        return own[:1] or local[:1] or account.cover_page_id or covers[:1]

    @api.model
    def _default_notice(self, company, lang):
        """Confidentiality notice of a company in a language."""
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        lang = lang if lang in installed else company.partner_id.lang
        return company._fax_notice(lang or self.env.lang)
