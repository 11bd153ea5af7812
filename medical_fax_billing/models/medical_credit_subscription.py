from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class MedicalCreditWallet(models.Model):
    """A wallet's subscription to a plan; see contract_contract.py for its invoices."""

    _inherit = "medical.credit.wallet"

    plan_id = fields.Many2one(
        "medical.credit.plan",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    contract_id = fields.Many2one(
        "contract.contract",
        "Subscription",
        readonly=True,
        copy=False,
        ondelete="restrict",
        groups="account.group_account_readonly,account.group_account_invoice",
    )
    period_ids = fields.One2many("medical.credit.period", "wallet_id")
    next_charge_on = fields.Date("Next charge", compute="_compute_subscription")
    subscription_ends_on = fields.Date("Ends on", compute="_compute_subscription")
    period_first_on = fields.Date("Period from", compute="_compute_subscription")
    period_last_on = fields.Date("Period to", compute="_compute_subscription")
    included_units = fields.Float(
        "Included", digits="Credit Units", compute="_compute_subscription"
    )
    included_left = fields.Float(
        "Included left", digits="Credit Units", compute="_compute_subscription"
    )

    @api.depends("plan_id", "period_ids", "move_ids.units", "move_ids.billed_line_id")
    def _compute_subscription(self):
        for wallet in self:
            # sudo: days and sums, for all who see the wallet
            contract = wallet.sudo().contract_id
            period = contract.credit_period_ids.sorted("first_on")[-1:]
            wallet.next_charge_on = contract.recurring_next_date
            wallet.subscription_ends_on = contract.date_end
            wallet.period_first_on = period.first_on
            wallet.period_last_on = period.last_on
            wallet.included_units = period.included_units
            wallet.included_left = period.included_left

    def _today(self):
        """Today's date where the plan counts its days, else where the user is."""
        return self.plan_id._today() if self.plan_id else super()._today()

    # CHANGES

    def write(self, vals):
        kept = {"active", "mode", "company_id"}.intersection(vals)
        for wallet in self.filtered("plan_id") if kept else ():
            stored = wallet._convert_to_write({name: wallet[name] for name in kept})
            if any(stored[name] != vals[name] for name in kept):
                raise ValidationError(
                    self.env._(
                        "This wallet has a subscription, which invoices by it. Cancel "
                        "that one first, and let it end."
                    )
                )
        result = super().write(vals)
        if "partner_id" in vals:
            # sudo: contracts are the accountants', who is invoiced is said here
            contracts = self.env["contract.contract"].sudo()
            for wallet in self:
                contracts._running(wallet)._set_partner(wallet.partner_id)
        return result

    # SUBSCRIBE

    def _subscribe(self, plan, start=None):
        """Subscribe to a plan, and invoice what is due at once.

        While a subscription that was cancelled has not ended yet, the same plan just
        goes on (there is one fee), and another one begins after it.

        :param start: its first day; default: today, in the plan's time zone
        :return: the contract
        :raise UserError: there is a subscription, or the plan does not fit
        """
        self.ensure_one()
        self._serialize()
        self._check_plan(plan)
        # sudo: who subscribes need not be able to make contracts and invoices
        wallet = self.sudo()
        contracts = wallet.env["contract.contract"].with_company(self.company_id)
        running = contracts._running(wallet)
        start = start or plan._today()
        if running and not running.date_end:
            raise UserError(
                self.env._("This wallet has a subscription. Cancel that one first.")
            )
        if running and running.credit_plan_id == plan:
            running._set_end(False)
            return running
        if running:
            start = max(start, running.date_end + timedelta(days=1))
        contract = contracts.create(wallet._prepare_contract(plan, start))
        wallet._follow_subscription()
        contract._open_periods()
        contract._bill()
        return contract

    def _check_plan(self, plan):
        """Refuse in words what would charge wrongly, or not at all."""
        if self.mode == "counted":
            raise UserError(
                self.env._("Pages of this wallet are only counted: it needs no plan.")
            )
        if plan.unit != self.unit:
            raise UserError(
                self.env._(
                    "%(plan)s counts in other units than this wallet: its included "
                    "units and prices would mean something else here.",
                    plan=plan.name,
                )
            )
        if plan.company_id and plan.company_id != self.company_id:
            raise UserError(
                self.env._("%(plan)s is another company's.", plan=plan.name)
            )
        currency = plan.currency_id
        if not currency.active:
            raise UserError(
                self.env._(
                    "%(plan)s is in %(currency)s, which is not in use here. Activate "
                    "this currency first.",
                    plan=plan.name,
                    currency=currency.name,
                )
            )
        if self.unit == "currency" and currency != self.currency_id:
            raise UserError(
                self.env._(
                    "This wallet counts in %(currency)s, and %(plan)s does not.",
                    currency=self.currency_id.name,
                    plan=plan.name,
                )
            )
        tariff = plan.tariff_id or self.tariff_id
        if plan.number_price and tariff._rate("number_month"):
            raise UserError(
                self.env._(
                    "A number would be charged twice: %(plan)s has a price for it, and "
                    "the tariff %(tariff)s takes units for it.",
                    plan=plan.name,
                    tariff=tariff.name,
                )
            )

    def _prepare_contract(self, plan, start):
        is_sale = self.mode == "resold"
        return {
            "name": f"{self.name}: {plan.name}",
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "contract_type": "sale" if is_sale else "purchase",
            "currency_id": plan.currency_id.id,
            "line_recurrence": True,
            "date_start": start,
            "credit_wallet_id": self.id,
            "credit_plan_id": plan.id,
            "contract_line_ids": [
                fields.Command.create(
                    {
                        "credit_charge": charge,
                        "product_id": product.id,
                        "name": product.display_name,
                        "quantity": 1,
                        "automatic_price": False,
                        "specific_price": price,
                        "date_start": start,
                        "recurring_rule_type": "monthly",
                        "recurring_interval": 1,
                        "recurring_invoicing_type": (
                            "pre-paid" if timing == "advance" else "post-paid"
                        ),
                    }
                )
                for charge, product, price, timing in plan._charges()
            ],
        }

    def _follow_subscription(self):
        """Take over the terms of the subscription that runs today, if there is one."""
        for wallet in self:
            contracts = wallet.env["contract.contract"]
            contract = contracts.search([("credit_wallet_id", "=", wallet.id)])
            contract = contract.filtered(lambda each: each._runs_today())[:1]
            plan = contract.credit_plan_id
            if contract == wallet.contract_id:
                continue
            values = {
                "contract_id": contract.id,
                "plan_id": plan.id,
                "is_postpaid": plan.payment == "postpaid",
            }
            if plan.tariff_id:
                values["tariff_id"] = plan.tariff_id.id
            wallet.write(values)
            if wallet.is_postpaid:
                wallet._due_on_credit()
                wallet._credit_arrived()

    def _due_on_credit(self):
        """What is due is invoiced with what follows: there are no purchases that
        could pay it."""
        moves = self.env["medical.credit.move"]
        owed = [("account", "=", "due"), ("due_id", "=", False)]
        for due in moves.search([("wallet_id", "=", self.id), *owed], order="id"):
            units = due._still_due()
            if units > 0:
                common = {
                    "kind": "due",
                    "due_id": due.id,
                    "service": due.service,
                    "message_id": due.message_id.id,
                }
                self._book(
                    [
                        {**common, "account": "due", "units": units},
                        {**common, "account": "credit", "units": -units},
                    ]
                )

    # CANCEL

    def _cancel_subscription(self):
        """End the subscription with its period; what was used until then is invoiced.

        :return: its last day
        """
        self.ensure_one()
        # sudo: as with subscribing
        wallet = self.sudo()
        running = wallet.env["contract.contract"]._running(wallet)
        if not running or running.date_end:
            raise UserError(self.env._("There is no subscription to cancel."))
        today = running.credit_plan_id._today()
        if running.date_start > today:
            running.write({"active": False})  # it has not begun
            return None
        _first, last_on = running.credit_plan_id._period_of(running.date_start, today)
        running._set_end(last_on)
        return last_on

    # BY ITSELF

    @api.model
    def _cron_subscriptions(self):
        """Begin periods, follow subscriptions that begin or end, make the invoices."""
        step = self.env["fax.message"]._step
        contracts = self.env["contract.contract"].search(
            [("credit_wallet_id", "!=", False)], order="id"
        )
        for contract in contracts:
            step(
                f"Subscription {contract.id}",
                contract.credit_wallet_id._follow_subscription,
            )
            step(f"Periods of subscription {contract.id}", contract._open_periods)
            step(f"Closing of subscription {contract.id}", contract._close_periods)
            # Each invoice in a transaction of its own
            name = f"Invoice of subscription {contract.id}"
            while step(name, contract._bill_next, done=1):
                pass
        self.env["ir.cron"]._commit_progress(remaining=0)
