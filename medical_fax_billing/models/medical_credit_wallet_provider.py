import logging

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.medical_fax.providers import ProviderError

_logger = logging.getLogger(__name__)

# A rise below this many units is no purchase: providers give back what a fax cost.
LEAST_PURCHASE = 1


class MedicalCreditWallet(models.Model):
    """What is left at the provider itself, and purchases that were made there.

    The provider's balance is asked for now and then. Where it rose by more than what
    was entered, somebody bought there, and a draft bill is proposed.
    """

    _inherit = "medical.credit.wallet"

    fax_account_id = fields.Many2one(
        "fax.account",
        "Account at the provider",
        ondelete="set null",
        domain="[('company_id', '=', practice_company_id)]",
        help="Its balance is asked for, and purchases made there are proposed.",
    )
    provider_balance = fields.Float(
        "Balance at the provider", digits="Credit Units", readonly=True, copy=False
    )
    provider_unit = fields.Char("Counted there in", readonly=True, copy=False)
    provider_asked_at = fields.Datetime("Asked at", readonly=True, copy=False)
    provider_entered = fields.Float(
        digits="Credit Units",
        readonly=True,
        copy=False,
        help="Units of all purchases that were entered when it was asked last.",
    )
    provider_pending = fields.Float(
        "Not seen there yet",
        digits="Credit Units",
        readonly=True,
        copy=False,
        help="Units that were entered and that the provider's balance has not shown.",
    )

    _fax_account_uniq = models.UniqueIndex(
        "(fax_account_id) WHERE fax_account_id IS NOT NULL",
        "Another wallet mirrors this account already.",
    )

    @api.model
    def _cron_balance(self):
        """Ask the providers of own accounts what is left there."""
        asked = Domain("mode", "=", "own") & Domain(
            "fax_account_id.state", "=", "connected"
        )
        wallets = self.search(asked).filtered(
            lambda wallet: (
                wallet.fax_account_id._capabilities().balance
                and not wallet.fax_account_id.is_away
            )
        )
        for wallet in wallets:
            try:
                # Asked before anything is written, as everywhere.
                balance = wallet.fax_account_id._verifier().balance()
            except ProviderError as error:
                _logger.info("Balance of wallet %s: %s", wallet.id, error.kind.value)
                continue
            self.env["fax.message"]._step(
                f"Balance of wallet {wallet.id}",
                wallet._note_balance,
                float(balance.amount),
                balance.unit,
            )

    def _note_balance(self, amount, unit):
        """Keep what the provider says is left, and propose what was bought there."""
        self.ensure_one()
        self._serialize()
        wallet = self.sudo()  # sudo: fields that nobody writes
        now = fields.Datetime.now()
        known = wallet.provider_asked_at and wallet.provider_unit == unit
        entered = wallet._units_entered()
        pending, bought = 0, 0
        if known:
            pending = wallet.provider_pending + entered - wallet.provider_entered
            rise = amount - wallet.provider_balance
            if rise > 0:
                rise += wallet._used_at_provider(wallet.provider_asked_at, now)
                bought = max(rise - pending, 0)
                pending = max(pending - rise, 0)
        wallet.write(
            {
                "provider_balance": amount,
                "provider_unit": unit,
                "provider_asked_at": now,
                "provider_pending": max(pending, 0),
                "provider_entered": entered,
            }
        )
        if bought >= LEAST_PURCHASE:
            wallet._propose_purchase(round(bought, 2))
            wallet.provider_entered = wallet._units_entered()

    def _units_entered(self):
        """Units of the bills of this wallet, drafts included."""
        groups = self.env["account.move.line"]._read_group(
            [
                ("credit_wallet_id", "=", self.id),
                ("move_type", "=", "in_invoice"),
                ("parent_state", "!=", "cancel"),
            ],
            [],
            ["credit_units:sum"],
        )
        return groups[0][0] or 0

    def _used_at_provider(self, since, until):
        """What faxes that ended in between cost there, in the balance's unit."""
        attempts = self.env["fax.attempt"].search(
            [
                ("account_id", "=", self.fax_account_id.id),
                ("ended_at", ">", since),
                ("ended_at", "<=", until),
            ]
        )
        counted = "units" if self.provider_unit in ("credits", "pages") else "cost"
        return sum(attempts.mapped(counted))

    def _counts_as_provider(self):
        """Whether this wallet is counted in what the provider counts in."""
        if self.unit == "currency":
            return self.provider_unit == self.currency_id.name
        return self.provider_unit == self.unit

    def _propose_purchase(self, units):
        """A draft bill, and an activity for those who buy. Where the provider counts in
        something else than the wallet, the activity alone: a person knows how much."""
        bill = self.env["account.move"]
        if self._counts_as_provider():
            last = self.lot_ids.filtered("amount").sorted("id")[-1:]
            price = 1 if self.unit == "currency" else last.price_unit
            amount = self.currency_id.round(units * price)
            today = fields.Date.context_today(self)
            bill = self._new_provider_purchase(units, amount, date=today)
        for buyer in self._purchase_watchers():
            env = self.with_context(lang=buyer.lang).env
            if bill:
                words = env._(
                    "The provider's balance rose: check the draft bill of %(units)s",
                    units=self.with_env(env)._units_text(units),
                )
            else:
                words = env._(
                    "The provider's balance rose by %(units)s %(unit)s: enter what was "
                    "bought there",
                    units=f"{units:g}",
                    unit=self.provider_unit,
                )
            self.activity_schedule(
                "mail.mail_activity_data_todo", user_id=buyer.id, summary=words
            )
        return bill

    def _purchase_watchers(self):
        """Those who buy for the practice."""
        # sudo: membership of groups, whoever asks
        group = self.env.ref("medical_fax_billing.group_credit_buyer").sudo()
        return group.all_user_ids.filtered(
            lambda user: (
                user.active
                and not user.share
                and self.practice_company_id in user.company_ids
            )
        )
