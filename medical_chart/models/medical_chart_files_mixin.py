import re

from lxml import html as lxml_html

from odoo import api, models
from odoo.tools import html_sanitize

# A picture or link to a file of the database inside a text.
FILE_URL = re.compile(r"/web/(?:image|content)/(\d+)(?=[-/?\"'&]|$)")
ACCESS_TOKEN = re.compile(r"[?&](?:amp;)?access_token=[^\"'&]*")
LOCAL_SOURCES = ("/web/image/", "/web/content/", "data:image/")


class MedicalChartFilesMixin(models.AbstractModel):
    """Keeps every file that a text shows on the record itself.

    A file that belongs elsewhere could be changed or deleted there after signing,
    and would follow the other record's access: such a file is copied. Pictures
    from the internet are dropped: opening a chart must call no foreign server.
    """

    _name = "medical.chart.files.mixin"
    _description = "Files of a chart entry"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create([self._clean_body_vals(vals) for vals in vals_list])
        records._adopt_files()
        return records

    def write(self, vals):
        result = super().write(self._clean_body_vals(vals))
        if vals.keys() & {"body", "attachment_ids"}:
            self._adopt_files()
        return result

    @api.model
    def _clean_body_vals(self, vals):
        if not vals.get("body"):
            return vals
        return dict(vals, body=self._clean_body(vals["body"]))

    @api.model
    def _clean_body(self, body):
        """Return ``body`` (html) without foreign pictures and without tokens."""
        body = ACCESS_TOKEN.sub("", str(body))
        if "<img" not in body and "url(" not in body:
            return body
        root = lxml_html.fragment_fromstring(
            str(html_sanitize(body, sanitize_attributes=False)), create_parent="div"
        )
        for image in root.xpath(".//img"):
            if not (image.get("src") or "").startswith(LOCAL_SOURCES):
                image.drop_tree()
        for node in root.xpath(".//*[contains(@style, 'url(')]"):
            del node.attrib["style"]
        inner = "".join(lxml_html.tostring(child, encoding="unicode") for child in root)
        return (root.text or "") + inner

    def _adopt_files(self):
        """Make every attachment and picture of the records their own."""
        for record in self:
            attachments = record.attachment_ids
            own = attachments.browse(
                record._adopt_file(attachment).id for attachment in attachments
            )
            if own != attachments:
                record.attachment_ids = own
            if record.body and FILE_URL.search(record.body):
                body = FILE_URL.sub(record._adopt_body_file, str(record.body))
                if body != str(record.body):
                    record.body = body

    def _adopt_body_file(self, match):
        """Return the matched file address, of the record's own file."""
        attachment = self.env["ir.attachment"].browse(int(match[1])).exists()
        if not attachment:
            return match[0]
        start = match[0][: match.start(1) - match.start(0)]
        return f"{start}{self._adopt_file(attachment).id}"

    def _adopt_file(self, attachment):
        """Return ``attachment`` as a file of this record, moved or copied.

        :raise AccessError: if the user may not read a file that belongs elsewhere
        """
        owner = {"res_model": self._name, "res_id": self.id}
        # sudo: where the file belongs decides what is checked below.
        stored = attachment.sudo()
        if (stored.res_model, stored.res_id) == (self._name, self.id):
            return attachment
        fresh = not stored.res_id and stored.res_model in (False, self._name)
        if fresh and stored.create_uid == self.env.user:
            attachment.write(owner)
            return attachment
        attachment.check_access("read")
        return attachment.copy(dict(owner, res_field=False, public=False))
