from odoo import fields, models


class ResCompany(models.Model):
    """The confidentiality notice: ours, in the language of each cover, until the
    company writes its own."""

    _inherit = "res.company"

    fax_confidentiality_notice = fields.Text(
        "Confidentiality notice on fax covers",
        translate=True,
        default=lambda self: self._usual_fax_notice(),
    )

    def _usual_fax_notice(self):
        return self.env._(
            "This fax may contain confidential health information. It is meant for "
            "the recipient named above. If you received it by mistake, please tell us "
            "at once by phone and destroy all pages."
        )

    def _fax_notice(self, lang):
        """The notice in an installed language.

        The usual one is kept as it was when the company was made: in the language of
        whoever made it. It counts as no choice of words.
        """
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        usual = {
            code: self.with_context(lang=code)._usual_fax_notice() for code in installed
        }
        notice = self.with_context(lang=lang).fax_confidentiality_notice or ""
        return usual.get(lang, notice) if notice in usual.values() else notice
