"""Orders and fines on an employer (责令限期办理, 行政处罚): ordered, proposed, told, heard, decided, paid or withdrawn.

葫政发〔2019〕12号 第二十六条; 条例第三十七、三十八条, 国务院令第844号 第三十九条 for facts from 2026-09-20 on.
Only a body with a recorded authority fines; what is paid goes to the treasury and stands in no book of the fund. For
months that are not paid or not paid in full the law knows an order and the court, and no fine.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from ledger.deadlines import named
from ledger.refusal import Refusal
from ledger.streams.account import check_amount
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("penalty.correction_ordered")
class CorrectionOrdered(Event, frozen=True):
    """The centre ordered an employer to put a violation right by a day (责令限期办理、限期缴存)."""

    employer: str
    violation: str
    facts_on: date
    evidence: str
    document: str
    due_on: date
    short_fen: int = 0


@event("penalty.corrected")
class Corrected(Event, frozen=True):
    """The employer did what it was ordered to do."""

    evidence: str


@event("penalty.proposed")
class Proposed(Event, frozen=True):
    """A fine was proposed by a body with authority, within the bounds of the law of the day of the facts."""

    body: str
    amount_fen: int
    explanation: dict[str, Any]


@event("penalty.told")
class Told(Event, frozen=True):
    """The employer was told of the fine and its right to be heard (告知), until ``hearing_until``."""

    document: str
    hearing_until: date


@event("penalty.hearing_asked")
class HearingAsked(Event, frozen=True):
    """The employer asked to be heard (要求听证)."""


@event("penalty.heard")
class Heard(Event, frozen=True):
    """The hearing was held (听证)."""

    document: str


@event("penalty.decided")
class Decided(Event, frozen=True):
    """The fine was decided (行政处罚决定), to be paid to the treasury by ``pay_by``."""

    document: str
    amount_fen: int
    pay_by: date
    explanation: dict[str, Any]


@event("penalty.paid")
class Paid(Event, frozen=True):
    """The employer paid at the treasury's bank (缴入国库), all of it where ``settled``: no money of the fund."""

    amount_fen: int
    reference: str
    settled: bool = False


@event("penalty.withdrawn")
class Withdrawn(Event, frozen=True):
    """Order and fine were withdrawn or annulled (撤销)."""

    document: str
    reason: str


# ---------------------------------------------------------------- state


class Penalty(msgspec.Struct, frozen=True):
    """Where an order and its fine stand."""

    status: str = ""
    employer: str = ""
    violation: str = ""
    facts_on: date | None = None
    due_on: date | None = None
    hearing_until: date | None = None
    pay_by: date | None = None
    amount_fen: int = 0
    paid_fen: int = 0


# ---------------------------------------------------------------- evolve


def evolve(state: Penalty, event: Event) -> Penalty:
    """The state after an event. Total."""
    match event:
        case CorrectionOrdered():
            about = (event.employer, event.violation, event.facts_on, event.due_on)
            return Penalty("ordered", *about)
        case Corrected():
            return replace(state, status="corrected")
        case Proposed():
            return replace(state, status="proposed", amount_fen=event.amount_fen)
        case Told():
            return replace(state, status="told", hearing_until=event.hearing_until)
        case HearingAsked():
            return replace(state, status="hearing")
        case Heard():
            return replace(state, status="heard")
        case Decided():
            return replace(state, status="decided", amount_fen=event.amount_fen, pay_by=event.pay_by)
        case Paid():
            paid_fen = state.paid_fen + event.amount_fen
            status = "paid" if paid_fen == state.amount_fen else state.status
            return replace(state, status=status, paid_fen=paid_fen)
        case Withdrawn():
            return replace(state, status="withdrawn")
        case _:
            return state


PENALTIES: Final = Stream("penalty", Penalty(), evolve)
FINED: Final = ("unregistered", "accounts_not_opened")
VIOLATIONS: Final = (*FINED, "unpaid", "underpaid")


# ---------------------------------------------------------------- decisions


def order_correction(state: Penalty, penalty: str, ordered: CorrectionOrdered) -> tuple[Event, ...]:
    """Orders an employer to put a violation right by a day after the order."""
    if state.status:
        raise Refusal("penalty_exists", penalty=penalty)
    if not ordered.facts_on <= ordered.effective_on < ordered.due_on:
        days = " / ".join(map(str, (ordered.facts_on, ordered.effective_on, ordered.due_on)))
        raise Refusal("order_days_disordered", days=days)
    return (ordered,)


def correct(state: Penalty, penalty: str, corrected: Corrected) -> tuple[Event, ...]:
    """Takes note that the employer obeyed; a fine that was decided stays due."""
    if state.status == "corrected":
        return ()
    _require(state, penalty, "ordered", "proposed", "told", "hearing", "heard")
    return (corrected,)


def propose(state: Penalty, penalty: str, proposed: Proposed, bounds: tuple[int, int]) -> tuple[Event, ...]:
    """Proposes a fine when the days of the order are over.

    Refuses ``correction_days_running``, ``no_fine_for_arrears`` and ``fine_out_of_bounds``.
    """
    _require(state, penalty, "ordered")
    if state.violation not in FINED:
        raise Refusal("no_fine_for_arrears", penalty=penalty, violation=state.violation)
    if state.due_on is not None and not named(state.due_on).is_over(proposed.effective_on):
        raise Refusal("correction_days_running", penalty=penalty, due_on=state.due_on.isoformat())
    least, most = bounds
    if not least <= proposed.amount_fen <= most:
        raise Refusal(
            "fine_out_of_bounds",
            penalty=penalty,
            amount_fen=proposed.amount_fen,
            least_fen=least,
            most_fen=most,
        )
    return (proposed,)


def tell(state: Penalty, penalty: str, told: Told) -> tuple[Event, ...]:
    """Tells the employer of the proposed fine."""
    if state.status == "told":
        return ()
    _require(state, penalty, "proposed")
    return (told,)


def ask_hearing(state: Penalty, penalty: str, asked: HearingAsked) -> tuple[Event, ...]:
    """Asks to be heard, in time."""
    if state.status == "hearing":
        return ()
    _require(state, penalty, "told")
    if state.hearing_until is not None and named(state.hearing_until).is_over(asked.effective_on):
        raise Refusal("hearing_too_late", penalty=penalty, until=state.hearing_until.isoformat())
    return (asked,)


def hear(state: Penalty, penalty: str, heard: Heard) -> tuple[Event, ...]:
    """Holds the hearing."""
    if state.status == "heard":
        return ()
    _require(state, penalty, "hearing")
    return (heard,)


def decide(state: Penalty, penalty: str, decided: Decided, least_fen: int) -> tuple[Event, ...]:
    """Decides the fine after the hearing or when its days are over, and never a heavier one than was proposed."""
    _require(state, penalty, "told", "heard")
    hearing = state.hearing_until if state.status == "told" else None
    if hearing is not None and not named(hearing).is_over(decided.effective_on):
        raise Refusal("hearing_days_running", penalty=penalty, until=hearing.isoformat())
    if not least_fen <= decided.amount_fen <= state.amount_fen:
        raise Refusal(
            "fine_out_of_bounds",
            penalty=penalty,
            amount_fen=decided.amount_fen,
            least_fen=least_fen,
            most_fen=state.amount_fen,
        )
    return (decided,)


def pay(state: Penalty, penalty: str, paid: Paid) -> tuple[Event, ...]:
    """Takes note of a payment to the treasury, no more than the fine."""
    _require(state, penalty, "decided")
    check_amount(paid.amount_fen)
    open_fen = state.amount_fen - state.paid_fen
    if paid.amount_fen > open_fen:
        raise Refusal("more_than_fined", penalty=penalty, amount_fen=paid.amount_fen, open_fen=open_fen)
    return (paid,)


def withdraw(state: Penalty, penalty: str, withdrawn: Withdrawn) -> tuple[Event, ...]:
    """Withdraws order and fine, whatever was paid: the treasury gives that back."""
    if state.status == "withdrawn":
        return ()
    if not state.status:
        _require(state, penalty)
    return (withdrawn,)


def _require(state: Penalty, penalty: str, *allowed: str) -> None:
    if not state.status:
        raise Refusal("penalty_unknown", penalty=penalty)
    if state.status not in allowed:
        raise Refusal("penalty_not_in_state", penalty=penalty, status=state.status)


# ---------------------------------------------------------------- queries


def is_obeyed(state: Penalty) -> bool:
    """Whether nothing is left to enforce."""
    return state.status in ("corrected", "paid", "withdrawn")
