"""The hook that a clinic installs on its fax server, and what is made of its calls.

The script itself runs here, as HylaFAX runs it, against a server that listens for it.
"""

import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers import CallbackRefused, FailureKind, HylafaxProvider
from simulators.callbacks import basic
from unit.providers.hylafax_rig import CALLER

HOOK = Path(__file__).parents[3] / "medical_fax/static/hylafax/medical-fax-notify"
AUTH = basic(CALLER["callback_user"], CALLER["callback_password"])
PROVIDER = HylafaxProvider({}, CALLER)
REFERENCE = "0f0e8400-e29b-41d4-a716-446655440000-1"
QFILE = f"""\
jobid:17
owner:clinic
jobtag:{REFERENCE}
state:8
npages:1
number:+14185550199
status:Unspecified Transmit Phase C error; too many attempts to dial
receiver:Zoe Quicksilver
"""
quick = settings(max_examples=25, deadline=None)


def parse(body, headers=None, provider=PROVIDER):
    return provider.parse_callback(headers or {"authorization": AUTH}, body, {})


# --- The script ----------------------------------------------------------------------


class Listener(HTTPServer):
    """Keeps what is posted to it."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.posts = []
        self.came = threading.Semaphore(0)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((self.path, dict(self.headers), body))
        self.send_response(200)
        self.end_headers()
        self.server.came.release()

    def log_message(self, *args):
        """Nobody reads it."""


@pytest.fixture
def listener():
    with Listener() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def spool(tmp_path, listener):
    """A spool folder with a job, HylaFAX's own scripts, and the hook's settings."""
    for name in ("doneq", "recvq", "bin"):
        (tmp_path / name).mkdir()
    (tmp_path / "doneq/q17").write_text(QFILE)
    (tmp_path / "recvq/fax000000003.tif").write_bytes(b"II*\0")
    for name in ("notify", "faxrcvd"):
        script = tmp_path / "bin" / name
        script.write_text(f'#!/bin/sh\necho "{name} $*" >>"$PWD/ran"\n')
        script.chmod(0o755)
    (tmp_path / "medical-fax.conf").write_text(
        f"URL='http://127.0.0.1:{listener.server_port}/fax/token'\n"
        f"LOGIN='{CALLER['callback_user']}'\n"
        f"PASSWORD='{CALLER['callback_password']}'\nOWNER='clinic'\n"
    )
    return tmp_path


def run(spool, *arguments):
    subprocess.run(
        ["/bin/sh", HOOK, *arguments],
        cwd=spool,
        env={"PATH": "/usr/bin:/bin", "MEDICAL_FAX_CONF": f"{spool}/medical-fax.conf"},
        check=True,
        timeout=30,
    )
    ran = spool / "ran"
    return ran.read_text() if ran.exists() else ""


def test_the_end_of_a_job_is_told(spool, listener):
    assert run(spool, "doneq/q17", "failed", "0:31") == "", "no mail from HylaFAX too"
    assert listener.came.acquire(timeout=10)
    ((path, headers, body),) = listener.posts
    assert path == "/fax/token"
    (hint,) = parse(body, headers).hints
    assert (hint.provider_id, hint.inbound) == (f"17-{REFERENCE}", False)
    assert (hint.reference, hint.event, hint.pages) == (REFERENCE, "failed", 1)


def test_nothing_private_is_told(spool, listener):
    run(spool, "doneq/q17", "done", "0:31")
    assert listener.came.acquire(timeout=10)
    said = str(listener.posts)
    assert "Quicksilver" not in said and "5550199" not in said


def test_a_received_fax_is_told_and_handled_as_before(spool, listener):
    arguments = ("recvq/fax000000003.tif", "ttyS0", "00000007", "", "5550199", "ZOE")
    assert run(spool, *arguments).startswith("faxrcvd recvq/fax000000003.tif ttyS0")
    assert listener.came.acquire(timeout=10)
    seconds = int((spool / "recvq/fax000000003.tif").stat().st_mtime)
    (hint,) = parse(listener.posts[0][2]).hints
    assert (hint.provider_id, hint.inbound) == (f"fax000000003.tif-{seconds}", True)
    assert b"5550199" not in listener.posts[0][2]


def test_a_fax_that_left_no_file_is_not_told(spool, listener):
    assert run(spool, "recvq/fax000000009.tif", "ttyS0", "7", "error") != ""
    assert not listener.came.acquire(timeout=1)


def test_the_jobs_of_others_are_none_of_our_business(spool, listener):
    qfile = spool / "doneq/q17"
    qfile.write_text(QFILE.replace("owner:clinic", "owner:billing"))
    assert run(spool, "doneq/q17", "done", "0:31") == "notify doneq/q17 done 0:31\n"
    assert not listener.came.acquire(timeout=1)


def test_what_a_job_is_called_means_nothing_to_the_shell(spool, listener):
    name = '$(touch hacked)"; `touch hacked`\\'
    (spool / "doneq/q17").write_text(QFILE.replace(REFERENCE, name))
    run(spool, "doneq/q17", "done;x", "0:31")
    assert listener.came.acquire(timeout=10)
    assert not (spool / "hacked").exists()
    assert b"event=donex" in listener.posts[0][2]


def test_without_settings_everything_is_as_before(spool, listener):
    (spool / "medical-fax.conf").unlink()
    assert run(spool, "doneq/q17", "done", "0:31") == "notify doneq/q17 done 0:31\n"
    assert not listener.came.acquire(timeout=0.5)


# --- Reading -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "authorization",
    ["", "Basic", "Basic !", "Basic caf\xe9", "Bearer " + AUTH.split()[1],
     basic("clinic", ""), basic("clinic", "open sesam"), basic("", "")],
)  # fmt: skip
def test_a_stranger(authorization):
    with pytest.raises(CallbackRefused) as caught:
        parse(b"event=done&job=1&reference=a", {"Authorization": authorization})
    assert caught.value.kind is FailureKind.CREDENTIALS


@pytest.mark.parametrize("lacking", ["callback_user", "callback_password"])
def test_without_a_password_nobody_is_believed(lacking):
    provider = HylafaxProvider({}, CALLER | {lacking: ""})
    for headers in ({"Authorization": AUTH}, {"Authorization": basic("", "")}):
        with pytest.raises(CallbackRefused):
            parse(b"event=done&job=1&reference=a", headers, provider)


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"event=", b"job=1", b"\xff", b"a", b"event=a&" + b"b=1&" * 2000],
)  # fmt: skip
def test_what_is_no_form_of_the_hook_is_refused(body):
    with pytest.raises(CallbackRefused) as caught:
        parse(body)
    assert caught.value.kind is FailureKind.UNKNOWN


@pytest.mark.parametrize(
    "body",
    [b"event=done&job=1", b"event=done&job=x&reference=a", b"event=done&reference=a",
     b"event=received&file=../x&time=1", b"event=received&file=fax1.tif",
     b"event=done&job=1&reference=a%0Ab"],
)  # fmt: skip
def test_what_is_about_no_fax_of_ours_is_acknowledged(body):
    assert parse(body).hints == ()


@quick
@given(
    body=st.binary(max_size=80)
    | st.text(max_size=40).map(lambda text: f"event={text}&job=1".encode()),
    authorization=st.sampled_from([AUTH, ""])
    | st.text(max_size=20).map("Basic {}".format),
)
def test_no_bytes_make_it_fail(body, authorization):
    try:
        parse(body, {"Authorization": authorization})
    except CallbackRefused as refused:
        assert refused.proven_not_sent
