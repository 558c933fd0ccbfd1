"""What facts of an application cannot be: bounds that the world has, and what the ledger knows better than a form."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from typing import Any

from commands.grants.held import answers, held_by
from commands.handlers.registry import Work
from ledger.dates import format_month, month_of, parse_day, parse_month
from ledger.programmes import Bound, Programme
from ledger.programmes.periods import in_window
from ledger.refusal import Refusal
from ledger.streams.grant import Grant


def require_bounds(work: Work, programme: Programme, grant: str, state: Grant, on: date) -> None:
    """Refuses ``condition_not_met`` for a fact beyond its bound, and for what belongs to another year than it may."""
    for bound in programme.bounds:
        given = list(_values(state.facts, bound.fact))
        if given and not _admits(work, bound, grant, state, given, on):
            _refuse(programme, grant, bound.clause, bound.fact, ", ".join(map(str, given)))
    filed_on = state.filed_on or on
    years = sorted(in_window("year", state.months))
    if programme.of_year_filed and years != [str(filed_on.year)]:
        _refuse(programme, grant, programme.of_year_filed, "months", ", ".join(years))


def _values(facts: Any, path: str) -> Iterator[Any]:
    name, _, field = path.partition(".")
    if name in facts:
        yield from (one[field] for one in facts[name]) if field else (facts[name],)


def _admits(work: Work, bound: Bound, grant: str, state: Grant, given: list[Any], on: date) -> bool:
    filed_on = state.filed_on or on
    if bound.most:
        return all(value <= state.facts.get(bound.most, value) for value in given)
    if bound.in_months:
        return bool(sum(given) <= sum(map(_days_of, state.months)))
    if bound.parameter:
        first = month_of(parse_day(str(state.facts[bound.since])))
        known = {_known(work, bound.parameter, month) for month in range(first, month_of(filed_on) + 1)}
        return None in known or all(value in known for value in given)
    said = answers(work, grant, state, {bound.fact: bound.register}, on)
    return all(value == said[bound.fact] for value in given)


def _known(work: Work, parameter: str, month: int) -> Any:
    """The value of a parameter in a month; nothing where none was published for it."""
    try:
        return work.law.value(parameter, parse_day(f"{format_month(month)}-01"))
    except Refusal:
        return None


def _days_of(month: str) -> int:
    year, number = divmod(parse_month(month), 12)
    return monthrange(year, number + 1)[1]


def require_within_most(
    work: Work, programme: Programme, grant: str, state: Grant, amount_fen: int, on: date
) -> None:
    """Refuses ``excluded`` where the beneficiary would have more than the most of a window, in all."""
    most = programme.most
    if most is None:
        return
    own = [
        one
        for one in held_by(work, state.beneficiary, grant)
        if one.programme == programme.id
        and in_window(most.window, one.months) & in_window(most.window, state.months)
    ]
    if own and sum(one.keeps_fen for one in own) + amount_fen > work.law.value(most.parameter, on):
        raise Refusal(
            "excluded", most.clause, grant=grant, programme=programme.zh, other=programme.zh,
            source=own[-1].source, window=most.window,
        )  # fmt: skip


def _refuse(programme: Programme, grant: str, clause: str, condition: str, value: str) -> None:
    raise Refusal(
        "condition_not_met", clause, grant=grant, programme=programme.zh,
        rule=programme.zh, condition=condition, value=value,
    )  # fmt: skip
