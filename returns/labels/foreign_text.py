"""Text that others wrote, made fit for paper (security.md, "What the libraries do not do for us")."""

import re
import unicodedata

FIELD_LIMIT = 500
WORD_LIMIT = 60

#: Stands, visibly, for what cannot be drawn.
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

#: Nothing of a longer text can reach the paper, so nothing of it is looked at.
_READ_LIMIT = 4 * FIELD_LIMIT

_OVERLONG_WORD = re.compile(rf"(\S{{{WORD_LIMIT}}})(?=\S)")


def printable(text: str) -> str:
    """One line of at most 500 characters and words of at most 60, without control characters.

    What is cut ends in an ellipsis; an overlong word goes on after a blank. Letters are composed
    (NFC), because reportlab places a combining accent beside its letter.
    """
    composed = unicodedata.normalize("NFC", text[:_READ_LIMIT])
    line = " ".join("".join(map(_visible, composed)).split())
    if len(line) > FIELD_LIMIT or len(text) > _READ_LIMIT:
        line = line[: FIELD_LIMIT - 1] + "…"
    return _OVERLONG_WORD.sub(r"\1 ", line)[: FIELD_LIMIT + FIELD_LIMIT // WORD_LIMIT]


def _visible(character: str) -> str:
    match unicodedata.category(character):
        case "Cc" | "Zl" | "Zp" if character.isspace():
            return " "
        case "Cc" | "Cf":  # Cf holds the marks that reverse the reading direction
            return ""
        case "Cs" | "Co" | "Cn":
            return REPLACEMENT
    return character
