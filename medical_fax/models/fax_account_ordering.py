import time

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..providers import PROVIDERS, ProviderError
from ..tools import area_codes, fax_number
from .fax_account_connect import VERIFY_SECONDS

MOST_OFFERS = 12  # numbers to choose from


class FaxAccount(models.Model):
    """What the dialog that orders a number asks for.

    Searching reads a table of ours and asks the provider which numbers are free;
    ordering writes an intent, and the queue does the rest.
    """

    _inherit = "fax.account"

    number_order_ids = fields.One2many(
        "fax.number.order",
        "account_id",
        "Orders and releases",
        groups="medical_fax.group_fax_manager",
    )

    def _check_can_order(self):
        self._check_can_ask()
        if not self.orders_numbers:
            raise UserError(
                self.env._("This provider does not give numbers to programs.")
            )

    def action_order_number(self):
        """Open the dialog."""
        self._check_can_order()
        return {
            "type": "ir.actions.client",
            "tag": "medical_fax.order_number",
            "params": {
                "account_id": self.id,
                "account": self.name,
                "provider": self.env._(PROVIDERS[self.code].label),
            },
        }

    # SEARCHING

    def search_area_codes(self, text):
        """Area codes by their digits, by city, or by state; asks nobody."""
        self._check_can_order()
        found = area_codes.search(text if isinstance(text, str) else "")
        return [{"code": each.code, "place": each.place} for each in found]

    def free_numbers(self, code):
        """The provider's free numbers in an area code.

        If there is none: in the codes of the same city, else in those of its state;
        `note` says so.
        """
        self._check_can_order()
        own = area_codes.table().get(code) if isinstance(code, str) else None
        if not own:
            raise UserError(self.env._("There is no such area code."))
        try:
            offers, note = self._search_near(own)
        except ProviderError as error:
            # From None: the provider's own words may quote numbers.
            raise UserError(self._connect_error_words(error)) from None
        return {
            "code": code,
            "note": note,
            "offers": [
                {"number": number, "display": fax_number.display(number), "city": city}
                for number, city in offers[:MOST_OFFERS]
            ],
        }

    def _search_near(self, own):
        """Free numbers with their cities, and what to say about where they are."""
        provider = self._verifier()
        until = time.monotonic() + VERIFY_SECONDS
        overlays = area_codes.same_city(own.code)[: area_codes.MOST_ASKED - 2]
        for asked in (own, *overlays):
            if asked != own and time.monotonic() > until:
                break
            found = provider.search_area_codes(own.country, area_code=asked.code)
            if offers := self._offers(found, {asked.code}):
                return offers, self._words_of_city(own, asked)
        others = {each.code for each in area_codes.same_state(own.code)}
        for state in own.states[:1] if time.monotonic() < until else ():
            # One question for the whole state.
            found = provider.search_area_codes(own.country, region=state)
            if offers := self._offers(found, others):
                return offers, self._words_of_state(own)
        return [], self._words_of_none(own, overlays)

    @api.model
    def _offers(self, found, codes):
        """Numbers and cities of those of these codes; some of each, by turns."""
        rows = [
            [(number, each.city or "") for number in each.offers]
            for each in found
            if each.code in codes
        ]
        longest = max(map(len, rows), default=0)
        return [row[n] for n in range(longest) for row in rows if n < len(row)]

    def _words_of_city(self, own, asked):
        if own == asked:
            return ""
        return self.env._(
            "No number is free in %(code)s. These are in %(other)s, of the same city.",
            code=own.code,
            other=asked.code,
        )

    def _words_of_state(self, own):
        return self.env._(
            "No number is free in %(code)s, nor elsewhere in its city. These are in "
            "the same state or province.",
            code=own.code,
        )

    def _words_of_none(self, own, overlays):
        if not overlays:
            return self.env._(
                "No number is free in %(code)s or near it. Try another area code, or "
                "come back tomorrow.",
                code=own.code,
            )
        return self.env._(
            "No number is free in %(code)s, in %(others)s of the same city, or in the "
            "same state or province. Try another area code, or come back tomorrow.",
            code=own.code,
            others=", ".join(each.code for each in overlays),
        )

    # ORDERING

    def order_number(self, number):
        """Order one of the free numbers: starts a charge at the provider.

        :return: id of the order, for :meth:`number_order_state`
        """
        self._check_can_order()
        is_here = isinstance(number, str) and number.startswith("+1")
        own = area_codes.table().get(number[2:5]) if is_here else None
        try:
            is_good = own and fax_number.parse(number, own.country).e164 == number
        except fax_number.FaxNumberError:
            is_good = False
        if not is_good:
            raise UserError(self.env._("Choose one of the free numbers."))
        mine = self._all_numbers().filtered(lambda n: n.number == number)
        if mine.filtered(lambda n: n.status not in ("missing", "released")):
            raise UserError(self.env._("This number is in the account already."))
        # sudo: a workflow row; the right was checked
        orders = self.env["fax.number.order"].sudo()
        order = orders._intend(
            self, "order", number, country=own.country, area_code=own.code
        )
        return order.id

    def number_order_state(self, order_id):
        """How far an order is, for who waits for it."""
        self._check_can_order()
        mine = Domain("account_id", "=", self.id) & Domain("id", "=", order_id)
        order = self.env["fax.number.order"].search(mine)
        return {
            "state": order.state,
            "reason": order.reason or "",
            "display": fax_number.display(order.number),
            "number": order.number,
        }
