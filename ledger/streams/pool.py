"""A pool (奖励资金池) that all applicants of a year share: entered, counted together, approved, paid.

葫政办发〔2019〕56号 第二章. The key is ``KIND.YEAR``, of the townships (basic and excess award) or of the projects. What
each gets is counted from all investments at once, and nobody is paid before all are in; the counting keeps its proof
and can be performed again from the recorded inputs. Amounts in fen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from ledger.names import is_among
from ledger.refusal import Refusal
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("pool.entered")
class Entered(Event, frozen=True):
    """A county entered a township or a project with its certified investment of the year (认定投资额)."""

    kind: str
    year: int
    entrant: str
    payee: str
    area: str
    investment_fen: int
    documents: tuple[str, ...]
    by: str


@event("pool.withdrawn")
class Withdrawn(Event, frozen=True):
    """An entrant was taken out before the approval, with a reason."""

    entrant: str
    reason: str
    by: str


@event("pool.counted")
class Counted(Event, frozen=True):
    """The awards were counted for all together: by programme and entrant, with the proof of each rule that was run.

    ``elsewhere`` is what the same project had from measures of which only the higher is had (从高不重复).
    """

    awards: dict[str, dict[str, int]]
    elsewhere: dict[str, int]
    payable: dict[str, int]
    explanations: dict[str, dict[str, Any]]
    by: str


@event("pool.sent_back")
class SentBack(Event, frozen=True):
    """The leading group sent the plan back, with a reason."""

    reason: str
    by: str


@event("pool.approved")
class Approved(Event, frozen=True):
    """The leading group approved the plan; its money is reserved in the same commit."""

    budget: str
    amount_fen: int
    by: str


@event("pool.paid", moves_money=True)
class Paid(Event, frozen=True):
    """An entrant was paid by an order of its own (划款)."""

    purse: str
    lines: dict[str, int]
    amount_fen: int
    payments: dict[str, str]
    by: str


# ---------------------------------------------------------------- state


class Entrant(msgspec.Struct, frozen=True):
    """Who takes part, with what investment, and who receives the money."""

    payee: str
    area: str
    investment_fen: int


class Pool(msgspec.Struct, frozen=True):
    """Where a pool stands: ``entering``, ``counted``, ``approved`` or ``paid``; steps by who took them."""

    status: str = ""
    kind: str = ""
    year: int = 0
    entrants: dict[str, Entrant] = {}
    payable: dict[str, int] = {}
    budget: str = ""
    amount_fen: int = 0
    counted_by: str = ""
    approved_by: str = ""
    entered_by: tuple[str, ...] = ()


# ---------------------------------------------------------------- evolve


def evolve(state: Pool, event: Event) -> Pool:
    """The state after an event. Total."""
    match event:
        case Entered():
            entrant = Entrant(event.payee, event.area, event.investment_fen)
            by = state.entered_by if event.by in state.entered_by else (*state.entered_by, event.by)
            return replace(
                state,
                status="entering",
                kind=event.kind,
                year=event.year,
                entrants={**state.entrants, event.entrant: entrant},
                payable={},
                amount_fen=0,
                entered_by=by,
            )
        case Withdrawn():
            left = {name: one for name, one in state.entrants.items() if name != event.entrant}
            return replace(state, status="entering", entrants=left, payable={}, amount_fen=0)
        case Counted():
            amount_fen = sum(event.payable.values())
            return replace(
                state, status="counted", payable=event.payable, amount_fen=amount_fen, counted_by=event.by
            )
        case SentBack():
            return replace(state, status="entering", payable={}, amount_fen=0)
        case Approved():
            return replace(state, status="approved", budget=event.budget, approved_by=event.by)
        case Paid():
            return replace(state, status="paid")
        case _:
            return state


POOLS: Final = Stream("pool", Pool(), evolve)


# ---------------------------------------------------------------- decisions


def enter(state: Pool, pool: str, entered: Entered) -> tuple[Event, ...]:
    """Enters somebody, or corrects the entry, until the plan is approved; the same entry twice is one."""
    _require(state, pool, "", "entering", "counted")
    same = Entrant(entered.payee, entered.area, entered.investment_fen)
    return () if state.entrants.get(entered.entrant) == same else (entered,)


def withdraw(state: Pool, pool: str, withdrawn: Withdrawn) -> tuple[Event, ...]:
    """Takes an entrant out until the plan is approved."""
    _require(state, pool, "entering", "counted")
    if withdrawn.entrant not in state.entrants:
        raise Refusal("pool_entrant_unknown", pool=pool, entrant=withdrawn.entrant)
    return (withdrawn,)


def count(state: Pool, pool: str, counted: Counted) -> tuple[Event, ...]:
    """Takes a counting in, by somebody who entered nobody, after the year is over."""
    _require(state, pool, "entering")
    if counted.effective_on.year <= state.year:
        raise Refusal("pool_year_not_over", pool=pool, year=state.year)
    if is_among(counted.by, state.entered_by):
        raise Refusal("pool_own_step", pool=pool, by=counted.by)
    return (counted,)


def send_back(state: Pool, pool: str, sent_back: SentBack) -> tuple[Event, ...]:
    """Sends the plan back."""
    _require(state, pool, "counted")
    return (sent_back,)


def approve(state: Pool, pool: str, approved: Approved) -> tuple[Event, ...]:
    """Approves what was counted, by somebody who neither entered nor counted."""
    _require(state, pool, "counted")
    if is_among(approved.by, (*state.entered_by, state.counted_by)):
        raise Refusal("pool_own_step", pool=pool, by=approved.by)
    if not state.amount_fen:
        raise Refusal("pool_nothing_due", pool=pool)
    return (approved,)


def pay(state: Pool, pool: str, paid: Sequence[Paid]) -> tuple[Event, ...]:
    """Pays an approved plan, once, one event and order for each entrant, and not by who approved it."""
    _require(state, pool, "approved")
    for one in paid:
        require_other_hand(state, pool, one.by)
    return tuple(paid)


def require_other_hand(state: Pool, pool: str, officer: str) -> None:
    """Who counted or approved a plan has no hand in its payment (``pool_own_step``)."""
    if is_among(officer, (state.counted_by, state.approved_by)):
        raise Refusal("pool_own_step", pool=pool, by=officer)


def _require(state: Pool, pool: str, *wanted: str) -> None:
    if state.status not in wanted:
        raise Refusal("pool_elsewhere", pool=pool, status=state.status or "unknown")


# ---------------------------------------------------------------- queries


def key(kind: str, year: int) -> str:
    """The key of the pool of a kind and a calendar year."""
    return f"{kind}.{year}"


def investments(state: Pool) -> dict[str, int]:
    """The recorded inputs of the counting, in the order of their names."""
    return {name: state.entrants[name].investment_fen for name in sorted(state.entrants)}
