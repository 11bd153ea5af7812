"""Reading what Documo says, and any garbage."""

import base64
import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import FailureKind, FaxState, Fingerprint
from providers import documo_wire as wire
from providers.documo_codes import CODES, REFUSALS, WORDS, kind_of
from unit.providers.documo_rig import K
from unit.providers.test_documo_callbacks import JUNK, quick

NOW = datetime(2026, 3, 8, 7, 0, tzinfo=timezone.utc)
ROWS = st.dictionaries(
    st.sampled_from(
        [
            "messageId", "status", "direction", "faxNumber", "faxCallerId", "faxCsid",
            "pagesCount", "pagesComplete", "createdAt", "resolvedDate", "errorCode",
            "errorInfo", "resultCode", "resultInfo", "number", "numberE164",
            "pendingPort", "uuid", "regional_data", "number_e164",
        ]
    ),
    st.sampled_from(
        ["success", "failed", "processing", "outbound", "inbound", "a-fax", "0", "6100",
         "+14185550199", "4185550199", "2026-03-08T07:00:00.000Z", 3, 0, -1, None]
    )
    | JUNK,
)  # fmt: skip


# --- The facts (the table of them: test_documo_facts.py) -----------------------------


def test_only_what_says_no_is_a_refusal():
    assert all(400 <= status < 500 for status in REFUSALS)
    assert not {408, 409, 421, 423, 425, 499} & set(REFUSALS)


def test_only_busy_is_redialled_by_itself():
    kinds = {*CODES.values(), *dict(WORDS).values(), *map(kind_of, [("5999",), ("8",)])}
    assert {kind for kind in kinds if kind.facts.redial} == {K.BUSY}


@pytest.mark.parametrize(
    "row, code, text, kind",
    [
        ({"resultCode": "6100", "resultInfo": "Busy"}, "6100", "Busy", K.BUSY),
        ({"errorCode": "6100", "resultCode": "0"}, "6100", None, K.BUSY),
        ({"errorCode": "6100", "resultCode": "1"}, "6100", None, K.BUSY),
        ({"errorCode": "1604003", "resultCode": "6100"}, "6100", None, K.BUSY),
        ({"errorCode": 6100}, "6100", None, K.BUSY),
        (
            {"errorCode": "0", "resultCode": "0", "resultInfo": "?"},
            None,
            "?",
            K.UNKNOWN,
        ),
        ({"resultInfo": "a", "errorInfo": "b"}, None, "a / b", K.UNKNOWN),
        ({"errorCode": "7", "resultCode": "8"}, "8", None, K.UNKNOWN),
        (
            {"errorCode": "5000", "errorInfo": "The Caller ID is not allowed."},
            "5000",
            "The Caller ID is not allowed.",
            K.CALLER_ID,
        ),
        ({}, None, None, K.UNKNOWN),
    ],
)
def test_reasons(row, code, text, kind):
    status = wire.status({"messageId": "a", "status": "failed"} | row)
    assert (status.code, status.text, status.failure) == (code, text, kind)


@pytest.mark.parametrize(
    "complete, state",
    [(0, FaxState.FAILED), (None, FaxState.FAILED), ("x", FaxState.FAILED),
     (1, FaxState.PARTIAL), ("1", FaxState.PARTIAL), (3, FaxState.PARTIAL)],
)  # fmt: skip
def test_a_fax_of_which_pages_are_out_is_never_just_busy(complete, state):
    row = {"status": "failed", "errorCode": "6100", "pagesComplete": complete}
    status = wire.status({"messageId": "a", "pagesCount": 3} | row)
    assert status.state is state
    partly = state is FaxState.PARTIAL
    assert status.failure is (K.PARTLY_SENT if partly else K.BUSY)
    assert not (partly and status.failure.facts.redial)


# --- Values --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written, moment",
    [
        ("2026-03-08T07:00:00.000Z", NOW),
        ("2026-03-08T07:00:00Z", NOW),
        ("2026-03-08 07:00:00", NOW),
        (" 2026-03-08T07:00:00.5Z ", NOW + timedelta(seconds=0.5)),
        ("2026-03-08T07:00:00.123456789Z", NOW + timedelta(microseconds=123456)),
        ("2026-03-08T02:00:00-05:00", NOW),
        ("2026-03-08T12:30:00+0530", NOW),
        ("2026-03-08", None),
        ("2026-13-08T07:00:00Z", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("\u0662026-03-08T07:00:00Z", None),
        (1772953200, None),
        (None, None),
    ],
)
def test_times(written, moment):
    assert wire.when(written) == moment


@pytest.mark.parametrize(
    "written, number",
    [
        ("+14185550199", "+14185550199"),
        ("14185550199", "+14185550199"),
        ("4185550199", "+14185550199"),
        (4185550199, "+14185550199"),
        ("(418) 555-0199", "+14185550199"),
        ("+442079460958", "+442079460958"),
        ("442079460958", "+442079460958"),
        ("+4930123456", "+4930123456"),
        ("0442079460958", None),
        ("anonymous", None),
        ("", None),
        (None, None),
        (True, None),
    ],
)
def test_numbers(written, number):
    assert wire.e164(written) == number


@pytest.mark.parametrize(
    "payload, said",
    [
        ({"error": {"message": "No"}}, "No"),
        ({"error": "No"}, "No"),
        ({"message": "No"}, "No"),
        ({"message": "", "error": {"errors": ["No", "never"]}}, "No"),
        ({"errors": [{"message": None}, {"message": "No"}]}, "No"),
        ({"errorInfo": "No"}, "No"),
        (["No"], "No"),
        ("No\0", "No"),
        ("N" * 600, "N" * 500),
        ("N\ud800o", "No"),
        ({"messages": "No"}, ""),
        (None, ""),
    ],
)
def test_the_words_of_an_error(payload, said):
    assert wire.said(payload) == said


def test_keys_that_end():
    def key(claims):
        body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
        return f"a.{body.rstrip('=')}.c"

    assert wire.key_expiry(key({"exp": NOW.timestamp()})) == NOW
    for claims in ({}, [], None, {"exp": "soon"}, {"exp": 1e300}, {"exp": None}):
        assert wire.key_expiry(key(claims)) is None
    for text in ("", "a", "a.b.c", "a.\u00e9.c", "a..c"):
        assert wire.key_expiry(text) is None


# --- Garbage -------------------------------------------------------------------------


@quick
@given(JUNK)
def test_no_value_makes_a_reader_fail(value):
    assert len(wire.text(value)) <= wire.LONGEST_TEXT
    assert wire.count(value) is None or wire.count(value) >= 0
    assert wire.when(value) is None or wire.when(value).utcoffset() == timedelta(0)
    assert wire.e164(value) is None or wire.E164.fullmatch(wire.e164(value))
    assert isinstance(wire.said(value), str)
    assert wire.rows(value) is None or isinstance(wire.rows(value), list)
    assert wire.total(value) is None or wire.total(value) >= 0
    assert wire.number(value) is None or wire.number(value).number
    wire.area_codes(value, "US")
    wire.key_expiry(str(value))


@quick
@given(ROWS)
def test_no_row_makes_a_status_that_says_too_much(row):
    status = wire.status(row)
    if status is None:
        return
    assert wire.PROVIDER_ID.fullmatch(status.provider_id)
    if status.state.is_final:
        assert status.raw_status in ("success", "failed", "cancelled")
    if (status.pages_sent or 0) > 0 and status.raw_status == "failed":
        assert status.failure is FailureKind.PARTLY_SENT


@quick
@given(st.lists(ROWS, max_size=4))
def test_no_history_makes_a_fax_look_lost(rows):
    """Whatever may be the fax that is looked for is found, or nothing is said."""
    wanted = Fingerprint(
        to="+14185550199",
        pages=3,
        after=NOW - timedelta(hours=1),
        before=NOW + timedelta(hours=1),
        known_ids=frozenset(["known"]),
    )
    found = wire.matching(rows, wanted)
    if found:
        assert {each.provider_id for each in found} <= {
            wire.provider_id(row) for row in rows
        } - {"known"}
    elif found is not None:
        for row in rows:
            assert (
                row.get("direction") not in (None, "outbound")
                or (wire.e164(row.get("faxNumber")) or wanted.to) != wanted.to
                or (wire.when(row.get("createdAt")) or NOW) != NOW
                or wire.count(row.get("pagesCount")) not in (None, 0, 3)
            )


@quick
@given(ROWS)
def test_no_row_makes_a_received_fax_that_cannot_be_fetched(row):
    received = wire.received(row, NOW - timedelta(hours=1))
    if received:
        assert row["direction"] == "inbound"
        assert wire.PROVIDER_ID.fullmatch(received.provider_id)


@quick
@given(rows=st.lists(ROWS, max_size=3), country=st.sampled_from(["US", "CA"]))
def test_no_offer_is_of_another_country(rows, country):
    for area in wire.area_codes({"result": rows}, country):
        assert area.country == country and area.offers
        assert all(offer[2:5] == area.code for offer in area.offers)
