from odoo import models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from ..providers import PROVIDERS, FailureKind, ProviderError
from . import guard

_lt = LazyTranslate(__name__)

VERIFY_SECONDS = 10
LONGEST_VALUE = 4000  # characters

# What to do about a provider that does not let us in, for whoever just tried; what
# is said of a fax that fails so is in `FailureFacts`.
ADVICE = {
    FailureKind.CREDENTIALS: _lt(
        "It does not accept this key. Copy all of it again; if you do not have it any "
        "more, make another one there."
    ),
    FailureKind.ACCOUNT_INACTIVE: _lt(
        "It knows the key, but the trial or the plan has ended, or the use by programs "
        "(API) is switched off. Put that right there, then connect."
    ),
    FailureKind.PROVIDER_UNAVAILABLE: _lt(
        "It cannot be reached. Check the internet connection of this server, and try "
        "again in a few minutes."
    ),
    FailureKind.RATE_LIMITED: _lt(
        "It was asked too often. Wait a minute, then connect again."
    ),
}
# The same where people sign in with a user and a password.
ADVICE_LOGIN = {
    FailureKind.CREDENTIALS: _lt(
        "It does not accept this user and password. Type both again; capitals count. "
        "Sign in there with them to see whether they are right."
    ),
    FailureKind.ACCOUNT_INACTIVE: _lt(
        "It knows the user, but the account has ended or is switched off, or has no "
        "right to fax. Put that right there, then connect."
    ),
}
ADVICE_ELSE = _lt(
    "It gave an answer that we do not understand. Try again in a few minutes; if it "
    "happens again, tell your administrator the code."
)
ADVICE_ADDRESS = _lt("The address of the environment must begin with https://.")


class FaxAccount(models.Model):
    """Connecting and disconnecting, which managers do.

    Nothing is written before the provider has answered: Odoo may run a request again,
    so what asks a provider must only read until then.
    """

    _inherit = "fax.account"

    # CONNECTING

    def connect_form(self):
        """What the connect dialog shows: steps, links and fields, translated. Secrets
        are asked for, never shown."""
        self.ensure_one()
        self._check_manager()
        provider = PROVIDERS[self.code]
        form = provider.form
        settings = self.settings or {}
        return {
            "account": self.name,
            "provider": self.env._(provider.label),
            "is_connected": self.state == "connected",
            "has_login": self.has_login,
            "steps": [self.env._(step) for step in form.steps],
            "sign_up_url": form.sign_up_url,
            "help_url": form.help_url,
            "credentials": [self._form_field(each, "") for each in form.credentials],
            "settings": [
                self._form_field(each, settings.get(each.name) or each.default)
                for each in form.settings
            ],
        }

    def _form_field(self, each, value):
        return {
            "name": each.name,
            "label": self.env._(each.label),
            "help": self.env._(each.help) if each.help else "",
            "secret": each.secret,
            "required": each.required,
            "value": value,
            "choices": [[key, self.env._(label)] for key, label in each.choices],
            "other": each.other,
        }

    def connect(self, values):
        """Ask the provider whether it accepts these values, and keep them if so.

        :param values: ``{name: text}`` of the fields of :meth:`connect_form`
        :return: what :meth:`callback_form` returns, or False if this provider does
            not call back
        :raise UserError: in words, with advice; nothing is kept then
        """
        self.ensure_one()
        self._check_manager()
        form = PROVIDERS[self.code].form
        credentials = self._form_values(form.credentials, values)
        settings = self._form_values(form.settings, values)
        digest = self._digest(credentials)
        self._check_key_is_free(digest)
        info = self._verified(credentials, settings)
        listed = self._numbers_to_connect(credentials, settings)
        self._keep_key(credentials, settings, digest)
        self._set_connected(info)
        if listed is not None:
            self._take_over_numbers(listed)
        return self.callback_form() if self._capabilities().callbacks else False

    def _form_values(self, form_fields, values):
        """The values of some fields of the form, checked."""
        values = values if isinstance(values, dict) else {}
        checked = {}
        for each in form_fields:
            value = values.get(each.name) or each.default
            value = value.strip() if isinstance(value, str) else ""
            label = self.env._(each.label)
            if each.required and not value:
                raise UserError(self.env._("%(field)s is missing.", field=label))
            known = each.other or not each.choices or value in dict(each.choices)
            if not known or len(value) > LONGEST_VALUE:
                raise UserError(self.env._("%(field)s is not valid.", field=label))
            checked[each.name] = value
        return checked

    def _verified(self, credentials=None, settings=None):
        """Sign in at the provider, which changes nothing there.

        :raise UserError: it does not let us in, or cannot be reached
        """
        try:
            return self._verifier(credentials, settings).verify()
        except ProviderError as error:
            # From None: the provider's own words may quote what was entered.
            raise UserError(self._connect_error_words(error)) from None

    def _verifier(self, credentials=None, settings=None):
        arguments = self._provider_arguments()
        if credentials is not None:
            arguments["credentials"] = credentials
        arguments["settings"] |= {**(settings or {}), "read_seconds": VERIFY_SECONDS}
        return PROVIDERS[self.code](**arguments)

    def _connect_error_words(self, error):
        words = ADVICE | ADVICE_LOGIN if self.has_login else ADVICE
        advice = words.get(error.kind, ADVICE_ELSE)
        if error.code == "base_url":
            advice = ADVICE_ADDRESS
        return self.env._(
            "%(provider)s: %(advice)s (%(code)s)",
            provider=self.env._(PROVIDERS[self.code].label),
            advice=self.env._(advice),
            code=error.code or error.kind.value,
        )

    def _set_connected(self, info):
        guard.opened(self.sudo()).write(  # sudo: a field is closed
            {"state": "connected", "state_reason": False, "last_error": False}
        )
        self._take_over(info)
        self._forget_warnings()
        home = self.sudo().home  # sudo: a closed field, compared only
        self._set_home()
        if home and home != self._identity():
            # What waits here may have left from where the account was before.
            # sudo: workflow rows; the right was checked
            self.env["fax.message"].sudo()._look_first_after_restore(self)
        else:
            self._release_held("account")

    # BUTTONS

    def action_connect(self):
        """Connect with what is there: nothing is needed for training, and the key of
        an account that failed may work again. Otherwise open the connect dialog."""
        self._check_manager()
        # sudo: only whether there is a key
        keyless = self.filtered(lambda a: a.needs_key and not a.sudo().credentials)
        if keyless and len(self) > 1:
            raise UserError(self.env._("Connect one account after the other."))
        if keyless:
            return self.action_enter_key()
        if any(account.is_away for account in self):
            raise UserError(
                self.env._(
                    "This account was connected in another database. Say first whether "
                    "this one is the live one, or enter the key again."
                )
            )
        answers = [(a, a._verified(), a._numbers_to_connect()) for a in self]
        for account, info, listed in answers:
            account._set_connected(info)
            if listed is not None:
                account._take_over_numbers(listed)
        return True

    def action_enter_key(self):
        """Open the connect dialog, for the first key or for another one."""
        self.ensure_one()
        self._check_manager()
        return {
            "type": "ir.actions.client",
            "tag": "medical_fax.connect",
            "params": {"account_id": self.id},
        }

    def disconnect_form(self):
        """What to know before disconnecting: how many faxes it concerns."""
        self.ensure_one()
        self._check_manager()
        # sudo: a number; a manager of the company sees them all
        messages = self.env["fax.message"].sudo()
        mine = [("account_id", "=", self.id), ("direction", "=", "out")]
        counts = {
            name: messages.search_count([*mine, ("state", "in", states)])
            for name, states in {
                "waiting": ("queued", "held"),
                "under_way": ("submitting", "submitted", "uncertain"),
            }.items()
        }
        provider = self.env._(PROVIDERS[self.code].label)
        return {
            "account": self.name,
            "provider": provider,
            "instead": self._working_failovers()[:1].name or "",
            **counts,
        }

    def action_ask_disconnect(self):
        """Say how many faxes wait, and disconnect if that is confirmed."""
        return {
            "type": "ir.actions.client",
            "tag": "medical_fax.disconnect",
            "params": {"account_id": self.id, **self.disconnect_form()},
        }

    def action_disconnect(self):
        """Stop sending through this account, and forget its key. History stays."""
        self._check_manager()
        self._set_disconnected()

    def _set_disconnected(self):
        self._forget_warnings()
        self._forget_key()
        guard.opened(self).write({"state": "disconnected", "state_reason": False})

    def _forget_warnings(self):
        # sudo: whoever they are for
        self.sudo().activity_unlink(["mail.mail_activity_data_warning"])
