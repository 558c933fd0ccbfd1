"""The name of a person who acts, as it is kept and as it is compared: another spelling makes no second person.

葫政发〔2019〕12号 第二十二条 asks for two persons; a capital, a space, a full-width or an invisible letter is none.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable


def tidy_name(name: str) -> str:
    """A name as it is kept: full-width letters as plain ones, without invisible letters and spaces at its ends."""
    plain = unicodedata.normalize("NFKC", name)
    visible = "".join(one for one in plain if unicodedata.category(one) not in ("Cc", "Cf"))
    return " ".join(visible.split())


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's, however they are spelled."""
    return tidy_name(one).casefold() == tidy_name(other).casefold()


def is_among(name: str, names: Iterable[str]) -> bool:
    """Whether somebody is one of these persons."""
    return any(same_person(name, one) for one in names)
