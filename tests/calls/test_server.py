"""What the fax server says itself: our simulator of it is not merely our own idea."""

from datetime import timedelta

import pytest

from calls import line, pages
from faxlab import stations
from providers import FailureKind, Fingerprint, ProviderError
from providers.hylafax_wire import Session
from simulators.hfaxd import HfaxdSimulator

LOGIN = ["USER clinic", "PASS sesame"]
# A command of each kind that the provider sends, or that may go wrong with it.
DIALOGUES = {
    "not logged in": ["NOOP", "JNEW", "PASS sesame", "USER clinic", "PASS wrong"],
    "settings": [*LOGIN, "TZONE GMT", "TYPE I", "MODE S", "FORM PDF", "FORM TIFF",
                 "FORM XYZ", "MODE B", "PASS sesame"],
    "a job": [*LOGIN, "JNEW", 'JPARM JOBINFO "a-reference"', "JPARM JOBINFO",
              "JPARM MAXDIALS 1", "JPARM MAXTRIES 1", "JPARM LASTTIME 000300",
              'JPARM NOTIFY "none"', 'JPARM NOTIFY "often"', 'JPARM PAGECHOP "none"',
              "JPARM VRES 98", "JPARM VRES fine", "JPARM DOCUMENT /tmp/none.pdf",
              "JPARM NONSENSE 1", "JSUBM", 'JPARM DIALSTRING "+15145550101"',
              'JPARM EXTERNAL "+15145550101"', 'JPARM MODEM "any"',
              'JPARM TSI "+15145550177"'],
    "no such job": [*LOGIN, "JOB 31999", "JKILL 31999", "JDELE 31999"],
    "lists": [*LOGIN, 'JOBFMT "%j%J%s"', 'RCVFMT "%f%Z"', "SIZE /tmp/none.pdf"],
    "nonsense": [*LOGIN, "FAXME", "QUIT"],
}  # fmt: skip


def said(host: str, port: int, lines: list[str]) -> list[str]:
    """The replies to some commands."""
    replies = []
    with Session(host, port, seconds=10).opened() as session:
        for each in lines:
            reply = session.command(each)
            replies.append(f"{each}: {reply.code} {reply.text}")
    return replies


@pytest.mark.parametrize("name", DIALOGUES)
def test_the_simulator_says_what_the_server_says(calls, name):
    lines = DIALOGUES[name]
    real = said(stations.HOST, stations.SERVERS["far"], lines)
    with HfaxdSimulator() as simulator:
        simulated = said("127.0.0.1", simulator.port, lines)
    assert _alike(real) == _alike(simulated)


def _alike(replies: list[str]) -> list[str]:
    """Without the number of a new job."""
    return [
        "a new job" if each.startswith("JNEW: 200") else _no_job_number(each)
        for each in replies
    ]


def _no_job_number(reply: str) -> str:
    before, found, after = reply.partition("Cannot submit job ")
    return before + found + after.lstrip("0123456789")


def test_verify_tells_the_version(calls):
    assert line.provider("office").verify().name.startswith("HylaFAX 6.")


def test_a_wrong_password(calls):
    account = line.provider("office")
    account.credentials["password"] = "wrong"
    with pytest.raises(ProviderError) as caught:
        account.verify()
    assert caught.value.kind is FailureKind.CREDENTIALS


@pytest.mark.parametrize("name", ["inbound", "no line", "stopped"])
def test_a_fax_is_found_by_our_reference(calls, name):
    fax = calls.wait(name)
    _number, reference = fax.provider_id.split("-", 1)
    fingerprint = Fingerprint(
        to=fax.to,
        pages=1,
        after=calls.began,
        before=calls.began + timedelta(minutes=10),
    )
    found = fax.account.find_all({reference: fingerprint, "another": fingerprint})
    assert [each.provider_id for each in found[reference]] == [fax.provider_id]
    assert found["another"] == []


def test_a_document_that_the_server_cannot_read(calls):
    """Taken, and then refused: its converter says why in several lines."""
    account = line.provider("far", 1)
    fax = calls.submit("broken", stations.number(0), b"%PDF-1.4 nonsense", account)
    status = calls.wait(fax.name).status
    assert status.failure is FailureKind.DOCUMENT_REJECTED
    assert status.pages_sent == 0 and "\n" not in status.text


def test_a_job_that_the_scheduler_would_not_have(calls):
    account = line.provider("far", modem="ttyNone")
    with pytest.raises(ProviderError) as caught:
        calls.submit("no modem", stations.number(0), pages.ONE, account)
    error = caught.value
    assert error.kind is FailureKind.PROVIDER_UNAVAILABLE and error.proven_not_sent
    assert error.text == "REJECT: Requested modem ttyNone is not registered"
