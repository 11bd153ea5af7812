"""Documo's facts as one table: what it says, what we make of it, what people do then.

D: the vendor documents it; C: seen in other clients' code; H: HTTP's own definition.
What each row's kind advises stands in `fax.failure` and is tested with it, in Odoo.
"""

from dataclasses import dataclass, field

import pytest

from providers import FaxState, FixedBy, ProviderError
from providers import documo_wire as wire
from providers.documo_codes import CODES, NO_ERROR, REFUSALS, STATES, THOUSANDS, WORDS
from providers.http import Answer
from unit.providers.documo_rig import K, make_provider

S = FaxState
RECIPIENT, SENDER = FixedBy.RECIPIENT, FixedBy.SENDER
MANAGER, PROVIDER = FixedBy.MANAGER, FixedBy.PROVIDER
CALLER_ID = "Caller ID is not allowed. Please use a Caller ID verified on this account"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One row. `again`: a person who sends the same fax again may succeed. `redial`:
    the queue sends it again by itself. `who`: can fix it."""

    source: str
    raw: dict = field(default_factory=dict)
    state: FaxState | None = None
    kind: K | None = None
    again: bool = False
    redial: bool = False
    who: FixedBy | None = None

    def __str__(self):
        return " ".join(str(value)[:24] for value in self.raw.values()) or "nothing"


def on_its_way(status, state, source="D"):
    return Fact(source=source, raw={"status": status}, state=state)


def failed(source, code, kind, **more):
    raw = {"status": "failed", "resultCode": code}
    return Fact(source=source, raw=raw, state=S.FAILED, kind=kind, **more)


def refused(source, http, kind, text="No.", **more):
    return Fact(source=source, raw={"http": http, "text": text}, kind=kind, **more)


BUSY = {"again": True, "redial": True, "who": RECIPIENT}
LINE = {"again": True, "who": RECIPIENT}
DOCUMENT = {"who": SENDER}
UNCLEAR = {"who": SENDER}
ACCOUNT = {"again": True, "who": MANAGER}

STATUSES = [
    on_its_way("processing", S.QUEUED),
    on_its_way("scheduled", S.QUEUED),
    on_its_way("transmitting", S.SENDING),
    on_its_way("success", S.DELIVERED),
    on_its_way("cancelled", S.CANCELLED),
    on_its_way("something new", S.SENDING, source="not documented"),
    failed("D", "0", K.UNKNOWN, **UNCLEAR),
    failed("D", "6100", K.BUSY, **BUSY),
    failed("C", "6000", K.CONNECTION, **LINE),
    failed("C", "6200", K.CONNECTION, **LINE),
    failed("D", "8000", K.CONNECTION, **LINE),
    failed("D", "8001", K.CONNECTION, **LINE),
    failed("D", "8999", K.CONNECTION, **LINE),
    failed("D", "5000", K.DOCUMENT_REJECTED, **DOCUMENT),
    failed("D", "5999", K.DOCUMENT_REJECTED, **DOCUMENT),
    # Not confirmed, so that they stay with their family, which is documented.
    failed("C", "5100", K.DOCUMENT_REJECTED, **DOCUMENT),
    failed("C", "5200", K.DOCUMENT_REJECTED, **DOCUMENT),
    failed("not documented", "4000", K.UNKNOWN, **UNCLEAR),
    failed("not documented", "7500", K.UNKNOWN, **UNCLEAR),
    failed("not documented", "61000", K.UNKNOWN, **UNCLEAR),
    failed("not documented", "x", K.UNKNOWN, **UNCLEAR),
    failed("not documented", "", K.UNKNOWN, **UNCLEAR),
    Fact(
        source="D",
        raw={"status": "failed", "resultCode": "5000", "resultInfo": CALLER_ID},
        state=S.FAILED,
        kind=K.CALLER_ID,
        who=MANAGER,
    ),
    Fact(
        source="D",
        raw={"status": "failed", "resultCode": "6100", "pagesComplete": 2},
        state=S.PARTIAL,
        kind=K.PARTLY_SENT,
        who=SENDER,
    ),
]
REFUSED = [
    refused("H", 400, K.UNKNOWN, **UNCLEAR),
    refused("H", 401, K.CREDENTIALS, **ACCOUNT),
    refused("H", 402, K.ACCOUNT_INACTIVE, **ACCOUNT),
    refused("D", 403, K.ACCOUNT_INACTIVE, **ACCOUNT),
    refused("H", 404, K.UNKNOWN, **UNCLEAR),
    refused("H", 405, K.UNKNOWN, **UNCLEAR),
    refused("H", 413, K.DOCUMENT_REJECTED, **DOCUMENT),
    refused("H", 415, K.DOCUMENT_REJECTED, **DOCUMENT),
    refused("H", 422, K.UNKNOWN, **UNCLEAR),
    refused("D", 429, K.RATE_LIMITED, again=True, redial=True, who=PROVIDER),
    # With which status it comes is not known: the words decide.
    refused("D", 400, K.CALLER_ID, CALLER_ID, who=MANAGER),
    refused("D", 403, K.CALLER_ID, CALLER_ID, who=MANAGER),
    refused("D", 422, K.CALLER_ID, CALLER_ID, who=MANAGER),
]
# None of these says that it was not taken: whatever the kind, nothing is redialled.
OPEN = [
    refused("H", 408, K.UNKNOWN, **UNCLEAR),
    refused("H", 409, K.UNKNOWN, **UNCLEAR),
    refused("H", 500, K.PROVIDER_UNAVAILABLE, again=True, who=PROVIDER),
    refused("H", 502, K.PROVIDER_UNAVAILABLE, again=True, who=PROVIDER),
    refused("H", 503, K.PROVIDER_UNAVAILABLE, again=True, who=PROVIDER),
]


@pytest.mark.parametrize("fact", STATUSES, ids=str)
def test_a_fax_that_it_took(fact):
    status = wire.status({"messageId": "a", "pagesCount": 3} | fact.raw)
    assert (status.state, status.failure) == (fact.state, fact.kind)
    assert status.raw_status == fact.raw["status"]
    code = fact.raw.get("resultCode")
    assert status.code == (None if code in NO_ERROR else code)
    if fact.kind:
        follows(fact, redial=fact.kind.facts.redial)
    else:
        assert not (fact.again or fact.redial or fact.who)


def refusal(simulator, fact) -> ProviderError:
    body = fact.raw["text"].encode()
    answer = Answer(status=fact.raw["http"], headers={}, body=body)
    return make_provider(simulator)._refusal(answer)


@pytest.mark.parametrize("fact", REFUSED, ids=str)
def test_a_fax_that_it_refused(simulator, fact):
    error = refusal(simulator, fact)
    assert (error.kind, error.proven_not_sent) == (fact.kind, True)
    assert (error.code, error.text) == (str(fact.raw["http"]), fact.raw["text"])
    follows(fact, redial=error.may_redial)


@pytest.mark.parametrize("fact", OPEN, ids=str)
def test_a_fax_that_it_may_have_taken(simulator, fact):
    error = refusal(simulator, fact)
    assert (error.kind, error.proven_not_sent) == (fact.kind, False)
    follows(fact, redial=error.may_redial)


def follows(fact, redial):
    facts = fact.kind.facts
    assert (facts.retry_helps, facts.fixed_by) == (fact.again, fact.who)
    assert redial == fact.redial


# --- The table is whole --------------------------------------------------------------


def test_every_status_has_a_row():
    documented = "processing scheduled transmitting success failed cancelled".split()
    rows = {fact.raw["status"] for fact in STATUSES if fact.source != "not documented"}
    assert sorted(STATES) == sorted(documented)
    assert set(documented) <= rows


def test_every_code_has_a_row():
    rows = {fact.raw["resultCode"]: fact.kind for fact in STATUSES if fact.kind
            and len(fact.raw) == 2}  # fmt: skip
    assert CODES.items() <= rows.items()
    for first, kind in THOUSANDS.items():
        family = {code for code in rows if len(code) == 4 and code[0] == first}
        # Its own code, and another one that nobody listed.
        assert first + "000" in family and len(family) >= 2
        assert kind in {rows[code] for code in family - set(CODES)}


def test_every_refusal_has_a_row():
    rows = {
        fact.raw["http"]: fact.kind for fact in REFUSED if fact.raw["text"] == "No."
    }
    assert rows == REFUSALS
    said = {fact.kind for fact in REFUSED if fact.raw["text"] != "No."}
    assert said == {kind for _words, kind in WORDS}
    assert not {fact.raw["http"] for fact in OPEN} & set(REFUSALS)
