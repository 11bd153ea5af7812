"""What all simulators share: faults, killing, calling back, remote control."""

import json
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest
import requests

from simulators.base import Simulator, route
from simulators.callbacks import Timeline, basic
from simulators.control import ControlServer, Remote, start
from simulators.documo import DocumoSimulator
from simulators.faults import ALL, AT_CONNECT, NOT_TAKEN, TAKEN, Fault, Faults
from simulators.messages import Refused, Reply

CLIENT = """
import sys, http.client
sys.stdin.readline()
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
connection.request("POST", "/thing", b"x" * 100)
print(connection.getresponse().status)
sys.stdin.readline()
"""


class Receiver(Simulator):
    """Takes a thing, and callbacks; wants a password for both."""

    password = None

    def authorize(self, request):
        wanted = self.password
        if wanted and request.headers.get("Authorization") != basic("us", wanted):
            raise Refused(401, "no")

    def refusal(self, refused):
        return Reply(refused.status, refused.text.encode(), refused.headers)

    def reset(self):
        super().reset()
        self.bodies, self.password, self.lies = [], None, 0

    @route("POST", "/thing", "thing")
    def thing(self, request):
        self.bodies.append(request.body)
        return Reply(200, b"taken")

    @route("POST", "/hook", "hook")
    def hook(self, request):
        self.bodies.append(request.body)
        return Reply(200)


@pytest.fixture(scope="module")
def receiver_server():
    with Receiver() as simulator:
        yield simulator


@pytest.fixture
def receiver(receiver_server):
    receiver_server.reset()
    return receiver_server


@pytest.fixture
def documo():
    with DocumoSimulator(count_pages=lambda document: 1) as simulator:
        simulator.prepare_seconds = simulator.page_seconds = 0.01
        yield simulator


def send(simulator, to="+14185550199") -> str:
    answer = requests.post(
        simulator.url + "/v1/faxes",
        headers={"Authorization": "Basic documo-key"},
        data={"faxNumber": to},
        files={"attachments": ("a.pdf", b"%PDF")},
        timeout=10,
    )
    return answer.json()["messageId"]


def eventually(true) -> None:
    until = time.monotonic() + 10
    while not true() and time.monotonic() < until:
        time.sleep(0.005)
    assert true()


# --- Faults --------------------------------------------------------------------------


@pytest.mark.parametrize("what", [each for each in ALL if not each.startswith("kill")])
def test_each_fault_shows_once_and_does_what_it_says(receiver, what):
    receiver.faults.add(Fault(what, route="thing", seconds=0.02, retry_after="5"))
    try:
        answer = requests.post(receiver.url + "/thing", b"x" * 99, timeout=10,
                               allow_redirects=False)  # fmt: skip
        said = (answer.status_code, answer.content)
    except requests.RequestException:
        said = None
    wanted = {
        "too_many_requests": (429, b"Too many requests"),
        "server_error": (500, b"Internal server error"),
        "server_error_after": (500, b"Internal server error"),
        "redirect": (307, b""),
        "garbled": (200, b'<html>{"mess\xff\x00'),
    } | dict.fromkeys(("slow", "late", "trickle", "slow_upload"), (200, b"taken"))
    assert said == wanted.get(what)
    not_taken = (*AT_CONNECT, *NOT_TAKEN, "reset_before_body", "reset_in_body")
    assert len(receiver.bodies) == (what not in not_taken)
    assert [fault.what for fault in receiver.faults.shown] == [what]
    assert requests.post(receiver.url + "/thing", b"", timeout=10).content == b"taken"


def test_every_fault_is_of_one_kind():
    assert len(ALL) == len(set(ALL)) and set(TAKEN) & set(NOT_TAKEN) == set()


def test_faults_wait_for_their_turn_and_their_route():
    faults = Faults()
    faults.add(Fault("late", route="a", skip=1, times=2), Fault("cut", route="a"))
    faults.add(Fault("garbled", route="*"))
    assert faults.for_route("b").what == "garbled"
    taken = [fault and fault.what for fault in map(faults.for_route, "aaaaa")]
    assert taken == [None, "late", "late", "cut", None]
    assert faults.at_connect() is None and faults.pending == 0


def test_a_fault_that_is_none_is_refused():
    with pytest.raises(ValueError, match="no such fault"):
        Fault("explode")
    with pytest.raises(ValueError, match="whom"):
        Fault("kill_taken")


@pytest.mark.parametrize(
    "moment, taken, told",
    [
        ("connecting", 0, ""),
        ("arrived", 0, ""),
        ("taken", 1, ""),
        ("answered", 1, None),
    ],
)
def test_a_caller_is_killed_at_the_moment(receiver, moment, taken, told):
    port = receiver.url.rsplit(":", 1)[1]
    with subprocess.Popen(
        [sys.executable, "-S", "-c", CLIENT, port],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as caller:
        receiver.faults.add(Fault(f"kill_{moment}", route="thing", pid=caller.pid))
        caller.stdin.write("go\n")
        caller.stdin.flush()
        assert caller.wait(10) == -9
        assert told is None or caller.stdout.read() == told
    eventually(lambda: len(receiver.bodies) == taken)


def test_listening_can_be_stopped_and_goes_on_at_the_same_place(receiver):
    before = receiver.url
    receiver.listen(False)
    with pytest.raises(requests.ConnectionError):
        requests.post(receiver.url + "/thing", b"", timeout=10)
    receiver.listen(True)
    assert receiver.url == before
    assert requests.post(receiver.url + "/thing", b"", timeout=10).ok


def test_a_body_of_unknown_length_is_not_taken(receiver):
    with pytest.raises(requests.ConnectionError):
        requests.post(receiver.url + "/thing", iter([b"x"]), timeout=10)
    assert receiver.bodies == []


# --- Calling back --------------------------------------------------------------------


def hook(simulator, receiver, events, **options) -> None:
    receiver.password = "sesame"
    values = {"name": "n", "url": receiver.url + "/hook", "auth": "us:sesame"}
    requests.post(
        simulator.url + "/webhooks",
        headers={"Authorization": "Basic documo-key"},
        json=values | {"events": events} | options,
        timeout=10,
    )


@pytest.mark.parametrize(
    "events, statuses",
    [
        (["fax.v1.outbound.complete"], ["success"]),
        ("fax.v1.outbound.complete,fax.v1.outbound.succeed", ["success", "success"]),
        (["fax.v1.outbound.failed", "fax.v1.inbound.complete"], []),
        (["fax.outbound"], ["success"]),
        (["fax.outbound.extended"], ["processing", "transmitting", "success"]),
    ],
)
def test_it_calls_back_by_itself(documo, receiver, events, statuses):
    hook(documo, receiver, events)
    send(documo)
    eventually(lambda: len(documo.called_back) == len(statuses))
    assert [sent.status for sent in documo.called_back] == [200] * len(statuses)
    assert documo.timeline.pending == 0 and len(receiver.bodies) == len(statuses)
    form = "fax.v1" not in str(events)
    for body, status in zip(receiver.bodies, statuses, strict=True):
        assert (b'name="data"' in body) is form
        assert f'"status": "{status}"'.encode() in body


def test_twice_out_of_order_and_forged(documo, receiver):
    documo.callback_times, documo.callback_spread, documo.callbacks_forged = 2, 0.02, 1
    hook(documo, receiver, ["fax.v1.outbound.complete"])
    keys = [send(documo) for _fax in range(4)]
    eventually(lambda: len(documo.called_back) == 12)
    assert sorted(sent.status for sent in documo.called_back) == [200] * 8 + [401] * 4
    seen = [json.loads(body)["messageId"] for body in receiver.bodies]
    assert sorted(seen) == sorted(keys * 2)


def test_it_tries_again_when_nobody_takes_it(documo, receiver):
    documo.callback_retries = [0.01, 0.01]
    hook(documo, receiver, ["fax.v1.outbound.complete"])
    receiver.faults.add(Fault("server_error", route="hook", times=2))
    send(documo)
    eventually(lambda: len(documo.called_back) == 3)
    assert [sent.status for sent in documo.called_back] == [500, 500, 200]


def test_calling_back_by_hand(documo, receiver):
    keys = [send(documo) for _fax in range(3)]
    receiver.password = "sesame"
    url = receiver.url + "/hook"
    assert documo.call_back(url, "us:wrong", keys[:1]) == [401]
    assert documo.call_back(url, "us:sesame", order="reversed", times=2) == [200] * 6
    seen = [json.loads(body)["messageId"] for body in receiver.bodies]
    assert seen == [key for key in reversed(keys) for _time in range(2)]
    receiver.bodies.clear()
    documo.call_back(url, "us:sesame", keys[:1], status="failed", unknown=1)
    first, stranger = map(json.loads, receiver.bodies)
    assert first["messageId"] == keys[0] and first["status"] == "failed"
    assert stranger["messageId"] not in documo.faxes
    receiver.listen(False)
    assert documo.call_back(url, "us:sesame", keys[:1]) == [None]


def test_a_timeline_does_things_in_their_order():
    timeline, done = Timeline(), []
    with timeline._wake:  # nothing begins before all are there
        for seconds in (0.03, 0.01, 0.02):
            timeline.after(seconds, lambda seconds=seconds: done.append(seconds))
    eventually(lambda: len(done) == 3)
    timeline.stop()
    assert done == [0.01, 0.02, 0.03]


# --- From another process ------------------------------------------------------------


@contextmanager
def remote(simulator):
    with ControlServer(simulator) as control:
        threading.Thread(
            target=control.serve_forever, kwargs={"poll_interval": 0.02}
        ).start()
        yield Remote(simulator.url, control.url)
        control.shutdown()


def test_remote_control(documo, monkeypatch):
    # What makes a real PDF takes a second to load.
    monkeypatch.setattr("simulators.documo.page_of", lambda text: b"%PDF")
    with remote(documo) as far:
        far.configure(trial_ended=True)
        assert documo.trial_ended
        far.reset()
        far.add(Fault("answer_lost", skip=1), Fault("reset_on_connect"))
        far.clear_faults()
        key = send(documo)
        state = far.state()
        assert state["acceptances"][0]["provider_id"] == key
        assert list(state["faxes"]) == [key]
        assert state["requests"][0]["route"] == "submit"
        assert far.call("receive", sender="4185550199")
        far.call("finish")
        assert set(far.state()["faxes"].values()) == {"success"}
        far.listen(False)
        with pytest.raises(requests.ConnectionError):
            send(documo)
        far.listen(True)
        send(documo)


@pytest.mark.parametrize(
    "do",
    [
        lambda far: far.configure(_account={}),
        lambda far: far.configure(nonsense=1),
        lambda far: far.call("state"),
        lambda far: far.call("call_back", nonsense=1),
        lambda far: far._ask("POST", "/faults", [{"what": "explode"}]),
        lambda far: far._ask("GET", "/nowhere"),
    ],
)
def test_remote_control_refuses_nonsense(documo, do):
    with remote(documo) as far, pytest.raises(ValueError):
        do(far)


def test_as_a_process_of_its_own():
    with start("documo", trial_ended=True) as far:
        answer = requests.get(
            far.url + "/v1/me",
            headers={"Authorization": "Basic documo-key"},
            timeout=10,
        )
        assert answer.status_code == 403
        far.configure(trial_ended=False)
        send(far)
        assert len(far.state()["acceptances"]) == 1
    with pytest.raises(requests.ConnectionError):
        requests.get(far.url + "/ping", timeout=10)


def test_as_a_process_of_its_own_over_tls(tmp_path):
    with start("documo", tls=tmp_path) as far:
        assert far.url.startswith("https:")
        ping = far.url + "/ping"
        assert requests.get(ping, timeout=10, verify=far.certificate).text == "OK"
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(ping, timeout=10)
