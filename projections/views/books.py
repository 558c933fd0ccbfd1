"""The statements of the books (会计报表): balance sheet, gain, distribution, sub-ledger, each as of and as known on a day.

财会字〔1999〕33号. They follow the posting date, so a statement of a closed month never changes; what was learned later
stands in the month in which it was posted, with its value date. Amounts in fen, positive on the side of the subject.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, func, select

from ledger.books.chart import CHART
from ledger.books.subsidies import BOOKS, book_of
from ledger.streams import result as results
from projections.registers import REGISTERS
from projections.views.journal import VOUCHER

ASSETS: Final = ("101", "102", "111", "119", "121", "122", "124")
LIABILITIES: Final = ("201", "211", "214", "219")
NET_ASSETS: Final = ("301", "311", "321", "401", "411")
"""Income and expense that have not been closed yet belong to the result."""

CLOSING: Final = ("close_month", "close_year")
"""Commands whose vouchers close accounts and are no turnover of their own."""


class BalanceSheet(NamedTuple):
    """Both sides of the balance sheet (资产负债表), and how far the cash of results lags behind them."""

    as_of: date
    assets: dict[str, int]
    liabilities: dict[str, int]
    net_assets: dict[str, int]

    @property
    def assets_fen(self) -> int:
        return sum(self.assets.values())

    @property
    def claims_fen(self) -> int:
        return sum(self.liabilities.values()) + sum(self.net_assets.values())

    @property
    def cash_lag_fen(self) -> int:
        """What of reserve, special payables and undistributed result is not in 102 yet (增值收益资金未转存)."""
        owned = self.net_assets["301"] + self.net_assets["321"] + self.liabilities["214"]
        return owned - self.assets["102"]


def balance_sheet(connection: Connection, as_of: date, known_on: date | None = None) -> BalanceSheet:
    """The balance sheet of a day by posting date, as known on a day."""
    asked = select(VOUCHER.c.code, func.sum(VOUCHER.c.debit_fen - VOUCHER.c.credit_fen)).where(
        VOUCHER.c.posted_on <= as_of
    )
    if known_on:
        asked = asked.where(VOUCHER.c.recorded_on <= known_on)
    debits: dict[str, int] = defaultdict(int)
    for code, fen in connection.execute(asked.group_by(VOUCHER.c.code)):
        debits[code.partition(".")[0]] += int(fen)
    return BalanceSheet(
        as_of,
        {code: debits[code] for code in ASSETS},
        {code: -debits[code] for code in LIABILITIES},
        {code: -debits[code] for code in NET_ASSETS},
    )


class Gain(NamedTuple):
    """The gain statement (增值收益表): income and expense by sub-account, of a month and of the year so far."""

    income: dict[str, tuple[int, int]]
    expense: dict[str, tuple[int, int]]

    def result_fen(self) -> tuple[int, int]:
        """Income less expense of the month and of the year so far."""
        month, year = (
            sum(line[at] for line in self.income.values()) - sum(line[at] for line in self.expense.values())
            for at in (0, 1)
        )
        return month, year


def gain(connection: Connection, month: str, known_on: date | None = None) -> Gain:
    """Income and expense posted in a month (``YYYY-MM``) and from January until it, without the closing entries."""
    asked = select(
        VOUCHER.c.code, VOUCHER.c.period, func.sum(VOUCHER.c.debit_fen - VOUCHER.c.credit_fen)
    ).where(
        VOUCHER.c.period.between(f"{month[:4]}-01", month),
        VOUCHER.c.command.not_in(CLOSING),
        VOUCHER.c.code.like("4%"),
    )
    if known_on:
        asked = asked.where(VOUCHER.c.recorded_on <= known_on)
    lines: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for code, period, fen in connection.execute(asked.group_by(VOUCHER.c.code, VOUCHER.c.period)):
        sign = 1 if CHART[code.partition(".")[0]].side == "debit" else -1
        lines[code][1] += sign * int(fen)
        if period == month:
            lines[code][0] += sign * int(fen)
    taken = {code: (line[0], line[1]) for code, line in sorted(lines.items())}
    return Gain(
        {code: line for code, line in taken.items() if code.startswith("401")},
        {code: line for code, line in taken.items() if code.startswith("411")},
    )


def distribution(connection: Connection, year: int) -> dict[str, int | str]:
    """The distribution statement (增值收益分配表) of a calendar year, lines 1 to 7."""
    key = results.key(year)
    found = REGISTERS["result"].read(connection, [key])
    state: results.Result = found[key][1] if key in found else results.Result()
    available_fen = state.available_fen
    return {
        "status": state.status or "open",
        "1_result_fen": state.result_fen,
        "2_loss_before_fen": state.loss_before_fen,
        "3_available_fen": available_fen,
        "4_reserve_fen": state.reserve_fen,
        "5_management_fen": state.management_fen,
        "6_housing_fen": state.housing_fen,
        "7_loss_after_fen": max(0, -available_fen),
    }


def subledger(
    connection: Connection, code: str, first: date, last: date, known_on: date | None = None
) -> list[dict[str, Any]]:
    """The lines of a subject (明细账) posted from ``first`` to ``last`` with a running balance on its own side."""
    side = 1 if BOOKS[book_of(code)][code.partition(".")[0]].side == "debit" else -1
    belongs = (VOUCHER.c.code == code) | VOUCHER.c.code.like(f"{code}.%")
    known = VOUCHER.c.recorded_on <= known_on if known_on else VOUCHER.c.recorded_on.is_not(None)
    opening = select(func.coalesce(func.sum(VOUCHER.c.debit_fen - VOUCHER.c.credit_fen), 0)).where(
        belongs, known, VOUCHER.c.posted_on < first
    )
    balance_fen = side * int(connection.execute(opening).scalar_one())
    asked = (
        select(VOUCHER)
        .where(belongs, known, VOUCHER.c.posted_on.between(first, last))
        .order_by(VOUCHER.c.period, VOUCHER.c.number, VOUCHER.c.line)
    )
    lines = []
    for row in connection.execute(asked):
        balance_fen += side * (row.debit_fen - row.credit_fen)
        lines.append(
            {
                "voucher": f"{row.period}-{row.number:04d}",
                "posted_on": row.posted_on,
                "effective_on": row.effective_on,
                "command": row.command,
                "code": row.code,
                "debit_fen": row.debit_fen,
                "credit_fen": row.credit_fen,
                "balance_fen": balance_fen,
            }
        )
    return lines
