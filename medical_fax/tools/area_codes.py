"""Area codes of the United States and Canada: which state, which cities.

Built from the geographic data of `phonenumbers`, which knows places by the digits that
numbers begin with. That data is large (a third of a second, 100 MB while it is read)
and covers the world, so the table is made by `make_table` once, when the addon is
prepared (`dev/area_codes.py`), and is a small file beside this one.

A code without cities has none in that data, as overlays often do: its state is known.
"""

import json
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .text import fold

TABLE = Path(__file__).parent / "area_codes.json"
MOST = 20  # codes that one search gives
MOST_ASKED = 10  # codes that a provider is asked about in one search
COUNTRIES = ("US", "CA")
# States and provinces as they are called there, and as people may type them.
STATES = {
    "AB": "Alberta", "AK": "Alaska", "AL": "Alabama", "AR": "Arkansas",
    "AZ": "Arizona", "BC": "British Columbia", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DC": "Washington D.C.", "DE": "Delaware", "FL": "Florida",
    "GA": "Georgia", "HI": "Hawaii", "IA": "Iowa", "ID": "Idaho", "IL": "Illinois",
    "IN": "Indiana", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana",
    "MA": "Massachusetts", "MB": "Manitoba", "MD": "Maryland", "ME": "Maine",
    "MI": "Michigan", "MN": "Minnesota", "MO": "Missouri", "MS": "Mississippi",
    "MT": "Montana", "NB": "New Brunswick", "NC": "North Carolina",
    "ND": "North Dakota", "NE": "Nebraska", "NH": "New Hampshire", "NJ": "New Jersey",
    "NL": "Newfoundland and Labrador", "NM": "New Mexico", "NS": "Nova Scotia",
    "NT": "Northwest Territories", "NU": "Nunavut", "NV": "Nevada", "NY": "New York",
    "OH": "Ohio", "OK": "Oklahoma", "ON": "Ontario", "OR": "Oregon",
    "PA": "Pennsylvania", "PE": "Prince Edward Island", "QC": "Quebec",
    "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota",
    "SK": "Saskatchewan", "TN": "Tennessee", "TX": "Texas", "UT": "Utah",
    "VA": "Virginia", "VT": "Vermont", "WA": "Washington", "WI": "Wisconsin",
    "WV": "West Virginia", "WY": "Wyoming", "YT": "Yukon",
}  # fmt: skip
# Written differently in the data.
ALIASES = {"Washington State": "WA", "British Colombia": "BC"}
_BY_NAME = {name: code for code, name in STATES.items()} | ALIASES


@dataclass(frozen=True)
class AreaCode:
    """One area code; cities by how many of its numbers are theirs."""

    code: str
    country: str
    states: tuple[str, ...]
    cities: tuple[str, ...]

    @property
    def place(self) -> str:
        """Where it is, as a person reads it: "Montreal, QC"."""
        names = ", ".join(STATES[state] for state in self.states)
        if not self.cities:
            return names
        return f"{', '.join(self.cities[:3])} ({names})"


# Searching


@lru_cache(maxsize=1)
def table() -> dict[str, AreaCode]:
    """All of them, by code."""
    rows = json.loads(TABLE.read_text(encoding="utf-8"))
    return {
        code: AreaCode(code, country, tuple(states), tuple(cities))
        for code, (country, states, cities) in rows.items()
    }


@lru_cache(maxsize=1)
def _folded() -> list[tuple[AreaCode, frozenset[str], tuple[str, ...]]]:
    return [
        (
            each,
            frozenset(fold(name) for s in each.states for name in (s, STATES[s])),
            tuple(fold(city) for city in each.cities),
        )
        for each in table().values()
    ]


def search(text: str, most: int = MOST) -> list[AreaCode]:
    """Area codes by the digits they begin with, by city or by state.

    The best first: the code itself, its chief city, a state, another city. A state
    may stand behind the city: "Portland, OR".
    """
    digits = "".join(c for c in text if c.isdigit())
    if digits:
        return [each for code, each in table().items() if code.startswith(digits)][
            :most
        ]
    wanted = fold(text)
    if len(wanted) < 2:
        return []
    found = []
    for each, states, cities in _folded():
        rank = _rank(wanted, states, cities)
        if rank is not None:
            found.append((rank, each.code, each))
    return [each for _rank, _code, each in sorted(found)[:most]]


def _rank(wanted, states, cities):
    """How well a code fits; lower is better, None is not at all."""
    if wanted in states:
        return (1, 0)
    city, _space, state = wanted.rpartition(" ")
    names = [wanted]
    if city and state in states:
        names.append(city)
    for name in names:
        for place, candidate in enumerate(cities):
            if candidate.startswith(name) or f" {name}" in candidate:
                return (0 if not place else 2, place)
    if len(wanted) > 2 and any(state.startswith(wanted) for state in states):
        return (3, 0)
    return None


def same_city(code: str) -> list[AreaCode]:
    """Other codes of the chief city of this one: its overlays."""
    own = table().get(code)
    if not own or not own.cities:
        return []
    chief = own.cities[0]
    others = [
        (each.cities.index(chief), each.code, each)
        for each in table().values()
        if each.code != code and chief in each.cities and _share_state(own, each)
    ]
    return [each for _place, _code, each in sorted(others, key=lambda row: row[:2])]


def same_state(code: str) -> list[AreaCode]:
    """Other codes of its state or province."""
    own = table().get(code)
    if not own:
        return []
    return [
        each
        for each in table().values()
        if each.code != code and _share_state(own, each)
    ]


def _share_state(one: AreaCode, other: AreaCode) -> bool:
    return one.country == other.country and bool({*one.states} & {*other.states})


# Making the table


def make_table() -> dict[str, list]:
    """The rows of the table from the data of `phonenumbers` that is installed."""
    import phonenumbers
    from phonenumbers.geodata import GEOCODE_DATA

    states, cities = {}, {}
    for prefix, names in GEOCODE_DATA.items():
        name = names.get("en")
        if not name or len(prefix) < 4 or not prefix.startswith("1"):
            continue
        code = prefix[1:4]
        city, found = _place(name)
        states.setdefault(code, Counter()).update(found)
        if city:
            # The name of a whole area code stands for its thousand exchanges.
            weight = 1000 if len(prefix) == 4 else 1
            cities.setdefault(code, Counter())[city] += weight
    rows = {}
    for code in sorted(states):
        number = phonenumbers.parse(f"+1{code}2345678")
        country = phonenumbers.region_code_for_number(number)
        if country in COUNTRIES and states[code]:
            # A neighbour's town or two do not make a state of it.
            most = max(states[code].values())
            own = [s for s, count in states[code].items() if count * 50 >= most]
            by_count = sorted(cities.get(code, {}).items(), key=_by_count)
            rows[code] = [country, sorted(own), [city for city, _count in by_count]]
    return rows


def _by_count(row):
    return (-row[1], row[0])


def _place(name: str) -> tuple[str | None, list[str]]:
    """City and states of a name such as "Montreal, QC", "Quebec", "A/B"."""
    city, comma, state = name.rpartition(", ")
    if comma and state in STATES:
        return city, [state]
    found = [_BY_NAME.get(each) for each in name.split("/")]
    return None, [each for each in found if each]
