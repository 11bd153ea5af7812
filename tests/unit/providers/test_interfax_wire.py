"""Reading what InterFAX says: the facts as a table, and any garbage."""

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import FaxState, Fingerprint
from providers import interfax_wire as wire
from providers.interfax_codes import REFUSALS, REFUSED, STATES, more_codes, state_of
from unit.providers.interfax_rig import K
from unit.providers.test_documo_callbacks import JUNK, quick

NOW = datetime(2026, 3, 8, 7, 0, tzinfo=timezone.utc)
S = FaxState
ROWS = st.dictionaries(
    st.sampled_from(
        ["id", "status", "destinationFax", "submitTime", "completionTime", "pagesSent",
         "pagesSubmitted", "reference", "units", "costPerUnit", "remoteCSID",
         "messageId", "receiveTime", "phoneNumber", "callerId", "imageStatus", "pages"]
    ),
    st.sampled_from(
        [7, 11, "7", 0, -1, -3, -22, 263, 205000, "0", "mine", "0014185550199",
         "4185550199", "2026-03-08T07:00:00", "08/03/2026 07:00:00", 1.5,
         Decimal("0.15"), Decimal("NaN"), Decimal("1E+99"), 3, "READ", None]
    )
    | JUNK,
)  # fmt: skip


# --- The facts, one by one -----------------------------------------------------------


@pytest.mark.parametrize(
    "number, state, kind, retry_helps, redial",
    [
        (0, S.DELIVERED, None, False, False),
        (-1, S.QUEUED, None, False, False),
        (-11, S.QUEUED, None, False, False),
        (-2, S.QUEUED, None, False, False),
        (-3, S.SENDING, None, False, False),
        (-22, S.WAITING, K.QUOTA_EXCEEDED, True, False),
        (-4, S.SENDING, None, False, False),
        (-205000, S.SENDING, None, False, False),
        (1, S.FAILED, K.CONNECTION, True, False),
        (2, S.FAILED, K.CONNECTION, True, False),
        (12, S.FAILED, K.CONNECTION, True, False),
        (263, S.FAILED, K.BUSY, True, True),
        (6001, S.FAILED, K.BUSY, True, True),
        (205000, S.FAILED, K.QUOTA_EXCEEDED, True, False),
        (3, S.FAILED, K.UNKNOWN, False, False),
        (9999999, S.FAILED, K.UNKNOWN, False, False),
    ],
)
def test_statuses(number, state, kind, retry_helps, redial):
    for written in (number, str(number)):
        status = wire.status({"id": 7, "status": written}, {})
        assert (status.state, status.failure) == (state, kind)
        assert status.raw_status == str(number)
        assert status.code == (str(number) if kind else None)
    if kind:
        assert (kind.facts.retry_helps, kind.facts.redial) == (retry_helps, redial)


def test_all_known_statuses_are_in_the_table():
    known = {0, -1, -11, -2, -3, -22, 1, 2, 12, 205000, 263, 6001}
    assert set(STATES) == known


@pytest.mark.parametrize(
    "code, kind, retry_helps, fixed_by",
    [
        (-111, K.BLOCKED, False, "manager"),
        (-112, K.INVALID_NUMBER, False, "sender"),
        (-114, K.UNKNOWN, False, "sender"),
        (-123, K.DOCUMENT_REJECTED, False, "sender"),
        (-310, K.UNKNOWN, False, "sender"),
        (-311, K.UNKNOWN, False, "sender"),
        (-312, K.UNKNOWN, False, "sender"),
        (-666, K.ACCOUNT_INACTIVE, True, "manager"),
        (-677, K.ACCOUNT_INACTIVE, True, "manager"),
        (-1002, K.UNKNOWN, False, "sender"),
        (-1003, K.CREDENTIALS, True, "manager"),
        (-1004, K.DOCUMENT_REJECTED, False, "sender"),
        (-1005, K.UNKNOWN, False, "sender"),
        (-1009, K.UNKNOWN, False, "sender"),
        (-1011, K.RATE_LIMITED, True, "provider"),
        (-1059, K.DOCUMENT_REJECTED, False, "sender"),
        (-1062, K.PROVIDER_UNAVAILABLE, True, "provider"),
        (-2003, K.CREDENTIALS, True, "manager"),
    ],
)
def test_codes_of_refusals(code, kind, retry_helps, fixed_by):
    assert REFUSED[code] is kind
    assert (kind.facts.retry_helps, kind.facts.fixed_by) == (retry_helps, fixed_by)


def test_only_what_says_no_is_a_refusal():
    assert -150 not in REFUSED and all(code < 0 for code in REFUSED)
    assert all(400 <= status < 500 for status in REFUSALS)
    assert not {408, 409, 421, 423, 425, 499} & set(REFUSALS)


@pytest.mark.parametrize(
    "setting, rows",
    [
        ({"777": "busy"}, {777: (S.FAILED, K.BUSY)}),
        ({777: "cancelled"}, {777: (S.CANCELLED, None)}),
        ({" 777 ": "no_answer"}, {777: (S.FAILED, K.NO_ANSWER)}),
        ({"777": "delivered"}, {}),
        ({"777": None, None: "busy", "": "busy", "7x": "busy", "\u0661": "busy"}, {}),
        ({"0": "busy", "-22": "busy", "00": "busy"}, {}),
        ({"9" * 40: "busy"}, {int("9" * 40): (S.FAILED, K.BUSY)}),
    ],
)
def test_more_codes(setting, rows):
    assert more_codes(setting) == rows
    for number, row in rows.items():
        assert state_of(number, rows) == row


@pytest.mark.parametrize(
    "sent, number, state",
    [(0, 263, S.FAILED), (None, 263, S.FAILED), ("x", 263, S.FAILED),
     (1, 263, S.PARTIAL), ("1", 1, S.PARTIAL), (2, 205000, S.PARTIAL),
     (1, -3, S.SENDING), (1, 0, S.DELIVERED)],
)  # fmt: skip
def test_a_fax_of_which_pages_are_out_is_never_just_busy(sent, number, state):
    status = wire.status({"id": 7, "status": number, "pagesSent": sent}, {})
    assert status.state is state
    if state is S.PARTIAL:
        assert status.failure is K.PARTLY_SENT and not status.failure.facts.redial
        assert status.code == str(number)


def test_a_record_as_it_was_recorded():
    status = wire.status(
        wire.payload(
            b'{"submitTime": "2016-10-03T00:36:41", "destinationFax": "00442084978672",'
            b' "pagesSubmitted": 1, "senderCSID": "Interfax", "pagesSent": 1,'
            b' "completionTime": "2016-10-03T00:36:36", "remoteCSID": "Interfax",'
            b' "duration": 41, "units": 1.00, "costPerUnit": 0.1500, "attemptsMade": 1,'
            b' "id": 667915751, "status": 0}'
        ),
        {},
        "GBP",
    )
    assert (status.provider_id, status.state) == ("667915751", S.DELIVERED)
    assert (status.units, status.cost, status.currency) == (1, Decimal("0.15"), "GBP")
    assert status.ended_at == datetime(2016, 10, 3, 0, 36, 36, tzinfo=timezone.utc)
    assert status.pages_sent == 1 and status.started_at is None


# --- Values --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written, moment",
    [
        ("2026-03-08T07:00:00", NOW),
        ("2026-03-08T07:00:00Z", NOW),
        ("08/03/2026 07:00:00", NOW),
        (" 08/03/2026 07:00:00 ", NOW),
        ("31/12/2025 23:59:59", datetime(2025, 12, 31, 23, 59, 59,
                                         tzinfo=timezone.utc)),
        ("31/02/2026 07:00:00", None),
        ("12/31/2026 07:00:00", None),
        ("08/03/2026", None),
        ("0\u0668/03/2026 07:00:00", None),
        (None, None),
        (1772953200, None),
    ],
)  # fmt: skip
def test_times(written, moment):
    assert wire.moment(written) == moment


OWN = ("+15145550177", "+442084978672")


@pytest.mark.parametrize(
    "written, number",
    [
        ("00442084978672", "+442084978672"),
        ("0014185550199", "+14185550199"),
        ("+14185550199", "+14185550199"),
        ("+1 (418) 555-0199", "+14185550199"),
        ("4185550199", "+14185550199"),
        (4185550199, "+14185550199"),
        ("2084978672", "+442084978672"),  # one of ours
        ("02084978672", "+442084978672"),
        ("5550177", "+15145550177"),
        ("50177", None),
        ("8643137", None),  # local
        ("14185550199", "+14185550199"),
        ("0185550199", None),  # no such area in the US
        ("00001201", None),
        ("anonymous", None),
        ("", None),
        (None, None),
    ],
)
def test_numbers(written, number):
    assert wire.e164(written, OWN) == number


def test_a_number_that_may_be_two_of_ours_is_neither():
    assert wire.e164("5550177", ("+15145550177", "+14185550177")) is None


@pytest.mark.parametrize(
    "body, code, said",
    [
        (b'{"code":-1005,"message":"Not found","moreInfo":null}', -1005, "Not found"),
        (b'{"code":"-1005","message":"No","moreInfo":"Ever"}', -1005, "No Ever"),
        (b'{"Code":-112,"Message":"No"}', -112, "No"),
        (b'{"code":[],"message":{}}', None, ""),
        (b'{"code":1.5}', None, ""),
        (b'{"code":true}', None, ""),
        (b"[-1005]", None, "[-1005]"),
        (b"Not found\0", None, "Not found"),
        (b"", None, ""),
        (b"\xff", None, "\ufffd"),
        (b"[" * 100_000, None, "[" * 500),
    ],
)
def test_errors(body, code, said):
    assert wire.error(body) == (code, said)


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"{}", b'"x"', b"[1]", b"[null]", b"[[]]", b"\xff", b"[", b"NaN",
     b"[" * 100_000, b"[1e999999999999]"],
)  # fmt: skip
def test_what_is_no_list(body):
    assert wire.rows(body) is None


@pytest.mark.parametrize("body", [b"[]", b' [{"id": 1}]\r\n', b'\n[{"a": NaN}]'])
def test_lists_whatever_their_type_says(body):
    assert wire.rows(body) is not None


# --- Garbage -------------------------------------------------------------------------


@quick
@given(JUNK)
def test_no_value_makes_a_reader_fail(value):
    body = json.dumps(value).encode()
    wire.error(body)
    assert wire.rows(body) is None or isinstance(wire.rows(body), list)
    for reader in (wire.whole, wire.amount, wire.moment, wire.fax_id):
        reader(value)
    number = wire.e164(value, OWN)
    assert number is None or wire.E164.fullmatch(number)
    assert isinstance(wire.is_number(value, OWN[0]), bool)


@quick
@given(st.binary(max_size=200))
def test_no_body_makes_a_reader_fail(body):
    wire.error(body), wire.rows(body), wire.payload(body), wire.hint(body)


@quick
@given(st.text(max_size=60) | st.just("https://[/outbound/faxes/1"))
def test_no_place_makes_an_id_that_is_a_path(place):
    for read in (wire.location, wire.document):
        found = read("/outbound/faxes/" + place) or read("/outbound/documents/" + place)
        assert found is None or (found.isascii() and found.isalnum())
        assert read(place) is None or read(place).isalnum()
    assert isinstance(wire.has_all(place, 1, 1), bool)


@quick
@given(ROWS)
def test_no_row_makes_a_status_that_says_too_much(row):
    status = wire.status(row, {}, "CAD")
    if status is None:
        return
    assert wire.PROVIDER_ID.fullmatch(status.provider_id)
    number = int(status.raw_status)
    assert status.state.is_final == (number >= 0)
    assert (status.state is S.DELIVERED) == (number == 0)
    if number > 0 and (status.pages_sent or 0) > 0:
        assert status.failure is K.PARTLY_SENT
    if not status.state.is_final:
        assert status.cost is None and status.ended_at is None


@quick
@given(st.lists(ROWS, max_size=4))
def test_no_list_makes_a_fax_look_lost(rows):
    """Whatever may be the fax that is looked for is found, or nothing is said."""
    wanted = Fingerprint(
        to="+14185550199",
        pages=3,
        after=NOW - timedelta(hours=1),
        before=NOW + timedelta(hours=1),
        known_ids=frozenset(["11"]),
    )
    for found in (
        wire.by_reference(rows, "mine", wanted),
        wire.by_likeness(rows, wanted),
    ):
        if found:
            keys = {wire.fax_id(row) for row in rows} - {"11"}
            assert {each.provider_id for each in found} <= keys
    if wire.by_reference(rows, "mine", wanted) == []:
        for row in rows:
            named = wire.text(row.get("reference"))
            assert named not in ("", "mine") or wire.fax_id(row) == "11"
    if wire.by_likeness(rows, wanted) == []:
        for row in rows:
            assert (
                wire.fax_id(row) == "11"
                or (wire.moment(row.get("submitTime")) or NOW) != NOW
                or not wire.is_number(
                    wire.text(row.get("destinationFax")) or wanted.to, wanted.to
                )
                or wire.count(row.get("pagesSubmitted")) not in (None, 0, 3)
            )


@quick
@given(ROWS)
def test_no_row_makes_a_received_fax_that_cannot_be_fetched(row):
    received = wire.received(row, NOW - timedelta(hours=1), OWN)
    if received:
        assert wire.PROVIDER_ID.fullmatch(received.provider_id)
        assert received.received_at >= NOW - timedelta(hours=1)
