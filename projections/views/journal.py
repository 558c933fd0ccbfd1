"""The journal (记账凭证, 明细账): one voucher for each commit and value date, its lines by account of the chart.

财会字〔1999〕33号. A line sums what the posting rules of the commit's events say, so a remittance is one voucher as in
any back office, and the events it sums stand beside it. Amounts in fen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Column, Connection, Date, Integer, Table, Text, func, insert, or_, select

from ledger.books.chart import CHART
from ledger.books.posting import post
from ledger.refusal import Refusal
from ledger.store.tables import metadata
from projections.views.view import Seen, position_of, target

VOUCHER: Final = Table(
    "view_voucher_v1",
    metadata,
    Column("commit_id", BigInteger, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("effective_on", Date, nullable=False),
    Column("recorded_on", Date, nullable=False),
    Column("command", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("debit_fen", BigInteger, nullable=False),
    Column("credit_fen", BigInteger, nullable=False),
    Column("events", Integer, nullable=False),
)


class Journal:
    """Vouchers by commit."""

    name = "journal"
    tables = (VOUCHER,)

    def apply(self, connection: Connection, events: Sequence[Seen], names: dict[str, str]) -> None:
        rows = [
            row
            for _, of_commit in groupby(events, key=lambda seen: seen.commit.id)
            for row in _voucher(list(of_commit))
        ]
        if rows:
            connection.execute(insert(target(VOUCHER, names)), rows)


def _voucher(events: list[Seen]) -> list[dict[str, Any]]:
    sums: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for seen in events:
        for code, fen in post(seen.body):
            line = sums[seen.body.effective_on, code]
            line[fen < 0] += abs(fen)
            line[2] += 1
    first = events[0]
    return [
        {
            "commit_id": first.commit.id,
            "line": number,
            "effective_on": effective_on,
            "recorded_on": first.recorded_on,
            "command": first.commit.command,
            "code": code,
            "debit_fen": debit_fen,
            "credit_fen": credit_fen,
            "events": count,
        }
        for number, ((effective_on, code), (debit_fen, credit_fen, count)) in enumerate(
            sorted(sums.items()), start=1
        )
    ]


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
    connection: Connection, as_of: date | None = None, known_on: date | None = None
) -> list[Balance]:
    """Turnover and balance of every account that moved, effective by a day, as known on a day."""
    asked = select(VOUCHER.c.code, func.sum(VOUCHER.c.debit_fen), func.sum(VOUCHER.c.credit_fen)).group_by(
        VOUCHER.c.code
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
    subject = CHART[code.partition(".")[0]]
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


def turnover_fen(connection: Connection, code: str, first: date, last: date, head: int) -> int:
    """Debits less credits of a subject with value dates from ``first`` to ``last``, sub-accounts included, in fen.

    Refuses ``books_behind`` unless the journal has come as far as the event ``head``.
    """
    position = position_of(connection, Journal())
    if position != head:
        raise Refusal("books_behind", position=position, head=head)
    asked = select(func.coalesce(func.sum(VOUCHER.c.debit_fen - VOUCHER.c.credit_fen), 0)).where(
        or_(VOUCHER.c.code == code, VOUCHER.c.code.like(f"{code}.%")),
        VOUCHER.c.effective_on.between(first, last),
    )
    return int(connection.execute(asked).scalar_one())


def vouchers(
    connection: Connection, as_of: date | None = None, code: str | None = None, limit: int = 100
) -> list[dict[str, Any]]:
    """The newest voucher lines, for reading."""
    asked = select(VOUCHER).order_by(VOUCHER.c.commit_id.desc(), VOUCHER.c.line).limit(limit)
    if as_of:
        asked = asked.where(VOUCHER.c.effective_on <= as_of)
    if code:
        asked = asked.where(VOUCHER.c.code == code)
    return [dict(row._mapping) for row in connection.execute(asked)]
