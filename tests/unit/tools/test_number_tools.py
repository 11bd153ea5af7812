"""What people type and paste as a fax number, and what becomes of it."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.fax_number import (
    ERROR_CODES,
    FaxNumberError,
    check_allowed,
    country,
    digits,
    display,
    is_allowed,
    mask,
    parse,
    split_name,
)

MONTREAL = "+15145550199"
PARIS = "+33199001234"


@pytest.mark.parametrize(
    "text",
    [
        "514-555-0199",
        "(514) 555-0199",
        "514.555.0199",
        "514/555-0199",
        "5145550199",
        "1 514 555 0199",
        "+1 514 555 0199",
        "+1 (514) 555-0199",
        "011 1 514 555 0199",
        "Fax: 514-555-0199",
        "Fax 514 555 0199 ",
        "(Fax) 514 555 0199",
        "514 555 0199 (fax)",
        "514-555-0199 Fax",
        "514 555 0199 téléc.",
        "Télécopieur : 514 555-0199",
        "tel:+1-514-555-0199",
        "514‑555‑0199",  # non-breaking hyphens
        "514–555–0199",  # dashes
        "514 555 0199",  # non-breaking spaces
        "\u202a+1 514-555-0199\u202c",  # direction marks of an address book
        "5\u200b14 555\u00ad0199",  # zero-width space, soft hyphen
        "５１４－５５５－０１９９",  # full width
        "٥١٤٥٥٥٠١٩٩",  # Arabic digits
        "15145550199.0",  # a spreadsheet's number cell
    ],
)
def test_ways_to_write_one_number(text):
    assert parse(text, "CA").e164 == MONTREAL


@pytest.mark.parametrize(
    ("text", "home"),
    [
        ("01 99 00 12 34", "FR"),
        ("+33 (0)1 99 00 12 34", "CA"),
        ("0033 1 99 00 12 34", "CA"),  # 00 is dialled in Europe, not in Canada
        ("011 33 1 99 00 12 34", "CA"),
        ("011 33 1 99 00 12 34", "FR"),  # and 011 not in Europe
        ("33199001234", "FR"),  # a spreadsheet ate the plus
        ("+33199001234", None),
        ("00 33 199001234", None),
        ("01 99 00 12 34", "fr"),
    ],
)
def test_number_abroad(text, home):
    assert parse(text, home).e164 == PARIS


def test_facts_about_a_number():
    number = parse("514 555 0199", "CA")
    assert number.display == "+1 514-555-0199"
    assert number.country == "CA"
    assert number.kind == "fixed_or_mobile"
    assert parse("212 555 0123", "CA").country == "US"
    assert parse("1-800-FAX-DOCS", "CA").e164 == "+18003293627"
    assert parse("06 12 34 56 78", "FR").kind == "mobile"


@pytest.mark.parametrize(
    ("text", "home", "code"),
    [
        ("", "CA", "empty"),
        (None, "CA", "empty"),
        (False, "CA", "empty"),
        ("  \u200b ", "CA", "empty"),
        ("call Dr Lee", "CA", "invalid"),
        ("+", "CA", "invalid"),
        ("000 000 0000", "CA", "invalid"),
        ("123 555 0199", "CA", "invalid"),
        ("+999 514 555 0199", "CA", "invalid"),
        ("555-0199", "CA", "too_short"),
        ("514", "CA", "too_short"),
        ("+33 1 99", "CA", "too_short"),
        ("514 555 01999", "CA", "too_long"),
        ("5" * 40, "CA", "too_long"),
        ("514 555 0199", None, "no_country"),
        ("+1 (514) 555 0199 ext 2", "CA", "extension"),
        ("514-555-0199 x12", "CA", "extension"),
        ("514-555-0199x12", "CA", "extension"),
        ("514-555-0199 poste 12", "CA", "extension"),
        ("514-555-0199,,2", "CA", "extension"),
        ("514-555-0199 #2", "CA", "extension"),
        ("514 555 0199 / 514 555 0188", "CA", "several"),
        ("5145550199, 5145550188", "CA", "several"),
        ("514 555 0199 ou 514 555 0188", "CA", "several"),
        ("1.51456E+10", "CA", "spreadsheet"),
        ("1,51456E+10", "FR", "spreadsheet"),
        ("911", "CA", "emergency"),
        ("9-1-1", "US", "emergency"),
        ("+1911", "CA", "emergency"),
        ("112", "FR", "emergency"),
        ("15", "FR", "emergency"),
        ("900 555 0199", "CA", "premium"),
        ("+1 900 555 0199", "FR", "premium"),
        ("011 1 900 555 0199", "CA", "premium"),
        ("514 976 1234", "CA", "premium"),
        ("500 555 0123", "US", "premium"),
        ("0825 123 456", "FR", "premium"),
        ("07012345678", "GB", "premium"),
        ("+979 1 2345 6789", "CA", "premium"),
        ("+870 773 123 456", "CA", "satellite"),
        ("+881 6 123 45678", "CA", "satellite"),
        ("011 881 6 123 45678", "CA", "satellite"),
        ("00 870 773 123 456", "FR", "satellite"),
        ("+882 16 123 456", "CA", "satellite"),
        ("+883 51 0", "CA", "satellite"),
        ("+878 10 1234567890", "CA", "satellite"),
        ("+800 1234 5678", "CA", "satellite"),
    ],
)
def test_what_is_refused(text, home, code):
    with pytest.raises(FaxNumberError) as caught:
        parse(text, home)
    assert caught.value.code == code
    assert str(caught.value) == code, "the message ends in logs: no digits there"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("876 555 0123", "JM"),
        ("809 555 0123", "DO"),
        ("473 440 2345", "GD"),
        ("787 555 0123", "PR"),
    ],
)
def test_islands_of_the_shared_code_are_abroad(text, code):
    number = parse(text, "US")
    assert number.country == code
    assert not is_allowed(number, "US", [])
    assert not is_allowed(number, "CA", ["US"])
    assert is_allowed(number, "US", [code])


def test_neighbour_is_allowed_only_when_listed():
    new_york = parse("212 555 0123", "CA")
    assert not is_allowed(new_york, "CA", [])
    assert is_allowed(new_york, "CA", ["US"])
    assert is_allowed(new_york, "US", [])
    check_allowed(new_york, {"CA", "US"})
    with pytest.raises(FaxNumberError) as caught:
        check_allowed(new_york, {"CA"})
    assert (caught.value.code, caught.value.country) == ("country", "US")


def test_toll_free_number_of_a_shared_code_is_home():
    assert parse("1-800-555-0199", "CA").country == "CA"
    assert parse("1-800-555-0199", "US").country == "US"
    assert parse("+1 800 555 0199", "FR").country == "US"


def test_fictional_numbers_are_valid_in_every_area_code():
    """The demo clinic and the training account live on 555-01XX."""
    areas = [
        area
        for area in range(201, 990)
        if phonenumbers.is_valid_number(phonenumbers.parse(f"+1{area}2340100"))
        and phonenumbers.region_code_for_number(phonenumbers.parse(f"+1{area}2340100"))
        in ("US", "CA")
        and phonenumbers.number_type(phonenumbers.parse(f"+1{area}2340100"))
        == phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE
    ]
    assert len(areas) > 300
    for area in areas:
        assert parse(f"{area} 555 0101", "US").e164 == f"+1{area}5550101"


def test_country():
    assert country(MONTREAL) == "CA"
    assert country("+18765550123") == "JM"
    assert country("") == country(None) == country("anonymous") == ""


def test_display_and_mask():
    assert display(MONTREAL) == "+1 514-555-0199"
    assert display("") == display(None) == display(False) == ""
    assert display("anonymous") == "anonymous"
    assert mask(MONTREAL) == "…0199"
    assert mask(None) == mask("") == mask("0199") == ""
    assert digits("(514) ٥٥٥-０１") == "51455501"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr Lee 514-555-0199", ("Dr Lee", "514-555-0199")),
        ("Dr Lee (514) 555-0199", ("Dr Lee", "(514) 555-0199")),
        ("+1 514 555 0199 Dr Lee", ("Dr Lee", "+1 514 555 0199")),
        ("Dr Lee <+15145550199>", ("Dr Lee", "+15145550199")),
        ("Clinic 2000, 514 555 0199", ("Clinic 2000", "514 555 0199")),
        ("5145550199", ("", "5145550199")),
        ("Dr Lee", ("Dr Lee", "")),
        ("Ward 12", ("Ward 12", "")),
        ("", ("", "")),
    ],
)
def test_split_name(text, expected):
    assert split_name(text) == expected


@given(st.text(max_size=40), st.sampled_from(["CA", "US", "FR", None]))
def test_any_text_is_a_number_or_a_known_error(text, home):
    try:
        number = parse(text, home)
    except FaxNumberError as error:
        assert error.code in ERROR_CODES
    else:
        again = parse(number.e164, None)
        assert again.e164 == number.e164
        assert number.e164 == f"+{digits(number.display)}"


@given(
    st.integers(2000000, 9999999),
    st.sampled_from(["-", " ", ".", "\u2011", "\u00a0", ""]),
    st.sampled_from(["", "Fax: ", "\u202a", "+1 ", "1-"]),
    st.sampled_from(["", " (fax)", "\u202c", " "]),
)
def test_separators_never_change_the_number(local, separator, before, after):
    text = f"514{separator}{local // 10000}{separator}{local % 10000:04}"
    exchange = str(local // 10000)
    if exchange == "976":
        return
    assert parse(f"{before}{text}{after}", "CA").e164 == f"+1514{local}"
