from odoo import fields, models


class MedicalChartTemplate(models.Model):
    """A skeleton that a new chart entry starts from (SOAP, procedure, ...)."""

    _name = "medical.chart.template"
    _description = "Chart entry template"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    body = fields.Html(
        required=True,
        translate=True,
        sanitize_style=True,
        help="Copied into the entry; later changes of the template change no entry.",
    )
    sequence = fields.Integer(
        default=10, help="The first template is offered for a new entry."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: offered in every company.")
