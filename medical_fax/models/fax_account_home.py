from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import waits
from . import guard


class FaxAccount(models.Model):
    """A copy or an old backup of the database sends nothing.

    An account remembers the database in which it was connected. Odoo's uuid alone
    does not tell: a copy made by PostgreSQL keeps it. A snapshot of the whole machine
    cannot be told from the original; it must be neutralized.
    """

    _inherit = "fax.account"

    home = fields.Char(
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="Identity of the database where the account was connected.",
    )
    is_away = fields.Boolean(
        "In a copy",
        compute="_compute_is_away",
        help="The account was connected in another database than this one, or this "
        "one is neutralized: nothing is sent, asked or fetched.",
    )

    @api.model
    def _identity(self):
        """What tells this database from every copy: Odoo's uuid, the PostgreSQL
        cluster, and the database's oid and name in it."""
        # sudo: settings of the system, no content
        uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        [(system, oid, name)] = self.env.execute_query(
            SQL(
                """
                SELECT (SELECT system_identifier::text FROM pg_control_system()),
                       oid::text, datname
                FROM pg_database WHERE datname = current_database()
                """
            )
        )
        return "/".join((uuid or "", system, oid, name))

    @api.model
    def _is_neutralized(self):
        # sudo: settings of the system, no content
        parameters = self.env["ir.config_parameter"].sudo()
        return bool(parameters.get_param("database.is_neutralized"))

    @api.depends("home", "code", "state")
    def _compute_is_away(self):
        identity, neutralized = self._identity(), self._is_neutralized()
        for account in self:
            # sudo: compared here and not shown
            home = account.sudo().home
            account.is_away = (
                account.state != "disconnected"
                # Nothing leaves the training account, wherever it is.
                and not account._capabilities().training
                and (neutralized or home != identity)
            )

    def _set_home(self):
        """The account is connected here."""
        identity = self._identity()
        guard.opened(self.sudo()).write({"home": identity})  # sudo: closed field

    def action_confirm_live(self):
        """This is the live database, moved or renamed: what waits goes on.

        What was due for long is still asked about, one by one: it may have left from
        where the database was before.
        """
        accounts = self._away_here()
        accounts._set_home()
        accounts._release_held("copy")
        return True

    def action_confirm_restored(self):
        """This database was restored from a backup: every fax that had not ended in
        it is looked up at its provider before anything more is done with it."""
        accounts = self._away_here()
        accounts._set_home()
        # sudo: workflow rows; the right was checked
        messages = self.env["fax.message"].sudo()
        messages._look_first_after_restore(accounts)
        return True

    def _away_here(self):
        """Every account of these companies that is away; checks the right."""
        self._check_manager()
        if self._is_neutralized():
            raise UserError(
                self.env._(
                    "This database is neutralized, as copies for testing are. It "
                    "sends nothing. Use the live database, or restore one that was "
                    "not neutralized."
                )
            )
        companies = self.company_id or self.env.companies
        accounts = self.search([("company_id", "in", companies.ids)])
        return accounts.filtered("is_away")

    def _release_held(self, *kinds):
        """Let faxes of these accounts go that were held for one of these reasons.

        What has waited for long is asked about instead.
        """
        # sudo: workflow rows; who connects an account lets its faxes go
        held = self.env["fax.message"].sudo()
        held = held.search(
            [
                ("account_id", "in", self.ids),
                ("state", "=", "held"),
                ("hold_kind", "in", kinds or ("account",)),
            ]
        )
        oldest = waits.now() - waits.delta(self.env, "overdue")
        for message in held:
            if "copy" in kinds and message.due_at and message.due_at < oldest:
                message._hold_overdue()
            else:
                message._set_queued(message.due_at)
        held._wake()
