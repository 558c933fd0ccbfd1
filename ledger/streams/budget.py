"""The budget of a subsidy (预算指标): voted, changed, reserved, spent, returned and closed; it is never overspent.

葫政办发〔2019〕55号 三、56号 第一至三章第一条. A budget is one purse (资金) of one calendar year in one area; its key is
``PURSE.YEAR.AREA``. Money is reserved when a grant is planned and spent when it is paid; what was recovered goes back
to the treasury and is not spent again. Amounts in fen.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec.structs import replace

from ledger.refusal import Refusal
from ledger.streams.account import check_amount
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("budget.voted", moves_money=True)
class Voted(Event, frozen=True):
    """A budget was voted and its money came to the subsidy account (预算安排并拨入专户). ``fund`` is where it came from."""

    purse: str
    year: int
    area: str
    fund: str
    amount_fen: int
    document: str


@event("budget.adjusted", moves_money=True)
class Adjusted(Event, frozen=True):
    """A budget was raised or cut (预算调整); a cut is negative and goes back with the money."""

    fund: str
    amount_fen: int
    document: str


@event("budget.reserved")
class Reserved(Event, frozen=True):
    """Money was set aside for a plan (列入计划), named by its cause."""

    amount_fen: int
    cause: str


@event("budget.released")
class Released(Event, frozen=True):
    """Money that had been set aside is free again: the plan ended or was reduced."""

    amount_fen: int
    cause: str


@event("budget.spent")
class Spent(Event, frozen=True):
    """Money that had been set aside was paid out; the payment stands in the same commit and carries the entry."""

    amount_fen: int
    cause: str


@event("budget.restored")
class Restored(Event, frozen=True):
    """A payment was undone before the payee had it: what was spent is set aside again."""

    amount_fen: int
    cause: str


@event("budget.recovered")
class Recovered(Event, frozen=True):
    """Money paid out came back by a recovery: it is owed to the treasury."""

    amount_fen: int
    cause: str


@event("budget.recovery_undone")
class RecoveryUndone(Event, frozen=True):
    """The payment that kept money back for this budget was undone: what had come back by it is owed by the payee again."""

    amount_fen: int
    cause: str


@event("budget.returned", moves_money=True)
class Returned(Event, frozen=True):
    """Money went back to the treasury (上缴): ``unspent`` or ``recovered``; the payment order stands in the same commit."""

    what: str
    fund: str
    amount_fen: int
    reason: str
    payment: str


@event("budget.closed", moves_money=True)
class Closed(Event, frozen=True):
    """The year of the budget was closed: what was spent is set against the funds that were voted."""

    purse: str
    fund: str
    spent_fen: int


# ---------------------------------------------------------------- state


class Budget(msgspec.Struct, frozen=True):
    """Where a budget stands: ``open`` or ``closed``, and its amounts in fen."""

    status: str = ""
    purse: str = ""
    year: int = 0
    area: str = ""
    fund: str = ""
    voted_fen: int = 0
    reserved_fen: int = 0
    spent_fen: int = 0
    recovered_fen: int = 0


# ---------------------------------------------------------------- evolve


def evolve(state: Budget, event: Event) -> Budget:
    """The state after an event. Total."""
    match event:
        case Voted():
            return Budget("open", event.purse, event.year, event.area, event.fund, event.amount_fen)
        case Adjusted():
            return replace(state, voted_fen=state.voted_fen + event.amount_fen)
        case Reserved():
            return replace(state, reserved_fen=state.reserved_fen + event.amount_fen)
        case Released():
            return replace(state, reserved_fen=state.reserved_fen - event.amount_fen)
        case Spent():
            return replace(
                state,
                reserved_fen=state.reserved_fen - event.amount_fen,
                spent_fen=state.spent_fen + event.amount_fen,
            )
        case Restored():
            return replace(
                state,
                reserved_fen=state.reserved_fen + event.amount_fen,
                spent_fen=state.spent_fen - event.amount_fen,
            )
        case Recovered():
            return replace(state, recovered_fen=state.recovered_fen + event.amount_fen)
        case RecoveryUndone() | Returned(what="recovered"):
            return replace(state, recovered_fen=state.recovered_fen - event.amount_fen)
        case Returned():
            return replace(state, voted_fen=state.voted_fen - event.amount_fen)
        case Closed():
            return replace(state, status="closed")
        case _:
            return state


BUDGETS: Final = Stream("budget", Budget(), evolve)


# ---------------------------------------------------------------- decisions


def vote(state: Budget, budget: str, voted: Voted, ceiling_fen: int | None) -> tuple[Event, ...]:
    """Votes a budget once; refuses ``budget_exists`` and ``budget_above_ceiling`` where the law limits the year."""
    if state.status:
        raise Refusal("budget_exists", budget=budget)
    check_amount(voted.amount_fen)
    _require_ceiling(budget, voted.amount_fen, ceiling_fen)
    return (voted,)


def adjust(state: Budget, budget: str, adjusted: Adjusted, ceiling_fen: int | None) -> tuple[Event, ...]:
    """Raises or cuts a budget; a cut leaves what is reserved and spent, else ``budget_short``."""
    _require_open(state, budget)
    check_amount(abs(adjusted.amount_fen))
    if adjusted.amount_fen < 0:
        require_room(state, budget, -adjusted.amount_fen)
    _require_ceiling(budget, state.voted_fen + adjusted.amount_fen, ceiling_fen)
    return (adjusted,)


def reserve(state: Budget, budget: str, reserved: Reserved) -> tuple[Event, ...]:
    """Sets money aside; refuses ``budget_missing``, ``budget_closed`` and ``budget_short``."""
    _require_open(state, budget)
    require_room(state, budget, reserved.amount_fen)
    return (reserved,)


def release(state: Budget, budget: str, released: Released) -> tuple[Event, ...]:
    """Frees money that was set aside."""
    _require_open(state, budget)
    _require_reserved(state, budget, released.amount_fen)
    return (released,)


def spend(state: Budget, budget: str, spent: Spent) -> tuple[Event, ...]:
    """Pays from what was set aside; refuses ``budget_not_reserved`` for a fen more."""
    _require_open(state, budget)
    _require_reserved(state, budget, spent.amount_fen)
    return (spent,)


def restore(state: Budget, budget: str, restored: Restored) -> tuple[Event, ...]:
    """Sets aside again what was spent on a payment that is undone; refuses ``budget_closed`` after the year."""
    _require_open(state, budget)
    return (restored,)


def recover(state: Budget, recovered: Recovered) -> tuple[Event, ...]:
    """Takes note of money that came back, also after the year was closed."""
    return (recovered,) if state.status and recovered.amount_fen else ()


def undo_recovery(state: Budget, budget: str, undone: RecoveryUndone) -> tuple[Event, ...]:
    """Takes off what had come back; refuses ``nothing_to_return`` where it went to the treasury already."""
    if undone.amount_fen > state.recovered_fen:
        raise Refusal("nothing_to_return", budget=budget, open_fen=state.recovered_fen)
    return (undone,)


def give_back(state: Budget, budget: str, returned: Returned) -> tuple[Event, ...]:
    """Returns money to the treasury: what is neither reserved nor spent, or what was recovered."""
    if not state.status:
        raise Refusal("budget_missing", budget=budget)
    check_amount(returned.amount_fen)
    if returned.what == "unspent":
        require_room(state, budget, returned.amount_fen)
    elif returned.amount_fen > state.recovered_fen:
        raise Refusal("nothing_to_return", budget=budget, open_fen=state.recovered_fen)
    return (returned,)


def close(state: Budget, budget: str, closed: Closed) -> tuple[Event, ...]:
    """Closes the year; refuses ``budget_still_reserved`` while a plan waits and ``year_not_over`` before its end."""
    _require_open(state, budget)
    if state.reserved_fen:
        raise Refusal("budget_still_reserved", budget=budget, reserved_fen=state.reserved_fen)
    if closed.effective_on.year <= state.year and (closed.effective_on.month, closed.effective_on.day) != (
        12,
        31,
    ):
        raise Refusal("budget_year_not_over", budget=budget, year=state.year)
    return (closed,)


def require_room(state: Budget, budget: str, amount_fen: int) -> None:
    """Refuses ``budget_short`` where less is left than is asked for."""
    if amount_fen > available_fen(state):
        raise Refusal(
            "budget_short", budget=budget, available_fen=available_fen(state), amount_fen=amount_fen
        )


def _require_open(state: Budget, budget: str) -> None:
    if not state.status:
        raise Refusal("budget_missing", budget=budget)
    if state.status == "closed":
        raise Refusal("budget_closed", budget=budget)


def _require_reserved(state: Budget, budget: str, amount_fen: int) -> None:
    if amount_fen > state.reserved_fen:
        raise Refusal(
            "budget_not_reserved", budget=budget, reserved_fen=state.reserved_fen, amount_fen=amount_fen
        )


def _require_ceiling(budget: str, amount_fen: int, ceiling_fen: int | None) -> None:
    if ceiling_fen is not None and amount_fen > ceiling_fen:
        raise Refusal("budget_above_ceiling", budget=budget, amount_fen=amount_fen, ceiling_fen=ceiling_fen)


# ---------------------------------------------------------------- queries


def key(purse: str, year: int, area: str) -> str:
    """The key of a budget: its purse, its calendar year and its area."""
    return f"{purse}.{year}.{area}"


def available_fen(state: Budget) -> int:
    """What is neither reserved nor spent of an open budget."""
    return state.voted_fen - state.reserved_fen - state.spent_fen
