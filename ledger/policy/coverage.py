"""Which rule, command or module carries out which clause of the gazette, or why it lies outside a ledger.

The data stand in ``coverage.yaml``, in the order of the seven documents; ``COVERAGE.md`` is made from them by
``provident rules coverage > ledger/policy/COVERAGE.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Covered:
    """One clause: what carries it out and with which tests; else why it is ``outside``, or what is still ``open``.

    ``catalogue`` names the payments, standards and limits that the clause gives.
    """

    document: str
    clause: str
    zh: str
    catalogue: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    outside_zh: str = ""
    outside_en: str = ""
    open_zh: str = ""
    open_en: str = ""

    @property
    def state(self) -> str:
        """``carried``, ``outside`` or ``open``."""
        if self.rules or self.commands or self.modules:
            return "carried"
        return "outside" if self.outside_en else "open"

    def as_json(self) -> dict[str, Any]:
        found = {name: getattr(self, name) for name in self.__slots__}
        plain = {
            name: list(value) if isinstance(value, tuple) else value for name, value in found.items() if value
        }
        return plain | {"state": self.state}


@cache
def coverage_entries() -> tuple[Covered, ...]:
    """Every clause in order."""
    text = resources.files("ledger.policy").joinpath("coverage.yaml").read_text("utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return tuple(_entry(data) for data in yaml.load(text, Loader=loader))


def _entry(data: dict[str, Any]) -> Covered:
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
    }
    return Covered(**fields)


def coverage_page() -> str:
    """The coverage as a page of Markdown, one table for each document."""
    entries = coverage_entries()
    states = [entry.state for entry in entries]
    lines = [
        "# 公报逐条落实 · What carries out each clause of the gazette",
        "",
        f"{len(entries)} clauses: {states.count('carried')} carried out, {states.count('outside')} outside a ledger, "
        f"{states.count('open')} still open. Made by `provident rules coverage`; the data are in `coverage.yaml`.",
    ]
    document = ""
    for entry in entries:
        if entry.document != document:
            document = entry.document
            lines += ["", f"## {document}", "", "| clause | subject | by | tests |", "|---|---|---|---|"]
        lines.append(_row(entry))
    return "\n".join(lines)


def _row(entry: Covered) -> str:
    parts = [f"`{rule}`" for rule in entry.rules]
    parts += [f"command `{command}`" for command in entry.commands]
    parts += [f"`{module}`" for module in entry.modules]
    if entry.outside_en:
        parts.append(f"outside: {entry.outside_zh} · {entry.outside_en}")
    if entry.open_en:
        parts.append(f"**open**: {entry.open_zh} · {entry.open_en}")
    tests = ", ".join(f"`{test.removeprefix('tests/')}`" for test in entry.tests)
    cells = (entry.clause, entry.zh, ", ".join(parts), tests)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
