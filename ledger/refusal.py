"""A refusal: what was wrong, the clause that says so, and what to do next.

Codes are a public contract. Their texts, in Chinese and English, stand in ``ledger/texts/*.yaml``, one entry
for each code: ``{zh, en, hint_zh, hint_en, clause}``. The texts may name the refusal's facts in braces.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import yaml


class Refusal(Exception):
    """A command or a question that the ledger declines, without leaving a trace.

    ``code`` is stable; ``clause`` names the rule (the text's default clause when empty); ``facts`` are the
    values that made it so, as plain JSON values, and fill the braces of the text.
    """

    def __init__(self, code: str, clause: str = "", **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.clause = clause or texts()[code]["clause"]
        self.facts = facts

    def message(self, language: str = "en") -> str:
        """The sentence for people, in ``zh`` or ``en``."""
        return texts()[self.code][language].format_map(self.facts)

    def hint(self, language: str = "en") -> str:
        """What to do next, in ``zh`` or ``en``."""
        return texts()[self.code][f"hint_{language}"].format_map(self.facts)

    def as_json(self, language: str = "en") -> dict[str, Any]:
        return {
            "code": self.code,
            "clause": self.clause,
            "message": self.message(language),
            "hint": self.hint(language),
            "facts": self.facts,
        }

    def __str__(self) -> str:
        return f"{self.code}: {self.message()} ({self.clause})"


class LineRefusal(NamedTuple):
    """The refusal of one row of a list: its number in the source, the field, and why."""

    row: int
    field: str
    refusal: Refusal


class LinesRefused(Refusal):
    """A list with bad rows: nothing of it was booked, and ``lines`` has every one of them."""

    def __init__(self, lines: list[LineRefusal], total: int) -> None:
        first = lines[0]
        super().__init__(
            "lines_refused",
            count=len(lines),
            total=total,
            first=f"{first.row}: {first.refusal.code}",
        )
        self.lines = lines


@cache
def texts() -> dict[str, dict[str, str]]:
    """All refusal texts by code. A code that stands in two files is an error of this program."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted(resources.files("ledger").joinpath("texts").iterdir(), key=lambda file: file.name):
        for code, text in yaml.safe_load(file.read_text("utf-8")).items():
            if code in found:
                raise ValueError(f"refusal code {code} has two texts; the second is in {file.name}")
            found[code] = text
    return found
