"""The rules that the queue relies on, as tests which every provider inherits.

    class TestMyProvider(ProviderContract):
        @pytest.fixture
        def rig(self):
            return Rig(provider=..., ...)

A rule about something the provider does not do is skipped, with that reason.
"""

import logging
import traceback
from datetime import datetime, timedelta, timezone

import pytest

from providers import (
    CallbackRefused,
    FailureKind,
    FaxState,
    Fingerprint,
    NotSupported,
    NumberInfo,
    NumberOrder,
    ProviderError,
    get,
)
from providers.interface import ALL_METHODS
from unit.providers.provider_rig import SENDER, Rig

EPOCH = datetime(2020, 1, 1, tzinfo=timezone.utc)


def fingerprint(rig: Rig, to: str, **changes) -> Fingerprint:
    now = rig.clock()
    values = {
        "to": to,
        "pages": 3,
        "after": now - timedelta(minutes=5),
        "before": now + timedelta(minutes=5),
    }
    return Fingerprint(**values | changes)


def look(rig: Rig, request) -> list[str]:
    found = rig.provider.find(request.reference, fingerprint(rig, request.to))
    return [each.provider_id for each in found]


def can(rig: Rig, method: str) -> None:
    if method not in rig.provider.capabilities.methods:
        pytest.skip(f"{rig.provider.code} declares no {method}")


def has(lever, what: str):
    return lever or pytest.skip(f"the rig has no number that {what}")


def assert_tells_nothing(text: str, rig: Rig) -> None:
    """No number dialled or shown, and nothing of the document, is in a text."""
    numbers = [SENDER, rig.good, *rig.failing.values(), *rig.refused.values()]
    numbers += filter(None, (rig.lost_taken, rig.lost_untaken, rig.own))
    for number in numbers:
        assert number[-7:] not in text, "a fax number"
    assert "Quicksilver" not in text, "words of the document"


class ProviderContract:
    @pytest.fixture
    def rig(self) -> Rig:
        raise NotImplementedError("give a Rig for the provider under test")

    # --- Declaring ---------------------------------------------------------------

    def test_is_registered_under_its_code(self, rig):
        assert get(rig.provider.code) is type(rig.provider)
        assert rig.provider.label

    @pytest.mark.parametrize("method", sorted(ALL_METHODS))
    def test_what_is_not_declared_is_not_supported(self, rig, method):
        if method in rig.provider.capabilities.methods:
            pytest.skip("declared")
        arguments = {
            "find": ("ref", fingerprint(rig, rig.good)),
            "cancel": ("id",),
            "resend": ("id", rig.request()),
            "parse_callback": ({}, b"", {}),
            "list_received": (EPOCH,),
            "fetch_received": ("id",),
            "list_numbers": (),
            "search_area_codes": ("US",),
            "order_number": (NumberOrder(reference="ref", country="US"),),
            "release_number": (NumberInfo(number=rig.good),),
            "balance": (),
        }[method]
        with pytest.raises(NotSupported):
            getattr(rig.provider, method)(*arguments)

    def test_verify(self, rig):
        assert rig.provider.verify() is not None

    # --- Sending -----------------------------------------------------------------

    def test_submit_gives_an_id_and_is_under_way(self, rig):
        provider_id = rig.submit()
        assert isinstance(provider_id, str) and provider_id
        status = rig.status(provider_id)
        assert status.provider_id == provider_id
        assert not status.state.is_final and status.failure is None
        assert status.ended_at is None

    def test_delivered(self, rig):
        provider_id = rig.submit()
        rig.finish()
        status = rig.status(provider_id)
        assert status.state is FaxState.DELIVERED
        assert status.pages_sent in (3, None)
        if status.started_at and status.ended_at:
            assert status.started_at <= status.ended_at

    def test_a_final_state_stays(self, rig):
        provider_id = rig.submit()
        rig.finish()
        before = rig.status(provider_id)
        rig.clock.advance(86400)
        assert rig.status(provider_id) == before

    def test_two_faxes_to_one_number_are_two(self, rig):
        first, second = rig.submit(), rig.submit()
        assert first != second
        statuses = rig.provider.fetch_status([first, second])
        assert set(statuses) == {first, second}
        assert all(key == each.provider_id for key, each in statuses.items())

    def test_an_unknown_id_is_left_out(self, rig):
        known = rig.submit()
        assert set(rig.provider.fetch_status(["nobody-has-this", known])) == {known}
        assert rig.provider.fetch_status([]) == {}

    def test_each_failure_after_acceptance_has_its_kind(self, rig):
        if not rig.failing:
            pytest.skip("the rig has no failing numbers")
        ids = {kind: rig.submit(to) for kind, to in rig.failing.items()}
        rig.finish()
        for kind, provider_id in ids.items():
            status = rig.status(provider_id)
            assert status.failure is kind
            partly = kind is FailureKind.PARTLY_SENT
            assert status.state is (FaxState.PARTIAL if partly else FaxState.FAILED)
            assert status.code or status.text or status.raw_status

    def test_a_refusal_is_proven_not_sent(self, rig):
        if not rig.refused:
            pytest.skip("the rig has no refused numbers")
        for kind, to in rig.refused.items():
            request = rig.request(to)
            with pytest.raises(ProviderError) as caught:
                rig.provider.submit(request)
            assert caught.value.kind is kind
            assert caught.value.proven_not_sent
            if "find" in rig.provider.capabilities.methods:
                assert look(rig, request) == []

    def test_nothing_leaves_after_the_deadline(self, rig):
        request = rig.request(deadline=rig.clock())
        with pytest.raises(ProviderError) as caught:
            rig.provider.submit(request)
        assert caught.value.proven_not_sent
        if "find" in rig.provider.capabilities.methods:
            assert look(rig, request) == []

    # --- Sending again what the provider has -------------------------------------

    def test_resend_is_a_new_fax(self, rig):
        can(rig, "resend")
        first = rig.submit()
        rig.finish()
        second = rig.provider.resend(first, rig.request()).provider_id
        assert second != first
        assert not rig.status(second).state.is_final
        rig.finish()
        assert rig.status(second).state is FaxState.DELIVERED

    def test_resend_goes_to_the_number_asked_for(self, rig):
        can(rig, "resend")
        kind, to = next(iter(rig.failing.items()), (None, None))
        first = rig.submit()
        again = rig.provider.resend(first, rig.request(has(to, "fails")))
        rig.finish()
        assert rig.status(again.provider_id).failure is kind
        assert rig.status(first).state is FaxState.DELIVERED

    def test_resend_of_what_is_not_there_is_proven_not_sent(self, rig):
        can(rig, "resend")
        with pytest.raises(ProviderError) as caught:
            rig.provider.resend("nobody-has-this", rig.request())
        assert caught.value.proven_not_sent

    def test_nothing_is_resent_after_the_deadline(self, rig):
        can(rig, "resend")
        first = rig.submit()
        with pytest.raises(ProviderError) as caught:
            rig.provider.resend(first, rig.request(deadline=rig.clock()))
        assert caught.value.proven_not_sent

    # --- Unknown outcomes --------------------------------------------------------

    def test_taken_with_the_answer_lost(self, rig):
        request = rig.request(has(rig.lost_taken, "loses the answer"))
        with pytest.raises(ProviderError) as caught:
            rig.provider.submit(request)
        assert not caught.value.proven_not_sent and not caught.value.may_redial
        can(rig, "find")
        (provider_id,) = look(rig, request)
        assert rig.status(provider_id).provider_id == provider_id

    def test_not_taken_and_no_answer(self, rig):
        request = rig.request(has(rig.lost_untaken, "loses the request"))
        with pytest.raises(ProviderError) as caught:
            rig.provider.submit(request)
        assert not caught.value.proven_not_sent and not caught.value.may_redial
        can(rig, "find")
        assert look(rig, request) == []

    def test_find(self, rig):
        can(rig, "find")
        request = rig.request()
        provider_id = rig.provider.submit(request).provider_id
        assert look(rig, request) == [provider_id]
        rig.finish()
        assert look(rig, request) == [provider_id], "after it has ended, too"

    def test_find_looks_for_what_it_declares(self, rig):
        can(rig, "find")
        request = rig.request()
        provider_id = rig.provider.submit(request).provider_id
        if rig.provider.capabilities.find == "reference":
            other = fingerprint(rig, request.to)
            assert rig.provider.find("another-reference", other) == []
            return
        for changes in (
            {"pages": 4},
            {"to": SENDER},
            {"before": rig.clock() - timedelta(minutes=4)},
            {"known_ids": frozenset([provider_id])},
        ):
            other = fingerprint(rig, **{"to": request.to} | changes)
            assert rig.provider.find(request.reference, other) == [], changes

    # --- Cancelling --------------------------------------------------------------

    def test_cancel_in_time(self, rig):
        can(rig, "cancel")
        provider_id = rig.submit()
        assert rig.provider.cancel(provider_id) is True
        rig.finish()
        assert rig.status(provider_id).state is FaxState.CANCELLED

    def test_cancel_too_late(self, rig):
        can(rig, "cancel")
        provider_id = rig.submit()
        rig.finish()
        assert rig.provider.cancel(provider_id) is False
        assert rig.status(provider_id).state is FaxState.DELIVERED

    # --- Receiving ---------------------------------------------------------------

    def test_receive(self, rig):
        can(rig, "list_received")
        to = has(rig.own, "is the account's own")
        rig.submit(to)
        rig.finish()
        (received,) = rig.provider.list_received(rig.clock() - timedelta(days=1))
        assert received.to == to and received.pages in (3, None)
        assert rig.provider.fetch_received(received.provider_id)
        later = received.received_at + timedelta(days=1)
        assert rig.provider.list_received(later) == []

    def test_a_received_fax_that_is_not_there(self, rig):
        can(rig, "fetch_received")
        with pytest.raises(ProviderError):
            rig.provider.fetch_received("nobody-has-this")

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"\xff\x00", b"[1]", b"null", b"<x/>", b"a=b" * 9999]
    )
    def test_a_callback_from_a_stranger_is_refused(self, rig, body):
        can(rig, "parse_callback")
        with pytest.raises(CallbackRefused):
            rig.provider.parse_callback({}, body, {})

    # --- Telling nobody's business -----------------------------------------------

    def test_nothing_private_in_errors_values_and_logs(self, rig, caplog):
        caplog.set_level(logging.DEBUG)
        numbers = [rig.good, *rig.failing.values(), *rig.refused.values()]
        numbers += filter(None, (rig.lost_taken, rig.lost_untaken, rig.own))
        for to in numbers:
            request = rig.request(to)
            said = [repr(request)]
            try:
                submission = rig.provider.submit(request)
                said.append(repr(submission))
                said.append(repr(rig.status(submission.provider_id)))
                rig.finish()
                said.append(repr(rig.status(submission.provider_id)))
            except ProviderError as error:
                said += [str(error), repr(error), *traceback.format_exception(error)]
            assert_tells_nothing("\n".join(said), rig)
        if "list_received" in rig.provider.capabilities.methods:
            assert_tells_nothing(repr(rig.provider.list_received(EPOCH)), rig)
        assert_tells_nothing(caplog.text, rig)
