"""Which rules stand between two programmes, and whether two times or projects meet in a rule's window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.programmes.periods import in_window
from ledger.programmes.programme import Exclusion, Programme


def rules_between(one: Programme, other: Programme) -> Iterator[Exclusion]:
    """What either programme says of the other: it does not matter which of the two names it."""
    yield from (rule for rule in one.exclusions if other.id in rule.with_programmes)
    if one.id != other.id:
        yield from (rule for rule in other.exclusions if one.id in rule.with_programmes)


def identical(programme: Programme) -> Exclusion:
    """The same facts of the same time are the same entitlement, whatever the application is called: it is paid once."""
    window: Any = programme.period if programme.period in ("year", "quarter") else "month"
    return Exclusion(window=window, effect="refuse", clause=programme.cite)


def meet(
    rule: Exclusion,
    months: tuple[str, ...],
    project: str,
    other_months: tuple[str, ...],
    other_project: str,
    one_holder: bool = True,
) -> bool:
    """Whether two grants fall into one window: months, quarters or years that they share, or one project.

    A blank project switches no rule off: with ``one_holder`` it meets every project of the same beneficiary.
    """
    named = bool(project) and project == other_project
    same = named or (one_holder and not (project and other_project))
    if rule.window == "project":
        return same
    if rule.each and not same:
        return False
    return rule.window == "ever" or bool(
        in_window(rule.window, months) & in_window(rule.window, other_months)
    )
