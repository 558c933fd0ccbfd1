"""Runs a scenario on a ledger of its own, through the same desk and handlers as everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import select

from commands.desk import Desk
from commands.scenarios.expectations import QUESTIONS, History, answered, wanted
from commands.scenarios.notation import APPROVER, Expectation, Scenario, Step
from ledger.dates import SHANGHAI, parse_day
from ledger.money import parse_yuan
from ledger.policy.parameters import Citation, ParameterValue, PolicyBook
from ledger.refusal import Refusal
from ledger.store import tables
from ledger.text import trimmed
from projections.registers import REGISTERS
from projections.replay.invariants import broken_invariants

GIVEN: Final = {"city_average_monthly_wage": "5000.00", "minimum_wage": "1420.00"}
"""The illustrative figures that a scenario starts from where it gives no others; the law leaves them to yearly notices."""

SINCE_EVER: Final = date(1999, 4, 3)


class Failure(NamedTuple):
    """What did not hold: in which scenario, at which step or expectation, what came and what was wanted."""

    scenario: str
    file: str
    where: str
    got: str
    wanted: str

    def __str__(self) -> str:
        return f"{self.file}: {self.scenario}: {self.where}: got {self.got}, wanted {self.wanted}"


class _Wrong(Exception):
    """Something in a scenario does not hold."""

    def __init__(self, where: str, got: object, wanted: object) -> None:
        self.found = where, str(got), str(wanted)


def check(scenario: Scenario, *, by_proposal: bool = False) -> list[Failure]:
    """What does not hold in a scenario: the first step that went otherwise, or every expectation that failed.

    ``by_proposal`` takes each step of two persons as people do: the one proposes it, the other approves the proposal.
    Nothing else may differ but the number of events.
    """
    failures: list[_Wrong] = []
    clock = _Clock()
    with Desk("sqlite://", clock, _book(scenario.given)) as desk:
        try:
            for number, step in enumerate(scenario.steps, start=1):
                where = f"step {number} ({step.do} on {step.on})"
                approved = by_proposal and trimmed(step.approved_by)
                (_take_by_proposal if approved else _take)(desk, clock, step, where)
            _check_invariants(desk)
        except _Wrong as wrong:
            failures.append(wrong)
        else:
            left_out = "events" if by_proposal else ""
            failures += _unmet(desk, scenario, left_out)
    return [Failure(scenario.name, scenario.file, *wrong.found) for wrong in failures]


class _Clock:
    """Ten in the morning in Shanghai, on the day of the step."""

    def __init__(self) -> None:
        self.day = SINCE_EVER

    def __call__(self) -> datetime:
        return datetime.combine(self.day, time(10), SHANGHAI).astimezone(UTC)


# ---------------------------------------------------------------- the law of a scenario


def _book(given: Mapping[str, Any]) -> PolicyBook:
    """The bundled law with the figures of the scenario in place of its own."""
    book = PolicyBook.bundled()
    for name, stated in {**GIVEN, **given}.items():
        parameter = book.parameter(name)
        values = [] if stated is None else stated if isinstance(stated, list) else [stated]
        book = book.with_parameters(replace(parameter, values=()))
        book = book.with_values(*(_value(name, parameter.unit, one) for one in values))
    return book


def _value(name: str, unit: str, stated: Any) -> ParameterValue:
    dated = stated if isinstance(stated, dict) and "value" in stated else {"value": stated}
    value = dated["value"]
    start = parse_day(dated["from"]) if "from" in dated else SINCE_EVER
    return ParameterValue(
        parameter=name,
        value=parse_yuan(value) if unit.startswith("fen") and isinstance(value, str) else value,
        effective_from=start,
        published_on=parse_day(dated["published"]) if "published" in dated else start,
        citation=Citation("given in the scenario", ""),
    )


# ---------------------------------------------------------------- steps


def _take(desk: Desk, clock: _Clock, step: Step, where: str) -> None:
    clock.day = step.recorded_on
    before = _everything(desk) if step.refused else {}
    try:
        outcome = desk.do(step.do, step.content, actor=step.by, approver=step.approved_by, key=step.key)
    except Refusal as refusal:
        if refusal.code != step.refused:
            raise _Wrong(where, f"refused: {refusal}", step.refused or "done") from None
        rows = {line.row: line.refusal.code for line in getattr(refusal, "lines", ())}
        if step.rows and rows != step.rows:
            raise _Wrong(where, rows, step.rows) from None
        _check_traceless(desk, before, where)
        return
    if step.refused:
        raise _Wrong(where, "done", f"refused: {step.refused}")
    if outcome.repeated != step.repeated:
        raise _Wrong(where, f"repeated: {outcome.repeated}", f"repeated: {step.repeated}")


def _take_by_proposal(desk: Desk, clock: _Clock, step: Step, where: str) -> None:
    """The same step as a proposal and its approval; one that is refused at its approval is rejected."""
    clock.day = step.recorded_on
    content = {name: value for name, value in step.content.items() if name != "on"}
    on = {"on": step.content["on"]}
    made = {**on, "command": step.do, "content": content}
    propose = msgspec.structs.replace(
        step, do="propose", content=made, approved_by="", key=step.key and f"{step.key}-proposed"
    )
    try:
        proposed = desk.do("propose", propose.content, actor=propose.by, key=propose.key)
    except Refusal:
        _take(desk, clock, propose, where)
        return
    about = {**on, "proposal": proposed.result["proposal"]}
    approve = msgspec.structs.replace(step, do="approve", content=about, by=step.approved_by, approved_by="")
    _take(desk, clock, approve, where)
    if step.refused and not proposed.repeated:
        desk.do("reject", {**about, "reason": step.refused}, actor=APPROVER)


def _everything(desk: Desk) -> dict[str, list[Any]]:
    """Every row of the store and of the registers."""
    kept = (tables.event, tables.commit, tables.idempotency, *(one.table for one in REGISTERS.values()))
    with desk.ledger.database.reading() as connection:
        return {table.name: list(connection.execute(select(table))) for table in kept}


def _check_traceless(desk: Desk, before: dict[str, list[Any]], where: str) -> None:
    """A refusal leaves no trace: asserted after every refused step, whether the scenario asks or not."""
    after = _everything(desk)
    for table, rows in before.items():
        if after[table] != rows:
            raise _Wrong(where, f"{len(after[table])} rows in {table}, changed", "no trace of a refusal")


# ---------------------------------------------------------------- what must hold


def _check_invariants(desk: Desk) -> None:
    """What holds of every ledger, after every scenario, whether it asks or not."""
    for finding in broken_invariants(desk.ledger.database):
        raise _Wrong("books", finding.message(), f"no finding {finding.code}")


def _unmet(desk: Desk, scenario: Scenario, left_out: str) -> list[_Wrong]:
    events = desk.ledger.events()
    unmet = []
    for number, expected in enumerate(scenario.expect, start=1):
        if expected.word == left_out:
            continue
        history = History(events, desk.present_book(), expected.as_of or scenario.last_day, expected.known_on)
        got, want = _compared(history, expected)
        if got != want:
            unmet.append(_Wrong(f"expectation {number} ({expected})", got, want))
    return unmet


def _compared(history: History, expected: Expectation) -> tuple[str, str]:
    question = QUESTIONS[expected.word]
    try:
        return answered(question, history, expected.subject), wanted(question, expected.equals)
    except Refusal as refusal:
        return str(refusal), str(expected.equals)
