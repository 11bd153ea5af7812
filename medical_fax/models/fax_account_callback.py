import secrets
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import LazyTranslate, consteq, hmac

from ..providers import PROVIDERS, ProviderError
from ..providers.http import Http
from . import guard

_lt = LazyTranslate(__name__)

PATH = "/medical_fax/callback/"
PROBE_SECONDS = 10
LONGEST_ANSWER = 1 << 16

ARRIVED = _lt("The address works: a call from outside arrives at this database.")
# How far the probe got, where it got no answer.
UNANSWERED = {
    "base_url": _lt(
        "The address must begin with https://, since a password and fax numbers travel "
        "to it."
    ),
    "resolve": _lt("There is no server of this name. Check how it is written."),
    "connect": _lt(
        "Nothing answers at this address: the server is not reached, or a firewall is "
        "in between."
    ),
    "tls": _lt(
        "The server's certificate is not accepted. The provider would not call either."
    ),
}
UNANSWERED_ELSE = _lt(
    "The server at this address took the call and gave no answer in time. If Odoo runs "
    "with a single worker, try with two."
)
# What was answered instead.
ANSWERED = {
    3: _lt(
        "The address leads on to another one, and providers do not follow. Enter the "
        "last one, as the browser shows it."
    ),
    4: _lt(
        "A server answers there and refuses the call. Either a proxy lets nobody in, "
        "or there are several databases behind this address: give this one a name of "
        "its own (dbfilter)."
    ),
    5: _lt("The server at this address reports a fault of its own. Look at its log."),
}
ANSWERED_ELSE = _lt(
    "Somebody answers there, but it is not this database: another one, or another "
    "website, has this address."
)


class FaxAccount(models.Model):
    """The address that the provider calls when something happens to a fax.

    It holds a random token, and the provider sends along a user and a password that
    we made. None of it opens anything else, and everything works without, by asking.
    They outlive disconnecting, so that what was entered at the provider stays right.
    """

    _inherit = "fax.account"

    callback_token = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    callback_password = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    callback_base_url = fields.Char(
        "Our address",
        copy=False,
        default=lambda self: self._default_callback_base_url(),
        help="Where the provider reaches this Odoo from the internet, such as "
        "https://odoo.example.com.",
    )
    has_callbacks = fields.Boolean(compute="_compute_has_callbacks")

    _callback_token_uniq = models.UniqueIndex(
        "(callback_token) WHERE callback_token IS NOT NULL",
        "Each account has an address of its own.",
    )

    @api.model
    def _default_callback_base_url(self):
        # sudo: the address of this very website
        url = self.env["ir.config_parameter"].sudo().get_param("web.base.url") or ""
        return url if self._is_base_url(url) else False

    @api.depends("code")
    def _compute_has_callbacks(self):
        for account in self:
            provider = PROVIDERS.get(account.code)
            account.has_callbacks = bool(provider and provider.capabilities.callbacks)

    @api.constrains("callback_base_url")
    def _check_callback_base_url(self):
        for account in self:
            url = account.callback_base_url
            if url and not self._is_base_url(url):
                raise ValidationError(
                    self.env._(
                        "Enter our address as it begins, such as "
                        "https://odoo.example.com, and nothing behind it."
                    )
                )

    @api.model
    def _is_base_url(self, url):
        try:
            parts = urlsplit(url.strip())
            named = parts.scheme in ("http", "https") and bool(parts.hostname)
            return named and not (parts.query or parts.fragment or parts.username)
        except ValueError:
            return False

    @api.model
    def _guarded_fields(self):
        return super()._guarded_fields() | {"callback_token", "callback_password"}

    def _set_connected(self, info):
        result = super()._set_connected(info)
        if self.has_callbacks:
            self._make_callback_secrets()
        return result

    def _make_callback_secrets(self):
        account = guard.opened(self.sudo())  # sudo: closed fields
        for name in ("callback_token", "callback_password"):
            if not account[name]:
                account[name] = secrets.token_hex(16)

    @property
    def _callback_user(self):
        return f"fax{self.id}"

    def _provider_arguments(self):
        arguments = super()._provider_arguments()
        if self.has_callbacks:
            # sudo: a secret, for the client alone
            password = self.sudo().callback_password
            arguments["credentials"].update(
                callback_user=self._callback_user, callback_password=password or ""
            )
        return arguments

    # FOR MANAGERS

    def callback_form(self):
        """What must be entered at the provider, so that it calls us."""
        self.ensure_one()
        self._check_manager()
        account = self.sudo()  # sudo: shown to those who must enter it there
        if not (self.has_callbacks and account.callback_token):
            raise UserError(self.env._("Connect the account first."))
        provider = PROVIDERS[self.code]
        login = provider.form.callback_login
        return {
            "provider": self.env._(provider.label),
            "address": self._callback_address(),
            "user": login and self._callback_user,
            "password": login and account.callback_password,
            "steps": [self.env._(step) for step in provider.form.callback_steps],
            "help_url": provider.form.help_url,
        }

    def _callback_address(self):
        base = (self.callback_base_url or "").strip().rstrip("/")
        return f"{base}{PATH}{self.sudo().callback_token}"  # sudo: a closed field

    def action_view_callback(self):
        """Show the address again, with its test."""
        self.callback_form()
        action = self.action_enter_key()
        return {**action, "params": {**action["params"], "page": "callback"}}

    def action_probe_callback(self):
        """Call our own address as a stranger would, and say whether that arrives at
        this database.

        :return: dict of arrived and text, the result in words
        """
        self.ensure_one()
        self.callback_form()  # checks the right
        nonce = secrets.token_urlsafe(24)
        base, path = (self.callback_base_url or "").strip(), self._callback_address()
        path = path.removeprefix(base.rstrip("/"))
        try:
            answer = Http(base, {}).get(
                path,
                seconds=PROBE_SECONDS,
                params={"probe": nonce},
                most=LONGEST_ANSWER,
            )
        except ProviderError as error:
            words = UNANSWERED.get(error.code, UNANSWERED_ELSE)
            return {"arrived": False, "text": self.env._(words)}
        said = answer.body.decode("utf-8", "replace").strip()
        arrived = answer.ok and consteq(
            said.encode(), self._probe_answer(nonce).encode()
        )
        words = (
            ARRIVED if arrived else ANSWERED.get(answer.status // 100, ANSWERED_ELSE)
        )
        return {"arrived": arrived, "text": self.env._(words)}

    def _probe_answer(self, nonce):
        """What only this database can answer: a copy has the same secret, and another
        identity."""
        message = (self.id, nonce, self._identity())
        return hmac(self.env(su=True), "medical_fax.callback_probe", message)

    # FOR THE CONTROLLER

    @api.model
    def _by_callback_token(self, token):
        """The account with this token, in the same time whether or not there is one."""
        found = self.browse()
        for account in self.search([("callback_token", "!=", False)]):
            if consteq(account.callback_token.encode(), token.encode()):
                found = account
        return found
