"""The proof of a result, printed in Chinese or English: facts, parameters with their dates, steps, conclusion."""

from __future__ import annotations

from typing import Any, Final

from ledger.money import format_fen
from ledger.policy.parameters import ParameterValue
from ledger.policy.rules.framework import Outcome, Rule
from ledger.policy.units import plain

ROWS_SHOWN_MAX: Final = 10
"""Rows of a table that a proof shows; ``provident policy show`` shows all of them."""

_WORDS: Final = {
    "zh": {
        "given": "事实", "parameters": "参数", "steps": "推导", "hence": "结论", "on": "适用日", "clause": "依据",
        "since": "自 {since} 起施行，{published} 公布", "until": "至 {until}", "rounding": "舍入 {rounding}",
        "source": "出处：{source}（{certainty}）", "yuan": "元", "none": "无", "yes": "是", "no": "否",
    },
    "en": {
        "given": "Facts", "parameters": "Parameters", "steps": "Steps", "hence": "Hence", "on": "Law of",
        "clause": "Clause", "since": "in force since {since}, published {published}", "until": "until {until}",
        "rounding": "rounding {rounding}", "source": "source: {source} ({certainty})", "yuan": "yuan",
        "none": "none", "yes": "yes", "no": "no",
    },
}  # fmt: skip


def proof(outcome: Outcome, language: str = "en") -> str:
    """The whole proof as lines of text, in ``zh`` or ``en``."""
    words, rule = _WORDS[language], outcome.rule
    lines = [
        f"{rule.name} · {title(rule, language)}",
        f"{words['clause']}: {outcome.clause}",
        f"{words['on']}: {outcome.on}",
        words["given"],
    ]
    lines += [f"  {name} = {_shown(value, name, words)}" for name, value in outcome.inputs_as_json().items()]
    if outcome.used:
        lines.append(words["parameters"])
        lines += [line for value in outcome.used for line in _parameter_lines(value, words)]
    if outcome.steps:
        lines.append(words["steps"])
    for number, step in enumerate(outcome.steps, 1):
        notes = [step.clause, words["rounding"].format(rounding=step.rounding) if step.rounding else ""]
        said = (
            "；".join(note for note in notes if note) if language == "zh" else "; ".join(filter(None, notes))
        )
        label = step.zh if language == "zh" else step.en
        lines.append(
            f"  {number}. {label} → {_shown(step.value, step.unit, words)}" + (f"  [{said}]" if said else "")
        )
    lines.append(words["hence"])
    lines += [f"  {name} = {_shown(value, name, words)}" for name, value in outcome.values.items()]
    return "\n".join(lines)


def title(rule: Rule, language: str) -> str:
    return rule.zh if language == "zh" else rule.en


def _parameter_lines(value: ParameterValue, words: dict[str, str]) -> list[str]:
    since = words["since"].format(since=value.effective_from, published=value.published_on)
    until = words["until"].format(until=value.effective_to) if value.effective_to else ""
    shown, unit = plain(value.value), value.unit
    rows = shown if isinstance(shown, list) and shown and isinstance(shown[0], dict) else []
    lines = [
        f"  {value.version} = " + (f"[{len(rows)}]" if rows else _shown(value.value, unit, words)),
        *(f"      {_row(row)}" for row in rows[:ROWS_SHOWN_MAX]),
        f"    {' '.join(filter(None, (since, until)))} · {value.citation}",
    ]
    if value.source != "printed":
        lines.append("    " + words["source"].format(source=value.source, certainty=value.certainty))
    return lines


def _row(row: dict[str, Any]) -> str:
    return "  ".join(f"{name}={cell}" for name, cell in row.items() if name != "en" and cell is not None)


def _shown(value: Any, unit: str, words: dict[str, str]) -> str:
    """A value for people: fen as yuan, yes and no, lists with commas."""
    if value is None:
        return words["none"]
    if isinstance(value, bool):
        return words["yes"] if value else words["no"]
    money = unit.split("/")[0] == "fen" or "_fen" in unit
    if isinstance(value, int) and money:
        return f"{format_fen(value)} {words['yuan']}"
    if isinstance(value, dict):
        return "; ".join(f"{name} {_shown(item, unit, words)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_shown(item, unit, words) for item in plain(value))
    return str(plain(value))
