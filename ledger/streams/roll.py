"""An entry on a monthly roll (花名册): one household or person who is paid every month until something changes.

葫政办发〔2019〕55号. The rolls of dibao, special-hardship support, orphans and the workers retired in the 1960s. Months are
texts ``YYYY-MM``, amounts fen. What a month pays follows from the facts that hold in it; what a change, a late
standard or a stop makes different for months that were paid already stands apart as ``difference_fen`` and is paid, or
kept back, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from ledger.dates import format_month, parse_month
from ledger.names import is_among
from ledger.refusal import Refusal
from ledger.streams.account import check_amount
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("roll.applied")
class Applied(Event, frozen=True):
    """A household or person applied to a roll. ``members`` are all persons of it, by their pseudonyms."""

    programme: str
    beneficiary: str
    members: tuple[str, ...]
    area: str
    payee: str
    from_month: str
    facts: dict[str, Any]
    documents: tuple[str, ...]
    by: str


@event("roll.checked")
class Checked(Event, frozen=True):
    """The means were checked (家庭经济状况核对): the facts as the office found them."""

    facts: dict[str, Any]
    opinion: str
    by: str


@event("roll.admitted")
class Admitted(Event, frozen=True):
    """The application was approved, with the amount of the first month and its proof."""

    from_month: str
    monthly_fen: int
    explanation: dict[str, Any]
    by: str


@event("roll.rejected")
class Rejected(Event, frozen=True):
    """The application was turned down."""

    reason: str
    by: str


@event("roll.taken_over")
class TakenOver(Event, frozen=True):
    """An entry came from the roll that was kept before this ledger; its months up to ``paid_through`` were paid there."""

    programme: str
    beneficiary: str
    members: tuple[str, ...]
    area: str
    payee: str
    from_month: str
    facts: dict[str, Any]
    source: str
    by: str


@event("roll.changed")
class Changed(Event, frozen=True):
    """Household or income changed from a month on; for months paid already the difference of each."""

    from_month: str
    facts: dict[str, Any]
    members: tuple[str, ...]
    monthly_fen: int
    explanation: dict[str, Any]
    differences: dict[str, int]
    reason: str
    by: str


@event("roll.moved")
class Moved(Event, frozen=True):
    """The household moved: from a month on another county pays."""

    area: str
    from_month: str
    reason: str
    by: str


@event("roll.payee_changed")
class PayeeChanged(Event, frozen=True):
    """Another account receives the money: a guardian, an institution."""

    payee: str
    reason: str
    by: str


@event("roll.reassessed")
class Reassessed(Event, frozen=True):
    """The entry was assessed again by the law known then (重新核定), with the difference of each month paid already."""

    run: str
    month: str
    monthly_fen: int
    before_fen: int
    differences: dict[str, int]
    rule: str
    parameters: tuple[str, ...]


@event("roll.stopped")
class Stopped(Event, frozen=True):
    """The entry ends with a month (停发), for a cause: death, income, moved away, request, false statement, age."""

    last_month: str
    cause: str
    evidence: str
    differences: dict[str, int]
    by: str


@event("roll.paid")
class Paid(Event, frozen=True):
    """A line of a payment list (清册): what each month pays, and what earlier months still lacked or had too much.

    The list carries the entry in the books and the payment order; ``parameters`` are the versions that were read.
    """

    run: str
    number: int
    months: dict[str, int]
    difference_fen: int
    amount_fen: int
    rule: str
    parameters: tuple[str, ...]


@event("roll.reclaimed", moves_money=True)
class Reclaimed(Event, frozen=True):
    """What was paid too much is demanded back by a day."""

    budget: str
    amount_fen: int
    due_on: date
    reason: str
    by: str


@event("roll.repaid", moves_money=True)
class Repaid(Event, frozen=True):
    """Money that was demanded came back; it is owed to the treasury."""

    budget: str
    amount_fen: int
    reference: str
    by: str


# ---------------------------------------------------------------- state


class Segment(msgspec.Struct, frozen=True, gc=False):
    """The facts that hold from a month on."""

    from_month: str
    facts: dict[str, Any]


class Roll(msgspec.Struct, frozen=True):
    """Where an entry stands: ``applied``, ``checked``, ``rejected``, ``on``, ``ending`` or ``stopped``.

    ``ending`` is stopped with something still to be paid or kept back.
    """

    status: str = ""
    programme: str = ""
    beneficiary: str = ""
    members: tuple[str, ...] = ()
    area: str = ""
    payee: str = ""
    from_month: str = ""
    last_month: str = ""
    paid_through: str = ""
    segments: tuple[Segment, ...] = ()
    monthly_fen: int = 0
    difference_fen: int = 0
    paid_fen: int = 0
    demanded_fen: int = 0
    repaid_fen: int = 0
    handled_by: tuple[str, ...] = ()


# ---------------------------------------------------------------- evolve


def evolve(state: Roll, event: Event) -> Roll:
    """The state after an event. Total."""
    match event:
        case Paid():
            return _paid(state, event)
        case Reassessed():
            difference_fen = state.difference_fen + sum(event.differences.values())
            after = replace(state, monthly_fen=event.monthly_fen, difference_fen=difference_fen)
            return _settled(after) if state.last_month else after
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
            return replace(state, area=event.area)
        case PayeeChanged():
            return replace(state, payee=event.payee)
        case Stopped():
            difference_fen = state.difference_fen + sum(event.differences.values())
            return _settled(replace(state, last_month=event.last_month, difference_fen=difference_fen))
        case Reclaimed():
            after = replace(
                state,
                demanded_fen=state.demanded_fen + event.amount_fen,
                difference_fen=state.difference_fen + event.amount_fen,
            )
            return _settled(after) if state.last_month else after
        case Repaid():
            return replace(state, repaid_fen=state.repaid_fen + event.amount_fen)
        case _:
            return state


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
    return _settled(after) if after.last_month else after


def _settled(state: Roll) -> Roll:
    """An entry that has ended is over once its last month is paid and no difference is left."""
    over = not state.difference_fen and next_month(state) > state.last_month
    return replace(state, status="stopped" if over else "ending")


ROLLS: Final = Stream("roll", Roll(), evolve)


# ---------------------------------------------------------------- decisions


def apply(state: Roll, entry: str, applied: Applied) -> tuple[Event, ...]:
    """Takes an application in; an entry that was rejected may apply again."""
    if state.status not in ("", "rejected"):
        raise Refusal("roll_exists", entry=entry, status=state.status)
    return (applied,)


def take_over(state: Roll, entry: str, taken_over: TakenOver) -> tuple[Event, ...]:
    """Takes an entry over from the older roll, once."""
    if state.status:
        raise Refusal("roll_exists", entry=entry, status=state.status)
    return (taken_over,)


def check(state: Roll, entry: str, checked: Checked) -> tuple[Event, ...]:
    """Notes what the means check found; nobody checks his own application."""
    _require(state, entry, "applied")
    _require_other(state, entry, checked.by)
    return (checked,)


def admit(state: Roll, entry: str, admitted: Admitted) -> tuple[Event, ...]:
    """Approves what was checked, by somebody who had no part in it."""
    require_admissible(state, entry, admitted.by)
    return (admitted,)


def require_admissible(state: Roll, entry: str, by: str) -> None:
    """Refuses ``roll_elsewhere`` before the check, and ``roll_own_step`` to who had a part in it."""
    _require(state, entry, "checked")
    _require_other(state, entry, by)


def reject(state: Roll, entry: str, rejected: Rejected) -> tuple[Event, ...]:
    """Turns an application down, with a reason."""
    _require(state, entry, "applied", "checked")
    return (rejected,)


def change(state: Roll, entry: str, changed: Changed) -> tuple[Event, ...]:
    """Takes a change in; the same facts from the same month give no second event."""
    require_changeable(state, entry, changed.from_month)
    same = facts_in(state, changed.from_month) == changed.facts and state.members == changed.members
    return () if same else (changed,)


def require_changeable(state: Roll, entry: str, month: str) -> None:
    """Refuses a change of who is not on the roll, and from a month before he was."""
    _require(state, entry, "on")
    if month < state.from_month:
        raise Refusal("roll_month_before", entry=entry, month=month, from_month=state.from_month)


def move(state: Roll, entry: str, moved: Moved) -> tuple[Event, ...]:
    """Moves an entry to another county; months that were paid stay with the one that paid them."""
    _require(state, entry, "on")
    if moved.area == state.area:
        return ()
    if moved.from_month <= state.paid_through:
        raise Refusal("roll_month_paid", entry=entry, month=moved.from_month, paid_through=state.paid_through)
    return (moved,)


def change_payee(state: Roll, entry: str, changed: PayeeChanged) -> tuple[Event, ...]:
    """Pays to another account from the next list on."""
    _require(state, entry, "on", "ending")
    return () if changed.payee == state.payee else (changed,)


def stop(state: Roll, entry: str, stopped: Stopped) -> tuple[Event, ...]:
    """Ends an entry with a month; not before it began."""
    _require(state, entry, "on")
    if stopped.last_month < previous(state.from_month):
        raise Refusal("roll_month_before", entry=entry, month=stopped.last_month, from_month=state.from_month)
    return (stopped,)


def reclaim(state: Roll, entry: str, reclaimed: Reclaimed) -> tuple[Event, ...]:
    """Demands back what an ended entry had too much; before its end it is kept back from the next months."""
    _require(state, entry, "ending")
    if reclaimed.amount_fen > overpaid_fen(state):
        raise Refusal(
            "roll_not_overpaid", entry=entry, open_fen=overpaid_fen(state), amount_fen=reclaimed.amount_fen
        )
    check_amount(reclaimed.amount_fen)
    return (reclaimed,)


def repay(state: Roll, entry: str, repaid: Repaid) -> tuple[Event, ...]:
    """Takes back what was demanded, and not a fen more."""
    open_fen = state.demanded_fen - state.repaid_fen
    if repaid.amount_fen > open_fen:
        raise Refusal("roll_not_overpaid", entry=entry, open_fen=open_fen, amount_fen=repaid.amount_fen)
    check_amount(repaid.amount_fen)
    return (repaid,)


def _require(state: Roll, entry: str, *wanted: str) -> None:
    if not state.status:
        raise Refusal("roll_unknown", entry=entry)
    if state.status not in wanted:
        raise Refusal("roll_elsewhere", entry=entry, status=state.status, wanted=", ".join(wanted))


def _require_other(state: Roll, entry: str, actor: str) -> None:
    if is_among(actor, state.handled_by):
        raise Refusal("roll_own_step", entry=entry, by=actor)


# ---------------------------------------------------------------- queries


def previous(month: str) -> str:
    """The month before."""
    return format_month(parse_month(month) - 1)


def months_between(first: str, last: str) -> list[str]:
    """The months from one to another, both included; none when the last is before the first."""
    return [format_month(month) for month in range(parse_month(first), parse_month(last) + 1)]


def next_month(state: Roll) -> str:
    """The first month that has not been paid."""
    return format_month(parse_month(state.paid_through) + 1) if state.paid_through else state.from_month


def due_months(state: Roll, month: str) -> list[str]:
    """The months that a run of a month has to pay."""
    last = min(month, state.last_month) if state.last_month else month
    first = next_month(state)
    return [first] if first == last else months_between(first, last)


def facts_in(state: Roll, month: str) -> Mapping[str, Any]:
    """The facts that hold in a month."""
    segments = state.segments
    if len(segments) == 1:
        return segments[0].facts
    return next((one.facts for one in reversed(segments) if one.from_month <= month), segments[0].facts)


def with_facts(state: Roll, month: str, facts: Mapping[str, Any]) -> Roll:
    """The state with other facts from a month on."""
    before = (one for one in state.segments if one.from_month < month)
    return replace(state, segments=(*before, Segment(month, dict(facts))))


def overpaid_fen(state: Roll) -> int:
    """What an entry had too much and has not given back."""
    return max(0, -state.difference_fen)


def covers(state: Roll, month: str) -> bool:
    """Whether somebody stands on the roll in a month."""
    on = state.status in ("on", "ending", "stopped") and state.from_month <= month
    return on and (not state.last_month or month <= state.last_month)
