"""The journal (记账凭证, 明细账): one voucher for each commit and value date, its lines by account of the chart.

财会字〔1999〕33号. A line sums what the posting rules of the commit's events say, so a remittance is one voucher as in
any back office, and the events it sums stand beside it. A voucher is posted on its value date, or where that month is
closed in the open one, with its value date beside it; the last entries of a year, its result and its distribution,
stand in December. Amounts in fen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    Integer,
    Table,
    Text,
    func,
    insert,
    not_,
    or_,
    select,
)

from ledger.books.posting import MEMBERS, post
from ledger.books.subsidies import BOOKS, book_of
from ledger.dates import first_day, format_month, month_of, parse_month
from ledger.refusal import Refusal
from ledger.store import tables
from ledger.store.movements import money_topics
from ledger.store.tables import metadata
from ledger.streams import period as period_stream
from ledger.streams import result
from ledger.streams.account import BalanceTakenOver
from ledger.streams.base import decode
from projections.views.view import Seen, position_of, target

VOUCHER: Final = Table(
    "view_voucher_v2",
    metadata,
    Column("commit_id", BigInteger, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("effective_on", Date, nullable=False),
    Column("recorded_on", Date, nullable=False),
    Column("posted_on", Date, nullable=False),
    Column("period", Text, nullable=False, index=True),
    Column("number", BigInteger, nullable=False),
    Column("command", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("debit_fen", BigInteger, nullable=False),
    Column("credit_fen", BigInteger, nullable=False),
    Column("events", Integer, nullable=False),
)


CLOSED: Final = Table(
    "view_closed_period_v1",
    metadata,
    Column("period", Text, primary_key=True),
    Column("commit_id", BigInteger, nullable=False),
)


class Journal:
    """Vouchers by commit, numbered without gaps in the month in which they are posted."""

    name = "journal"
    tables = (VOUCHER, CLOSED)

    def apply(self, connection: Connection, events: Sequence[Seen], names: dict[str, str]) -> None:
        book = _Book(connection, target(VOUCHER, names), target(CLOSED, names))
        for _, of_commit in groupby(events, key=lambda seen: seen.commit.id):
            book.enter(list(of_commit))
        book.write()


class _Book:
    """The vouchers of a batch on their way into the book, with the last number of each month."""

    def __init__(self, connection: Connection, vouchers: Any, closed: Any) -> None:
        self.connection = connection
        self.vouchers, self.closed_periods = vouchers, closed
        self.closed: str = connection.execute(select(func.max(closed.c.period))).scalar() or ""
        self.rows: list[dict[str, Any]] = []
        self.closings: list[dict[str, Any]] = []
        self._numbers: dict[str, int] = {}

    def enter(self, events: list[Seen]) -> None:
        """The vouchers of one commit, one for each value date."""
        sums: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        at_year_end = False
        for seen in events:
            at_year_end = at_year_end or isinstance(seen.body, (result.Closed, result.Distributed))
            for code, fen in post(seen.body):
                line = sums[seen.body.effective_on, code]
                line[fen < 0] += abs(fen)
                line[2] += 1
        for effective_on, lines in groupby(sorted(sums.items()), key=lambda item: item[0][0]):
            posted_on = effective_on
            if not at_year_end:
                posted_on = self._posting_day(effective_on, events[0].recorded_on)
            self._add(events[0], effective_on, posted_on, [(code, line) for (_, code), line in lines])
        for seen in events:
            if isinstance(seen.body, period_stream.Closed):
                self.closed = max(self.closed, seen.key)
                self.closings.append({"period": seen.key, "commit_id": seen.commit.id})

    def _add(
        self, first: Seen, effective_on: date, posted_on: date, lines: list[tuple[str, list[int]]]
    ) -> None:
        period = format_month(month_of(posted_on))
        number = self._next_number(period)
        before = self.rows[-1] if self.rows else None
        line = before["line"] if before and before["commit_id"] == first.commit.id else 0
        for code, (debit_fen, credit_fen, count) in lines:
            line += 1
            self.rows.append(
                {
                    "commit_id": first.commit.id,
                    "line": line,
                    "effective_on": effective_on,
                    "recorded_on": first.recorded_on,
                    "posted_on": posted_on,
                    "period": period,
                    "number": number,
                    "command": first.commit.command,
                    "code": code,
                    "debit_fen": debit_fen,
                    "credit_fen": credit_fen,
                    "events": count,
                }
            )

    def _posting_day(self, effective_on: date, recorded_on: date) -> date:
        """The value date, or where its month is closed the day of recording or the first that is still open."""
        if format_month(month_of(effective_on)) > self.closed:
            return effective_on
        return max(recorded_on, first_day(parse_month(self.closed) + 1))

    def _next_number(self, period: str) -> int:
        if period not in self._numbers:
            table = self.vouchers.c
            last = select(func.max(table.number)).where(table.period == period)
            self._numbers[period] = self.connection.execute(last).scalar() or 0
        self._numbers[period] += 1
        return self._numbers[period]

    def write(self) -> None:
        for table, rows in ((self.vouchers, self.rows), (self.closed_periods, self.closings)):
            if rows:
                self.connection.execute(insert(table), rows)


class Balance(NamedTuple):
    """One line of the trial balance (试算平衡表), in fen; ``balance_fen`` is positive on the account's own side."""

    code: str
    zh: str
    en: str
    side: str
    debit_fen: int
    credit_fen: int
    balance_fen: int


def trial_balance(
    connection: Connection, as_of: date | None = None, known_on: date | None = None, book: str = "fund"
) -> list[Balance]:
    """Turnover and balance of every account of the fund's books or the subsidies' that moved, effective by a day,
    as known on a day.
    """
    asked = (
        select(VOUCHER.c.code, func.sum(VOUCHER.c.debit_fen), func.sum(VOUCHER.c.credit_fen))
        .where(_of_book(book))
        .group_by(VOUCHER.c.code)
    )
    if as_of:
        asked = asked.where(VOUCHER.c.effective_on <= as_of)
    if known_on:
        asked = asked.where(VOUCHER.c.recorded_on <= known_on)
    return [
        _balance(code, int(debit_fen), int(credit_fen))
        for code, debit_fen, credit_fen in connection.execute(asked.order_by(VOUCHER.c.code))
    ]


def _balance(code: str, debit_fen: int, credit_fen: int) -> Balance:
    subject = BOOKS[book_of(code)][code.partition(".")[0]]
    opening = code.endswith(".opening")
    sign = 1 if subject.side == "debit" else -1
    return Balance(
        code,
        subject.zh + ("（期初待分户）" if opening else ""),
        subject.en + (" (opening, not yet attributed)" if opening else ""),
        subject.side,
        debit_fen,
        credit_fen,
        sign * (debit_fen - credit_fen),
    )


def require_current(connection: Connection, head: int) -> None:
    """Refuses ``books_behind`` unless the journal has come as far as the event ``head``."""
    position = position_of(connection, Journal())
    if position != head:
        raise Refusal("books_behind", position=position, head=head)


def turnover_fen(connection: Connection, code: str, first: date, last: date, head: int) -> int:
    """Debits less credits of a subject with value dates from ``first`` to ``last``, sub-accounts included, in fen.

    Refuses ``books_behind`` unless the journal has come as far as the event ``head``.
    """
    require_current(connection, head)
    asked = select(func.coalesce(func.sum(VOUCHER.c.debit_fen - VOUCHER.c.credit_fen), 0)).where(
        _is_or_belongs_to(code), VOUCHER.c.effective_on.between(first, last)
    )
    return int(connection.execute(asked).scalar_one())


def balance_fen(
    connection: Connection, code: str, *, effective_to: date | None = None, posted_to: date | None = None
) -> int:
    """Debits less credits of a subject and its sub-accounts, by value date or by posting date, in fen."""
    asked = select(func.coalesce(func.sum(VOUCHER.c.debit_fen - VOUCHER.c.credit_fen), 0)).where(
        _is_or_belongs_to(code)
    )
    if effective_to:
        asked = asked.where(VOUCHER.c.effective_on <= effective_to)
    if posted_to:
        asked = asked.where(VOUCHER.c.posted_on <= posted_to)
    return int(connection.execute(asked).scalar_one())


def members_moved_before(connection: Connection, day: date) -> bool:
    """Whether members' money moved before a day; a balance taken over had its interest in the older system."""
    topics = [topic for topic in money_topics() if topic != BalanceTakenOver.topic]
    asked = (
        select(tables.event.c.topic, tables.event.c.state)
        .join(
            tables.commit,
            tables.event.c.id.between(tables.commit.c.first_event_id, tables.commit.c.last_event_id),
        )
        .join(VOUCHER, VOUCHER.c.commit_id == tables.commit.c.id)
        .where(_is_or_belongs_to(MEMBERS), VOUCHER.c.effective_on < day, tables.event.c.topic.in_(topics))
    )
    found = connection.execute(asked, execution_options={"yield_per": 100})
    return any(decode(topic, state).effective_on < day for topic, state in found)


def daily_turnover(connection: Connection, code: str, first: date, last: date) -> list[tuple[date, int]]:
    """Debits less credits of a subject for each value date from ``first`` to ``last`` on which it moved, in fen."""
    asked = (
        select(VOUCHER.c.effective_on, func.sum(VOUCHER.c.debit_fen - VOUCHER.c.credit_fen))
        .where(_is_or_belongs_to(code), VOUCHER.c.effective_on.between(first, last))
        .group_by(VOUCHER.c.effective_on)
        .order_by(VOUCHER.c.effective_on)
    )
    return [(day, int(fen)) for day, fen in connection.execute(asked)]


def result_accounts(connection: Connection, period: str) -> dict[str, int]:
    """What the accounts of income (401) and expense (411) hold at the end of a month, debits positive, in fen."""
    asked = (
        select(VOUCHER.c.code, func.sum(VOUCHER.c.debit_fen - VOUCHER.c.credit_fen))
        .where(or_(VOUCHER.c.code.like("401%"), VOUCHER.c.code.like("411%")), VOUCHER.c.period <= period)
        .group_by(VOUCHER.c.code)
        .order_by(VOUCHER.c.code)
    )
    return {code: int(fen) for code, fen in connection.execute(asked) if fen}


def _of_book(book: str) -> Any:
    """Subsidy money is kept apart (专户专账): its codes begin with ``S``."""
    subsidies = VOUCHER.c.code.like("S%")
    return subsidies if book == "subsidy" else not_(subsidies)


def _is_or_belongs_to(code: str) -> Any:
    return or_(VOUCHER.c.code == code, VOUCHER.c.code.like(f"{code}.%"))


def vouchers(
    connection: Connection,
    as_of: date | None = None,
    code: str | None = None,
    limit: int = 100,
    book: str = "fund",
) -> list[dict[str, Any]]:
    """The newest voucher lines of the fund's books or the subsidies', for reading."""
    asked = (
        select(VOUCHER)
        .where(_of_book(book))
        .order_by(VOUCHER.c.commit_id.desc(), VOUCHER.c.line)
        .limit(limit)
    )
    if as_of:
        asked = asked.where(VOUCHER.c.effective_on <= as_of)
    if code:
        asked = asked.where(VOUCHER.c.code == code)
    return [dict(row._mapping) for row in connection.execute(asked)]
