"""A run over a monthly roll (月度发放、重新核定), list after list, each under its own key.

A payment run reserves its whole sum at the start, pays one list (清册) in each commit with an order for each line, and
frees what is left at its end; an assessment run lists the differences. An interrupted run goes on after its last list. The
key is ``PROGRAMME.AREA.MONTH`` for a payment, with ``.DAY`` of the assessment for an assessment.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec.structs import replace

from ledger.refusal import Refusal
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("rollrun.started")
class Started(Event, frozen=True):
    """A run began: ``pay`` or ``assess``, of which roll and month, and how many lines a list has."""

    kind: str
    programme: str
    area: str
    month: str
    chunk: int
    by: str
    budget: str = ""
    entries: int = 0
    reserved_fen: int = 0


@event("rollrun.list_paid", moves_money=True)
class ListPaid(Event, frozen=True):
    """A list was paid; its lines are the entries' own events of the same commit.

    ``by_line`` each of them stands in the books and has an order of its own (一人一笔); an older list stands there itself,
    with one order, ``payment``. ``kept_fen`` was kept back for other budgets that had paid it: this one spends it, and
    they get it back.
    """

    number: int
    purse: str
    entries: int
    months_fen: int
    difference_fen: int
    amount_fen: int
    payment: str
    last_key: str
    added_fen: int = 0
    kept_fen: int = 0
    by_line: bool = False


@event("rollrun.list_assessed")
class ListAssessed(Event, frozen=True):
    """A list was assessed: how many entries changed, and what that raises and lowers for months paid already."""

    number: int
    entries: int
    changed: int
    raised_fen: int
    lowered_fen: int
    last_key: str


@event("rollrun.finished")
class Finished(Event, frozen=True):
    """The run came to its end; what was reserved and not needed is free again."""

    released_fen: int = 0


# ---------------------------------------------------------------- state


class RollRun(msgspec.Struct, frozen=True):
    """How far a run has come: ``running`` or ``finished``; amounts in fen."""

    status: str = ""
    kind: str = ""
    programme: str = ""
    area: str = ""
    month: str = ""
    chunk: int = 0
    lists: int = 0
    last_key: str = ""
    entries: int = 0
    changed: int = 0
    months_fen: int = 0
    difference_fen: int = 0
    amount_fen: int = 0
    raised_fen: int = 0
    lowered_fen: int = 0
    budget: str = ""
    reserved_fen: int = 0


# ---------------------------------------------------------------- evolve


def evolve(state: RollRun, event: Event) -> RollRun:
    """The state after an event. Total."""
    match event:
        case Started():
            return RollRun(
                status="running",
                kind=event.kind,
                programme=event.programme,
                area=event.area,
                month=event.month,
                chunk=event.chunk,
                budget=event.budget,
                reserved_fen=event.reserved_fen,
            )
        case ListPaid():
            return replace(
                state,
                lists=event.number,
                last_key=event.last_key,
                entries=state.entries + event.entries,
                months_fen=state.months_fen + event.months_fen,
                difference_fen=state.difference_fen + event.difference_fen,
                amount_fen=state.amount_fen + event.amount_fen,
                reserved_fen=state.reserved_fen + event.added_fen - event.amount_fen - event.kept_fen,
            )
        case ListAssessed():
            return replace(
                state,
                lists=event.number,
                last_key=event.last_key,
                entries=state.entries + event.entries,
                changed=state.changed + event.changed,
                raised_fen=state.raised_fen + event.raised_fen,
                lowered_fen=state.lowered_fen + event.lowered_fen,
            )
        case Finished():
            return replace(state, status="finished", reserved_fen=state.reserved_fen - event.released_fen)
        case _:
            return state


ROLLRUNS: Final = Stream("rollrun", RollRun(), evolve)


# ---------------------------------------------------------------- decisions


def require_list(state: RollRun, run: str, number: int | None) -> int:
    """The number of the next list; refuses ``roll_run_finished``, and ``roll_list_not_next`` for another number."""
    if state.status == "finished":
        raise Refusal("roll_run_finished", run=run)
    if number is not None and number != state.lists + 1:
        raise Refusal("roll_list_not_next", run=run, number=number, next=state.lists + 1)
    return state.lists + 1


# ---------------------------------------------------------------- queries


def key(programme: str, area: str, month: str, day: str = "") -> str:
    """The key of a run: of a month's payment, or of an assessment from a month on, taken on a day."""
    return ".".join(filter(None, (programme, area, month, day)))
