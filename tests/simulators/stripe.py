"""A payment provider that charges saved cards, as strict as the real one.

What Odoo's own addon for Stripe uses of its API: a payment intent made and confirmed
in one call, with an idempotency key. The first answer to a key is kept and given again;
the same key with another body is refused, and so is one that is still being worked on.
"""

import hashlib
import itertools
from dataclasses import dataclass
from urllib.parse import parse_qsl

from .base import Simulator, route
from .messages import Refused, Reply, answer

VERSION = "2019-05-16"
NEEDED = {"amount", "currency", "customer", "payment_method", "confirm", "off_session"}
KNOWN = NEEDED | {
    "capture_method", "description", "expand[]", "mandate", "payment_method_types[]",
}  # fmt: skip
SHIPPING = "shipping["


@dataclass(frozen=True)
class Charge:
    """Money that was taken. `amount` is in cents."""

    id: str
    key: str
    reference: str
    card: str
    amount: int
    currency: str


class StripeSimulator(Simulator):
    """`cards` are the saved ones (payment methods) by what their bank says: None, or
    the reason of the refusal. `forgets_keys`: charges again whatever the key."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.key = "sk_test_simulated"
        self.cards: dict[str, str | None] = {}
        self.customers: dict[str, str] = {}  # the card's owner
        self.charges: list[Charge] = []
        self.refusals: list[str] = []  # references
        self.forgets_keys = False
        self._answers: dict[str, tuple[str, Reply | None]] = {}
        self._numbers = itertools.count(1)

    def save_card(self, refusal: str | None = None) -> tuple[str, str]:
        """A card that a customer saved: the customer's and the card's ids."""
        number = next(self._numbers)
        customer, card = f"cus_{number}", f"pm_{number}"
        self.cards[card], self.customers[card] = refusal, customer
        return customer, card

    def charged(self, card: str) -> list[Charge]:
        with self.lock:
            return [charge for charge in self.charges if charge.card == card]

    def authorize(self, request):
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            raise Refused(401, "Invalid API Key provided")

    def refusal(self, refused):
        error = {"type": "invalid_request_error", "message": refused.text}
        return answer(refused.status, {"error": error}, **refused.headers)

    @route("POST", "/v1/payment_intents", "charge")
    def charge(self, request):
        values = self._values(request)
        key = request.headers.get("Idempotency-Key")
        if not key:
            raise Refused(400, "Idempotency-Key is missing")
        digest = hashlib.sha256(request.body).hexdigest()
        with self.lock:
            known, kept = self._answers.get(key, (digest, None))
            if known != digest:
                raise Refused(400, "Keys can only be used with the same parameters")
            if kept and not self.forgets_keys:
                return kept
            reply = self._charge(key, values)
            self._answers[key] = digest, reply
        return reply

    def _values(self, request) -> dict[str, str]:
        if request.headers.get("Stripe-Version") != VERSION:
            raise Refused(400, "Unknown version")
        if request.headers.get("Content-Type") != "application/x-www-form-urlencoded":
            raise Refused(400, "Send a form")
        pairs = parse_qsl(
            request.body.decode(), keep_blank_values=True, strict_parsing=True
        )
        values = dict(pairs)
        if len(values) != len(pairs):
            raise Refused(400, "A parameter was sent twice")
        strange = {n for n in values if not n.startswith(SHIPPING)} - KNOWN
        if strange:
            raise Refused(400, f"Received unknown parameter: {sorted(strange)[0]}")
        if missing := NEEDED - set(values):
            raise Refused(400, f"Missing required param: {sorted(missing)[0]}")
        if not values["amount"].isdigit() or int(values["amount"]) < 50:
            raise Refused(400, "Amount must be at least 50 cents")
        if (values["confirm"], values["off_session"]) != ("True", "True"):
            raise Refused(400, "Nobody is there to confirm it")
        if values["payment_method"] not in self.cards:
            raise Refused(404, "No such PaymentMethod")
        if self.customers[values["payment_method"]] != values["customer"]:
            raise Refused(400, "The card is another customer's")
        return values

    def _charge(self, key: str, values: dict[str, str]) -> Reply:
        number, reference = next(self._numbers), values.get("description", "")
        intent = {
            "id": f"pi_{number}",
            "object": "payment_intent",
            "amount": int(values["amount"]),
            "currency": values["currency"],
            "description": reference,
            "payment_method": {
                "id": values["payment_method"],
                "type": "card",
                "card": {"brand": "visa", "last4": "4242"},
            },
        }
        if refusal := self.cards[values["payment_method"]]:
            self.refusals.append(reference)
            error = {
                "type": "card_error",
                "code": "card_declined",
                "message": refusal,
                "payment_intent": intent | {"status": "requires_payment_method"},
            }
            return answer(402, {"error": error})
        self.charges.append(
            Charge(
                id=intent["id"],
                key=key,
                reference=reference,
                card=values["payment_method"],
                amount=intent["amount"],
                currency=intent["currency"],
            )
        )
        return answer(200, intent | {"status": "succeeded"})
