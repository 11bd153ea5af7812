"""Area codes of the US and Canada: found by code, city and state, and quickly."""

import time

import phonenumbers
import pytest

from tools import area_codes
from tools.area_codes import same_city, same_state, search, table


def codes(rows):
    return [each.code for each in rows]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("514", ["514"]),
        (" (514) ", ["514"]),
        ("51", ["510", "512", "513", "514", "515", "516", "517", "518", "519"]),
        ("Montréal", ["263", "438", "514"]),
        ("montreal, qc", ["263", "438", "514"]),
        ("Portland, OR", ["503", "971"]),
        ("tn", ["423", "615", "629", "731", "865", "901", "931"]),
        ("Tennessee", ["423", "615", "629", "731", "865", "901", "931"]),
        ("Prince Edw", ["782", "902"]),
        ("Yukon", ["867", "405"]),
        ("", []),
        ("x", []),
        ("Atlantis", []),
        ("999", []),
        ("800", []),  # no place
        ("242", []),  # the Bahamas
    ],
)
def test_found(text, wanted):
    assert codes(search(text)) == wanted


def test_the_chief_city_comes_first():
    found = codes(search("Nashville"))
    assert found[0] == "615"
    assert "229" in found  # Nashville, Georgia


def test_no_more_than_a_list_can_show():
    assert len(search("new")) == area_codes.MOST


def test_overlays_are_codes_of_the_same_city():
    assert codes(same_city("514")) == ["263", "438"]
    assert codes(same_city("438")) == ["263", "514"]
    assert same_city("629") == [], "the data knows no city of it"
    assert "615" in codes(same_state("629"))
    assert "514" not in codes(same_state("514"))
    assert same_city("000") == same_state("000") == []


def test_a_city_of_another_state_is_none():
    """Portland is in Maine, too."""
    assert codes(same_city("207")) == []


def test_in_words():
    assert table()["263"].place == "Montreal (Quebec)"
    assert table()["629"].place == "Tennessee"
    assert table()["201"].states == ("NJ",), "two exchanges in New York are no state"


def test_every_code_is_of_its_country_and_has_a_state():
    for code, each in table().items():
        number = phonenumbers.parse(f"+1{code}5550100")
        assert phonenumbers.region_code_for_number(number) == each.country
        assert each.states and set(each.states) <= set(area_codes.STATES)


def test_the_table_is_what_phonenumbers_knows():
    """Another version of it may know more; what both know is the same place."""
    made = area_codes.make_table()
    assert len(made) > 400
    shared = made.keys() & table().keys()
    assert len(shared) > 0.95 * len(made)
    moved = [c for c in shared if set(made[c][1]).isdisjoint(table()[c].states)]
    assert not moved


def test_quick():
    """As one types, in a worker that has loaded it and in one that has not."""
    table.cache_clear()
    area_codes._folded.cache_clear()
    began = time.perf_counter()
    search("montreal")
    assert time.perf_counter() - began < 1, "measured: 0.08 s"
    began = time.perf_counter()
    for _each in range(20):
        search("san")
    assert (time.perf_counter() - began) / 20 < 0.05, "measured: 0.0015 s"
