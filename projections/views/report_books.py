"""What the books say for the annual report: income and expense of the calendar year, both sides of the balance sheet.

They follow the posting date, so a year that is closed does not change; what was posted later with a value date in the
year is named apart. As they were known with one event. Amounts in fen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, select

from ledger.books.chart import CHART
from ledger.books.posting import NO_HEIR_INCOME
from ledger.store import tables
from ledger.streams import result
from projections.views.books import ASSETS, CLOSING, LIABILITIES, NET_ASSETS
from projections.views.journal import VOUCHER
from projections.views.statements import read_streams

_RESULT: Final = {
    "income_deposits": "401.deposits",
    "income_loans": "401.loans",
    "income_bonds": "401.bonds",
    "income_no_heir": NO_HEIR_INCOME,
    "expense_members": "411.members",
    "expense_collection_fee": "411.collection_fee",
    "expense_loan_fee": "411.loan_fee",
}
"""Lines of the gain statement with a sub-account of their own; every other one of 401 and 411 is ``other``."""


class Books(NamedTuple):
    """Debits less credits by code and month of posting, closings apart, and how far the year's result has come."""

    year: int
    by_month: Mapping[tuple[str, str, bool], int]
    later: Mapping[tuple[str, int], int]
    status: str

    def balance(self, code: str, year: int) -> int:
        """What a subject holds at the end of a year, debits positive."""
        return sum(
            fen
            for (one, period, _), fen in self.by_month.items()
            if one.partition(".")[0] == code and period <= f"{year:04d}-12"
        )

    def flow(self, code: str, year: int) -> int:
        """What a subject took in a year before it was closed, on its own side."""
        side = 1 if CHART[code.partition(".")[0]].side == "debit" else -1
        return side * sum(
            fen
            for (one, period, closing), fen in self.by_month.items()
            if (one == code or one.startswith(f"{code}."))
            and not closing
            and f"{year:04d}-01" <= period <= f"{year:04d}-12"
        )

    def began(self, year: int) -> bool:
        return any(period <= f"{year:04d}-12" for _, period, _ in self.by_month)

    def figures(self, year: int) -> dict[str, int]:
        """The figures of a year that the books give."""
        found = {name: self.flow(code, year) for name, code in _RESULT.items()}
        found["income"], found["expense"] = self.flow("401", year), self.flow("411", year)
        for total in ("income", "expense"):
            named = sum(fen for name, fen in found.items() if name.startswith(f"{total}_"))
            found[f"{total}_other"] = found[total] - named
        found["gain"] = found["income"] - found["expense"]
        found["loans_posted"] = self.balance("121", year) + self.balance("122", year)
        found["loans_posted_later"] = sum(self.later.get((code, year), 0) for code in ("121", "122"))
        found["loan_balance"] = found["loans_posted"] + found["loans_posted_later"]
        found["overdue_loans"] = self.balance("122", year) + self.later.get(("122", year), 0)
        found["bond_balance"] = self.balance("124", year)
        found["reserve_balance"] = -self.balance("301", year)
        found["members_posted"] = -self.balance("201", year)
        found["members_posted_later"] = -self.later.get(("201", year), 0)
        found["book_deposits"] = self.balance("101", year)
        found["book_assets"] = sum(self.balance(code, year) for code in ASSETS)
        found["book_claims"] = -sum(self.balance(code, year) for code in (*LIABILITIES, *NET_ASSETS))
        return found

    @property
    def assets(self) -> dict[str, tuple[int, int]]:
        """The assets at the end of the year before and of the year."""
        return {code: (self.balance(code, self.year - 1), self.balance(code, self.year)) for code in ASSETS}

    @property
    def claims(self) -> dict[str, tuple[int, int]]:
        """Liabilities and net assets at the end of the year before and of the year."""
        codes = (*LIABILITIES, *NET_ASSETS)
        return {code: (-self.balance(code, self.year - 1), -self.balance(code, self.year)) for code in codes}


def read_books(connection: Connection, year: int, known_through: int) -> Books:
    """The books up to the end of a year and of the one before, from the commits up to an event."""
    commit = tables.commit.c
    last = connection.execute(
        select(func.coalesce(func.max(commit.id), 0)).where(commit.first_event_id <= known_through)
    ).scalar_one()
    closing = VOUCHER.c.command.in_(CLOSING)
    debits = func.sum(VOUCHER.c.debit_fen - VOUCHER.c.credit_fen)
    asked = (
        select(VOUCHER.c.code, VOUCHER.c.period, closing, debits)
        .where(VOUCHER.c.commit_id <= last, VOUCHER.c.period <= f"{year:04d}-12")
        .group_by(VOUCHER.c.code, VOUCHER.c.period, closing)
    )
    by_month = {
        (code, period, bool(closed)): int(fen) for code, period, closed, fen in connection.execute(asked)
    }
    return Books(
        year, by_month, _posted_later(connection, year, last), _status(connection, year, known_through)
    )


def _posted_later(connection: Connection, year: int, last: int) -> dict[tuple[str, int], int]:
    """Movements of members and loans with a value date in or before a year, posted after it, debits positive."""
    found: dict[tuple[str, int], int] = defaultdict(int)
    debits = func.sum(VOUCHER.c.debit_fen - VOUCHER.c.credit_fen)
    asked = (
        select(VOUCHER.c.code, VOUCHER.c.effective_on, VOUCHER.c.posted_on, debits)
        .where(
            VOUCHER.c.commit_id <= last,
            VOUCHER.c.code.in_(("201", "121", "122")),
            VOUCHER.c.posted_on > VOUCHER.c.effective_on,
        )
        .group_by(VOUCHER.c.code, VOUCHER.c.effective_on, VOUCHER.c.posted_on)
    )
    for code, effective_on, posted_on, fen in connection.execute(asked):
        for one in (year - 1, year):
            if effective_on.year <= one < posted_on.year:
                found[code, one] += int(fen)
    return dict(found)


def _status(connection: Connection, year: int, known_through: int) -> str:
    """``closed`` or ``distributed``, or empty while the year's books are open."""
    events = [
        one.body
        for _, of_stream in read_streams(connection, [f"result-{year:04d}"], known_through)
        for one in of_stream
    ]
    return result.RESULTS.fold(events).status
