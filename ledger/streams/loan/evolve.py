"""How an event changes a loan. Total: an event that happened is never refused."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from msgspec.structs import asdict, replace

from ledger.dates import month_of
from ledger.policy.schedule import due_day
from ledger.streams.base import Event, Stream
from ledger.streams.loan.events import (
    Applied,
    Approved,
    Assessed,
    Classified,
    ContractSigned,
    DemandedEarly,
    DemandSent,
    Disbursed,
    Extended,
    GivenUp,
    GuaranteeFeePaid,
    InstalmentFellDue,
    OffsetAgreed,
    Owed,
    PenaltyAccrued,
    RecoursePassed,
    Recovered,
    Rejected,
    Repaid,
    RepaymentReversed,
    Repriced,
    Rescheduled,
    ScheduleRestored,
    Secured,
    SecurityReleased,
    Settled,
    Share,
    TurnedNormal,
    TurnedOverdue,
    WrittenOff,
)
from ledger.streams.loan.state import RUNNING, Loan


def evolve(state: Loan, event: Event) -> Loan:
    """The state after an event. Total: an event that happened is never refused."""
    step = _STEPS.get(type(event))
    return step(state, event) if step else state


def _moved(state: Loan, on: date, **more: Any) -> Loan:
    last = on if state.moved_on is None or on > state.moved_on else state.moved_on
    return replace(state, moved_on=last, **more)


def _applied(state: Loan, event: Applied) -> Loan:
    return replace(
        state,
        status="applied",
        borrower=event.borrower,
        account=event.account,
        spouse=event.spouse,
        spouse_account=event.spouse_account,
        co_borrowers=event.co_borrowers,
        from_centre=event.from_centre,
        purpose=event.purpose,
        home_number=event.home_number,
        price_fen=event.price_fen,
        amount_fen=event.amount_fen,
        months=event.months,
        applied_on=event.effective_on,
        decide_by=event.decide_by,
        bank=event.bank,
        bank_owed_fen=event.bank_owed_fen,
        commercial_fen=event.commercial_fen,
    )


def _signed(state: Loan, event: ContractSigned) -> Loan:
    return replace(
        state,
        status="signed",
        contract=event.contract,
        method=event.method,
        repay_day=event.repay_day,
        payee=event.payee,
    )


def _disbursed(state: Loan, event: Disbursed) -> Loan:
    return _moved(
        state,
        event.effective_on,
        status=RUNNING,
        disbursed_on=event.effective_on,
        disbursed_fen=event.amount_fen,
        normal_fen=event.amount_fen,
        rate=event.rate,
        rate_since=event.effective_on,
        months_left=event.instalments,
        next_number=1,
        instalment_fen=event.instalment_fen,
        repay_day=event.repay_day,
        next_due_on=event.first_due_on,
        interest_from=event.effective_on,
        grade="normal",
    )


def _fell_due(state: Loan, event: InstalmentFellDue) -> Loan:
    """The instalment is owed, and the schedule moves on by one month; to nothing when all has fallen due."""
    due_on = event.effective_on
    owed = Owed(event.number, due_on, event.principal_fen, event.interest_fen, 0, event.penalty_from)
    nothing = not (event.principal_fen or event.interest_fen)
    more = state.running_fen > event.principal_fen
    months_left = max(state.months_left - 1, 1) if more else 0
    return replace(
        state,
        owed=state.owed if nothing else (*state.owed, owed),
        next_number=event.number + 1,
        months_left=months_left,
        next_due_on=due_day(month_of(due_on) + 1, state.repay_day) if more else None,
        interest_from=due_on,
        accrued_fen=0,
    )


def _after(owed: Owed, share: Share | None, on: date) -> Owed | None:
    """What is still owed of an instalment after its share of a payment."""
    if share is None:
        return owed
    left = owed.principal_fen - share.principal_fen, owed.interest_fen - share.interest_fen
    if not (any(left) or share.penalty_left_fen):
        return None
    return Owed(owed.number, owed.due_on, *left, share.penalty_left_fen, max(on, owed.penalty_from))


def _repaid(state: Loan, event: Repaid) -> Loan:
    shares = {share.number: share for share in event.shares}
    left = (_after(one, shares.get(one.number), event.effective_on) for one in state.owed)
    prepaid: dict[str, Any] = {"interest_from": event.effective_on, "accrued_fen": 0} if 0 in shares else {}
    return _moved(
        state,
        event.effective_on,
        normal_fen=state.normal_fen - (event.principal_fen - event.overdue_fen),
        overdue_fen=state.overdue_fen - event.overdue_fen,
        owed=tuple(one for one in left if one is not None),
        **prepaid,
    )


def _reversed(state: Loan, event: RepaymentReversed) -> Loan:
    return replace(
        state,
        status=RUNNING,
        normal_fen=state.normal_fen + event.principal_fen - event.overdue_fen,
        overdue_fen=state.overdue_fen + event.overdue_fen,
        reversed=(*state.reversed, event.reverses),
        settled_on=None,
        **asdict(event.restores),
    )


def _penalty_accrued(state: Loan, event: PenaltyAccrued) -> Loan:
    penalties = dict(event.penalties)
    owed = tuple(
        replace(
            one, penalty_fen=penalties[one.number], penalty_from=max(one.penalty_from, event.effective_on)
        )
        if one.number in penalties
        else one
        for one in state.owed
    )
    return replace(state, owed=owed)


def _turned(state: Loan, on: date, overdue_fen: int) -> Loan:
    """Principal between 121 and 122; negative comes back."""
    return replace(
        state,
        normal_fen=state.normal_fen - overdue_fen,
        overdue_fen=state.overdue_fen + overdue_fen,
        turned_on=max(on, state.turned_on or on),
    )


def _rescheduled(state: Loan, event: Rescheduled) -> Loan:
    return replace(state, months_left=event.months_left, instalment_fen=event.instalment_fen)


def _extended(state: Loan, event: Extended) -> Loan:
    return replace(
        state,
        months=state.months + event.months,
        months_left=event.months_left,
        instalment_fen=event.instalment_fen,
        next_due_on=event.next_due_on,
    )


def _repriced(state: Loan, event: Repriced) -> Loan:
    return _moved(
        state,
        event.effective_on,
        rate=event.rate,
        rate_since=event.effective_on,
        instalment_fen=event.instalment_fen,
        interest_from=event.effective_on,
        accrued_fen=event.accrued_fen,
    )


def _restored(state: Loan, event: ScheduleRestored) -> Loan:
    return replace(state, turned_on=event.turned_on, **asdict(event.restores))


def _recourse(state: Loan, event: RecoursePassed) -> Loan:
    paid_fen = event.principal_fen + event.interest_fen + event.penalty_fen
    return replace(state, recourse_fen=state.recourse_fen + paid_fen)


def _written_off(state: Loan, event: WrittenOff) -> Loan:
    return _moved(
        state,
        event.effective_on,
        status="written_off",
        overdue_fen=state.overdue_fen - event.principal_fen,
        written_off_fen=state.written_off_fen + event.principal_fen,
        owed=(),
    )


def _recovered(state: Loan, event: Recovered) -> Loan:
    return _moved(
        state,
        event.effective_on,
        written_off_fen=state.written_off_fen - event.principal_fen,
    )


def _settled(state: Loan, event: Settled) -> Loan:
    return replace(
        state, status="settled", settled_on=event.effective_on, months_left=0, next_due_on=None, accrued_fen=0
    )


def _released(state: Loan, event: SecurityReleased) -> Loan:
    kept = (one for one in state.security if (one[0], one[1]) != (event.kind, event.document))
    return replace(state, security=tuple(kept))


_STEPS: Final[dict[type[Event], Any]] = {
    Applied: _applied,
    Assessed: lambda state, event: replace(
        state, limit_fen=event.limit_fen, binding=event.binding, months_max=event.months_max
    ),
    Approved: lambda state, event: replace(
        state, status="approved", amount_fen=event.amount_fen, months=event.months
    ),
    Rejected: lambda state, event: replace(state, status="rejected"),
    GivenUp: lambda state, event: replace(state, status="given_up"),
    ContractSigned: _signed,
    Secured: lambda state, event: replace(
        state, security=(*state.security, (event.kind, event.document, event.giver))
    ),
    Disbursed: _disbursed,
    GuaranteeFeePaid: lambda state, event: replace(state, guarantee_fee_fen=event.amount_fen),
    InstalmentFellDue: _fell_due,
    Repaid: _repaid,
    RepaymentReversed: _reversed,
    PenaltyAccrued: _penalty_accrued,
    TurnedOverdue: lambda state, event: _turned(state, event.effective_on, event.principal_fen),
    TurnedNormal: lambda state, event: _turned(state, event.effective_on, -event.principal_fen),
    Rescheduled: _rescheduled,
    Extended: _extended,
    Repriced: _repriced,
    ScheduleRestored: _restored,
    OffsetAgreed: lambda state, event: replace(state, offset_mode="" if event.mode == "none" else event.mode),
    Classified: lambda state, event: replace(state, grade=event.grade),
    DemandSent: lambda state, event: replace(state, letters=state.letters + 1),
    RecoursePassed: _recourse,
    DemandedEarly: lambda state, event: replace(state, repay_by=event.repay_by),
    WrittenOff: _written_off,
    Recovered: _recovered,
    Settled: _settled,
    SecurityReleased: _released,
}

LOANS: Final = Stream("loan", Loan(), evolve)
