"""Money of a purse (资金): which budgets a grant draws on, and how it is set aside, freed, spent and recovered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from commands.grants.offices import CITY_AREA
from commands.handlers.registry import Work
from ledger.programmes import Programme, offices
from ledger.streams import budget as budgets


def budget_keys(programme: Programme, parts: Mapping[str, int], year: int, area: str) -> dict[str, int]:
    """Fen by budget for the parts of a grant: the county's part from the budget of the area, others from the city's."""
    found: dict[str, int] = {}
    for part, fen in parts.items():
        place = area if part == "county" else CITY_AREA
        key = budgets.key(programme.purse, year, place)
        found[key] = found.get(key, 0) + fen
    return {key: fen for key, fen in found.items() if fen}


def ceiling_fen(work: Work, purse: str, on: date) -> int | None:
    """The most that the law lets a purse have in a year, where it says so."""
    shared = offices().budgets.get(purse)
    if shared is None or not shared.ceiling:
        return None
    limit: int = work.law.value(shared.ceiling, on)
    return limit


def short_fen(work: Work, wanted: Mapping[str, int]) -> int:
    """How much the budgets lack for what is wanted of them."""
    found = work.uow.load("budget", wanted)
    return sum(max(0, fen - budgets.available_fen(found[key])) for key, fen in wanted.items())


def reserve(work: Work, wanted: Mapping[str, int], cause: str, on: date) -> None:
    """Sets money aside in each budget; refuses ``budget_missing``, ``budget_closed`` and ``budget_short``."""
    for key, fen in wanted.items():
        reserved = budgets.Reserved(effective_on=on, amount_fen=fen, cause=cause)
        work.add("budget", key, budgets.reserve(work.uow.state("budget", key), key, reserved))


def release(work: Work, freed: Mapping[str, int], cause: str, on: date) -> None:
    """Frees what had been set aside."""
    for key, fen in freed.items():
        released = budgets.Released(effective_on=on, amount_fen=fen, cause=cause)
        work.add("budget", key, budgets.release(work.uow.state("budget", key), key, released))


def spend(work: Work, paid: Mapping[str, int], cause: str, on: date) -> None:
    """Takes what was set aside for a payment that stands in the same commit."""
    for key, fen in paid.items():
        spent = budgets.Spent(effective_on=on, amount_fen=fen, cause=cause)
        work.add("budget", key, budgets.spend(work.uow.state("budget", key), key, spent))


def restore(work: Work, undone: Mapping[str, int], cause: str, on: date) -> None:
    """Sets aside again what was spent on a payment that is undone in the same commit."""
    for key, fen in undone.items():
        restored = budgets.Restored(effective_on=on, amount_fen=fen, cause=cause)
        work.add("budget", key, budgets.restore(work.uow.state("budget", key), key, restored))


def recover(work: Work, came_back: Mapping[str, int], cause: str, on: date) -> None:
    """Notes for each budget what came back of its money."""
    for key, fen in came_back.items():
        recovered = budgets.Recovered(effective_on=on, amount_fen=fen, cause=cause)
        work.add("budget", key, budgets.recover(work.uow.state("budget", key), recovered))


def undo_recovery(work: Work, kept: Mapping[str, int], cause: str, on: date) -> None:
    """Notes for each budget that what a payment had kept back for it is owed again, because the payment was undone."""
    for key, fen in kept.items():
        undone = budgets.RecoveryUndone(effective_on=on, amount_fen=fen, cause=cause)
        work.add("budget", key, budgets.undo_recovery(work.uow.state("budget", key), key, undone))


def portion(by_budget: Mapping[str, int], before_fen: int, amount_fen: int) -> dict[str, int]:
    """An amount out of budgets in their order, after so much has been taken already."""
    return {key: fen for key, fen in _portions(by_budget, before_fen, amount_fen) if fen}


def _portions(by_budget: Mapping[str, int], before_fen: int, amount_fen: int) -> Iterator[tuple[str, int]]:
    for key, fen in by_budget.items():
        used = min(fen, before_fen)
        taken = min(fen - used, amount_fen)
        before_fen, amount_fen = before_fen - used, amount_fen - taken
        yield key, taken
