import hashlib
import json
import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..document import FINE, STANDARD, stamp, to_tiff
from ..providers import PROVIDERS, Resolution
from ..tools.quiet import quiet_sql
from . import guard
from .fax_account_trouble import ACCOUNT_TROUBLE

HINT_FROM = 12  # a shorter secret shows none of its characters
DOTS = {Resolution.FINE: FINE, Resolution.STANDARD: STANDARD}
_DIGITS = re.compile(r"\d(?:[ .()-]*\d){5,}")


class FaxAccount(models.Model):
    """The key of an account: it goes in and never comes out.

    Secrets are in fields that nobody reads, whatever their rights; only the client of
    the provider gets them.
    """

    _inherit = "fax.account"

    settings = fields.Json(
        readonly=True,
        copy=False,
        groups="medical_fax.group_fax_manager",
        help="Plain values of the provider's form, such as the environment.",
    )
    credentials = fields.Json(readonly=True, copy=False, groups=fields.NO_ACCESS)
    credentials_digest = fields.Char(
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        help="Tells whether two accounts have the same key.",
    )
    credentials_hint = fields.Char(
        "Key ends in", readonly=True, copy=False, groups="medical_fax.group_fax_manager"
    )
    credentials_set_on = fields.Datetime(
        "Key entered on",
        readonly=True,
        copy=False,
        groups="medical_fax.group_fax_manager",
    )
    credentials_set_by_id = fields.Many2one(
        "res.users",
        "Key entered by",
        readonly=True,
        copy=False,
        groups="medical_fax.group_fax_manager",
    )
    key_words = fields.Char(
        "Key", compute="_compute_key_words", groups="medical_fax.group_fax_manager"
    )
    needs_key = fields.Boolean(compute="_compute_needs_key")
    has_login = fields.Boolean(
        compute="_compute_needs_key",
        help="One signs in with a user and a password, not with a key.",
    )
    last_error = fields.Char(
        "Provider's last refusal",
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="When, which kind, and the provider's own code and words.",
    )

    # Look-ups by likeness would take the faxes of one account for the other's.
    _digest_uniq = models.UniqueIndex(
        "(credentials_digest) WHERE credentials_digest IS NOT NULL",
        "This key is connected on another fax account of this database already.",
    )

    # COMPUTE

    @api.depends("code")
    def _compute_needs_key(self):
        for account in self:
            provider = PROVIDERS.get(account.code)
            credentials = provider.form.credentials if provider else ()
            account.needs_key = bool(credentials)
            account.has_login = any(each.name == "password" for each in credentials)

    @api.depends("credentials_hint", "credentials_set_on", "credentials_set_by_id")
    @api.depends_context("lang", "tz")
    def _compute_key_words(self):
        for account in self:
            if not account.credentials_set_on:
                account.key_words = False
                continue
            local = fields.Datetime.context_timestamp(
                account, account.credentials_set_on
            )
            values = {
                "user": account.credentials_set_by_id.name or "",
                "date": format_date(self.env, local.date(), date_format="d MMM yyyy"),
                "hint": account.credentials_hint,
            }
            account.key_words = (
                self.env._(
                    "Ends in %(hint)s, entered by %(user)s on %(date)s", **values
                )
                if account.credentials_hint
                else self.env._("Entered by %(user)s on %(date)s", **values)
            )

    @api.model
    def _guarded_fields(self):
        return super()._guarded_fields() | {
            "settings",
            "credentials",
            "credentials_digest",
            "credentials_hint",
            "credentials_set_on",
            "credentials_set_by_id",
            "last_error",
        }

    # STORING

    def _digest(self, credentials):
        text = json.dumps([self.code, credentials], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest() if credentials else False

    def _check_key_is_free(self, digest):
        # sudo: of any company; who has its key may know the account's name
        others = self.sudo().with_context(active_test=False)
        other = digest and others.search(
            [("credentials_digest", "=", digest), ("id", "!=", self.id)], limit=1
        )
        if other:
            raise UserError(
                self.env._(
                    "This key is connected on the account %(name)s already. One "
                    "account of the provider is connected once: use that one, or "
                    "disconnect it first.",
                    name=other.name,
                )
            )

    def _keep_key(self, credentials, settings, digest):
        """Store what the provider has accepted.

        A statement that fails is quoted with its values, in Odoo's log and in
        PostgreSQL's. So the row is locked and the digest written before the secrets:
        their own statement has nothing left to fail from.
        """
        # sudo: locks the row only; the right was checked
        self.sudo().lock_for_update(allow_referencing=True)
        # sudo: closed fields; the right was checked, and the provider was asked
        account = guard.opened(self.sudo())
        with quiet_sql():
            account.credentials_digest = digest
            account.flush_recordset()
            account.write(
                {
                    "credentials": credentials,
                    "credentials_hint": self._hint(credentials),
                    "credentials_set_on": fields.Datetime.now(),
                    "credentials_set_by_id": self.env.uid,
                    "settings": {**(account.settings or {}), **settings},
                }
            )
            account.flush_recordset()

    def _hint(self, credentials):
        for each in PROVIDERS[self.code].form.credentials:
            secret = credentials.get(each.name) or ""
            if each.secret and len(secret) >= HINT_FROM:
                return secret[-4:]
        return False

    def _forget_key(self):
        # sudo: closed fields; callers checked the right
        guard.opened(self.sudo()).write(
            {
                "last_error": False,
                "credentials": False,
                "credentials_digest": False,
                "credentials_hint": False,
                "credentials_set_on": False,
                "credentials_set_by_id": False,
            }
        )

    # WHAT WENT WRONG

    def _note_trouble(self, error, call="submit"):
        if error.kind in ACCOUNT_TROUBLE and self.state == "connected":
            self._keep_error(error)
        return super()._note_trouble(error, call)

    def _keep_error(self, error):
        """Keep the provider's own code and words for the administrator, without what
        might be a secret or a number in them."""
        text = error.text or ""
        # sudo: closed fields; secrets are looked for and taken out
        account = guard.opened(self.sudo())
        for secret in (account.credentials or {}).values():
            if secret:
                text = text.replace(secret, "…")
        now = fields.Datetime.to_string(fields.Datetime.now())
        parts = (now, error.kind.value, error.code, _DIGITS.sub("…", text))
        account.last_error = " ".join(filter(None, parts))[:500]

    # THE CLIENT

    def _provider_arguments(self):
        """Hook: constructor arguments of the provider's client.

        The loopback gets its books and stamps every page, so that a training fax
        is never taken for a real one. HylaFAX gets the very dots of the preview.
        """
        # sudo: secrets and settings for the client alone; numbers of the account,
        # whoever's fax is sent
        account = self.sudo().with_context(active_test=False)
        arguments = {
            "settings": {
                **(account.settings or {}),
                "own_numbers": account.number_ids.mapped("number"),
            },
            "credentials": dict(account.credentials or {}),
        }
        if self.code == "loopback":
            arguments["store"] = self.env["fax.loopback.job"]._store()
            arguments["stamp"] = lambda pdf: stamp(pdf, "TEST", trusted=False)
        if self.code == "hylafax":
            arguments["render"] = _dots
        if self.code == "efax":
            arguments["token_stores"] = self.env["fax.token"]._stores()
        return arguments


def _dots(pdf, resolution):
    """The TIFF that a fax machine prints of a frozen PDF.

    Called in the threads of the calls, and for pages of any origin: so they are drawn
    in a process of their own.
    """
    return to_tiff(pdf, DOTS[resolution], trusted=False)
