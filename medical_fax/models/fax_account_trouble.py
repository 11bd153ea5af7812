from odoo import models

from ..providers import FailureKind
from ..tools import waits
from . import guard

# Trouble with the account itself: whatever is sent next would meet it too.
ACCOUNT_TROUBLE = (FailureKind.CREDENTIALS, FailureKind.ACCOUNT_INACTIVE)


class FaxAccount(models.Model):
    """What an account makes of the errors of its provider."""

    _inherit = "fax.account"

    def _note_trouble(self, error, call="submit"):
        """Slow down, or stop sending, where an error concerns more than one fax.

        :param error: a :class:`ProviderError`
        :param call: kind of call that met it
        """
        if error.kind is FailureKind.RATE_LIMITED or error.retry_after:
            pause = error.retry_after or waits.seconds(self.env, "retry_first")
            self._slow_down(call, pause)
        # The training account's refusals are staged.
        staged = self._capabilities().training
        if error.kind in ACCOUNT_TROUBLE and self.state == "connected" and not staged:
            self._set_failing(error.kind)

    def _set_failing(self, kind):
        """Keep further faxes from a provider that refuses the account, and tell the
        managers once. Held faxes go by themselves when it is connected again."""
        lang = self.company_id.partner_id.lang
        words = self.env["fax.failure"].with_context(lang=lang)._words(kind)
        guard.opened(self).write({"state": "failing", "state_reason": words})
        for manager in self._managers():
            self.activity_schedule(
                "mail.mail_activity_data_warning",
                user_id=manager.id,
                summary=self.with_context(lang=manager.lang)._trouble_summary(),
            )

    def _trouble_summary(self):
        """Hook: what managers read about an account that began to fail."""
        return self.env._(
            "Fax account %(name)s does not work: faxes wait", name=self.name
        )

    def _managers(self):
        """Active fax managers of the account's company."""
        group = self.env.ref("medical_fax.group_fax_manager")
        return group.all_user_ids.filtered(
            lambda user: (
                user.active and not user.share and self.company_id in user.company_ids
            )
        )
