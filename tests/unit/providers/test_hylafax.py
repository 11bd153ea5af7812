"""HylaFAX against its simulator: the account, sending, what came of it."""

from datetime import timedelta

import pytest

from providers import HylafaxProvider, NumberInfo
from providers.hylafax_calls import DEFAULTS
from simulators.faults import Fault
from unit.providers.hylafax_rig import (
    K,
    make_provider,
    nothing_asked,
    number,
    refused,
)
from unit.providers.provider_contract import ProviderContract, look
from unit.providers.provider_rig import DOCUMENT, SENDER

TIFF = b"II*\0 three pages, black and white"


class TestHylafax(ProviderContract):
    @pytest.fixture
    def rig(self, hylafax_rig):
        return hylafax_rig


# --- The account ---------------------------------------------------------------------


def test_verify_tells_the_server(hylafax_rig, hfaxd):
    assert hylafax_rig.provider.verify().name == "HylaFAX 6.0.7, fax"
    hfaxd.greeting = "220 hello"
    assert hylafax_rig.provider.verify().name == "HylaFAX"


def test_a_remark_before_the_greeting(hylafax_rig, hfaxd):
    hfaxd.before_greeting = "130 Warning, no inverse address mapping for your host."
    assert hylafax_rig.provider.verify()


@pytest.mark.parametrize("user, password", [("clinic", "wrong"), ("nobody", "sesame")])
def test_a_login_that_is_refused(hylafax_rig, user, password):
    hylafax_rig.provider.credentials |= {"user": user, "password": password}
    error = refused(hylafax_rig.provider.verify)
    assert (error.kind, error.proven_not_sent) == (K.CREDENTIALS, True)
    assert error.code in ("USER 530", "PASS 530")
    assert refused(hylafax_rig.provider.submit, hylafax_rig.request()).proven_not_sent


@pytest.mark.parametrize(
    "value", ["", None, "two words", "caf\xe9", "a\nb", "a\r\nJSUBM", 'a"b', "x" * 65]
)
@pytest.mark.parametrize("name", ["user", "password"])
def test_a_login_that_can_be_none_is_not_sent(hylafax_rig, hfaxd, name, value):
    hylafax_rig.provider.credentials[name] = value
    error = refused(hylafax_rig.provider.verify)
    assert (error.kind, error.code) == (K.CREDENTIALS, "login")
    assert nothing_asked(hfaxd)


def test_logins_that_are_unusual(hylafax_rig, hfaxd):
    hfaxd.users = {"clinic": "", "other": "-dash"}
    assert hylafax_rig.provider.verify(), "no password asked for"
    hylafax_rig.provider.credentials |= {"user": "other", "password": "-dash"}
    assert hylafax_rig.provider.verify()


@pytest.mark.parametrize(
    "name, value",
    [("host", "a b"), ("host", "fax\r\n"), ("host", "http://fax"), ("port", "fax"),
     ("port", "0"), ("port", "70000"), ("number", "5145550177"), ("number", "")],
)  # fmt: skip
def test_an_account_that_is_not_set_up(hfaxd, name, value):
    before = hfaxd.connections
    error = refused(make_provider(hfaxd, **{name: value}).verify)
    assert error.kind is K.PROVIDER_UNAVAILABLE and error.proven_not_sent
    assert error.code in ("host", "port", "number")
    assert hfaxd.connections == before


def test_the_form_asks_for_what_the_provider_takes():
    form = HylafaxProvider.form
    assert {(each.name, each.secret) for each in form.credentials} == {
        ("user", False),
        ("password", True),
    }
    assert {each.name for each in form.settings} <= set(DEFAULTS)
    assert any("not encrypt" in step for step in form.steps)
    by_name = {each.name: each for each in form.settings}
    assert int(by_name["kept_minutes"].default) == DEFAULTS["kept_minutes"]
    for each in form.settings:
        assert not each.choices or each.default in dict(each.choices)


def test_the_number_of_the_line_is_the_account_s(hylafax_rig):
    assert hylafax_rig.provider.list_numbers() == [NumberInfo(number=SENDER)]


def test_the_account_s_only_number_is_that_of_the_line(hfaxd):
    for own, known in (
        ([SENDER], True),
        ([], False),
        ([SENDER, number("0198")], False),
    ):
        provider = make_provider(hfaxd, number="", own_numbers=own)
        if known:
            assert provider.list_numbers() == [NumberInfo(number=SENDER)]
        else:
            assert refused(provider.list_numbers).code == "number"


# --- Sending -------------------------------------------------------------------------


def test_what_is_sent_is_what_was_frozen(hylafax_rig, hfaxd):
    key = hylafax_rig.submit()
    (job,) = hfaxd.jobs.values()
    assert job.document == DOCUMENT and "FORM PDF" in hfaxd.commands
    assert key == f"{job.number}-ref-1"


def test_the_server_is_asked_to_dial_once_and_told_no_more_than_it_needs(
    hylafax_rig, hfaxd
):
    hylafax_rig.submit()
    (job,) = hfaxd.jobs.values()
    assert job.values == {
        "FROMUSER": "clinic",
        "NOTIFYADDR": "clinic",
        "NOTIFY": "none",
        "JOBINFO": "ref-1",
        "MAXDIALS": "1",
        "MAXTRIES": "1",
        "LASTTIME": "000300",
        "DIALSTRING": hylafax_rig.good,
        "EXTERNAL": hylafax_rig.good,
        "VRES": "196",
        "PAGEWIDTH": "216",
        "PAGELENGTH": "279",
        "PAGECHOP": "none",
        "MODEM": "any",
        "TSI": SENDER,
    }


def test_settings_of_the_line(hfaxd, hylafax_rig):
    provider = make_provider(
        hfaxd,
        modem="ttyS1",
        resolution="standard",
        paper="a4",
        dial="digits",
        prefix="9,",
        give_up_minutes="1500",
    )
    provider.submit(hylafax_rig.request(sender=None))
    (job,) = hfaxd.jobs.values()
    values = {"MODEM": "ttyS1", "VRES": "98", "PAGEWIDTH": "210", "PAGELENGTH": "297"}
    values |= {"DIALSTRING": "9,14185550199", "EXTERNAL": hylafax_rig.good}
    values |= {"LASTTIME": "010100"}
    assert values.items() <= job.values.items() and "TSI" not in job.values


@pytest.mark.parametrize(
    "settings",
    [{"modem": 'any"\r\nJSUBM'}, {"modem": "a b"}, {"prefix": "call me"},
     {"paper": "a0"}, {"resolution": "superb"}, {"give_up_minutes": "soon"},
     {"give_up_minutes": "-1"}],
)  # fmt: skip
def test_settings_that_cannot_be(hfaxd, hylafax_rig, settings):
    provider = make_provider(hfaxd, **settings)
    error = refused(provider.submit, hylafax_rig.request())
    assert error.proven_not_sent and error.code in settings
    assert not hfaxd.jobs


@pytest.mark.parametrize("reference", ["a b", "a\nJSUBM", 'a"b', "-a", "a" * 64])
def test_a_reference_that_would_not_come_back(hfaxd, hylafax_rig, reference):
    request = hylafax_rig.request(reference=reference)
    assert refused(hylafax_rig.provider.submit, request).code == "reference"
    assert not hfaxd.jobs


def test_a_server_that_shows_no_number_of_ours(hfaxd, hylafax_rig):
    hfaxd.allows_tsi = False
    hylafax_rig.submit()
    (job,) = hfaxd.jobs.values()
    assert job.submitted_at and "TSI" not in job.values


# --- The document --------------------------------------------------------------------


def test_a_fax_image_is_sent_as_it_is(hfaxd, hylafax_rig):
    hylafax_rig.submit(document=TIFF)
    (job,) = hfaxd.jobs.values()
    assert job.document == TIFF and "FORM TIFF" in hfaxd.commands


def test_the_image_of_the_preview_is_sent_where_we_can_make_it(hfaxd, hylafax_rig):
    asked = []

    def render(document, resolution):
        asked.append((document, resolution))
        return TIFF

    provider = make_provider(hfaxd, render=render, resolution="standard")
    provider.submit(hylafax_rig.request())
    (job,) = hfaxd.jobs.values()
    assert (job.document, asked) == (TIFF, [(DOCUMENT, "standard")])


def test_a_document_that_is_none(hfaxd, hylafax_rig):
    def render(document, resolution):
        raise ValueError("page 2 of Zoe Quicksilver cannot be read")

    for provider in (make_provider(hfaxd), make_provider(hfaxd, render=render)):
        document = DOCUMENT if provider.render else b"GIF89a"
        error = refused(provider.submit, hylafax_rig.request(document=document))
        assert error.kind is K.DOCUMENT_REJECTED and error.proven_not_sent
    assert nothing_asked(hfaxd)


def test_a_document_that_did_not_arrive_whole(hfaxd, hylafax_rig, monkeypatch):
    monkeypatch.setattr(
        "simulators.hfaxd_session.Session.do_size", lambda self, name: "213 7"
    )
    error = refused(hylafax_rig.provider.submit, hylafax_rig.request())
    assert (error.proven_not_sent, error.code) == (True, "size")
    assert not hfaxd.jobs


def test_nothing_is_left_behind_when_the_server_refuses(hfaxd, hylafax_rig):
    hfaxd.faults.add(Fault("redirect", route="parameter", skip=3))
    refused(hylafax_rig.provider.submit, hylafax_rig.request())
    assert not hfaxd.jobs and "JDELE 1" in hfaxd.commands


# --- Time ----------------------------------------------------------------------------


def test_the_deadline_is_looked_at_again_before_the_job_is_handed_over(
    hfaxd, hylafax_rig
):
    start = hylafax_rig.clock()
    ticks = iter([0, 0, 61])
    hylafax_rig.provider.clock = lambda: start + timedelta(seconds=next(ticks))
    request = hylafax_rig.request(deadline=start + timedelta(seconds=60))
    error = refused(hylafax_rig.provider.submit, request)
    assert (error.proven_not_sent, error.code) == (True, "deadline")
    assert next(ticks, None) is None and not hfaxd.jobs
    assert "JSUBM" not in hfaxd.commands


@pytest.mark.parametrize(
    "route, proven", [("store", True), ("new", True), ("submit", False)]
)
def test_the_deadline_of_the_request_is_that_of_the_session(
    hfaxd, hylafax_rig, route, proven
):
    hfaxd.faults.add(Fault("late", route=route, seconds=5))
    request = hylafax_rig.request(deadline=hylafax_rig.clock() + timedelta(seconds=0.3))
    assert refused(hylafax_rig.provider.submit, request).proven_not_sent is proven


def test_a_trickle_does_not_last_for_ever(hfaxd, hylafax_rig):
    hfaxd.faults.add(Fault("trickle", route="submit", seconds=9))
    request = hylafax_rig.request(deadline=hylafax_rig.clock() + timedelta(seconds=0.3))
    assert not refused(hylafax_rig.provider.submit, request).proven_not_sent
    assert look(hylafax_rig, request), "it was taken"


# --- Outcomes ------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["0101", "0116"])
def test_what_may_be_dialled_again(hylafax_rig, to):
    key = hylafax_rig.submit(number(to))
    hylafax_rig.finish()
    assert hylafax_rig.status(key).failure.facts.redial


def test_pages_that_arrived_are_counted_and_never_sent_again(hylafax_rig):
    key = hylafax_rig.submit(number("0105"))
    hylafax_rig.finish()
    status = hylafax_rig.status(key)
    assert (status.pages_sent, status.failure) == (1, K.PARTLY_SENT)
    assert not status.failure.facts.redial
    assert status.text.startswith("Unspecified Transmit Phase C error")


def test_a_text_of_several_lines(hylafax_rig):
    key = hylafax_rig.submit(number("0106"))
    other = hylafax_rig.submit()
    hylafax_rig.finish()
    statuses = hylafax_rig.provider.fetch_status([key, other])
    assert statuses[key].text == "Document preparation failed: first line second line"
    assert statuses[other].state == "delivered"
