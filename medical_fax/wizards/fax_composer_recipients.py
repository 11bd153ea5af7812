from odoo import api, models

from ..tools import fax_number
from ..tools.text import fold, search_words

_LIMIT = 8


class FaxComposer(models.TransientModel):
    """Who is offered as recipient, and whether a number may be dialled.

    A recipient is a dict of plain values in the composer's list: ``contact_id`` or
    none, ``name``, ``organization``, ``number`` (E.164), ``display``, ``country``,
    ``lang``, ``error``, ``warning``, ``offered`` (put there by us, gives way to the
    first pick). The list comes back from the browser, so Send checks each anew.
    """

    _inherit = "fax.composer"

    # CHECKING A NUMBER

    @api.model
    def action_check_number(self, text, number_id=False):
        """Check a typed number as one leaves the field.

        :return: the number in international form and its country, or the error
        """
        self.env["fax.message"]._check_may_fax()
        account = self.env["fax.number"].browse(number_id).account_id
        return self._check_number(text, account)

    @api.model
    def _check_number(self, text, account):
        contacts = self.env["fax.contact"]
        try:
            if account:
                parsed = account._parse_number(text)
            else:
                home = self.env.company.country_id.code or "US"
                parsed = fax_number.parse(text, home)
        except fax_number.FaxNumberError as error:
            message = contacts._number_error_text(error)
            return {"number": "", "display": text, "country": "", "error": message}
        others = contacts.search([("number", "=", parsed.e164)], limit=3)
        return {
            "number": parsed.e164,
            "display": parsed.display,
            "country": parsed.country,
            "error": "",
            "known": [self._contact_recipient(contact) for contact in others],
        }

    # RECIPIENTS AS DICTS

    @api.model
    def _contact_recipient(self, contact):
        """A recipient dict of an entry of the address book."""
        return {
            "contact_id": contact.id,
            "name": contact.name or "",
            "organization": contact.organization or "",
            "number": contact.number or "",
            "display": contact.number_display or "",
            "country": self._country_of(contact.number),
            "lang": contact.lang or contact.partner_id.lang or "",
            "error": "",
        }

    @api.model
    def _country_of(self, number):
        """Country code of a stored number, or an empty string."""
        try:
            return fax_number.parse(number, None).country if number else ""
        except fax_number.FaxNumberError:
            return ""

    def _partner_recipient(self, partner):
        """A recipient dict of a contact of the chart, with or without a number."""
        contact = self.env["fax.contact"]._for_partner(partner)
        if contact:
            return self._contact_recipient(contact)
        company = partner.commercial_company_name or partner.parent_id.name
        return {
            "contact_id": False,
            "partner_id": partner.id,
            "name": partner.name or "",
            "organization": company if company and company != partner.name else "",
            "number": "",
            "display": "",
            "country": "",
            "lang": partner.lang or "",
            "error": "",
        }

    # WHO IS OFFERED, IN THE ORDER OF USE

    def action_suggest(self, query=""):
        """Recipients that complete a query by any part of name, organization or
        number: the record's own, the patient's circle, this patient's last, the
        user's last, the address book.

        :return: list of recipient dicts, each with its ``group``
        """
        self.ensure_one()
        self._check_mine()
        query = (query or "").strip()
        found, seen = [], set()
        for group, recipients in self._suggestion_groups(query):
            for recipient in recipients:
                key = recipient["contact_id"] or (
                    "partner",
                    recipient.get("partner_id"),
                )
                if key in seen or not self._matches(recipient, query):
                    continue
                seen.add(key)
                found.append({**recipient, "group": group})
                if len(found) >= _LIMIT:
                    return found
        return found

    def _suggestion_groups(self, query):
        yield "source", self._source_recipients("recipient_paths")
        yield "circle", self._source_recipients("circle_paths")
        if patient := self.patient_id:
            yield "patient", self._last_recipients([("patient_id", "=", patient.id)])
        yield "mine", self._last_recipients([("user_id", "=", self.env.uid)])
        if query:
            yield "list", self._list_recipients(query)
            contacts = self.env["fax.contact"]
            ids = [row[0] for row in contacts.name_search(query, limit=_LIMIT)]
            yield "book", map(self._contact_recipient, contacts.browse(ids))

    def _source_recipients(self, fname):
        source, record = self._patient_record()
        for partner in source._partners(record, fname) if record else []:
            yield self._partner_recipient(partner)

    def _last_recipients(self, domain):
        messages = self.env["fax.message"].search(
            [*domain, ("direction", "=", "out"), ("contact_id.active", "=", True)],
            limit=20,
        )
        for contact in messages.contact_id[:5]:
            yield self._contact_recipient(contact)

    def _list_recipients(self, query):
        lists = self.env["fax.contact.list"].search([("name", "ilike", query)], limit=3)
        for contact_list in lists:
            contacts = contact_list.contact_ids
            yield {
                "contact_id": False,
                "partner_id": f"list{contact_list.id}",
                "list": [self._contact_recipient(contact) for contact in contacts],
                "name": contact_list.name,
                "organization": self.env._("%(count)s recipients", count=len(contacts)),
                "number": "",
                "display": "",
                "error": "",
            }

    @api.model
    def _matches(self, recipient, query):
        if not query:
            return bool(recipient["name"])
        found = fold(f"{recipient['name']} {recipient['organization']}")
        found = f"{found} {recipient['number']}"
        return all(word in found for word in search_words(query))

    def _offered_recipients(self):
        """The record's own recipient, if it has a number that may be dialled."""
        for recipient in self._source_recipients("recipient_paths"):
            if recipient["number"]:
                checked = self._check_number(recipient["number"], self.account_id)
                if not checked["error"]:
                    return [{**recipient, "offered": True}]
        return []
