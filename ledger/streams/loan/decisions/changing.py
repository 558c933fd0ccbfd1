"""Decisions that change how a running loan goes on (冲还贷签约、展期、利率调整)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ledger.dates import month_of
from ledger.policy.loan_terms import Terms
from ledger.policy.schedule import due_day
from ledger.refusal import Refusal
from ledger.streams.base import Event
from ledger.streams.loan.decisions.repaying import ALLOCATION
from ledger.streams.loan.decisions.required import (
    require_months,
    require_not_moved,
    require_running,
)
from ledger.streams.loan.events import (
    Extended,
    OffsetAgreed,
    PenaltyAccrued,
    Repriced,
)
from ledger.streams.loan.evolve import evolve
from ledger.streams.loan.queries import (
    bring_up,
    days_overdue,
    instalment_of,
    interest_to,
    penalty_on,
)
from ledger.streams.loan.state import Loan


def agree_offset(state: Loan, loan: str, mode: str, on: date) -> tuple[Event, ...]:
    """Agrees that the fund accounts repay the loan (冲还贷签约), or ends it; the same again gives no event."""
    require_running(state, loan)
    if mode != "none" and not state.account:
        raise Refusal("loan_without_account", loan=loan)
    return () if mode == (state.offset_mode or "none") else (OffsetAgreed(effective_on=on, mode=mode),)


def extend(
    state: Loan,
    loan: str,
    months: int,
    months_max: int,
    approval: str,
    terms: Terms,
    on: date,
    band: tuple[Decimal, tuple[str, ...]] | None = None,
) -> tuple[Event, ...]:
    """Extends a loan that owes nothing overdue (展期), up to the longest term it could have had.

    ``band`` is the rate of another band that the whole term reaches (利率期限档次), with the versions that gave it; it
    stands from the day of the extension (贷款通则 第十四条).
    """
    require_running(state, loan)
    require_months(months)
    require_not_moved(state, loan, on)
    state, events = bring_up(state, on, terms)
    if days_overdue(state, on):
        raise Refusal("loan_overdue", loan=loan, days=days_overdue(state, on))
    if state.next_due_on is None or state.repay_by is not None:
        raise Refusal("loan_all_due", loan=loan)
    if state.months + months > months_max:
        raise Refusal("loan_term_too_long", loan=loan, months=state.months + months, months_max=months_max)
    single = state.method == "single_payment"
    months_left = state.months_left if single else state.months_left + months
    next_due_on = (
        due_day(month_of(state.next_due_on) + months, state.repay_day) if single else state.next_due_on
    )
    extended = Extended(
        effective_on=on,
        months=months,
        months_left=months_left,
        instalment_fen=instalment_of(
            state.method, state.running_fen, state.rate, months_left, terms.rounding
        ),
        next_due_on=next_due_on,
        approval=approval,
    )
    if band is None:
        return (*events, extended)
    rate, versions = band
    return (*events, extended, *reprice(evolve(state, extended), loan, rate, terms, versions, on))


def reprice(
    state: Loan, loan: str, rate: Decimal, terms: Terms, versions: tuple[str, ...], on: date
) -> tuple[Event, ...]:
    """Takes a new rate from a day on (利率调整): interest and penalty up to it stay at the old one.

    The same rate again gives no event.
    """
    require_running(state, loan)
    if rate == state.rate:
        return ()
    require_not_moved(state, loan, on)
    state, events = bring_up(state, on, terms)
    penalties = tuple((one.number, penalty_on(one, state.rate, on, terms)) for one in state.owed)
    if penalties:
        events.append(
            PenaltyAccrued(effective_on=on, penalties=penalties, parameters=terms.named(*ALLOCATION))
        )
    left_fen, months_left = state.running_fen, max(state.months_left, 1)
    level = state.method == "level_payment" and left_fen > 0
    repriced = Repriced(
        effective_on=on,
        old_rate=state.rate,
        rate=rate,
        instalment_fen=instalment_of(state.method, left_fen, rate, months_left, terms.rounding)
        if level
        else state.instalment_fen,
        accrued_fen=interest_to(state, on, terms) if left_fen else 0,
        parameters=versions,
    )
    return (*events, repriced)


def is_repricing_day(mode: str, on: date, disbursed_on: date) -> bool:
    """Whether a running loan takes the rate of a day, by the mode of the parameter; never on the day of disbursement."""
    if mode == "never" or on <= disbursed_on:
        return False
    if mode == "next_january":
        return (on.month, on.day) == (1, 1)
    if mode == "next_quarter":
        return on.day == 1 and on.month % 3 == 1
    return True
