import hashlib
import re
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers import FailureKind, FaxState, LoopbackProvider, ProviderError, loopback
from providers.loopback import MAGIC, Act
from unit.providers.provider_contract import EPOCH, ProviderContract, look
from unit.providers.provider_rig import DOCUMENT, SENDER, Clock, MemoryStore, Rig

OWN = "+15145550177"
GOOD = "+15145550199"


def number(suffix: str) -> str:
    return "+1514555" + suffix


def numbers_for(*acts: Act) -> dict[FailureKind, str]:
    return {
        kind: number(suffix) for suffix, (act, kind) in MAGIC.items() if act in acts
    }


def stamp(document: bytes) -> bytes:
    return document.replace(b"%PDF", b"%PDF TEST")


def make_rig(**changes) -> Rig:
    clock = Clock()
    provider = LoopbackProvider(
        {"own_numbers": [OWN]} | changes,
        clock=clock,
        store=MemoryStore(),
        stamp=stamp,
    )
    return Rig(
        provider=provider,
        clock=clock,
        finish=lambda: clock.advance(7200),
        good=GOOD,
        failing=numbers_for(Act.DIAL, Act.BREAK),
        refused=numbers_for(Act.REFUSE),
        lost_taken=number("0111"),
        lost_untaken=number("0120"),
        own=OWN,
    )


class TestLoopback(ProviderContract):
    @pytest.fixture
    def rig(self):
        return make_rig()

    # --- Magic numbers -----------------------------------------------------------

    def test_magic_numbers_produce_every_failure(self, rig):
        assert {kind for _act, kind in MAGIC.values() if kind} == set(FailureKind)

    def test_magic_numbers_are_all_documented(self):
        documented = re.findall(r"^    (\d{4})  ", loopback.__doc__, re.MULTILINE)
        assert documented == sorted(MAGIC)

    def test_a_magic_number_has_a_code_of_its_own(self, rig):
        busy = rig.submit(number("0101"))
        with pytest.raises(ProviderError) as caught:
            rig.submit(number("0104"))
        rig.finish()
        assert rig.status(busy).code == "LB0101" and caught.value.code == "LB0104"

    def test_a_page_left_over(self, rig):
        provider_id = rig.submit(number("0105"), pages=3)
        rig.finish()
        status = rig.status(provider_id)
        assert (status.state, status.pages_sent) == (FaxState.PARTIAL, 1)

    def test_a_single_page_that_breaks_is_not_partly_sent(self, rig):
        provider_id = rig.submit(number("0105"), pages=1)
        rig.finish()
        status = rig.status(provider_id)
        assert (status.state, status.pages_sent) == (FaxState.FAILED, 0)
        assert status.failure is FailureKind.CONNECTION

    def test_slow(self, rig):
        provider_id = rig.submit(number("0109"))
        rig.clock.advance(3000)
        assert rig.status(provider_id).state is FaxState.SENDING
        rig.clock.advance(1000)
        assert rig.status(provider_id).state is FaxState.DELIVERED

    def test_waiting_for_credit(self, rig):
        provider_id = rig.submit(number("0119"))
        rig.clock.advance(3000)
        status = rig.status(provider_id)
        assert status.state is FaxState.WAITING
        assert status.failure is FailureKind.QUOTA_EXCEEDED
        rig.clock.advance(1000)
        status = rig.status(provider_id)
        assert status.state is FaxState.FAILED and status.pages_sent == 0
        assert status.failure is FailureKind.QUOTA_EXCEEDED

    # --- Time passes -------------------------------------------------------------

    @pytest.mark.parametrize(
        "seconds, pages_sent, ended",
        [(0, 0, False), (1.9, 0, False), (2.4, 0, False), (2.5, 1, False),
         (3.4, 2, False), (3.5, 3, True)],
    )  # fmt: skip
    def test_pages_pass_one_by_one(self, rig, seconds, pages_sent, ended):
        provider_id = rig.submit(pages=3)
        submitted = rig.clock()
        rig.clock.advance(seconds)
        status = rig.status(provider_id)
        assert status.pages_sent == pages_sent
        assert status.state is (FaxState.DELIVERED if ended else FaxState.SENDING)
        if ended:
            assert status.started_at == submitted + timedelta(seconds=2)
            assert status.ended_at == submitted + timedelta(seconds=3.5)
            assert status.units == 3

    def test_the_pace_is_a_setting(self):
        rig = make_rig(dial_seconds=0, page_seconds=0)
        assert rig.status(rig.submit()).state is FaxState.DELIVERED

    def test_a_change_of_pace_changes_no_past(self):
        rig = make_rig()
        provider_id = rig.submit()
        rig.finish()
        before = rig.status(provider_id)
        rig.provider.settings["page_seconds"] = 1e6
        assert rig.status(provider_id) == before

    def test_cancelled_halfway(self, rig):
        provider_id = rig.submit(pages=3)
        rig.clock.advance(2.6)
        assert rig.provider.cancel(provider_id)
        cancelled_at = rig.clock()
        rig.clock.advance(1)
        assert rig.provider.cancel(provider_id), "twice is no error"
        rig.finish()
        status = rig.status(provider_id)
        assert (status.state, status.pages_sent) == (FaxState.CANCELLED, 1)
        assert status.ended_at == cancelled_at

    def test_cancel_of_what_is_not_there(self, rig):
        assert rig.provider.cancel("nobody-has-this") is False

    # --- Books -------------------------------------------------------------------

    def test_the_same_reference_twice_is_refused(self, rig):
        request = rig.request()
        provider_id = rig.provider.submit(request).provider_id
        with pytest.raises(ProviderError) as caught:
            rig.provider.submit(request)
        assert caught.value.code == "duplicate_reference"
        assert not caught.value.proven_not_sent, "the first one was sent"
        assert look(rig, request) == [provider_id]

    def test_the_hash_is_of_the_bytes_submitted(self, rig):
        job = rig.provider.store.get(rig.submit())
        assert job.sha256 == hashlib.sha256(DOCUMENT).hexdigest()

    def test_what_is_kept_is_stamped(self, rig):
        document = rig.provider.store.document(rig.submit())
        assert document == stamp(DOCUMENT) != DOCUMENT

    def test_an_unreadable_document_is_refused_and_not_quoted(self, rig):
        def broken(document):
            raise RuntimeError(f"cannot read {document}")

        rig.provider.stamp = broken
        request = rig.request()
        with pytest.raises(ProviderError) as caught:
            rig.provider.submit(request)
        assert caught.value.kind is FailureKind.DOCUMENT_REJECTED
        assert caught.value.proven_not_sent and caught.value.__suppress_context__
        assert look(rig, request) == []

    def test_the_deadline_counts_when_stamping_is_done(self, rig):
        def slow(document):
            rig.clock.advance(60)
            return document

        rig.provider.stamp = slow
        request = rig.request(deadline=rig.clock() + timedelta(seconds=30))
        with pytest.raises(ProviderError) as caught:
            rig.provider.submit(request)
        assert caught.value.proven_not_sent and look(rig, request) == []

    # --- Receiving ---------------------------------------------------------------

    def test_only_own_numbers_receive(self, rig):
        rig.submit(GOOD)
        rig.finish()
        assert rig.provider.list_received(EPOCH) == []
        assert [each.number for each in rig.provider.list_numbers()] == [OWN]

    def test_a_received_fax_is_not_there_before_it_has_arrived(self, rig):
        rig.submit(OWN, pages=2, sender=None)
        rig.clock.advance(2.9)
        assert rig.provider.list_received(EPOCH) == []
        rig.clock.advance(0.1)
        (received,) = rig.provider.list_received(rig.clock())
        assert received.sender is None and received.received_at == rig.clock()

    def test_a_cancelled_fax_does_not_arrive(self, rig):
        rig.provider.cancel(rig.submit(OWN))
        rig.finish()
        assert rig.provider.list_received(EPOCH) == []

    def test_a_failed_fax_does_not_arrive(self):
        rig = make_rig(own_numbers=[number("0101")])
        rig.submit(number("0101"))
        rig.finish()
        assert rig.provider.list_received(EPOCH) == []

    def test_received_pages_are_stamped_and_the_id_is_another(self, rig):
        sent = rig.submit(OWN)
        rig.finish()
        (received,) = rig.provider.list_received(EPOCH)
        assert received.provider_id != sent and received.sender == SENDER
        assert rig.provider.fetch_received(received.provider_id) == stamp(DOCUMENT)
        with pytest.raises(ProviderError):
            rig.provider.fetch_received(sent)


@settings(deadline=None, max_examples=60)
@given(
    suffix=st.sampled_from([*MAGIC, "0199"]),
    pages=st.integers(1, 200),
    pace=st.sampled_from([0, 0.001, 0.5, 7]),
    steps=st.lists(st.floats(0, 4000), min_size=1, max_size=12),
    cancel_after=st.one_of(st.none(), st.integers(0, 11)),
)
def test_a_fax_only_ever_goes_forward(suffix, pages, pace, steps, cancel_after):
    """Whatever the number and whenever one asks: no final state changes, pages
    only grow, and no answer is out of the rules."""
    rig = make_rig(page_seconds=pace)
    request = rig.request(number(suffix), pages=pages)
    try:
        provider_id = rig.provider.submit(request).provider_id
    except ProviderError as error:
        assert error.proven_not_sent == (MAGIC[suffix][0] is Act.REFUSE)
        found = look(rig, request)
        assert len(found) == (MAGIC[suffix][0] is Act.LOSE_ANSWER)
        if not found:
            return
        (provider_id,) = found
    last = rig.status(provider_id)
    for index, seconds in enumerate(steps):
        rig.clock.advance(seconds)
        if index == cancel_after:
            over = rig.status(provider_id).state.is_final
            assert rig.provider.cancel(provider_id) is not over
        status = rig.status(provider_id)
        assert status == last or not last.state.is_final
        assert last.pages_sent <= status.pages_sent <= pages
        assert (status.state is FaxState.DELIVERED) <= (status.pages_sent == pages)
        assert status.state.is_final == (status.ended_at is not None)
        last = status
