import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.text import fold, placeholders, replace_placeholders, search_words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Dr. José  Núñez", "dr jose nunez"),
        ("  Hôpital Sacré-Cœur ", "hopital sacre coeur"),
        ("Łódź Straße Ærø", "lodz strasse aero"),
        ("Д-р Щербаков Ёлкин", "д р щербаков елкин"),
        ("Δρ Παπαδόπουλος", "δρ παπαδοπουλοσ"),
        ("王小明 診所", "王小明 診所"),
        ("김민준", "김민준"),
        ("O’Brien & Sons", "o brien sons"),
        ("", ""),
        (None, ""),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


def test_search_words():
    assert search_words("Dr. Lee, 514-555 (0199)") == ["dr", "lee", "514555", "0199"]
    assert search_words("+1 514 555") == ["1", "514", "555"]
    assert search_words("St-Luc 2A") == ["st", "luc", "2a"]
    assert search_words(" , ") == []
    assert search_words(None) == []


def test_placeholders_are_replaced_once():
    values = {"clinic": "{date}", "date": "1 May", "recipient_name": None}
    text = "From {clinic} on { date } to {recipient_name}: {unknown} {"
    assert replace_placeholders(text, values) == "From {date} on 1 May to : {unknown} {"
    assert placeholders(text) == {"clinic", "date", "recipient_name", "unknown"}
    assert replace_placeholders(None, values) == ""
