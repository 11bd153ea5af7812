from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

_ACTION_CODE = "action = env['fax.source']._action_fax(records)"


class FaxSource(models.Model):
    """How the records of a model are faxed: the one mechanism for every model.

    Paths are dotted field names from the model, as in domains. Content is always
    read as the user who faxes.
    """

    _name = "fax.source"
    _description = "Faxable Model"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    model_id = fields.Many2one(
        "ir.model",
        required=True,
        ondelete="cascade",
        domain="[('transient', '=', False), ('abstract', '=', False)]",
    )
    model = fields.Char("Model name", related="model_id.model", store=True, index=True)
    action_id = fields.Many2one("ir.actions.server", readonly=True, copy=False)
    has_action = fields.Boolean(compute="_compute_has_action")

    # Who and when
    patient_path = fields.Char(help="To the patient's contact (res.partner).")
    patient_line_paths = fields.Char(
        "Patient's line",
        help="Fields printed at the head of each page so that every page tells whose "
        "it is, separated by commas: name, birth date, chart number.",
    )
    date_path = fields.Char(
        "Date field", help="A range of days means these days, in local time."
    )
    author_path = fields.Char("Practitioner", help="To the author (res.users).")
    recipient_paths = fields.Char(
        "Recipients",
        help="To contacts offered as recipients, the best first, separated by commas.",
    )
    circle_paths = fields.Char(
        "Patient's circle",
        help="To further contacts around the patient, separated by commas.",
    )

    # What may go
    exclusion_ids = fields.One2many("fax.source.exclusion", "source_id")
    draft_domain = fields.Char(
        help="Records that print DRAFT on each page, if they may go at all."
    )
    child_path = fields.Char(
        "Records inside", help="To the records that go with it: a plan's entries."
    )

    # What it looks like
    render = fields.Selection(
        [("fields", "Our own layout"), ("report", "A report")],
        default="fields",
        required=True,
    )
    report_id = fields.Many2one(
        "ir.actions.report", domain="[('model', '=', model)]", ondelete="restrict"
    )
    report_printer = fields.Char(compute="_compute_report_printer")
    title_path = fields.Char(default="display_name")
    body_paths = fields.Char(
        "Body fields", help="Fields printed one after another, separated by commas."
    )
    attachment_path = fields.Char(
        "Attachments", help="To the files (ir.attachment) that go with it."
    )
    signer_name_path = fields.Char("Signed by")
    signed_on_path = fields.Char("Signed on")
    signature_path = fields.Char("Signature picture")
    licence_path = fields.Char("Licence number")

    _model_uniq = models.Constraint(
        "UNIQUE (model_id)", "This model can be faxed already: edit its entry."
    )

    # Checks

    @api.depends("action_id.binding_model_id")
    def _compute_has_action(self):
        # sudo: fax managers need not be allowed to read actions
        for source in self.sudo():
            source.has_action = bool(source.action_id.binding_model_id)

    @api.depends("render")
    def _compute_report_printer(self):
        patched = self.env["ir.actions.report"].get_wkhtmltopdf_state() == "ok"
        for source in self:
            source.report_printer = (
                self.env._("Printed as its addon prints it (wkhtmltopdf)")
                if patched
                else self.env._(
                    "Printed by our own layout from its html: there is no wkhtmltopdf "
                    "with headers and footers on this server"
                )
            )

    _PATHS = {
        "patient_path": ("many2one", "res.partner"),
        "patient_line_paths": (None, None),
        "date_path": (("date", "datetime"), None),
        "author_path": ("many2one", "res.users"),
        "recipient_paths": (("many2one", "many2many", "one2many"), "res.partner"),
        "circle_paths": (("many2one", "many2many", "one2many"), "res.partner"),
        "child_path": (("one2many", "many2many"), None),
        "title_path": (None, None),
        "body_paths": (("html", "text", "char"), None),
        "attachment_path": (("one2many", "many2many"), "ir.attachment"),
        "signer_name_path": (None, None),
        "signed_on_path": (("date", "datetime"), None),
        "signature_path": ("binary", None),
        "licence_path": ("char", None),
    }

    # Followed from one record to one other: a fax is about one patient
    _SINGLE = ("patient_path", "author_path", "signature_path")

    @api.constrains("model_id", *_PATHS)
    def _check_paths(self):
        for source in self:
            for fname, (types, comodel) in self._PATHS.items():
                for path in source._split(fname):
                    source._check_path(fname, path, types, comodel)

    def _check_path(self, fname, path, types, comodel):
        label = self._fields[fname]._description_string(self.env)
        model, field = self.env[self.model], None
        if fname == "date_path" and "." in path:
            raise ValidationError(
                self.env._(
                    "%(label)s: “%(path)s” leads to another record. Choose a field of "
                    "the model itself.",
                    label=label,
                    path=path,
                )
            )
        for name in path.split("."):
            if (
                field is not None
                and fname in self._SINGLE
                and not field.type.endswith("2one")
            ):
                raise ValidationError(
                    self.env._(
                        "%(label)s: “%(path)s” passes several records, and there must "
                        "be one only.",
                        label=label,
                        path=path,
                    )
                )
            field = model._fields.get(name) if model is not None else None
            if field is None:
                raise ValidationError(
                    self.env._(
                        "%(label)s: “%(path)s” does not exist, because %(model)s has "
                        "no field “%(name)s”.",
                        label=label,
                        path=path,
                        model=model._description if model is not None else "-",
                        name=name,
                    )
                )
            model = self.env[field.comodel_name] if field.comodel_name else None
        wanted = (types,) if isinstance(types, str) else types
        if wanted and field.type not in wanted:
            problem = self.env._("is of type %(type)s", type=field.type)
        elif comodel and field.comodel_name != comodel:
            problem = self.env._("leads to %(model)s", model=field.comodel_name)
        else:
            return
        raise ValidationError(
            self.env._(
                "%(label)s: “%(path)s” %(problem)s, which does not fit there.",
                label=label,
                path=path,
                problem=problem,
            )
        )

    @api.constrains("draft_domain", "model_id")
    def _check_draft_domain(self):
        for source in self:
            source._check_domain(source.draft_domain)

    def _check_domain(self, text):
        try:
            Domain(literal_eval(text or "[]")).validate(self.env[self.model])
        except (ValueError, SyntaxError, TypeError) as error:
            raise ValidationError(
                self.env._(
                    "The condition %(text)s cannot be read for this model.", text=text
                )
            ) from error

    @api.constrains("render", "report_id")
    def _check_report(self):
        for source in self:
            if source.render == "report" and not source.report_id:
                raise ValidationError(self.env._("Choose the report to fax."))

    # The Fax entry in the model's Action menu

    def write(self, vals):
        """Fax goes from the Action menu with the source, and comes back with it."""
        result = super().write(vals)
        if "active" in vals:
            self.filtered(lambda s: s.active and s.action_id).action_create_action()
            self.filtered(lambda s: not s.active).action_remove_action()
        return result

    def action_create_action(self):
        """Put Fax into the Action menu of the model, on forms and lists."""
        self.check_access("write")
        # sudo: a fixed line of our own code; fax managers are no system users
        for source in self.sudo():
            if not source.action_id:
                source.action_id = source._make_action()
            source.action_id.create_action()
        return True

    def _make_action(self):
        group = self.env.ref("medical_fax.group_fax_user")
        return self.env["ir.actions.server"].create(
            {
                "name": self.env._("Fax"),
                "model_id": self.model_id.id,
                "binding_view_types": "form,list,kanban",
                "group_ids": [fields.Command.set(group.ids)],
                "state": "code",
                "code": _ACTION_CODE,
            }
        )

    def action_remove_action(self):
        """Take Fax out of the Action menu; buttons of other addons keep working."""
        self.check_access("write")
        # sudo: as above
        self.sudo().action_id.unlink_action()
        return True

    @api.ondelete(at_uninstall=True)
    def _unlink_action(self):
        self.action_remove_action()
        # sudo: as above. Those with an external id belong to the addon that has the
        # buttons which call them.
        actions = self.sudo().action_id
        names = actions.get_external_id()
        actions.filtered(lambda action: not names[action.id]).unlink()

    @api.model
    def _action_fax(self, records):
        """Open the composer for records of a faxable model."""
        return self.env["fax.composer"]._action_for_records(records)

    # Reading records by paths, as the user

    def _split(self, fname):
        return [path.strip() for path in (self[fname] or "").split(",") if path.strip()]

    @api.model
    def _for_model(self, model):
        """The configuration of a model.

        :raise UserError: the model is not faxable
        """
        # sudo: configuration, readable to managers only
        source = self.sudo().search([("model", "=", model)], limit=1)
        if not source:
            raise UserError(
                self.env._(
                    "These records cannot be faxed yet. A fax manager can make them "
                    "faxable under Fax, Configuration, Faxable records."
                )
            )
        return source

    @api.model
    def _follow(self, record, path):
        """Value at the end of a path, read as the user of ``record``."""
        if not path:
            return False
        value = record
        for name in path.split("."):
            value = value[name]
        return value

    def _partners(self, record, fname):
        """Contacts at the paths of a field, in their order, without doubles."""
        partners = record.env["res.partner"]
        for path in self._split(fname):
            partners |= self._follow(record, path)
        return partners

    def _patient(self, record):
        if not self.patient_path:
            return record.env["res.partner"]
        return self._follow(record, self.patient_path)

    def _is_draft(self, record):
        domain = literal_eval(self.draft_domain or "[]")
        return bool(domain) and bool(record.filtered_domain(domain))

    def _exclusion(self, record):
        """Why the record must not go, in words, or an empty string."""
        for exclusion in self.exclusion_ids:
            if record.filtered_domain(literal_eval(exclusion.domain)):
                return exclusion.name
        return ""


class FaxSourceExclusion(models.Model):
    """A condition under which a record is left out of a fax, and how to say so."""

    _name = "fax.source.exclusion"
    _description = "Why a record is not faxed"
    _order = "sequence, id"

    source_id = fields.Many2one("fax.source", required=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    name = fields.Char("Reason", required=True, translate=True)
    domain = fields.Char("Records", required=True, default="[]")

    @api.constrains("domain")
    def _check_domain(self):
        for exclusion in self:
            exclusion.source_id._check_domain(exclusion.domain)
