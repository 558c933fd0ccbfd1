"""What a grant comes to: the facts of its application, its tests, and the amount by the programme's rule.

No programme has code of its own: what its rule asks comes from the applicant (``brings``), from the programme
(``fixed``), from a published parameter (``standard``), or from the registers (``from_register``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from commands.grants.held import answers
from commands.handlers.registry import Work
from commands.law import explanation
from ledger.money import parse_yuan
from ledger.policy.rules import Outcome, decide, find_rule
from ledger.programmes import Programme
from ledger.refusal import Refusal
from ledger.streams.grant import Grant


class Amount(NamedTuple):
    """The gross amount of a grant in fen with its proof, what may be prepaid, and its parts by who pays them."""

    amount_fen: int
    explanation: dict[str, Any]
    tests: tuple[dict[str, Any], ...]
    standards: tuple[str, ...]
    advance_max_fen: int
    parts: dict[str, int]


def read_facts(programme: Programme, given: Mapping[str, Any], on: date) -> dict[str, Any]:
    """The applicant's facts as plain JSON; refuses ``fact_unknown``, ``fact_missing`` and a malformed one.

    An amount may be written in yuan as text, as everywhere; a number is fen, as rules take it.
    """
    wanted = asked_of_applicant(programme)
    for name in given:
        if name not in wanted:
            raise Refusal(
                "fact_unknown", programme.cite, programme=programme.id, name=name, known=", ".join(wanted)
            )
    facts: dict[str, Any] = {}
    for name, rule_name in wanted.items():
        rule = find_rule(rule_name, on)
        asked = rule.inputs[name]
        if name in given:
            value = _in_fen(given[name], _is_amount(name))
            facts[name] = asked.kind.write(rule.read_input(name, value))
        elif asked.required:
            raise Refusal("fact_missing", programme.cite, programme=programme.id, name=name)
    return facts


def asked_of_applicant(programme: Programme) -> dict[str, str]:
    """Every fact that the applicant brings, with the rule that asks for it."""
    tests = {name: test.rule for test in programme.tests for name in test.brings}
    return tests | dict.fromkeys(programme.brings, programme.rule)


def _in_fen(value: Any, is_amount: bool) -> Any:
    """Amounts that were written in yuan, also inside lists and records, as fen."""
    if isinstance(value, str):
        return parse_yuan(value) if is_amount else value
    if isinstance(value, list):
        return [_in_fen(one, is_amount) for one in value]
    if isinstance(value, dict):
        return {name: _in_fen(one, is_amount or _is_amount(name)) for name, one in value.items()}
    return value


def _is_amount(name: Any) -> bool:
    return str(name).endswith("_fen")


def decide_amount(work: Work, programme: Programme, grant: str, state: Grant, on: date) -> Amount:
    """Performs the programme's tests and its rule; refuses what they refuse, and ``condition_not_met``."""
    registered = answers(work, grant, state, programme.from_register, on)
    standards = {name: work.law.parameter(parameter, on) for name, parameter in programme.standard.items()}
    handed: dict[str, Any] = {}
    tests = []
    for test in programme.tests:
        facts = {name: state.facts[name] for name in test.brings if name in state.facts}
        outcome = _decide(work, test.rule, on, {**facts, **test.fixed}, registered)
        _require_passed(programme, grant, outcome, (*test.passes, *outcome.unmet))
        handed |= {fact: outcome.values[value] for fact, value in test.gives.items()}
        tests.append(explanation(outcome))
    facts = {name: state.facts[name] for name in programme.brings if name in state.facts}
    given = {**facts, **programme.fixed, **{name: one.value for name, one in standards.items()}, **handed}
    outcome = _decide(work, programme.rule, on, given, registered)
    _require_passed(programme, grant, outcome, (*programme.passes, *outcome.unmet))
    _require_equal(programme, grant, outcome)
    amount_fen = value_of(programme.amount, outcome.values, outcome.inputs)
    return Amount(
        amount_fen=amount_fen,
        explanation=explanation(outcome),
        tests=tuple(tests),
        standards=tuple(one.version for one in standards.values()),
        advance_max_fen=outcome.values[programme.advance] if programme.advance else 0,
        parts=_parts(programme, outcome, amount_fen),
    )


def value_of(name: str, values: Mapping[str, Any], inputs: Mapping[str, Any]) -> Any:
    """A value of a decision: what the rule gave, or an input that it only tested (10-50万元以内的提议金额)."""
    return values[name] if name in values else inputs[name]


def _decide(
    work: Work, rule_name: str, on: date, facts: dict[str, Any], registered: dict[str, Any]
) -> Outcome:
    asked = find_rule(rule_name, on).inputs
    given = facts | {name: value for name, value in registered.items() if name in asked}
    return decide(rule_name, given, work.law.book, on, work.law.known_on)


def _require_passed(programme: Programme, grant: str, outcome: Outcome, passes: tuple[str, ...]) -> None:
    for name in passes:
        value = outcome.values[name]
        if not (value == "payable" if isinstance(value, str) else value):
            raise Refusal(
                "condition_not_met", outcome.clause, grant=grant, programme=programme.zh,
                rule=outcome.rule.zh, condition=name, value=str(value),
            )  # fmt: skip


def _require_equal(programme: Programme, grant: str, outcome: Outcome) -> None:
    """Values by which one entry of the catalogue is told from its neighbours, such as a category."""
    for name, wanted in programme.requires.items():
        value = value_of(name, outcome.values, outcome.inputs)
        if value != wanted:
            raise Refusal(
                "condition_not_met", outcome.clause, grant=grant, programme=programme.zh,
                rule=outcome.rule.zh, condition=name, value=str(value),
            )  # fmt: skip


def _parts(programme: Programme, outcome: Outcome, amount_fen: int) -> dict[str, int]:
    """City and county where the rule splits, else the one source of the programme."""
    if not programme.shares:
        return {programme.source: amount_fen}
    return {part: outcome.values[value] for part, value in programme.shares.items()}


def reduced(parts: Mapping[str, int], amount_fen: int) -> dict[str, int]:
    """Parts that come to a smaller amount: each in its proportion, floored, the last takes the rest."""
    total_fen, left_fen = sum(parts.values()), amount_fen
    found: dict[str, int] = {}
    for part, fen in list(parts.items())[:-1]:
        found[part] = fen * amount_fen // total_fen if total_fen else 0
        left_fen -= found[part]
    return {**found, list(parts)[-1]: left_fen}
