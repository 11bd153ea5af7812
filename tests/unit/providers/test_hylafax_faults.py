"""HylaFAX: a session that breaks at each of its steps says no more than is known."""

import contextlib
import time

import pytest

from providers import ProviderError
from providers.hylafax_wire import (
    LONGEST_LINE,
    Refused,
    Reply,
    Session,
    Unreadable,
)
from simulators.faults import Fault
from unit.providers.hylafax_rig import K, make_provider, number, refused, saying
from unit.providers.provider_contract import look

BROKEN = ("reset_before_body", "reset_after_body", "answer_lost", "cut", "garbled")
BEFORE = ("login", "other", "store", "new", "parameter")
TAKEN = ("answer_lost", "cut", "garbled", "server_error_after")


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("route", BEFORE)
@pytest.mark.parametrize("skip", [0, 1])
def test_nothing_has_left_before_the_job_is_handed_over(
    hylafax_rig, hfaxd, route, what, skip
):
    if skip and route in ("store", "new"):
        pytest.skip("asked once only")
    hfaxd.faults.add(Fault(what, route=route, skip=skip))
    request = hylafax_rig.request()
    error = refused(hylafax_rig.provider.submit, request)
    assert error.proven_not_sent and not hfaxd.acceptances
    assert hfaxd.faults.shown, "the fault was met"
    assert look(hylafax_rig, request) == []


@pytest.mark.parametrize("what", ["reset_on_connect", "reset_in_body"])
def test_nothing_has_left_before_the_pages_are_up(hylafax_rig, hfaxd, what):
    hfaxd.faults.add(Fault(what, route="store"))
    error = refused(hylafax_rig.provider.submit, hylafax_rig.request())
    assert error.may_redial and not hfaxd.jobs


@pytest.mark.parametrize("what", BROKEN + ("server_error", "server_error_after"))
def test_nobody_knows_from_the_first_byte_of_handing_over(hylafax_rig, hfaxd, what):
    hfaxd.faults.add(Fault(what, route="submit"))
    request = hylafax_rig.request()
    error = refused(hylafax_rig.provider.submit, request)
    assert not error.proven_not_sent and not error.may_redial
    assert len(hfaxd.acceptances) == (what in TAKEN)
    assert hfaxd.commands.count("JSUBM") == 1, "once, whatever happens"
    assert len(look(hylafax_rig, request)) == (what in TAKEN)
    assert not hfaxd.doubles


def test_a_job_that_the_server_would_not_hand_over(hylafax_rig, hfaxd):
    """A documented refusal: the job lacks something, or is not there."""
    hfaxd.faults.add(Fault("redirect", route="submit"))  # 500
    error = refused(hylafax_rig.provider.submit, hylafax_rig.request())
    assert error.proven_not_sent and error.code == "JSUBM 500"
    assert not hfaxd.acceptances


def test_a_job_that_the_scheduler_would_not_have(hylafax_rig, hfaxd):
    """The reply is the same as when nobody schedules; the finished jobs tell."""
    request = hylafax_rig.request(number("0104"))
    error = refused(hylafax_rig.provider.submit, request)
    assert (error.kind, error.proven_not_sent) == (K.INVALID_NUMBER, True)
    assert error.text.startswith("REJECT: Unable to convert dial string")
    assert look(hylafax_rig, request) == [] and not hfaxd.acceptances


@pytest.mark.parametrize("what", BROKEN)
def test_a_rejection_that_cannot_be_looked_at_leaves_it_open(hylafax_rig, hfaxd, what):
    hfaxd.faults.add(Fault(what, route="list"))
    error = refused(hylafax_rig.provider.submit, hylafax_rig.request(number("0104")))
    assert (error.proven_not_sent, error.code) == (False, "JSUBM 460")


def test_a_goodbye_that_fails_takes_nothing_back(hylafax_rig, hfaxd, monkeypatch):
    def broken(session):
        raise ConnectionResetError

    monkeypatch.setattr(Session, "_say_goodbye", lambda self: _swallowed(broken))
    assert hylafax_rig.submit()
    monkeypatch.undo()
    monkeypatch.setattr("simulators.hfaxd_session.Session.do_quit", broken)
    assert hylafax_rig.submit()


def _swallowed(call):
    with contextlib.suppress(OSError):
        call(None)


def test_nobody_listens(hylafax_rig, hfaxd):
    hfaxd.listen(False)
    error = refused(hylafax_rig.provider.submit, hylafax_rig.request())
    assert (error.kind, error.code) == (K.PROVIDER_UNAVAILABLE, "connect")
    assert error.may_redial


def test_a_name_that_nobody_has(hfaxd, hylafax_rig):
    provider = make_provider(hfaxd, host="no-such-host.invalid")
    error = refused(provider.submit, hylafax_rig.request())
    assert error.code == "resolve" and error.may_redial


@pytest.mark.parametrize("what", BROKEN + ("reset_in_body", "server_error"))
@pytest.mark.parametrize("skip", [0, 1])
def test_half_a_list_is_no_list(hylafax_rig, hfaxd, what, skip):
    """It would look like "not there", which allows sending again."""
    request = hylafax_rig.request()
    key = hylafax_rig.provider.submit(request).provider_id
    for call in (
        lambda: look(hylafax_rig, request),
        lambda: hylafax_rig.provider.fetch_status([key]),
    ):
        hfaxd.faults.clear()
        hfaxd.faults.add(Fault(what, route="list", skip=skip))
        if what == "reset_in_body" and not skip:
            assert refused(call).proven_not_sent
        else:
            refused(call)
    hfaxd.faults.clear()
    assert look(hylafax_rig, request) == [key]


# --- What no fax server says ---------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\r\n",
        b"hello\r\n",
        b"220",
        b"220-\r\n",
        b"220-a\r\n221 b\r\n",
        b"999 no\r\n",
        b"\xff\xfe\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2p1\r\n",
        b"220 ok\r\n331 ok\r\nno\r\n",
        b"420 fax server cannot initialize\r\n",
        b"130 a\r\n" * 3,
        b"130 a\r\n" * 9000,
        b"220-" + b"a" * (LONGEST_LINE + 2),
        b"220-a\r\n" * 20000,
    ],
)
def test_hostile_greetings(hylafax_rig, hfaxd, said):
    def script(sock):
        sock.sendall(said)
        sock.recv(100)

    with saying(script) as port:
        provider = make_provider(hfaxd, port=port, read_seconds=0.5)
        error = refused(provider.verify)
        assert error.proven_not_sent and error.kind is K.PROVIDER_UNAVAILABLE


def test_a_greeting_byte_by_byte_does_not_last_for_ever(hylafax_rig, hfaxd):
    def script(sock):
        while True:
            sock.sendall(b"2")
            time.sleep(0.05)

    with saying(script) as port:
        provider = make_provider(hfaxd, port=port, read_seconds=0.3)
        began = time.monotonic()
        assert refused(provider.verify).code == "greeting"
        assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    "reply",
    ["200 ok", "227 Entering passive mode", "227 (1,2,3,4,0,0)",
     "227 (1,2,3,4,999,999)", "227 (1,2,3,4,5)", "425 Cannot setup"],
)  # fmt: skip
def test_nowhere_to_send_pages_to(hylafax_rig, hfaxd, monkeypatch, reply):
    monkeypatch.setattr(
        "simulators.hfaxd_session.Session.do_pasv", lambda self, rest: reply
    )
    error = refused(hylafax_rig.provider.submit, hylafax_rig.request())
    assert error.proven_not_sent and not hfaxd.jobs


@pytest.mark.parametrize("name", ["do_stot", "do_jnew"])
@pytest.mark.parametrize("reply", ["200 ok", "226 (FILE: ../../x)", "200 jobid: x"])
def test_names_that_make_no_sense(hylafax_rig, hfaxd, monkeypatch, name, reply):
    monkeypatch.setattr(
        f"simulators.hfaxd_session.Session.{name}", lambda self, rest: reply
    )
    error = refused(hylafax_rig.provider.submit, hylafax_rig.request())
    assert error.proven_not_sent and not hfaxd.acceptances


def test_no_command_can_be_smuggled_into_another():
    session = Session("127.0.0.1", 1, seconds=1)
    for line in ("NOOP\r\nJSUBM", "NOOP\nJSUBM", "NOOP\0"):
        with pytest.raises(Unreadable):
            session.command(line)


def test_a_refusal_shows_no_more_than_its_command(hylafax_rig, hfaxd):
    said = "530 not Quicksilver"
    assert "Quicksilver" not in repr(Refused("PASS", Reply(530, said)))
    with pytest.raises(ProviderError) as caught:
        hylafax_rig.provider.credentials["password"] = "Quicksilver"
        hylafax_rig.provider.verify()
    assert "Quicksilver" not in repr(caught.value) + str(caught.value.text)
