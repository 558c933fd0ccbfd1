"""Which rules stand between two programmes, and whether two times or projects meet in a rule's window."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.programmes.periods import in_window
from ledger.programmes.programme import Exclusion, Programme


def rules_between(one: Programme, other: Programme) -> Iterator[Exclusion]:
    """What either programme says of the other: it does not matter which of the two names it."""
    yield from (rule for rule in one.exclusions if other.id in rule.with_programmes)
    if one.id != other.id:
        yield from (rule for rule in other.exclusions if one.id in rule.with_programmes)


def meet(
    window: str, months: tuple[str, ...], project: str, other_months: tuple[str, ...], other_project: str
) -> bool:
    """Whether two grants fall into one window: months, quarters or years that they share, or one project."""
    if window == "ever":
        return True
    if window == "project":
        return bool(project) and project == other_project
    return bool(in_window(window, months) & in_window(window, other_months))
