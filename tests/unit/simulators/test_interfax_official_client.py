"""The vendor's own Python client against our simulator, so that it is not merely the
mirror of ours. That client fixes https and the host's name."""

import sys
from types import ModuleType

import pytest

from simulators.documo import page_of
from simulators.interfax import InterfaxSimulator
from simulators.tls import server_context

try:
    import magic  # noqa: F401
except ImportError:
    # There is no libmagic here. It guesses types of files, and we say what ours are.
    sys.modules["magic"] = ModuleType("magic")
    sys.modules["magic"].from_buffer = None

import interfax  # noqa: E402

PDF = "application/pdf"


@pytest.fixture
def simulator(tmp_path, monkeypatch):
    context, certificate = server_context(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate)
    with InterfaxSimulator(tls=context) as simulator:
        simulator.prepare_seconds = simulator.page_seconds = 0.0
        host = simulator.url.removeprefix("https://")
        monkeypatch.setattr(interfax.InterFAX, "DOMAIN", host)
        yield simulator


@pytest.fixture
def client(simulator):
    return interfax.InterFAX(username=simulator.user, password=simulator.password)


def test_it_sends_and_asks(simulator, client):
    files = [client.files.create(page_of(text), mime_type=PDF) for text in ("a", "b")]
    fax = client.deliver("+14185550199", files, reference="mine", csid="Clinic")
    (taken,) = simulator.acceptances
    assert (taken.provider_id, taken.to, taken.pages) == (fax.id, "+14185550199", 2)
    assert fax.reload().status == 0
    for found in (
        client.outbound.search(reference="mine"), client.outbound.all(limit=2)
    ):  # fmt: skip
        assert [str(each.id) for each in found] == [fax.id]
    assert float(client.account.balance()) == pytest.approx(999.7)


def test_it_reads_what_came_in(simulator, client):
    page = page_of("for us")
    simulator.receive("+14185550199", document=page)
    (fax,) = client.inbound.all(unread_only=True)
    assert fax.image().data == page
    fax.mark(True)
    assert client.inbound.all(unread_only=True) == []


def test_it_uploads_in_chunks(simulator, client):
    document = client.documents.create("fax.pdf", 6)
    document.upload(0, 2, b"%PD")
    assert document.reload().status == "PartiallyUploaded"
    document.upload(3, 5, b"F12")
    assert document.reload().status == "Ready"
    document.cancel()
    assert not simulator.documents
