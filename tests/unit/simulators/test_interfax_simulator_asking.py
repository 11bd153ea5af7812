"""The simulated InterFAX, asked: lists, polls a minute, credit, received faxes."""

from datetime import timedelta

import pytest
import requests

from simulators.interfax import InterfaxSimulator
from unit.providers.provider_rig import Clock
from unit.simulators.interfax_helper import (
    FAXES,
    GOOD,
    PDF,
    caller,
    code,
    key_of,
    sender,
)


@pytest.fixture(scope="module")
def server():
    with InterfaxSimulator(count_pages=lambda document: 1) as simulator:
        yield simulator


@pytest.fixture
def simulator(server):
    server.reset()
    server.clock = Clock()
    server.polls_a_minute = 1000
    return server


@pytest.fixture(scope="module")
def session():
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def call(simulator, session):
    return caller(simulator, session)


@pytest.fixture
def send(call):
    return sender(call)


# --- Asking --------------------------------------------------------------------------


def test_states_come_in_order(call, send, simulator):
    key = key_of(send(to="+14185550101"))
    seen = []
    for seconds in (0, 1, 5):
        simulator.clock.advance(seconds)
        row = call("GET", f"{FAXES}/{key}").json()
        seen.append((row["status"], row["pagesSubmitted"], row["completionTime"]))
    assert seen == [(-1, 0, None), (-3, 1, None), (263, 1, "2026-03-08T06:59:31")]
    assert row["destinationFax"] == "0014185550101" and "reference" not in row
    assert code(call("GET", FAXES + "/1")) == (404, -1005)


def test_the_completed_list_leaves_the_others_out(call, send, simulator):
    keys = [key_of(send(to=to)) for to in (GOOD, "+14185550109", GOOD)]
    path = FAXES + "/completed?ids=" + ",".join([*keys, "7"])
    assert call("GET", path).json() == []
    simulator.clock.advance(60)
    rows = call("GET", path).json()
    assert {str(row["id"]) for row in rows} == {keys[0], keys[2]}
    assert "submitTime" not in rows[0] and rows[0]["costPerUnit"] == 0.15
    for ids in ("", "x", "(1,)"):
        answer = call("GET", FAXES + "/completed", params={"ids": ids})
        assert answer.status_code == 400


def test_the_search(call, send, simulator):
    keys = [key_of(send(reference=f"ref-{number}")) for number in range(3)]
    simulator.clock.advance(60)
    keys.append(key_of(send(to="+14185550101", reference="ref-1")))

    def found(**query):
        rows = call("GET", "/outbound/search", params=query).json()
        return [str(row["id"]) for row in rows]

    assert found() == keys[::-1]
    assert found(sortOrder="asc", limit=2, offset=1) == keys[1:3]
    assert found(reference="ref-1") == [keys[3], keys[1]]
    assert found(reference="ref-") == []
    assert found(ids=f"{keys[0]},{keys[3]},7") == [keys[3], keys[0]]
    assert found(status="Inprocess") == keys[3:]
    assert found(status="0", faxNumber=GOOD) == keys[2::-1]
    simulator.clock.advance(60)
    assert found(status="Failed") == found(status="263") == keys[3:]
    assert found(status="Success", limit=1) == [keys[2]]
    assert found(dateFrom="2026-03-08T07:00:30Z") == keys[3:]
    assert found(dateTo="2026-03-08T07:00:00Z") == keys[2::-1]


@pytest.mark.parametrize(
    "path, query",
    [
        ("/outbound/search", {"q": "x"}),
        ("/outbound/search", {"status": "done"}),
        ("/outbound/search", {"dateFrom": "yesterday"}),
        ("/outbound/search", {"ids": "1;2"}),
        ("/outbound/search", {"contact": "x"}),
        (FAXES, {"offset": "1"}),
        (FAXES, {"reference": "x"}),
        (FAXES, {"limit": "x"}),
        (FAXES, {"sortOrder": "up"}),
        ("/inbound/faxes", {"since": "x"}),
        ("/inbound/faxes", {"unreadOnly": "1"}),
    ],
)
def test_filters_that_it_does_not_know(call, path, query):
    assert call("GET", path, params=query).status_code == 400


def test_lists_have_twenty_five_rows_unless_asked(call, send, simulator):
    keys = [key_of(send()) for _fax in range(30)][::-1]
    for _fax in range(30):
        simulator.receive("", document=PDF)

    def ids(path, name="id", **query):
        return [str(row[name]) for row in call("GET", path, params=query).json()]

    assert ids(FAXES) == ids("/outbound/search") == keys[:25]
    assert ids(FAXES, lastId=keys[24]) == keys[25:]
    assert ids(FAXES, sortOrder="asc", limit=2, lastId=keys[-1]) == keys[-2:-4:-1]
    assert ids(FAXES, limit=100) == keys
    simulator.most_rows = 10
    assert ids(FAXES, limit=100) == keys[:10]
    received = ids("/inbound/faxes", "messageId")
    assert received == sorted(received, reverse=True) and len(received) == 10


def test_six_calls_a_minute_of_each_kind(call, send, simulator):
    simulator.polls_a_minute = 6
    key = key_of(send())
    paths = (FAXES, "/outbound/search", f"{FAXES}/{key}", FAXES + "/completed?ids=1")
    codes = [call("GET", path).status_code for path in paths * 2]
    assert codes == [200] * 6 + [429] * 2
    assert code(call("GET", FAXES)) == (429, -1011)
    codes = [call("GET", "/inbound/faxes").status_code for _call in range(7)]
    assert codes == [200] * 6 + [429]
    simulator.clock.advance(59)
    assert call("GET", FAXES).status_code == 429
    simulator.clock.advance(1)
    assert call("GET", FAXES).status_code == 200
    assert call("GET", "/accounts/self/ppcards/balance").status_code == 200


# --- Credit --------------------------------------------------------------------------


def test_the_card_is_charged_and_refunded(call, send, simulator):
    simulator.balance_at_start = "0.4000"

    def balance():
        return call("GET", "/accounts/self/ppcards/balance").text

    send(), send(to="+14185550101"), send()
    assert balance() == "0.4000"
    simulator.clock.advance(1)
    assert balance() == "0.1000", "two are being sent, the third is held"
    simulator.clock.advance(1)
    assert balance() == "0.2500", "the busy one is given back"
    assert simulator.top_up("0.0500") == "0.1500"
    simulator.clock.advance(5)
    assert balance() == "0.1500"
    assert sorted(simulator.state()["faxes"].values()) == [0, 0, 263]


def test_what_is_held_is_cancelled_after_a_day(send, simulator):
    simulator.balance_at_start, simulator.hold_seconds = "0", 3600
    key = key_of(send())
    for seconds, status in ((1, -22), (3599, -22), (1, 205000)):
        simulator.clock.advance(seconds)
        assert simulator.state()["faxes"] == {key: status}
    simulator.top_up("9")
    assert simulator.state()["faxes"] == {key: 205000}


# --- The rest ------------------------------------------------------------------------


def test_resend_cancel_and_hide(call, send, simulator):
    key = key_of(send(reference="mine"))
    again = key_of(call("POST", f"{FAXES}/{key}/resend?faxNumber=%2B14185550198"))
    assert again != key and simulator.faxes[int(again)].to == "+14185550198"
    assert "reference" not in simulator.faxes[int(again)].query
    assert code(call("POST", f"{FAXES}/{key}/resend?reference=x")) == (400, -150)
    assert code(call("POST", FAXES + "/7/resend")) == (404, -1005)
    assert call("POST", f"{FAXES}/{key}/cancel").status_code == 200
    assert code(call("POST", f"{FAXES}/{key}/cancel")) == (404, -1005)
    assert call("POST", f"{FAXES}/{key}/hide").status_code == 200
    rows = call("GET", FAXES).json()
    assert [str(row["id"]) for row in rows] == [again]
    assert call("GET", f"{FAXES}/{again}/image").content == PDF
    kinds = call("GET", "/outbound/help/mediatype").json()
    assert {"MediaType": "application/pdf", "FileType": "PDF"} in kinds


def test_a_fax_to_an_own_number_comes_in_and_is_marked(call, send, simulator):
    send(to=simulator.numbers[0], csid="+14185550177")
    path = "/inbound/faxes"
    assert call("GET", path).json() == []
    simulator.clock.advance(60)
    (row,) = call("GET", path).json()
    assert (row["phoneNumber"], row["imageStatus"]) == ("5145550177", "UNREAD")
    key = f"{path}/{row['messageId']}"
    assert call("GET", key + "/image").content == PDF
    assert call("GET", key).json() == row and call("GET", key + "/emails").json() == []
    assert call("POST", key + "/mark").status_code == 400
    assert call("POST", key + "/mark?unread=false").status_code == 200
    assert call("GET", key).json()["imageStatus"] == "READ"
    assert call("GET", path + "?unreadOnly=true").json() == []
    assert call("GET", path + f"?lastId={row['messageId']}").json() == []
    assert call("POST", key + "/resend?email=a@b").status_code == 200


def test_doubles_are_noticed(send, simulator):
    send(to="+14185550101")
    simulator.clock.advance(60)
    send(to="+14185550101")
    assert not simulator.doubles, "the first was busy"
    first = key_of(send())
    simulator.clock.advance(60)
    second = key_of(send())
    assert simulator.doubles == [(first, second)]


def test_finish_ends_what_is_not_held(send, simulator):
    simulator.balance_at_start = "0.15"
    send(to="+14185550109"), send()
    simulator.finish()
    simulator.finish()
    assert sorted(simulator.state()["faxes"].values()) == [-22, 0]


def test_reset_forgets_everything(send, simulator):
    send()
    simulator.prepaid = False
    simulator.reset()
    assert (simulator.acceptances, simulator.faxes) == ([], {})
    assert simulator.prepaid and simulator.state()["balance"] == "1000.0000"
    assert simulator.clock() - Clock()() == timedelta(0)
