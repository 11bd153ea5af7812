from odoo import api, fields, models


class FaxComposer(models.TransientModel):
    """A cover that the provider draws: its lines, as it will cut them."""

    _inherit = "fax.composer"

    cover_by_provider = fields.Boolean(compute="_compute_cover_by_provider")
    cover_lines = fields.Json(
        compute="_compute_cover_lines",
        help="Lines of the provider's cover: what is meant, and what will stand there.",
    )

    @api.depends("number_id", "has_cover")
    def _compute_cover_by_provider(self):
        for composer in self:
            wanted = composer.account_id._wants_provider_cover()
            composer.cover_by_provider = composer.has_cover and wanted

    @api.depends(
        "cover_by_provider",
        "recipients",
        "subject",
        "notes",
        "number_id",
        "reply_number",
        "practitioner_id",
    )
    def _compute_cover_lines(self):
        for composer in self:
            drawn = composer.cover_by_provider
            composer.cover_lines = composer._make_cover_lines() if drawn else False

    def _make_cover_lines(self):
        recipients = enumerate(self.recipients or [])
        lines = [self._recipient_line(*each) for each in recipients]
        full, shown = self._cover_of({})
        lines += [
            self._cover_line(self.env._("From"), full.sender_name, shown.sender_name),
            self._cover_line(self.env._("Subject"), full.subject, shown.subject),
        ]
        if shown.notes != full.notes.strip():
            # Long by nature: only that the end is missing is worth a line.
            words = self.env._("too long, the end is cut off")
            lines.append(self._cover_line(self.env._("Notes"), words, ""))
        return [line for line in lines if line["shown"] or line["cut"]]

    def _cover_line(self, label, full, shown):
        cut = full.strip().removeprefix(shown)
        return {"label": label, "shown": shown, "cut": cut}

    def _recipient_line(self, index, recipient):
        """A recipient's line, with what it may be shortened to where it is cut."""
        full, shown = self._cover_of(recipient)
        line = self._cover_line(
            self.env._("To"), full.recipient_name, shown.recipient_name
        )
        return {
            **line,
            "recipient": index,
            "typed": self._cover_recipient(recipient),
            "most": self.account_id._cover_limits().recipient,
            "shorter": self._shorter_lines(recipient) if line["cut"] else [],
        }

    def _shorter_lines(self, recipient):
        """What fits: the name with whole words of the organization, or one of them."""
        most = self.account_id._cover_limits().recipient
        name, organization = recipient.get("name"), recipient.get("organization")
        words = (organization or "").split()
        lines = [
            ", ".join(filter(None, [name, " ".join(words[:count])]))
            for count in range(len(words), -1, -1)
        ]
        fitting = [line for line in lines if line and len(line) <= most]
        wanted = [*fitting[:1], *fitting[-1:], organization]
        return [line for line in dict.fromkeys(wanted) if line and len(line) <= most]

    def _cover_of(self, recipient):
        """The cover of a recipient in full, and as the provider will print it. The
        recipient's line is name and organization in both."""
        limits = self.account_id._cover_limits()
        name, organization = recipient.get("name"), recipient.get("organization")
        line = self._cover_recipient(recipient)
        line = line or ", ".join(filter(None, [name, organization]))
        full = self.account_id._full_cover(
            recipient_name=line,
            recipient_organization="",
            subject=self.subject,
            notes=self.notes,
            number=self.number_id,
            user=self.practitioner_id or self.env.user,
            reply=self.reply_number,
            lang=recipient.get("lang"),
        )
        return full, limits.fit(full)

    @api.model
    def _cover_recipient(self, recipient):
        """The shorter line that was typed for a recipient, or an empty text."""
        line = recipient.get("cover_recipient")
        return line.strip() if isinstance(line, str) else ""

    # THE FAX

    def _prepare_message(self, recipient, document):
        values = super()._prepare_message(recipient, document)
        if self.cover_by_provider:
            values["cover_by_provider"] = True
            values["cover_recipient"] = self._cover_recipient(recipient)
        return values

    def _draws_cover(self):
        return super()._draws_cover() and not self.cover_by_provider

    def _pages_of_ours(self):
        most = super()._pages_of_ours()
        return most - 1 if self.cover_by_provider else most

    def action_preview(self):
        preview = super().action_preview()
        if self.cover_by_provider and preview["pages"]:
            preview["provider_cover"] = True
        return preview
