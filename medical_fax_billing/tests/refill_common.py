from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError

from odoo.addons.medical_fax_billing.models.payment_provider import PaymentProvider


class RefillFixture:
    """A saved card at a payment provider whose HTTP is answered here.

    ``calls`` are the references that were charged; ``answers`` the HTTP statuses to
    come, None for a lost answer; 200 when there are none left.
    """

    @classmethod
    def _make_card(cls, company, partner):
        env = cls.env(su=True)
        card = env.ref("payment.payment_method_card")
        cls.provider = env["payment.provider"].create(
            {
                "name": "Cards",
                "code": "demo",
                "company_id": company.id,
                "state": "test",
                "payment_method_ids": [fields.Command.set(card.ids)],
            }
        )
        card.active = True
        cls.token = cls.new_token(partner)
        cls.cron = env.ref("medical_fax_billing.ir_cron_credit_refill")

    @classmethod
    def new_token(cls, partner, digits="4242", provider=None):
        provider = provider or cls.provider
        return cls.env(su=True)["payment.token"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": provider.payment_method_ids[:1].id,
                "partner_id": partner.id,
                "payment_details": digits,
                "provider_ref": "card",
            }
        )

    def setUp(self):
        super().setUp()
        self.calls, self.answers = [], []
        transactions = type(self.env["payment.transaction"])
        self._start(patch.object(transactions, "_send_payment_request", self._answer()))
        self.repeat_hours = 23
        self._start(
            patch.object(
                PaymentProvider, "_refill_repeat_hours", lambda p: self.repeat_hours
            )
        )

    def _start(self, patcher):
        patcher.start()
        self.addCleanup(patcher.stop)

    def _answer(self):
        case = self

        def send(transaction):
            case.calls.append((transaction.reference, transaction.amount))
            status = case.answers.pop(0) if case.answers else 200
            provider = transaction.provider_id
            provider._card_watch().status = status
            if status != 200:
                reason = "Your card was declined." if status == 402 else "No answer."
                words = f"The payment provider said no.\n{reason}"
                raise ValidationError(words)
            transaction.provider_reference = f"ch_{len(case.calls)}"
            transaction._set_done()

        return send

    def new_rule(self, wallet=None, **values):
        """A refill that a buyer switched on, of the fixture's package and card."""
        rules = self.env(su=True)["medical.credit.refill"]
        return rules._switch_on(
            wallet or self.wallet,
            self.buyer,
            consent_text="Yes.",
            **{"product_id": self.package.id, "token_id": self.token.id, **values},
        )

    def run_refill(self, times=1):
        """Let the cron work, as the server does, in a cursor of its own."""
        for _round in range(times):
            with self.enter_registry_test_mode():
                self.cron.method_direct_trigger()
            self.env.invalidate_all()
