"""One token for all workers of eFax: who makes it, who waits, who is cut off."""

import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from providers import EfaxProvider, ProviderError
from providers.efax_tokens import (
    MemoryTokenStore,
    Token,
    store_key,
    store_of_process,
)
from simulators.faults import Fault
from unit.providers.efax_rig import (
    K,
    answering,
    count,
    emptied,
    make_provider,
    make_rig,
    refused,
    serving,
)

DAY = 86399


@pytest.fixture(scope="module")
def server():
    with serving() as simulator:
        yield simulator


@pytest.fixture
def simulator(server):
    return emptied(server)


@pytest.fixture
def rig(simulator):
    return make_rig(simulator)


@pytest.fixture
def store():
    return MemoryTokenStore()


def at_once(*calls):
    """Run calls in threads that start together; gives results and errors."""
    gate, outcomes = threading.Barrier(len(calls)), [None] * len(calls)

    def run(index, call):
        gate.wait()
        try:
            outcomes[index] = call()
        except ProviderError as error:
            outcomes[index] = error

    threads = [
        threading.Thread(target=run, args=each, daemon=True)
        for each in enumerate(calls)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes


# --- One for all ---------------------------------------------------------------------


def test_a_token_lasts_for_many_calls(rig, simulator):
    for _call in range(3):
        rig.status(rig.submit())
    rig.provider.verify()
    assert simulator.tokens_made == 1


def test_workers_that_race_for_the_first_token_make_one(rig, simulator, store):
    simulator.faults.add(Fault("slow", route="tokens", seconds=0.1))
    workers = [make_provider(simulator, store) for _worker in range(6)]
    requests = [rig.request() for _worker in workers]
    outcomes = at_once(
        *(lambda w=w, r=r: w.submit(r) for w, r in zip(workers, requests, strict=True))
    )
    assert len({each.provider_id for each in outcomes}) == 6
    assert simulator.tokens_made == 1


def test_workers_whose_token_was_killed_make_one(rig, simulator, store):
    """And none of them sees the other's killed: each fax is taken once."""
    workers = [make_provider(simulator, store) for _worker in range(6)]
    workers[0].verify()
    rig.clock.advance(3600)
    simulator.take_token()
    simulator.faults.add(Fault("slow", route="tokens", seconds=0.1))
    calls = [lambda w=w: w.submit(rig.request()) for w in workers[:3]]
    calls += [w.verify for w in workers[3:]]
    outcomes = at_once(*calls)
    assert not [each for each in outcomes[:3] if isinstance(each, ProviderError)]
    for each in outcomes[3:]:
        # Or had a new one, or was told that somebody is about to get one.
        assert not isinstance(each, ProviderError) or each.code == "token_in_use"
    assert simulator.tokens_made == 3 and len(simulator.acceptances) == 3
    for worker in workers:
        worker.verify()
    assert simulator.tokens_made == 3


def test_without_a_store_all_of_a_process_share(rig, simulator):
    simulator.api_key = "efax-key-of-this-test"
    for _worker in range(2):
        provider = make_provider(simulator)
        provider._token_stores = store_of_process
        provider.verify()
    assert simulator.tokens_made == 1
    store = store_of_process(store_key(simulator.url, simulator.app_id))
    assert store.get().owner == provider._owner()


def test_other_credentials_have_a_token_of_their_own(simulator, store):
    make_provider(simulator, store).verify()
    simulator.api_key = "a-new-key"
    stale = EfaxProvider(
        {"base_url": simulator.url},
        {"app_id": "efax-app", "api_key": "wrong", "user_id": simulator.user_id},
        clock=simulator.clock,
        token_stores=lambda key: store,
    )
    assert refused(stale.verify).kind is K.CREDENTIALS, "not believed for its token"
    make_provider(simulator, store).verify()
    assert simulator.tokens_made == 2


def test_who_waits_too_long_for_the_others_goes_away(rig, simulator, store):
    provider = make_provider(simulator, store, lock_seconds=0.05)
    with store.lock(1):
        for call in (provider.verify, lambda: provider.submit(rig.request())):
            error = refused(call)
            assert (error.code, error.kind) == ("token_lock", K.PROVIDER_UNAVAILABLE)
            assert error.may_redial
    assert not simulator.requests


def test_waiting_for_the_others_ends_with_the_request(rig, simulator, store):
    provider = make_provider(simulator, store)
    request = rig.request(deadline=rig.clock() + timedelta(seconds=0.05))
    began = time.monotonic()
    with store.lock(1):
        assert refused(provider.submit, request).proven_not_sent
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("method", ["get", "put", "lock"])
def test_a_store_that_fails_has_sent_nothing(rig, simulator, store, method):
    def fail(*args):
        raise TimeoutError

    setattr(store, method, fail)
    error = refused(make_provider(simulator, store).submit, rig.request())
    assert error.code == "token_lock" and error.proven_not_sent
    assert count(simulator, "submit") == 0


# --- A token that is refused ---------------------------------------------------------


def test_a_token_killed_by_others_is_renewed_once(rig, simulator):
    key = rig.submit()
    rig.clock.advance(3600)
    for call in (
        rig.submit,
        lambda: rig.status(key),
        lambda: rig.provider.list_received(rig.clock()),
        lambda: rig.provider.cancel(key),
    ):
        simulator.take_token()
        before = simulator.tokens_made
        call()
        assert simulator.tokens_made == before + 1
        rig.clock.advance(3600)
    assert len(simulator.acceptances) == 2
    assert count(simulator, "submit") == 3, "one of which was not let in"


def test_a_token_that_ends_between_two_calls(rig, simulator):
    """By its own time, or before it, as when a server was started anew."""
    key = rig.submit()
    rig.clock.advance(DAY)
    rig.status(key)
    assert simulator.tokens_made == 2 and count(simulator, "details") == 1
    rig.clock.advance(DAY - 200)
    rig.submit()
    assert simulator.tokens_made == 3, "it would not last for long"
    assert count(simulator, "submit") == 2


def test_whoever_finds_a_new_token_makes_none(rig, simulator, store):
    first, second = (make_provider(simulator, store) for _worker in range(2))
    first.verify()
    rig.clock.advance(3600)
    simulator.take_token()
    first.verify()
    before = simulator.tokens_made
    second.verify()
    assert simulator.tokens_made == before


def test_a_token_of_this_very_call_that_is_refused(rig, simulator):
    simulator.user_id_status = 401
    rig.provider.credentials["user_id"] = "nobody"
    for call in (rig.provider.verify, lambda: rig.provider.submit(rig.request())):
        error = refused(call)
        assert (error.kind, error.code) == (K.CREDENTIALS, "401")
        assert error.proven_not_sent
        rig.clock.advance(3600)
    assert simulator.tokens_made == 2, "one a call at most"


def test_two_who_kill_each_others_tokens_do_not_go_on_for_ever(rig, simulator):
    rig.provider.verify()
    rig.clock.advance(10)
    simulator.take_token()
    error = refused(rig.provider.submit, rig.request())
    assert (error.code, error.retry_after) == ("token_contested", 50)
    assert error.may_redial, "and is no reason to give the account up"
    assert simulator.tokens_made == 2
    rig.clock.advance(50)
    rig.submit()
    assert simulator.tokens_made == 3


@pytest.mark.parametrize(
    "what, proven",
    [("reset_before_body", False), ("reset_in_body", False),
     ("reset_after_body", False), ("answer_lost", False), ("cut", False),
     ("garbled", False), ("server_error", False), ("server_error_after", False),
     ("too_many_requests", True)],
)  # fmt: skip
def test_an_outcome_that_is_open_renews_nothing(rig, simulator, what, proven):
    """Though the first answer was 401: what follows is a submission of its own."""
    rig.provider.verify()
    rig.clock.advance(3600)
    simulator.take_token()
    simulator.faults.add(Fault(what, skip=1))
    error = refused(rig.provider.submit, rig.request())
    assert error.proven_not_sent is proven
    assert simulator.tokens_made == 3 and count(simulator, "submit") == 2
    assert not (simulator.acceptances and error.proven_not_sent)


def test_a_token_that_cannot_be_renewed_has_sent_nothing(rig, simulator):
    rig.provider.verify()
    rig.clock.advance(3600)
    simulator.take_token()
    simulator.faults.add(Fault("answer_lost", route="tokens"))
    assert refused(rig.provider.submit, rig.request()).proven_not_sent
    assert not simulator.acceptances
    rig.submit()


def test_a_deadline_that_passes_before_the_second_call(rig, simulator, monkeypatch):
    rig.provider.verify()
    rig.clock.advance(3600)
    simulator.take_token()
    take = simulator.take_token
    monkeypatch.setattr(
        simulator, "take_token", lambda: rig.clock.advance(61) or take()
    )
    request = rig.request(deadline=rig.clock() + timedelta(seconds=60))
    error = refused(rig.provider.submit, request)
    assert (error.proven_not_sent, error.code) == (True, "deadline")
    assert count(simulator, "submit") == 1 and not simulator.acceptances


# --- Never under a submission --------------------------------------------------------


def test_no_token_is_replaced_under_a_submission(rig, simulator, store):
    """It is about to end when a long fax begins; the others wait, or read with it."""
    long, other = (make_provider(simulator, store) for _worker in range(2))
    long.verify()
    rig.clock.advance(DAY - 301)  # a second later it is to be replaced
    request = rig.request(deadline=rig.clock() + timedelta(seconds=90))
    simulator.faults.add(Fault("slow_upload", seconds=0.5))
    outcome = []
    thread = threading.Thread(target=lambda: outcome.append(long.submit(request)))
    thread.start()
    until = time.monotonic() + 10
    while not count(simulator, "submit") and time.monotonic() < until:
        time.sleep(0.005)
    rig.clock.advance(2)
    error = refused(other.submit, rig.request())
    assert (error.code, error.retry_after) == ("token_in_use", 88)
    assert error.may_redial
    other.verify()
    thread.join(30)
    assert simulator.tokens_made == 1
    assert outcome[0].provider_id == simulator.acceptances[0].provider_id
    rig.clock.advance(88)
    other.submit(rig.request())
    assert simulator.tokens_made == 2


def test_a_reader_replaces_a_token_that_nobody_uses(rig, simulator):
    rig.provider.verify()
    rig.clock.advance(DAY - 299)
    rig.provider.verify()
    assert simulator.tokens_made == 2


def test_a_submission_lasts_until_the_latest_of_them(rig, simulator, store):
    provider = make_provider(simulator, store)
    for seconds in (90, 30):
        deadline = rig.clock() + timedelta(seconds=seconds)
        provider.submit(rig.request(deadline=deadline))
    assert store.get().busy_until == rig.clock() + timedelta(seconds=90)


def test_who_sends_may_replace_a_dead_token_and_who_reads_waits(rig, simulator, store):
    """That a reader is refused proves nothing of the others: it may be the user."""
    provider = make_provider(simulator, store)
    provider.submit(rig.request(deadline=rig.clock() + timedelta(seconds=90)))
    rig.clock.advance(60)
    simulator.take_token()
    error = refused(provider.verify)
    assert (error.code, error.retry_after) == ("token_in_use", 10)
    assert simulator.tokens_made == 2
    provider.submit(rig.request())
    assert simulator.tokens_made == 3
    provider.verify()


def test_users_of_one_app_share_its_token(rig, simulator, store):
    """A wrong one among them kills no token under the others' faxes."""
    simulator.user_id_status = 401
    provider = make_provider(simulator, store)
    provider.submit(rig.request(deadline=rig.clock() + timedelta(seconds=90)))
    rig.clock.advance(61)
    stranger = make_provider(simulator, store)
    stranger.credentials["user_id"] = "nobody"
    assert refused(stranger.verify).code == "token_in_use"
    assert simulator.tokens_made == 1


# --- What is kept --------------------------------------------------------------------


@pytest.mark.parametrize(
    "told, seconds", [(None, 3600), ("", 3600), (0, 3600), ("86399", DAY), (60, 60)]
)
def test_how_long_a_token_lasts(rig, simulator, store, monkeypatch, told, seconds):
    content = {"access_token": simulator.take_token(), "expires_in": told}
    answering(monkeypatch, simulator, "tokens", content)
    make_provider(simulator, store).verify()
    token = store.get()
    assert (token.expires_at - token.obtained_at).total_seconds() == seconds


def test_a_short_token_is_used_for_most_of_its_life(rig, simulator):
    simulator.token_seconds = 100
    rig.provider.verify()
    rig.clock.advance(74)
    rig.provider.verify()
    assert simulator.tokens_made == 1
    rig.clock.advance(2)
    rig.provider.verify()
    assert simulator.tokens_made == 2


def test_secrets_are_in_no_repr(rig, simulator, store):
    provider = make_provider(simulator, store)
    provider.submit(rig.request())
    token = store.get()
    assert token.value and token.value not in repr(token)
    for secret in ("efax-key", "efax-app"):
        assert secret not in repr(token)


def test_a_token_is_plain_values(rig, simulator, store):
    make_provider(simulator, store).verify()
    token = store.get()
    again = Token(**vars(token))
    assert again == token and replace(token, busy_until=None) == token
