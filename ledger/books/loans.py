"""The posting rules of loans (财会字〔1999〕33号): 121 entrusted loans, 122 overdue loans, 301 the risk reserve.

Interest and penalty are income of the day on which they are paid; what is owed of them stands in the loan register only.
The cash of the reserve lies in 102, so that a write-off makes the fund's own cash good from there, and a recovery
pays it back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ledger.streams import loan
from ledger.streams.base import Event

Line = tuple[str, int]

BANK, RESERVE_CASH, LOANS, OVERDUE, RESERVE = "101", "102", "121", "122", "301"
INTEREST, PENALTY, GUARANTEE_FEE = "401.loans", "401.penalty", "411.guarantee_fee"


def _lines(*lines: Line) -> tuple[Line, ...]:
    return tuple(line for line in lines if line[1])


def _repaid(event: loan.Repaid | loan.RepaymentReversed, sign: int = 1) -> tuple[Line, ...]:
    """回收: principal from where it stood, interest and penalty as income."""
    total_fen = event.principal_fen + event.interest_fen + event.penalty_fen
    return _lines(
        (BANK, sign * total_fen),
        (LOANS, -sign * (event.principal_fen - event.overdue_fen)),
        (OVERDUE, -sign * event.overdue_fen),
        (INTEREST, -sign * event.interest_fen),
        (PENALTY, -sign * event.penalty_fen),
    )


def _recovered(event: loan.Recovered) -> tuple[Line, ...]:
    """已核销收回: the principal to the reserve and its cash back to 102, what was earned on it as income."""
    return _lines(
        (BANK, event.principal_fen + event.interest_fen + event.penalty_fen),
        (BANK, -event.principal_fen),
        (RESERVE_CASH, event.principal_fen),
        (RESERVE, -event.principal_fen),
        (INTEREST, -event.interest_fen),
        (PENALTY, -event.penalty_fen),
    )


LOAN_RULES: Final[dict[type[Event], Callable[[Any], tuple[Line, ...]]]] = {
    loan.Disbursed: lambda e: _lines((LOANS, e.amount_fen), (BANK, -e.amount_fen)),
    loan.GuaranteeFeePaid: lambda e: _lines((GUARANTEE_FEE, e.amount_fen), (BANK, -e.amount_fen)),
    loan.Repaid: _repaid,
    loan.RepaymentReversed: lambda e: _repaid(e, -1),
    loan.TurnedOverdue: lambda e: _lines((OVERDUE, e.principal_fen), (LOANS, -e.principal_fen)),
    loan.TurnedNormal: lambda e: _lines((LOANS, e.principal_fen), (OVERDUE, -e.principal_fen)),
    loan.WrittenOff: lambda e: _lines(
        (RESERVE, e.principal_fen),
        (BANK, e.principal_fen),
        (OVERDUE, -e.principal_fen),
        (RESERVE_CASH, -e.principal_fen),
    ),
    loan.Recovered: _recovered,
}
