"""What people write: blank is not said, too long is refused and never cut, and no character hides."""

from __future__ import annotations

from itertools import chain
from typing import Final
from unicodedata import category

from ledger.limits import TEXT_LENGTH_MAX
from ledger.refusal import Refusal

# White space of all kinds and marks of no width, which make two texts that look the same differ.
_OUTER: Final = "".join(
    map(
        chr,
        chain(
            range(0x09, 0x0E), range(0x1C, 0x21), (0x85, 0xA0, 0xAD, 0x061C, 0x1680, 0x180E), range(0x2000, 0x2010),
            range(0x2028, 0x2030), range(0x205F, 0x2070), (0x3000, 0xFEFF), range(0xFFF9, 0xFFFC),
        ),
    )
)  # fmt: skip
_FILLERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and a symbol that print nothing."""

_SHOWS_NOTHING: Final = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp", "Zs", "Mn", "Me"))
_HIDDEN: Final = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
"""Control and format characters, halves of a character, ends of lines. Private use stays: rare names are written so."""


def trimmed(text: str) -> str:
    """A text without what cannot be seen at its ends."""
    return text.strip(_OUTER)


def is_blank(text: str) -> bool:
    """Whether a text shows nothing: empty, white space of any kind, characters of no width."""
    return all(character in _FILLERS or category(character) in _SHOWS_NOTHING for character in text)


def fault_in(text: str, length_max: int = TEXT_LENGTH_MAX) -> str:
    """The code of what is wrong with a trimmed text: it is blank, too long, has a hidden character; or nothing."""
    if is_blank(text):
        return "text_blank"
    if len(text) > length_max:
        return "text_too_long"
    if not text.isprintable() and any(category(character) in _HIDDEN for character in text):
        return "text_hidden"
    return ""


def check_text(text: str, what: str) -> str:
    """A text as it is kept, or a refusal that names the field: ``text_blank``, ``text_too_long``, ``text_hidden``."""
    text = trimmed(text)
    fault = fault_in(text)
    if fault:
        raise Refusal(fault, what=what, limit=TEXT_LENGTH_MAX)
    return text
