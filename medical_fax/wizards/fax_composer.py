import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.fax_authorization import PURPOSES
from ..tools.text import names_person


class FaxComposer(models.TransientModel):
    """The send wizard: one fax, about one patient or none, to one or several
    recipients.

    The record exists as soon as the dialog opens, so that preview and uploads have
    something to hang on. Everything that arrives from the browser (ids, texts,
    numbers) is checked here again as the user, when composing and when freezing.

    - fax_composer_content.py: which records are in, and the pages they make
    - fax_composer_cover.py: a cover that the provider draws
    - fax_composer_files.py: files besides them, and what is wrong with them
    - fax_composer_preview.py: these pages on the screen
    - fax_composer_recipients.py: who is offered, and whether a number may be dialled
    - fax_composer_send.py: the checks of Send, freezing and queueing
    """

    _name = "fax.composer"
    _description = "Fax Composer"

    # Several patients: one composer each, sent one after another
    batch = fields.Char(default=lambda self: str(uuid.uuid4()), readonly=True)
    is_sent = fields.Boolean(readonly=True)
    batch_faxes = fields.Json(compute="_compute_batch_faxes")

    # What is faxed
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    res_model = fields.Char(readonly=True)
    res_ids = fields.Json(readonly=True)
    is_range = fields.Boolean(
        readonly=True, help="Records of a patient between two days."
    )
    date_from = fields.Date("First day")
    date_to = fields.Date("Last day")
    excluded_keys = fields.Json(help="Records that the user ticked off.")
    items = fields.Json(compute="_compute_items")
    items_summary = fields.Char(compute="_compute_items")
    patient_id = fields.Many2one("res.partner", readonly=True)
    patient_name = fields.Char(related="patient_id.name", string="Patient's name")
    practitioner_id = fields.Many2one("res.users")
    files = fields.Json(help="Extra files in their order, each with pages left out.")
    skipped_pages = fields.Json(help="Pages left out, by file.")
    newest_first = fields.Boolean("Newest first")
    page_per_section = fields.Boolean("Each on a new page")

    # To whom
    recipients = fields.Json(default=list)
    number_id = fields.Many2one(
        "fax.number", "From", domain="[('id', 'in', usable_number_ids)]"
    )
    usable_number_ids = fields.Many2many("fax.number", compute="_compute_usable")
    account_id = fields.Many2one(related="number_id.account_id")
    reply_number = fields.Char("Reply to fax")

    # Cover
    has_cover = fields.Boolean("Cover page", default=True)
    cover_page_id = fields.Many2one("fax.cover.page", "Cover")
    subject = fields.Char()
    notes = fields.Text()
    subject_text_id = fields.Many2one(
        "fax.text", "Saved subject", domain="[('kind', '=', 'subject')]"
    )
    notes_text_id = fields.Many2one(
        "fax.text", "Saved notes", domain="[('kind', '=', 'notes')]"
    )
    cover_warning = fields.Char(compute="_compute_cover_warning")

    # Purpose and time
    purpose = fields.Selection(PURPOSES, default="treatment", required=True)
    authorization_id = fields.Many2one(
        "fax.authorization", domain="[('partner_id', '=', patient_id)]"
    )
    stop_reason = fields.Char(compute="_compute_stop_reason")
    send_later = fields.Boolean("Send later")
    scheduled_at = fields.Datetime("Send at")

    # Pages
    preview = fields.Json(compute="_compute_preview", help="What the preview shows.")

    def _compute_preview(self):
        """The preview is made on request, once the dialog is there."""
        self.preview = False

    # OPENING

    @api.model
    def action_compose(
        self,
        model=None,
        ids=None,
        patient_id=None,
        contact_id=None,
        attachment_ids=None,
        date_from=None,
        date_to=None,
    ):
        """Open the composer, from anywhere; every id is checked as the user.

        :param model, ids: faxable records, or, with ``patient_id``, the model
            whose records of that patient between two days are meant
        :param patient_id: the patient's contact
        :param contact_id: an entry of the address book as the recipient
        :param attachment_ids: files to fax
        """
        self.env["fax.message"]._check_may_fax()
        if model:
            self.env["fax.source"]._for_model(model)  # refuses what is not faxable
        if model and ids:
            return self._action_for_records(self.env[model].browse(ids))
        composer = self.create({})
        if patient_id:
            composer._set_patient(self.env["res.partner"].browse(patient_id))
        if model:
            composer._set_range(model, date_from, date_to)
        if contact_id:
            contact = self.env["fax.contact"].browse(contact_id)
            contact.check_access("read")
            composer.recipients = [composer._contact_recipient(contact)]
        if attachment_ids:
            composer.action_add_files(attachment_ids)
        composer._start()
        return composer._open()

    @api.model
    def _action_for_records(self, records):
        """Open one composer a patient, the first one now."""
        self.env["fax.message"]._check_may_fax()
        if not records:
            raise UserError(self.env._("Select what to fax first."))
        records.check_access("read")
        source = self.env["fax.source"]._for_model(records._name)
        batch = str(uuid.uuid4())
        groups = {}
        for record in records:
            groups.setdefault(source._patient(record), []).append(record.id)
        composers = self.browse()
        for patient, ids in groups.items():
            composer = self.create({"batch": batch})
            composer._set_patient(patient)
            composer.write({"res_model": records._name, "res_ids": ids})
            composer._start()
            composers |= composer
        return composers[0]._open()

    def _set_patient(self, patient):
        if patient:
            patient.check_access("read")
            self.sudo().patient_id = patient  # sudo: readonly to the browser
            self._offer_authorization()

    def _set_range(self, model, date_from, date_to):
        """All records of the patient in a model, between two days."""
        source = self.env["fax.source"]._for_model(model)
        if not (self.patient_id and source.date_path and source.patient_path):
            raise UserError(
                self.env._("A date range needs a patient and a model with dates.")
            )
        self.write(
            {
                "res_model": model,
                "is_range": True,
                "date_from": date_from,
                "date_to": date_to,
            }
        )

    def _start(self):
        """Fill in what can be known: who faxes, from where, to whom, how."""
        records = self._records()[:1]
        source = self._source()
        author = source._follow(records, source.author_path) if records else False
        self.practitioner_id = author or self.env.user
        self.number_id = self._default_number()
        self._onchange_number_id()
        if not self.recipients:
            self.recipients = self._offered_recipients()

    def _open(self):
        self.ensure_one()
        title = self.env._("Fax")
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large", "form_view_initial_mode": "edit"},
        }

    def _check_mine(self):
        if self.create_uid != self.env.user:
            raise UserError(self.env._("This fax is being written by someone else."))

    # DEFAULTS THAT FOLLOW FROM HISTORY

    def _default_number(self):
        """The choice made last for this practitioner, else what nobody chose."""
        usable = self._usable_numbers()
        last = self.env["fax.message"]._number_chosen_for(self.practitioner_id, usable)
        return last or self._offered_number()

    def _offered_number(self):
        """The author's number, else the user's, else the location's, else the
        account's default."""
        usable = self._usable_numbers()
        location = self.practitioner_id.partner_id.parent_id
        candidates = [
            usable.filtered(lambda n: n.practitioner_id == self.practitioner_id),
            usable.filtered(lambda n: n.practitioner_id == self.env.user),
            usable.filtered(lambda n: location and n.location_id == location),
            usable.account_id.default_number_id & usable,
            usable,
        ]
        return next((numbers[0] for numbers in candidates if numbers), usable)

    def _usable_numbers(self):
        usable = self.env["fax.number"]._usable()
        return usable.filtered(lambda n: n.company_id == self.company_id)

    @api.onchange("number_id")
    def _onchange_number_id(self):
        """Cover, and where replies come back to, go with the number."""
        number = self.number_id
        self.reply_number = number.number_display
        last = self.env["fax.message"].search(
            [("user_id", "=", self.env.uid), ("account_id", "=", self.account_id.id)],
            limit=1,
        )
        self.has_cover = last.has_cover if last else True
        self.cover_page_id = self.env["fax.cover.page"]._default_for(
            self.practitioner_id, number.location_id, number.account_id
        )

    @api.onchange("subject_text_id", "notes_text_id")
    def _onchange_saved_texts(self):
        values = self._text_values()
        if self.subject_text_id:
            self.subject = self.subject_text_id._fill(values)
            self.subject_text_id = False
        if self.notes_text_id:
            self.notes = self.notes_text_id._fill(values)
            self.notes_text_id = False

    def _text_values(self):
        first = (self.recipients or [{}])[0]
        return {
            "clinic": self.company_id.name,
            "practitioner": self.practitioner_id.name or "",
            "recipient_name": first.get("name") or "",
            "date": self._text(fields.Date.context_today(self)),
        }

    @api.onchange("purpose")
    def _offer_authorization(self):
        self.authorization_id = self.env["fax.authorization"]._valid_for(
            self.patient_id, self.purpose
        )[:1]

    # COMPUTE

    @api.depends("company_id")
    def _compute_usable(self):
        for composer in self:
            composer.usable_number_ids = composer._usable_numbers()

    def _siblings(self):
        """The composers of the same selection, in their order."""
        self.ensure_one()
        return self.search(
            [("batch", "=", self.batch), ("create_uid", "=", self.env.uid)], order="id"
        )

    @api.depends("batch", "is_sent")
    def _compute_batch_faxes(self):
        for composer in self:
            siblings = composer._origin._siblings() if composer._origin else composer
            composer.batch_faxes = [
                {
                    "id": sibling.id,
                    "name": sibling.patient_id.name,
                    "sent": sibling.is_sent,
                    "current": sibling == composer._origin,
                }
                for sibling in siblings
            ]

    @api.depends("subject", "notes", "patient_id", "has_cover")
    def _compute_cover_warning(self):
        for composer in self:
            composer.cover_warning = composer._cover_names_patient()

    def _cover_names_patient(self):
        company = self.company_id
        if not (self.has_cover and self.patient_id) or company.fax_cover_shows_patient:
            return False
        text = f"{self.subject or ''} {self.notes or ''}"
        if names_person(text, self.patient_id.name):
            return self.env._(
                "The cover would show the patient's name. Whoever stands at the "
                "other machine can read it."
            )
        return False

    @api.depends(
        "patient_id", "purpose", "authorization_id", "send_later", "scheduled_at"
    )
    def _compute_stop_reason(self):
        for composer in self:
            reason = composer._patient_stop()
            blocked_reason = composer.patient_id.fax_blocked_reason
            if reason and composer.patient_id.fax_blocked and blocked_reason:
                reason = f"{reason} {blocked_reason}"
            composer.stop_reason = reason

    def _patient_stop(self):
        """Why nothing about this patient may be faxed, in words, or False.

        What people wrote as the reason is not in it: exceptions end in the log.
        """
        if self.patient_id.fax_blocked:
            return self.env._("This patient's documents must not be faxed.")
        if not self.patient_id or not self.authorization_id._is_needed(self.purpose):
            return False
        if not self._needed_authorization():
            return self.env._(
                "This purpose needs the patient's authorization. Choose one that is "
                "still valid when the fax is sent, or record it first."
            )
        return False

    def _needed_authorization(self):
        """The authorization that was chosen, if one is needed and it holds on the day
        of sending; else none."""
        needed = self.patient_id and self.authorization_id._is_needed(self.purpose)
        if not needed:
            return self.authorization_id.browse()
        at = (self.send_later and self.scheduled_at) or fields.Datetime.now()
        day = fields.Datetime.context_timestamp(self, at).date()
        valid = self.authorization_id._valid_for(self.patient_id, self.purpose, day)
        return self.authorization_id & valid
