"""What an event says in plain words, in Chinese and English, with the clause it rests on.

The sentences stand in ``words.yaml``, one for every registered event; a test sees to it that none is missing.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

import yaml
from msgspec.structs import asdict

from ledger.money import format_fen
from ledger.streams.base import Event

_LANGUAGES = ("zh", "en")


@cache
def _book() -> dict[str, Any]:
    text = resources.files("projections.views").joinpath("words.yaml").read_text("utf-8")
    book: dict[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return book


def sentence(event: Event, language: str) -> str:
    """The event as one sentence in ``zh`` or ``en``; amounts in yuan."""
    entry = _book()["events"][event.topic]
    fields = asdict(event)
    shown = {name: _shown(name, value, language) for name, value in fields.items()}
    text: str = entry[language]
    for name, added in entry.get("if", {}).items():
        if fields[name]:
            text += added[_LANGUAGES.index(language)]
    return text.format_map(shown)


def term(field: str, value: str, language: str) -> str:
    """A coded value of a field in words, or as it is where it has none."""
    found = _book()["terms"].get(field, {}).get(value)
    return str(found[_LANGUAGES.index(language)]) if found else value


def clause_of(event: Event) -> str:
    """The clause that an event rests on: of its own explanation where it carries one."""
    explanation = getattr(event, "explanation", None) or {}
    return str(explanation.get("clause") or _book()["events"][event.topic]["clause"])


def _shown(name: str, value: Any, language: str) -> str:
    if name.endswith("_fen"):
        return format_fen(value)
    if isinstance(value, Decimal):
        return f"{(value * 100).normalize():f}%"
    if isinstance(value, dict):
        return "; ".join(
            f"{key} {format_fen(fen) if isinstance(fen, int) else fen}" for key, fen in value.items()
        )
    if isinstance(value, tuple):
        return "; ".join(map(str, value))
    return term(name, value, language) if isinstance(value, str) else str(value)
