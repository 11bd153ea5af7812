"""Reading what eFax Enterprise says: the facts as a table, and any garbage."""

import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import FailureKind, FaxState, Fingerprint
from providers import efax_wire as wire
from providers.efax_codes import (
    CODES,
    ELEMENTS,
    NO_RETRIES,
    REFUSALS,
    STATES,
    TOKEN_REFUSALS,
    kind_of,
)
from unit.providers.efax_rig import ID, K
from unit.providers.test_documo_callbacks import quick

NOW = datetime(2026, 3, 8, 7, 0, tzinfo=timezone.utc)
NAMES = (
    "fax_id", "destination_fax_number", "originating_fax_number", "image", "pages",
    "completed_timestamp", "originating_fax_tsid", "destination_fax_csid", "faxes",
    "transmission_data", "transmission_status", "total_pages_sent", "error_code",
    "error_message", "client_tracking_data", "client_reference_id", "errors",
    "element_name", "user_message", "access_token", "expires_in",
)  # fmt: skip
PLAIN = st.sampled_from(
    [None, True, 0, -1, 3, 10**30, 1e300, "", "\0", "\ud800", ID, "COMPLETE", "ERROR",
     "0", "14185550199", "2026-03-08T07:00:00.000+0000", "JVBE", "fax_number"]
)  # fmt: skip
JUNK = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)
    ),
    max_leaves=8,
)


# --- The facts, one by one -----------------------------------------------------------


@pytest.mark.parametrize(
    "status, state, final",
    [
        ("NEW", FaxState.QUEUED, False),
        ("INPROGRESS", FaxState.SENDING, False),
        ("IN PROGRESS", FaxState.SENDING, False),
        ("INPROGESS", FaxState.SENDING, False),
        ("PENDING RETRY", FaxState.QUEUED, False),
        ("PENDING_RETRY", FaxState.QUEUED, False),
        ("COMPLETE", FaxState.DELIVERED, True),
        ("COMPLETED", FaxState.DELIVERED, True),
        ("complete", FaxState.DELIVERED, True),
        ("ERROR", FaxState.FAILED, True),
        ("CANCELED", FaxState.CANCELLED, True),
        ("CANCELLED", FaxState.CANCELLED, True),
        ("STORED", FaxState.SENDING, False),
        ("SUCCESS", FaxState.SENDING, False),
        ("COMPLETE?", FaxState.SENDING, False),
        ("INCOMPLETE", FaxState.SENDING, False),
    ],
)
def test_documented_states(status, state, final):
    row = {"fax_id": ID, "transmission_data": {"transmission_status": status}}
    found = wire.status(ID, row)
    assert (found.state, found.state.is_final) == (state, final)
    assert found.raw_status == status


def test_all_documented_states_are_in_the_table():
    documented = ["NEW", "INPROGRESS", "PENDINGRETRY", "COMPLETE", "COMPLETED", "ERROR",
                  "CANCELED"]  # fmt: skip
    assert set(documented) <= set(STATES)
    assert set(STATES) - set(documented) == {"INPROGESS", "CANCELLED"}, "spellings"


@pytest.mark.parametrize(
    "status, kind, retry_helps, fixed_by",
    [
        (400, K.UNKNOWN, False, "sender"),
        (401, K.CREDENTIALS, True, "manager"),
        (403, K.CREDENTIALS, True, "manager"),
        (404, K.UNKNOWN, False, "sender"),
        (413, K.DOCUMENT_REJECTED, False, "sender"),
        (415, K.DOCUMENT_REJECTED, False, "sender"),
        (429, K.RATE_LIMITED, True, "provider"),
    ],
)
def test_refusals(status, kind, retry_helps, fixed_by):
    assert REFUSALS[status] is kind
    assert (kind.facts.retry_helps, kind.facts.fixed_by) == (retry_helps, fixed_by)


def test_only_what_says_no_is_a_refusal():
    assert all(400 <= status < 500 for status in REFUSALS)
    assert not {408, 409, 421, 423, 425, 499} & set(REFUSALS)
    assert TOKEN_REFUSALS[400] is K.CREDENTIALS and set(TOKEN_REFUSALS) == set(REFUSALS)


def test_no_code_is_known_so_that_none_is_redialled_by_itself():
    assert CODES == {} and kind_of("anything") is K.UNKNOWN
    assert not K.UNKNOWN.facts.redial
    assert kind_of("17", {"17": K.BUSY}) is K.BUSY
    assert set(ELEMENTS.values()) == {K.INVALID_NUMBER}
    assert set(NO_RETRIES.values()) == {0}


@pytest.mark.parametrize(
    "data, code, text, kind",
    [
        ({"error_code": "17", "error_message": "Busy"}, "17", "Busy", K.BUSY),
        ({"error_code": 17}, "17", None, K.BUSY),
        ({"error_code": "SFAX"}, "SFAX", None, K.UNKNOWN),
        ({"error_code": "0", "error_message": "?"}, None, "?", K.UNKNOWN),
        ({}, None, None, K.UNKNOWN),
        ({"error_code": "17", "total_pages_sent": 0}, "17", None, K.BUSY),
        ({"error_code": "17", "total_pages_sent": 1}, "17", None, K.PARTLY_SENT),
        ({"error_code": "17", "total_pages_sent": "2"}, "17", None, K.PARTLY_SENT),
        ({"error_code": "17", "total_pages_sent": "x"}, "17", None, K.BUSY),
    ],
)
def test_reasons(data, code, text, kind):
    row = {"fax_id": ID, "transmission_data": {"transmission_status": "ERROR"} | data}
    status = wire.status(ID, row, {"17": K.BUSY})
    assert (status.code, status.text, status.failure) == (code, text, kind)
    partly = kind is K.PARTLY_SENT
    assert status.state is (FaxState.PARTIAL if partly else FaxState.FAILED)


def test_what_a_delivered_fax_tells():
    row = {
        "fax_id": ID,
        "destination_fax_csid": "Cardiology",
        "transmission_data": {
            "transmission_status": "COMPLETED",
            "completed_timestamp": "2026-03-08T07:00:00+00:00",
            "error_code": "0",
            "error_message": "OK",
            "total_pages_sent": 3,
        },
        "client_tracking_data": {"client_reference_id": "mine"},
    }
    status = wire.status(ID, row)
    assert (status.pages_sent, status.ended_at) == (3, NOW)
    assert (status.code, status.text, status.failure) == (None, None, None)
    assert (status.remote_csid, status.reference) == ("Cardiology", "mine")


@pytest.mark.parametrize(
    "row",
    [None, [], {}, {"fax_id": ID}, {"fax_id": ID, "transmission_data": None},
     {"fax_id": ID, "transmission_data": {"transmission_status": ""}},
     {"fax_id": ID, "transmission_data": [{}, {}]},
     {"transmission_data": {"transmission_status": "COMPLETE"}},
     {"fax_id": ID[::-1], "transmission_data": {"transmission_status": "COMPLETE"}}],
)  # fmt: skip
def test_what_tells_no_status(row):
    assert wire.status(ID, row) is None


# --- Values --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number, told",
    [
        ("+14185550199", "14185550199"),
        ("+16135550199", "16135550199"),
        ("+442079460958", "+442079460958"),
        ("+4930123456", "+4930123456"),
        ("+1418555", "+1418555"),
    ],
)
def test_numbers_as_they_are_told(number, told):
    assert wire.dialled(number) == told


@pytest.mark.parametrize(
    "payload, found",
    [
        ({"access_token": "a", "expires_in": 5}, ("a", 5)),
        ({"access_token": "a", "expires_in": "5"}, ("a", 5)),
        ({"access_token": "a"}, ("a", None)),
        ({"access_token": "a", "expires_in": -5}, ("a", None)),
        ({"access_token": "a", "expires_in": 1e9}, ("a", None)),
        ({"access_token": "x" * 8192}, ("x" * 8192, None)),
        ({"access_token": "x" * 8193}, None),
        ({"access_token": ""}, None),
        ({"access_token": "a b"}, None),
        ({"access_token": "a\r\nX: y"}, None),
        ({"access_token": "\xe9"}, None),
        ({"access_token": 7}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
)
def test_tokens(payload, found):
    assert wire.token(payload) == found


@pytest.mark.parametrize(
    "payload, said",
    [
        ({"errors": [{"user_message": "No"}]}, "No"),
        ({"errors": {"user_message": "No", "error_code": "17"}}, "No / 17"),
        ({"errors": [{"user_message": "No", "developer_message": "No"}]}, "No"),
        ({"errors": [{"developer_message": "No"}, {"error_code": "1"}]}, "No / 1"),
        ({"errors": []}, ""),
        ({"errors": None}, ""),
        ({"message": "Unauthorized"}, "Unauthorized"),
        ({"errors": [{"user_message": "N" * 600}]}, "N" * 500),
        ({"errors": [{"user_message": ["No"]}]}, ""),
        ("No", ""),
        (None, ""),
    ],
)
def test_the_words_of_an_error(payload, said):
    assert wire.said(payload) == said


@pytest.mark.parametrize(
    "told, key",
    [
        ("14185550199", ID), ("4185550199", ID), ("+14185550199", ID), (None, ID),
        ("", ID), ("14185550198", None), ("914185550199", None), (7, None),
    ],
)  # fmt: skip
def test_whose_fax_was_taken(told, key):
    answer = [{"fax_id": ID, "destination_fax_number": told}]
    assert wire.taken(answer, "+14185550199") == key


# --- Garbage -------------------------------------------------------------------------


@quick
@given(JUNK)
def test_no_value_makes_a_reader_fail(value):
    assert isinstance(wire.said(value), str)
    assert wire.refused_kind(value) in (None, K.INVALID_NUMBER)
    wire.token(value)
    wire.names_a_fax(value)
    assert wire.taken(value, "+14185550199") in (None, ID)
    assert wire.image(ID, value) in (None, b"%PD")
    for row in wire.rows({"faxes": value}) or []:
        wire.received(row, NOW)
        wire.raw_status(row)


@quick
@given(st.dictionaries(st.sampled_from(NAMES), JUNK))
def test_no_row_makes_a_status_that_says_too_much(row):
    status = wire.status(ID, {"fax_id": ID} | row)
    if status is None:
        return
    if status.state.is_final:
        assert status.raw_status in ("COMPLETE", "ERROR")
    if (status.pages_sent or 0) > 0 and status.raw_status == "ERROR":
        assert status.failure is FailureKind.PARTLY_SENT


@quick
@given(st.dictionaries(st.sampled_from(NAMES), JUNK))
def test_no_row_makes_a_fax_look_lost(row):
    """Whatever may be the fax that is looked for is doubtful, or tells whose it is."""
    wanted = Fingerprint(
        to="+14185550199",
        pages=3,
        after=NOW - timedelta(hours=1),
        before=NOW + timedelta(hours=1),
    )
    if wire.is_doubtful(row, [wanted]):
        return
    told = wire.fax_id(row) and wire.reference(row)
    assert told or wire.e164(row.get("destination_fax_number")) not in (
        None, wanted.to
    )  # fmt: skip


@quick
@given(JUNK)
def test_no_answer_is_believed_that_is_no_json_of_ours(value):
    payload = json.loads(json.dumps(value))
    row = {"fax_id": ID, "completed_timestamp": "2026-03-08T07:00:00Z"}
    received = wire.received(row | {"destination_fax_number": payload}, NOW)
    assert received is None or received.to == wire.e164(payload)
