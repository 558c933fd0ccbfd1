"""Checks a file of rule cases: what each rule gives against what the case expects (provident rules check).

A case is ``{id, rule, inputs, expected, cite?, reading?}``. Decimals are compared by value, everything else
exactly. A case may name the day (``on``), the day of knowledge (``known_on``) and other readings or figures of
the city (``parameters``, each ``ID=VALUE``). A refusal counts as an outcome: its status is ``refused_`` and the
code, and every other output is null.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from ledger.dates import parse_day
from ledger.policy.overlay import overlaid
from ledger.policy.parameters import PolicyBook
from ledger.policy.rules import decide, find_rule, registered
from ledger.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Checked:
    """One case with what the rule gave; ``refusal`` says why when it gave nothing."""

    id: str
    rule: str
    clause: str
    ok: bool
    expected: Any
    actual: Any
    refusal: str = ""

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


class CaseMalformed(ValueError):
    """A file that is not a list of cases, or a case without rule, inputs or expected values."""


def check_case(case: Any, book: PolicyBook) -> Checked:
    """Runs one case; raises ``CaseMalformed`` when it is not a case."""
    if not isinstance(case, dict) or not isinstance(case.get("rule"), str):
        raise CaseMalformed("a case is an object with rule, inputs and expected")
    if not isinstance(case.get("inputs"), dict) or not isinstance(case.get("expected"), dict):
        raise CaseMalformed(f"case {case.get('id')} has no inputs or no expected values")
    expected, rule = case["expected"], case["rule"]
    on, known_on = (parse_day(case[name]) if case.get(name) else None for name in ("on", "known_on"))
    refusal = ""
    try:
        book = overlaid(book, case.get("parameters", ()))
        outcome = decide(rule, case["inputs"], book, on, known_on, explain=False).as_json()
        actual, clause = outcome["values"], outcome["clause"]
    except Refusal as refused:
        refusal, clause = str(refused), refused.clause
        actual = _refused(refused, expected)
    return Checked(str(case.get("id", "")), rule, clause, equal(actual, expected), expected, actual, refusal)


def _refused(refused: Refusal, expected: Mapping[str, Any]) -> dict[str, Any]:
    """What a refusal amounts to: no output has a value; the status, where a case asks for one, names the code.

    Only a missing parameter may stand for plain nulls: any other refusal must be expected by its status.
    """
    asked = "status" in expected or refused.code != "missing_parameter"
    return dict.fromkeys(expected) | ({"status": f"refused_{refused.code}"} if asked else {})


def check_cases(cases: Any, book: PolicyBook) -> list[Checked]:
    """All cases of a file, in order; raises ``CaseMalformed``."""
    if not isinstance(cases, list):
        raise CaseMalformed("a file of cases is a list")
    return [check_case(case, book) for case in cases]


def equal(actual: Any, expected: Any) -> bool:
    """Decimals by value (``0.0325`` equals ``0.03250``), everything else exactly, types included."""
    if isinstance(actual, Mapping) and isinstance(expected, Mapping):
        return actual.keys() == expected.keys() and all(
            equal(actual[name], expected[name]) for name in actual
        )
    if isinstance(actual, list) and isinstance(expected, list):
        return len(actual) == len(expected) and all(map(equal, actual, expected))
    if isinstance(actual, str) and isinstance(expected, str):
        return actual == expected or _same_number(actual, expected)
    return type(actual) is type(expected) and bool(actual == expected)


def _same_number(first: str, second: str) -> bool:
    try:
        return Decimal(first) == Decimal(second)
    except InvalidOperation:
        return False


def tally(checked: Iterable[Checked]) -> list[dict[str, Any]]:
    """Counts by rule and clause, in the order of the registry: passed, failed."""
    counts: dict[str, dict[str, Any]] = {}
    for case in checked:
        clause = find_rule(case.rule).clause if case.rule in registered() else case.clause
        row = counts.setdefault(case.rule, {"rule": case.rule, "clause": clause, "passed": 0, "failed": 0})
        row["passed" if case.ok else "failed"] += 1
    return list(counts.values())
