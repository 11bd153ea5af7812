import logging
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.medical_fax.models.fax_message_queue import CONFLICTS
from odoo.addons.medical_fax.tools import waits
from odoo.addons.medical_fax.tools.quiet import quiet_sql
from odoo.addons.medical_fax.tools.trace import where

from .payment_provider import Watch

_logger = logging.getLogger(__name__)

# Hours after the first refusal at which the card is tried again; then it is off.
RETRY_HOURS = (1, 24, 72)
# Seconds: how soon a lost answer is asked for again (doubled each time), the longest
# pause, and how soon what was charged and could not be booked is tried again.
waits.add(card_look_first=60, card_look_longest=3600, card_book_again=3600)


class MedicalCreditRefill(models.Model):
    _inherit = "medical.credit.refill"

    @api.model
    def _cron_refill(self):
        """Order what wallets need, charge it, and see to what came of it."""
        step = self.env["fax.message"]._step
        purchases = self.env["medical.credit.refill.purchase"]
        for purchase in purchases.search(purchases._lost_domain()):
            step(f"Lost refill {purchase.id}", purchase._take_over)
        for rule in self.search([("is_on", "=", True)]):
            step(f"Refill {rule.id}", rule._evaluate)
        for purchase in purchases.search([("state", "in", ("intent", "declined"))]):
            if step(f"Claim of refill {purchase.id}", purchase._claim):
                purchase._charge(step)
        for purchase in purchases.search([("state", "=", "unknown")]):
            if step(f"Question about refill {purchase.id}", purchase._claim_question):
                purchase._charge(step)
        for purchase in purchases.search(purchases._told_domain()):
            step(f"News of refill {purchase.id}", purchase._follow)
        for purchase in purchases.search([("state", "=", "charged")]):
            if not step(f"Booking of refill {purchase.id}", purchase._book_charge):
                step(f"Booking again of refill {purchase.id}", purchase._note_unbooked)
        self._wake_later()
        self.env["ir.cron"]._commit_progress(remaining=0)

    @api.model
    def _wake_later(self):
        """Come back when the next question is due; what is later finds the cron's own
        next round."""
        now = waits.now()
        soon = [("next_at", ">", now), ("next_at", "<", now + timedelta(minutes=10))]
        due = self.env["medical.credit.refill.purchase"].search(
            soon, order="next_at", limit=1
        )
        if due:
            self._wake(at=due.next_at)


class MedicalCreditRefillPurchase(models.Model):
    """Claim, commit, call, record, commit: as with faxes, the card is charged once.

    The cron calls in a transaction of its own, which holds no row that faxes wait for.
    What a call did is known from the provider's answer only. Where that was lost the
    same request is made again under the same key, if the provider promises to answer
    it with what it did the first time; else a person looks, and nothing is repeated.
    """

    _inherit = "medical.credit.refill.purchase"

    # CLAIMING

    def _claim(self):
        """Take a purchase for this process, with a transaction for this try.

        :return: whether to call now
        """
        if not self.try_lock_for_update(allow_referencing=True):
            return False
        self.invalidate_recordset()
        rule, now = self.refill_id, waits.now()
        due = not self.next_at or self.next_at <= now
        if not (self._is_waiting() and due and rule.is_on) or rule.is_away:
            return False
        if self._heard():
            self._follow()
            return False
        if not rule._need(apart=self)[0]:
            self._set_cancelled(self.env._("Enough units have come meanwhile."))
            return False
        if not rule.token_id.active or rule.token_id.provider_id.state == "disabled":
            self._set_failed(self.env._("The saved card is not there any more."))
            return False
        self.tries += 1
        self.transaction_id = self._new_transaction()
        self._set_calling(now)
        return True

    def _claim_question(self):
        """Ask what came of a call: by making it again, where that is safe.

        :return: whether to call now
        """
        if not self.try_lock_for_update(allow_referencing=True):
            return False
        self.invalidate_recordset()
        now = waits.now()
        if self.state != "unknown" or self.refill_id.is_away:
            return False
        if self._heard():
            self._follow()
            return False
        if not self.next_at or self.next_at > now:
            return False
        if now >= self.called_at + self._repeatable_for():
            self._set_unknown(False)
            self.refill_id._ask_person(self)
            return False
        self.looks += 1
        self.write({"state": "calling", "lease_until": now + self._lease()})
        return True

    def _set_calling(self, now):
        self.write(
            {
                "state": "calling",
                "called_at": now,
                "lease_until": now + self._lease(),
                "next_at": False,
                "looks": 0,
                "is_asked": False,
            }
        )
        self.flush_recordset()

    def _lease(self):
        return waits.delta(self.env, "lease")

    def _new_transaction(self):
        """The transaction of this try; its reference follows from this row."""
        token, invoice = self.refill_id.token_id, self.invoice_id
        self.card = self.refill_id._card_end()
        self.amount = invoice.amount_total
        return self.env["payment.transaction"].create(
            {
                "provider_id": token.provider_id.id,
                "payment_method_id": token.payment_method_id.id,
                "token_id": token.id,
                "reference": f"FAX-{self.uuid}-{self.tries}",
                "amount": invoice.amount_total,
                "currency_id": invoice.currency_id.id,
                "partner_id": invoice.partner_id.id,
                "operation": "offline",
                # Odoo's cron has nothing to do with it before there is news, and is
                # not to be faster at its row than what we record.
                "is_post_processed": True,
                "invoice_ids": [fields.Command.set(invoice.ids)],
            }
        )

    # CALLING

    def _charge(self, step):
        """Call, and record what came of it. Never in a step that may be repeated."""
        transaction = self.transaction_id
        watch = Watch(is_repeated=bool(self.looks))
        known = False
        try:
            with quiet_sql():
                transaction.with_context(card_watch=watch)._charge_with_token()
                if known := transaction._is_told(watch):
                    self._follow()
                    self.env["ir.cron"]._commit_progress(1)
        except CONFLICTS:
            known = False  # the provider's own call to us was faster
        except Exception as error:
            known = False
            _logger.error("Refill %s: %s", self.id, where(error))
        if not known:
            # The transaction is a draft again: what is not known is not written down.
            self.env.cr.rollback()
            step(f"Answer lost of refill {self.id}", self._lose, done=1)

    def _repeatable_for(self):
        """How long after the first call the same request is safe to make again."""
        return timedelta(hours=self.transaction_id.provider_id._refill_repeat_hours())

    def _lose(self):
        """The answer was lost. The provider's own call, or a later question, tells."""
        if self.state != "calling":
            return
        pause = waits.seconds(self.env, "card_look_first") * 2**self.looks
        pause = min(pause, waits.seconds(self.env, "card_look_longest"))
        self._set_unknown(waits.now() + timedelta(seconds=pause))

    @api.model
    def _lost_domain(self):
        return [("state", "=", "calling"), ("lease_until", "<", waits.now())]

    def _take_over(self):
        """Its worker is gone; whether it called nobody knows."""
        if self.filtered_domain(self._lost_domain()):
            _logger.warning("Refill %s lost its worker", self.id)
            self._set_unknown(waits.now())

    # WHAT CAME OF IT

    @api.model
    def _told_domain(self):
        """Purchases whose transactions may know more than they do."""
        return [("state", "in", ("unknown", "pending", "declined"))]

    def _heard(self):
        """The transaction that decides this purchase, if one does: of any try, as a
        provider may correct itself."""
        tries = self.invoice_id.transaction_ids
        done = tries.filtered(lambda tx: tx.state == "done")
        latest = self.transaction_id.filtered(lambda tx: tx.state != "draft")
        return done[:1] or (latest if self.state != "declined" else done)

    def _follow(self):
        """Let the purchase follow its transaction."""
        transaction = self._heard()
        if not transaction:
            return
        if transaction.state == "done":
            self.transaction_id = transaction
            self._set_charged()
        elif transaction.state in ("pending", "authorized"):
            if self.state != "pending":
                self.write({"state": "pending", "next_at": False})
        else:
            self._refuse(transaction.state_message)

    def _refuse(self, message):
        """The card was refused: again later, or never."""
        lines = (message or "").strip().splitlines()
        reason = lines[-1] if lines else self.env._("The card was refused.")
        now = waits.now()
        self.refused_at = self.refused_at or now
        if self.tries > len(RETRY_HOURS):
            self._set_failed(reason)
            return
        pause = timedelta(hours=RETRY_HOURS[self.tries - 1])
        self._set_declined(reason, max(self.refused_at + pause, now))

    def _book_charge(self):
        """Let Odoo post the invoice and register the payment, which grants the units.

        :return: whether it is booked, or not due again yet
        """
        if self.state != "charged" or (self.next_at and self.next_at > waits.now()):
            return True
        if not self.transaction_id.is_post_processed:
            self.transaction_id._post_process()
        if self.invoice_id.payment_state not in ("paid", "in_payment"):
            return False
        self._set_done()
        return True

    def _note_unbooked(self):
        """It was charged, and the books refuse it: a person must look."""
        self.next_at = waits.now() + waits.delta(self.env, "card_book_again")
        self.reason = self.env._("It was charged, but Odoo could not book it.")
        self.refill_id._ask_person(self)
