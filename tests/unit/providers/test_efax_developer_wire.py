"""Reading what eFax Developer says: the facts as a table."""

import pytest

from providers import FaxState
from providers import efax_developer_wire as wire
from providers.efax_developer_codes import (
    HTTP_REFUSALS,
    LEVELS,
    STATES,
    WORDS,
    kind_of,
)
from providers.efax_xml import parse
from unit.providers.efax_developer_rig import K

# As a client's tests have it.
SEEN = """
    <?xml version="1.0"?>
    <OutboundStatusResponse>
      <Transmission>
        <TransmissionControl><TransmissionID></TransmissionID></TransmissionControl>
        <Recipients>
          <Recipient>
            <DOCID>12345678</DOCID>
            <Name>Mike</Name><Company>Moe's</Company><Fax>12345678901</Fax>
            <Status>
              <Message>{message}</Message>
              <Classification>{classification}</Classification>
              <Outcome>{outcome}</Outcome>
            </Status>
            <LastAttempt>
              <LastDate>08/06/2008</LastDate><LastTime>05:49:05</LastTime>
            </LastAttempt>
            <NextAttempt><NextDate></NextDate><NextTime></NextTime></NextAttempt>
            <Pages><Scheduled>3</Scheduled><Sent>{sent}</Sent></Pages>
            <BaudRate>14400</BaudRate><Duration>0.4</Duration><Retries>1</Retries>
            <RemoteCSID>"{csid}"</RemoteCSID>
          </Recipient>
        </Recipients>
      </Transmission>
    </OutboundStatusResponse>
"""


def status(classification="", outcome="", message="", sent="0", csid="-", **options):
    xml = SEEN.format(
        classification=classification,
        outcome=outcome,
        message=message,
        sent=sent,
        csid=csid,
    )
    (found,) = wire.statuses(parse(xml.encode(), 10_000), **options)
    assert found.provider_id == "12345678"
    return found


@pytest.mark.parametrize(
    "classification, outcome, state, failure",
    [
        ("", "", FaxState.QUEUED, None),
        ('""', '""', FaxState.QUEUED, None),
        ('"Success"', '"Success"', FaxState.DELIVERED, None),
        ("Success", "Success", FaxState.DELIVERED, None),
        (' " success " ', "SUCCESS", FaxState.DELIVERED, None),
        ('"Busy"', "", FaxState.WAITING, K.BUSY),
        ('"Busy"', '"Failure"', FaxState.WAITING, K.BUSY),
        ('"Success"', "", FaxState.SENDING, None),
        ("", '"Success"', FaxState.SENDING, None),
        ('"Success"', '"Failure"', FaxState.FAILED, K.UNKNOWN),
        ('"Failure"', '"Success"', FaxState.FAILED, K.UNKNOWN),
        ("", '"Failure"', FaxState.FAILED, K.UNKNOWN),
        ("Apocalyptic failure", "End of days", FaxState.FAILED, K.UNKNOWN),
    ],
)
def test_classification_and_outcome(classification, outcome, state, failure):
    found = status(classification, outcome)
    assert (found.state, found.failure) == (state, failure)


def test_success_is_no_word_of_a_failure():
    assert status('"Unsuccess"', '"Success"').state is FaxState.FAILED
    assert set(STATES.values()) == {
        FaxState.QUEUED, FaxState.DELIVERED, FaxState.SENDING
    }  # fmt: skip


@pytest.mark.parametrize(
    "told, sent, state, pages",
    [
        ("Success", "3", FaxState.DELIVERED, 3),
        ("Success", "", FaxState.DELIVERED, None),
        ("", "3", FaxState.QUEUED, None),  # so it was seen
        ("Busy", "1", FaxState.WAITING, None),
        ("Line error", "0", FaxState.FAILED, None),
        ("Line error", "1", FaxState.PARTIAL, 1),
        ("Line error", "-1", FaxState.FAILED, None),
    ],
)
def test_pages(told, sent, state, pages):
    found = status(told, told, sent=sent)
    assert (found.state, found.pages_sent) == (state, pages)
    if state is FaxState.PARTIAL:
        assert found.failure is K.PARTLY_SENT and not found.failure.facts.redial


def test_what_else_is_told():
    found = status('"No"', '"Never"', "It caused the world to end", csid="Cardiology")
    assert found.raw_status == "No / Never"
    assert found.text == "It caused the world to end"
    assert found.remote_csid == "Cardiology" and found.ended_at is None
    assert status("Success", "Success").remote_csid is None
    ended = status("Success", "Success", zone="America/Los_Angeles").ended_at
    assert ended.isoformat() == "2008-08-06T12:49:05+00:00"


@pytest.mark.parametrize("zone", ["", "Nowhere/Nothing", "../etc/passwd", "\0"])
def test_a_zone_that_there_is_not(zone):
    assert status("Success", "Success", zone=zone).ended_at is None


def test_words_of_failures():
    assert WORDS == {} and kind_of(("No answer",)) is K.UNKNOWN
    words = {"no answer": K.NO_ANSWER, "Fax Machine": K.NOT_A_FAX}
    assert status("x", "y", "There was No Answer.", words=words).failure is K.NO_ANSWER
    assert status("not a fax machine", "", words=words).failure is K.NOT_A_FAX
    assert status("x", "y", words=words).failure is K.UNKNOWN


@pytest.mark.parametrize("xml", ["<a/>", "<OutboundResponse/>", ""])
def test_what_tells_no_status(xml):
    assert wire.statuses(parse(xml.encode(), 1000)) is None


def test_an_answer_about_nothing_is_one():
    assert wire.statuses(parse(b"<OutboundStatusResponse/>", 1000)) == []


def test_only_a_mistake_of_ours_proves_anything():
    assert LEVELS == {"user": True, "system": False}
    assert all(400 < status < 500 for status in HTTP_REFUSALS)
    assert not {408, 409, 421, 423, 425} & set(HTTP_REFUSALS)


@pytest.mark.parametrize(
    "account, own, to",
    [
        ("5145550177", ["+15145550177"], "+15145550177"),
        ("", ["+15145550177"], "+15145550177"),
        ("", [], ""),
    ],
)
def test_receivers(account, own, to):
    assert wire.receiver(account, own) == to
