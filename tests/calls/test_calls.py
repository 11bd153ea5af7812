"""What a provider's client sees of faxes on a real line, beyond what tests of Odoo's
calls show: HylaFAX at both ends, T.30 in between."""

import pytest

from calls import line, pages
from providers import FailureKind, FaxState


@pytest.mark.parametrize(
    "name, state, kind, text",
    [
        (
            "no line", FaxState.FAILED, FailureKind.PROVIDER_UNAVAILABLE,
            "No local dialtone",
        ),
        ("stopped", FaxState.CANCELLED, None, "Job aborted by request"),
        ("withdrawn", FaxState.CANCELLED, None, "Job aborted by request"),
    ],
)  # fmt: skip
def test_what_is_not_sent(calls, name, state, kind, text):
    status = calls.wait(name).status
    assert status.text.startswith(text)
    assert (status.state, status.failure, status.pages_sent) == (state, kind, 0)


@pytest.mark.parametrize("name, dialled", [("no line", 1), ("stopped", 1),
                                           ("withdrawn", 0)])  # fmt: skip
def test_how_often_it_is_dialled(calls, name, dialled):
    assert len(line.exchange_log("call", calls.wait(name).to)) == dialled


def test_a_pdf_that_the_server_draws(calls):
    """Without our own image: the same pages, drawn a little differently, which is
    how test_odoo tells that Odoo sends its own."""
    fax = calls.wait("second inbound")
    assert (fax.status.state, fax.status.pages_sent) == (FaxState.DELIVERED, 2)
    sent = pages.pages_of(pages.image_of(pages.TWO))
    arrived = pages.pages_of(calls.clinic.raw_received(2))
    assert len(arrived) == len(sent) == 2
    for ours, theirs in zip(sent, arrived, strict=True):
        assert pages.alike(ours, theirs) >= pages.LEAST_ALIKE
        assert ours.tobytes() != theirs.tobytes()
    assert pages.alike(sent[0], arrived[1]) < 0.9, "the pages can be told apart"
