"""InterFAX against its simulator: the account, sending one or several, outcomes."""

from decimal import Decimal

import pytest

from providers import InterfaxProvider, Resolution
from providers.interfax_calls import DEFAULTS
from simulators.faults import Fault
from simulators.messages import Reply
from unit.providers.documo_rig import refused
from unit.providers.interfax_rig import (
    K,
    asked,
    make_provider,
    replies,
)
from unit.providers.provider_contract import ProviderContract
from unit.providers.provider_rig import DOCUMENT, SENDER


@pytest.fixture
def simulator(interfax):
    return interfax


@pytest.fixture
def rig(interfax_rig):
    return interfax_rig


class TestInterfax(ProviderContract):
    @pytest.fixture
    def rig(self, interfax_rig, interfax):
        interfax.polls_a_minute = 1000  # the contract asks often; see below for 6
        return interfax_rig


# --- The account ---------------------------------------------------------------------


def test_the_balance_is_a_bare_decimal(rig, simulator):
    simulator.balance_at_start = "3.8500"
    balance = rig.provider.balance()
    assert (balance.amount, balance.unit) == (Decimal("3.8500"), "credits")
    rig.provider.settings["currency"] = "USD"
    assert rig.provider.balance().unit == "USD"


@pytest.mark.parametrize(
    "body, amount",
    [
        (b"3.8500", "3.85"),
        (b" 0\r\n", "0"),
        (b'"12.5"', "12.5"),
        (b"-0.15", "-0.15"),
        (b"", None),
        (b"{}", None),
        (b'{"balance": 3}', None),
        (b"3,85", None),
        (b"1e5", None),
        (b"NaN", None),
        (b"\xff", None),
        (b"9" * 40, None),
        ("\u0663".encode(), None),
    ],
)
def test_what_is_no_decimal_is_no_balance(rig, simulator, monkeypatch, body, amount):
    replies(monkeypatch, simulator, "get_balance", lambda request: Reply(200, body))
    if amount:
        assert rig.provider.balance().amount == Decimal(amount)
    else:
        assert refused(rig.provider.balance).code == "unreadable"


@pytest.mark.parametrize("user, password", [("clinic", "wrong"), ("other", "clinic")])
def test_a_wrong_login(rig, simulator, user, password):
    rig.provider.credentials.update(username=user, password=password)
    error = refused(rig.provider.verify)
    assert (error.kind, error.code) == (K.CREDENTIALS, "-1003")
    assert asked(simulator, "balance", "list") == 1


@pytest.mark.parametrize(
    "user, password",
    [("", "x"), ("x", ""), (None, None), ("a:b", "x"), ("a\nb", "x"), (" ", " ")],
)
def test_a_login_that_can_be_none_is_not_sent(rig, simulator, user, password):
    rig.provider.credentials.update(username=user, password=password)
    assert refused(rig.provider.verify).kind is K.CREDENTIALS
    assert refused(rig.provider.submit, rig.request()).proven_not_sent
    assert not simulator.requests


def test_a_login_as_it_was_pasted(rig, simulator):
    simulator.password = "p:\u00e9 "
    rig.provider.credentials.update(username=" clinic\n", password="p:\u00e9 ")
    assert rig.provider.verify()


def test_an_account_without_a_card_is_verified_by_its_list(rig, simulator):
    simulator.prepaid = False
    assert rig.provider.verify()
    assert refused(rig.provider.balance).code == "-1005"


def test_verify_does_not_take_any_page_for_the_provider(rig, simulator):
    simulator.faults.add(Fault("garbled", route="balance"))
    assert refused(rig.provider.verify).code == "unreadable"
    simulator.prepaid = False
    simulator.faults.add(Fault("garbled", route="list"))
    assert refused(rig.provider.verify).code == "unreadable"


def test_the_form_asks_for_what_the_provider_takes():
    form = InterfaxProvider.form
    names = [(each.name, each.secret) for each in form.credentials]
    assert names == [("username", False), ("password", True)]
    assert {each.name for each in form.settings} <= set(DEFAULTS)
    assert form.settings[0].default == DEFAULTS["base_url"]
    assert form.callback_steps and not form.callback_login


# --- What is sent --------------------------------------------------------------------


def test_what_is_sent_is_what_was_frozen(rig, simulator):
    provider_id = rig.submit()
    (taken,) = simulator.acceptances
    fax = simulator.faxes[int(provider_id)]
    assert (taken.provider_id, taken.to) == (provider_id, rig.good)
    assert fax.document == DOCUMENT
    assert fax.query == {
        "faxNumber": rig.good,
        "reference": "ref-1",
        "retriesToPerform": "0",
        "csid": SENDER,
        "pageSize": "letter",
        "resolution": "fine",
    }


@pytest.mark.parametrize(
    "to, settings, changes, given",
    [
        ("+442079460958", {}, {}, {"pageSize": "a4"}),
        (None, {"page_size": "legal"}, {}, {"pageSize": "legal"}),
        (None, {"page_size": ""}, {}, {"pageSize": None}),
        (None, {"retries": "2"}, {}, {"retriesToPerform": "2"}),
        (None, {"retries": ""}, {}, {"retriesToPerform": None}),
        (None, {}, {"sender": None}, {"csid": None}),
        (None, {"csid": "Clinic of the North East"}, {},
         {"csid": "Clinic of the North "}),
        (None, {"page_header": "{From} {TotalPages}"}, {},
         {"pageHeader": "{From} {TotalPages}"}),
        (None, {"fit_to_page": "scale", "rendering": "bw"}, {},
         {"fitToPage": "scale", "rendering": "bw"}),
        (None, {"page_orientation": "portrait"}, {}, {"pageOrientation": "portrait"}),
        (None, {}, {"resolution": Resolution.STANDARD}, {"resolution": "standard"}),
    ],
)  # fmt: skip
def test_parameters_of_a_submission(rig, simulator, to, settings, changes, given):
    rig.provider = make_provider(simulator, **settings)
    provider_id = rig.submit(to, **changes)
    query = simulator.faxes[int(provider_id)].query
    assert {name: query.get(name) for name in given} == given
    assert not {"contact", "replyAddress", "postponeTime"} & set(query)


def test_several_documents_are_one_fax(rig, simulator):
    provider_id = rig.submit(further=(b"%PDF second", b"%PDF\r\n--third"), pages=9)
    (taken,) = simulator.acceptances
    assert (taken.provider_id, taken.pages) == (provider_id, 9)
    fax = simulator.faxes[int(provider_id)]
    assert fax.document == DOCUMENT + b"%PDF second%PDF\r\n--third"
    assert taken.file_name == "FAX-2026-00123.pdf"


@pytest.mark.parametrize(
    "settings, changes, kind, code",
    [
        ({}, {"pages": 101}, K.TOO_MANY_PAGES, "too_many_pages"),
        ({"most_pages": 2}, {}, K.TOO_MANY_PAGES, "too_many_pages"),
        ({"most_megabytes": 1e-6}, {}, K.DOCUMENT_REJECTED, "too_large"),
        ({"most_megabytes": 5e-5}, {"further": (b"x" * 40,)}, K.DOCUMENT_REJECTED,
         "too_large"),
    ],
)  # fmt: skip
def test_limits_are_known_beforehand(rig, simulator, settings, changes, kind, code):
    rig.provider = make_provider(simulator, **settings)
    error = refused(rig.provider.submit, rig.request(**changes))
    assert (error.kind, error.code, error.proven_not_sent) == (kind, code, True)
    assert not simulator.requests


def test_limits_may_be_raised_by_the_provider(rig, simulator):
    rig.provider = make_provider(simulator, most_pages=300)
    assert rig.submit(pages=200)
