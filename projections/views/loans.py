"""Loans as they are read: the register (贷款台账), the overdue list, and the figures of all loans (贷款统计)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from ledger.policy.loan_terms import GRADES, Terms, grade_for
from ledger.store.tables import event
from ledger.streams import loan as loans
from ledger.streams.base import decode
from projections.registers import REGISTERS
from projections.views.journal import balance_fen

_MONEY: Final = (
    loans.Disbursed,
    loans.Repaid,
    loans.RepaymentReversed,
    loans.WrittenOff,
    loans.Recovered,
    loans.GuaranteeFeePaid,
)


def register(connection: Connection, status: str = "") -> Iterator[tuple[str, loans.Loan]]:
    """The loans of the register in the order of their keys, of one status or all."""
    one = REGISTERS["loan"]
    asked = one.all(connection)
    if status:
        asked = asked.where(one.table.c.status == status)
    for row in connection.execute(asked, execution_options={"yield_per": 10_000}):
        yield row[0], one.state_of(row)


class Overdue(NamedTuple):
    """A loan that is overdue on a day: since when, how much, and how it would be graded."""

    loan: str
    borrower: str
    since: date
    days: int
    instalments: int
    principal_fen: int
    interest_fen: int
    penalty_fen: int
    balance_fen: int
    grade: str
    letters: int


def overdue(connection: Connection, on: date, terms: Terms) -> list[Overdue]:
    """Loans with instalments unpaid after their day, the longest overdue first; what fell due meanwhile is counted."""
    found = []
    for key, state in register(connection, loans.RUNNING):
        brought, _ = loans.bring_up(state, on, terms)
        days = loans.days_overdue(brought, on)
        if days:
            since = min(one.due_on for one in brought.owed)
            claim = loans.claim_on(brought, on, terms)
            grade = grade_for(days, terms.grade_days)
            found.append(
                Overdue(
                    key,
                    state.borrower,
                    since,
                    days,
                    len(brought.owed),
                    *claim,
                    state.balance_fen,
                    grade,
                    state.letters,
                )
            )
    return sorted(found, key=lambda one: (-one.days, one.loan))


def figures(connection: Connection, first: date, last: date) -> dict[str, Any]:
    """What all loans came to in a time and stand at, as far as recorded: the loan part of the annual report.

    ``loan_to_deposit`` is a share of what members hold, in parts per thousand, and may be above 1000: it is reported.
    """
    money: dict[str, int] = defaultdict(int)
    by_purpose: Counter[str] = Counter()
    for body in _movements(connection, first, last):
        match body:
            case loans.Disbursed():
                money["disbursed"] += 1
                money["disbursed_fen"] += body.amount_fen
            case loans.Repaid():
                _repaid(money, body, 1)
            case loans.RepaymentReversed():
                _repaid(money, body, -1)
            case loans.WrittenOff():
                money["written_off_fen"] += body.principal_fen
            case loans.Recovered():
                money["recovered_fen"] += body.principal_fen
                money["interest_fen"] += body.interest_fen
                money["penalty_fen"] += body.penalty_fen
            case loans.GuaranteeFeePaid():
                money["guarantee_fee_fen"] += body.amount_fen
    standing: dict[str, int] = defaultdict(int)
    grades: Counter[str] = Counter()
    for _, state in register(connection):
        if state.disbursed_on and first <= state.disbursed_on <= last:
            by_purpose[state.purpose] += state.disbursed_fen
        if state.status == loans.RUNNING:
            standing["running"] += 1
            standing["overdue_fen"] += state.overdue_fen
            grades[state.grade] += state.balance_fen
        standing["balance_fen"] += state.balance_fen
    members_fen = -balance_fen(connection, "201")
    return {
        "first": first.isoformat(),
        "last": last.isoformat(),
        **{name: money[name] for name in _FLOWS},
        **{name: standing[name] for name in ("running", "balance_fen", "overdue_fen")},
        "by_purpose_fen": dict(sorted(by_purpose.items())),
        "by_grade_fen": {grade: grades[grade] for grade in GRADES},
        "reserve_fen": -balance_fen(connection, "301"),
        "members_fen": members_fen,
        "loan_to_deposit_per_mille": 1000 * standing["balance_fen"] // members_fen if members_fen else None,
        "overdue_per_mille": 1000 * standing["overdue_fen"] // standing["balance_fen"]
        if standing["balance_fen"]
        else None,
    }


_FLOWS: Final = (
    "disbursed",
    "disbursed_fen",
    "repaid_fen",
    "interest_fen",
    "penalty_fen",
    "written_off_fen",
    "recovered_fen",
    "guarantee_fee_fen",
)


def _repaid(money: dict[str, int], body: loans.Repaid | loans.RepaymentReversed, sign: int) -> None:
    money["repaid_fen"] += sign * body.principal_fen
    money["interest_fen"] += sign * body.interest_fen
    money["penalty_fen"] += sign * body.penalty_fen


def _movements(connection: Connection, first: date, last: date) -> Iterator[Any]:
    topics = [one.topic for one in _MONEY]
    asked = select(event.c.topic, event.c.state).where(event.c.topic.in_(topics)).order_by(event.c.id)
    for topic, state in connection.execute(asked, execution_options={"yield_per": 10_000}):
        body = decode(topic, state)
        if first <= body.effective_on <= last:
            yield body
