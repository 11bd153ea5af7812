from odoo import api, fields, models
from odoo.exceptions import UserError

from ..providers import PROVIDERS, ProviderError
from ..tools import fax_number


class FaxAccount(models.Model):
    """The numbers of an account: those that the provider lists.

    The list is read before anything is written, and nothing is ever deleted here.
    """

    _inherit = "fax.account"

    lists_numbers = fields.Boolean(compute="_compute_number_abilities")
    orders_numbers = fields.Boolean(compute="_compute_number_abilities")

    @api.depends("code")
    def _compute_number_abilities(self):
        for account in self:
            provider = PROVIDERS.get(account.code)
            able = provider and provider.capabilities
            account.lists_numbers = bool(able and able.numbers)
            account.orders_numbers = bool(able and able.orders_numbers)

    def _check_can_ask(self):
        """Refuse to ask the provider about numbers where that cannot be."""
        self.ensure_one()
        self._check_manager()
        if self.env.user.has_group("medical_fax.group_fax_denied"):
            raise UserError(self.env._("Only a fax manager connects accounts."))
        if self.state == "disconnected":
            raise UserError(self.env._("Connect the account first."))
        if self.is_away:
            raise UserError(
                self.env._(
                    "This account was connected in another database. Say first whether "
                    "this one is the live one, or enter the key again."
                )
            )

    # FETCHING

    def action_fetch_numbers(self):
        """Ask the provider which numbers the account has, and take them over."""
        self._check_can_ask()
        if not self.lists_numbers:
            raise UserError(self.env._("This provider does not list numbers."))
        try:
            listed = self._verifier().list_numbers()
        except ProviderError as error:
            # From None: the provider's own words may quote numbers.
            raise UserError(self._connect_error_words(error)) from None
        summary = self._take_over_numbers(listed)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("Numbers of %(account)s", account=self.name),
                "message": " ".join(self._summary_words(summary)),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _numbers_to_connect(self, credentials=None, settings=None):
        """The list for an account that is about to be connected; None where the
        provider has none or does not give it now, which is no reason not to."""
        if not self._capabilities().numbers:
            return None
        try:
            return self._verifier(credentials, settings).list_numbers()
        except ProviderError:
            return None

    def _take_over_numbers(self, listed):
        """Add the numbers that are new, and mark those that are gone.

        :param listed: :class:`NumberInfo` of every number of the account
        :return: the numbers by what became of them
        """
        self.ensure_one()
        numbers = self.env["fax.number"]
        summary = dict.fromkeys(("new", "changed", "missing", "again", "hand"), numbers)
        known = {n.number: n for n in self._all_numbers()}
        for info in listed:
            number = known.pop(info.number, numbers)
            if not number:
                summary["new"] |= self._add_listed_number(info)
                continue
            if number._take_over_listed(info):
                summary["changed"] |= number
            if number.status == "released":
                summary["again"] |= number
        for number in known.values():
            if number.status == "manual":
                summary["hand"] |= number.filtered("active")
            elif number.status in ("active", "pending") and not number._is_ported_in():
                number._note_missing()
                summary["missing"] |= number
        self._choose_only_number()
        return summary

    def _all_numbers(self):
        return self.with_context(active_test=False).number_ids

    def _add_listed_number(self, info, name=None):
        """Add a number that the provider has (:class:`NumberInfo`)."""
        values = {
            "name": name or fax_number.display(info.number),
            "account_id": self.id,
            "number": info.number,
        }
        number = self.env["fax.number"].create(values)
        number._take_over_listed(info)
        return number

    def _choose_only_number(self):
        """The one number that may be used is what faxes start with."""
        usable = self.number_ids.filtered(lambda n: n.status in ("manual", "active"))
        if not self.default_number_id and len(usable) == 1:
            self.default_number_id = usable

    def _summary_words(self, summary):
        """Sentences about what fetching brought."""
        texts = {
            "new": self.env._("New: %(numbers)s."),
            "changed": self.env._("Changed: %(numbers)s."),
            "missing": self.env._(
                "Not at the provider any more, and not used from now on: %(numbers)s."
            ),
            "again": self.env._("Released here, and still listed there: %(numbers)s."),
            "hand": self.env._(
                "Entered by hand, and not listed by the provider: %(numbers)s. Check "
                "that it lets you fax from there."
            ),
        }
        words = [
            texts[kind] % {"numbers": ", ".join(found.mapped("number_display"))}
            for kind, found in summary.items()
            if found
        ]
        return words or [self.env._("Nothing has changed.")]
