"""Loans as they are read: the register (贷款台账), the overdue list, and the figures of all loans (贷款统计)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, and_, select

from ledger.books.loans import RESERVE
from ledger.books.posting import MEMBERS
from ledger.dates import business_day, first_day, month_of
from ledger.policy.loan_terms import GRADES, Terms, grade_for
from ledger.policy.parameters import PolicyBook
from ledger.policy.rules import decide
from ledger.store.ledger import events_of_streams
from ledger.store.tables import event
from ledger.streams import loan as loans
from ledger.streams.base import decode
from projections.registers import REGISTERS
from projections.views.journal import trial_balance

_MONEY: Final = (
    loans.Disbursed,
    loans.Repaid,
    loans.RepaymentReversed,
    loans.WrittenOff,
    loans.Recovered,
    loans.GuaranteeFeePaid,
)


def register(
    connection: Connection, status: str = "", as_of: date | None = None, known_on: date | None = None
) -> Iterator[tuple[str, loans.Loan]]:
    """The loans of the register in the order of their keys, of one status or all.

    With a day they stand as they were effective on it, as known on another, from their events.
    """
    one = REGISTERS["loan"]
    if as_of or known_on:
        keys = list(connection.execute(select(one.table.c.key).order_by(one.table.c.key)).scalars())
        for start in range(0, len(keys), _AT_ONCE):
            streams = [loans.LOANS.id(key) for key in keys[start : start + _AT_ONCE]]
            for stream, history in sorted(events_of_streams(connection, streams).items()):
                state = loans.as_of(history, as_of or date.max, known_on)
                if state.status and status in ("", state.status):
                    yield stream.removeprefix(loans.LOANS.id("")), state
        return
    asked = one.all(connection)
    if status:
        asked = asked.where(one.table.c.status == status)
    for row in connection.execute(asked, execution_options={"yield_per": 10_000}):
        yield row[0], one.state_of(row)


_AT_ONCE: Final = 1_000
"""Loans whose events are read by one question."""


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


def overdue(
    connection: Connection, on: date, terms: Terms, as_of: date | None = None, known_on: date | None = None
) -> list[Overdue]:
    """Loans with instalments unpaid after their day, the longest overdue first; what fell due meanwhile is counted.

    With ``as_of`` and ``known_on`` as they stood on a day before today, and as was known on one.
    """
    found = []
    for key, state in register(connection, loans.RUNNING, as_of, known_on):
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


def figures(connection: Connection, first: date, last: date, known_on: date | None = None) -> dict[str, Any]:
    """What all loans came to in a time and stood at on its last day, as known on a day: the loan part of a report.

    ``loan_to_deposit`` is a share of what members hold, in parts per thousand, and may be above 1000: it is reported.
    """
    money: dict[str, int] = defaultdict(int)
    by_purpose: Counter[str] = Counter()
    for body in _movements(connection, first, last, known_on):
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
    for _, state in register(connection, "", last, known_on):
        if state.disbursed_on and first <= state.disbursed_on <= last:
            by_purpose[state.purpose] += state.disbursed_fen
        if state.status == loans.RUNNING:
            standing["running"] += 1
            standing["overdue_fen"] += state.overdue_fen
            grades[state.grade] += state.balance_fen
        standing["balance_fen"] += state.balance_fen
    books = {one.code: one.balance_fen for one in trial_balance(connection, last, known_on)}
    members_fen = sum(fen for code, fen in books.items() if code.partition(".")[0] == MEMBERS)
    return {
        "first": first.isoformat(),
        "last": last.isoformat(),
        **{name: money[name] for name in _FLOWS},
        **{name: standing[name] for name in ("running", "balance_fen", "overdue_fen")},
        "by_purpose_fen": dict(sorted(by_purpose.items())),
        "by_grade_fen": {grade: grades[grade] for grade in GRADES},
        "reserve_fen": books.get(RESERVE, 0),
        "members_fen": members_fen,
        "loan_to_deposit_per_mille": 1000 * standing["balance_fen"] // members_fen if members_fen else None,
        "overdue_per_mille": 1000 * standing["overdue_fen"] // standing["balance_fen"]
        if standing["balance_fen"]
        else None,
    }


def unrepriced(connection: Connection, on: date, book: PolicyBook) -> list[tuple[str, date]]:
    """Running loans that have an older rate than the newest day of new rates gave, with that day."""
    day = _repricing_day(on, book)
    if day is None:
        return []
    table = REGISTERS["loan"].table.c
    short = book.value("loan_repricing_short_months", day).value
    behind = and_(
        table.status == loans.RUNNING, table.months > short, table.disbursed_on < day, table.rate_since < day
    )
    kinds = connection.execute(
        select(table.home_number, table.months, table.rate).where(behind).distinct()
    ).all()
    found: list[str] = []
    for home_number, months, rate in kinds:
        facts = {"second_home": home_number > 1, "term_months": months, "disbursed_on": day}
        if Decimal(rate.strip('"')) != decide("loan_rate", facts, book, day, on).values["rate"]:
            kind = (table.home_number == home_number, table.months == months, table.rate == rate)
            found += connection.execute(select(table.key).where(behind, *kind)).scalars()
    return [(key, day) for key in sorted(found)]


def _repricing_day(on: date, book: PolicyBook) -> date | None:
    """The newest day of new rates at or before a day, by the mode of that day; none where there is no such day."""
    firsts = (first_day(month) for month in range(month_of(on), month_of(on) - 12, -1))
    for day in (on, *firsts):
        if loans.is_repricing_day(book.value("loan_repricing", day).value, day, date.min):
            return day
    return None


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


def _movements(connection: Connection, first: date, last: date, known_on: date | None) -> Iterator[Any]:
    topics = [one.topic for one in _MONEY]
    asked = select(event.c.topic, event.c.state, event.c.recorded_at).where(event.c.topic.in_(topics))
    for topic, state, recorded_at in connection.execute(
        asked.order_by(event.c.id), execution_options={"yield_per": 10_000}
    ):
        body = decode(topic, state)
        known = known_on is None or business_day(recorded_at) <= known_on
        if known and first <= body.effective_on <= last:
            yield body
