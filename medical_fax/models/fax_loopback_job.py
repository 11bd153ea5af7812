import dataclasses
from datetime import datetime, timezone

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models

from ..providers.loopback import LoopbackJob


class FaxLoopbackJob(models.Model):
    """The training provider's books."""

    _name = "fax.loopback.job"
    _description = "Fax given to the training provider"
    _order = "ends_at desc, id desc"
    _rec_name = "provider_id"

    provider_id = fields.Char(required=True, index=True)
    reference = fields.Char(required=True)
    to = fields.Char(required=True, index=True)
    sender = fields.Char()
    pages = fields.Integer(required=True)
    sha256 = fields.Char(required=True)
    created_at = fields.Datetime(required=True)
    answers_at = fields.Datetime(required=True)
    ends_at = fields.Datetime(required=True)
    cancelled_at = fields.Datetime()
    content = fields.Binary(attachment=True, groups=fields.NO_ACCESS)

    _reference_uniq = models.Constraint(
        "UNIQUE (reference)", "The training provider has this fax already."
    )

    @api.model
    def _store(self):
        return LoopbackBooks(self.env.registry)

    def _to_value(self):
        """The row as the provider knows it: aware times in UTC."""
        values = {}
        for field in dataclasses.fields(LoopbackJob):
            value = self[field.name]
            if isinstance(value, datetime):
                value = value.replace(tzinfo=timezone.utc)
            values[field.name] = value or None
        return LoopbackJob(**values)


class LoopbackBooks:
    """Keeps the books in transactions of its own, as a third party would: what it
    took it has taken, even if our side rolls back and never hears of it."""

    def __init__(self, registry):
        self._registry = registry

    def _jobs(self, cr):
        # superuser: the provider keeps its books for itself
        return api.Environment(cr, api.SUPERUSER_ID, {})["fax.loopback.job"]

    def add(self, job, document):
        values = dataclasses.asdict(job)
        for name, value in values.items():
            if isinstance(value, datetime):
                values[name] = value.replace(tzinfo=None)
        try:
            with self._registry.cursor() as cr:
                row = self._jobs(cr).create(values)
                row.env["ir.attachment"].create(
                    {
                        "name": f"{job.provider_id}.pdf",
                        "raw": document,
                        "res_model": row._name,
                        "res_field": "content",
                        "res_id": row.id,
                    }
                )
                row.flush_recordset()
        except UniqueViolation:
            return False
        return True

    def get(self, provider_id):
        return self._one([("provider_id", "=", provider_id)])

    def find(self, reference):
        return self._one([("reference", "=", reference)])

    def cancel(self, provider_id, at):
        domain = [("provider_id", "=", provider_id), ("cancelled_at", "=", False)]
        with self._registry.cursor() as cr:
            self._jobs(cr).search(domain).cancelled_at = at.replace(tzinfo=None)

    def list_received(self, numbers, since):
        domain = [
            ("to", "in", list(numbers)),
            ("ends_at", ">=", since.replace(tzinfo=None)),
            ("cancelled_at", "=", False),
        ]
        with self._registry.cursor() as cr:
            return [row._to_value() for row in self._jobs(cr).search(domain)]

    def document(self, provider_id):
        with self._registry.cursor() as cr:
            jobs = self._jobs(cr)
            row = jobs.search([("provider_id", "=", provider_id)])
            domain = [
                ("res_model", "=", jobs._name),
                ("res_field", "=", "content"),
                ("res_id", "=", row.id),
            ]
            return jobs.env["ir.attachment"].search(domain, limit=1).raw or None

    def _one(self, domain):
        with self._registry.cursor() as cr:
            row = self._jobs(cr).search(domain, limit=1)
            return row._to_value() if row else None
