from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import (
    AccountInfo,
    Cover,
    FailureKind,
    FaxState,
    FaxStatus,
    Fingerprint,
    Hint,
    Received,
    SubmitRequest,
)
from unit.providers.provider_rig import DOCUMENT, SENDER, Clock

NOW = Clock().now
REQUEST = {
    "to": "+15145550199",
    "document": DOCUMENT,
    "pages": 1,
    "file_name": "FAX-2026-00123.pdf",
    "reference": "ref",
}


@pytest.mark.parametrize(
    "number",
    ["", "5145550199", "+0145550199", "+1 514 555 0199", "+1514", "+1514555019٩",
     "+15145550199\n", "+1514555019900000"],
)  # fmt: skip
def test_only_e164_is_dialled(number):
    with pytest.raises(ValueError) as caught:
        SubmitRequest(**REQUEST | {"to": number})
    assert "5145550" not in str(caught.value)


@given(st.from_regex(r"\A\+[1-9][0-9]{6,14}\Z"))
def test_any_e164_is_dialled(number):
    assert SubmitRequest(**REQUEST | {"to": number}).to == number


@pytest.mark.parametrize(
    "changes", [{"document": b""}, {"pages": 0}, {"pages": -1}, {"reference": ""}]
)
def test_nothing_is_submitted_without(changes):
    with pytest.raises(ValueError):
        SubmitRequest(**REQUEST | changes)


@pytest.mark.parametrize(
    "time", [NOW.replace(tzinfo=None), NOW.astimezone(timezone(timedelta(hours=-5)))]
)
def test_times_are_aware_and_in_utc(time):
    with pytest.raises(ValueError, match="deadline"):
        SubmitRequest(**REQUEST, deadline=time)
    with pytest.raises(ValueError, match="ended_at"):
        FaxStatus(provider_id="1", state=FaxState.DELIVERED, ended_at=time)
    with pytest.raises(ValueError, match="trial_ends_at"):
        AccountInfo(trial_ends_at=time)


def test_a_utc_of_another_make_is_utc():
    time = datetime(2026, 1, 1, tzinfo=timezone(timedelta(0), "GMT"))
    assert AccountInfo(trial_ends_at=time).trial_ends_at == time


@pytest.mark.parametrize("state", FaxState)
def test_states_have_a_reason_where_they_need_one(state):
    def status(failure):
        return FaxStatus(provider_id="1", state=state, failure=failure)

    if state in (FaxState.WAITING, FaxState.PARTIAL, FaxState.FAILED):
        with pytest.raises(ValueError):
            status(None)
        assert status(FailureKind.QUOTA_EXCEEDED)
    else:
        assert status(None)
    if state is FaxState.DELIVERED:
        with pytest.raises(ValueError):
            status(FailureKind.BUSY)


def test_waiting_at_the_provider_is_not_an_end():
    assert {state for state in FaxState if not state.is_final} == {
        FaxState.QUEUED,
        FaxState.SENDING,
        FaxState.WAITING,
    }


def test_no_repr_tells_a_number_a_name_or_a_page():
    secrets = {"to": SENDER, "sender": SENDER, "csid": "Quicksilver"}
    cover = Cover(
        recipient_name="Quicksilver",
        recipient_organization="Quicksilver",
        sender_name="Quicksilver",
        subject="Quicksilver",
        notes="Quicksilver",
    )
    received = Received(provider_id="1", received_at=NOW, **secrets)
    values = [
        SubmitRequest(**REQUEST | {"to": SENDER, "sender": SENDER}, cover=cover),
        FaxStatus(
            provider_id="1",
            state=FaxState.FAILED,
            failure=FailureKind.BUSY,
            code="busy at " + SENDER,
            text="Quicksilver",
            remote_csid="Quicksilver",
        ),
        Fingerprint(to=SENDER, pages=1, after=NOW, before=NOW),
        Hint(provider_id="1", to=SENDER, received=received, document=DOCUMENT),
    ]
    said = repr(values)
    assert SENDER[-7:] not in said and "Quicksilver" not in said
