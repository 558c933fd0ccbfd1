"""Decisions about a loan that is not repaid, and its end (逾期、催收、代偿、提前收回、核销)."""

from __future__ import annotations

from datetime import date

from ledger.policy.loan_terms import Terms, grade_for
from ledger.refusal import Refusal
from ledger.streams.account import check_amount
from ledger.streams.base import Event
from ledger.streams.loan.decisions.repaying import Arrived, repay
from ledger.streams.loan.decisions.required import (
    is_booked,
    require,
    require_not_moved,
    require_running,
)
from ledger.streams.loan.events import (
    Classified,
    DemandedEarly,
    DemandSent,
    RecoursePassed,
    Recovered,
    Repaid,
    Settled,
    WrittenOff,
)
from ledger.streams.loan.queries import (
    bring_up,
    claim_on,
    content_of,
    days_overdue,
)
from ledger.streams.loan.state import RUNNING, Loan


def run(state: Loan, on: date, terms: Terms) -> tuple[Event, ...]:
    """What a monthly run finds (逾期处理): instalments that fell due, principal in 122, and the grade."""
    if state.status != RUNNING:
        return ()
    state, events = bring_up(state, on, terms)
    days = days_overdue(state, on)
    grade = grade_for(days, terms.grade_days)
    if grade != state.grade:
        events.append(
            Classified(
                effective_on=on, grade=grade, days_overdue=days, parameters=terms.named("loan_grade_days")
            )
        )
    return tuple(events)


def send_demand(state: Loan, loan: str, document: str, terms: Terms, on: date) -> tuple[Event, ...]:
    """Sends a demand letter for what is overdue (催收)."""
    require_running(state, loan)
    state, events = bring_up(state, on, terms)
    if not days_overdue(state, on):
        raise Refusal("loan_not_overdue", loan=loan)
    return (*events, DemandSent(effective_on=on, document=document, **claim_on(state, on, terms)._asdict()))


def guarantor_pays(state: Loan, loan: str, arrived: Arrived, terms: Terms) -> tuple[tuple[Event, ...], int]:
    """The guarantor pays what is overdue, and the claim passes to it (代偿, 第十八条); the rest in fen as in ``repay``."""
    if not state.guarantor:
        raise Refusal("loan_without_guarantor", loan=loan)
    events, rest_fen = repay(state, loan, arrived, terms)
    passed = (
        RecoursePassed(
            effective_on=arrived.on,
            guarantor=state.guarantor,
            principal_fen=one.principal_fen,
            interest_fen=one.interest_fen,
            penalty_fen=one.penalty_fen,
        )
        for one in events
        if isinstance(one, Repaid)
    )
    return (*events, *passed), rest_fen


def demand_early(
    state: Loan, loan: str, why: str, repay_by: date, document: str, on: date
) -> tuple[Event, ...]:
    """Demands the whole loan by a day (提前收回, 第二十八条第二款); the same day again gives no event."""
    require_running(state, loan)
    if repay_by < on:
        raise Refusal("loan_demand_in_past", loan=loan, repay_by=repay_by.isoformat(), on=on.isoformat())
    if state.repay_by == repay_by:
        return ()
    return (DemandedEarly(effective_on=on, why=why, repay_by=repay_by, document=document),)


def write_off(
    state: Loan, loan: str, approval: str, reserve_fen: int, terms: Terms, on: date
) -> tuple[Event, ...]:
    """Writes off a loan that stands in 122 whole, against the reserve (核销); the debt stays owed."""
    require_running(state, loan)
    require_not_moved(state, loan, on)
    state, events = bring_up(state, on, terms)
    if state.normal_fen or not state.overdue_fen:
        raise Refusal(
            "loan_not_all_overdue", loan=loan, normal_fen=state.normal_fen, overdue_fen=state.overdue_fen
        )
    if reserve_fen < state.overdue_fen:
        raise Refusal("reserve_too_small", loan=loan, reserve_fen=reserve_fen, needed_fen=state.overdue_fen)
    return (*events, WrittenOff(effective_on=on, principal_fen=state.overdue_fen, approval=approval))


def recover(
    state: Loan, loan: str, recovered: Recovered, before: Repaid | Recovered | None = None
) -> tuple[Event, ...]:
    """Books money that came in after a write-off (核销后收回); the last fen of principal settles the loan.

    ``before`` is what stands booked under its reference: the same gives no event, another is ``reference_differs``.
    """
    check_amount(recovered.principal_fen)
    if is_booked(loan, before, recovered.reference, content_of(recovered)):
        return ()
    require(state, loan, "written_off")
    if recovered.principal_fen > state.written_off_fen:
        raise Refusal(
            "recovered_too_much",
            loan=loan,
            amount_fen=recovered.principal_fen,
            owed_fen=state.written_off_fen,
        )
    if recovered.principal_fen < state.written_off_fen:
        return (recovered,)
    return (recovered, Settled(effective_on=recovered.effective_on, how="recovered"))
