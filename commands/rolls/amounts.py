"""What a month pays to an entry of a roll: the programme's rule on the facts of that month, as the law is known.

Of a hundred thousand entries few have facts of their own, so an outcome is made once for each month and set of facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from commands.handlers.registry import Work
from commands.law import Law, versions
from ledger.dates import first_day, parse_month
from ledger.policy.rules import Outcome
from ledger.programmes import Programme, amount_of, month_case
from ledger.refusal import Refusal
from ledger.store.movements import bodies_of
from ledger.streams import roll
from ledger.streams.base import Event


class Assessed(NamedTuple):
    """What a month pays, in fen; nothing where a condition is not met, with its name."""

    fen: int
    outcome: Outcome
    parameters: tuple[str, ...]
    unmet: str


class Assessor:
    """The amounts of one roll under the law as it is known; one is made for each unit of work."""

    def __init__(self, law: Law, programme: Programme) -> None:
        self.programme = programme
        self._law = law
        self._known: dict[Any, Assessed] = {}

    def month(self, facts: Mapping[str, Any], month: str) -> Assessed:
        """The amount of a month; refuses what the rule refuses, such as ``missing_parameter``."""
        key = month, *facts.items()
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._decided(facts, month)
        return found

    def _decided(self, facts: Mapping[str, Any], month: str) -> Assessed:
        programme = self.programme
        given = month_case(programme, facts, month)
        outcome = self._law.decide(programme.rule, first_day(parse_month(month)), **given)
        fen, unmet = amount_of(programme, outcome.values)
        return Assessed(fen, outcome, versions(outcome), unmet)

    def required(self, entry: str, facts: Mapping[str, Any], month: str) -> Assessed:
        """The amount of a month; refuses ``condition_not_met`` where nothing is due."""
        found = self.month(facts, month)
        if found.unmet or not found.fen:
            condition = found.unmet or self.programme.amount
            raise Refusal(
                "condition_not_met", found.outcome.clause, grant=entry, programme=self.programme.zh,
                rule=found.outcome.rule.zh, condition=condition, value=str(found.outcome.values[condition]),
            )  # fmt: skip
        return found

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


def line_of(assessor: Assessor, state: roll.Roll, month: str) -> Line | None:
    """The line of an entry in the list of a month, or nothing: unpaid months, and the difference that is open.

    What was had too much is kept back as far as the line reaches.
    """
    parameters: tuple[str, ...] = ()
    months: dict[str, int] = {}
    for one in roll.due_months(state, month):
        assessed = assessor.month(roll.facts_in(state, one), one)
        months[one] = assessed.fen
        parameters = parameters + tuple(name for name in assessed.parameters if name not in parameters)
    due_fen = sum(months.values())
    difference_fen = max(state.difference_fen, -due_fen)
    if not months and not difference_fen:
        return None
    return Line(months, difference_fen, due_fen + difference_fen, parameters)


_HISTORY: Final = tuple(one.topic for one in (roll.Paid, roll.Reassessed, roll.Changed, roll.Stopped))
"""Events that say what a month came to."""


def had_by_month(events: Iterable[Event]) -> dict[str, int]:
    """What each paid month comes to by the events: its payment and every difference noted since."""
    had: dict[str, int] = {}
    for body in events:
        match body:
            case roll.Paid():
                had |= {month: had.get(month, 0) + fen for month, fen in body.months.items()}
            case roll.Reassessed() | roll.Changed() | roll.Stopped():
                had |= {month: had.get(month, 0) + fen for month, fen in body.differences.items()}
    return had


def histories(work: Work, keys: list[str]) -> dict[str, dict[str, int]]:
    """``had_by_month`` of many entries, by one question."""
    events: dict[str, list[Event]] = {key: [] for key in keys}
    if keys:
        for key, _, body, _ in bodies_of(work.uow.connection, "roll", keys, _HISTORY):
            events[key].append(body)
    return {key: had_by_month(found) for key, found in events.items()}
