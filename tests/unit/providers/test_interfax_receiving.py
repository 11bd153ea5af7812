"""InterFAX: received faxes against the simulator; callbacks, which anyone may send."""

import time
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import CallbackRefused, FailureKind, InterfaxProvider
from simulators.faults import Fault
from simulators.messages import Reply
from unit.providers.documo_rig import refused
from unit.providers.interfax_rig import asked, lists, make_provider
from unit.providers.provider_contract import EPOCH
from unit.providers.provider_rig import DOCUMENT, SENDER
from unit.providers.test_documo_callbacks import quick

PROVIDER = InterfaxProvider({}, {})


@pytest.fixture
def simulator(interfax):
    return interfax


@pytest.fixture
def rig(interfax_rig):
    return interfax_rig


# --- Received faxes ------------------------------------------------------------------


@pytest.mark.parametrize("times", ["iso", "day_first"])
@pytest.mark.parametrize("numbers", ["national", "e164"])
def test_a_received_fax(rig, simulator, times, numbers):
    simulator.time_style, simulator.number_style = times, numbers
    key = simulator.receive("+14185550199", document=DOCUMENT)
    (received,) = rig.provider.list_received(EPOCH)
    assert (received.provider_id, received.to) == (key, SENDER)
    assert (received.sender, received.csid) == ("+14185550199", "Sender")
    assert (received.pages, received.received_at) == (1, rig.clock())
    assert rig.provider.fetch_received(key) == DOCUMENT


def test_a_number_without_its_country_is_one_of_ours(simulator, rig):
    """Of London, which ten digits alone would make one of Idaho."""
    simulator.numbers = ["+442084978672"]
    own = ("+15145550177", "+442084978672")
    rig.provider = make_provider(simulator, own_numbers=own)
    simulator.receive("", document=DOCUMENT)
    (received,) = rig.provider.list_received(EPOCH)
    assert (received.to, received.sender) == ("+442084978672", None)


def test_what_is_fetched_is_marked_as_read(rig, simulator):
    key = simulator.receive("", document=DOCUMENT)
    rig.provider.list_received(EPOCH)
    assert not simulator.inbound[int(key)].read, "a look changes nothing"
    rig.provider.fetch_received(key)
    assert simulator.inbound[int(key)].read
    assert len(rig.provider.list_received(EPOCH)) == 1, "and is listed all the same"


def test_a_mark_that_fails_costs_no_pages(rig, simulator):
    key = simulator.receive("", document=DOCUMENT)
    simulator.faults.add(Fault("server_error", route="mark"))
    assert rig.provider.fetch_received(key) == DOCUMENT


def test_marks_by_setting(rig, simulator):
    rig.provider = make_provider(simulator, mark_read=False)
    rig.provider.fetch_received(simulator.receive("", document=DOCUMENT))
    assert asked(simulator, "mark") == 0


def test_only_what_came_in_since_oldest_first(rig, simulator):
    keys = []
    for _fax in range(3):
        keys.append(simulator.receive("", document=DOCUMENT))
        rig.clock.advance(60)
    since = rig.clock() - timedelta(seconds=120)
    received = rig.provider.list_received(since)
    assert [each.provider_id for each in received] == keys[1:]
    assert asked(simulator, "inbound") == 1


def test_a_long_list_is_read_back_to_that_time(rig, simulator):
    rig.provider = make_provider(simulator, list_rows=30)
    for _fax in range(70):
        simulator.receive("", document=DOCUMENT)
    assert len(rig.provider.list_received(EPOCH)) == 70
    assert asked(simulator, "inbound") == 3
    rig.clock.advance(60)
    for _fax in range(60):
        simulator.receive("", document=DOCUMENT)
    assert refused(rig.provider.list_received, EPOCH).code == "too_many_rows"


def test_faxes_of_all_users_by_setting(rig, simulator, monkeypatch):
    requests = lists(monkeypatch, simulator, "list_inbound", [])
    rig.provider.list_received(EPOCH)
    make_provider(simulator, all_users=True).list_received(EPOCH)
    assert [each.query.get("allUsers") for each in requests] == [None, "true"]


def test_six_looks_a_minute(rig, simulator):
    for _look in range(6):
        rig.provider.list_received(EPOCH)
    assert refused(rig.provider.list_received, EPOCH).retry_after == 60


@pytest.mark.parametrize(
    "change, there",
    [
        ({}, True),
        ({"messageStatus": 3}, True),  # what there is of it is the clinic's to see
        ({"imageStatus": "READ"}, True),
        ({"imageStatus": None}, True),
        ({"imageStatus": "DONT_EXIST"}, False),
        ({"callerId": "00001201"}, True),
        ({"phoneNumber": None}, True),
        ({"pages": "many"}, True),
        ({"receiveTime": "yesterday"}, False),
        ({"messageId": "../1"}, False),
        ({"messageId": None}, False),
    ],
)
def test_what_counts_as_received(rig, simulator, monkeypatch, change, there):
    key = simulator.receive("", document=DOCUMENT)
    row = simulator.inbound_row(simulator.inbound[int(key)]) | change
    lists(monkeypatch, simulator, "list_inbound", [row])
    assert len(rig.provider.list_received(EPOCH)) == there


def test_pages_that_are_not_there_or_too_many(rig, simulator):
    key = simulator.receive("", document=DOCUMENT, image=False)
    assert rig.provider.list_received(EPOCH) == []
    assert refused(rig.provider.fetch_received, key).code == "-1009"
    rig.provider = make_provider(simulator, download_megabytes=1e-5)
    key = simulator.receive("", document=DOCUMENT)
    assert refused(rig.provider.fetch_received, key).code == "answer"
    assert asked(simulator, "mark") == 0


# --- Callbacks -----------------------------------------------------------------------


def parse(body: bytes, headers=None):
    return PROVIDER.parse_callback(headers or {}, body, {})


def form(**fields) -> bytes:
    return urlencode(fields).encode()


def test_a_fax_that_has_ended_is_announced(rig, simulator):
    provider_id = rig.submit()
    rig.finish()
    rig.status(provider_id)
    callback = parse(simulator.callback(simulator.faxes[int(provider_id)]))
    (hint,) = callback.hints
    assert (hint.provider_id, hint.inbound, hint.event) == (provider_id, False, "0")
    assert (hint.to, hint.pages) == (rig.good, 3)
    assert hint.document is None and hint.received is None
    assert callback.reply == "OK"


def test_a_received_fax_is_announced(rig, simulator):
    key = simulator.receive("+14185550199", document=DOCUMENT)
    body = simulator.inbound_callback(simulator.inbound[int(key)])
    (hint,) = parse(body).hints
    assert (hint.provider_id, hint.inbound, hint.event) == (key, True, "received")


def test_the_same_twice_is_one_hint_and_another_status_is_another(rig, simulator):
    fax = simulator.faxes[int(rig.submit())]
    hints = {parse(simulator.callback(fax, s)).hints for s in (0, 0, 263)}
    assert len(hints) == 2


@pytest.mark.parametrize(
    "fields, key, inbound, event",
    [
        ({"TransactionIDType": "Outbound", "TransactionID": "7"}, "7", False,
         "completed"),
        ({"TransactionID": "7", "Status": "263"}, "7", False, "263"),
        ({"transactionid": "7", "STATUS": "soon"}, "7", False, "completed"),
        ({"TransactionIDType": "inbound", "TransactionID": "7"}, "7", True, "received"),
        ({"TransactionIDType": "Inbound", "MessageID": "7"}, "7", True, "received"),
        ({"MessageId": "7", "PhoneNumber": "5145550177"}, "7", True, "received"),
        ({"TransactionIDType": "Outbound", "TransactionID": "7",
          "CompletionTime": "31/02/2026 99:99:99", "DestinationFax": "x",
          "PagesSubmitted": "-1"}, "7", False, "completed"),
    ],
)  # fmt: skip
def test_fields_that_are_known_and_those_that_may_be(fields, key, inbound, event):
    (hint,) = parse(form(**fields)).hints
    assert (hint.provider_id, hint.inbound, hint.event) == (key, inbound, event)


@pytest.mark.parametrize(
    "body",
    [
        form(TransactionIDType="Outbound"),
        form(TransactionIDType="Outbound", MessageID="7"),
        form(TransactionIDType="Sideways", TransactionID="7"),
        form(TransactionID="../7"),
        form(TransactionID="0"),
        form(TransactionID="7" * 19),
        form(TransactionID="\u0667"),
        form(TransactionID=""),
        b'{"TransactionID": 7}',
        b"<TransactionID>7</TransactionID>",
        b"a=b&" * 101 + b"TransactionID=7",
        b"\xff\xfe\x00",
    ],
)
def test_what_cannot_be_read_is_refused(body):
    with pytest.raises(CallbackRefused) as caught:
        parse(body)
    assert caught.value.kind is FailureKind.UNKNOWN


def test_a_callback_asks_nobody_and_changes_nothing(simulator, rig):
    provider_id = rig.submit()
    lie = simulator.callback(simulator.faxes[int(provider_id)], status=0)
    before = len(simulator.requests)
    (hint,) = rig.provider.parse_callback({}, lie, {}).hints
    assert hint.event == "0" and len(simulator.requests) == before
    assert not rig.status(provider_id).state.is_final, "only the provider's word counts"


@quick
@given(
    st.dictionaries(
        st.sampled_from(
            ["TransactionID", "TransactionIDType", "Status", "MessageID",
             "DestinationFax", "PagesSubmitted", "CompletionTime"]
        ),
        st.sampled_from(["7", "Inbound", "Outbound", "-1", "0014185550199", "\0", ""])
        | st.text(max_size=8),
    )
)  # fmt: skip
def test_no_form_makes_it_fail(fields):
    try:
        (hint,) = parse(form(**{n: v.encode("utf-8", "replace").decode()
                                for n, v in fields.items()})).hints  # fmt: skip
    except CallbackRefused:
        return
    assert hint.provider_id.isdecimal() and "\0" not in hint.event


@quick
@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(body):
    try:
        parse(body)
    except CallbackRefused as refusal:
        assert refusal.proven_not_sent


def test_feedback_comes_by_itself(rig, simulator, plain, monkeypatch):
    """In real time: each kind at its address, as often as is set, lies among it."""
    took = []
    monkeypatch.setattr(plain, "authorize", lambda request: None)
    reply = Reply(200, b"OK")
    monkeypatch.setattr(plain, "echo", lambda request: took.append(request) or reply)
    simulator.clock = lambda: datetime.now(timezone.utc)
    rig.provider.clock = simulator.clock
    simulator.feedback_url = simulator.inbound_feedback_url = plain.url + "/echo"
    simulator.prepare_seconds = simulator.page_seconds = 0.01
    simulator.callback_times, simulator.callbacks_forged = 2, 1
    provider_id = rig.submit(SENDER)
    until = time.monotonic() + 10
    while len(took) < 5 and time.monotonic() < until:
        time.sleep(0.01)
    hints = [hint for each in took for hint in parse(each.body).hints]
    assert [hint.inbound for hint in hints].count(True) == 2
    assert {h.provider_id for h in hints if not h.inbound} == {provider_id}
    assert len(hints) == 5


@pytest.mark.parametrize(
    "when, suffixes",
    [("Never", []), ("On Success", ["0199"]), ("On Failure", ["0101"]),
     ("Always", ["0101", "0199"])],
)  # fmt: skip
def test_when_feedback_is_sent(rig, simulator, monkeypatch, when, suffixes):
    told = []
    monkeypatch.setattr(simulator, "_plan", lambda url, body, times: told.append(body))
    simulator.feedback_url, simulator.feedback_when = "http://127.0.0.1:1/", when
    for suffix in ("0101", "0199"):
        rig.submit("+1418555" + suffix)
    rig.finish()
    simulator.settle()
    hints = {hint.to[-4:] for body in told for hint in parse(body).hints}
    assert sorted(hints) == suffixes
