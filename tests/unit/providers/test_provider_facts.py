"""Every status and code that a provider is known to say, and what we make of it: the
kind, whether the queue sends it again by itself, whether a person's retry helps, and
who can fix it. Documo's table is in test_documo_facts, with its states; what each kind
advises is tested in Odoo (test_fax_failure).

A row that is added to a table of codes fails here until it is thought about.
"""

import pytest

from providers import FailureKind as K
from providers import (
    efax_codes,
    efax_developer_codes,
    hylafax_codes,
    interfax_codes,
)

# kind -> sent again by itself, a retry by a person helps, who can fix it
FOLLOWS = {
    K.BUSY: (True, True, "recipient"),
    K.NO_ANSWER: (True, True, "recipient"),
    K.NOT_A_FAX: (False, False, "sender"),
    K.CONNECTION: (False, True, "recipient"),
    K.INVALID_NUMBER: (False, False, "sender"),
    K.BLOCKED: (False, False, "manager"),
    K.DOCUMENT_REJECTED: (False, False, "sender"),
    K.TOO_MANY_PAGES: (False, False, "sender"),
    K.QUOTA_EXCEEDED: (False, True, "manager"),
    K.CREDENTIALS: (False, True, "manager"),
    K.ACCOUNT_INACTIVE: (False, True, "manager"),
    K.CALLER_ID: (False, False, "manager"),
    K.RATE_LIMITED: (True, True, "provider"),
    K.PROVIDER_UNAVAILABLE: (True, True, "provider"),
    K.PARTLY_SENT: (False, False, "sender"),
    K.UNKNOWN: (False, False, "sender"),
}

HTTP = {
    401: K.CREDENTIALS,
    404: K.UNKNOWN,
    405: K.UNKNOWN,
    413: K.DOCUMENT_REJECTED,
    415: K.DOCUMENT_REJECTED,
    429: K.RATE_LIMITED,
}

TABLES = {
    "interfax statuses": (
        {code: kind for code, (_state, kind) in interfax_codes.STATES.items()},
        {
            0: None, -1: None, -11: None, -2: None, -3: None, -22: K.QUOTA_EXCEEDED,
            205000: K.QUOTA_EXCEEDED, 1: K.CONNECTION, 2: K.CONNECTION,
            12: K.CONNECTION, 263: K.BUSY, 6001: K.BUSY,
        },
    ),
    "interfax codes of refusals": (
        interfax_codes.REFUSED,
        {
            -111: K.BLOCKED, -112: K.INVALID_NUMBER, -114: K.UNKNOWN,
            -123: K.DOCUMENT_REJECTED, -310: K.UNKNOWN, -311: K.UNKNOWN,
            -312: K.UNKNOWN, -666: K.ACCOUNT_INACTIVE, -677: K.ACCOUNT_INACTIVE,
            -1002: K.UNKNOWN, -1003: K.CREDENTIALS, -1004: K.DOCUMENT_REJECTED,
            -1005: K.UNKNOWN, -1009: K.UNKNOWN, -1011: K.RATE_LIMITED,
            -1059: K.DOCUMENT_REJECTED, -1062: K.PROVIDER_UNAVAILABLE,
            -2003: K.CREDENTIALS,
        },
    ),
    "interfax http": (
        interfax_codes.REFUSALS,
        {
            **HTTP, 400: K.UNKNOWN, 402: K.ACCOUNT_INACTIVE, 403: K.ACCOUNT_INACTIVE,
            422: K.UNKNOWN,
        },
    ),
    # None is known that says why a fax failed; the setting `codes` adds them.
    "efax codes": (efax_codes.CODES, {}),
    "efax elements": (efax_codes.ELEMENTS, {"fax_number": K.INVALID_NUMBER}),
    "efax http": (
        efax_codes.REFUSALS,
        {**HTTP, 400: K.UNKNOWN, 403: K.CREDENTIALS, 422: K.UNKNOWN},
    ),
    "efax tokens": (
        efax_codes.TOKEN_REFUSALS,
        {**HTTP, 400: K.CREDENTIALS, 403: K.CREDENTIALS, 422: K.UNKNOWN},
    ),
    "efax developer words": (efax_developer_codes.WORDS, {}),
    "efax developer http": (
        efax_developer_codes.HTTP_REFUSALS,
        {**HTTP, 403: K.CREDENTIALS},
    ),
    "hylafax commands": (
        hylafax_codes.REFUSALS,
        {
            "USER": K.CREDENTIALS, "PASS": K.CREDENTIALS, "FORM": K.DOCUMENT_REJECTED,
            "JPARM DOCUMENT": K.DOCUMENT_REJECTED,
            "JPARM DIALSTRING": K.INVALID_NUMBER, "RETR": K.CREDENTIALS,
        },
    ),
}  # fmt: skip

# Words of a job that failed, as HylaFAX writes them.
HYLAFAX = {
    K.BUSY: "busy signal detected",
    K.NO_ANSWER: "no answer from remote|no answer or ring back|"
    "ringback detected, no answer",
    K.NOT_A_FAX: "no carrier detected|no receiver protocol|"
    "no answer (t.30 t1 timeout)|voice connection|data connection established|"
    "no t.4 receiver capability|remote cannot receive",
    K.PROVIDER_UNAVAILABLE: "no local dialtone|no dial tone|phone off-hook|"
    "no loop current|glare - ring detected|can not lock modem device|"
    "unable to setup modem|unable to configure modem|is not registered|"
    "fork to prepare",
    K.INVALID_NUMBER: "invalid dialing command|convert dial string",
    K.BLOCKED: "blacklisted by modem|permission denied",
    K.TOO_MANY_PAGES: "too many pages",
    K.DOCUMENT_REJECTED: "document preparation failed|converted document|"
    "document is not|document directory|document file|document conver|"
    "document was encoded|contains no documents|no work found|"
    "does not support document",
    K.CONNECTION: "reject: too many attempts|phase c error|no response to|"
    "failure to receive silence|comrec|kill time expired|send program terminated|"
    "phase|t.30|failure to|unable to transmit page|unable to establish|"
    "disconnected|attempts to send same page|protocol error|synchroni|timeout|"
    "trouble with|call aborted|aborted due to operator|procedure interrupt",
}


@pytest.mark.parametrize("name", TABLES)
def test_every_row_of_a_table(name):
    table, expected = TABLES[name]
    assert dict(table) == expected


def test_every_word_of_a_job_that_failed():
    expected = {w: kind for kind, words in HYLAFAX.items() for w in words.split("|")}
    assert dict(hylafax_codes.FAILURES) == expected


@pytest.mark.parametrize("kind", K)
def test_what_follows_from_each_kind(kind):
    facts = kind.facts
    assert (facts.redial, facts.retry_helps, facts.fixed_by) == FOLLOWS[kind]
