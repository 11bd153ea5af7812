"""Large documents of InterFAX: in chunks, in order, and broken off at each step."""

from datetime import timedelta

import pytest

from simulators.faults import Fault
from simulators.messages import Reply
from unit.providers.documo_rig import refused
from unit.providers.interfax_rig import K, asked, make_provider, number, replies
from unit.providers.provider_contract import look

LARGE = b"%PDF-1.7 " + bytes(range(256)) * 10  # 2569 bytes: three chunks
SMALL = b"%PDF-1.7 small"


@pytest.fixture
def simulator(interfax):
    interfax.polls_a_minute = 100
    return interfax


@pytest.fixture
def rig(simulator, interfax_rig):
    interfax_rig.provider = make_provider(
        simulator, upload_above=1000, chunk_bytes=1000
    )
    return interfax_rig


def routes(simulator) -> list[str]:
    return [each.route for each in simulator.requests]


@pytest.mark.parametrize("session_status", [201, 202])
def test_a_large_document_goes_in_chunks(rig, simulator, session_status):
    simulator.session_status = session_status
    provider_id = rig.submit(document=LARGE)
    assert simulator.faxes[int(provider_id)].document == LARGE
    assert simulator.acceptances[0].file_name == "FAX-2026-00123.pdf"
    assert routes(simulator) == ["upload", "chunk", "chunk", "chunk", "submit"]
    connections = {each.connection for each in simulator.requests}
    assert len(connections) == 5, "each on a connection of its own"
    assert not simulator.documents, "for single use"


@pytest.mark.parametrize("size, chunks", [(1001, 2), (2000, 2), (2001, 3)])
def test_chunks_at_their_limits(rig, simulator, size, chunks):
    rig.submit(document=b"x" * size)
    assert asked(simulator, "chunk") == chunks


def test_a_document_at_the_limit_goes_as_it_is(rig, simulator):
    rig.submit(document=b"x" * 1000)
    assert routes(simulator) == ["submit"]


def test_the_limits_are_those_of_the_provider(rig, simulator):
    rig.provider = make_provider(simulator)
    rig.submit(document=b"x" * 1_000_000)
    assert routes(simulator) == ["submit"]
    rig.submit(document=b"x" * 1_000_001)
    assert asked(simulator, "chunk") == 2


def test_several_documents_of_both_kinds(rig, simulator):
    provider_id = rig.submit(document=SMALL, further=(LARGE, SMALL, LARGE))
    fax = simulator.faxes[int(provider_id)]
    assert fax.document == SMALL + LARGE + SMALL + LARGE
    assert asked(simulator, "upload") == 2 and not simulator.documents


# --- Broken off ----------------------------------------------------------------------

FAULTS = [
    "reset_on_connect", "reset_before_body", "reset_in_body", "reset_after_body",
    "answer_lost", "server_error", "server_error_after", "redirect",
    "too_many_requests", "cut",
]  # fmt: skip


@pytest.mark.parametrize("what", FAULTS)
@pytest.mark.parametrize("step", range(4))
def test_an_upload_that_breaks_off_faxes_nothing(rig, simulator, what, step):
    if what == "reset_on_connect":
        fault = Fault(what, skip=step)
    else:
        fault = Fault(what, route="chunk" if step else "upload", skip=max(0, step - 1))
    simulator.faults.add(fault)
    request = rig.request(document=LARGE)
    error = refused(rig.provider.submit, request)
    assert error.proven_not_sent, (what, step)
    assert not simulator.acceptances and "submit" not in routes(simulator)
    if step:
        assert not simulator.documents, "what was uploaded is deleted again"
    assert not any(each.content for each in simulator.documents.values())
    rig.clock.advance(60)
    assert look(rig, request) == []
    kind = K.RATE_LIMITED if what == "too_many_requests" else K.PROVIDER_UNAVAILABLE
    if what == "redirect":
        kind = K.UNKNOWN
    assert error.kind is kind
    assert rig.submit(document=LARGE), "another try begins anew"


@pytest.mark.parametrize(
    "what, proven, taken",
    [
        ("reset_before_body", False, 0),
        ("reset_after_body", False, 0),
        ("answer_lost", False, 1),
        ("server_error", False, 0),
        ("server_error_after", False, 1),
        ("redirect", False, 0),
        ("too_many_requests", True, 0),
    ],
)
def test_only_the_last_call_may_leave_it_open(rig, simulator, what, proven, taken):
    simulator.faults.add(Fault(what))
    request = rig.request(document=LARGE)
    error = refused(rig.provider.submit, request)
    assert error.proven_not_sent is proven
    assert len(simulator.acceptances) == taken
    # Deleted only where nothing can need it any more.
    assert asked(simulator, "drop") == proven
    rig.clock.advance(60)
    assert len(look(rig, request)) == taken


def test_a_refused_fax_leaves_nothing_behind(rig, simulator):
    error = refused(rig.provider.submit, rig.request(number("0104"), document=LARGE))
    assert (error.kind, error.proven_not_sent) == (K.INVALID_NUMBER, True)
    assert asked(simulator, "drop") == 1 and not simulator.documents


def test_what_cannot_be_deleted_hides_no_error(rig, simulator):
    simulator.faults.add(Fault("server_error", route="drop"))
    error = refused(rig.provider.submit, rig.request(number("0104"), document=LARGE))
    assert error.kind is K.INVALID_NUMBER


def test_the_second_document_that_fails_drops_the_first(rig, simulator):
    simulator.faults.add(Fault("server_error", route="upload", skip=1))
    request = rig.request(document=LARGE, further=(LARGE,))
    assert refused(rig.provider.submit, request).proven_not_sent
    assert not simulator.documents


def test_the_deadline_holds_between_chunks(rig, simulator):
    end = rig.clock() + timedelta(seconds=60)
    chunk = simulator.chunk

    def slow(request, key):
        rig.clock.advance(25)
        return chunk(request, key)

    simulator.chunk = slow
    try:
        error = refused(rig.provider.submit, rig.request(document=LARGE, deadline=end))
    finally:
        del simulator.chunk
    assert (error.proven_not_sent, error.code) == (True, "deadline")
    assert asked(simulator, "chunk") == 3 and asked(simulator, "submit") == 0
    assert asked(simulator, "drop") == 0, "no time is left for it"


# --- Answers that nobody documented --------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [
        None,
        "",
        "https://rest.interfax.net/outbound/documents/",
        "https://rest.interfax.net/outbound/documents/../x",
        "https://rest.interfax.net/outbound/documents/" + "a" * 65,
        "https://rest.interfax.net/outbound/faxes/1",
    ],
)
def test_an_upload_without_a_place(rig, simulator, monkeypatch, place):
    headers = {"Location": place} if place is not None else {}
    replies(monkeypatch, simulator, "new_document", lambda r: Reply(202, b"", headers))
    error = refused(rig.provider.submit, rig.request(document=LARGE))
    assert (error.code, error.proven_not_sent) == ("unreadable", True)
    assert routes(simulator) == ["upload"]


def test_the_host_of_a_place_is_not_believed(rig, simulator, monkeypatch):
    new = simulator.new_document

    def elsewhere(request):
        place = new(request).headers["Location"]
        place = place.replace(simulator.url, "https://elsewhere.example")
        return Reply(202, b"", {"Location": place})

    monkeypatch.setattr(simulator, "new_document", elsewhere)
    assert rig.submit(document=LARGE)


@pytest.mark.parametrize(
    "step, status, received, whole",
    [
        (1, 202, "bytes 0-999/2569", True),
        (1, 202, "bytes0-1024", True),  # as it was recorded once
        (1, 202, None, True),
        (1, 202, "bytes 0-499/2569", False),
        (1, 202, "bytes 0-999/2570", False),
        (1, 200, "bytes 0-999/2569", False),
        (1, 201, None, False),
        (1, 204, None, False),
        (3, 200, "bytes 0-2568/2569", True),
        (3, 200, None, True),
        (3, 200, "bytes 0-2567/2569", False),
        (3, 202, "bytes 0-2568/2569", False),
        (3, 204, None, False),
    ],
)
def test_a_document_must_be_there_in_full(
    rig, simulator, monkeypatch, step, status, received, whole
):
    chunk, calls = simulator.chunk, []

    def answered(request, key):
        calls.append(key)
        reply = chunk(request, key)
        if len(calls) != step:
            return reply
        headers = {"X-Content-Range": received} if received else {}
        return Reply(status, b"", headers)

    monkeypatch.setattr(simulator, "chunk", answered)
    if whole:
        assert rig.submit(document=LARGE)
        return
    error = refused(rig.provider.submit, rig.request(document=LARGE))
    assert (error.code, error.proven_not_sent) == ("upload_incomplete", True)
    assert error.may_redial and not simulator.documents


@pytest.mark.parametrize(
    "route, status, kind, again",
    [
        ("new_document", 413, K.DOCUMENT_REJECTED, False),
        ("new_document", 401, K.CREDENTIALS, False),
        ("new_document", 400, K.UNKNOWN, False),
        ("chunk", 413, K.PROVIDER_UNAVAILABLE, True),
        ("chunk", 416, K.PROVIDER_UNAVAILABLE, True),
        ("chunk", 404, K.PROVIDER_UNAVAILABLE, True),
        ("chunk", 401, K.CREDENTIALS, False),
        ("chunk", 400, K.UNKNOWN, False),
        ("chunk", 409, K.UNKNOWN, False),
    ],
)
def test_refusals_of_an_upload(rig, simulator, monkeypatch, route, status, kind, again):
    replies(monkeypatch, simulator, route, lambda request: Reply(status))
    error = refused(rig.provider.submit, rig.request(document=LARGE))
    assert (error.kind, error.code) == (kind, str(status))
    assert error.proven_not_sent and error.may_redial is again


def test_a_document_that_is_gone_is_uploaded_again(rig, simulator, monkeypatch):
    """-1062 in answer to the fax itself: nothing was taken, and a new try helps."""
    chunk = simulator.chunk

    def forgetting(request, key):
        reply = chunk(request, key)
        if reply.status == 200:
            simulator.documents.clear()
        return reply

    monkeypatch.setattr(simulator, "chunk", forgetting)
    error = refused(rig.provider.submit, rig.request(document=LARGE))
    assert (error.code, error.may_redial) == ("-1062", True)
