"""The simulated payment provider is as strict as the real one."""

import pytest
import requests

from simulators.faults import Fault
from simulators.stripe import VERSION, StripeSimulator

AMOUNT = 5400


@pytest.fixture
def cards():
    with StripeSimulator() as simulator:
        yield simulator


def charge(cards, key="key", refusal=None, saved=None, headers=None, **values):
    customer, card = saved or cards.save_card(refusal)
    data = {
        "amount": AMOUNT,
        "currency": "usd",
        "description": "FAX-1",
        "confirm": True,
        "off_session": True,
        "customer": customer,
        "payment_method": card,
    }
    return requests.post(
        f"{cards.url}/v1/payment_intents",
        data=data | values,
        headers={
            "Authorization": f"Bearer {cards.key}",
            "Stripe-Version": VERSION,
            "Idempotency-Key": key,
        }
        | (headers or {}),
        timeout=5,
    )


def test_charged_once_a_key(cards):
    saved = cards.save_card()
    answers = [charge(cards, saved=saved).json() for _ in range(3)]
    assert answers[0]["status"] == "succeeded"
    assert answers[0] == answers[1] == answers[2]
    assert [each.amount for each in cards.charged(saved[1])] == [AMOUNT]
    charge(cards, "another", saved=saved)
    assert len(cards.charges) == 2


def test_a_key_is_for_one_request(cards):
    saved = cards.save_card()
    charge(cards, saved=saved)
    assert charge(cards, saved=saved, amount=100).status_code == 400
    assert len(cards.charges) == 1


def test_a_provider_without_keys(cards):
    cards.forgets_keys = True
    saved = cards.save_card()
    for _ in range(2):
        charge(cards, saved=saved)
    assert len(cards.charges) == 2


def test_declined_again(cards):
    saved = cards.save_card("Your card was declined.")
    for _ in range(2):
        refused = charge(cards, saved=saved)
        assert refused.status_code == 402
        assert refused.json()["error"]["message"] == "Your card was declined."
    cards.cards[saved[1]] = None
    assert charge(cards, saved=saved).status_code == 402  # what was said to this key
    assert charge(cards, "another", saved=saved).status_code == 200
    assert len(cards.charges) == 1


def test_an_answer_is_lost_after_the_charge(cards):
    saved = cards.save_card()
    cards.faults.add(Fault("answer_lost", "charge"))
    with pytest.raises(requests.ConnectionError):
        charge(cards, saved=saved)
    assert len(cards.charges) == 1
    assert charge(cards, saved=saved).status_code == 200
    assert len(cards.charges) == 1


@pytest.mark.parametrize(
    ("values", "headers", "status"),
    [
        ({"colour": "red"}, {}, 400),
        ({"amount": 49}, {}, 400),
        ({"amount": "54.00"}, {}, 400),
        ({"confirm": False}, {}, 400),
        ({"customer": "cus_other"}, {}, 400),
        ({"payment_method": "pm_other"}, {}, 404),
        ({}, {"Authorization": "Bearer other"}, 401),
        ({}, {"Stripe-Version": "2020-01-01"}, 400),
        ({}, {"Idempotency-Key": ""}, 400),
    ],
)
def test_refused(cards, values, headers, status):
    assert charge(cards, headers=headers, **values).status_code == status
    assert not cards.charges
