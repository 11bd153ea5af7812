"""InterFAX against its simulator: the fate of faxes, credit, six polls a minute."""

from decimal import Decimal

import pytest

from providers import FaxState, InterfaxProvider
from simulators.faults import Fault
from simulators.messages import answer
from unit.providers.documo_rig import refused
from unit.providers.interfax_rig import K, asked, lists, make_provider, number, replies
from unit.providers.provider_contract import look

DAY = 86400


@pytest.fixture
def simulator(interfax):
    return interfax


@pytest.fixture
def rig(interfax_rig):
    return interfax_rig


@pytest.fixture
def free(simulator):
    """Without the limit of polls a minute."""
    simulator.polls_a_minute = 1000


# --- How it went ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "suffix, seconds, state, failure, raw, sent",
    [
        ("0199", 0, FaxState.QUEUED, None, "-1", 0),
        ("0199", 1, FaxState.SENDING, None, "-3", 0),
        ("0199", 9, FaxState.DELIVERED, None, "0", 3),
        ("0101", 9, FaxState.FAILED, K.BUSY, "263", 0),
        ("0102", 9, FaxState.FAILED, K.BUSY, "6001", 0),
        ("0103", 9, FaxState.FAILED, K.CONNECTION, "2", 0),
        ("0121", 9, FaxState.FAILED, K.CONNECTION, "12", 0),
        ("0122", 9, FaxState.FAILED, K.CONNECTION, "1", 0),
        ("0105", 9, FaxState.PARTIAL, K.PARTLY_SENT, "1", 1),
        ("0107", 9, FaxState.FAILED, K.QUOTA_EXCEEDED, "205000", 0),
        ("0118", 9, FaxState.FAILED, K.UNKNOWN, "777", 0),
        ("0119", 9, FaxState.WAITING, K.QUOTA_EXCEEDED, "-22", 0),
        ("0109", 9, FaxState.SENDING, None, "-3", 0),
    ],
)
def test_each_status(rig, suffix, seconds, state, failure, raw, sent):
    provider_id = rig.submit(number(suffix))
    rig.clock.advance(seconds)
    status = rig.status(provider_id)
    assert (status.state, status.failure, status.raw_status) == (state, failure, raw)
    assert status.pages_sent == sent
    assert status.code == (raw if failure else None)
    assert (status.ended_at is not None) == state.is_final


def test_units_and_cost_of_what_has_ended(simulator, rig):
    rig.provider = make_provider(simulator, currency="CAD")
    good, busy = rig.submit(), rig.submit(number("0101"))
    under_way = rig.status(good)
    assert (under_way.units, under_way.cost, under_way.currency) == (None, None, None)
    rig.finish()
    status = rig.status(good)
    assert (status.units, status.cost) == (Decimal(3), Decimal("0.45"))
    assert status.currency == "CAD" and status.remote_csid == "Remote"
    assert rig.status(busy).cost == 0
    assert rig.provider.balance().amount == Decimal("999.55")


def test_codes_by_setting(simulator, rig, free):
    codes = {777: "no_answer", "263": "not_a_fax", "2": "nonsense", "-22": "busy"}
    rig.provider = make_provider(simulator, codes=codes)
    ids = [rig.submit(number(end)) for end in ("0118", "0101", "0103", "0119")]
    rig.finish()
    assert [rig.status(key).failure for key in ids] == [
        K.NO_ANSWER, K.NOT_A_FAX, K.CONNECTION, K.QUOTA_EXCEEDED
    ]  # fmt: skip
    assert rig.status(ids[3]).state is FaxState.WAITING


def test_a_cancelled_fax_whose_status_nobody_told_us(simulator, rig):
    rig.provider = make_provider(simulator, codes={})
    provider_id = rig.submit()
    assert rig.provider.cancel(provider_id)
    status = rig.status(provider_id)
    assert (status.state, status.failure) == (FaxState.FAILED, K.UNKNOWN)
    assert (status.code, status.pages_sent) == ("7777", 0)


# --- Out of credit -------------------------------------------------------------------


def test_a_fax_that_waits_for_credit_goes_on_when_there_is_some(rig, simulator, free):
    simulator.balance_at_start = "0.4499"  # three pages cost 0.45
    first, second = rig.submit(), rig.submit()
    rig.clock.advance(DAY - 60)
    for key in (first, second):
        status = rig.status(key)
        assert (status.state, status.failure) == (FaxState.WAITING, K.QUOTA_EXCEEDED)
        assert not status.state.is_final and status.cost is None
    simulator.top_up("0.0001")
    assert rig.status(first).state is FaxState.SENDING
    assert rig.status(second).state is FaxState.WAITING, "there is credit for one"
    rig.finish()
    assert rig.status(first).state is FaxState.DELIVERED
    assert rig.provider.balance().amount == 0


def test_without_credit_it_is_cancelled_after_a_day(rig, simulator):
    simulator.balance_at_start = "0"
    provider_id = rig.submit()
    rig.clock.advance(DAY)
    assert rig.status(provider_id).state is FaxState.WAITING
    rig.clock.advance(2)
    status = rig.status(provider_id)
    assert (status.state, status.failure) == (FaxState.FAILED, K.QUOTA_EXCEEDED)
    assert (status.raw_status, status.cost) == ("205000", 0)
    simulator.top_up("100")
    assert rig.status(provider_id) == status, "a final state stays"


def test_what_waits_for_credit_can_be_cancelled(rig, simulator):
    simulator.balance_at_start = "0"
    provider_id = rig.submit()
    rig.finish()
    assert rig.provider.cancel(provider_id) is True
    simulator.top_up("100")
    assert rig.status(provider_id).state is FaxState.CANCELLED


# --- Cancelling ----------------------------------------------------------------------


def test_what_is_being_transmitted_cannot_be_stopped(rig):
    provider_id = rig.submit(number("0109"))
    rig.clock.advance(5)
    assert rig.provider.cancel(provider_id) is False


@pytest.mark.parametrize(
    "status, content, stopped",
    [
        (200, None, True),
        (204, None, True),
        (404, {"code": -1005, "message": "Fax resource not found"}, False),
        (404, None, False),
        (400, {"code": -1005}, False),
        (400, {"code": -150}, None),
        (500, None, None),
        (302, None, None),
    ],
)
def test_answers_to_cancel(rig, simulator, monkeypatch, status, content, stopped):
    provider_id = rig.submit()
    replies(monkeypatch, simulator, "cancel", lambda r: answer(status, content))
    if stopped is None:
        refused(rig.provider.cancel, provider_id)
    else:
        assert rig.provider.cancel(provider_id) is stopped


# --- Asking about many, six times a minute -------------------------------------------


def test_many_in_one_call(rig, simulator):
    ids = [rig.submit(number(f"01{end}")) for end in range(50, 70)]
    rig.clock.advance(2)
    ids += [rig.submit(number(f"01{end}")) for end in range(70, 80)]
    rig.clock.advance(0.8)
    statuses = rig.provider.fetch_status(ids)
    assert set(statuses) == set(ids)
    assert {status.state for status in statuses.values()} == {
        FaxState.QUEUED, FaxState.DELIVERED
    }  # fmt: skip
    assert asked(simulator, "search", "completed", "record", "list") == 1


def test_the_pauses_keep_to_six_calls_a_minute(rig, simulator):
    """With a list cut to the least size, a fax that it does not know, and a look for a
    lost one as often as the pause allows."""
    able = InterfaxProvider.capabilities
    simulator.most_rows = 25
    simulator.polls_a_minute = 1000
    ids = [rig.submit() for _fax in range(able.statuses_at_once - 1)] + ["999999"]
    for _look in range(round(60 / able.status_pause)):
        assert len(rig.provider.fetch_status(ids)) == len(ids) - 1
    for _look in range(round(60 / able.look_pause)):
        look(rig, rig.request())
    calls = asked(simulator, "search", "completed", "record", "list")
    assert calls == 6


def test_the_seventh_call_is_refused(rig, simulator):
    provider_id = rig.submit()
    for _call in range(6):
        rig.status(provider_id)
    error = refused(rig.provider.fetch_status, [provider_id])
    assert (error.kind, error.code) == (K.RATE_LIMITED, "-1011")
    assert error.retry_after == 60 and error.proven_not_sent
    rig.clock.advance(60)
    assert rig.status(provider_id)


@pytest.mark.parametrize("status", [400, 403, 503])
def test_too_many_calls_in_whatever_status_it_is_said(rig, simulator, status):
    simulator.polls_a_minute, simulator.rate_limit_status = 0, status
    error = refused(rig.provider.fetch_status, ["667915751"])
    assert (error.kind, error.retry_after) == (K.RATE_LIMITED, 60)


def test_what_the_search_does_not_tell_the_other_list_may(
    rig, simulator, monkeypatch, free
):
    over, under_way = rig.submit(), rig.submit(number("0109"))
    rig.finish()
    lists(monkeypatch, simulator, "search", [])
    statuses = rig.provider.fetch_status([over, under_way])
    assert set(statuses) == {over}, "unfinished ones are left out"
    assert statuses[over].state is FaxState.DELIVERED
    assert statuses[over].pages_sent == 3


def test_what_was_fetched_is_kept_when_a_later_call_fails(rig, simulator, free):
    known = rig.submit()
    simulator.faults.add(Fault("server_error", route="completed"))
    assert set(rig.provider.fetch_status([known, "999999"])) == {known}
    simulator.faults.add(Fault("server_error", route="completed"))
    assert refused(rig.provider.fetch_status, ["999999"]).code == "-150"


def test_more_than_one_batch(rig, simulator, free):
    ids = [rig.submit() for _fax in range(60)]
    assert set(rig.provider.fetch_status([*ids, *ids])) == set(ids)
    assert asked(simulator, "search") == 2
    simulator.faults.add(Fault("too_many_requests", route="search", skip=1))
    assert set(rig.provider.fetch_status(ids)) == set(ids[:50])


def test_one_row_that_cannot_be_read_hides_no_other(rig, simulator, monkeypatch):
    first, second = rig.submit(), rig.submit()
    rows = [
        {"id": int(first), "status": "soon"},
        {"id": 7, "status": 0},
        {"id": int(second), "status": -3},
        {"id": None, "status": 0},
    ]
    lists(monkeypatch, simulator, "search", rows)
    statuses = rig.provider.fetch_status([first, second])
    assert set(statuses) == {second}


@pytest.mark.parametrize("rows", [None, {}, "x", [1], [[]], {"rows": []}, 3])
def test_what_is_no_list_is_no_answer(rig, simulator, monkeypatch, rows):
    lists(monkeypatch, simulator, "search", rows)
    assert refused(rig.provider.fetch_status, ["667915751"]).code == "unreadable"
    assert refused(look, rig, rig.request()).code == "unreadable"
