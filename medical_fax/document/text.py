"""Characters that a page can show, and words that can be broken."""

import re
import unicodedata

ZWSP = "\u200b"
"""A place where a line may break, without any width."""

# Characters that show nothing or spoof the order of what is read: controls, bidi
# embeddings and overrides, byte order marks, interlinear marks, lone surrogates.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028\u2029\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_LINES = re.compile("\r\n?|[\u2028\u2029\x0b\x0c]")


def clean_text(text):
    """`text` composed (NFC), without characters that no font shows."""
    # A plain string: Odoo's Markup would escape what is joined to it.
    text = str(text)
    if text.isascii() and text.isprintable():
        return text
    text = _LINES.sub("\n", text)
    text = _UNWANTED.sub("", text)
    return _PRIVATE.sub("\ufffd", unicodedata.normalize("NFC", text))


def one_line(text, limit=300):
    """`text` as one cleaned line of at most `limit` characters."""
    text = " ".join(clean_text(text or "").split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def soft_breaks(text, longest, step):
    """Let words of more than `longest` characters break every `step` characters."""
    if len(text) <= longest:
        return text

    def broken(match):
        word = match.group()
        return ZWSP.join(word[i : i + step] for i in range(0, len(word), step))

    return re.sub(rf"\S{{{longest + 1},}}", broken, text)


def is_right_to_left(text):
    """Whether the first letter with a direction of its own is Arabic or Hebrew."""
    if text.isascii():
        return False
    for char in text[:400]:
        direction = unicodedata.bidirectional(char)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False
