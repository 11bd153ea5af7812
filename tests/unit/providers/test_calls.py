"""Calls in threads: outcomes in the order they end, and nothing lost on the way."""

import threading
import time

import pytest

from providers import Calls, FailureKind, ProviderError


def slow(seconds):
    time.sleep(seconds)
    return seconds


def test_outcomes_come_in_the_order_they_end():
    calls = Calls(3)
    for seconds in (0.2, 0.01, 0.1):
        calls.start(str(seconds), slow, seconds)
    assert [calls.next().value for _ in range(3)] == [0.01, 0.1, 0.2]
    assert not calls


def test_they_are_made_at_the_same_time():
    barrier = threading.Barrier(3, timeout=5)
    calls = Calls(3)
    for key in range(3):
        calls.start(key, barrier.wait)
    outcomes = [calls.next() for _ in range(3)]
    assert not [outcome for outcome in outcomes if outcome.error or outcome.bug]


def test_places():
    calls = Calls(2)
    release = threading.Event()
    calls.start(1, release.wait)
    assert (calls.free, len(calls)) == (1, 1)
    calls.start(2, release.wait)
    assert calls.free == 0
    release.set()
    calls.next()
    assert calls.free == 1


def test_one_place_needs_no_thread():
    calls = Calls(1)
    calls.start("here", threading.get_ident)
    assert (calls.free, len(calls)) == (0, 1)
    outcome = calls.next()
    assert (outcome.key, outcome.value) == ("here", threading.get_ident())
    assert calls.free == 1


@pytest.mark.parametrize("places", [1, 2])
def test_errors_are_outcomes(places):
    error = ProviderError(FailureKind.BUSY, proven_not_sent=True)

    def refuse():
        raise error

    def crash():
        raise KeyError("+15145550199")

    calls = Calls(places)
    calls.start("refused", refuse)
    refused = calls.next()
    assert (refused.error, refused.bug) == (error, None)
    calls.start("crashed", crash)
    crashed = calls.next()
    assert crashed.error is None
    assert isinstance(crashed.bug, KeyError)
