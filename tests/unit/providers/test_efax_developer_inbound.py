"""Faxes that eFax Developer posts to us: who is believed, and hostile XML."""

import time
import tracemalloc
from datetime import datetime, timezone
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import CallbackRefused, FailureKind
from providers import efax_developer_wire as wire
from providers.efax_xml import MOST_DEPTH, MOST_ELEMENTS, Node, parse
from simulators.base import Simulator, route
from simulators.messages import Reply
from unit.providers.efax_developer_rig import emptied, make_provider, serving
from unit.providers.provider_rig import DOCUMENT, SENDER
from unit.providers.test_documo_callbacks import quick


@pytest.fixture(scope="module")
def server():
    with serving() as simulator:
        yield simulator


@pytest.fixture
def simulator(server):
    return emptied(server)


@pytest.fixture
def provider(simulator):
    return make_provider(simulator)


@pytest.fixture
def post(simulator, provider):
    """Post a received fax, changed in some way."""

    def post(document=DOCUMENT, form=lambda body: body, **changes):
        key = simulator.receive(document=document)
        headers, body = simulator.inbound_post(key, **changes)
        return provider.parse_callback(headers, form(body), {})

    return post


def refuse(provider, body: bytes) -> FailureKind:
    with pytest.raises(CallbackRefused) as caught:
        provider.parse_callback({}, body, {})
    return caught.value.kind


def form(xml: str | bytes) -> bytes:
    return urlencode({"xml": xml}).encode()


# --- A received fax ------------------------------------------------------------------


def test_a_received_fax(simulator, provider):
    key = simulator.receive("418-555-0199", document=DOCUMENT)
    headers, body = simulator.inbound_post(key)
    callback = provider.parse_callback(headers, body, {})
    assert callback.reply == "Post Successful"
    (hint,) = callback.hints
    assert (hint.provider_id, hint.inbound, hint.document) == (key, True, DOCUMENT)
    received = hint.received
    assert (received.provider_id, received.to) == (key, SENDER)
    assert (received.sender, received.csid) == ("+14185550199", "Sender")
    assert received.pages == 1
    assert received.received_at == datetime(2026, 3, 8, 6, 59, 31, tzinfo=timezone.utc)
    assert DOCUMENT.decode() not in repr(callback)
    assert "0199" not in repr(callback)


def test_it_comes_over_a_real_connection(simulator, provider):
    class Us(Simulator):
        def authorize(self, request):
            pass

        @route("POST", "/fax", "fax")
        def fax(self, request):
            try:
                callback = provider.parse_callback(request.headers, request.body, {})
            except CallbackRefused:
                return Reply(403)
            self.hints = callback.hints
            return Reply(200, callback.reply.encode())

    key = simulator.receive(document=DOCUMENT)
    with Us() as us:
        assert simulator.post_inbound(us.url + "/fax", key)
        assert us.hints[0].document == DOCUMENT
        simulator.inbound_password = "another"
        assert not simulator.post_inbound(us.url + "/fax", key)


@pytest.mark.parametrize(
    "written, moment",
    [
        ("03/08/2026 01:59:59", (2026, 3, 8, 9, 59, 59)),  # the night in which
        ("03/08/2026 03:00:00", (2026, 3, 8, 10, 0, 0)),  # clocks were set
        ("07/01/2026 12:00:00", (2026, 7, 1, 19, 0, 0)),
        ("2026-07-01 12:00:00", None),
        ("13/01/2026 12:00:00", None),
        ("", None),
    ],
)
def test_times_are_of_the_pacific(post, simulator, written, moment):
    (hint,) = post(DateReceived=written).hints
    wanted = datetime(*moment, tzinfo=timezone.utc) if moment else simulator.clock()
    assert hint.received.received_at == wanted


@pytest.mark.parametrize(
    "own, account, to",
    [
        ([SENDER], "5145550177", SENDER),
        ([SENDER], "12345", SENDER),
        ([SENDER, "+15145550178"], "5145550178", "+15145550178"),
        ([SENDER, "+15145550178"], "12345", ""),
        ([SENDER, "+15145550178"], "5145550179", ""),
        ([], "5145550177", ""),
    ],
)
def test_which_number_it_came_to(simulator, provider, post, own, account, to):
    provider.settings["own_numbers"] = own
    (hint,) = post(AccountID=account).hints
    assert hint.received.to == to


@pytest.mark.parametrize(
    "changes",
    [{"PageCount": ""}, {"CSID": ""}, {"ANI": "anonymous"}, {"Status": "1"},
     {"FileType": "tif"}, {"BarcodeControl": {"Barcodes": {"Barcode": "x"}}}],
)  # fmt: skip
def test_what_may_be_missing_or_more(post, changes):
    assert post(**changes).hints[0].document == DOCUMENT


@pytest.mark.parametrize(
    "changes",
    [{"MCFID": ""}, {"MCFID": "../me"}, {"FileContents": ""}, {"FileContents": "!"},
     {"FileContents": "JVB"}],
)  # fmt: skip
def test_what_cannot_be_kept_is_not_said_to_be_successful(post, changes):
    with pytest.raises(CallbackRefused) as caught:
        post(**changes)
    assert caught.value.kind is FailureKind.UNKNOWN


def test_a_post_that_is_no_received_fax(provider, simulator):
    key = simulator.receive(document=DOCUMENT)
    _headers, body = simulator.inbound_post(key)
    assert refuse(provider, body.replace(b"New+Inbound", b"Other"))
    assert refuse(provider, body.replace(b"InboundPostRequest", b"Disposition"))
    assert refuse(provider, body.replace(b"FaxControl", b"FaxUncontrol"))


def test_base64_in_lines_and_with_what_a_form_made_of_it(post):
    document = b"%PDF-1.7\n" + b"\xfb\xef\xbe" * 40 + b"\n%%EOF"  # plus signs

    def unescaped(body):
        return body.replace(b"%2B", b"+")

    def in_lines(body):
        return body.replace(b"%2B%2B%2B%2B", b"%2B%2B%2B%2B%0D%0A")

    assert post(document, unescaped).hints[0].document == document
    assert post(document, in_lines).hints[0].document == document


def test_a_long_fax_is_read(post):
    """More than ten megabytes of text in one element."""
    document = bytes(range(256)) * 40_000
    assert post(document).hints[0].document == document


# --- Who is believed -----------------------------------------------------------------


@pytest.mark.parametrize(
    "user, password",
    [("", ""), ("clinic", ""), ("clinic", "open sesam"), ("Clinic", "open sesame"),
     ("", "open sesame"), ("open sesame", "clinic"), ("clinic", "caf\xe9")],
)  # fmt: skip
def test_a_stranger(simulator, provider, user, password):
    simulator.inbound_user, simulator.inbound_password = user, password
    key = simulator.receive(document=DOCUMENT)
    _headers, body = simulator.inbound_post(key)
    assert refuse(provider, body) is FailureKind.CREDENTIALS


def test_a_stranger_without_any_name(simulator, provider):
    key = simulator.receive(document=DOCUMENT)
    _headers, body = simulator.inbound_post(key)
    body = body.replace(b"AccessControl", b"Access")
    assert refuse(provider, body) is FailureKind.CREDENTIALS


@pytest.mark.parametrize("lacking", ["callback_user", "callback_password"])
@pytest.mark.parametrize("value", ["", None])
def test_without_a_password_nobody_is_believed(simulator, provider, lacking, value):
    provider.credentials[lacking] = value
    for user in ("clinic", ""):
        for password in ("open sesame", ""):
            simulator.inbound_user, simulator.inbound_password = user, password
            key = simulator.receive(document=DOCUMENT)
            _headers, body = simulator.inbound_post(key)
            assert refuse(provider, body) is FailureKind.CREDENTIALS


# --- Hostile XML ---------------------------------------------------------------------

LAUGHS = (
    '<!DOCTYPE a [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    + "]><InboundPostRequest>&m;</InboundPostRequest>"
)


@pytest.mark.parametrize(
    "xml",
    [
        LAUGHS,
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>',
        '<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:1/"> %b;]><a/>',
        "<!DOCTYPE a><a/>",
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>',
        "<a>&b;</a>",
        "<a>&#0;</a>",
        "<a>\0</a>",
        "<a>" * (MOST_DEPTH + 1) + "</a>" * (MOST_DEPTH + 1),
        "<a>" * 100_000,
        "<a>" + "<b/>" * MOST_ELEMENTS + "</a>",
        "<a/><b/>",
        "<a></b>",
        "<a b='1' b='2'/>",
        "a",
        "",
        " ",
        '<?xml version="1.0" encoding="klingon"?><a/>',
        '<?xml version="1.0" encoding="utf-7"?><a/>',
        b"\xff\xfe<\0a",
        b"<a>\xff</a>",
    ],
)
def test_xml_that_is_not_taken(provider, xml):
    data = xml.encode() if isinstance(xml, str) else xml
    began = time.monotonic()
    assert parse(data, 10**7) is None
    assert refuse(provider, b"xml=" + quote(data).encode()) is FailureKind.UNKNOWN
    assert time.monotonic() - began < 5


def test_xml_that_is_taken():
    data = (
        '\n <?xml version="1.0" encoding="ISO-8859-1"?><!-- x -->'
        '<s:A xmlns:s="u" b="c">'
        "<B>caf\xe9 &lt;&#65; <![CDATA[<d>]]></B><C><D>1</D></C><C><D>2</D></C></s:A>"
    )
    root = parse(data.encode("latin-1"), 1000)
    assert root.name == "a" and root.said("b") == "caf\xe9 <A <d>"
    assert [each.text for each in root.all("C/D")] == ["1", "2"]
    assert root.find("c/e") is None and root.said("c/e/f") == ""


def test_a_post_too_large_is_not_even_read(provider, monkeypatch):
    provider.settings["post_megabytes"] = 1
    xml = "<a>" + "x" * (1 << 20) + "</a>"
    assert refuse(provider, form(xml)) is FailureKind.UNKNOWN
    assert parse(xml.encode(), 1 << 20) is None
    monkeypatch.setattr(wire, "posted_xml", None)
    assert refuse(provider, b"xml=" + b"%41" * (2 << 20)) is FailureKind.UNKNOWN


def test_laughs_take_no_memory(provider):
    tracemalloc.start()
    try:
        assert parse(LAUGHS.encode(), 10**6) is None
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    finally:
        tracemalloc.stop()


def test_nothing_is_fetched(provider):
    class Lure(Simulator):
        def authorize(self, request):
            pass

        @route("GET", "/a.dtd", "dtd")
        def dtd(self, request):
            return Reply(200, b"<!ENTITY b 'c'>")

    with Lure() as lure:
        for xml in (
            f'<!DOCTYPE a SYSTEM "{lure.url}/a.dtd"><a>&b;</a>',
            f'<!DOCTYPE a [<!ENTITY b SYSTEM "{lure.url}/a.dtd">]><a>&b;</a>',
            f'<!DOCTYPE a [<!ENTITY % b SYSTEM "{lure.url}/a.dtd"> %b;]><a/>',
            f'<?xml-stylesheet href="{lure.url}/a.dtd"?><a/>',
        ):
            refuse(provider, form(xml))
        assert lure.connections == 0


@pytest.mark.parametrize(
    "body",
    [b"", b"xml", b"xml=", b"other=1", b"xml=%", b"xml=%zz", b"&" * 10_000,
     b"a=1&" * 10_000, b"\xff\x00=\xff", b"<InboundPostRequest/>"],
)  # fmt: skip
def test_forms_that_hold_no_xml(provider, body):
    assert refuse(provider, body) is FailureKind.UNKNOWN


NAMES = (
    "InboundPostRequest", "AccessControl", "UserName", "Password", "FaxControl",
    "RequestControl", "RequestType", "MCFID", "FileContents", "DateReceived",
    "OutboundStatusResponse", "Transmission", "Recipients", "Recipient", "DOCID",
    "Status", "Classification", "Outcome", "Pages", "Sent", "Response",
)  # fmt: skip
TREES = st.recursive(
    st.sampled_from(
        ["", "clinic", "open sesame", "New Inbound", "7", '"Success"', "-1"]
    )
    | st.text(max_size=5),
    lambda inner: st.lists(st.tuples(st.sampled_from(NAMES), inner), max_size=4),
    max_leaves=12,
)


def tree(name, content) -> Node:
    if isinstance(content, str):
        return Node(name.lower(), content)
    return Node(name.lower(), nodes=[tree(*each) for each in content])


@quick
@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(body):
    provider = make_provider(Nobody)
    refuse(provider, body)
    refuse(provider, b"xml=" + body)


@quick
@given(name=st.sampled_from(NAMES), content=TREES)
def test_no_tree_makes_a_reader_fail(name, content):
    root = tree(name, content)
    wire.taken(root), wire.refused(root), wire.said(root), wire.callers(root)
    wire.hint(root, [SENDER], "America/Los_Angeles", datetime.now(timezone.utc))
    for status in wire.statuses(root, {}, "UTC") or []:
        assert status.provider_id
        if status.raw_status != "Success / Success":
            assert status.state != "delivered"


class Nobody:
    """What a provider needs to be made, of a simulator that is not there."""

    url, account_id, user_name, password = "http://localhost", "1", "u", "p"
    inbound_user, inbound_password = "clinic", "open sesame"

    @staticmethod
    def clock():
        return datetime.now(timezone.utc)
