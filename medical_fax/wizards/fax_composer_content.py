import base64
import re
from datetime import date, datetime, time

import pytz

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..document import (
    Cover,
    FilePart,
    Labels,
    Limits,
    Options,
    Running,
    Section,
    Signature,
    build,
)

_DAY = "d MMM yyyy"
_IMAGE_URL = re.compile(r"^/web/(?:image|content)/(\d+)")


class FaxComposer(models.TransientModel):
    """Which records are in, and the pages they make. All of it is read as the user:
    what the user may not read is not in the fax."""

    _inherit = "fax.composer"

    # WHICH RECORDS

    def _source(self):
        if not self.res_model:
            return self.env["fax.source"]
        return self.env["fax.source"]._for_model(self.res_model)

    def _records(self):
        """The records that were chosen, or those of the range, oldest first."""
        if not self.res_model:
            return self.env["fax.source"].browse()
        source = self._source()  # refuses models that are not faxable
        if not self.is_range:
            records = self.env[self.res_model].browse(self.res_ids or []).exists()
            return records.sorted(source.date_path or "id")
        return self.env[self.res_model].search(
            self._range_domain(), order=source.date_path
        )

    def _patient_record(self):
        """A record through which the patient's circle and identity are known: the
        first one faxed, else the patient's last one in any faxable model."""
        if record := self._records()[:1]:
            return self._source(), record
        # sudo: which models can be faxed is configuration, not content
        for source in self.env["fax.source"].sudo().search([]):
            model = self.env[source.model]
            if self.patient_id and source.patient_path and model.has_access("read"):
                domain = [(source.patient_path, "=", self.patient_id.id)]
                if record := model.search(domain, limit=1):
                    return source, record
        return self.env["fax.source"], None

    def _range_domain(self):
        """Records of the patient on the days of the range, in local time."""
        source = self._source()
        path = source.date_path
        domain = Domain(source.patient_path, "=", self.patient_id.id)
        is_datetime = self.env[self.res_model]._fields[path].type == "datetime"
        if self.date_from:
            first = self._utc(self.date_from, time.min) if is_datetime else None
            domain &= Domain(path, ">=", first or self.date_from)
        if self.date_to:
            last = self._utc(self.date_to, time.max) if is_datetime else None
            domain &= Domain(path, "<=", last or self.date_to)
        return domain

    def _utc(self, day, moment):
        """First or last instant of a day where the user is, in naive UTC.

        Where clocks are put back at midnight an hour of the day comes twice, and all
        of it is in.
        """
        zone = pytz.timezone(self.env.user.tz or "UTC")
        naive = datetime.combine(day, moment)
        instants = {
            zone.normalize(zone.localize(naive, is_dst=is_dst))
            for is_dst in (True, False)
        }
        # Where there is no such time that day, one reading falls on the day before.
        instants = [instant for instant in instants if instant.date() == day]
        instant = min(instants) if moment == time.min else max(instants)
        return instant.astimezone(pytz.UTC).replace(tzinfo=None)

    def _candidates(self):
        """``[(source, record)]``: the records and those inside them, as the user."""
        source = self._source()
        pairs = []
        for record in self._records():
            pairs.append((source, record))
            if source.child_path:
                children = source._follow(record, source.child_path)
                # What another one's reading left in the cache may hold more.
                children = children._filtered_access("read")
                child_source = self.env["fax.source"]._for_model(children._name)
                children = children.sorted(child_source.date_path or "id")
                pairs += [(child_source, child) for child in children]
        return pairs

    @api.depends(
        "res_model", "res_ids", "is_range", "date_from", "date_to", "excluded_keys"
    )
    def _compute_items(self):
        for composer in self:
            items = composer._make_items()
            composer.items = items
            composer.items_summary = composer._summarize(items)

    def _make_items(self):
        excluded = set(self.excluded_keys or [])
        items = []
        for source, record in self._candidates():
            key = f"{record._name},{record.id}"
            reason = source._exclusion(record)
            items.append(
                {
                    "key": key,
                    "title": self._text(source._follow(record, source.title_path)),
                    "date": self._text(source._follow(record, source.date_path)),
                    "reason": reason,
                    "draft": source._is_draft(record),
                    "included": not reason and key not in excluded,
                }
            )
        return items

    def _summarize(self, items):
        if not items and not self.is_range:
            return False
        included = [item for item in items if item["included"]]
        parts = [self.env._("%(count)s in", count=len(included))]
        reasons = {}
        for item in items:
            if item["reason"]:
                reasons[item["reason"]] = reasons.get(item["reason"], 0) + 1
        ticked_off = len(items) - len(included) - sum(reasons.values())
        if ticked_off:
            reasons[self.env._("ticked off")] = ticked_off
        if unreadable := self._count_unreadable():
            reasons[self.env._("you may not read them")] = unreadable
        for reason, count in reasons.items():
            parts.append(
                self.env._("%(count)s left out: %(reason)s", count=count, reason=reason)
            )
        return ", ".join(parts)

    def _count_unreadable(self):
        """How many records of the range, and of those inside the records, the user
        may not read; never which."""
        count = 0
        if self.is_range:
            domain = self._range_domain()
            model = self.env[self.res_model]
            # sudo: a number only, so that the user knows the fax is not complete
            count = model.sudo().search_count(domain) - model.search_count(domain)
        source = self._source()
        if source.child_path:
            records = self._records()
            # The cache holds what the user may read, and is the superuser's as well.
            records.invalidate_recordset([source.child_path.split(".")[0]])
            for record in records:
                # sudo: a number only, as above
                inside = source._follow(record.sudo(), source.child_path).sudo(False)
                count += len(inside - inside._filtered_access("read"))
            records.invalidate_recordset([source.child_path.split(".")[0]])
        return count

    # CONTENT

    def _text(self, value):
        """A field's value as one reads it, in the user's language and time zone.

        Months are written out: abroad, 03/02 would be another day.
        """
        if isinstance(value, datetime):
            return tools.format_datetime(self.env, value, dt_format=f"{_DAY} HH:mm")
        if isinstance(value, date):
            return tools.format_date(self.env, value, date_format=_DAY)
        if isinstance(value, models.BaseModel):
            return ", ".join(value.mapped("display_name"))
        return str(value or "")

    def _sections(self):
        """Sections of all included records, and ``[(record, version)]`` they are of.

        :raise UserError: records of several patients, or of one that changed
        """
        included = {item["key"] for item in self._make_items() if item["included"]}
        sections, sources = [], []
        for source, record in self._candidates():
            if f"{record._name},{record.id}" not in included:
                continue
            record.check_access("read")
            patient = source._patient(record)
            if patient != self.patient_id:
                raise UserError(
                    self.env._(
                        "The records to fax are not all of the same patient any more. "
                        "One fax is about one patient: close this and select again."
                    )
                )
            sections.append(self._section(source, record))
            sources.append((record, str(record.write_date)))
        return sections, sources

    def _section(self, source, record):
        author = self._text(source._follow(record, source.author_path))
        date = self._text(source._follow(record, source.date_path))
        html, images = self._body(source, record)
        return Section(
            title=self._text(source._follow(record, source.title_path)),
            subtitle=" · ".join(filter(None, [date, author])),
            html=html,
            images=images,
            signature=self._signature(source, record),
            draft=source._is_draft(record),
            untrusted=source.render == "report",
            files=tuple(self._record_files(source, record)),
        )

    def _body(self, source, record):
        """Html of the record's body and the images it may use."""
        if source.render == "report":
            # The configuration is read with sudo, the report is made as the user.
            reports = self.env["ir.actions.report"]
            name = source.report_id.report_name
            html, _type = reports._render_qweb_html(name, record.ids)
            html = html.decode() if isinstance(html, bytes) else html
        else:
            values = [source._follow(record, p) for p in source._split("body_paths")]
            html = "".join(
                str(value if _is_html(value) else tools.plaintext2html(value))
                for value in values
                if value
            )
        return html, self._images(html)

    def _images(self, html):
        """Bytes of the database's own images that the html shows, as the user."""
        images = {}
        for url in re.findall(r'<img[^>]+src="([^"]+)"', html or ""):
            if match := _IMAGE_URL.match(url):
                attachment = self.env["ir.attachment"].browse(int(match.group(1)))
                if attachment.exists() and attachment.has_access("read"):
                    images[url] = attachment.raw or b""
        return images

    def _signature(self, source, record):
        name = self._text(source._follow(record, source.signer_name_path))
        signed_on = self._text(source._follow(record, source.signed_on_path))
        if not (name and signed_on):
            return None
        record = record.with_context(bin_size=False)
        image = source._follow(record, source.signature_path)
        return Signature(
            name=name,
            licence=self._text(source._follow(record, source.licence_path)),
            signed_on=signed_on,
            image=base64.b64decode(image) if image else None,
        )

    def _record_files(self, source, record):
        for attachment in source._follow(record, source.attachment_path) or []:
            yield self._file_part(attachment, source._follow(record, source.title_path))

    def _file_part(self, attachment, origin=""):
        attachment.check_access("read")
        skipped = (self.skipped_pages or {}).get(str(attachment.id), [])
        caption = " · ".join(filter(None, [attachment.name, self._text(origin)]))
        return FilePart(
            name=str(attachment.id),
            content=attachment.raw or b"",
            caption=caption,
            skip_pages=tuple(skipped),
        )

    # PAGES

    def _build(self, recipient, content=None):
        """The pages for one recipient, as they will leave.

        :raise DocumentError: they cannot be made
        """
        sections, _sources = content or self._sections()
        files = [self._file_part(attachment) for attachment in self._extra_files()]
        country = recipient.get("country") or self.company_id.country_id.code
        return build(
            sections,
            files,
            paper=self.env["fax.account"]._paper(country),
            running=self._running(),
            cover=self._cover(recipient) if self._draws_cover() else None,
            labels=self._labels(self._language(recipient)),
            limits=Limits(max_pages=self._pages_of_ours()),
            options=Options(
                newest_first=self.newest_first,
                page_per_section=self.page_per_section,
            ),
        )

    def _pages_of_ours(self):
        """Hook: how many pages of ours a fax may have at most."""
        return self.account_id.page_limit or Limits().max_pages

    def _draws_cover(self):
        """Hook: whether our pages begin with a cover."""
        return self.has_cover

    def _running(self):
        company = self.company_id
        clinic = " · ".join(filter(None, [company.name, company.phone]))
        return Running(clinic=clinic, subject=self._patient_line())

    def _patient_line(self):
        """Name, birth date and number of the patient, for the head of each page."""
        source, record = self._patient_record()
        paths = source._split("patient_line_paths") if record else []
        parts = [self._text(source._follow(record, path)) for path in paths]
        return " · ".join(filter(None, parts)) or self.patient_id.name or ""

    def _language(self, recipient):
        """The recipient's language, where it is installed, else the company's."""
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        wanted = (recipient.get("lang"), self.company_id.partner_id.lang)
        return next((lang for lang in wanted if lang in installed), self.env.lang)

    def _labels(self, lang):
        """Words printed on pages."""
        self = self.with_context(lang=lang)
        return Labels(
            page=self.env._("Page {page} of {pages}"),
            draft=self.env._("DRAFT – not signed"),
            signed_by=self.env._("Signed by"),
            licence=self.env._("Licence no."),
            signed_on=self.env._("Date"),
            attachments=self.env._("Attachments"),
            attachment=self.env._("Attachment {number}"),
            attachment_page=self.env._("page {page} of {pages}"),
            picture_missing=self.env._("[picture not included]"),
            first_page=self.env._("First page"),
        )

    def _cover(self, recipient):
        lang = recipient.get("lang") or self.company_id.partner_id.lang
        cover = self.cover_page_id or self.env["fax.cover.page"]._default_for(
            self.practitioner_id, self.number_id.location_id, self.account_id
        )
        if not cover:
            raise UserError(
                self.env._("There is no cover page. Switch the cover off, or add one.")
            )
        cover = cover._in_language(lang)
        return Cover(
            html=cover.body_html, values=self._cover_values(recipient, cover.lang)
        )

    def _cover_values(self, recipient, lang):
        company, number = self.company_id, self.number_id
        today = fields.Date.context_today(self)
        return {
            "recipient_name": recipient.get("name") or "",
            "recipient_organization": recipient.get("organization") or "",
            "recipient_fax": recipient.get("display") or "",
            "sender_name": self.env.user.name,
            "sender_phone": number.voice_phone or company.phone or "",
            "reply_fax": self.reply_number or "",
            "clinic": company.name,
            "clinic_address": company.partner_id._display_address(True) or "",
            "practitioner": self.practitioner_id.name or "",
            "location": number.location_id.name or "",
            "date": tools.format_date(self.env, today, lang, _DAY),
            "subject": self.subject or "",
            "notes": self.notes or "",
            "notice": self.env["fax.cover.page"]._default_notice(company, lang),
        }


def _is_html(value):
    return hasattr(value, "__html__")
