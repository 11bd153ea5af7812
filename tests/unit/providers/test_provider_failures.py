import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import FAILURES, FailureKind, FixedBy, NotSupported, ProviderError

K = FailureKind


def test_every_kind_has_its_facts():
    assert set(FAILURES) == set(FailureKind)
    assert all(kind.facts is FAILURES[kind] for kind in FailureKind)


def test_labels_tell_the_kinds_apart():
    assert len({facts.label for facts in FAILURES.values()}) == len(FailureKind)
    assert len({facts.advice for facts in FAILURES.values()}) == len(FailureKind)


@pytest.mark.parametrize("kind", FailureKind)
def test_texts_are_sentences_for_a_front_desk(kind):
    facts = kind.facts
    assert facts.label[0].isupper() and len(facts.label) <= 30
    assert facts.advice[0].isupper() and facts.advice.endswith(".")
    assert "  " not in facts.advice and "%" not in facts.advice
    for jargon in ("HTTP", "API", "T.30", "error", "timeout", "quota"):
        assert jargon not in facts.advice, jargon


def test_redialled_by_itself_only_where_no_page_can_be_out():
    redialled = {kind for kind in K if kind.facts.redial}
    assert redialled == {
        K.BUSY, K.NO_ANSWER, K.RATE_LIMITED, K.PROVIDER_UNAVAILABLE
    }  # fmt: skip
    assert all(kind.facts.retry_helps for kind in redialled)


def test_what_only_a_change_can_cure_does_not_advise_a_retry():
    for kind in (K.INVALID_NUMBER, K.DOCUMENT_REJECTED, K.PARTLY_SENT, K.CALLER_ID):
        assert not kind.facts.retry_helps, kind


def test_whoever_must_fix_it_is_named_in_the_advice():
    for facts in FAILURES.values():
        if facts.fixed_by is FixedBy.MANAGER:
            assert "fax manager" in facts.advice
        if facts.fixed_by is FixedBy.RECIPIENT:
            assert "call" in facts.advice


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
