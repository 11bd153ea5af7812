"""What becomes of faxes on a real line: HylaFAX at both ends, T.30 in between."""

from datetime import timedelta

import pytest

from calls import line, pages
from faxlab import stations
from providers import FailureKind, FaxState

K = FailureKind
AT_ONCE = ("two", "cut", "killed", "image")


def received(machine, calls, sender: int):
    """The one fax that a machine got from a station, as its account lists it."""
    account = line.provider(machine)
    wanted = stations.number(sender)

    def listed():
        since = calls.began - timedelta(seconds=2)
        return [each for each in account.list_received(since) if each.sender == wanted]

    # The other side of a call that broke off may take longer to see that.
    line.wait_for(listed, "a received fax", 60)
    (got,) = listed()
    return got, pages.pages_of(account.fetch_received(got.provider_id))


def test_pages_arrive_as_they_were_sent(calls):
    """A PDF, which the fax server makes into an image itself."""
    fax = calls.wait("two")
    assert (fax.status.state, fax.status.pages_sent) == (FaxState.DELIVERED, 2)
    got, arrived = received("far", calls, 0)
    sent = pages.pages_of(pages.image_of(pages.TWO))
    assert got.pages == len(arrived) == len(sent) == 2
    for ours, theirs in zip(sent, arrived, strict=True):
        assert pages.alike(ours, theirs) >= pages.LEAST_ALIKE
    assert pages.alike(sent[0], arrived[1]) < 0.9, "the pages can be told apart"


def test_the_dots_of_the_preview_arrive(calls):
    """Our own image: not one dot differs, below the line that the machine writes."""
    fax = calls.wait("image")
    assert (fax.status.state, fax.status.pages_sent) == (FaxState.DELIVERED, 2)
    _got, arrived = received("far", calls, 6)
    sent = pages.pages_of(pages.image_of(pages.TWO))
    assert [page.tobytes() for page in arrived] == [page.tobytes() for page in sent]


@pytest.mark.parametrize(
    "name, state, kind, pages_sent, text",
    [
        ("busy", FaxState.FAILED, K.BUSY, 0, "Busy signal detected"),
        ("no answer", FaxState.FAILED, K.NO_ANSWER, 0, "No answer from remote"),
        (
            "no line", FaxState.FAILED, K.PROVIDER_UNAVAILABLE, 0,
            "No local dialtone",
        ),
        (
            "cut", FaxState.PARTIAL, K.PARTLY_SENT, 1,
            "Unspecified Transmit Phase C error",
        ),
        ("killed", FaxState.PARTIAL, K.PARTLY_SENT, 1, "No response to PPS"),
        ("stopped", FaxState.CANCELLED, None, 0, "Job aborted by request"),
        ("withdrawn", FaxState.CANCELLED, None, 0, "Job aborted by request"),
    ],
)  # fmt: skip
def test_each_failure_has_its_kind_and_its_pages(
    calls, name, state, kind, pages_sent, text
):
    status = calls.wait(name).status
    assert status.text.startswith(text)
    assert (status.state, status.failure) == (state, kind)
    assert status.pages_sent == pages_sent


@pytest.mark.parametrize(
    "name", ["two", "image", "busy", "no answer", "no line", "cut", "killed", "stopped"]
)
def test_each_number_is_dialled_once(calls, name):
    fax = calls.wait(name)
    assert len(line.exchange_log("call", fax.to)) == 1


def test_what_was_stopped_in_the_queue_is_not_dialled(calls):
    assert line.exchange_log("call", calls.wait("withdrawn").to) == []


def test_what_got_through_before_a_call_was_cut(calls):
    """The far machine keeps the pages that it has, and so the count is right."""
    calls.wait("cut")
    got, arrived = received("far", calls, 2)
    sent = pages.pages_of(pages.image_of(pages.CUT))
    assert pages.alike(sent[0], arrived[0]) >= pages.LEAST_ALIKE
    assert got.pages in (1, 2), "a part of the second page may be kept"


def test_four_calls_at_once(calls):
    faxes = [calls.wait(name) for name in AT_ONCE]
    answered = [line.exchange_log("answered", fax.to)[0] for fax in faxes]
    line.wait_for(
        lambda: all(line.exchange_log("over", fax.to) for fax in faxes), "their end"
    )
    ended = [line.exchange_log("over", fax.to)[0] for fax in faxes]
    assert max(answered) < min(ended)


def test_a_fax_that_comes_the_other_way(calls):
    fax = calls.wait("inbound")
    assert fax.status.state is FaxState.DELIVERED
    got, arrived = received("office", calls, 7)
    assert (got.pages, got.csid) == (1, "far-7")
    (sent,) = pages.pages_of(pages.image_of(pages.ONE))
    assert pages.alike(sent, arrived[0]) >= pages.LEAST_ALIKE


@pytest.mark.parametrize(
    "name, event", [("two", "done"), ("busy", "failed"), ("cut", "failed")]
)
def test_the_hook_tells_the_end_of_each(calls, name, event):
    fax = calls.wait(name)

    def told():
        hints = [hint for hint in hints_of(calls, "/office") if not hint.inbound]
        return [h.event for h in hints if h.provider_id == fax.provider_id]

    line.wait_for(lambda: event in told(), f"a call of the hook about {name}", 20)
    assert told()[-1] == event


def test_the_hook_tells_what_came_in(calls):
    calls.wait("inbound")
    got, _pages = received("office", calls, 7)

    def told():
        return [h.provider_id for h in hints_of(calls, "/office") if h.inbound]

    line.wait_for(lambda: got.provider_id in told(), "a call of the hook", 20)


def hints_of(calls, path):
    account = line.provider("office")
    return [
        hint
        for where, headers, body in calls.posts
        if where == path
        for hint in account.parse_callback(headers, body, {}).hints
    ]
