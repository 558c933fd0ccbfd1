"""What a month pays to an entry of a roll: the programme's rule on the facts of that month, as the law is known.

A run puts the facts of a hundred thousand entries to one rule, so its parameters are bound once for a month; where
entries have the same facts, as most rolls do, the outcome is made once as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

from commands.handlers.registry import Work
from commands.law import Law
from ledger.dates import first_day, parse_month
from ledger.policy.parameters import ParameterValue
from ledger.policy.rules import Outcome, Rule, find_rule
from ledger.policy.rules.framework import Values
from ledger.programmes import Programme, amount_of, month_case
from ledger.refusal import Refusal
from ledger.store.movements import bodies_of
from ledger.streams import roll
from ledger.streams.base import Event

OUTCOMES_KEPT: Final = 10_000
"""Outcomes that are kept in memory to be used again."""


class Assessed(NamedTuple):
    """What a month pays, in fen, and the versions of the parameters that were read."""

    fen: int
    parameters: tuple[str, ...]


class _Bound:
    """The rule of a month with its parameters and fixed inputs bound once: many facts are put to it."""

    def __init__(self, rule: Rule, function: Callable[..., Values], used: list[ParameterValue]) -> None:
        self.rule = rule
        self.function = function
        self._used = used
        self._versions: tuple[str, ...] = ()

    def versions(self) -> tuple[str, ...]:
        """Parameters that were read so far; a rule may read one only when a case needs it."""
        if len(self._versions) != len(self._used):
            self._versions = tuple(value.version for value in self._used)
        return self._versions


class Assessor:
    """The amounts of one roll under the law as it is known; one is made for each unit of work."""

    def __init__(self, law: Law, programme: Programme) -> None:
        self.programme = programme
        self._law = law
        self._bound: dict[str, _Bound] = {}
        self._known: dict[Any, Assessed] = {}

    def month(self, facts: Mapping[str, Any], month: str) -> Assessed:
        """The amount of a month; refuses what the rule refuses, such as ``missing_parameter``."""
        key = month, *facts.items()
        found = self._known.get(key)
        if found is None:
            if len(self._known) == OUTCOMES_KEPT:
                self._known.clear()
            found = self._known[key] = self._assessed(facts, month)
        return found

    def _assessed(self, facts: Mapping[str, Any], month: str) -> Assessed:
        bound = self._bound.get(month)
        if bound is None:
            bound = self._bound[month] = self._bind(month)
        read_input = bound.rule.read_input
        values = bound.function(**{name: read_input(name, value) for name, value in facts.items()})
        return Assessed(amount_of(self.programme, values)[0], bound.versions())

    def _bind(self, month: str) -> _Bound:
        on = first_day(parse_month(month))
        rule = find_rule(self.programme.rule, on)
        given = month_case(self.programme, {}, month)
        fixed = {name: rule.read_input(name, value) for name, value in given.items()}
        arguments, used = rule.bind(fixed, self._law.book, rule.day_of(fixed, on), self._law.known_on)
        return _Bound(rule, partial(rule.function, **fixed, **arguments), used)

    def required(self, entry: str, facts: Mapping[str, Any], month: str) -> tuple[int, Outcome]:
        """The amount of a month with its whole proof; refuses ``condition_not_met`` where nothing is due."""
        programme = self.programme
        case = month_case(programme, facts, month)
        outcome = self._law.decide(programme.rule, first_day(parse_month(month)), **case)
        fen, unmet = amount_of(programme, outcome.values)
        if unmet or not fen:
            condition = unmet or programme.amount
            raise Refusal(
                "condition_not_met", outcome.clause, grant=entry, programme=programme.zh,
                rule=outcome.rule.zh, condition=condition, value=str(outcome.values[condition]),
            )  # fmt: skip
        return fen, outcome

    def differences(self, state: roll.Roll, had: Mapping[str, int], first: str) -> dict[str, int]:
        """What months from one on that were paid should have had more or less, by month; equal ones are left out."""
        found: dict[str, int] = {}
        for month, fen in had.items():
            if month < first:
                continue
            due = self.month(roll.facts_in(state, month), month).fen if roll.covers(state, month) else 0
            if due != fen:
                found[month] = due - fen
        return found


class Line(NamedTuple):
    """What a list pays to an entry."""

    months: dict[str, int]
    difference_fen: int
    amount_fen: int
    parameters: tuple[str, ...]


def line_of(assessor: Assessor, state: roll.Roll, month: str, area: str) -> Line | None:
    """The line of an entry in a county's list of a month, or nothing: unpaid months, and the difference that is open.

    What was had too much is kept back as far as the line reaches. A county that the entry has left pays the months that
    were taken back from it, and no more.
    """
    parameters: tuple[str, ...] = ()
    months: dict[str, int] = {}
    for one in roll.due_months(state, month, area):
        assessed = assessor.month(roll.facts_in(state, one), one)
        months[one] = assessed.fen
        parameters = parameters + tuple(name for name in assessed.parameters if name not in parameters)
    due_fen = sum(months.values())
    difference_fen = max(state.difference_fen, -due_fen) if state.area == area else 0
    if not months and not difference_fen:
        return None
    return Line(months, difference_fen, due_fen + difference_fen, parameters)


_HISTORY: Final = tuple(
    one.topic
    for one in (
        roll.Paid, roll.PaymentUndone, roll.Reassessed, roll.Changed, roll.Stopped, roll.StopCorrected,
    )
)  # fmt: skip
"""Events that say what a month came to."""


def had_by_month(events: Iterable[Event]) -> dict[str, int]:
    """What each month that counts as paid comes to by the events: its payment and every difference noted since."""
    had: dict[str, int] = {}
    for body in events:
        match body:
            case roll.Paid():
                had |= {month: had.get(month, 0) + fen for month, fen in body.months.items()}
            case roll.PaymentUndone():
                had = {month: fen for month, fen in had.items() if month not in body.months}
            case roll.Reassessed() | roll.Changed() | roll.Stopped() | roll.StopCorrected():
                had |= {month: had.get(month, 0) + fen for month, fen in body.differences.items()}
    return had


def histories(work: Work, keys: list[str]) -> dict[str, dict[str, int]]:
    """``had_by_month`` of many entries, by one question."""
    events: dict[str, list[Event]] = {key: [] for key in keys}
    if keys:
        for key, _, body, _ in bodies_of(work.uow.connection, "roll", keys, _HISTORY):
            events[key].append(body)
    return {key: had_by_month(found) for key, found in events.items()}
