"""Reading answers, whatever they are."""

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers import FailureKind
from providers.http import LONGEST_PAUSE, Answer, Http, dates_seen, refusal
from simulators.base import route
from simulators.messages import Reply
from unit.providers.http_rig import Echo

NOW = datetime(2026, 3, 8, 7, 0, tzinfo=timezone.utc)
quick = settings(max_examples=25, deadline=None)


def given_answer(status=200, body=b"", **headers) -> Answer:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, headers=names, body=body)


@quick
@given(st.binary(max_size=200))
def test_no_body_makes_json_fail(body):
    given_answer(body=body).json()


def test_json_that_is_too_deep_is_unreadable():
    assert given_answer(body=b"[" * 100_000).json() is None


@quick
@given(st.text(max_size=40))
def test_no_pause_makes_us_fail_or_wait_for_ever(text):
    wait = given_answer(Retry_After=text).retry_after(NOW)
    assert wait is None or 0 <= wait <= LONGEST_PAUSE


@pytest.mark.parametrize(
    "text, seconds",
    [
        ("30", 30),
        (" 30 ", 30),
        ("0", 0),
        ("-1", None),
        ("1e9", None),
        ("999999999", None),
        ("Sun, 08 Mar 2026 07:01:00 GMT", 60),
        ("Sun, 08 Mar 2026 07:01:00 -0000", 60),
        ("Sun, 08 Mar 2026 06:59:00 GMT", None),
        ("soon", None),
        ("\u0663\u0660", None),
    ],
)
def test_pauses(text, seconds):
    assert given_answer(Retry_After=text).retry_after(NOW) == seconds


@quick
@given(status=st.integers(300, 599), harmless=st.booleans())
def test_only_a_listed_status_proves_that_nothing_was_taken(status, harmless):
    kinds = {403: FailureKind.ACCOUNT_INACTIVE, 429: FailureKind.RATE_LIMITED}
    answer = given_answer(status)
    error = refusal(answer, kinds, now=NOW, harmless=harmless, pause=60)
    assert error.proven_not_sent == (harmless or status in kinds)
    assert error.retry_after == (60 if status == 429 else None)
    if status >= 500:
        assert error.kind is FailureKind.PROVIDER_UNAVAILABLE


def test_the_longest_pause_is_a_day():
    assert LONGEST_PAUSE == timedelta(days=1).total_seconds()


# --- The other side's clock ----------------------------------------------------------


class Dated(Echo):
    """Answers with the time that `at` says."""

    at = ""

    @route("GET", "/time", "time")
    def time(self, request):
        return Reply(200, b"", {"Date": self.at})


@pytest.mark.parametrize("at, seen", [("", 0), ("yesterday", 0), ("good", 1)])
def test_the_others_time_is_noted_where_somebody_listens(at, seen):
    moment = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
    with Dated() as server:
        server.authorizations = []
        server.at = format_datetime(moment, usegmt=True) if at == "good" else at
        client = Http(server.url, {})
        client.get("/time", seconds=5)  # nobody listens
        with dates_seen() as dates:
            client.get("/time", seconds=5)
        client.get("/time", seconds=5)
    assert len(dates) == seen
    for their, our in dates:
        assert their == moment
        assert abs((our - datetime.now(timezone.utc)).total_seconds()) < 60
