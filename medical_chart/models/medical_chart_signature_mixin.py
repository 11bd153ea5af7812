import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from .medical_chart_files_mixin import FILE_URL

# Held by identity in the context while an entry is being signed. No caller from
# outside (RPC, import, a stored default) can send this object.
_SIGNING = object()

SIGNATURE_FIELDS = frozenset(
    {
        "state",
        "signed_by_id",
        "signed_on",
        "signature_image",
        "licence_number",
        "content_hash",
    }
)

# Belong to the conversation about an entry, not to its content.
UNLOCKED_FIELDS = frozenset(
    {"message_follower_ids", "message_partner_ids", "message_ids"}
)


class MedicalChartSignatureMixin(models.AbstractModel):
    """Signing, and the lock that a signature puts on an entry.

    Nothing but ``_sign`` sets the fields of the signature, and nothing changes a
    signed entry afterwards: neither write, import, stored or context defaults nor
    sudo. Its files are locked in ``ir.attachment``.
    """

    _name = "medical.chart.signature.mixin"
    _description = "Signature of a chart entry"

    state = fields.Selection(
        [("draft", "Draft"), ("signed", "Signed")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    signed_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, ondelete="restrict"
    )
    signed_on = fields.Datetime(readonly=True, copy=False)
    signature_image = fields.Image(
        string="Signature", readonly=True, copy=False, max_width=1200, max_height=600
    )
    licence_number = fields.Char(readonly=True, copy=False)
    content_hash = fields.Char(
        readonly=True,
        copy=False,
        help="SHA-256 over text, pictures and attachments when the entry was signed.",
    )
    can_sign = fields.Boolean(compute="_compute_can_sign")

    @api.depends("state", "practitioner_id")
    @api.depends_context("uid")
    def _compute_can_sign(self):
        for entry in self:
            entry.can_sign = (
                entry.state == "draft" and entry.practitioner_id == self.env.user
            )

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        # Looked at afterwards: context and stored defaults are in, whoever set them.
        entries._check_unsigned_at_creation()
        return entries

    def write(self, vals):
        if self.env.context.get("medical_chart_signing") is not _SIGNING:
            self._check_unlocked(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        if any(entry.state == "signed" for entry in self):
            raise UserError(self._get_locked_message())

    # Actions

    def action_sign(self):
        """Sign the drafts as their practitioner, which locks them for good.

        :raise UserError: for an entry of another practitioner or without text
        """
        self.check_access("write")
        self._sign()
        return True

    # Business

    def _sign(self, on=None):
        """Sign as the current user; ``on`` (naive UTC) is now unless given.

        The time may only be given by code inside the server (imports, demo data).
        """
        for entry in self:
            entry._check_may_sign()
            # sudo: one's own signature picture, a field of administrators else.
            user = self.env.user.sudo().with_context(bin_size=False)
            signing = entry.with_context(medical_chart_signing=_SIGNING)
            # The picture first: it is a file, and files of signed entries are locked.
            signing.write(
                {
                    "signed_by_id": user.id,
                    "signed_on": on or fields.Datetime.now(),
                    "signature_image": user.signature_image,
                    "licence_number": user.licence_number,
                }
            )
            signing.write({"state": "signed", "content_hash": entry._content_version()})

    def _content_version(self):
        """Return the SHA-256 (hex) of what the entry says and shows now.

        Equal versions mean equal content; of a signed entry it never changes and
        equals ``content_hash``.
        """
        self.ensure_one()
        # sudo: the version must not depend on who asks.
        entry = self.sudo()
        content = {
            "patient": entry.patient_id.id,
            "practitioner": entry.practitioner_id.id,
            "date": fields.Datetime.to_string(entry.date),
            "title": entry.title,
            "body": str(entry.body or ""),
            "amends": entry.amendment_of_id.id,
            "reason": entry.amendment_reason or "",
            "files": [(f.id, f.name, f.checksum) for f in entry._get_files()],
        }
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def _get_files(self):
        """Return the entry's attachments and the pictures of its text, by id."""
        self.ensure_one()
        pictures = {int(found) for found in FILE_URL.findall(str(self.body or ""))}
        files = self.attachment_ids | self.attachment_ids.browse(pictures).exists()
        return files.sorted("id")

    def _has_content(self):
        """Tell whether there is more than blank lines and an untouched template."""
        self.ensure_one()
        if self._get_files() or "<img" in str(self.body or ""):
            return True
        # Stars are what headings leave behind.
        text = html2plaintext(self.body or "").strip(" *\n\u00a0")
        return bool(text) and not self._is_untouched_template()

    # Guards

    def _check_may_sign(self):
        self.ensure_one()
        if self.state == "signed":
            raise UserError(self._get_locked_message())
        if self.practitioner_id != self.env.user:
            raise UserError(
                self.env._("Only the practitioner of a chart entry can sign it.")
            )
        if not self._has_content():
            raise UserError(self.env._("There is nothing to sign yet."))
        if self.amendment_of_id and not self.amendment_reason:
            raise UserError(self.env._("An amendment needs its reason."))

    def _check_unsigned_at_creation(self):
        for entry in self:
            if entry.state != "draft" or any(
                entry[name] for name in SIGNATURE_FIELDS - {"state"}
            ):
                raise UserError(self.env._("A chart entry starts as a draft."))

    def _check_unlocked(self, vals):
        """Refuse ``vals`` that would forge a signature or alter a signed entry."""
        if vals.keys() & SIGNATURE_FIELDS:
            raise UserError(
                self.env._("The signature of a chart entry is set by signing it.")
            )
        if not vals.keys() - UNLOCKED_FIELDS:
            return
        # sudo: the lock holds for everybody.
        if any(entry.state == "signed" for entry in self.sudo()):
            raise UserError(self._get_locked_message())

    def _get_locked_message(self):
        return self.env._(
            "This chart entry is signed and cannot change any more. Add an amendment"
            " instead."
        )

    def _serialize_with_signing(self):
        """Make a change of the entries' files collide with a signature meanwhile.

        Files are rows of their own, so two transactions could sign and change a file
        without noticing each other. Touching the entry's row makes PostgreSQL refuse
        the later one, which Odoo then runs again and finds locked.
        """
        self.env.cr.execute(
            "UPDATE medical_chart_entry SET id = id WHERE id = ANY(%s)", [self.ids]
        )
