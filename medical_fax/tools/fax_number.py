"""From what a person typed to the number that is dialled.

Built on `phonenumbers`. On top of it comes what matters for a fax: labels and
invisible characters that are pasted along, an access code (00, 011) typed where the
home country uses another, extensions (no fax machine dials them), several numbers
in one cell, numbers that a spreadsheet has destroyed, and numbers that are valid
but must never be dialled: emergency, premium rate, satellite.

The fictional numbers 555-01XX of the demo clinic and of the training account need
no exception: `phonenumbers` takes them for valid in every area code of the US and
Canada, which a test asserts.
"""

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
)

# What :class:`FaxNumberError` may carry.
ERROR_CODES = (
    "empty",
    "invalid",
    "too_short",
    "too_long",
    "no_country",
    "extension",
    "several",
    "spreadsheet",
    "emergency",
    "premium",
    "satellite",
    "country",
)

KINDS = {
    PhoneNumberType.FIXED_LINE: "fixed",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_or_mobile",
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.VOIP: "voip",
    PhoneNumberType.UAN: "uan",
    PhoneNumberType.PAGER: "pager",
    PhoneNumberType.VOICEMAIL: "voicemail",
}
# The owner of the number sets the price of a call. Personal numbers (+44 70, +1 500)
# are on the list because of it; company-wide numbers (UAN) cost an ordinary call.
PREMIUM_TYPES = (
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.PERSONAL_NUMBER,
)
PREMIUM_CALLING_CODES = (808, 979)
NANP = 1
# NPA-976-XXXX is reserved for paid information services; the metadata does not say.
NANP_PREMIUM_EXCHANGE = "976"

_LABEL_AFTER = re.compile(
    r"(?<=\d)[\s,;(\[]+(?:tele|télé)?(?:fax|copie|copieur|c)\b\.?\s*[)\]]?\s*$", re.I
)
_EXTENSION = re.compile(
    r"\d[\s,;(]*(?:extension|extn?|poste|post|durchwahl|dw|ramal|anexo|interno|int|x)"
    r"[\s.:#]*\d{1,7}\s*\)?\s*$",
    re.I,
)
_SEVERAL = re.compile(r"[/;,|\n]|\b(?:or|ou|o|oder|and|et|y|und)\b", re.I)
_SPREADSHEET = re.compile(r"^[+-]?\d+(?:[.,]\d+)?E[+-]?\d+$", re.I)
_FLOAT = re.compile(r"^(\+?\d{7,15})\.0+$")
_IN_SENTENCE = re.compile(r"\+?[\d(][\d\s().\-\u2010-\u2015/]{4,}\d")
# Exceptions and validation results are numbered alike: two tables.
_UNREADABLE = {
    NumberParseException.TOO_SHORT_AFTER_IDD: "too_short",
    NumberParseException.TOO_SHORT_NSN: "too_short",
    NumberParseException.TOO_LONG: "too_long",
}
_IMPOSSIBLE = {
    ValidationResult.TOO_SHORT: "too_short",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "too_short",
    ValidationResult.TOO_LONG: "too_long",
}
# The shortest number that can stand alone: an area code is at least two digits.
_COMPLETE_DIGITS = 7


@dataclass(frozen=True, slots=True)
class FaxNumber:
    """A number that can be dialled.

    :param e164: as dialled and stored, for instance +15145550199
    :param display: in international form, +1 514-555-0199
    :param country: its ISO code; shared calling codes are told apart (+1 876 is JM)
    :param kind: one of the values of :data:`KINDS`, or "unknown"
    """

    e164: str
    display: str
    country: str
    kind: str


class FaxNumberError(ValueError):
    """A text that is no number to fax to.

    Its message is only the code: exceptions end in logs, where no number may stand.

    :param code: one of :data:`ERROR_CODES`
    :param country: ISO code of the number's country, where the code is "country"
    """

    def __init__(self, code, country=None):
        super().__init__(code)
        self.code = code
        self.country = country


def parse(text, home_country):
    """Return the :class:`FaxNumber` that a person means.

    :param text: as typed or pasted
    :param home_country: ISO code for numbers without a calling code, or None
    :raise FaxNumberError: it is no number, or one that must not be dialled
    """
    cleaned = _clean(text)
    home = (home_country or "").upper() or None
    _refuse_other_text(cleaned, home)
    number = _parse_national_or_abroad(cleaned, home)
    if number.extension:
        raise FaxNumberError("extension")
    _refuse_expensive(number)
    kind = phonenumbers.number_type(number)
    return FaxNumber(
        e164=phonenumbers.format_number(number, PhoneNumberFormat.E164),
        display=phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL),
        country=_country(number, kind, home),
        kind=KINDS.get(kind, "unknown"),
    )


def is_allowed(number, home_country, allowed_countries):
    """Return whether a :class:`FaxNumber` may be dialled from the home country.

    The home country is always allowed. Countries that share a calling code are
    countries of their own: the US is not allowed to a Canadian account, nor Jamaica
    to an American one, until it is in the list.

    :param allowed_countries: ISO codes of countries enabled besides
    """
    return number.country in {home_country, *allowed_countries}


def check_allowed(number, countries):
    """Refuse a :class:`FaxNumber` outside of the given countries.

    :param countries: ISO codes, home included
    :raise FaxNumberError: code "country", with the number's country
    """
    if number.country not in countries:
        raise FaxNumberError("country", country=number.country)


def display(e164):
    """Return a stored number in international form; what is none comes back as is."""
    if not e164:
        return ""
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return e164
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def country(e164):
    """Return the ISO code of a stored number's country; empty for what is none."""
    try:
        number = phonenumbers.parse(e164 or "", None)
    except NumberParseException:
        return ""
    return phonenumbers.region_code_for_number(number) or ""


def mask(e164):
    """Return a number of which only the last four digits can be read."""
    return f"…{e164[-4:]}" if e164 and len(e164) > 4 else ""


def digits(text):
    """Return the digits of a text in any script, as ASCII."""
    return "".join(str(unicodedata.digit(c)) for c in text or "" if c.isdecimal())


def split_name(text):
    """Split "Dr Lee 514-555-0199" into ("Dr Lee", "514-555-0199").

    The number is empty where there is none, the name where nothing else is.
    """
    cleaned = _invisible_removed(text)
    # The last one: a name may hold digits too ("Clinic 2000 ...").
    found = [*_IN_SENTENCE.finditer(cleaned), None][-2:][0]
    if not found or len(digits(found.group())) < _COMPLETE_DIGITS:
        return cleaned.strip(), ""
    name = f"{cleaned[: found.start()]} {cleaned[found.end() :]}"
    return " ".join(name.split()).strip(" ,;:-<>()"), found.group().strip()


def _invisible_removed(text):
    # Address books put direction marks around numbers, which come along unseen.
    return "".join(
        c
        for c in unicodedata.normalize("NFKC", text or "")
        if unicodedata.category(c) != "Cf"
    )


def _clean(text):
    cleaned = _LABEL_AFTER.sub("", _invisible_removed(text).strip())
    # A spreadsheet's number cell arrives as 15145550199.0.
    return _FLOAT.sub(r"\1", cleaned)


def _refuse_other_text(text, home):
    if not text:
        raise FaxNumberError("empty")
    if _SPREADSHEET.match(text):
        raise FaxNumberError("spreadsheet")
    if not digits(text):
        raise FaxNumberError("invalid")
    if _is_emergency(digits(text), home):
        raise FaxNumberError("emergency")
    parts = [part for part in _SEVERAL.split(text) if part]
    if sum(len(digits(part)) >= _COMPLETE_DIGITS for part in parts) > 1:
        raise FaxNumberError("several")
    if _EXTENSION.search(text) and len(digits(text)) > _COMPLETE_DIGITS:
        raise FaxNumberError("extension")


def _is_emergency(number, country):
    # Exactly the emergency number: some long numbers begin with the same digits.
    return bool(country) and phonenumbers.is_emergency_number(number, country)


def _parse_national_or_abroad(text, home):
    """Parse as the home country dials, else with the access code of another one."""
    try:
        return _parse_valid(text, home)
    except FaxNumberError as error:
        abroad = _without_access_code(text)
        if not abroad or error.code in ("emergency", "premium", "satellite"):
            raise
        try:
            return _parse_valid(abroad, None)
        except FaxNumberError as second:
            # Of the two readings the one that is refused on purpose explains more.
            if second.code in ("emergency", "premium", "satellite"):
                raise second from None
            raise error from None


def _without_access_code(text):
    number = digits(text)
    for access_code in ("011", "00"):
        if number.startswith(access_code) and "+" not in text:
            return f"+{number[len(access_code) :]}"
    return None


def _parse_valid(text, home):
    try:
        number = phonenumbers.parse(text, home)
    except NumberParseException as error:
        if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            code = "invalid" if "+" in text else "no_country"
        else:
            code = _UNREADABLE.get(error.error_type, "invalid")
        raise FaxNumberError(code) from None
    if number.country_code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS:
        premium = number.country_code in PREMIUM_CALLING_CODES
        raise FaxNumberError("premium" if premium else "satellite")
    main = phonenumbers.region_code_for_country_code(number.country_code)
    if _is_emergency(phonenumbers.national_significant_number(number), main):
        raise FaxNumberError("emergency")
    if not phonenumbers.is_valid_number(number):
        reason = phonenumbers.is_possible_number_with_reason(number)
        raise FaxNumberError(_IMPOSSIBLE.get(reason, "invalid"))
    return number


def _refuse_expensive(number):
    national = phonenumbers.national_significant_number(number)
    if phonenumbers.number_type(number) in PREMIUM_TYPES or (
        number.country_code == NANP and national[3:6] == NANP_PREMIUM_EXCHANGE
    ):
        raise FaxNumberError("premium")


def _country(number, kind, home):
    country = phonenumbers.region_code_for_number(number)
    # A toll-free number of a shared calling code belongs to no one country of it,
    # and is answered free of charge where it can be reached: it counts as home.
    shared = home in phonenumbers.region_codes_for_country_code(number.country_code)
    if kind == PhoneNumberType.TOLL_FREE and shared:
        return home
    return country
