import pathlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import providers
from providers import FAILURES, FailureKind, NotSupported, ProviderError, page_at_fault

K = FailureKind
PACKAGE = pathlib.Path(providers.__file__).parent


def test_every_kind_has_its_facts():
    assert set(FAILURES) == set(FailureKind)
    assert all(kind.facts is FAILURES[kind] for kind in FailureKind)


@pytest.mark.parametrize("module", sorted(PACKAGE.glob("*.py")), ids=lambda p: p.name)
def test_what_follows_from_a_kind_is_known_without_odoo(module):
    assert not re.search(r"^\s*(from|import) odoo\b", module.read_text(), re.M)


def test_redialled_by_itself_only_where_no_page_can_be_out():
    redialled = {kind for kind in K if kind.facts.redial}
    assert redialled == {
        K.BUSY, K.NO_ANSWER, K.RATE_LIMITED, K.PROVIDER_UNAVAILABLE
    }  # fmt: skip
    assert all(kind.facts.retry_helps for kind in redialled)


def test_what_only_a_change_can_cure_does_not_advise_a_retry():
    for kind in (K.INVALID_NUMBER, K.DOCUMENT_REJECTED, K.PARTLY_SENT, K.CALLER_ID):
        assert not kind.facts.retry_helps, kind


def test_an_error_may_be_redialled_only_if_proven_not_sent():
    assert ProviderError(K.BUSY, proven_not_sent=True).may_redial
    assert not ProviderError(K.BUSY, proven_not_sent=False).may_redial
    assert not ProviderError(K.INVALID_NUMBER, proven_not_sent=True).may_redial


def test_a_kind_that_does_not_exist_is_refused():
    with pytest.raises(ValueError):
        ProviderError("bussy", proven_not_sent=True)
    assert ProviderError("busy", proven_not_sent=True).kind is K.BUSY


@given(
    kind=st.sampled_from(FailureKind),
    proven=st.booleans(),
    code=st.text(st.characters(codec="utf-8"), min_size=1).map("#{}#".format),
    text=st.text(st.characters(codec="utf-8"), min_size=1).map("#{}#".format),
)
def test_an_error_says_nothing_that_the_provider_said(kind, proven, code, text):
    error = ProviderError(kind, proven_not_sent=proven, code=code, text=text)
    assert (error.code, error.text) == (code, text)
    for said in (str(error), repr(error)):
        assert code not in said and text not in said
        assert not any(character.isdigit() for character in said)


def test_not_supported_sends_nothing():
    assert NotSupported().proven_not_sent


@pytest.mark.parametrize(
    "text, pages, page",
    [
        ("Rendering failed on page 3", 5, 3),
        ("page: 2", 5, 2),
        ("Error in Page #12.", 12, 12),
        ("bad image (page no. 1)", 1, 1),
        ("page 2 / page 2 again", 5, 2),
        ("between page 2 and page 3", 5, None),
        ("page 6", 5, None),
        ("page 0", 5, None),
        ("page 99999", 5, None),
        ("homepage 3", 5, None),
        ("3 pages", 5, None),
        ("the pages are not as they must be", 5, None),
        ("", 5, None),
        (None, 5, None),
        ("page 1", 0, None),
    ],
)
def test_the_page_that_a_provider_blames(text, pages, page):
    assert page_at_fault(text, pages) == page
