"""Folding of text for search and comparison, and placeholders."""

import re
import unicodedata

# Letters that Unicode does not decompose into a base letter and an accent.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"}
)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def fold(text):
    """Return a text without case, accents, punctuation and extra spaces.

    Two names that a person takes for the same fold alike: "Dr. José  Núñez" and
    "dr jose nunez". Letters of any script are kept.
    """
    decomposed = unicodedata.normalize("NFKD", (text or "").casefold())
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    plain = unicodedata.normalize("NFC", letters).translate(_LETTERS)
    return " ".join(
        "".join(
            " " if unicodedata.category(c)[0] in "PSZC" else c for c in plain
        ).split()
    )


def names_person(text, name):
    """Return whether a text holds a word of a person's name.

    Words are compared whole, so that Ann is not found in "annual", and without case
    and accents. Scripts that put no spaces between words are looked for anywhere.
    """
    folded = fold(text)
    words = set(folded.split())
    return any(
        part in words or (_is_unspaced(part) and part in folded)
        for part in fold(name).split()
        if len(part) > 1 or _is_unspaced(part)
    )


def _is_unspaced(word):
    # From the radicals of Chinese on: Chinese and Japanese; and Thai, Lao, Khmer.
    return any(c >= "\u2e80" or "\u0e00" <= c <= "\u0eff" for c in word) and not any(
        "\uac00" <= c <= "\ud7af" for c in word
    )


def search_words(text):
    """Return the words to look for, each to be found anywhere in the folded text.

    A word of digits and punctuation is part of a phone number: "514-555" is 514555.
    """
    words = []
    for word in (text or "").split():
        if any(c.isdecimal() for c in word) and not any(c.isalpha() for c in word):
            words.append("".join(str(int(c)) for c in word if c.isdecimal()))
        else:
            words.extend(fold(word).split())
    return words


def placeholders(text):
    """Return the names that stand in braces in a text."""
    return {name.strip() for name in _PLACEHOLDER.findall(text or "")}


def replace_placeholders(text, values):
    """Replace {name} by its value, in one pass: a value's braces are only text.

    Unknown names stay as they are.
    """

    def value(match):
        name = match.group(1).strip()
        return str(values[name] or "") if name in values else match.group()

    return _PLACEHOLDER.sub(value, text or "")
