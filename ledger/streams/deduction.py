"""The deduction of a loan (批量扣款): the bank is asked to collect what fell due, and says later what it could.

One stream for each loan: while one deduction of it is open, no other is asked for. Accepted is not paid; a result that
is not known is asked for again and never guessed; the same result twice is one.
"""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import Final

import msgspec
from msgspec.structs import replace

from ledger.refusal import Refusal
from ledger.streams.account import check_amount
from ledger.streams.base import Event, Stream, event
from ledger.streams.payment import END_TO_END_MAX

# ---------------------------------------------------------------- events


@event("deduction.asked")
class Asked(Event, frozen=True):
    """The bank was asked to collect. ``mode``: ``full`` takes all or nothing (足额), ``available`` what there is (全额)."""

    batch: str
    end_to_end: str
    amount_fen: int
    mode: str = "full"


@event("deduction.done")
class Done(Event, frozen=True):
    """The bank collected an amount; the repayment of the loan stands in the same commit and carries the entry."""

    end_to_end: str
    amount_fen: int
    bank_reference: str = ""


@event("deduction.failed")
class Failed(Event, frozen=True):
    """The bank collected nothing, with its reason."""

    end_to_end: str
    reason: str = ""


@event("deduction.left_unknown")
class LeftUnknown(Event, frozen=True):
    """The bank has not said what became of it; it was asked again."""

    end_to_end: str
    why: str


# ---------------------------------------------------------------- state


class Deduction(msgspec.Struct, frozen=True, gc=False):
    """The newest deduction of a loan (``asked``, ``unknown``, ``done``, ``failed``), in fen, and since when."""

    status: str = ""
    batch: str = ""
    end_to_end: str = ""
    mode: str = ""
    asked_fen: int = 0
    done_fen: int = 0
    bank_reference: str = ""
    reason: str = ""
    since: date | None = None


# ---------------------------------------------------------------- evolve


def evolve(state: Deduction, event: Event) -> Deduction:
    """The state after an event. Total."""
    on = event.effective_on
    match event:
        case Asked():
            return Deduction(
                status="asked",
                batch=event.batch,
                end_to_end=event.end_to_end,
                mode=event.mode,
                asked_fen=event.amount_fen,
                since=on,
            )
        case Done():
            reference = event.bank_reference
            return replace(
                state, status="done", done_fen=event.amount_fen, bank_reference=reference, reason="", since=on
            )
        case Failed():
            return replace(state, status="failed", reason=event.reason, since=on)
        case LeftUnknown():
            return replace(state, status="unknown", reason=event.why, since=on)
        case _:
            return state


DEDUCTIONS: Final = Stream("deduction", Deduction(), evolve)


# ---------------------------------------------------------------- decisions


def ask(state: Deduction, loan: str, batch: str, amount_fen: int, mode: str, on: date) -> tuple[Event, ...]:
    """Asks the bank to collect for a loan; refuses ``deduction_open`` while the one before has no result."""
    if state.status in OPEN:
        raise Refusal("deduction_open", loan=loan, batch=state.batch)
    check_amount(amount_fen)
    end_to_end = end_to_end_id(batch, loan)
    return (Asked(effective_on=on, batch=batch, end_to_end=end_to_end, amount_fen=amount_fen, mode=mode),)


def done(
    state: Deduction, loan: str, end_to_end: str, amount_fen: int, reference: str, on: date
) -> tuple[Event, ...]:
    """Notes what the bank collected. Refuses an amount that the mode does not allow; money outranks a failure."""
    _require_asked(state, loan, end_to_end)
    if state.status == "done":
        if amount_fen != state.done_fen:
            raise Refusal("deduction_differs", loan=loan, done_fen=state.done_fen, amount_fen=amount_fen)
        return ()
    check_amount(amount_fen)
    if amount_fen > state.asked_fen or (state.mode == "full" and amount_fen < state.asked_fen):
        raise Refusal("deduction_differs", loan=loan, done_fen=state.asked_fen, amount_fen=amount_fen)
    return (Done(effective_on=on, end_to_end=end_to_end, amount_fen=amount_fen, bank_reference=reference),)


def fail(state: Deduction, loan: str, end_to_end: str, reason: str, on: date) -> tuple[Event, ...]:
    """Notes that nothing was collected; a failure after the money came is refused, one that is known is nothing new."""
    _require_asked(state, loan, end_to_end)
    if state.status == "done":
        raise Refusal("deduction_contradicted", loan=loan, batch=state.batch)
    return (
        () if state.status == "failed" else (Failed(effective_on=on, end_to_end=end_to_end, reason=reason),)
    )


def leave_unknown(state: Deduction, loan: str, end_to_end: str, why: str, on: date) -> tuple[Event, ...]:
    """Notes once a day that the result is not known and is asked for again."""
    _require_asked(state, loan, end_to_end)
    if state.status not in OPEN or (state.status, state.since) == ("unknown", on):
        return ()
    return (LeftUnknown(effective_on=on, end_to_end=end_to_end, why=why),)


def _require_asked(state: Deduction, loan: str, end_to_end: str) -> None:
    if not state.status or state.end_to_end != end_to_end:
        raise Refusal("deduction_unknown", loan=loan, end_to_end=end_to_end)


# ---------------------------------------------------------------- queries

OPEN: Final = ("asked", "unknown")
"""The bank was asked, and what became of it is not known."""

MODES: Final = ("full", "available")
"""足额 and 全额: all or nothing, or what there is."""


def end_to_end_id(batch: str, loan: str) -> str:
    """The id under which the bank knows one line: readable where it is short enough, else with a digest."""
    readable = f"{batch}-{loan}"
    return readable if len(readable) <= END_TO_END_MAX else sha256(readable.encode()).hexdigest()[:32]
