from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.tools import LazyTranslate, format_date

from ..providers import ProviderError
from . import guard

_lt = LazyTranslate(__name__)

WARN_DAYS = 14
ENDS = {
    "trial_ends_on": _lt("The trial of the fax account %(name)s ends on %(date)s"),
    "key_expires_on": _lt("The key of the fax account %(name)s expires on %(date)s"),
}


class FaxAccount(models.Model):
    """Trials and keys end: managers hear of it before, and of what ended anyway."""

    _inherit = "fax.account"

    trial_ends_on = fields.Date("Trial ends on", readonly=True, copy=False)
    key_expires_on = fields.Date("Key expires on", readonly=True, copy=False)
    ends_soon = fields.Boolean(compute="_compute_ends_soon")
    ends_told = fields.Json(
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        help="The ends of which the managers were told, so that it is once for each.",
    )
    checked_on = fields.Date(readonly=True, copy=False, groups=fields.NO_ACCESS)

    @api.model
    def _guarded_fields(self):
        return super()._guarded_fields() | {*ENDS, "ends_told", "checked_on"}

    @api.depends(*ENDS)
    def _compute_ends_soon(self):
        limit = fields.Date.today() + timedelta(days=WARN_DAYS)
        for account in self:
            account.ends_soon = any(
                account[name] and account[name] <= limit for name in ENDS
            )

    def _take_over(self, info):
        """Keep what the provider tells of the account (:class:`AccountInfo`)."""
        # sudo: closed fields, of what the provider said
        guard.opened(self.sudo()).write(
            {
                "trial_ends_on": self._local_day(info.trial_ends_at),
                "key_expires_on": self._local_day(info.key_expires_at),
                "checked_on": fields.Date.today(),
            }
        )

    def _local_day(self, moment):
        """The day of a moment for the account's company; False for none."""
        if not moment:
            return False
        naive = moment.astimezone(timezone.utc).replace(tzinfo=None)
        zone = self.company_id.partner_id.tz or self.env.user.tz
        return fields.Datetime.context_timestamp(
            self.with_context(tz=zone), naive
        ).date()

    # THE DAILY CHECK

    @api.model
    def _cron_check(self):
        """Sign in once a day at each connected account, and warn of what ends."""
        today = fields.Date.today()
        unchecked = ["|", ("checked_on", "=", False), ("checked_on", "<", today)]
        accounts = self.search([("state", "=", "connected"), *unchecked])
        accounts = accounts.filtered(
            lambda a: not (a.is_away or a._capabilities().training)
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(accounts))
        for account in accounts:
            account._check()
            if not progress(1):
                break

    def _check(self):
        try:
            # Asked before anything is written, as everywhere.
            info = self._verifier().verify()
        except ProviderError as error:
            guard.opened(self).checked_on = fields.Date.today()
            self._note_trouble(error, "verify")
        else:
            self._take_over(info)
        self._warn_of_ends()

    def _warn_of_ends(self):
        """Tell each manager 14 days before, once for each end."""
        account = guard.opened(self.sudo())  # sudo: a closed field
        limit = fields.Date.today() + timedelta(days=WARN_DAYS)
        told = dict(account.ends_told or {})
        for name, text in ENDS.items():
            day = account[name]
            if not day or day > limit or told.get(name) == day.isoformat():
                continue
            told[name] = day.isoformat()
            for manager in account._managers():
                env = account.with_context(lang=manager.lang).env
                words = env._(text)
                account.activity_schedule(
                    "mail.mail_activity_data_warning",
                    date_deadline=day,
                    user_id=manager.id,
                    summary=words
                    % {"name": account.name, "date": format_date(env, day)},
                )
        account.ends_told = told
