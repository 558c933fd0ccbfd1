"""The fund year (缴存年度, 1 July – 30 June): its settlement in numbered chunks, its true-up, its adjustments.

葫政发〔2019〕12号 第五、二十四条. The key is the year it starts in. Every chunk is a unit of work of its own that continues
after the last account of the chunk before, so a settlement can be stopped anywhere and goes on as if nothing had been.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec
from msgspec.structs import replace

from ledger.dates import fund_year_bounds
from ledger.limits import BATCH_ACCOUNTS_MAX
from ledger.refusal import Refusal
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("year.settlement_started")
class SettlementStarted(Event, frozen=True):
    """The settlement of a fund year began (开始年终结息): how many accounts a chunk has, and the terms that hold for all.

    ``read_since``: what was recorded before this moment has its value date before the year began.
    """

    chunk: int
    carried_rate: Decimal
    current_rate: Decimal
    parameters: tuple[str, ...]
    started_at: str
    read_since: str = ""


@event("year.chunk_settled")
class ChunkSettled(Event, frozen=True):
    """The interest of some accounts was credited; their events stand in the same commit."""

    number: int
    accounts: int
    credited: int
    carried_fen: int
    current_fen: int
    last_key: str
    next_since: str = ""


@event("year.interest_trued_up", moves_money=True)
class InterestTruedUp(Event, frozen=True):
    """What was credited for the year above what had been accrued (计提差额) became expense; below it, it came back."""

    difference_fen: int
    why: str


@event("year.settled")
class Settled(Event, frozen=True):
    """The settlement of the year is complete (年终结息完成)."""

    accounts: int
    credited: int
    carried_fen: int
    current_fen: int
    read_since: str


# ---------------------------------------------------------------- state


class Year(msgspec.Struct, frozen=True):
    """How far the settlement has come. ``status``: empty, ``settling`` or ``settled``. Times are UTC texts."""

    status: str = ""
    chunk: int = 0
    chunks: int = 0
    last_key: str = ""
    accounts: int = 0
    credited: int = 0
    carried_fen: int = 0
    current_fen: int = 0
    trued_up_fen: int = 0
    read_since: str = ""
    next_since: str = ""
    settled_on: date | None = None

    @property
    def interest_fen(self) -> int:
        return self.carried_fen + self.current_fen


# ---------------------------------------------------------------- evolve


def evolve(state: Year, event: Event) -> Year:
    """The state after an event. Total."""
    match event:
        case SettlementStarted():
            return replace(
                state,
                status="settling",
                chunk=event.chunk,
                read_since=event.read_since,
                next_since=event.started_at,
            )
        case ChunkSettled():
            return replace(
                state,
                chunks=event.number,
                last_key=event.last_key,
                accounts=state.accounts + event.accounts,
                credited=state.credited + event.credited,
                carried_fen=state.carried_fen + event.carried_fen,
                current_fen=state.current_fen + event.current_fen,
                next_since=min(state.next_since, event.next_since or state.next_since),
            )
        case InterestTruedUp():
            return replace(state, trued_up_fen=state.trued_up_fen + event.difference_fen)
        case Settled():
            return replace(state, status="settled", settled_on=event.effective_on)
        case _:
            return state


YEARS: Final = Stream("year", Year(), evolve)


# ---------------------------------------------------------------- decisions


def start(state: Year, year: int, started: SettlementStarted, unfinished: Sequence[str]) -> tuple[Event, ...]:
    """Begins the settlement of a year that is over.

    Refuses ``year_settled``, ``year_not_over`` and ``year_unfinished``, which names what is half done.
    """
    if state.status == "settled":
        raise Refusal("year_settled", year=year, settled_on=str(state.settled_on))
    last = fund_year_bounds(year)[1]
    if started.effective_on < last:
        raise Refusal("year_not_over", year=year, last=last.isoformat(), on=started.effective_on.isoformat())
    if not 0 < started.chunk <= BATCH_ACCOUNTS_MAX:
        raise Refusal("batch_too_large", count=started.chunk, limit=BATCH_ACCOUNTS_MAX)
    if unfinished:
        raise Refusal("year_unfinished", year=year, count=len(unfinished), what="; ".join(unfinished[:20]))
    return (started,)


def require_chunk(state: Year, year: int, number: int | None) -> int:
    """The number of the next chunk; refuses ``year_settled``, and ``chunk_out_of_order`` for another one."""
    if state.status == "settled":
        raise Refusal("year_settled", year=year, settled_on=str(state.settled_on))
    due = state.chunks + 1
    if number not in (None, due):
        raise Refusal("chunk_out_of_order", year=year, number=number, due=due)
    return due


def finish(state: Year, last: date, on: date, taken_fen: int) -> tuple[Event, ...]:
    """Completes a settlement on a day. ``taken_fen`` is the debit of account 211 for the year: credited above accrued."""
    settled = Settled(
        effective_on=on,
        accounts=state.accounts,
        credited=state.credited,
        carried_fen=state.carried_fen,
        current_fen=state.current_fen,
        read_since=state.next_since,
    )
    return (*true_up(last, taken_fen, "settlement"), settled)


def true_up(on: date, difference_fen: int, why: str) -> tuple[Event, ...]:
    """Takes the difference between credited and accrued interest into the expense; none for none."""
    if not difference_fen:
        return ()
    return (InterestTruedUp(effective_on=on, difference_fen=difference_fen, why=why),)


# ---------------------------------------------------------------- queries


def key(year: int) -> str:
    return f"{year:04d}"
