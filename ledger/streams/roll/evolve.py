"""How each event changes an entry of a roll."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from ledger.streams.base import Event, Stream
from ledger.streams.roll.events import (
    Admitted,
    Applied,
    Changed,
    Checked,
    DemandWithdrawn,
    InstalmentsAgreed,
    Moved,
    Paid,
    PayeeChanged,
    PaymentUndone,
    Reassessed,
    Reclaimed,
    Referred,
    Rejected,
    Repaid,
    SetOff,
    StopCorrected,
    Stopped,
    TakenOver,
    by_budget,
)
from ledger.streams.roll.queries import area_in, areas, next_month, owed_months, previous, with_facts
from ledger.streams.roll.state import Roll, Segment


def evolve(state: Roll, event: Event) -> Roll:
    """The state after an event. Total."""
    match event:
        case Paid():
            return _paid(state, event)
        case Reassessed():
            difference_fen = state.difference_fen + sum(event.differences.values())
            after = replace(state, monthly_fen=event.monthly_fen, difference_fen=difference_fen)
            return _settled(after) if state.last_month else after
        case PaymentUndone():
            return _undone(state, event)
        case Applied() | TakenOver():
            return _entered(event)
        case Checked():
            checked = (Segment(state.from_month, event.facts),)
            handled_by = (*state.handled_by, event.by)
            return replace(state, status="checked", segments=checked, handled_by=handled_by)
        case Admitted():
            segments = tuple(replace(one, from_month=event.from_month) for one in state.segments)
            return replace(
                state,
                status="on",
                from_month=event.from_month,
                segments=segments,
                monthly_fen=event.monthly_fen,
            )
        case Rejected():
            return replace(state, status="rejected")
        case Changed():
            return replace(
                state,
                segments=with_facts(state, event.from_month, event.facts).segments,
                members=event.members,
                monthly_fen=event.monthly_fen,
                difference_fen=state.difference_fen + sum(event.differences.values()),
            )
        case Moved():
            return _in_its_area(replace(state, areas={**areas(state), event.from_month: event.area}))
        case PayeeChanged():
            return replace(state, payee=event.payee)
        case Stopped():
            difference_fen = state.difference_fen + sum(event.differences.values())
            return _settled(replace(state, last_month=event.last_month, difference_fen=difference_fen))
        case StopCorrected():
            difference_fen = state.difference_fen + sum(event.differences.values())
            after = replace(state, last_month=event.last_month, difference_fen=difference_fen)
            return _settled(after) if event.last_month else replace(after, status="on")
        case Reclaimed():
            after = replace(_demanded(state, by_budget(event), 1), due_on=event.due_on, instalments={})
            return _settled(after) if state.last_month else after
        case DemandWithdrawn():
            after = _demanded(state, event.budgets, -1)
            return _settled(after) if state.last_month else after
        case InstalmentsAgreed():
            return replace(state, instalments=event.instalments)
        case Repaid():
            return replace(state, repaid_fen=state.repaid_fen + event.amount_fen)
        case SetOff():
            return replace(state, difference_fen=state.difference_fen - event.amount_fen)
        case Referred():
            return replace(state, referred_to=event.to)
        case _:
            return state


def _demanded(state: Roll, budgets: Mapping[str, int], sign: int) -> Roll:
    """A demand takes what was had too much out of what is kept back; its withdrawal puts it there again."""
    demanded_of = dict(state.demanded_of)
    for budget, fen in budgets.items():
        demanded_of[budget] = demanded_of.get(budget, 0) + sign * fen
    total_fen = sign * sum(budgets.values())
    return replace(
        state,
        demanded_of=demanded_of,
        demanded_fen=state.demanded_fen + total_fen,
        difference_fen=state.difference_fen + total_fen,
    )


def _in_its_area(state: Roll) -> Roll:
    """The county that pays the next unpaid month: a move dated ahead takes effect with its month (迁移)."""
    return replace(state, area=area_in(state, next_month(state))) if state.areas else state


def _entered(event: Applied | TakenOver) -> Roll:
    known = isinstance(event, TakenOver)
    return Roll(
        status="on" if known else "applied",
        programme=event.programme,
        beneficiary=event.beneficiary,
        members=event.members,
        area=event.area,
        payee=event.payee,
        from_month=event.from_month,
        segments=(Segment(event.from_month, event.facts),),
        handled_by=(event.by,),
    )


def _paid(state: Roll, event: Paid) -> Roll:
    after = replace(
        state,
        paid_through=max(state.paid_through, *event.months) if event.months else state.paid_through,
        difference_fen=state.difference_fen - event.difference_fen,
        paid_fen=state.paid_fen + event.amount_fen,
    )
    if state.taken_back:
        after = replace(after, taken_back=tuple(one for one in state.taken_back if one not in event.months))
    after = _in_its_area(after)
    return _settled(after) if after.last_month else after


def _undone(state: Roll, event: PaymentUndone) -> Roll:
    """Months at the end are simply not paid yet; those before a paid one are remembered."""
    taken_back = sorted({*state.taken_back, *event.months})
    paid_through = state.paid_through
    while taken_back and taken_back[-1] == paid_through:
        paid_through = previous(taken_back.pop())
    after = replace(
        state,
        paid_through=paid_through if paid_through >= state.from_month else "",
        taken_back=tuple(taken_back),
        difference_fen=state.difference_fen + event.difference_fen + sum(event.differences.values()),
        paid_fen=state.paid_fen - event.amount_fen,
    )
    after = _in_its_area(after)
    return _settled(after) if after.last_month else after


def _settled(state: Roll) -> Roll:
    """An entry that has ended is over once its last month is paid, none is owed again and no difference is left."""
    over = not state.difference_fen and next_month(state) > state.last_month and not owed_months(state)
    return replace(state, status="stopped" if over else "ending")


ROLLS: Final = Stream("roll", Roll(), evolve)
