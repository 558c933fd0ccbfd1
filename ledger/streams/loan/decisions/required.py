"""What several decisions about a loan ask for, and refuse without."""

from __future__ import annotations

from datetime import date

from ledger.policy.schedule import INSTALMENTS_MAX
from ledger.refusal import Refusal
from ledger.streams.loan.events import Recovered, Repaid
from ledger.streams.loan.queries import Content, content_of
from ledger.streams.loan.state import RUNNING, Loan


def require(state: Loan, loan: str, *statuses: str) -> None:
    """Refuses ``loan_unknown``, and ``loan_not_in_state`` unless the loan is in one of the states."""
    if not state.status:
        raise Refusal("loan_unknown", loan=loan)
    if state.status not in statuses:
        raise Refusal("loan_not_in_state", loan=loan, status=state.status, wanted=", ".join(statuses))


def require_running(state: Loan, loan: str) -> None:
    require(state, loan, RUNNING)


def require_not_moved(state: Loan, loan: str, on: date) -> None:
    if state.moved_on is not None and on < state.moved_on:
        raise moved_since(loan, on, state.moved_on)


def moved_since(loan: str, on: date, moved_on: date) -> Refusal:
    return Refusal("loan_moved_since", loan=loan, on=on.isoformat(), moved_on=moved_on.isoformat())


def require_months(months: int) -> None:
    if not 1 <= months <= INSTALMENTS_MAX:
        raise Refusal("loan_months_out_of_range", months=months, months_max=INSTALMENTS_MAX)


def require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refusal("reason_missing")


def is_booked(loan: str, before: Repaid | Recovered | None, reference: str, content: Content) -> bool:
    """Whether the money of a bank reference (银行流水号) is the money that stands booked under it (第二十二条).

    One reference is one sum of money: refuses ``reference_differs`` where amount, day, kind or source are others.
    """
    if before is None:
        return False
    booked = content_of(before)
    if booked != content:
        raise Refusal(
            "reference_differs",
            subject=loan,
            reference=reference,
            booked_fen=booked.amount_fen,
            booked_on=booked.on.isoformat(),
            amount_fen=content.amount_fen,
            on=content.on.isoformat(),
        )
    return True
