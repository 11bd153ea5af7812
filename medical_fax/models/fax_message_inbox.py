from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ..tools import waits
from .fax_message_inbound import UNFETCHED

MOST = 200
# Whoever looks at a fax says so this often; nobody is there who has not for this long.
SEEN_SECONDS = 45


class FaxOpened(models.Model):
    """Who has a received fax open now, so that two do not file the same one."""

    _name = "fax.opened"
    _description = "Received fax that is open"
    _order = "id"

    message_id = fields.Many2one("fax.message", required=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    seen_at = fields.Datetime(required=True)

    _user_uniq = models.Constraint(
        "UNIQUE (user_id)", "One looks at one received fax at a time."
    )
    _message_idx = models.Index("(message_id)")

    @api.model
    def _note(self, message):
        """Note that the user looks at this fax, and at no other."""
        # One statement: two pages of one user must not stand in each other's way.
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO fax_opened (message_id, user_id, seen_at)
                VALUES (%(message)s, %(user)s, %(now)s)
                ON CONFLICT (user_id) DO UPDATE
                SET message_id = EXCLUDED.message_id, seen_at = EXCLUDED.seen_at
                """,
                message=message.id,
                user=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self.invalidate_model()

    @api.model
    def _others(self, messages):
        """Names of the others who have these faxes open, by fax id."""
        since = waits.now() - timedelta(seconds=SEEN_SECONDS)
        # sudo: who looks at a fax is told to those who may see it
        rows = self.sudo().search(
            [
                ("message_id", "in", messages.ids),
                ("user_id", "!=", self.env.uid),
                ("seen_at", ">=", since),
            ]
        )
        names = {}
        for row in rows:
            names.setdefault(row.message_id.id, []).append(row.user_id.name)
        return names


class FaxMessage(models.Model):
    """What the inbox shows: its list, and one fax with the offers for the chart."""

    _inherit = "fax.message"

    @api.model
    @api.readonly
    def get_inbox(self):
        """The received faxes that wait, the oldest first."""
        self._check_may_fax()
        faxes = self.search(self._inbox_domain(), order="received_at, id", limit=MOST)
        others = self.env["fax.opened"]._others(faxes)
        return [
            {**fax._inbox_row(), "open_by": ", ".join(others.get(fax.id, []))}
            for fax in faxes
        ]

    def _inbox_row(self):
        sender = self.partner_name or self.partner_organization
        return {
            "id": self.id,
            "name": self.name,
            "sender": sender or self.number_display or self.env._("Number withheld"),
            "organization": self.partner_organization or "",
            "number": self.number_display or "",
            "our_number": self.number_id.name or "",
            "received_at": fields.Datetime.to_string(self.received_at),
            "pages": self.pages,
            "error": self.file_error_words or "",
            "is_unfetched": self.file_error == UNFETCHED,
            "mine": self.assignee_id == self.env.user,
            "late": bool(self.escalated_at),
            "category_id": self.category_id.id,
        }

    def get_inbox_fax(self):
        """One fax of the inbox with its pages and the offers; others see who has it
        open."""
        self.ensure_one()
        self._check_may_fax_for_number()
        self.env["fax.opened"]._note(self)
        readable = self.document_id._filtered_access("read")
        # sudo: which pages are filed, whoever did it and wherever
        left = self.sudo()._pages_left()
        others = self.env["fax.opened"]._others(self)
        return {
            **self._inbox_row(),
            "state": self.state,
            "document_id": readable.id,
            "pages": readable.pages or self.pages,
            "pages_left": left,
            "contact_id": self.contact_id.id,
            "number_raw": self.number or "",
            "open_by": ", ".join(others.get(self.id, [])),
            "candidates": self._filing_candidates(),
            "people": [
                {"id": user.id, "name": user.name} for user in self._assignable()
            ],
        }

    def keep_inbox_fax(self):
        """Tell the others that this fax is still open here.

        :return: the names of those who have it open as well
        """
        self.ensure_one()
        self._check_may_fax_for_number()
        self.env["fax.opened"]._note(self)
        return ", ".join(self.env["fax.opened"]._others(self).get(self.id, []))

    @api.model
    @api.readonly
    def get_inbox_setup(self):
        """What the inbox needs to know once: categories, and where patients are."""
        self._check_may_fax()
        categories = self.env["fax.category"].search(
            Domain("company_id", "in", [*self.env.companies.ids, False])
        )
        numbers = self.env["fax.number"]._usable()
        model, partner_field, _birth = self.env["fax.source"]._patient_models()[0]
        return {
            "categories": [
                {"id": c.id, "name": c.name, "person": c.user_id.name or ""}
                for c in categories
            ],
            "numbers": [
                {
                    "id": number.id,
                    "name": number.display_name,
                    # sudo: whether one is subscribed oneself
                    "told": self.env.user in number.sudo().subscriber_ids,
                }
                for number in numbers
            ],
            "patient_model": model,
            "partner_field": partner_field or "",
            "may_create": self.env[model].has_access("create"),
        }

    @api.model
    @api.readonly
    def get_patients(self, text):
        """Patients by what a person types, for filing by hand."""
        self._check_may_fax()
        if len((text or "").strip()) < 2:
            return []
        found = self.env["fax.source"]._find_patients([], 8, text=text.strip())
        return [
            {
                "partner_id": partner.id,
                "name": partner.name,
                "detail": format_date(self.env, birth) if birth else "",
                "reason": "chosen",
                "words": "",
            }
            for partner, birth in found
        ]
